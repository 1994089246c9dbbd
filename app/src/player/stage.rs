//! What stands on the frame: interactions at their moments. Each kind's view is a chunk of its own,
//! fetched a little before it is needed.

use super::{
    bridge,
    deck::Deck,
    float::{Chunk, later},
    js::call,
    request::Request,
    session,
    tape::What,
    timeline,
};
use crate::{
    interaction::{Cue, cta},
    words::Word,
};
use leptos::prelude::*;

/// What an interaction's view may do.
#[derive(Clone, Copy)]
pub struct Act {
    deck: Deck,
    closed: RwSignal<bool>,
    /// The focus is inside.
    held: RwSignal<bool>,
    id: StoredValue<String>,
}

impl Act {
    pub fn word(self, word: Word) -> String {
        self.deck.say(word)
    }

    /// A number for the click that may come, and the address that records it on the way.
    pub fn link(self, base: &str) -> (u32, String) {
        let seq = self.deck.recorder.reserve();
        (seq, self.deck.recorder.click_through(base, seq))
    }

    /// The viewer clicked; `seq` is the number that its link carries.
    pub fn clicked(self, seq: u32) {
        self.deck.recorder.answered(seq, self.id.get_value());
    }

    /// Lets the embedding page have its say on a click, if it listens to `event`: then the click is
    /// held, and `go` called once the page lets it through.
    pub fn holds(self, event: &'static str, label: String, href: Option<String>, go: Box<dyn FnOnce()>) -> bool {
        bridge::ask(self.deck, event, self.id.get_value(), label, href, go).is_none()
    }

    /// The same for what only we can do: `go` is called in any case, unless the page forbids it.
    pub fn let_through(self, event: &'static str, label: String, href: Option<String>, go: Box<dyn FnOnce()>) {
        if let Some(go) = bridge::ask(self.deck, event, self.id.get_value(), label, href, go) {
            go();
        }
    }

    pub fn seek(self, to_ms: i64) {
        self.deck.ask(Request::Seek(to_ms));
    }

    /// It is on the frame now.
    pub fn shown(self, name: &str, kind: &str) {
        self.deck.recorder.note(What::Shown { interaction: self.id.get_value() });
        // A click may follow, on a way of its own: the server should know by then where the viewer is.
        self.deck.recorder.flush();
        self.deck.said.say(name);
        bridge::shown(self.deck, self.id.get_value(), kind);
    }

    /// The viewer put it away.
    pub fn close(self) {
        self.deck.recorder.note(What::Skip { interaction: self.id.get_value() });
        self.deck.player.focus();
        self.closed.set(true);
    }
}

#[component]
pub fn Stage(timeline: Vec<Cue>, deck: Deck) -> impl IntoView {
    let media = deck.media;
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
        let act = Act { deck, closed, held, id: StoredValue::new(cue.id.clone()) };
        let cue = StoredValue::new(cue);
        let visible = Memo::new(move |_| {
            let t = media.time.get();
            let live = media.live.get() && media.started.get() && !closed.get();
            // It does not go while someone is about to use it.
            live && (held.get() || cue.with_value(|cue| timeline::shows(cue, t)))
        });
        move || visible.get().then(|| view! { <Placed cue=cue.get_value() act /> })
    });
    view! { <div class="stage">{places.collect_view()}</div> }
}

/// One interaction in its place, its view as soon as its chunk is there.
#[component]
fn Placed(cue: Cue, act: Act) -> impl IntoView {
    if cue.pause {
        hold(act.deck);
    }
    let chunk: Chunk = Box::pin(async move {
        let view = match cue.kind.as_str() {
            "cta" => cta::show(cue.face, act).await,
            _ => return ().into_any(),
        };
        act.shown(&cue.name, &cue.kind);
        view
    });
    view! {
        <div
            class=cue.class
            style=cue.style
            on:focusin=move |_| act.held.set(true)
            on:focusout=move |_| act.held.set(false)
        >
            {later(chunk)}
        </div>
    }
}

/// Playback waits for the viewer. Where only the bare video is seen, it says why, and a phone's own
/// player, on which nothing of ours can stand, is left.
fn hold(deck: Deck) {
    deck.ask(Request::Pause);
    if deck.media.apart.get_untracked() {
        let why = deck.say(Word::WaitsForYou);
        deck.said.say(&why);
        session::show(deck, &why);
        if let Some((_, video)) = deck.player.elements() {
            call(&video, "webkitExitFullscreen", &[]);
        }
    }
}
