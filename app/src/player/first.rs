//! What stands in the server's HTML until the player has arrived: a button in the middle, then play, sound
//! and time where the bar will have them. The boot script serves them; without a script they are hidden,
//! and the native controls are there instead.

use super::{controls::icon, options::Options, speech::clock};
use crate::{
    interaction::sign,
    words::{Lang, Word},
};
use leptos::prelude::*;

/// The button in the middle; it goes when playback begins.
pub fn middle(lang: Lang) -> impl IntoView {
    view! {
        <button type="button" class="big-play first" data-first="play" aria-label=lang.say(Word::PlayVideo)>
            {sign(icon::PLAY)}
        </button>
    }
}

/// The bar; it comes when playback begins.
pub fn bar(lang: Lang, options: &Options, duration_ms: i64) -> impl IntoView + use<> {
    let button = |name, is_on, (off, on): (Word, Word), paths: (&'static str, &'static str)| {
        let (off, on) = (lang.say(off), lang.say(on));
        view! {
            <button
                type="button"
                class="control"
                class:is-on=is_on
                data-first=name
                data-off=off
                data-on=on
                aria-label=if is_on { on } else { off }
            >
                {sign(paths.0)}
                {sign(paths.1)}
            </button>
        }
    };
    view! {
        <div class="first-bar" class:on=options.autoplay>
            {button("play", options.autoplay, (Word::Play, Word::Pause), (icon::PLAY, icon::PAUSE))}
            {button("sound", options.muted, (Word::Mute, Word::Unmute), (icon::LOUD, icon::SILENT))}
            <div class="time">
                <span>{clock(options.start_s.unwrap_or_default() as i64 * 1_000)}</span>
                <span class="time-of">{clock(duration_ms)}</span>
            </div>
        </div>
    }
}
