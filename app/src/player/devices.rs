//! Other devices that could play the video: AirPlay, or whatever the Remote Playback API finds.

use super::js::{call, get, is_true, text};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::HtmlVideoElement;

/// Is there a device now? Where the browser can't tell, there is none.
pub fn watch(video: &HtmlVideoElement) -> RwSignal<bool> {
    let there = RwSignal::new(false);
    let told = Closure::<dyn Fn(JsValue)>::new(move |told: JsValue| {
        // Safari sends an event, the others a boolean.
        let said = text(&told, "availability");
        there.set(said.map_or(told.is_truthy(), |said| said == "available"));
    });
    let told = told.into_js_value();
    if is_true(&window(), "WebKitPlaybackTargetAvailabilityEvent") {
        let told = told.unchecked_ref();
        let _ = video.add_event_listener_with_callback("webkitplaybacktargetavailabilitychanged", told);
    } else {
        call(&get(video, "remote"), "watchAvailability", &[told]);
    }
    there
}
