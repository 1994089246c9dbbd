//! The play page: the video, its title, and ways to pass it on.

use super::{Document, Frame};
use crate::{
    engage::Surface,
    film::Film,
    player::{Options, Player},
};
use leptos::prelude::*;

/// What the page says about the video beside the video itself.
#[derive(Clone, Debug)]
pub struct About {
    pub views: i64,
    /// Such as `23 November 2026`.
    pub date: String,
    pub owner: String,
    pub share_url: String,
    pub embed_url: String,
}

#[component]
pub fn PlayPage(frame: Frame, film: Film, about: About, options: Options) -> impl IntoView {
    let (title, description) = (film.title.clone(), film.description.clone());
    let poster = film.poster.clone();
    let ratio = format!("{}/{}", film.width.max(1), film.height.max(1));
    let snippet = format!(
        "<iframe src=\"{}\" style=\"width:100%;aspect-ratio:{ratio};border:0\" title=\"{}\" loading=\"lazy\" \
         allow=\"autoplay; picture-in-picture\" allowfullscreen></iframe>",
        about.embed_url,
        title.replace('&', "&amp;").replace('"', "&quot;")
    );
    let views = match about.views {
        1 => "1 view".to_owned(),
        n => format!("{n} views"),
    };
    view! {
        <Document frame title=title.clone() description=description.clone() poster boots=true class="page">
            <main class="watch">
                <Player film options surface=Surface::Play />
                <header class="watch-head">
                    <h1>{title}</h1>
                    <p class="watch-meta">
                        <span>{views}</span>
                        <span>{about.date}</span>
                        <span>{about.owner}</span>
                    </p>
                </header>
                {(!description.is_empty()).then(|| view! { <p class="watch-about">{description}</p> })}
                <details class="share">
                    <summary>"Share"</summary>
                    <div class="share-body">
                        <label class="share-row">
                            <span>"Link"</span>
                            <input type="text" readonly value=about.share_url />
                        </label>
                        <label class="share-row">
                            <span>"Embed"</span>
                            <input type="text" readonly value=snippet />
                        </label>
                    </div>
                </details>
            </main>
            <footer class="foot">"Played by Cuepoint"</footer>
        </Document>
    }
}
