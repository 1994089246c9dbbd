//! The captions on offer, and the way to their style.

use super::{Page, choices};
use crate::{
    player::{captions, deck::Deck, request::Request},
    words::Word,
};
use leptos::prelude::*;

fn labels(deck: Deck) -> Vec<String> {
    let tracks = deck.player.elements().map(|(_, video)| captions::tracks(&video)).unwrap_or_default();
    tracks.into_iter().map(|track| track.label()).collect()
}

/// The row of the first page; nothing where there are no captions.
pub fn row<V: IntoView>(deck: Deck, leads: impl Fn(Word, Page, String) -> V) -> Option<V> {
    let labels = labels(deck);
    let now = usize::try_from(deck.media.track.get()).ok().and_then(|place| labels.get(place).cloned());
    (!labels.is_empty()).then(|| leads(Word::Captions, Page::Captions, now.unwrap_or_else(|| deck.say(Word::Off))))
}

pub fn list(deck: Deck, page: RwSignal<Page>) -> impl IntoView {
    let now = deck.media.track.get_untracked();
    let off = std::iter::once((deck.say(Word::Off), now < 0));
    let offered = off.chain(labels(deck).into_iter().enumerate().map(|(i, label)| (label, i as i64 == now)));
    view! {
        {choices(offered.collect(), move |place| deck.ask(Request::Track(place as i64 - 1)))}
        <button type="button" class="row" on:click=move |_| page.set(Page::Style)>
            <span>{deck.say(Word::CaptionStyle)}</span>
        </button>
    }
}
