//! What went wrong, and what to do.

use crate::{
    player::{deck::Deck, request::Request},
    words::Word,
};
use leptos::prelude::*;

#[component]
pub fn Failed(deck: Deck) -> impl IntoView {
    let failed = deck.media.failed;
    // The connection may come back by itself.
    window_event_listener_untyped("online", move |_| {
        if failed.get_untracked() != 0 {
            deck.ask(Request::Retry);
        }
    });
    let cause = move |code| match code {
        // MediaError: 2 network, 3 decode, 4 no source that can be used.
        _ if !window().navigator().on_line() => Word::Offline,
        2 => Word::LostConnection,
        3 => Word::CannotDecode,
        _ => Word::CannotLoad,
    };
    view! {
        <div class="failed" role="alert">
            {move || {
                let code = failed.get();
                (code != 0).then(|| view! {
                    <p>{deck.say(cause(code))}</p>
                    <button type="button" class="button" on:click=move |_| deck.ask(Request::Retry)>
                        {deck.say(Word::TryAgain)}
                    </button>
                })
            }}
        </div>
    }
}
