//! Reactions: a few kinds, each an icon of ours, counted on a row of buttons that post without scripts.

use crate::words::{Lang, Word};
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Like,
    Love,
    Laugh,
    Wow,
    Idea,
    Fire,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Like, Kind::Love, Kind::Laugh, Kind::Wow, Kind::Idea, Kind::Fire];

    /// As the wire names it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Like => "like",
            Kind::Love => "love",
            Kind::Laugh => "laugh",
            Kind::Wow => "wow",
            Kind::Idea => "idea",
            Kind::Fire => "fire",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn word(self) -> Word {
        match self {
            Kind::Like => Word::ReactLike,
            Kind::Love => Word::ReactLove,
            Kind::Laugh => Word::ReactLaugh,
            Kind::Wow => Word::ReactWow,
            Kind::Idea => Word::ReactIdea,
            Kind::Fire => Word::ReactFire,
        }
    }

    /// On a 24 grid, like every icon of ours.
    fn path(self) -> &'static str {
        match self {
            Kind::Like => {
                "M7.5 11v8.5M7.5 11l3.7-6.8a1.9 1.9 0 0 1 3.4 1.5L13.9 9.5h4.6a1.9 1.9 0 0 1 1.85 2.35l-1.5 6a2 2 0 0 1-1.95 1.65H5.5a1.5 1.5 0 0 1-1.5-1.5v-5.5a1.5 1.5 0 0 1 1.5-1.5z"
            }
            Kind::Love => {
                "M12 19.8C6.5 16 3.5 12.8 3.5 9.3a4.55 4.55 0 0 1 8.5-2.2 4.55 4.55 0 0 1 8.5 2.2c0 3.5-3 6.7-8.5 10.5z"
            }
            Kind::Laugh => {
                "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM7.5 13.5h9a4.5 4.5 0 0 1-9 0zM7.8 9.7l1.2-1 1.2 1M13.8 9.7l1.2-1 1.2 1"
            }
            Kind::Wow => {
                "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 12.8a2.2 2.5 0 1 1 0 5 2.2 2.5 0 0 1 0-5zM9 9.3h.01M15 9.3h.01"
            }
            Kind::Idea => "M9.5 17.5h5M10.5 20.5h3M9.5 17.5c0-2.5-3-3.5-3-7.5a5.5 5.5 0 0 1 11 0c0 4-3 5-3 7.5",
            Kind::Fire => {
                "M12 20.5a6.3 6.3 0 0 1-6.3-6.3c0-3.2 2.1-5 3.4-6.9.5 1.5 1.2 2.2 2.1 2.7.3-2.7-.2-4.5-.7-6.5 4 1.7 7.8 5.7 7.8 10.7a6.3 6.3 0 0 1-6.3 6.3z"
            }
        }
    }
}

/// How often each kind was chosen, in the order of [`Kind::ALL`].
pub type Counts = [i64; 6];

/// The row of buttons. `at` is filled in by a script; without one a reaction has no time.
pub fn chips(lang: Lang, token: &str, counts: &Counts) -> impl IntoView + use<> {
    let chips = Kind::ALL.into_iter().zip(*counts).map(|(kind, n)| {
        let label = format!("{}: {n}", lang.say(kind.word()));
        view! {
            <button type="submit" name="reaction" value=kind.name() class="chip" data-name=lang.say(kind.word()) aria-label=label>
                <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=kind.path() /></svg>
                <span class="chip-count">{n}</span>
            </button>
        }
    });
    view! {
        <form id="talk-react" class="chips" method="post" action=format!("/talk/{token}/reactions") aria-label=lang.say(Word::React)>
            {chips.collect_view()}
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_name_only() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_name(kind.name()), Some(kind));
        }
        assert_eq!(Kind::of_name("Like"), None);
        assert_eq!(Kind::of_name(""), None);
    }
}
