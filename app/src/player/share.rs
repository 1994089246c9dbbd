//! Copying: links with the moment on screen, and the snippets of the play page's share dialog.

use super::{
    deck::Deck,
    js::{at_first, call, get},
    speech::clock,
};
use crate::words::Word;
use js_sys::{Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlInputElement};

/// Puts `text` on the clipboard and calls `done` once it is there.
pub fn copy(text: String, done: impl FnOnce() + 'static) {
    leptos::task::spawn_local(async move {
        let asked = call(&get(&window().navigator(), "clipboard"), "writeText", &[text.into()]);
        if let Some(promise) = asked.and_then(|asked| asked.dyn_into::<Promise>().ok())
            && wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()
        {
            done();
        }
    });
}

/// Gives life to the share dialog that the server wrote: its copy buttons, and the link at a time.
#[lazy]
pub async fn wire(deck: Deck, dialog: Element) {
    let of = dialog.clone();
    let freshen = Closure::<dyn Fn()>::new(move || {
        let Ok(Some(field)) = of.query_selector("[data-at]") else { return };
        let field: HtmlInputElement = field.unchecked_into();
        let at = deck.media.time.get_untracked();
        let link = deck.player.data("share").unwrap_or_default();
        field.set_value(&format!("{link}?t={}", at / 1000));
        if let Ok(Some(time)) = of.query_selector(".share-time") {
            time.set_text_content(Some(&clock(at)));
        }
    });
    let _ = dialog.add_event_listener_with_callback("toggle", freshen.as_ref().unchecked_ref());
    let _ = freshen.as_ref().unchecked_ref::<Function>().call0(&JsValue::NULL);
    freshen.forget();
    let click = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(button) = target.and_then(|target| target.closest("[data-copy]").ok()?) else { return };
        let field = button.previous_element_sibling().and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let Some(field) = field else { return };
        field.select();
        copy(field.value(), move || {
            button.set_text_content(Some(&deck.say(Word::Copied)));
            deck.said.say(&deck.say(Word::Copied));
            set_timeout(
                move || button.set_text_content(Some(&deck.say(Word::Copy))),
                std::time::Duration::from_secs(2),
            );
        });
    });
    let _ = dialog.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
    click.forget();
}

/// Waits for someone to come near the share button before it fetches the rest.
pub fn wait(deck: Deck) {
    let page = document();
    let (Ok(Some(button)), Some(dialog)) = (page.query_selector(".share-open"), page.get_element_by_id("share")) else {
        return;
    };
    // An attribute of an element that exists can be set.
    let _ = dialog.set_attribute("data-live", "");
    let come = Box::new(move || leptos::task::spawn_local(wire(deck, dialog)));
    at_first(&button, &["pointerenter", "focus", "click"], come);
}
