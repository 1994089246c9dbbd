//! How the tape travels: in batches while the page is there, by beacon when it goes. Whatever is not
//! acknowledged is kept and sent again; the server stores an event once for its number.

use super::{Recorder, clock};
use crate::{
    engage::RECORD_PATH,
    player::{
        js::{call, get},
        tape::Event,
    },
};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RequestInit, Response};

/// The batch as it is written; [`crate::engage::Batch`] is how it is read.
#[derive(Serialize)]
struct Envelope<'a> {
    v: u32,
    session: &'a str,
    video: &'a str,
    pass: &'a str,
    sent: i64,
    events: &'a [Event],
}

/// Batches that a page sends when it goes: together they stay below the browser's 64 KiB.
const BEACONS: usize = 3;
/// The first wait after a failure, the longest, and the longest that a server can ask for, in milliseconds.
const BACKOFF_MS: f64 = 10_000.0;
const BACKOFF_MAX_MS: f64 = 300_000.0;
const ASKED_MAX_MS: f64 = 3_600_000.0;

impl Recorder {
    /// Sends all that waits; nobody hears the answer, so it stays on the tape.
    pub(super) fn beacon(self) {
        self.persist();
        for part in 0..BEACONS {
            let Some((body, _)) = self.envelope(part) else { return };
            // A full beacon queue is no loss: the tape is sent again when the page comes back.
            let _ = window().navigator().send_beacon_with_opt_str(RECORD_PATH, Some(&body));
        }
    }

    /// Sends what waits, unless a batch is under way or the server asked for patience.
    pub fn flush(self) {
        let ready = self.0.with_value(|inner| !inner.sending && clock() >= inner.wait_until);
        let Some((body, events)) = self.envelope(0).filter(|_| ready) else { return };
        self.0.update_value(|inner| inner.sending = true);
        leptos::task::spawn_local(async move {
            let (status, asked) = post(&body).await.unwrap_or_default();
            self.0.update_value(|inner| {
                inner.sending = false;
                if decided(status) {
                    inner.failures = 0;
                    inner.tape.drop_sent(&events);
                } else {
                    inner.failures += 1;
                    let spread = js_sys::Math::random() * f64::from(1_u32 << inner.failures.min(5) >> 1);
                    let own = (BACKOFF_MS * (1.0 + spread)).min(BACKOFF_MAX_MS);
                    inner.wait_until = clock() + own.max(asked.min(ASKED_MAX_MS));
                }
            });
            let kept = self.0.with_value(|inner| inner.kept);
            if kept || !decided(status) {
                self.persist();
            }
            if decided(status) {
                self.flush();
            }
        });
    }

    /// Leaves what waits in the browser's storage, where the next page finds it should this one be gone.
    /// Where that is too much, the tape is thinned: storage and tape always say the same.
    pub(super) fn persist(self) {
        let thinned = || self.0.try_update_value(|inner| inner.tape.thin(BEACONS)).unwrap_or_default();
        if !self.store() && thinned() {
            self.store();
        }
    }

    /// False when it is too much.
    fn store(self) -> bool {
        let bodies: js_sys::Array =
            (0..).map_while(|part| self.envelope(part)).map(|(body, _)| JsValue::from(body)).collect();
        let session = self.session();
        self.0.update_value(|inner| inner.kept = bodies.length() > 0);
        call(&get(&window(), "__cue"), "unsent", &[session.into(), bodies.into()]) != Some(JsValue::FALSE)
    }

    /// The batch that comes after `part` others.
    fn envelope(self, part: usize) -> Option<(String, Vec<Event>)> {
        let events = self.0.with_value(|inner| inner.tape.batch(part));
        if events.is_empty() { None } else { Some((self.body(&events)?, events)) }
    }

    /// These events as they travel.
    pub fn body(self, events: &[Event]) -> Option<String> {
        self.0.with_value(|inner| {
            if inner.session.is_empty() {
                return None;
            }
            let body = serde_json::to_string(&Envelope {
                v: 1,
                session: &inner.session,
                video: &inner.video,
                pass: &inner.pass,
                sent: js_sys::Date::now() as i64,
                events,
            });
            body.ok()
        })
    }
}

/// Has the server said its last word on a batch? 4xx will not get better by repeating.
fn decided(status: u16) -> bool {
    matches!(status, 200..=299 | 400..=499) && !matches!(status, 408 | 429)
}

/// The status, and how many milliseconds the server asks to wait.
async fn post(body: &str) -> Result<(u16, f64), JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&body.into());
    // The batch may outlive the page.
    js_sys::Reflect::set(&init, &"keepalive".into(), &true.into())?;
    let answer = window().fetch_with_str_and_init(RECORD_PATH, &init);
    let response: Response = wasm_bindgen_futures::JsFuture::from(answer).await?.unchecked_into();
    let asked = call(&get(&response, "headers"), "get", &["retry-after".into()]);
    let seconds = asked.and_then(|text| text.as_string()?.parse::<u32>().ok()).unwrap_or(0);
    Ok((response.status(), f64::from(seconds) * 1_000.0))
}
