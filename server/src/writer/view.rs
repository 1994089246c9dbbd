//! A view's row: as it is opened, and as its events change it.

use super::Accepted;
use crate::{
    identity::LeftOut,
    report::credit::{Credit, Fact},
    store::views::View,
};
use app::engage::What;

/// What one more batch says about whether the view counts.
pub fn join(view: &mut View, said: Option<LeftOut>) {
    let known = view.left_out.as_deref().and_then(LeftOut::named);
    view.left_out = LeftOut::joined(known, said).map(|reason| reason.as_str().to_owned());
}

/// A view as its first batch opens it.
pub fn opened(batch: &Accepted) -> View {
    let (agent, place) = (&batch.traits.agent, &batch.traits.place);
    View {
        viewer_id: batch.viewer_id,
        ip: batch.ip.clone(),
        surface: "play".into(),
        started_at: batch.started_at,
        last_received_at: batch.received_at,
        left_out: batch.traits.left_out.map(|reason| reason.as_str().to_owned()),
        browser: agent.browser.clone(),
        os: agent.os.clone(),
        device: agent.device.clone(),
        device_type: agent.device_type.map(str::to_owned),
        country: place.country.clone(),
        region: place.region.clone(),
        city: place.city.clone(),
        ..View::new(batch.published.video.account_id, batch.published.video.id, batch.view_id)
    }
}

/// Writes what the events come to into the view's row.
pub fn set_figures<'a>(view: &mut View, credit: &Credit, facts: impl ExactSizeIterator<Item = &'a Fact>) {
    view.entries = i64::try_from(facts.len()).unwrap_or(i64::MAX);
    for fact in facts {
        if let What::Load { surface, referrer, page_url } = &fact.what {
            view.surface = surface.as_str().into();
            view.referrer.clone_from(referrer);
            view.page_url.clone_from(page_url);
        }
    }
    let spans: Vec<(i64, i64)> = credit.spans.iter().map(|span| (span.from, span.to)).collect();
    view.played = credit.played;
    view.watched_ms = credit.watched_ms;
    view.unique_ms = credit.unique_ms;
    view.hidden_ms = credit.hidden_ms;
    view.muted_ms = credit.muted_ms;
    view.uncredited_ms = credit.uncredited_ms();
    view.beyond_clock_ms = credit.beyond_clock_ms;
    view.behind_gate_ms = credit.behind_gate_ms;
    view.percent = credit.percent;
    // Pairs of numbers are always JSON.
    view.spans = serde_json::to_string(&spans).unwrap_or_default();
}
