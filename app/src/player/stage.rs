//! What stands on the frame: interactions at their moments. Each kind's view is a chunk of its own,
//! fetched a little before it is needed.

use super::{
    media::Media,
    recorder::Recorder,
    request::{Player, Request},
    tape::What,
    timeline,
};
use crate::interaction::{Cue, cta};
use leptos::prelude::*;

/// What an interaction's view may do.
#[derive(Clone, Copy)]
pub struct Act {
    recorder: Recorder,
    player: Player,
    closed: RwSignal<bool>,
    /// The focus is inside.
    held: RwSignal<bool>,
    id: StoredValue<String>,
}

impl Act {
    /// A number for the click that may come, and the address that records it on the way.
    pub fn link(self, base: &str) -> (u32, String) {
        let seq = self.recorder.reserve();
        (seq, self.recorder.click_through(base, seq))
    }

    /// The viewer clicked; `seq` is the number that its link carries.
    pub fn clicked(self, seq: u32) {
        self.recorder.answered(seq, self.id.get_value());
    }

    pub fn seek(self, to_ms: i64) {
        self.player.ask(Request::Seek(to_ms));
    }

    /// The viewer put it away.
    pub fn close(self) {
        self.recorder.note(What::Skip { interaction: self.id.get_value() });
        self.player.focus();
        self.closed.set(true);
    }
}

#[component]
pub fn Stage(timeline: Vec<Cue>, media: Media, recorder: Recorder, handle: Player) -> impl IntoView {
    let cues = StoredValue::new(timeline.clone());
    let near = Memo::new(move |_| {
        let t = media.time.get();
        media.started.get() && cues.with_value(|cues| timeline::is_near(cues, t))
    });
    Effect::new(move || {
        if near.get() {
            leptos::task::spawn_local(cta::preload());
        }
    });
    let places = timeline.into_iter().map(move |cue| {
        let (closed, held) = (RwSignal::new(false), RwSignal::new(false));
        let act = Act { recorder, player: handle, closed, held, id: StoredValue::new(cue.id.clone()) };
        let cue = StoredValue::new(cue);
        let visible = Memo::new(move |_| {
            let t = media.time.get();
            let live = media.live.get() && media.started.get() && !closed.get();
            // It does not go while someone is about to use it.
            live && (held.get() || cue.with_value(|cue| timeline::shows(cue, t)))
        });
        move || visible.get().then(|| view! { <Placed cue=cue.get_value() act /> })
    });
    view! { <div class="stage" aria-live="polite">{places.collect_view()}</div> }
}

/// One interaction in its place, its view as soon as its chunk is there.
#[component]
fn Placed(cue: Cue, act: Act) -> impl IntoView {
    let body = RwSignal::new_local(None::<AnyView>);
    leptos::task::spawn_local(async move {
        let view = match cue.kind.as_str() {
            "cta" => cta::show(cue.face, act).await,
            _ => return,
        };
        // The moment may have passed while the chunk was on its way.
        if body.try_set(Some(view)).is_none() {
            act.recorder.note(What::Shown { interaction: cue.id });
        }
    });
    view! {
        <div
            class=cue.class
            style=cue.style
            on:focusin=move |_| act.held.set(true)
            on:focusout=move |_| act.held.set(false)
        >
            {move || {
                body.track();
                body.try_update_untracked(Option::take).flatten()
            }}
        </div>
    }
}
