//! Spans of media time that were really played, and the union that counts each moment once.

/// Milliseconds of media time, `from` included and `to` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: i64,
    pub to: i64,
}

impl Span {
    pub fn new(from: i64, to: i64) -> Self {
        Self { from, to }
    }

    pub fn length(self) -> i64 {
        (self.to - self.from).max(0)
    }
}

/// Folds `next` into `spans`, which stay sorted and apart; touching spans become one.
pub fn watch(spans: &mut Vec<Span>, next: Span) {
    if next.length() == 0 {
        return;
    }
    let first = spans.partition_point(|span| span.to < next.from);
    let past = spans.partition_point(|span| span.from <= next.to);
    let merged = match spans.get(first..past) {
        Some([head, .., tail]) => Span::new(head.from.min(next.from), tail.to.max(next.to)),
        Some([only]) => Span::new(only.from.min(next.from), only.to.max(next.to)),
        _ => next,
    };
    spans.splice(first..past.max(first), [merged]);
}

/// All that `plays` cover, in order and apart; the same as each of them folded in by [`watch`], in one go.
pub fn union(plays: &[Span]) -> Vec<Span> {
    let mut plays: Vec<Span> = plays.iter().copied().filter(|span| span.length() > 0).collect();
    plays.sort_unstable_by_key(|span| span.from);
    plays.dedup_by(|next, last| {
        let touches = next.from <= last.to;
        if touches {
            last.to = last.to.max(next.to);
        }
        touches
    });
    plays
}

/// Milliseconds of media time seen at least once.
pub fn unique(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.length()).sum()
}

/// The part of a video of `duration` ms that was seen, in whole percent, rounded down;
/// 100 when at most the larger of one second and one percent is missing.
pub fn percent(unique: i64, duration: i64) -> i64 {
    if duration <= 0 || unique <= 0 {
        return 0;
    }
    let missing = duration - unique;
    if missing <= (duration / 100).max(1_000).min(duration - 1) { 100 } else { (100 * unique / duration).min(100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(plays: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let mut spans = Vec::new();
        for (from, to) in plays {
            watch(&mut spans, Span::new(*from, *to));
        }
        spans.into_iter().map(|span| (span.from, span.to)).collect()
    }

    #[test]
    fn rewatching_a_scene_does_not_count_twice() {
        assert_eq!(after(&[(0, 3_000), (0, 3_000)]), [(0, 3_000)]);
    }

    #[test]
    fn spans_stay_sorted_and_apart() {
        assert_eq!(after(&[(8, 9), (0, 2), (4, 5)]), [(0, 2), (4, 5), (8, 9)]);
    }

    #[test]
    fn a_span_that_bridges_others_swallows_them() {
        assert_eq!(after(&[(0, 2), (4, 6), (8, 10), (1, 9)]), [(0, 10)]);
    }

    #[test]
    fn touching_spans_become_one() {
        assert_eq!(after(&[(0, 2), (2, 4)]), [(0, 4)]);
    }

    #[test]
    fn an_empty_or_backward_span_is_nothing() {
        assert_eq!(after(&[(5, 5), (9, 3)]), []);
    }

    #[test]
    fn the_union_agrees_with_a_bitmap_whatever_the_order() {
        let mut seed = 7_u64;
        let mut roll = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 33) % below) as i64
        };
        for _ in 0..500 {
            let mut plays: Vec<(i64, i64)> = (0..12)
                .map(|_| {
                    let from = roll(60);
                    (from, from + roll(9))
                })
                .collect();
            let mut seen = [false; 80];
            for (from, to) in &plays {
                seen[*from as usize..*to as usize].fill(true);
            }
            let forward = after(&plays);
            let spans: Vec<Span> = plays.iter().map(|(from, to)| Span::new(*from, *to)).collect();
            let in_one_go: Vec<_> = union(&spans).into_iter().map(|span| (span.from, span.to)).collect();
            assert_eq!(forward, in_one_go);
            plays.reverse();
            assert_eq!(forward, after(&plays));
            let spans: Vec<Span> = forward.iter().map(|(from, to)| Span::new(*from, *to)).collect();
            assert_eq!(unique(&spans), seen.iter().filter(|s| **s).count() as i64);
        }
    }

    #[test]
    fn the_last_second_may_be_missing() {
        assert_eq!(percent(59_000, 60_000), 100);
        assert_eq!(percent(58_999, 60_000), 98);
        assert_eq!(percent(594_000, 600_000), 100);
        assert_eq!(percent(0, 800), 0);
        assert_eq!(percent(1, 800), 100);
        assert_eq!(percent(5, 0), 0);
    }

    use proptest::prelude::*;

    /// Stretches of a video of a minute.
    fn plays() -> impl Strategy<Value = Vec<(i64, i64)>> {
        proptest::collection::vec(
            (0_i64..60_000, 0_i64..20_000).prop_map(|(from, ms)| (from, (from + ms).min(60_000))),
            0..24,
        )
    }

    proptest! {
        #[test]
        fn a_union_is_the_same_whatever_the_order_the_grouping_and_the_repetition(
            a in plays(), b in plays(), c in plays(), mixed in any::<proptest::sample::Index>(),
        ) {
            let all = [a.clone(), b.clone(), c.clone()].concat();
            let whole = after(&all);
            prop_assert_eq!(&after(&[c.clone(), a.clone(), b.clone()].concat()), &whole);
            prop_assert_eq!(&after(&[after(&[a.clone(), b.clone()].concat()), c.clone()].concat()), &whole);
            prop_assert_eq!(&after(&[a, after(&[b, c].concat())].concat()), &whole);
            prop_assert_eq!(&after(&[whole.clone(), whole.clone()].concat()), &whole);
            let mut turned = all.clone();
            turned.rotate_left(if all.is_empty() { 0 } else { mixed.index(all.len()) });
            prop_assert_eq!(&after(&[turned, all].concat()), &whole);
        }

        #[test]
        fn no_more_is_unique_than_was_played_or_than_there_is(plays in plays()) {
            let spans: Vec<Span> = after(&plays).into_iter().map(|(from, to)| Span::new(from, to)).collect();
            let total: i64 = plays.iter().map(|(from, to)| to - from).sum();
            prop_assert!(unique(&spans) <= total.min(60_000));
            prop_assert!(spans.windows(2).all(|pair| pair[0].to < pair[1].from));
            prop_assert!((0..=100).contains(&percent(unique(&spans), 60_000)));
        }
    }
}
