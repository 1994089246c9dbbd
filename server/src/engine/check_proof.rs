//! What must hold of every batch, whatever it says: tried by tests and by the fuzz target `batch`.

use super::{Published, TOO_OLD_MS, sort, started_at};
use crate::{
    jobs::begin::fresh,
    report::{
        credit::{self, Fact},
        part::Given,
    },
    store::videos::Video,
};
use app::{
    engage::{Batch, What, record::Record},
    words::Lang,
};
use serde_json::json;
use std::collections::HashSet;
use uuid::Uuid;

pub const NOW: i64 = 1_795_392_000_000;
const DURATION: i64 = 60_000;

/// A video of a minute with one interaction of each kind that can be answered.
pub fn published() -> Published {
    let at = json!({"s": 10});
    let modal = json!("modal");
    let kinds = [
        json!({"kind": "cta", "spec": {"label": "Go", "action": {"url": "https://example.com"}}}),
        json!({"kind": "poll", "spec": {"question": "Which?", "mode": "poll", "choices": ["A", "B"]}}),
        json!({"kind": "lead_form", "spec": {"title": "Who?", "fields": [{"type": "email", "name": "email", "label": "E-mail", "required": true}]}}),
    ];
    let timeline = kinds.into_iter().zip(0_u128..).map(|(mut interaction, n)| {
        interaction["id"] = json!(Uuid::from_u128(n));
        interaction["at"] = at.clone();
        interaction["layout"] = modal.clone();
        serde_json::from_value(interaction).expect("an interaction")
    });
    let video = Video {
        title: "A test".into(),
        state: "ready".into(),
        duration_ms: Some(DURATION),
        width: 640,
        height: 360,
        ..fresh(1, 1, "test_________________1".into(), NOW)
    };
    Published {
        video,
        owner: String::new(),
        plays: 0,
        timeline: timeline.collect(),
        former: Vec::new(),
        earlier: Default::default(),
        gates: Vec::new(),
        pictures: HashSet::new(),
        for_strangers: Default::default(),
    }
}

/// Checks a body as the door does, and what comes of it as reports do.
///
/// # Panics
/// Something got through that can not be.
pub fn takes(body: &[u8]) {
    let Ok(Record { v, session, video, pass, sent, events }) = serde_json::from_slice(body) else { return };
    let batch = Batch { v, session, video, pass, sent, events };
    if started_at(&batch, NOW).is_err() {
        return;
    }
    let count = batch.events.len();
    let Ok(sorted) = sort(batch, &published(), None, Lang::En) else { return };
    assert!(sorted.entries.len() <= count && sorted.answers.len() <= sorted.entries.len());
    let facts: Vec<Fact> =
        sorted.entries.iter().map(|accepted| Fact { at: accepted.entry.at_ms, what: accepted.what.clone() }).collect();
    for fact in &facts {
        assert!((0..=TOO_OLD_MS).contains(&fact.at));
        if let What::Watched { from, to, .. } = fact.what {
            assert!(0 <= from && from <= to && to <= DURATION);
        }
    }
    let credit = credit::of(facts.iter(), DURATION, &[]);
    assert!(credit.unique_ms <= DURATION && credit.unique_ms <= credit.watched_ms);
    let given = Given::of(&credit, facts.iter(), DURATION);
    assert!(given.capped <= DURATION && given.heat.iter().all(|run| 0 <= run.from && run.to <= DURATION / 1_000));
}
