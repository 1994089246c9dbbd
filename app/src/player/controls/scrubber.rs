//! The scrubber: a native range, so that mouse, touch, keyboard and screen readers know it.

use super::spoken;
use crate::player::{
    media::Media,
    request::{Player, Request},
};
use leptos::prelude::*;

#[component]
pub fn Scrubber(media: Media, handle: Player) -> impl IntoView {
    // In hundredths of a percent: whole numbers need little code.
    let share = move |ms: i64| ms * 10_000 / media.duration.get().max(1);
    let style = move || {
        let (played, buffered) = (share(media.time.get()), share(media.buffered.get()));
        format!("--played:{played};--buffered:{buffered}")
    };
    view! {
        <div class="scrubber" style=style>
            <input
                type="range"
                aria-label="Seek"
                min="0"
                max=move || media.duration.get()
                step="1"
                prop:value=move || media.time.get() as i32
                aria-valuetext=move || format!("{} of {}", spoken(media.time.get()), spoken(media.duration.get()))
                on:input=move |event| {
                    if let Ok(ms) = event_target_value(&event).parse() {
                        handle.ask(Request::Seek(ms));
                    }
                }
            />
        </div>
    }
}
