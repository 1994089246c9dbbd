//! The scrubber: a native range, so that mouse, touch, keyboard and screen readers know it. Chapters
//! are gaps in it, interactions diamonds above it; the preview is a chunk, fetched at the first approach.

use crate::{
    player::{
        chapters,
        deck::Deck,
        float::{Chunk, later},
        preview,
        request::Request,
    },
    words::Word,
};
use leptos::prelude::*;

#[component]
pub fn Scrubber(deck: Deck) -> impl IntoView {
    let media = deck.media;
    // In hundredths of a percent: whole numbers need little code. On the input alone: a hundred marks stand beside
    // it, and what is set on all of them makes the browser look at each.
    let share = move |ms: i64| ms * 10_000 / media.duration.get().max(1);
    let style = move || {
        let (played, buffered) = (share(media.time.get()), share(media.buffered.get()));
        ["--played:", &played.to_string(), ";--buffered:", &buffered.to_string()].concat()
    };
    let place = move |class: &'static str, ms: i64| {
        let style = move || ["--at:", &share(ms).to_string()].concat();
        view! { <i class=class style=style></i> }
    };
    // A new chapter or second is worth words, a quarter of a second is not.
    let second = Memo::new(move |_| media.time.get() / 1000);
    let chapter = Memo::new(move |_| {
        let t = media.time.get();
        media.chapters.with(|all| chapters::at(all, t).map_or(-1, |place| place as i64))
    });
    let words = move || {
        let time = deck.words.time_of(second.get() * 1000, media.duration.get());
        let place = usize::try_from(chapter.get()).ok();
        match media.chapters.with(|all| place.and_then(|place| all.get(place)).map(|one| one.title.clone())) {
            Some(title) => [time, ", ".to_owned(), title].concat(),
            None => time,
        }
    };
    // Where the pointer came in; nobody has been near before.
    let near = RwSignal::new(None::<i32>);
    let preview = move || {
        near.get().map(|x| {
            let chunk: Chunk = Box::pin(preview::show(deck, x));
            later(chunk)
        })
    };
    // The second move of a press is a drag: a click is none, and does not stop playback.
    let moves = StoredValue::new(None::<u32>);
    let resumes = StoredValue::new(false);
    let drag = move || {
        let Some(count) = moves.get_value() else { return };
        moves.set_value(Some(count + 1));
        if count == 1 {
            resumes.set_value(!media.paused.get_untracked());
            deck.dragged.set(true);
            deck.ask(Request::Pause);
        }
    };
    let let_go = move || {
        moves.set_value(None);
        if deck.dragged.get_untracked() {
            deck.dragged.set(false);
            if resumes.get_value() {
                deck.ask(Request::Play);
            }
        }
    };
    for end in ["pointerup", "pointercancel"] {
        window_event_listener_untyped(end, move |_| let_go());
    }
    let come = move |x: i32| {
        if near.get_untracked().is_none() {
            near.set(Some(x));
        }
    };
    view! {
        <div class="scrubber" on:pointermove=move |event| come(event.client_x())>
            <input
                type="range"
                aria-label=deck.say(Word::Seek)
                min="0"
                max=move || media.duration.get()
                step="1"
                style=style
                prop:value=move || media.time.get() as f64
                aria-valuetext=move || deck.eloquent.get().then(words)
                on:pointerdown=move |_| moves.set_value(Some(0))
                on:input=move |event| {
                    drag();
                    if let Ok(ms) = event_target_value(&event).parse() {
                        deck.ask(Request::Seek(ms));
                    }
                }
            />
            <div class="marks" aria-hidden="true">
                {move || media.chapters.with(|all| {
                    all.iter().skip(1).map(|chapter| place("chapter-gap", chapter.from)).collect_view()
                })}
                {deck.moments.get_value().into_iter().map(|moment| place("moment", moment.0)).collect_view()}
            </div>
            {preview}
        </div>
    }
}
