//! Mute and volume, apart: phones have the one without the other.

use super::{
    button::{Button, button},
    icon,
};
use crate::{
    player::{deck::Deck, media::sets_volume, request::Request, speech::percent},
    words::Word,
};
use leptos::prelude::*;

#[component]
pub fn Volume(deck: Deck) -> impl IntoView {
    let media = deck.media;
    let heard = move || if media.muted.get() { 0 } else { media.volume.get() };
    view! {
        <div class="volume" style=move || ["--level:", &heard().to_string(), "%"].concat()>
            {button(Button {
                class: "",
                name: Box::new(move || deck.say(if heard() == 0 { Word::Unmute } else { Word::Mute })),
                keys: "m",
                path: Box::new(move || if heard() == 0 { icon::SILENT } else { icon::LOUD }),
                pressed: None,
                expanded: None,
                press: Box::new(move || deck.ask(Request::Mute)),
            })}
            {sets_volume().then(|| view! { <input
                type="range"
                aria-label=deck.say(Word::Volume)
                min="0"
                max="100"
                step="1"
                prop:value=move || heard() as f64
                aria-valuetext=move || deck.eloquent.get().then(|| percent(heard() as f64 / 100.0))
                on:input=move |event| {
                    if let Ok(level) = event_target_value(&event).parse() {
                        deck.ask(Request::Volume(level));
                    }
                }
            /> })}
        </div>
    }
}
