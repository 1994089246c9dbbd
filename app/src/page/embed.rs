//! The embed page: the player alone, filling its frame.

use super::{Document, Frame, renewing, rest};
use crate::{
    film::Film,
    player::{Player, Setting},
    talk::live,
};
use leptos::prelude::*;

#[component]
pub fn EmbedPage(frame: Frame, film: Film, setting: Setting) -> impl IntoView {
    let (title, description) = (film.title.clone(), film.description.clone());
    let (poster, label) = (film.poster.clone(), film.title.clone());
    let rest = rest(&frame.assets);
    let renew = renewing(&film, &frame);
    let nonce = frame.nonce.clone();
    let live = setting.comments.then(|| view! { <script nonce=nonce>{live::SCRIPT.as_str()}</script> });
    view! {
        <Document frame title description poster boots=true class="embed">
            // The page around the frame has a main part of its own.
            <section class="fill" aria-label=label>
                {renew}
                <Player film setting />
            </section>
            {rest}
            {live}
        </Document>
    }
}
