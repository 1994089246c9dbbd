//! The scrubber and the row of buttons below it.

use super::{
    button::{Button, Name, State, button},
    has_pictures, icon,
    scrubber::Scrubber,
    volume::Volume,
};
use crate::{
    player::{
        captions, chapters,
        deck::{Deck, Open},
        devices,
        request::Request,
        sounds,
        speech::clock,
    },
    words::Word,
};
use leptos::prelude::*;
use web_sys::TextTrackKind;

#[component]
pub fn Bar(deck: Deck) -> impl IntoView {
    let media = deck.media;
    let elements = deck.player.elements();
    let video = elements.as_ref().map(|(_, video)| video);
    let has_captions = video.is_some_and(|video| !captions::tracks(video).is_empty());
    let has_chapters = video.is_some_and(|video| chapters::track(video, TextTrackKind::Chapters).is_some());
    let is_described = sounds::offered(deck).iter().any(|sound| sound.described);
    let device = video.map(devices::watch);
    let play = move || match (media.paused.get(), media.ended.get()) {
        (false, _) => (Word::Pause, icon::PAUSE),
        (true, true) => (Word::Replay, icon::AGAIN),
        (true, false) => (Word::Play, icon::PLAY),
    };
    let full = move || match media.fullscreen.get() {
        true => (Word::LeaveFullScreen, icon::SHRINK),
        false => (Word::FullScreen, icon::GROW),
    };
    let picture = move || if media.apart.get() { Word::LeavePictureInPicture } else { Word::PictureInPicture };
    let chapter = move || {
        let t = media.time.get();
        media.chapters.with(|all| chapters::at(all, t).map(|place| all[place].title.clone()))
    };
    let asks = move |keys, class, name: Name, path: icon::Path, pressed: State, request| {
        button(Button { class, name, keys, path, pressed, expanded: None, press: Box::new(move || deck.ask(request)) })
    };
    let opens = move |class, float, word, path| {
        button(Button {
            class,
            name: Box::new(move || deck.say(word)),
            keys: "",
            path: Box::new(move || path),
            pressed: None,
            expanded: Some(Box::new(move || deck.opened() == float)),
            press: Box::new(move || deck.open(float)),
        })
    };
    view! {
        <div
            class="controls"
            on:pointerenter=move |_| deck.awake.hold(true)
            on:pointerleave=move |_| deck.awake.hold(false)
        >
            <Scrubber deck />
            <div class="bar">
                {asks("k", "", Box::new(move || deck.say(play().0)), Box::new(move || play().1), None, Request::Toggle)}
                <Volume deck />
                <div class="time">
                    <span>{move || clock(media.time.get())}</span>
                    <span class="time-of">{move || clock(media.duration.get())}</span>
                </div>
                <div class="now">{chapter}</div>
                {has_captions.then(|| {
                    let on: State = Some(Box::new(move || media.track.get() >= 0));
                    asks("c", "", Box::new(move || deck.say(Word::Captions)), Box::new(|| icon::CAPTIONS), on, Request::Captions)
                })}
                {is_described.then(|| button(Button {
                    class: "",
                    name: Box::new(move || deck.say(Word::Description)),
                    keys: "d",
                    path: Box::new(|| icon::DESCRIBED),
                    pressed: Some(Box::new(move || deck.described.get())),
                    expanded: None,
                    press: Box::new(move || {
                        deck.describe();
                    }),
                }))}
                {(has_captions || has_chapters).then(|| opens("roomy contents-open", Open::Contents, Word::Contents, icon::CONTENTS))}
                {opens("", Open::Settings, Word::Settings, icon::SETTINGS)}
                {has_pictures().then(|| {
                    let name: Name = Box::new(move || deck.say(picture()));
                    asks("i", "roomy", name, Box::new(|| icon::PICTURE), None, Request::PictureInPicture)
                })}
                {move || device.is_some_and(|there| there.get()).then(|| {
                    let name: Name = Box::new(move || deck.say(Word::AnotherDevice));
                    asks("", "roomy", name, Box::new(|| icon::DEVICE), None, Request::AnotherDevice)
                })}
                {asks("f", "", Box::new(move || deck.say(full().0)), Box::new(move || full().1), None, Request::Fullscreen)}
            </div>
        </div>
    }
}
