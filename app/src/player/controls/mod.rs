//! The control bar: it asks, and shows what the element says.

mod awake;
mod icon;
mod scrubber;
mod volume;

pub use awake::Awake;

use super::{
    media::Media,
    request::{Player, Request},
};
use icon::Icon;
use leptos::prelude::*;

#[component]
pub fn Controls(media: Media, handle: Player, awake: Awake, has_captions: bool) -> impl IntoView {
    let ask = move |request| move |_| handle.ask(request);
    let play_label = move || if media.paused.get() { "Play" } else { "Pause" };
    view! {
        <button type="button" class="big-play" aria-label="Play video" on:click=ask(Request::Toggle)>
            <Icon path=|| icon::PLAY />
        </button>
        <div class="spinner" aria-hidden="true"></div>
        <div class="failed" role="alert">
            {move || media.failed.get().then(|| view! { <p>"This video could not be loaded. Reload the page to try again."</p> })}
        </div>
        <div
            class="controls"
            on:pointerenter=move |_| awake.hold(true)
            on:pointerleave=move |_| awake.hold(false)
        >
            <scrubber::Scrubber media handle />
            <div class="bar">
                <button type="button" class="control" aria-label=play_label aria-keyshortcuts="k" data-tip=play_label
                    on:click=ask(Request::Toggle)>
                    <Icon path=move || if media.paused.get() { icon::PLAY } else { icon::PAUSE } />
                </button>
                <volume::Volume media handle />
                <div class="time">
                    <span>{move || clock(media.time.get())}</span>
                    <span class="time-of">{move || clock(media.duration.get())}</span>
                </div>
                <div class="gap"></div>
                {has_captions.then(|| view! {
                    <button type="button" class="control" aria-label="Captions" aria-keyshortcuts="c" data-tip="Captions"
                        aria-pressed=move || media.captions.get().to_string() on:click=ask(Request::Captions)>
                        <Icon path=|| icon::CAPTIONS />
                    </button>
                })}
                <button type="button" class="control" aria-keyshortcuts="f" data-tip="Full screen"
                    aria-label=move || if media.fullscreen.get() { "Leave full screen" } else { "Full screen" }
                    on:click=ask(Request::Fullscreen)>
                    <Icon path=move || if media.fullscreen.get() { icon::SHRINK } else { icon::GROW } />
                </button>
            </div>
        </div>
    }
}

/// `1:05`, or `1:02:05` from an hour on.
fn clock(ms: i64) -> String {
    let s = ms.max(0) / 1000;
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// The same as a person says it: `1 minute 5 seconds`.
fn spoken(ms: i64) -> String {
    let s = ms.max(0) / 1000;
    let mut words = String::new();
    for (n, unit) in [(s / 3600, "hour"), (s / 60 % 60, "minute"), (s % 60, "second")] {
        if n > 0 || (unit == "second" && words.is_empty()) {
            let gap = if words.is_empty() { "" } else { " " };
            let plural = if n == 1 { "" } else { "s" };
            words.push_str(&format!("{gap}{n} {unit}{plural}"));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_reads_like_a_clock() {
        assert_eq!(clock(0), "0:00");
        assert_eq!(clock(65_400), "1:05");
        assert_eq!(clock(3_725_000), "1:02:05");
    }

    #[test]
    fn time_is_spoken_in_words() {
        assert_eq!(spoken(65_000), "1 minute 5 seconds");
        assert_eq!(spoken(3_600_000), "1 hour");
        assert_eq!(spoken(1_000), "1 second");
        assert_eq!(spoken(0), "0 seconds");
    }
}
