//! Whole pages: the document around a view, and what it loads.

pub mod account;
pub mod api;
pub mod card;
pub mod closed;
pub mod confirm;
mod docs;
pub mod embed;
pub mod gallery;
pub mod home;
pub mod inline;
pub mod metrics;
pub mod play;
pub mod report;
pub mod sdk;
pub mod sign_in;
pub mod snippet;
pub mod upload;
pub mod videos;
pub mod webhooks;

use crate::{
    film::Film,
    player::{boot, outbox, renew},
    words::Lang,
};
use leptos::prelude::*;
use std::sync::LazyLock;

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

/// What the first picture needs of the style sheet, written into the page: a request less before it.
/// The rest is for controls that come later, and stands behind the player. In a frame the player is all there is.
static FIRST: LazyLock<[String; 2]> = LazyLock::new(|| {
    let tokens = include_str!("../../../style/tokens.css");
    let base = include_str!("../../../style/base.css");
    let page = include_str!("../../../style/page.css");
    let player = include_str!("../../../style/player.css");
    [plain(&[tokens, base, page, player].concat()), plain(&[tokens, base, player].concat())]
});

/// Style without comments, indentation and line ends.
fn plain(style: &str) -> String {
    let mut kept = String::with_capacity(style.len());
    for (i, part) in style.split("/*").enumerate() {
        let text = if i == 0 { part } else { part.split_once("*/").map_or("", |(_, text)| text) };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            kept.push_str(line);
            // A value may go on in the next line.
            if !line.ends_with([';', '{', '}']) {
                kept.push(' ');
            }
        }
    }
    kept
}

/// The rest of the style, behind the player.
pub(crate) fn rest(assets: &Assets) -> impl IntoView + use<> {
    assets.style.clone().map(|href| view! { <link rel="stylesheet" href=href /> })
}

/// The script of a page whose media have addresses that end.
pub(crate) fn renewing(film: &Film, frame: &Frame) -> Option<impl IntoView + use<>> {
    let nonce = frame.nonce.clone();
    film.renews.then(|| view! { <script nonce=nonce>{renew::SCRIPT.as_str()}</script> })
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
    #[prop(optional)] more: Option<AnyView>,
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let Frame { assets, nonce, canonical, lang } = frame;
    let (first_nonce, last_nonce) = (nonce.clone(), nonce.clone());
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
                {boots.then(|| view! { <style nonce=first_nonce>{FIRST[usize::from(class == "embed")].as_str()}</style> })}
                {assets.style.filter(|_| !boots).map(|href| view! { <link rel="stylesheet" href=href /> })}
                <link rel="canonical" href=canonical />
                <link rel="icon" href="data:," />
                <meta name="color-scheme" content="light dark" />
                {more}
            </head>
            <body>
                {children()}
                {boots.then(|| view! { <script nonce=last_nonce>{outbox::SCRIPT.as_str()}</script> })}
            </body>
        </html>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_line_ends_do_not_travel() {
        let style = "/* a */\n.a,\n.b {\n  color: red;\n  margin: 0\n    1px;\n}\n";
        assert_eq!(plain(style), ".a, .b {color: red;margin: 0 1px;}");
    }

    #[test]
    fn the_first_style_can_not_end_its_element() {
        for first in FIRST.iter() {
            assert!(first.len() > 2_000 && !first.contains('<'));
        }
    }
}
