//! When the controls are seen: always while paused or in use, otherwise until stillness.

use crate::player::media::Media;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::time::Duration;

#[derive(Clone, Copy)]
pub struct Awake {
    media: Media,
    still: RwSignal<bool>,
    /// The pointer rests on the controls.
    held: RwSignal<bool>,
    /// Something is open above them.
    kept: RwSignal<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

const STILLNESS: Duration = Duration::from_millis(2_500);

impl Awake {
    pub fn new(media: Media) -> Self {
        Self {
            media,
            still: RwSignal::new(true),
            held: RwSignal::new(false),
            kept: RwSignal::new(false),
            timer: StoredValue::new(None),
        }
    }

    /// Someone moved, touched or typed.
    pub fn stir(self) {
        self.still.set(false);
        self.timer.update_value(|timer| {
            if let Some(old) = timer.take() {
                old.clear();
            }
            *timer = set_timeout_with_handle(move || self.rest(), STILLNESS).ok();
        });
    }

    /// The controls are no longer wanted.
    pub fn rest(self) {
        self.still.set(true);
    }

    /// The pointer rests on the controls, or has left them.
    pub fn hold(self, held: bool) {
        self.held.set(held);
    }

    /// Something that belongs to the controls is open, or has closed.
    pub fn keep(self, kept: bool) {
        self.kept.set(kept);
    }

    /// Are they seen because someone stirred, not because the video is paused?
    pub fn is_up(self) -> bool {
        !self.still.get_untracked()
    }

    /// May the controls fade? Focus inside keeps them too; the style sheet sees to that.
    pub fn is_idle(self) -> bool {
        self.still.get() && !self.held.get() && !self.kept.get() && !self.media.paused.get()
    }
}
