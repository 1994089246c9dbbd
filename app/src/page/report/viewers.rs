//! Viewers, the newest first, each with a strip of what they saw.

use super::{Report, Spoken, table};
use crate::{player::clock, words::Word};
use leptos::prelude::*;

#[derive(Clone, Debug)]
pub struct Spectator {
    pub name: Option<String>,
    pub email: Option<String>,
    pub last_at: i64,
    pub views: i64,
    pub percent: i64,
    /// `(from, to, times)` in seconds.
    pub seconds: Vec<(i64, i64, i64)>,
}

pub fn list(report: &Report, spoken: Spoken) -> AnyView {
    let rows = report.spectators.iter().enumerate().map(|(at, one)| item(report, one, at, spoken));
    let page = |page: i64| format!("{}&page={page}#viewers", report.path);
    let newer = (report.page > 1).then(|| {
        view! { <a class="button quiet" rel="prev" href=page(report.page - 1)>{spoken.say(Word::NewerViewers)}</a> }
    });
    let earlier = report.more.then(|| {
        view! { <a class="button quiet" rel="next" href=page(report.page + 1)>{spoken.say(Word::EarlierViewers)}</a> }
    });
    view! {
        <ul class="spectators">{rows.collect_view()}</ul>
        {(newer.is_some() || earlier.is_some()).then(|| view! { <nav class="pager" aria-label=spoken.say(Word::Viewers)>{newer}{earlier}</nav> })}
    }
    .into_any()
}

fn item(report: &Report, one: &Spectator, place: usize, spoken: Spoken) -> AnyView {
    let name =
        one.name.clone().or_else(|| one.email.clone()).unwrap_or_else(|| spoken.say(Word::SomeViewer).to_owned());
    let email = one.email.clone().filter(|email| *email != name);
    let (said, more) = (format!("viewer-{place}"), format!("viewer-{place}-more"));
    let runs = one.seconds.iter().map(|(from, to, times)| {
        let text = format!("{}–{} · {} {}", clock(from * 1_000), clock(to * 1_000), spoken.say(Word::Times), spoken.n(*times));
        let class = format!("heat-{}", (*times).clamp(1, 4));
        view! { <rect class=class x=from.to_string() y="0" width=(to - from).to_string() height="1"><title>{text}</title></rect> }
    });
    let rows = one
        .seconds
        .iter()
        .map(|(from, to, times)| vec![format!("{}–{}", clock(from * 1_000), clock(to * 1_000)), spoken.n(*times)]);
    let heads = [spoken.say(Word::TimeInVideo), spoken.say(Word::Times)];
    let rows = table(&said, spoken, &heads, rows.collect());
    let length = (report.duration_ms + 999) / 1_000;
    let percent = spoken.percent(one.percent as f64);
    let labelled = format!("{said} {more}");
    view! {
        <li class="spectator">
            <div class="spectator-who">
                <h3 dir="auto">{name.clone()}</h3>
                {email.map(|email| view! { <p dir="auto">{email}</p> })}
            </div>
            <p class="spectator-when">
                <span>{(spoken.hour)(spoken.lang, one.last_at)}</span>
                <span>{(spoken.views)(spoken.lang, one.views)}</span>
            </p>
            <p class="spectator-share">{percent.clone()}</p>
            <svg viewBox=format!("0 0 {} 1", length.max(1)) preserveAspectRatio="none" role="img" aria-labelledby=labelled>
                <title id=said.clone()>{name.clone()}</title>
                <desc id=more.clone()>{format!("{} {percent}", spoken.say(Word::Covered))}</desc>
                {runs.collect_view()}
            </svg>
            {rows}
        </li>
    }
    .into_any()
}
