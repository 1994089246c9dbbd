//! `GET /report/{token}`: a video's report for people, behind a signed link.

use super::{Asked, html, people, refuse};
use crate::{
    access::signed,
    framing::{self, Frames},
    insight::{self, attention, series},
    keys::digest,
    people::Right,
    reply, report_link, spoken,
    state::{State, now},
    store::{self, Conn, figures, videos, videos::Video},
};
use app::{
    page::{
        closed::Closed,
        report::{List, Outcome, Part, Report, ReportPage, ReportPageProps, Source, Spectator, Spoken, Stretch, body},
    },
    words::{Lang, Word},
};
use axum::{
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::prelude::*;

/// What the address asks for. What is malformed is as if it were not there.
struct Wish {
    /// The part that opens it.
    key: String,
    page: i64,
    by: series::By,
    /// Only what changes, and only when it has.
    live: bool,
    since: Option<String>,
    lang: Option<String>,
}

/// Pages of viewers that can be turned to.
const PAGES: i64 = 10_000;
/// Days that a member's link lasts.
const MEMBERS_DAYS: i64 = 1;
/// Sources of one kind that are shown.
const SOURCES: usize = 8;

impl Wish {
    fn read(query: &str, key: String) -> Self {
        let mut wish = Self { key, page: 1, by: series::By::Day, live: false, since: None, lang: None };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "page" => wish.page = value.parse().ok().filter(|page| (1..=PAGES).contains(page)).unwrap_or(1),
                "by" if value == "hour" => wish.by = series::By::Hour,
                "part" => wish.live = value == "live",
                "since" => wish.since = Some(value.into_owned()),
                "lang" => wish.lang = Lang::of_tag(&value).map(|lang| lang.code().to_owned()),
                _ => {}
            }
        }
        wish
    }
}

pub async fn report(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Response {
    let mut answer = match answer(&state, &token, &asked).await {
        Ok(answer) => answer,
        Err(closed) => refuse(&state, asked.lang, closed, &Frames::Nobody),
    };
    // The address is a key: nobody else should learn it.
    answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    answer
}

async fn answer(state: &State, token: &str, asked: &Asked) -> Result<Response, Closed> {
    let unwell = |error| {
        reply::storage(error);
        Closed::Unwell
    };
    let mut reader = state.store.reader().await.map_err(unwell)?;
    let video = videos::by_token(reader.conn(), token).await.map_err(unwell)?;
    // Whoever has no link learns nothing, not even whether there is a video.
    let video = video.filter(|video| video.deleted_at.is_none()).ok_or(Closed::NoReport)?;
    let Some(key) = report_link::verified(&state.keys, &video, &asked.query, now()) else {
        drop(reader);
        let role = people::role(state, &asked.headers, video.account_id).await;
        role.filter(|role| role.rights().has(Right::Report)).ok_or(Closed::NoReport)?;
        // Whoever may read it gets a link of their own.
        let link = report_link::minted(&state.keys, &state.config, &video, MEMBERS_DAYS, now()).0;
        return Ok((StatusCode::FOUND, [(header::LOCATION, link)]).into_response());
    };
    let wish = Wish::read(&asked.query, key);
    let stamp = stamp(reader.conn(), &video).await.map_err(unwell)?;
    if wish.live && wish.since.as_ref() == Some(&stamp) {
        return Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response());
    }
    let mut report = read(reader.conn(), &video, &wish, stamp, now()).await.map_err(unwell)?;
    drop(reader);
    // Whoever has the link may see it.
    report.poster = signed::poster(&state.keys, &video, now());
    let spoken = Spoken {
        lang: asked.lang,
        number: spoken::number,
        views: spoken::views,
        decimal: spoken::decimal,
        day: spoken::day,
        hour: spoken::hour,
    };
    if wish.live {
        let owner = Owner::new();
        let html = owner.with(|| body(report, spoken).to_html());
        return Ok((framing::headers(&Frames::Nobody, ""), html).into_response());
    }
    let path = format!("/report/{}", video.token);
    Ok(html(state, asked.lang, 200, &path, &Frames::Nobody, move |frame| {
        ReportPage(ReportPageProps { frame, report, spoken })
    }))
}

/// Changes whenever a figure of the report does; costs a few rows, however many views there are.
async fn stamp(mut conn: Conn<'_>, video: &Video) -> store::Result<String> {
    let (report, figures) = insight::video(conn.again(), video).await?;
    let met = figures::met(conn, video.account_id, video.id).await?;
    // An hour in which nobody came is one more column.
    let hour = now().div_euclid(3_600_000);
    Ok(hex::encode(&digest(format!("{report:?}{figures:?}{met:?}{hour}{}", video.title).as_bytes())[..8]))
}

async fn read(mut conn: Conn<'_>, video: &Video, wish: &Wish, stamp: String, now: i64) -> store::Result<Report> {
    let (report, figures) = insight::video(conn.again(), video).await?;
    let retention = insight::retention::of(conn.again(), video).await?;
    let series = series::of(conn.again(), video, series::Range::usual(wish.by, now)).await?;
    let outcomes = insight::answers::of(conn.again(), video).await?;
    let (spectators, more) = attention::page(conn.again(), video, wish.page).await?;
    let mut sources = Vec::new();
    for (name, facet) in [
        (Word::Referrers, "referrer"),
        (Word::EmbedLocations, "location"),
        (Word::Campaigns, "utm_campaign"),
        (Word::Devices, "device_type"),
        (Word::Regions, "region"),
    ] {
        let found = insight::sources::list(conn.again(), video, facet).await?;
        let rows = found.into_iter().filter(|one| one.plays > 0).take(SOURCES).map(|one| Source {
            value: one.value,
            plays: one.plays,
            percent: insight::retention::share(one.plays, figures.plays),
        });
        sources.push(List { name, rows: rows.collect() });
    }
    let buckets = &report.watch_rate;
    let lang = wish.lang.as_ref().map(|lang| format!("&lang={lang}")).unwrap_or_default();
    Ok(Report {
        title: video.title.clone(),
        poster: String::new(),
        play_path: format!("/video/play/{}", video.token),
        created_at: video.created_at,
        duration_ms: video.duration_ms.unwrap_or(0),
        path: format!("/report/{}?{}{lang}", video.token, wish.key),
        until: until(&wish.key),
        stamp,
        plays: report.total_plays,
        page_loads: report.total_page_loads,
        viewers: report.unique_users,
        avg_watch_rate: report.avg_watch_rate,
        avg_unique_watch_rate: report.avg_unique_watch_rate,
        watched_ms: figures.watched_ms,
        hidden_ms: figures.hidden_ms,
        actions: report.actions.no_of_actions,
        left_out: figures.left_out,
        buckets: [buckets.from_0, buckets.from_25, buckets.from_50, buckets.from_75, buckets.all],
        seen: retention.views,
        again: retention.rewatched,
        retention: retention.retention,
        by_hour: wish.by == series::By::Hour,
        series: series.items.iter().map(stretch).collect(),
        outcomes: outcomes.into_iter().map(outcome).collect(),
        spectators: spectators.into_iter().map(spectator).collect(),
        page: wish.page,
        more,
        sources,
    })
}

fn until(key: &str) -> i64 {
    let seconds = key.strip_prefix("until=").and_then(|rest| rest.split('&').next()?.parse::<i64>().ok());
    seconds.unwrap_or(0).saturating_mul(1_000)
}

fn stretch(item: &series::Item) -> Stretch {
    Stretch {
        at: item.at_ms,
        plays: item.plays,
        page_loads: item.page_loads,
        watched_ms: (item.watched * 1_000.0).round() as i64,
    }
}

fn outcome(one: insight::answers::Outcome) -> Outcome {
    let parts = one.options.unwrap_or_default().into_iter().map(|choice| Part {
        text: choice.text,
        answers: choice.answers,
        percent: choice.percent,
        correct: choice.correct,
    });
    Outcome {
        kind: one.kind,
        title: one.title,
        at_ms: one.at.map(|at| (at * 1_000.0).round() as i64),
        impressions: one.impressions,
        answers: one.answers,
        skips: one.skips,
        rate: one.answer_rate,
        parts: parts.collect(),
    }
}

fn spectator(one: attention::Attention) -> Spectator {
    Spectator {
        name: one.name,
        email: one.email,
        last_at: one.last_ms,
        views: one.views,
        percent: one.percentage_played,
        seconds: one.seconds,
    }
}
