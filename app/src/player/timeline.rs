//! What stands on the frame at a moment. Pure.

use crate::interaction::Cue;

/// How long before its moment a cue's code is fetched, in milliseconds of media time.
const AHEAD_MS: i64 = 8_000;

/// The positions in `cues` of those on screen at `t` milliseconds, without the `closed` ones.
pub fn on_screen(cues: &[Cue], t: i64, closed: &[usize]) -> Vec<usize> {
    let shows = |(i, cue): (usize, &Cue)| (cue.from_ms <= t && t < cue.to_ms && !closed.contains(&i)).then_some(i);
    cues.iter().enumerate().filter_map(shows).collect()
}

/// Is one of `cues` on screen at `t`, or soon?
pub fn is_near(cues: &[Cue], t: i64) -> bool {
    cues.iter().any(|cue| cue.from_ms - AHEAD_MS <= t && t < cue.to_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interaction::{Face, Layout, cta};
    use uuid::Uuid;

    fn from_to(from_ms: i64, to_ms: i64) -> Cue {
        let face = cta::Face { label: "Go".into(), description: None, href: None, new_tab: false, seek_ms: 0 };
        Cue { id: Uuid::nil(), from_ms, to_ms, layout: Layout::Modal, pause: false, face: Face::Cta(face) }
    }

    #[test]
    fn a_cue_shows_from_its_moment_until_its_end() {
        let cues = [from_to(1_000, 2_000), from_to(1_500, 3_000)];
        assert_eq!(on_screen(&cues, 999, &[]), []);
        assert_eq!(on_screen(&cues, 1_000, &[]), [0]);
        assert_eq!(on_screen(&cues, 1_999, &[]), [0, 1]);
        assert_eq!(on_screen(&cues, 2_000, &[]), [1]);
    }

    #[test]
    fn a_closed_cue_stays_away() {
        assert_eq!(on_screen(&[from_to(0, 9)], 5, &[0]), []);
    }

    #[test]
    fn code_is_fetched_a_little_ahead() {
        let cues = [from_to(20_000, 28_000)];
        assert!(!is_near(&cues, 11_999));
        assert!(is_near(&cues, 12_000));
        assert!(!is_near(&cues, 28_000));
    }
}
