//! What one may do in an account: rights, and the roles that give them.

use std::fmt;

/// One thing that one may be allowed to do. Their names are those of the scopes of API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// See the account's videos.
    Watch,
    /// Read reports and export what is in them.
    Report,
    /// Change videos and timelines, upload and import.
    Edit,
    /// Approve, hide and delete comments.
    Moderate,
    /// Webhooks: endpoints, secrets, log.
    Hooks,
    /// Settings, and the key that signs viewer tokens.
    Settings,
    /// Hand over and erase what is stored about a viewer.
    Privacy,
    /// Members, invitations, API keys, the audit log.
    People,
    /// Make and unmake owners.
    Own,
}

impl Right {
    pub const ALL: [Right; 9] = [
        Right::Watch,
        Right::Report,
        Right::Edit,
        Right::Moderate,
        Right::Hooks,
        Right::Settings,
        Right::Privacy,
        Right::People,
        Right::Own,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Right::Watch => "watch",
            Right::Report => "report",
            Right::Edit => "edit",
            Right::Moderate => "moderate",
            Right::Hooks => "hooks",
            Right::Settings => "settings",
            Right::Privacy => "privacy",
            Right::People => "people",
            Right::Own => "own",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == name)
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights(u16);

impl Rights {
    pub const NONE: Rights = Rights(0);

    pub fn all() -> Self {
        Right::ALL.into_iter().collect()
    }

    pub fn has(self, right: Right) -> bool {
        self.0 & 1 << right as u16 != 0
    }

    /// Are all of these among them?
    pub fn cover(self, others: Rights) -> bool {
        others.0 & !self.0 == 0
    }

    pub fn names(self) -> Vec<&'static str> {
        Right::ALL.into_iter().filter(|right| self.has(*right)).map(Right::as_str).collect()
    }

    /// As [`fmt::Display`] writes them; a name that is none gives nothing.
    pub fn read(text: &str) -> Self {
        match text {
            "all" => Self::all(),
            names => names.split(' ').filter_map(Right::named).collect(),
        }
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |set, right| set | 1 << right as u16))
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() { f.write_str("all") } else { f.write_str(&self.names().join(" ")) }
    }
}

/// What a member is in an account; each may do what the one before may, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Analyst,
    Editor,
    Admin,
    Owner,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Analyst, Role::Editor, Role::Admin, Role::Owner];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Analyst => "analyst",
            Role::Editor => "editor",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    pub fn rights(self) -> Rights {
        let needs = |right: Right| match right {
            Right::Watch => Role::Viewer,
            Right::Report => Role::Analyst,
            Right::Edit | Right::Moderate => Role::Editor,
            Right::Hooks | Right::Settings | Right::Privacy | Right::People => Role::Admin,
            Right::Own => Role::Owner,
        };
        Right::ALL.into_iter().filter(|right| self >= needs(*right)).collect()
    }

    /// The role that gives exactly these rights.
    pub fn of(rights: Rights) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.rights() == rights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_one_before_may_and_more() {
        for [less, more] in Role::ALL.array_windows() {
            assert!(more.rights().cover(less.rights()) && !less.rights().cover(more.rights()), "{less:?} {more:?}");
        }
        assert_eq!(Role::Owner.rights(), Rights::all());
        assert_eq!(Role::Viewer.rights().names(), ["watch"]);
        assert_eq!(Role::Editor.rights().names(), ["watch", "report", "edit", "moderate"]);
    }

    #[test]
    fn rights_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(Rights::read(&role.rights().to_string()), role.rights());
            assert_eq!((Role::named(role.as_str()), Role::of(role.rights())), (Some(role), Some(role)));
        }
        assert_eq!(Rights::read("watch nonsense"), Rights::read("watch"));
        assert_eq!((Rights::read(""), Role::of(Rights::NONE)), (Rights::NONE, None));
    }
}
