//! Mute and volume, apart: phones have the one without the other.

use super::icon::{self, Icon};
use crate::player::{
    media::Media,
    request::{Player, Request},
};
use leptos::prelude::*;

#[component]
pub fn Volume(media: Media, handle: Player) -> impl IntoView {
    let heard = move || if media.muted.get() { 0 } else { media.volume.get() };
    let label = move || if heard() == 0 { "Unmute" } else { "Mute" };
    view! {
        <div class="volume" style=move || format!("--level:{}%", heard())>
            <button type="button" class="control" aria-label=label aria-keyshortcuts="m" data-tip=label
                on:click=move |_| handle.ask(Request::Mute)>
                <Icon path=move || if heard() == 0 { icon::SILENT } else { icon::LOUD } />
            </button>
            <input
                type="range"
                aria-label="Volume"
                min="0"
                max="100"
                step="1"
                prop:value=heard
                aria-valuetext=move || format!("{} percent", heard())
                on:input=move |event| {
                    if let Ok(level) = event_target_value(&event).parse() {
                        handle.ask(Request::Volume(level));
                    }
                }
            />
        </div>
    }
}
