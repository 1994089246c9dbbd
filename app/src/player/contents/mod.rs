//! Chapters, transcript and interactions as lists: above the frame, or beside it on a play page.

mod list;

use super::{
    captions,
    chapters::{cues, when_loaded},
    controls::icon,
    deck::Deck,
    js::at_first,
    media::ms,
    request::Request,
};
use crate::words::Word;
use leptos::prelude::*;
use list::{Line, Of, list};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Chapters,
    Transcript,
    Moments,
}

impl Tab {
    fn word(self) -> Word {
        match self {
            Tab::Chapters => Word::Chapters,
            Tab::Transcript => Word::Transcript,
            Tab::Moments => Word::Moments,
        }
    }
}

/// The panel above the frame, with a way to close it.
#[lazy]
pub async fn show(deck: Deck) -> AnyView {
    panel(deck, true).into_any()
}

/// Puts the lists into the place that a play page has for them.
#[lazy]
pub async fn beside(deck: Deck, place: Element) {
    let was_inside = place.contains(document().active_element().as_deref());
    place.set_text_content(None);
    // It stays as long as the page.
    leptos::mount::mount_to(place.clone().unchecked_into(), move || panel(deck, false)).forget();
    if let (true, Ok(Some(first))) = (was_inside, place.query_selector("button[tabindex='0']")) {
        // A button takes the focus.
        let _ = first.unchecked_into::<HtmlElement>().focus();
    }
}

/// Follows the links that the server wrote without leaving the page, and fetches the lists themselves
/// when someone comes near.
pub fn wait(deck: Deck) {
    let Some(place) = document().get_element_by_id("contents") else { return };
    let click = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[data-at]").ok()?);
        if let Some(at) = link.and_then(|link| link.get_attribute("data-at")?.parse().ok()) {
            event.prevent_default();
            deck.ask(Request::Seek(at));
        }
    });
    let _ = place.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
    click.forget();
    let of = place.clone();
    let come = Box::new(move || leptos::task::spawn_local(beside(deck, of)));
    at_first(&place, &["pointerenter", "focusin", "touchstart"], come);
}

fn panel(deck: Deck, floats: bool) -> impl IntoView {
    let lines = RwSignal::new(None::<Vec<Line>>);
    Effect::new(move || read_transcript(deck, deck.media.track.get(), lines));
    let elements = deck.player.elements();
    let has_captions = elements.is_some_and(|(_, video)| !captions::tracks(&video).is_empty());
    let moments: Vec<Line> = deck
        .moments
        .with_value(|all| all.iter().map(|(from, name)| Line { from: *from, text: name.clone() }).collect());
    let has_moments = !moments.is_empty();
    let tabs = move || {
        let offered = [
            (Tab::Chapters, deck.media.chapters.with(|all| !all.is_empty())),
            (Tab::Transcript, has_captions),
            (Tab::Moments, has_moments),
        ];
        offered.into_iter().filter_map(|(tab, there)| there.then_some(tab)).collect::<Vec<_>>()
    };
    let picked = RwSignal::new(None::<Tab>);
    let shown = move || picked.get().or_else(|| tabs().first().copied());
    let keys = move |event: KeyboardEvent| {
        if floats && event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            deck.close();
        }
    };
    let body = move || match shown() {
        Some(Tab::Chapters) => {
            let all = deck.media.chapters.get();
            let lines = all.into_iter().map(|chapter| Line { from: chapter.from, text: chapter.title });
            list(deck, lines.collect(), Of::Chapters).into_any()
        }
        Some(Tab::Transcript) => transcript(deck, lines).into_any(),
        Some(Tab::Moments) => list(deck, moments.clone(), Of::Interactions).into_any(),
        None => ().into_any(),
    };
    view! {
        <div
            class=if floats { "popover contents" } else { "contents" }
            role=floats.then_some("dialog")
            aria-label=floats.then(|| deck.say(Word::Contents))
            on:keydown=keys
        >
            <div class="contents-head">
                <div role="tablist" class="tabs" aria-label=deck.say(Word::Contents) on:keydown=walk>
                    {move || tabs().into_iter().map(|tab| {
                        let is_shown = move || shown() == Some(tab);
                        view! {
                            <button
                                type="button"
                                role="tab"
                                class="tab"
                                aria-selected=move || is_shown().to_string()
                                tabindex=move || if is_shown() { "0" } else { "-1" }
                                on:click=move |_| picked.set(Some(tab))
                            >{deck.say(tab.word())}</button>
                        }
                    }).collect_view()}
                </div>
                {floats.then(|| view! {
                    <button type="button" class="control" aria-label=deck.say(Word::Close) on:click=move |_| deck.close()>
                        {icon::still(icon::CLOSE)}
                    </button>
                })}
            </div>
            <div role="tabpanel" class="contents-body" aria-label=move || shown().map(|tab| deck.say(tab.word()))>{body}</div>
        </div>
    }
}

/// Arrow keys walk along the tabs and choose (WAI-ARIA, tabs).
fn walk(event: KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowLeft" => -1,
        "ArrowRight" => 1,
        _ => return,
    };
    let Some(now) = document().active_element() else { return };
    let rtl = document().document_element().is_some_and(|html| html.get_attribute("dir").as_deref() == Some("rtl"));
    let next = if (step > 0) != rtl { now.next_element_sibling() } else { now.previous_element_sibling() };
    if let Some(next) = next {
        event.prevent_default();
        let next: HtmlElement = next.unchecked_into();
        next.click();
        // A tab takes the focus.
        let _ = next.focus();
    }
}

/// Reads the captions that show; while there are none, what was read last, else those in the viewer's language,
/// else the first ones.
fn read_transcript(deck: Deck, showing: i64, lines: RwSignal<Option<Vec<Line>>>) {
    let Some((_, video)) = deck.player.elements() else { return };
    let place = match usize::try_from(showing) {
        Ok(place) => place,
        Err(_) if lines.with_untracked(Option::is_some) => return,
        Err(_) => {
            let lang = super::memory::recall("captions-lang").unwrap_or_default();
            usize::try_from(captions::in_language(&video, &lang)).unwrap_or(0)
        }
    };
    let tracks = captions::tracks(&video);
    let Some(track) = tracks.get(place) else { return };
    when_loaded(&video, track, move |track| {
        // A file that comes late is not what shows by then.
        let now = deck.media.track.get_untracked();
        if now >= 0 && now != place as i64 {
            return;
        }
        let read = cues(track).into_iter().map(|cue| {
            let text = cue.get_cue_as_html().text_content().unwrap_or_default();
            Line { from: ms(cue.start_time()), text: text.split_whitespace().collect::<Vec<_>>().join(" ") }
        });
        lines.set(Some(read.collect()));
    });
}

/// For comparing without regard to case; the browser has the tables for that.
fn folded(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

fn transcript(deck: Deck, lines: RwSignal<Option<Vec<Line>>>) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let found = move || {
        let wanted = folded(&query.get());
        let all = lines.get().unwrap_or_default();
        all.into_iter().filter(|line| folded(&line.text).contains(&wanted)).collect::<Vec<_>>()
    };
    let count = move || lines.with(|lines| lines.is_some()) && found().is_empty();
    view! {
        <input
            type="search"
            class="search"
            aria-label=deck.say(Word::SearchTranscript)
            placeholder=deck.say(Word::SearchTranscript)
            on:input=move |event| query.set(event_target_value(&event))
        />
        <p class="empty" role="status">{move || count().then(|| deck.say(Word::NothingFound))}</p>
        {move || list(deck, found(), Of::Speech)}
    }
}
