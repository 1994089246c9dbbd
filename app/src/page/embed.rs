//! The embed page: the player alone, filling its frame.

use super::{Document, Frame, rest};
use crate::{
    film::Film,
    player::{Player, Setting},
};
use leptos::prelude::*;

#[component]
pub fn EmbedPage(frame: Frame, film: Film, setting: Setting) -> impl IntoView {
    let (title, description) = (film.title.clone(), film.description.clone());
    let (poster, label) = (film.poster.clone(), film.title.clone());
    let rest = rest(&frame.assets);
    view! {
        <Document frame title description poster boots=true class="embed">
            // The page around the frame has a main part of its own.
            <section class="fill" aria-label=label>
                <Player film setting />
            </section>
            {rest}
        </Document>
    }
}
