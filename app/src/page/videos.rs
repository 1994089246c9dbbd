//! The account's videos, for its people: from here to playing, previewing, reading the report, uploading.

use super::{
    Frame,
    account::{Here, Top, shell},
};
use leptos::prelude::*;

/// A video as it is listed.
#[derive(Clone, Debug)]
pub struct Listed {
    pub token: String,
    pub title: String,
    /// `ready`, `processing` or `failed`.
    pub state: String,
    /// Such as `1:22`.
    pub duration: String,
    pub date: String,
    pub poster: String,
}

/// One page of them.
#[derive(Clone, Debug, Default)]
pub struct Videos {
    pub top: Top,
    pub listed: Vec<Listed>,
    pub page: i64,
    pub more: bool,
    /// May the reader open reports, and upload?
    pub reports: bool,
    pub uploads: bool,
}

#[component]
pub fn VideosPage(frame: Frame, videos: Videos) -> impl IntoView {
    let Videos { top, listed, page, more, reports, uploads } = videos;
    let empty = listed.is_empty().then(|| {
        let advice = match uploads {
            true => "Upload the first one; its link is there at once.",
            false => "As soon as somebody adds one, it is here.",
        };
        view! {
            <div class="people-empty">
                <h2>"No videos yet"</h2>
                <p>{advice}</p>
            </div>
        }
    });
    let rows = listed.into_iter().map(|one| card(one, reports)).collect_view();
    let newer = (page > 1).then(|| view! { <a href=format!("/videos?page={}", page - 1)>"Newer"</a> });
    let older = more.then(|| view! { <a href=format!("/videos?page={}", page + 1)>"Older"</a> });
    let content = view! {
        <main class="people">
            <div class="people-head">
                <h1>"Videos"</h1>
                {uploads.then(|| view! { <a class="button" href="/upload">"Upload videos"</a> })}
            </div>
            {empty}
            <ul class="people-videos">{rows}</ul>
            <nav class="people-pages" aria-label="Pages">{newer} {older}</nav>
        </main>
    };
    shell(frame, "Videos", top, Here::Videos, content.into_any())
}

fn card(one: Listed, reports: bool) -> impl IntoView {
    let Listed { token, title, state, duration, date, poster } = one;
    let chip = match state.as_str() {
        "processing" => Some("Being prepared"),
        "failed" => Some("Failed"),
        _ => None,
    };
    let about: Vec<String> = [duration, date].into_iter().filter(|text| !text.is_empty()).collect();
    let named = |what: &str| format!("{what}: {title}");
    let acts = view! {
        <a href=format!("/video/preview/{token}") aria-label=named("Preview")>"Preview"</a>
        <a href=format!("/video/play/{token}") aria-label=named("Viewers' page")>"Viewers' page"</a>
        {reports.then(|| view! { <a href=format!("/report/{token}") aria-label=named("Report")>"Report"</a> })}
    };
    view! {
        <li>
            <img src=poster alt="" width="160" height="90" loading="lazy" />
            <div class="people-what">
                <strong>{title.clone()}</strong>
                {chip.map(|text| view! { <span class="people-chip">{text}</span> })}
                <span class="people-soft">{about.join(" · ")}</span>
            </div>
            <div class="people-acts">{acts}</div>
        </li>
    }
}
