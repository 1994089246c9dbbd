//! The faces of a video's interactions: one fetch for all of them.

use super::show::Stage;
use crate::player::{
    deck::Deck,
    js::{call, get, new, object},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

impl Stage {
    /// Fetches the faces; again when the host page has said meanwhile who watches.
    pub async fn fetch(self) {
        if self.change(|inner| std::mem::replace(&mut inner.fetching, true)) == Some(true) {
            return;
        }
        loop {
            let named = self.deck.named.get_untracked();
            for wait in [0, 1_000, 4_000, 15_000] {
                if wait > 0 {
                    pause(wait).await;
                }
                if let Some(faces) = faces(self.deck, named > 0).await {
                    self.change(|inner| inner.faces = Some(faces));
                    break;
                }
            }
            if named == self.deck.named.get_untracked() {
                break;
            }
        }
        self.change(|inner| inner.fetching = false);
        self.settle();
    }
}

/// The element with all faces, as the server wrote them for this viewer: of the page, or `named` since.
async fn faces(deck: Deck, named: bool) -> Option<Element> {
    let surface = if deck.recorder.is_embedded() { "embed" } else { "play" };
    let lang = document().document_element()?.get_attribute("lang").unwrap_or_default();
    let view = if named { ["&s=", &deck.recorder.session()].concat() } else { String::new() };
    let path = ["/video/faces/", &deck.recorder.video(), "?on=", surface, "&lang=", &lang, &view].concat();
    let init = object(&[("method", "POST".into()), ("body", deck.recorder.pass().into())]);
    let answer = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str_and_init(&path, init.unchecked_ref()));
    let response: web_sys::Response = answer.await.ok()?.unchecked_into();
    if !response.ok() {
        return None;
    }
    let html = wasm_bindgen_futures::JsFuture::from(response.text().ok()?).await.ok()?;
    let parser = new("DOMParser", &[])?;
    let parsed = call(&parser, "parseFromString", &[html, "text/html".into()])?;
    get(&parsed, "body").dyn_into().ok()
}

pub async fn pause(ms: i32) {
    let promise = js_sys::Promise::new(&mut |done, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, ms);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
