//! The settings: speed, quality, captions and their style, sound, and what else a viewer may want.

mod captions;
mod choices;
mod style;

use super::{
    controls::icon,
    deck::{Deck, Open},
    memory,
    request::{RATES, Request},
    sounds,
    speech::{clock, number},
};
use crate::words::Word;
use choices::choices;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Root,
    Speed,
    Quality,
    Captions,
    Style,
    Sound,
}

#[lazy]
pub async fn show(deck: Deck) -> AnyView {
    let page = RwSignal::new(Page::Root);
    let place = NodeRef::<html::Div>::new();
    // Whatever page opens, the focus goes to its first thing to do.
    Effect::new(move || {
        page.track();
        let place = place.get();
        request_animation_frame(move || {
            let find = |what| place.as_ref().and_then(|place| place.query_selector(what).ok()?);
            let first =
                find("input[type=radio]:checked").or_else(|| find(".menu-body select")).or_else(|| find("button"));
            if let Some(first) = first {
                let _ = first.unchecked_into::<HtmlElement>().focus();
            }
        });
    });
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            if page.get_untracked() == Page::Root {
                deck.close();
            } else {
                page.set(Page::Root);
            }
        }
    };
    let body = move || match page.get() {
        Page::Root => root(deck, page).into_any(),
        Page::Speed => {
            let now = deck.media.rate.get_untracked();
            let offered = RATES.map(|rate| (speed(deck, rate), rate == now)).to_vec();
            sub(deck, page, Word::Speed, choices(offered, move |place| deck.ask(Request::Rate(RATES[place]))))
                .into_any()
        }
        Page::Quality => {
            let levels = deck.levels.get();
            let now = deck.level.get_untracked();
            let all = std::iter::once((deck.say(Word::Automatic), now < 0));
            let offered = all.chain(levels.iter().enumerate().map(|(i, name)| (name.clone(), i as i64 == now)));
            let choose = move |place: usize| super::stream::choose(deck, place as i64 - 1);
            sub(deck, page, Word::Quality, choices(offered.collect(), choose)).into_any()
        }
        Page::Captions => sub(deck, page, Word::Captions, captions::list(deck, page)).into_any(),
        Page::Style => sub(deck, page, Word::CaptionStyle, style::form(deck)).into_any(),
        Page::Sound => {
            let now = sounds::playing(deck);
            let offered = sounds::offered(deck).into_iter().enumerate();
            let offered = offered.map(|(i, sound)| (named(deck, &sound.label), i == now)).collect();
            sub(deck, page, Word::Sound, choices(offered, move |place| sounds::choose(deck, place))).into_any()
        }
    };
    view! {
        <div class="popover menu" role="dialog" aria-label=deck.say(Word::Settings) node_ref=place on:keydown=keys>
            {body}
        </div>
    }
    .into_any()
}

/// The original sound has no name of its own.
fn named(deck: Deck, label: &str) -> String {
    if label.is_empty() { deck.say(Word::OriginalSound) } else { label.to_owned() }
}

fn speed(deck: Deck, rate: i64) -> String {
    if rate == 100 { deck.say(Word::Normal) } else { [&number(rate as f64 / 100.0, &[]), "×"].concat() }
}

/// A page behind the first one: the way back, its name, its content.
fn sub(deck: Deck, page: RwSignal<Page>, title: Word, content: impl IntoView) -> impl IntoView {
    view! {
        <button type="button" class="row back" on:click=move |_| page.set(Page::Root)>
            {icon::still(icon::BACK)}
            <span class="sr">{deck.say(Word::Back)}": "</span>
            <b>{deck.say(title)}</b>
        </button>
        <div class="menu-body" role="group" aria-label=deck.say(title)>{content}</div>
    }
}

fn root(deck: Deck, page: RwSignal<Page>) -> impl IntoView {
    let leads = move |word, to, value: String| {
        view! {
            <button type="button" class="row" on:click=move |_| page.set(to)>
                <span>{deck.say(word)}</span>
                <span class="row-value">{value}</span>
                {icon::still(icon::ON)}
            </button>
        }
    };
    let sounds = sounds::offered(deck);
    let sound = sounds.get(sounds::playing(deck)).map(|sound| named(deck, &sound.label)).unwrap_or_default();
    let levels = deck.levels.get();
    let level = usize::try_from(deck.level.get()).ok().and_then(|place| levels.get(place).cloned());
    let level = level.unwrap_or_else(|| deck.say(Word::Automatic));
    let download = deck.player.data("download").is_some();
    let source = deck.player.data("file").unwrap_or_default();
    view! {
        {leads(Word::Speed, Page::Speed, speed(deck, deck.media.rate.get()))}
        {(!levels.is_empty()).then(|| leads(Word::Quality, Page::Quality, level))}
        {captions::row(deck, leads)}
        {(sounds.len() > 1).then(|| leads(Word::Sound, Page::Sound, sound))}
        <label class="row switch">
            <span>{deck.say(Word::Loop)}</span>
            <input type="checkbox" role="switch" prop:checked=move || deck.media.looped.get()
                on:change=move |_| deck.ask(Request::Loop) />
        </label>
        <button type="button" class="row narrow" on:click=move |_| deck.open(Open::Contents)>
            <span>{deck.say(Word::Contents)}</span>
        </button>
        {download.then(|| view! {
            <a class="row" href=source download=""><span>{deck.say(Word::Download)}</span></a>
        })}
        {copy(deck)}
        <button type="button" class="row" on:click=move |_| deck.open(Open::Keys)>
            <span>{deck.say(Word::Keyboard)}</span>
            <span class="row-value">"?"</span>
        </button>
    }
}

/// Copies the page's address with the moment that is on screen.
fn copy(deck: Deck) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let at = deck.media.time.get_untracked() / 1000;
        let link = [&deck.player.data("share").unwrap_or_default(), "?t=", &at.to_string()].concat();
        super::share::copy(link, move || {
            copied.set(true);
            deck.said.say(&deck.say(Word::Copied));
        });
    };
    view! {
        <button type="button" class="row" on:click=copy>
            <span>{move || deck.say(if copied.get() { Word::Copied } else { Word::CopyLinkAtTime })}</span>
            <span class="row-value">{move || clock(deck.media.time.get())}</span>
        </button>
    }
}

/// Remembers a choice under a name.
fn keep(name: &str, value: &str) {
    memory::remember(name, value);
}
