//! Views that are stored and not counted, and why.

/// Why a view is in no figure. The strongest reason of all its batches holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// The browser fetches ahead; once somebody looks, the view counts.
    Prefetch,
    /// Someone of the account's own.
    Owner,
    /// It fetches a page to show a card of it.
    Unfurler,
    /// A crawler, a scanner, a monitor.
    Bot,
}

impl LeftOut {
    pub const ALL: [LeftOut; 4] = [LeftOut::Prefetch, LeftOut::Owner, LeftOut::Unfurler, LeftOut::Bot];

    pub fn as_str(self) -> &'static str {
        match self {
            LeftOut::Prefetch => "prefetch",
            LeftOut::Owner => "owner",
            LeftOut::Unfurler => "unfurler",
            LeftOut::Bot => "bot",
        }
    }

    /// The reason of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    /// What holds for a view of which two batches say these, in whatever order they come: a prefetched
    /// page that was looked at is a view like any other.
    pub fn joined(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let rank = |reason: Option<Self>| match reason {
            Some(LeftOut::Prefetch) => 0,
            None => 1,
            Some(LeftOut::Owner) => 2,
            Some(LeftOut::Unfurler) => 3,
            Some(LeftOut::Bot) => 4,
        };
        if rank(one) >= rank(other) { one } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_batches_changes_nothing() {
        let all: Vec<Option<LeftOut>> = LeftOut::ALL.into_iter().map(Some).chain([None]).collect();
        for one in &all {
            for other in &all {
                assert_eq!(LeftOut::joined(*one, *other), LeftOut::joined(*other, *one));
            }
            assert_eq!(LeftOut::joined(*one, *one), *one);
            assert_eq!(LeftOut::joined(*one, Some(LeftOut::Bot)), Some(LeftOut::Bot));
        }
        assert_eq!(LeftOut::joined(Some(LeftOut::Prefetch), None), None, "somebody looks at it now");
        assert_eq!(LeftOut::joined(Some(LeftOut::Owner), None), Some(LeftOut::Owner));
    }

    #[test]
    fn a_reason_is_found_by_its_name() {
        assert!(LeftOut::ALL.into_iter().all(|reason| LeftOut::named(reason.as_str()) == Some(reason)));
        assert_eq!(LeftOut::named("tired"), None);
    }
}
