//! Whole pages: the document around a view, and what it loads.

pub mod closed;
pub mod embed;
pub mod home;
pub mod play;
pub mod sdk;

use crate::{player::boot, words::Lang};
use leptos::prelude::*;

/// Where the built site stands; the names carry hashes.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    pub style: Option<String>,
    pub script: Option<String>,
    pub wasm: Option<String>,
    /// The module that fetches chunks; loaded beside the script to save a round trip.
    pub chunks: Option<String>,
    /// The streaming engine.
    pub engine: Option<String>,
}

/// What a page needs besides its own view.
#[derive(Clone, Debug)]
pub struct Frame {
    pub assets: Assets,
    /// The Content-Security-Policy nonce of this answer.
    pub nonce: String,
    /// The address under which others reach this page.
    pub canonical: String,
    pub lang: Lang,
}

/// The document. `poster` is fetched before everything else; `boots` makes the player interactive
/// once the first frame stands.
#[component]
pub(crate) fn Document(
    frame: Frame,
    title: String,
    #[prop(optional)] description: String,
    #[prop(optional)] poster: String,
    #[prop(optional)] boots: bool,
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let Frame { assets, nonce, canonical, lang } = frame;
    let boot = boots.then(|| boot::script(&assets)).flatten();
    view! {
        <!DOCTYPE html>
        <html lang=lang.code() dir=lang.dir() class=class>
            <head>
                <meta charset="utf-8" />
                {boot.map(|text| view! { <script nonce=nonce.clone()>{text}</script> })}
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>{title}</title>
                {(!description.is_empty()).then(|| view! { <meta name="description" content=description /> })}
                {(!poster.is_empty()).then(|| view! { <link rel="preload" r#as="image" href=poster fetchpriority="high" /> })}
                {assets.style.map(|href| view! { <link rel="stylesheet" href=href /> })}
                <link rel="canonical" href=canonical />
                <link rel="icon" href="data:," />
                <meta name="color-scheme" content="light dark" />
            </head>
            <body>{children()}</body>
        </html>
    }
}
