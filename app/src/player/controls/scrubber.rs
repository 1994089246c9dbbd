//! The scrubber: a native range, so that mouse, touch, keyboard and screen readers know it.

use super::spoken;
use crate::player::{
    media::Media,
    request::{Player, Request},
};
use leptos::prelude::*;

#[component]
pub fn Scrubber(media: Media, handle: Player) -> impl IntoView {
    let share = move |ms: i64| format!("{:.2}%", ms as f64 * 100.0 / media.duration.get().max(1) as f64);
    view! {
        <div class="scrubber" style:--played=move || share(media.time.get()) style:--buffered=move || share(media.buffered.get())>
            <input
                type="range"
                aria-label="Seek"
                min="0"
                max=move || media.duration.get()
                step="any"
                prop:value=move || media.time.get().to_string()
                aria-valuetext=move || format!("{} of {}", spoken(media.time.get()), spoken(media.duration.get()))
                on:input=move |event| {
                    if let Ok(ms) = event_target_value(&event).parse::<f64>() {
                        handle.ask(Request::Seek(ms as i64));
                    }
                }
            />
        </div>
    }
}
