//! The report of a video, for people: drawn here as it is read, so that it needs no script.

mod chart;
mod interactions;
mod live;
mod sources;
mod viewers;

use super::{Document, Frame, plain};
use crate::{
    player::clock,
    words::{Lang, Word},
};
use leptos::prelude::*;
use std::sync::LazyLock;

pub use interactions::{Outcome, Part};
pub use sources::{List, Source};
pub use viewers::Spectator;

/// How a language writes numbers, percents (to one decimal), days and hours.
#[derive(Clone, Copy)]
pub struct Spoken {
    pub lang: Lang,
    pub number: fn(Lang, i64) -> String,
    /// `12 views`.
    pub views: fn(Lang, i64) -> String,
    pub decimal: fn(Lang, f64) -> String,
    pub day: fn(Lang, i64) -> String,
    pub hour: fn(Lang, i64) -> String,
}

impl Spoken {
    pub(crate) fn n(&self, n: i64) -> String {
        (self.number)(self.lang, n)
    }

    pub(crate) fn percent(&self, n: f64) -> String {
        self.lang.with(Word::Percent, &(self.decimal)(self.lang, n))
    }

    pub(crate) fn say(&self, word: Word) -> &'static str {
        self.lang.say(word)
    }
}

/// Everything that the page shows. Times are milliseconds where nothing else is said.
#[derive(Clone)]
pub struct Report {
    pub title: String,
    pub poster: String,
    pub play_path: String,
    pub created_at: i64,
    pub duration_ms: i64,
    /// The address of this page without its language, page and width of time: `/report/…?until=…&sig=…`.
    pub path: String,
    /// Until when it opens.
    pub until: i64,
    /// Changes whenever a figure does.
    pub stamp: String,
    pub plays: i64,
    pub page_loads: i64,
    pub viewers: i64,
    pub avg_watch_rate: i64,
    pub avg_unique_watch_rate: i64,
    pub watched_ms: i64,
    pub hidden_ms: i64,
    pub actions: i64,
    pub left_out: i64,
    /// Plays by how far they got: 0, 25, 50, 75 and 100 percent.
    pub buckets: [i64; 5],
    /// A value for each second.
    pub seen: Vec<i64>,
    pub again: Vec<i64>,
    pub retention: Vec<f64>,
    pub by_hour: bool,
    pub series: Vec<Stretch>,
    pub outcomes: Vec<Outcome>,
    pub spectators: Vec<Spectator>,
    /// The page of the list of viewers, and whether there is one behind it.
    pub page: i64,
    pub more: bool,
    pub sources: Vec<List>,
}

/// A day or an hour.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    pub at: i64,
    pub plays: i64,
    pub page_loads: i64,
    pub watched_ms: i64,
}

static STYLE: LazyLock<String> = LazyLock::new(|| plain(include_str!("../../../style/report.css")));

#[component]
pub fn ReportPage(frame: Frame, report: Report, spoken: Spoken) -> impl IntoView {
    let nonce = frame.nonce.clone();
    let style_nonce = frame.nonce.clone();
    let title = format!("{}: {}", spoken.say(Word::ReportTitle), report.title);
    view! {
        <Document frame title class="page reports">
            <style nonce=style_nonce>{STYLE.as_str()}</style>
            <main class="report">{body(report, spoken)}</main>
            <script nonce=nonce>{live::SCRIPT.as_str()}</script>
        </Document>
    }
}

/// What changes while viewers watch, without the page around it.
pub fn body(report: Report, spoken: Spoken) -> AnyView {
    let say = |word| spoken.say(word);
    let head = head(&report, spoken);
    let about = if report.page_loads == 0 {
        view! {
            <div class="report-empty" id="empty" data-live="">
                <h2>{say(Word::NothingYet)}</h2>
                <p>{say(Word::NothingYetAdvice)}</p>
                <p><a class="button" href=report.play_path.clone()>{say(Word::PlayVideo)}</a></p>
            </div>
        }
        .into_any()
    } else {
        view! {
            {card("retention", say(Word::Retention), say(Word::RetentionAdvice), chart::retention(&report, spoken))}
            <div class="report-pair">
                {card("far", say(Word::HowFar), "", chart::buckets(&report, spoken))}
                {card("time", say(Word::OverTime), "", chart::series(&report, spoken))}
            </div>
            {(!report.outcomes.is_empty()).then(|| {
                card("interactions", say(Word::Interactions), "", interactions::list(&report.outcomes, spoken))
            })}
            {card("viewers", say(Word::Viewers), say(Word::SecondsSeen), viewers::list(&report, spoken))}
            {card("sources", say(Word::Sources), "", sources::lists(&report.sources, spoken))}
        }
        .into_any()
    };
    let left_out = (report.left_out > 0)
        .then(|| view! { <span>{spoken.lang.with(Word::LeftOut, &spoken.n(report.left_out))}</span> });
    view! {
        {head}
        {figures(&report, spoken)}
        {about}
        <footer class="report-foot" id="foot" data-live="">
            <a href="/docs/metrics">{say(Word::FiguresMean)}</a>
            {left_out}
            <span>{spoken.lang.with(Word::OpensUntil, &(spoken.day)(spoken.lang, report.until))}</span>
        </footer>
    }
    .into_any()
}

fn head(report: &Report, spoken: Spoken) -> AnyView {
    let made = (spoken.day)(spoken.lang, report.created_at);
    view! {
        <header class="report-head">
            <a class="report-poster" href=report.play_path.clone() aria-label=spoken.say(Word::PlayVideo)>
                <img src=report.poster.clone() alt="" width="160" height="90" />
            </a>
            <div>
                <p class="report-kind">{spoken.say(Word::ReportTitle)}</p>
                <h1 dir="auto">{report.title.clone()}</h1>
                <p class="report-meta">
                    <span>{clock(report.duration_ms)}</span>
                    <span>{made}</span>
                    <span class="report-live" id="live" hidden data-stamp=report.stamp.clone()>{spoken.say(Word::LiveFigures)}</span>
                </p>
            </div>
        </header>
    }
    .into_any()
}

/// The figures that one asks for first.
fn figures(report: &Report, spoken: Spoken) -> AnyView {
    let say = |word| spoken.say(word);
    let note = |word, text: String| Some(spoken.lang.with(word, &text));
    let unique = note(Word::AverageCovered, spoken.percent(report.avg_unique_watch_rate as f64));
    let hidden = (report.hidden_ms > 0).then(|| spoken.lang.with(Word::InHiddenPages, &clock(report.hidden_ms)));
    let rows = [
        ("plays", say(Word::Plays), spoken.n(report.plays), None),
        ("page_loads", say(Word::PageLoads), spoken.n(report.page_loads), None),
        ("unique_users", say(Word::Viewers), spoken.n(report.viewers), None),
        ("avg_watch_rate", say(Word::AverageWatched), spoken.percent(report.avg_watch_rate as f64), unique),
        ("watched", say(Word::TimeWatched), clock(report.watched_ms), hidden),
        ("actions", say(Word::Actions), spoken.n(report.actions), None),
    ];
    let rows = rows.into_iter().map(|(name, label, value, note)| {
        view! {
            <div class="figure">
                <dt>{label}</dt>
                <dd data-figure=name>{value}</dd>
                {note.map(|note| view! { <dd class="figure-note">{note}</dd> })}
            </div>
        }
    });
    view! { <dl class="figures" id="figures" data-live="">{rows.collect_view()}</dl> }.into_any()
}

/// A part of the report under its name.
fn card(id: &'static str, title: &'static str, advice: &'static str, body: AnyView) -> AnyView {
    let name = format!("{id}-name");
    view! {
        <section class="report-card" id=id data-live="" aria-labelledby=name.clone()>
            <header class="report-card-head">
                <h2 id=name.clone()>{title}</h2>
                {(!advice.is_empty()).then(|| view! { <p>{advice}</p> })}
            </header>
            {body}
        </section>
    }
    .into_any()
}

/// The figures behind a chart.
fn table(id: &str, spoken: Spoken, heads: &[&'static str], rows: Vec<Vec<String>>) -> AnyView {
    let heads = heads.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect_view();
    let rows = rows.into_iter().map(|row| {
        let mut cells = row.into_iter();
        let first = cells.next();
        view! { <tr><th scope="row">{first}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
    });
    view! {
        <details class="report-table" id=format!("{id}-table")>
            <summary>{spoken.say(Word::ShowTable)}</summary>
            <div class="report-scroll" tabindex="0" role="group" aria-label=spoken.say(Word::ShowTable)>
                <table><thead><tr>{heads}</tr></thead><tbody>{rows.collect_view()}</tbody></table>
            </div>
        </details>
    }
    .into_any()
}
