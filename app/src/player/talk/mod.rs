//! Comments and reactions, taken over from the server's HTML: forms post without leaving the page, times
//! seek, what others say appears. It comes in a chunk, once the page's own lines of script
//! ([`crate::talk::live`]) say that someone came near or something happened.

mod floats;
mod forms;
mod list;
mod panel;

use super::{
    bridge,
    deck::Deck,
    js::{at_first, call, get, text},
};
use js_sys::{Array, Promise};
use leptos::prelude::*;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventTarget};

/// The event with which the page's script calls.
const CALL: &str = "cuetalk";

/// Waits until the page's script calls; if it has called already, it calls again.
pub fn wait(deck: Deck) {
    at_first(&document(), &[CALL], Box::new(move || leptos::task::spawn_local(wire(deck))));
    call(&get(&window(), "__cue"), "again", &[]);
}

/// Everything the parts of the chunk share; it lives as long as the page.
#[derive(Clone)]
struct Talk(Rc<Inner>);

struct Inner {
    deck: Deck,
    /// `#talk`; an embed has none until its panel opens.
    place: RefCell<Option<Element>>,
    /// Comments and reactions that were counted and told.
    known: RefCell<Vec<String>>,
    /// The hundredth of the video whose reactions floated last.
    slot: std::cell::Cell<i64>,
}

/// Comments and reactions of which it is remembered that they were told.
const KNOWN: usize = 500;

#[lazy]
pub async fn wire(deck: Deck) {
    let talk = Talk(Rc::new(Inner {
        deck,
        place: RefCell::new(None),
        known: RefCell::new(Vec::new()),
        slot: std::cell::Cell::new(-1),
    }));
    match document().get_element_by_id("talk") {
        Some(place) => talk.take_up(place),
        None => panel::offer(&talk),
    }
    talk.hear();
    let again = talk.clone();
    on(&document(), CALL, move |_| again.hear());
}

impl Talk {
    fn deck(&self) -> Deck {
        self.0.deck
    }

    fn place(&self) -> Option<Element> {
        self.0.place.borrow().clone()
    }

    /// Gives life to the talk in the page.
    fn take_up(&self, place: Element) {
        *self.0.place.borrow_mut() = Some(place.clone());
        list::listen(self, &place);
        forms::listen(self, &place);
        floats::listen(self);
        // Told to whoever asks the page, as the player's own class is; nothing is drawn by it.
        let _ = place.class_list().add_1("live");
    }

    /// Takes what the page's script has heard since the last time.
    fn hear(&self) {
        let heard: Array = get(&get(&window(), "__cue"), "talk").dyn_into().unwrap_or_default();
        // The array stays: that there is one means that someone has called.
        for told in heard.splice(0, heard.length(), &JsValue::UNDEFINED).iter().filter(JsValue::is_object) {
            let data = text(&told, "data").and_then(|data| js_sys::JSON::parse(&data).ok());
            match (text(&told, "kind").as_deref(), data) {
                (Some("comment"), Some(data)) => list::changed(self, &data),
                (Some("reaction"), Some(data)) => floats::reacted(self, &data),
                _ => {}
            }
        }
    }

    /// Is this the first time that we hear of it?
    fn is_news(&self, id: &str) -> bool {
        let mut known = self.0.known.borrow_mut();
        if known.iter().any(|known| known == id) {
            return false;
        }
        if known.len() >= KNOWN {
            known.remove(0);
        }
        known.push(id.to_owned());
        true
    }

    /// A sentence that the server wrote into the place's `data-say-{name}`.
    fn sentence(&self, name: &str) -> String {
        self.place().and_then(|place| place.get_attribute(&["data-say-", name].concat())).unwrap_or_default()
    }

    /// Says something to those who can't see it.
    fn say(&self, text: &str) {
        if let Some(region) = self.find(".talk-said") {
            region.set_text_content(Some(text));
        }
    }

    fn find(&self, what: &str) -> Option<Element> {
        self.place()?.query_selector(what).ok().flatten()
    }

    /// Tells the page around an embed.
    fn tell(&self, event: &str, detail: &[(&str, JsValue)]) {
        bridge::said(self.deck(), event, detail);
    }
}

/// Listens for as long as the page is there.
fn on(of: &EventTarget, event: &str, hear: impl FnMut(Event) + 'static) {
    let hear = Closure::<dyn FnMut(Event)>::new(hear);
    // Listening to what exists can't fail.
    let _ = of.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
    hear.forget();
}

/// The element that an event is about: its target, or what stands around it, if it is one of `what`.
fn target(event: &Event, what: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(what).ok().flatten()
}

/// The root element of HTML that our own server sent.
fn parse(html: &str, what: &str) -> Option<Element> {
    let parser = super::js::new("DOMParser", &[])?;
    let page = call(&parser, "parseFromString", &[html.into(), "text/html".into()])?;
    let found = call(&page, "querySelector", &[what.into()])?;
    call(&document(), "adoptNode", &[found])?.dyn_into().ok()
}

/// Asks our server; none when it can't be reached. `body` is what `fetch` takes.
async fn fetch(url: &str, accept: &str, body: Option<JsValue>) -> Option<(u16, String)> {
    let headers = super::js::object(&[("accept", accept.into())]);
    let mut init = vec![("headers", headers.into())];
    if let Some(body) = body {
        init.extend([("method", "POST".into()), ("body", body)]);
    }
    let answer: Promise = call(&window(), "fetch", &[url.into(), super::js::object(&init).into()])?.dyn_into().ok()?;
    let answer = JsFuture::from(answer).await.ok()?;
    let status = get(&answer, "status").as_f64()? as u16;
    let text: Promise = call(&answer, "text", &[])?.dyn_into().ok()?;
    Some((status, JsFuture::from(text).await.ok()?.as_string()?))
}
