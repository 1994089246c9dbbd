//! The control bar: it asks, and shows what the element says.

mod awake;
mod bar;
mod button;
mod failed;
pub mod icon;
mod scrubber;
mod volume;

pub use awake::Awake;

use super::{deck::Deck, js::is_true, request::Request};
use crate::words::Word;
use leptos::prelude::*;

/// Everything that stands above the frame but interactions and floats.
#[component]
pub fn Controls(deck: Deck) -> impl IntoView {
    let media = deck.media;
    let bare = deck.player.data("controls").as_deref() == Some("false");
    let itself = deck.player.data("autoplay").is_some();
    // Put into words once: the button is there before anything else is.
    let middle = move || {
        deck.say(match (media.started.get(), media.paused.get()) {
            (false, _) => Word::PlayVideo,
            (true, true) => Word::Play,
            (true, false) => Word::Pause,
        })
    };
    let hushed = move || itself && media.muted.get() && !media.paused.get();
    let resumed = move || deck.resumed.get() > 0 && !media.started.get();
    view! {
        <button type="button" class="big-play" aria-label=middle on:click=move |_| deck.ask(Request::Toggle)>
            {icon::icon(Box::new(move || if media.paused.get() { icon::PLAY } else { icon::PAUSE }))}
        </button>
        {move || resumed().then(|| view! {
            <button type="button" class="pill start-over" on:click=move |_| {
                deck.ask(Request::Seek(0));
                deck.ask(Request::Play);
            }>{deck.say(Word::StartOver)}</button>
        })}
        {move || hushed().then(|| view! {
            <button type="button" class="pill sound-on" on:click=move |_| deck.ask(Request::Mute)>
                {icon::still(icon::SILENT)}
                {deck.say(Word::TurnSoundOn)}
            </button>
        })}
        <div class="spinner" aria-hidden="true"></div>
        <failed::Failed deck />
        {(!bare).then(|| view! { <bar::Bar deck /> })}
    }
}

/// Can this document show a video in a window of its own?
fn has_pictures() -> bool {
    is_true(&document(), "pictureInPictureEnabled")
}
