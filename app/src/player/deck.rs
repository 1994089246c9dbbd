//! Everything a part of the player may need, in one handle.

use super::{
    bridge::Bridge,
    controls::Awake,
    js::ignore_refusal,
    media::Media,
    recorder::Recorder,
    request::{Player, Request},
    said::Said,
    sounds,
    speech::Words,
    stream::{self, Stream},
};
use crate::words::Word;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

#[derive(Clone, Copy)]
pub struct Deck {
    pub media: Media,
    pub player: Player,
    pub awake: Awake,
    pub recorder: Recorder,
    pub bridge: Bridge,
    pub words: Words,
    pub said: Said,
    /// Where the viewer left the video last time, in milliseconds; 0 when it begins at the start.
    pub resumed: RwSignal<i64>,
    /// The sound that plays describes what is seen.
    pub described: RwSignal<bool>,
    /// The system's media controls know of the video.
    pub introduced: StoredValue<bool>,
    /// The position that was last remembered.
    pub kept: StoredValue<i64>,
    pub stream: Stream,
    /// The qualities of a stream, the chosen one (-1: by itself) and the one that plays.
    pub levels: RwSignal<Vec<String>>,
    pub level: RwSignal<i64>,
    pub playing_level: RwSignal<i64>,
    /// When each interaction appears, in milliseconds, and what it is called.
    pub moments: StoredValue<Vec<(i64, String)>>,
    /// The place of the interaction that the viewer opens from the list, or -1.
    pub wanted: RwSignal<i64>,
    /// How often the host page has said who watches.
    pub named: RwSignal<u32>,
    /// Values can be said in words. The controls stand first: the browser takes long to load its words.
    pub eloquent: RwSignal<bool>,
    /// The viewer drags the playhead: playback and interactions wait until it is let go.
    pub dragged: RwSignal<bool>,
    /// What floats above the frame, at most one at a time.
    open: RwSignal<Open>,
}

/// What may float above the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Nothing,
    Settings,
    Contents,
    Keys,
}

impl Deck {
    pub fn new(media: Media, words: Words, recorder: Recorder, moments: Vec<(i64, String)>) -> Self {
        Self {
            media,
            player: Player::new(),
            awake: Awake::new(media),
            recorder,
            bridge: Bridge::new(),
            words,
            said: Said::new(media, words),
            resumed: RwSignal::new(0),
            described: RwSignal::new(false),
            introduced: StoredValue::new(false),
            kept: StoredValue::new(0),
            stream: Stream::new(),
            levels: RwSignal::new(Vec::new()),
            level: RwSignal::new(-1),
            playing_level: RwSignal::new(-1),
            moments: StoredValue::new(moments),
            wanted: RwSignal::new(-1),
            named: RwSignal::new(0),
            eloquent: RwSignal::new(false),
            dragged: RwSignal::new(false),
            open: RwSignal::new(Open::Nothing),
        }
    }

    pub fn ask(self, request: Request) {
        if let (Request::Seek(_) | Request::SeekBy(_), Some((_, video))) = (request, self.player.elements()) {
            self.recorder.leaves(&video);
        }
        let waits = match request {
            Request::Play | Request::Toggle => stream::play(self),
            _ => None,
        };
        if request == Request::Pause {
            self.stream.rest();
        }
        match waits {
            Some(played) => ignore_refusal(played),
            None => self.player.ask(request),
        }
    }

    pub fn say(self, word: Word) -> String {
        self.words.say(word)
    }

    pub fn opened(self) -> Open {
        self.open.get()
    }

    pub fn is_open(self) -> bool {
        self.open.get_untracked() != Open::Nothing
    }

    /// Opens a float in place of any other; one that is open closes.
    pub fn open(self, float: Open) {
        let float = if self.open.get_untracked() == float { Open::Nothing } else { float };
        self.open.set(float);
        self.awake.keep(float != Open::Nothing);
    }

    /// Closes what is open, if anything, and gives the focus back to the button that opened it.
    pub fn close(self) {
        if self.open.get_untracked() == Open::Nothing {
            return;
        }
        let opener = self.player.elements().and_then(|(root, _)| root.query_selector("[aria-expanded=true]").ok()?);
        self.open.set(Open::Nothing);
        self.awake.keep(false);
        match opener {
            // A button takes the focus.
            Some(opener) => drop(opener.unchecked_into::<HtmlElement>().focus()),
            None => self.player.focus(),
        }
    }

    /// Audio description on or off; false when there is none.
    pub fn describe(self) -> bool {
        sounds::describe(self)
    }
}
