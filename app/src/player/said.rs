//! What a screen reader hears: states that have come true, in one polite region, grouped when they come
//! fast, and nothing while a slider says its own value.

use super::{
    chapters,
    media::Media,
    speech::{Words, number, percent, spoken},
};
use crate::words::Word;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::time::Duration;

#[derive(Clone, Copy)]
pub struct Said {
    media: Media,
    words: Words,
    text: RwSignal<String>,
    waiting: StoredValue<(String, Option<TimeoutHandle>)>,
    /// Volume, mute, speed and captions as they were last heard of.
    last: StoredValue<(i64, bool, i64, i64)>,
}

/// Changes that follow each other this fast are said as one.
const PAUSE: Duration = Duration::from_millis(250);

impl Said {
    pub fn new(media: Media, words: Words) -> Self {
        let waiting = StoredValue::new((String::new(), None));
        Self {
            media,
            words,
            text: RwSignal::new(String::new()),
            waiting,
            last: StoredValue::new((100, false, 100, -1)),
        }
    }

    pub fn say(self, text: &str) {
        self.waiting.update_value(|(said, timer)| {
            if !said.is_empty() && !text.is_empty() {
                said.push_str(", ");
            }
            said.push_str(text);
            if let Some(old) = timer.take() {
                old.clear();
            }
            *timer = set_timeout_with_handle(move || self.speak(), PAUSE).ok();
        });
    }

    fn speak(self) {
        self.waiting.update_value(|(said, _)| self.text.set(std::mem::take(said)));
    }

    /// Hears an event of the element whose state the signals already hold.
    pub fn hear(self, event: &str) {
        let (media, words) = (self.media, self.words);
        if !media.live.get_untracked() {
            return self.note();
        }
        let word = match event {
            "play" => Word::SaidPlaying,
            "pause" if !media.ended.get_untracked() => Word::SaidPaused,
            "ended" => Word::SaidEnded,
            "fullscreenchange" | "webkitfullscreenchange" | super::media::FILLED => {
                if media.fullscreen.get_untracked() { Word::SaidFullScreen } else { Word::SaidLeftFullScreen }
            }
            "enterpictureinpicture" => Word::SaidPictureInPicture,
            "seeked" if !slides() => return self.landed(),
            "volumechange" | "ratechange" | "change" => return self.changed(),
            _ => return,
        };
        self.say(&words.say(word));
    }

    fn landed(self) {
        let t = self.media.time.get_untracked();
        let chapter = self.media.chapters.with_untracked(|all| chapters::at(all, t).map(|i| all[i].title.clone()));
        self.say(&self.words.with(Word::SaidAt, &spoken(t)));
        self.say(&chapter.unwrap_or_default());
    }

    fn changed(self) {
        let (media, words) = (self.media, self.words);
        let (volume, muted, rate, track) = self.last.get_value();
        let now_muted = media.muted.get_untracked();
        if now_muted != muted {
            self.say(&words.say(if now_muted { Word::SaidMuted } else { Word::SaidUnmuted }));
        }
        let now_volume = media.volume.get_untracked();
        if now_volume != volume && !slides() {
            self.say(&words.with(Word::SaidVolume, &percent(now_volume as f64 / 100.0)));
        }
        let now_rate = media.rate.get_untracked();
        if now_rate != rate {
            self.say(&words.with(Word::SaidSpeed, &number(now_rate as f64 / 100.0, &[])));
        }
        let now_track = media.track.get_untracked();
        if now_track != track {
            self.say(&words.say(if now_track < 0 { Word::SaidCaptionsOff } else { Word::SaidCaptionsOn }));
        }
        self.note();
    }

    fn note(self) {
        let media = self.media;
        self.last.set_value((
            media.volume.get_untracked(),
            media.muted.get_untracked(),
            media.rate.get_untracked(),
            media.track.get_untracked(),
        ));
    }
}

/// A focused slider says its value by itself.
fn slides() -> bool {
    document().active_element().is_some_and(|focus| focus.get_attribute("type").as_deref() == Some("range"))
}

#[component]
pub fn Region(said: Said) -> impl IntoView {
    view! { <div class="said" role="status">{move || said.text.get()}</div> }
}
