//! The curves and columns of a report: SVG for what is drawn, HTML for what is read, a table behind each.

use super::{Report, Spoken, table};
use crate::{player::clock, words::Word};
use leptos::prelude::*;
use std::fmt::Write;

/// Height of a drawing, in units of its own.
const TALL: f64 = 100.0;
/// Columns of a drawing and rows of a table at most; longer videos are shown in steps.
const COLUMNS: usize = 240;
const ROWS: usize = 300;

/// Who saw each second, and how often it was played again.
pub fn retention(report: &Report, spoken: Spoken) -> AnyView {
    let seconds = report.retention.len();
    let most = report.again.iter().copied().max().unwrap_or(0).max(report.plays).max(1) as f64;
    let again: Vec<f64> = report.again.iter().map(|n| *n as f64 * 100.0 / most).collect();
    let said = match (report.retention.first(), report.retention.last()) {
        (Some(first), Some(last)) => {
            let at = |at: usize, share: &f64| format!("{} {}", clock(at as i64 * 1_000), spoken.percent(*share));
            format!("{}: {}, {}", spoken.say(Word::SawIt), at(0, first), at(seconds - 1, last))
        }
        _ => String::new(),
    };
    let step = seconds.div_ceil(COLUMNS).max(1);
    let tips = (0..seconds).step_by(step).map(|at| {
        let text = format!(
            "{} · {} {} · {} {}",
            clock(at as i64 * 1_000),
            spoken.say(Word::SawIt),
            spoken.percent(report.retention[at]),
            spoken.say(Word::PlayedAgain),
            spoken.n(report.again[at])
        );
        view! { <rect class="tip" x=at.to_string() y="0" width=step.to_string() height=TALL.to_string()><title>{text}</title></rect> }
    });
    let markers = report.outcomes.iter().filter_map(|one| Some((one.at_ms?, one.name(spoken)))).map(|(at, name)| {
        let left = format!("left:{:.2}%", at as f64 * 100.0 / report.duration_ms.max(1) as f64);
        view! { <i class="marker" style=left title=format!("{} · {name}", clock(at))></i> }
    });
    let rows = (0..seconds).step_by(seconds.div_ceil(ROWS).max(1)).map(|at| {
        vec![
            clock(at as i64 * 1_000),
            spoken.n(report.seen[at]),
            spoken.percent(report.retention[at]),
            spoken.n(report.again[at]),
        ]
    });
    let share = format!("{} (%)", spoken.say(Word::SawIt));
    let heads = [Word::TimeInVideo, Word::SawIt, Word::Retention, Word::PlayedAgain].map(|word| spoken.say(word));
    let rows = table("retention", spoken, &heads, rows.collect());
    view! {
        <p class="legend">
            <span class="key seen">{share}</span>
            <span class="key again">{spoken.say(Word::PlayedAgain)}</span>
            {(!report.outcomes.is_empty()).then(|| view! { <span class="key met">{spoken.say(Word::Interactions)}</span> })}
        </p>
        <div class="chart curve">
            <div class="markers" aria-hidden="true">{markers.collect_view()}</div>
            <div class="plot">
                <div class="levels" aria-hidden="true">
                    {[100.0, 50.0, 0.0].map(|level| view! { <span>{spoken.percent(level)}</span> }).collect_view()}
                </div>
                <svg
                    viewBox=format!("0 0 {} {TALL}", seconds.max(1))
                    preserveAspectRatio="none"
                    role="img"
                    aria-labelledby="retention-said retention-more"
                >
                    <title id="retention-said">{spoken.say(Word::Retention)}</title>
                    <desc id="retention-more">{said}</desc>
                    <path class="grid" d=format!("M0 0H{seconds}M0 50H{seconds}M0 100H{seconds}") />
                    <path class="area seen" d=area(&report.retention) />
                    <path class="line seen" d=line(&report.retention) />
                    <path class="area again" d=area(&again) />
                    {tips.collect_view()}
                </svg>
            </div>
            <div class="axis" aria-hidden="true">
                {(0..=4).map(|part| view! { <span>{clock(report.duration_ms * part / 4)}</span> }).collect_view()}
            </div>
        </div>
        {rows}
    }
    .into_any()
}

/// Steps from second to second; `values` are percent.
fn line(values: &[f64]) -> String {
    let mut path = String::new();
    for (at, value) in values.iter().enumerate() {
        let y = TALL - value.clamp(0.0, 100.0);
        // Writing to a String can't fail.
        let _ = match at {
            0 => write!(path, "M0 {y:.1}H1"),
            _ => write!(path, "V{y:.1}H{}", at + 1),
        };
    }
    path
}

fn area(values: &[f64]) -> String {
    if values.is_empty() { String::new() } else { format!("{}V{TALL}H0Z", line(values)) }
}

/// How far plays got.
pub fn buckets(report: &Report, spoken: Spoken) -> AnyView {
    let most = report.buckets.iter().copied().max().unwrap_or(0).max(1) as f64;
    let to = |from: i64| spoken.lang.with(Word::Percent, &format!("{}–{}", spoken.n(from), spoken.n(from + 24)));
    let names: Vec<String> = vec![to(0), to(25), to(50), to(75), spoken.percent(100.0)];
    let said: Vec<String> =
        names.iter().zip(report.buckets).map(|(name, n)| format!("{name}: {}", spoken.n(n))).collect();
    let bars = (0..).zip(report.buckets).map(|(at, n)| {
        let tall = n as f64 * TALL / most;
        let (x, y) = (at * 20 + 2, format!("{:.1}", TALL - tall));
        view! { <rect class="column" x=x.to_string() y=y width="16" height=format!("{tall:.1}")><title>{said[at].clone()}</title></rect> }
    });
    let labels = names.iter().zip(report.buckets).map(|(name, n)| {
        view! { <span><b>{spoken.n(n)}</b>{name.clone()}</span> }
    });
    let share = |n: i64| {
        spoken.percent(if report.plays > 0 { (n as f64 * 1_000.0 / report.plays as f64).round() / 10.0 } else { 0.0 })
    };
    let rows = names.iter().zip(report.buckets).map(|(name, n)| vec![name.clone(), spoken.n(n), share(n)]);
    let heads = [spoken.say(Word::Covered), spoken.say(Word::Plays), "%"];
    let rows = table("far", spoken, &heads, rows.collect());
    view! {
        <div class="chart columns">
            <svg viewBox=format!("0 0 100 {TALL}") preserveAspectRatio="none" role="img" aria-labelledby="far-said far-more">
                <title id="far-said">{spoken.say(Word::HowFar)}</title>
                <desc id="far-more">{said.join(", ")}</desc>
                <path class="grid" d="M0 100H100" />
                {bars.collect_view()}
            </svg>
            <div class="axis even" aria-hidden="true">{labels.collect_view()}</div>
        </div>
        {rows}
    }
    .into_any()
}

/// Plays by day or hour.
pub fn series(report: &Report, spoken: Spoken) -> AnyView {
    let most = report.series.iter().map(|one| one.page_loads).max().unwrap_or(0).max(1) as f64;
    let name = |at: i64| if report.by_hour { (spoken.hour)(spoken.lang, at) } else { (spoken.day)(spoken.lang, at) };
    let bars = report.series.iter().enumerate().map(|(at, one)| {
        let (loads, plays) = (one.page_loads as f64 * TALL / most, one.plays as f64 * TALL / most);
        let text = format!(
            "{} · {} {} · {} {}",
            name(one.at),
            spoken.say(Word::Plays),
            spoken.n(one.plays),
            spoken.say(Word::PageLoads),
            spoken.n(one.page_loads)
        );
        let (x, tall) = (format!("{:.1}", at as f64 + 0.1), |n: f64| format!("{n:.1}"));
        view! {
            <g>
                <rect class="column faint" x=x.clone() y=tall(TALL - loads) width="0.8" height=tall(loads) />
                <rect class="column" x=x y=tall(TALL - plays) width="0.8" height=tall(plays) />
                <rect class="tip" x=at.to_string() y="0" width="1" height=TALL.to_string()><title>{text}</title></rect>
            </g>
        }
    });
    let (first, last) = (report.series.first().map(|one| name(one.at)), report.series.last().map(|one| name(one.at)));
    let plays = report.series.iter().map(|one| one.plays).sum::<i64>();
    let said = format!("{}: {}", spoken.say(Word::Plays), spoken.n(plays));
    let rows = report
        .series
        .iter()
        .rev()
        .map(|one| vec![name(one.at), spoken.n(one.plays), spoken.n(one.page_loads), clock(one.watched_ms)]);
    let heads = [Word::When, Word::Plays, Word::PageLoads, Word::TimeWatched].map(|word| spoken.say(word));
    let rows = table("time", spoken, &heads, rows.collect());
    let choice = |by_hour: bool, word: Word| {
        let href = if by_hour { format!("{}&by=hour#time", report.path) } else { format!("{}#time", report.path) };
        let current = (report.by_hour == by_hour).then_some("true");
        view! { <a href=href aria-current=current>{spoken.say(word)}</a> }
    };
    view! {
        <p class="choices-of-time">{choice(false, Word::ByDay)}{choice(true, Word::ByHour)}</p>
        <div class="chart columns">
            <svg
                viewBox=format!("0 0 {} {TALL}", report.series.len().max(1))
                preserveAspectRatio="none"
                role="img"
                aria-labelledby="time-said time-more"
            >
                <title id="time-said">{spoken.say(Word::OverTime)}</title>
                <desc id="time-more">{said}</desc>
                <path class="grid" d=format!("M0 100H{}", report.series.len().max(1)) />
                {bars.collect_view()}
            </svg>
            <div class="axis ends" aria-hidden="true"><span>{first}</span><span>{last}</span></div>
        </div>
        <p class="legend">
            <span class="key seen">{spoken.say(Word::Plays)}</span>
            <span class="key faint">{spoken.say(Word::PageLoads)}</span>
        </p>
        {rows}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_steps_from_second_to_second_and_never_leaves_its_frame() {
        assert_eq!(line(&[100.0, 50.0, 50.0]), "M0 0.0H1V50.0H2V50.0H3");
        assert_eq!(line(&[250.0]), "M0 0.0H1");
        assert_eq!((area(&[]), area(&[0.0])), (String::new(), "M0 100.0H1V100H0Z".to_owned()));
    }
}
