//! Where the playhead was at a moment of a view, from what its events tell.

use super::credit::Fact;
use app::engage::What;

/// The position in milliseconds of media time when the view was `at` milliseconds old. Between two
/// events it moves on with the clock while the video plays; it never passes `duration`.
pub fn at<'a>(facts: impl Iterator<Item = &'a Fact>, at: i64, duration: i64) -> i64 {
    let mut known: Vec<&Fact> = facts.filter(|fact| fact.at <= at).collect();
    // A number may be reserved long before its event, so order is the clock's, not the number's.
    known.sort_by_key(|fact| fact.at);
    let (mut pos, mut since, mut rate, mut playing) = (0, 0, 100, false);
    for fact in known {
        match &fact.what {
            What::Play { pos: here } => (pos, since, playing) = (*here, fact.at, true),
            What::Pause { pos: here } => (pos, since, playing) = (*here, fact.at, false),
            What::Watched { to, rate: speed, .. } => (pos, since, rate) = (*to, fact.at, *speed),
            What::Seek { to, .. } => (pos, since) = (*to, fact.at),
            What::Ended => (pos, since, playing) = (duration, fact.at, false),
            What::Load { .. }
            | What::Hidden
            | What::Visible
            | What::Here
            | What::Shown { .. }
            | What::Answer { .. }
            | What::Skip { .. }
            | What::Viewer { .. }
            | What::Consent { .. }
            | What::Error { .. } => {}
        }
    }
    let moved = if playing { (at - since) * rate / 100 } else { 0 };
    (pos + moved).min(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(at: i64, what: What) -> Fact {
        Fact { at, what }
    }

    fn watched(at: i64, from: i64, to: i64) -> Fact {
        fact(at, What::Watched { from, to, rate: 100, hidden: false, muted: false })
    }

    #[test]
    fn it_moves_with_the_clock_while_the_video_plays() {
        let facts = [fact(1_000, What::Play { pos: 0 })];
        assert_eq!(super::at(facts.iter(), 4_500, 60_000), 3_500);
        assert_eq!(super::at(facts.iter(), 900_000, 60_000), 60_000);
    }

    #[test]
    fn it_stands_while_the_video_is_paused() {
        let facts = [fact(0, What::Play { pos: 0 }), watched(2_000, 0, 2_000), fact(2_000, What::Pause { pos: 2_000 })];
        assert_eq!(super::at(facts.iter(), 9_000, 60_000), 2_000);
    }

    #[test]
    fn it_follows_a_seek() {
        let facts = [
            fact(0, What::Play { pos: 0 }),
            watched(2_000, 0, 2_000),
            fact(2_100, What::Seek { from: 2_000, to: 18_500 }),
        ];
        assert_eq!(super::at(facts.iter(), 4_100, 60_000), 20_500);
    }

    #[test]
    fn events_are_taken_by_the_clock_whatever_their_order() {
        let facts = [
            watched(4_000, 18_500, 20_400),
            fact(0, What::Play { pos: 0 }),
            fact(2_100, What::Seek { from: 2_000, to: 18_500 }),
        ];
        assert_eq!(super::at(facts.iter(), 4_000, 60_000), 20_400);
    }
}
