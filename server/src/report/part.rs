//! What one view adds to the sums of its video. It is a function of the view's row alone, so the same view
//! can be taken out again exactly as it was put in.

use super::{
    credit::{Credit, Fact},
    heat::{self, Run},
};
use crate::store::{StoreError, views::View};
use app::engage::What;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;
use uuid::Uuid;

/// What a view's row keeps of its part, beside its other columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Milliseconds watched, at most the length of what was played.
    pub capped: i64,
    pub heat: Vec<Run>,
    /// What happened to interactions, in order.
    pub met: Vec<Met>,
}

/// An interaction, what happened to it, and how often.
pub type Met = (Uuid, i64, i64);

/// What is counted of an interaction, beside its choices and cards.
pub const ANSWERS: i64 = -1;
pub const SHOWN: i64 = -2;
pub const SKIPPED: i64 = -3;
pub const ANSWERED: i64 = -4;

/// One view's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub account_id: i64,
    pub video_id: i64,
    pub viewer_id: Uuid,
    pub started_at: i64,
    /// Whole hours since 1970.
    pub hour: i64,
    /// Why it counts for nothing else.
    pub left_out: Option<String>,
    pub sums: Sums,
    /// Where the viewer came from and what with: a facet and its value.
    pub facets: Vec<(&'static str, String)>,
    pub given: Given,
}

/// Figures that simply add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub plays: i64,
    pub watched_ms: i64,
    pub unique_ms: i64,
    pub hidden_ms: i64,
    pub muted_ms: i64,
    pub uncredited_ms: i64,
    pub beyond_clock_ms: i64,
    pub behind_gate_ms: i64,
    /// The length of a play. Where it is not known there is nothing to divide by, and `unique_ms` and
    /// [`Given::capped`] are 0 too.
    pub length_ms: i64,
    /// Plays by the largest of 0, 25, 50, 75, 100 that their percentage reaches.
    pub buckets: [i64; 5],
}

/// The longest value of a facet, in characters.
const VALUE: usize = 200;
const UTM: [&str; 5] = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

impl Given {
    /// What a view with this credit and these events gives.
    pub fn of<'a>(credit: &Credit, facts: impl Iterator<Item = &'a Fact>, duration: i64) -> Self {
        let capped = if duration > 0 { credit.watched_ms.min(duration) } else { credit.watched_ms };
        Self { capped, heat: heat::runs(&credit.plays, &credit.spans, duration), met: met(facts) }
    }
}

/// What happened to interactions: shown and skipped once a view, answers each.
fn met<'a>(facts: impl Iterator<Item = &'a Fact>) -> Vec<Met> {
    let (mut once, mut counts) = (BTreeSet::new(), BTreeMap::new());
    for fact in facts {
        match &fact.what {
            What::Shown { interaction } => _ = once.insert((*interaction, SHOWN)),
            What::Skip { interaction } => _ = once.insert((*interaction, SKIPPED)),
            What::Answer { interaction, answer } => {
                once.insert((*interaction, ANSWERED));
                let picked = answer.get("choices").and_then(|list| list.as_array()).map_or(&[][..], Vec::as_slice);
                let places = picked.iter().chain(answer.get("card")).filter_map(|place| place.as_i64());
                for what in std::iter::once(ANSWERS).chain(places.filter(|place| *place >= 0)) {
                    *counts.entry((*interaction, what)).or_insert(0) += 1;
                }
            }
            What::Load { .. }
            | What::Play { .. }
            | What::Pause { .. }
            | What::Watched { .. }
            | What::Seek { .. }
            | What::Ended
            | What::Hidden
            | What::Visible
            | What::Here
            | What::Viewer { .. }
            | What::Consent { .. }
            | What::Error { .. } => {}
        }
    }
    counts.extend(once.into_iter().map(|key| (key, 1)));
    counts.into_iter().map(|((id, what), n)| (id, what, n)).collect()
}

impl Part {
    /// The part that a view's row tells; none when it has given nothing yet.
    ///
    /// # Errors
    /// When the row can't be read.
    pub fn of(view: &View) -> Result<Option<Self>, StoreError> {
        let Some(given) = &view.given else { return Ok(None) };
        let mut given: Given =
            serde_json::from_str(given).map_err(|source| StoreError::Unreadable { what: "given", source })?;
        let length = view.duration_ms.unwrap_or(0);
        if length == 0 {
            given.capped = 0;
        }
        let bucket = usize::try_from(view.percent / 25).unwrap_or(0).min(4);
        let mut sums = Sums {
            plays: view.played.into(),
            watched_ms: view.watched_ms,
            unique_ms: if length == 0 { 0 } else { view.unique_ms },
            hidden_ms: view.hidden_ms,
            muted_ms: view.muted_ms,
            uncredited_ms: view.uncredited_ms,
            beyond_clock_ms: view.beyond_clock_ms,
            behind_gate_ms: view.behind_gate_ms,
            length_ms: if view.played { length } else { 0 },
            buckets: [0; 5],
        };
        sums.buckets[bucket] = sums.plays;
        Ok(Some(Self {
            account_id: view.account_id,
            video_id: view.video_id,
            viewer_id: view.viewer_id,
            started_at: view.started_at,
            hour: view.started_at.div_euclid(3_600_000),
            left_out: view.left_out.clone(),
            sums,
            facets: facets(view),
            given,
        }))
    }
}

fn facets(view: &View) -> Vec<(&'static str, String)> {
    let parsed = |text: &Option<String>| text.as_deref().and_then(|text| Url::parse(text).ok());
    let (referrer, page) = (parsed(&view.referrer), parsed(&view.page_url));
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let mut facets =
        vec![("surface", view.surface.clone()), ("referrer", referrer.as_ref().map(host).unwrap_or_default())];
    if view.surface == "embed" {
        let place = page.as_ref().or(referrer.as_ref());
        facets.push(("location", place.map(|url| format!("{}{}", host(url), url.path())).unwrap_or_default()));
    }
    let pairs: Vec<(String, String)> = page.iter().flat_map(|url| url.query_pairs().into_owned()).collect();
    for name in UTM {
        let value = pairs.iter().find(|(key, value)| key == name && !value.is_empty());
        facets.extend(value.map(|(_, value)| (name, value.clone())));
    }
    let region = view.place();
    let known = [
        ("country", &view.country),
        ("region", &region),
        ("browser", &view.browser),
        ("os", &view.os),
        ("device", &view.device),
        ("device_type", &view.device_type),
    ];
    facets.extend(known.map(|(name, value)| (name, value.clone().unwrap_or_default())));
    for (_, value) in &mut facets {
        *value = value.chars().filter(|c| !c.is_control()).take(VALUE).collect();
    }
    facets
}
