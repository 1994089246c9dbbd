//! What stands on the frame: interactions at their moments. Each kind's view is a chunk of its own,
//! fetched a little before it is needed.

use super::{
    media::Media,
    recorder::Recorder,
    request::{Player, Request},
    timeline,
};
use crate::{
    engage::What,
    film::Film,
    interaction::{Cue, Edge, Face, Layout, cta},
};
use leptos::prelude::*;

/// What an interaction's view may do.
#[derive(Clone, Copy)]
pub struct Act {
    recorder: Recorder,
    player: Player,
    closed: RwSignal<Vec<usize>>,
    cue: StoredValue<Cue>,
    index: usize,
}

impl Act {
    /// A number for the click that may come, and the address that records it on the way.
    pub fn link(self, base: &str) -> (u32, String) {
        let seq = self.recorder.reserve();
        (seq, self.recorder.click_through(base, seq))
    }

    /// The viewer clicked; `seq` is the number that its link carries.
    pub fn clicked(self, seq: u32) {
        self.recorder.answered(seq, self.cue.with_value(|cue| cue.id));
    }

    pub fn seek(self, to_ms: i64) {
        self.player.ask(Request::Seek(to_ms));
    }

    /// The viewer put it away.
    pub fn close(self) {
        self.recorder.note(What::Skip { interaction: self.cue.with_value(|cue| cue.id) });
        self.closed.update(|closed| closed.push(self.index));
        if let Some(root) = self.player.root.get_untracked() {
            // Focus was on what has just gone.
            let _ = root.focus();
        }
    }
}

#[component]
pub fn Stage(film: Film, media: Media, recorder: Recorder, handle: Player) -> impl IntoView {
    let cues = StoredValue::new(film.timeline);
    let closed = RwSignal::new(Vec::new());
    let visible = Memo::new(move |_| {
        let t = media.time.get();
        let live = media.live.get() && media.started.get();
        if live { cues.with_value(|cues| timeline::on_screen(cues, t, &closed.get())) } else { Vec::new() }
    });
    let near = Memo::new(move |_| media.started.get() && cues.with_value(|cues| timeline::is_near(cues, media.time.get())));
    Effect::new(move || {
        if near.get() {
            leptos::task::spawn_local(cta::preload());
        }
    });
    view! {
        <div class="stage">
            <For each=move || visible.get() key=|index| *index let:index>
                <Placed cue=cues.with_value(|cues| cues[index].clone()) act=Act {
                    recorder,
                    player: handle,
                    closed,
                    cue: StoredValue::new(cues.with_value(|cues| cues[index].clone())),
                    index,
                } />
            </For>
        </div>
    }
}

/// One interaction in its place, its view as soon as its chunk is there.
#[component]
fn Placed(cue: Cue, act: Act) -> impl IntoView {
    let body = RwSignal::new_local(None::<AnyView>);
    let id = cue.id;
    let (class, style) = place(cue.layout);
    leptos::task::spawn_local(async move {
        let view = match cue.face {
            Face::Cta(face) => cta::show(face, act).await,
        };
        act.recorder.note(What::Shown { interaction: id });
        // The moment may have passed while the chunk was on its way.
        let _ = body.try_set(Some(view));
    });
    view! {
        <div class=class style=style>
            {move || {
                body.track();
                body.try_update_untracked(Option::take).flatten()
            }}
        </div>
    }
}

/// The class and inline style of a layout; the style sheet turns an overlay into a banner where
/// the frame is narrow.
fn place(layout: Layout) -> (&'static str, String) {
    match layout {
        Layout::Overlay { x, y, w, h } if y + h / 2.0 > 50.0 => {
            ("cue overlay low", format!("--x:{x}%;--w:{w}%;--b:{}%", 100.0 - y - h))
        }
        Layout::Overlay { x, y, w, .. } => ("cue overlay", format!("--x:{x}%;--w:{w}%;--y:{y}%")),
        Layout::Banner { edge: Edge::Top } => ("cue banner", String::new()),
        Layout::Banner { edge: Edge::Bottom } => ("cue banner low", String::new()),
        Layout::Modal => ("cue modal", String::new()),
        Layout::Card => ("cue card-place", String::new()),
    }
}
