//! Who is watching, and what may be kept of it: the page's word, taken to the server at once, so that
//! the page hears what became of it.

use super::port::{done, failed, tell};
use crate::{
    engage::RECORD_PATH,
    player::{
        deck::Deck,
        js::{call, get, object, text},
        tape::What,
    },
};
use js_sys::{JSON, Promise};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The server's limit, in bytes.
const TOKEN: usize = 4_096;

/// `setViewer(token)` and `setConsent({analytics})`.
#[lazy]
pub async fn tell_server(deck: Deck, name: String, id: JsValue, given: JsValue) {
    let analytics = get(&given, "analytics").as_bool();
    let what = match (name.as_str(), given.as_string(), analytics) {
        ("setViewer", Some(token), _) if (1..=TOKEN).contains(&token.len()) => What::Viewer { token },
        ("setConsent", _, Some(analytics)) => What::Consent { analytics },
        ("setViewer", ..) => {
            return failed(deck, id, "DataError", Some("setViewer takes a signed viewer token".to_owned()));
        }
        _ => return failed(deck, id, "DataError", Some("setConsent takes { analytics: true } or false".to_owned())),
    };
    let event = deck.recorder.alone(what);
    let sent = match deck.recorder.body(std::slice::from_ref(&event)) {
        Some(body) => send(&body).await,
        None => None,
    };
    match sent {
        Some(receipt) => {
            let refused = get(&get(&receipt, "refused"), "0");
            if let Some(reason) = text(&refused, "message") {
                return failed(deck, id, "DataError", Some(["the token ", &reason].concat()));
            }
            if name == "setViewer" {
                deck.named.update(|times| *times += 1);
            }
        }
        // It goes with the next batch: nothing is lost, only later.
        None => deck.recorder.keep(event),
    }
    done(deck, id, JsValue::NULL);
    if let Some(analytics) = analytics.filter(|_| name == "setConsent") {
        tell(deck, "consentchange", &[("analytics", analytics.into())]);
    }
}

/// The server's receipt; none when it could not be reached, or did not take the batch.
async fn send(body: &str) -> Option<JsValue> {
    let init = object(&[("method", "POST".into()), ("body", body.into()), ("keepalive", true.into())]);
    let asked: Promise = call(&window(), "fetch", &[RECORD_PATH.into(), init.into()])?.dyn_into().ok()?;
    let answer = JsFuture::from(asked).await.ok()?;
    let read: Promise = call(&answer, "text", &[])?.dyn_into().ok()?;
    let receipt = JsFuture::from(read).await.ok()?.as_string()?;
    JSON::parse(&receipt).ok().filter(|_| get(&answer, "ok").is_truthy())
}
