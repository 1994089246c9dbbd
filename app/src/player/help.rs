//! The dialog that lists the keys, with the viewer's switch for them.

use super::{deck::Deck, habits, keys, memory::remember};
use crate::words::Word;
use leptos::{html, prelude::*};

/// What each key does; a blank separates keys that do the same, a slash a pair.
const KEYS: [(&str, Word); 15] = [
    ("k Space", Word::KeyPlay),
    ("← → ", Word::KeyBackOn5),
    ("j l ", Word::KeyBackOn10),
    ("↑ ↓ ", Word::KeyVolume),
    ("m", Word::KeyMute),
    ("f", Word::KeyFullScreen),
    ("c", Word::KeyCaptions),
    ("i p", Word::KeyPictureInPicture),
    ("d", Word::KeyDescription),
    ("< > ", Word::KeySpeed),
    ("0–9", Word::KeyJump),
    (", . ", Word::KeyStep),
    ("Home End ", Word::KeyEnds),
    ("?", Word::KeyHelp),
    ("Esc", Word::Close),
];

#[lazy]
pub async fn show(deck: Deck) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = dialog.get() {
            // It is in the document and not open yet.
            let _ = dialog.show_modal();
        }
    });
    let rows = KEYS.into_iter().map(|(keys, word)| {
        let caps = keys.split_whitespace().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
        view! { <tr><td>{caps}</td><th scope="row">{deck.say(word)}</th></tr> }
    });
    let toggle = move |event| remember("keys", if event_target_checked(&event) { "on" } else { keys::OFF });
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog class="sheet" aria-labelledby="cue-keys" node_ref=dialog on:close=move |_| deck.close()>
            <header class="sheet-head">
                <h2 id="cue-keys">{deck.say(Word::Keyboard)}</h2>
                <button type="button" class="control" aria-label=deck.say(Word::Close) on:click=close>
                    {super::controls::icon::still(super::controls::icon::CLOSE)}
                </button>
            </header>
            <label class="row switch">
                <span>{deck.say(Word::UseKeys)}</span>
                <input type="checkbox" role="switch" prop:checked=habits::keys_are_on() on:change=toggle />
            </label>
            <table class="keys"><tbody>{rows.collect_view()}</tbody></table>
        </dialog>
    }
    .into_any()
}
