//! The stage at work: it hears the element, asks the timeline, and puts cards onto the frame.

use super::{
    card,
    cues::{self, Cue},
    form, link,
};
use crate::{
    player::{
        bridge,
        deck::Deck,
        js::{call, get, new, object},
        media::ms,
        memory,
        request::Request,
        session,
        tape::What,
        timeline::Timeline,
    },
    words::Word,
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlElement, HtmlVideoElement};

/// A handle on the stage; it lives as long as the page.
#[derive(Clone, Copy)]
pub struct Stage {
    pub deck: Deck,
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    timeline: Timeline,
    cues: Vec<Cue>,
    video: HtmlVideoElement,
    place: Element,
    /// The faces, once they were fetched: the element with all of them.
    faces: Option<Element>,
    fetching: bool,
    /// What stands on the frame, and who had the focus before it came.
    shown: Vec<Shown>,
    /// Playback goes on once nothing holds it.
    resumes: bool,
    /// The server has taken an answer; the card still stands.
    accepted: Vec<usize>,
    /// It knows the viewer since then.
    known: bool,
}

#[derive(Clone)]
struct Shown {
    place: usize,
    card: HtmlElement,
    focus: Option<Element>,
}

/// Between two words of the element playback comes no further than this, at any speed.
const LEAP_MS: i64 = 3_000;

/// Opens the stage; it stays for good.
#[lazy]
pub async fn open(deck: Deck, list: JsValue) {
    let Some((root, video)) = deck.player.elements() else { return };
    let Ok(Some(place)) = root.query_selector(".stage") else { return };
    let (cues, moments) = cues::read(&list);
    let mut timeline = Timeline::new(moments, deck.media.duration.get_untracked());
    let seen = memory::recall("seen").unwrap_or_default();
    for (i, cue) in cues.iter().enumerate() {
        if cue.once_ever && seen.contains(&cue.id) {
            timeline.skipped(i);
        }
    }
    let inner = Inner {
        timeline,
        cues,
        video: video.clone(),
        place,
        faces: None,
        fetching: false,
        shown: Vec::new(),
        resumes: false,
        accepted: Vec::new(),
        known: false,
    };
    let stage = Stage { deck, inner: StoredValue::new_local(inner) };
    stage.listen(&video);
    Effect::new(move || {
        let wanted = deck.wanted.get();
        if let Ok(i) = usize::try_from(wanted) {
            deck.wanted.set(-1);
            stage.change(|inner| inner.timeline.open(i));
            stage.settle();
        }
    });
    Effect::new(move |dragged| {
        let drags = deck.dragged.get();
        if dragged == Some(true) && !drags {
            stage.hear("seeking");
        }
        drags
    });
    if deck.media.started.get_untracked() {
        // It may have come late: whatever should not have been passed is met now.
        stage.hear("seeking");
        if !video.paused() {
            stage.hear("play");
        }
    }
    stage.settle();
    stage.fetch().await;
}

impl Stage {
    fn change<T>(self, change: impl FnOnce(&mut Inner) -> T) -> Option<T> {
        self.inner.try_update_value(change)
    }

    pub fn id(self, i: usize) -> String {
        self.inner.with_value(|inner| inner.cues[i].id.clone())
    }

    fn listen(self, video: &HtmlVideoElement) {
        let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| self.hear(&event.type_())).into_js_value();
        for name in ["play", "timeupdate", "seeking", "ended", "durationchange", "emptied"] {
            // Listening to an element that exists can't fail.
            let _ = video.add_event_listener_with_callback(name, hear.unchecked_ref());
        }
    }

    fn hear(self, event: &str) {
        // What the playhead is dragged across is not met; where it is let go counts.
        if self.deck.dragged.get_untracked() {
            return;
        }
        let moved = self.change(|inner| {
            let t = ms(inner.video.current_time());
            match event {
                "play" => {
                    inner.take_accepted();
                    if !inner.timeline.play() {
                        inner.resumes = true;
                    }
                }
                // Whatever moved it this far, it was not playback.
                "timeupdate" if (t - inner.timeline.position()).abs() > LEAP_MS => drop(inner.timeline.seek(t)),
                "timeupdate" if !inner.video.seeking() && inner.timeline.position() != t => {
                    if inner.timeline.runs(t) != t {
                        return Some(inner.timeline.position());
                    }
                }
                "seeking" => {
                    inner.take_accepted();
                    let to = inner.timeline.seek(t);
                    return (to != t).then_some(to);
                }
                "ended" => inner.timeline.ends(),
                // Back to the poster, or loaded anew: where it goes on, a seek will tell.
                "emptied" => drop(inner.timeline.seek(0)),
                "durationchange" if inner.video.duration().is_finite() => {
                    inner.timeline.lasts(ms(inner.video.duration()))
                }
                _ => {}
            }
            None
        });
        if let Some(to) = moved.flatten() {
            self.inner.with_value(|inner| inner.video.clone()).set_current_time(to as f64 / 1000.0);
        }
        self.settle();
    }

    /// Brings frame and playback in line with the timeline.
    pub fn settle(self) {
        let now = self.inner.with_value(|inner| {
            let showing = inner.timeline.showing().to_vec();
            let gone: Vec<Shown> =
                inner.shown.iter().filter(|shown| !showing.contains(&shown.place)).cloned().collect();
            let new =
                showing.into_iter().filter(|i| !inner.shown.iter().any(|shown| shown.place == *i)).collect::<Vec<_>>();
            (gone, new, inner.timeline.is_held(), inner.video.clone())
        });
        let (gone, new, held, video) = now;
        if held && !video.paused() {
            self.change(|inner| inner.resumes = true);
            self.hold();
        }
        for shown in gone {
            self.change(|inner| inner.shown.retain(|other| other.place != shown.place));
            self.leave(shown);
        }
        for i in new {
            self.enter(i);
        }
        if !held && self.change(|inner| std::mem::take(&mut inner.resumes)) == Some(true) && video.paused() {
            self.deck.ask(Request::Play);
        }
    }

    /// Playback waits for the viewer. Where only the bare video is seen, it says why, and a phone's own
    /// player, on which nothing of ours can stand, is left.
    fn hold(self) {
        let deck = self.deck;
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

    /// Puts a card onto the frame, as soon as its face is there.
    fn enter(self, i: usize) {
        let made = self.inner.with_value(|inner| {
            let cue = &inner.cues[i];
            // What stood there before the script came is taken over.
            let find = |of: &Element| of.query_selector(&["[data-cue='", &cue.id, "']"].concat()).ok().flatten();
            let ready = find(&inner.place);
            let card = match (ready, &inner.faces) {
                (Some(card), _) => card,
                (None, Some(faces)) => find(faces)?.clone_node_with_deep(true).ok()?.unchecked_into::<Element>(),
                (None, None) => return None,
            };
            // The face is a part of the page now.
            let _ = card.set_attribute("style", &cue.style);
            let whole = [&cue.class, " ", &card.class_name()].concat();
            if !card.class_list().contains("cue") {
                card.set_class_name(&whole);
            }
            Some((
                card.unchecked_into::<HtmlElement>(),
                inner.place.clone(),
                cue.name.clone(),
                cue.kind.clone(),
                cue.id.clone(),
                cue.once_ever,
            ))
        });
        let Some((element, place, name, kind, id, once_ever)) = made else { return };
        let focus = document().active_element();
        let takes_focus = element.get_attribute("role").is_some() && self.deck.media.live.get_untracked();
        self.change(|inner| inner.shown.push(Shown { place: i, card: element.clone(), focus }));
        // A place that exists takes a child.
        let _ = place.append_child(&element);
        card::wire(self, i, &element);
        form::wire(self, i, &element);
        link::wire(self, i, &element);
        self.dress();
        self.deck.recorder.note(What::Shown { interaction: id.clone() });
        // An answer may follow, on a way of its own: the server should know by then where the viewer is.
        self.deck.recorder.flush();
        bridge::shown(self.deck, id.clone(), &kind);
        if self.inner.with_value(|inner| inner.timeline.holds(i)) {
            bridge::tell(self.deck, "gateenter", &[("id", id.clone().into()), ("kind", kind.into())]);
        }
        if once_ever {
            let seen = memory::recall("seen").unwrap_or_default();
            memory::remember("seen", &[&id, " ", &seen].concat().chars().take(4_000).collect::<String>());
        }
        if takes_focus {
            // A dialog says its name when the focus comes.
            let _ = element.focus();
        } else {
            self.deck.said.say(&name);
        }
    }

    /// Takes a card off, and gives the focus back if it was inside.
    fn leave(self, shown: Shown) {
        let had_focus = shown.card.contains(document().active_element().as_deref());
        shown.card.remove();
        self.dress();
        if had_focus {
            if let Some(focus) = shown.focus.filter(|focus| focus.is_connected()) {
                // What is not to be seen any more does not take it.
                let _ = focus.unchecked_into::<HtmlElement>().focus();
            }
            if document().active_element().is_none_or(|focus| focus.tag_name() == "BODY") {
                self.deck.player.focus();
            }
        }
    }

    /// Tells the style sheet what stands on the frame; below a modal nothing can be reached.
    fn dress(self) {
        let Some((root, _)) = self.deck.player.elements() else { return };
        let is_there = |what: &str| root.query_selector(what).ok().flatten().is_some();
        let modal = is_there(".stage .modal");
        for (name, on) in [("data-modal", modal), ("data-asks", is_there(".stage [role=dialog]"))] {
            // Attributes of our own are always set.
            let _ = root.toggle_attribute_with_force(name, on);
        }
        for what in [".controls", ".headline", ".logo"] {
            if let Ok(Some(part)) = root.query_selector(what) {
                let _ = part.toggle_attribute_with_force("inert", modal);
            }
        }
    }

    /// The viewer leaves `i` without an answer; false where that is not allowed.
    pub fn skip(self, i: usize) {
        let (id, kind) = self.inner.with_value(|inner| (inner.cues[i].id.clone(), inner.cues[i].kind.clone()));
        let accepted = self.change(|inner| {
            let accepted = inner.accepted.contains(&i);
            inner.take_accepted();
            accepted
        });
        if accepted != Some(true) {
            if self.change(|inner| inner.timeline.skipped(i)) != Some(true) {
                return;
            }
            self.deck.recorder.note(What::Skip { interaction: id.clone() });
            if kind == "lead_form" {
                bridge::tell(self.deck, "formskip", &[("id", id.into())]);
            }
        }
        self.settle();
    }

    /// The server took an answer to `i`. What a viewer should read first stays until they go on.
    pub fn accepted(self, i: usize, stays: bool) {
        let id = self.id(i);
        let held = self.inner.with_value(|inner| inner.timeline.holds(i));
        self.change(|inner| if stays { inner.accepted.push(i) } else { inner.timeline.answered(i) });
        if held {
            bridge::tell(self.deck, "gaterelease", &[("id", id.into())]);
        }
        self.settle();
    }

    pub fn knows_viewer(self) {
        self.change(|inner| inner.known = true);
    }

    /// The film that the server held back until now.
    pub fn bring(self, media: &JsValue) {
        let Some(src) = get(media, "src").as_string() else { return };
        let video = self.inner.with_value(|inner| inner.video.clone());
        let _ = self.deck.player.elements().map(|(root, _)| root.set_attribute("data-file", &src));
        video.set_src(&src);
        video.load();
        self.change(|inner| inner.resumes = true);
    }

    /// Fetches the faces.
    async fn fetch(self) {
        if self.change(|inner| std::mem::replace(&mut inner.fetching, true)) == Some(true) {
            return;
        }
        for wait in [0, 1_000, 4_000, 15_000] {
            if wait > 0 {
                pause(wait).await;
            }
            if let Some(faces) = faces(self.deck).await {
                self.change(|inner| inner.faces = Some(faces));
                break;
            }
        }
        self.settle();
    }
}

impl Inner {
    /// What the server took is done with.
    fn take_accepted(&mut self) {
        for i in std::mem::take(&mut self.accepted) {
            self.timeline.answered(i);
        }
        if std::mem::take(&mut self.known) {
            self.timeline.knows_viewer();
        }
    }
}

/// The element with all faces, as the server wrote them for this viewer.
async fn faces(deck: Deck) -> Option<Element> {
    let surface = if deck.recorder.is_embedded() { "embed" } else { "play" };
    let lang = document().document_element()?.get_attribute("lang").unwrap_or_default();
    let path = ["/video/faces/", &deck.recorder.video(), "?on=", surface, "&lang=", &lang].concat();
    let init = object(&[("method", "POST".into()), ("body", deck.recorder.pass().into())]);
    let answer = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str_and_init(&path, init.unchecked_ref()));
    let response: web_sys::Response = answer.await.ok()?.unchecked_into();
    if !response.ok() {
        return None;
    }
    let html = wasm_bindgen_futures::JsFuture::from(response.text().ok()?).await.ok()?;
    let parser = new("DOMParser", &[])?;
    let parsed = call(&parser, "parseFromString", &[html, "text/html".into()])?;
    get(&parsed, "body").dyn_into().ok()
}

async fn pause(ms: i32) {
    let promise = js_sys::Promise::new(&mut |done, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, ms);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
