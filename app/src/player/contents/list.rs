//! A list of moments: the playing one is marked and kept in sight, a click or Enter seeks, arrow keys walk.

use crate::player::{deck::Deck, request::Request, speech::clock};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Milliseconds.
    pub from: i64,
    pub text: String,
}

/// What the lines stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Chapters,
    /// It reads better without times.
    Speech,
    /// A click opens the interaction, so that nobody misses it for its time.
    Interactions,
}

pub fn list(deck: Deck, lines: Vec<Line>, of: Of) -> impl IntoView {
    let timed = of != Of::Speech;
    let starts = StoredValue::new(lines.iter().map(|line| line.from).collect::<Vec<_>>());
    let now = Memo::new(move |_| {
        let t = deck.media.time.get();
        starts.with_value(|starts| starts.iter().rposition(|from| *from <= t))
    });
    let place = NodeRef::<html::Ol>::new();
    Effect::new(move || {
        if let (Some(place), Some(now)) = (place.get(), now.get()) {
            keep_in_sight(&place, now);
        }
    });
    let rows = lines.into_iter().enumerate().map(move |(i, line)| {
        let is_now = move || now.get() == Some(i);
        // One stop for the Tab key: the playing line.
        let tabindex = move || if now.get().unwrap_or(0) == i { "0" } else { "-1" };
        view! {
            <li>
                <button
                    type="button"
                    class="line"
                    aria-current=move || is_now().then_some("true")
                    tabindex=tabindex
                    on:click=move |_| {
                        deck.ask(Request::Seek(line.from));
                        if of == Of::Interactions {
                            deck.close();
                            deck.wanted.set(i as i64);
                        }
                    }
                >
                    <span>{line.text}</span>
                    {timed.then(|| view! { <span class="line-time">{clock(line.from)}</span> })}
                </button>
            </li>
        }
    });
    view! { <ol class="lines" class:prose=!timed node_ref=place on:keydown=walk>{rows.collect_view()}</ol> }
}

/// Scrolls the list, never the page, and not while someone reads or walks in it.
fn keep_in_sight(list: &HtmlElement, place: usize) {
    let used = list.matches(":hover").unwrap_or(false) || list.contains(document().active_element().as_deref());
    let Some(row) = list.children().item(u32::try_from(place).unwrap_or(0)).filter(|_| !used) else { return };
    let row: HtmlElement = row.unchecked_into();
    list.set_scroll_top(row.offset_top() - list.offset_top() - (list.client_height() - row.offset_height()) / 2);
}

fn walk(event: KeyboardEvent) {
    let row = document().active_element().and_then(|focus| focus.closest("li").ok()?);
    let Some(row) = row else { return };
    let list = row.parent_element();
    let next: Option<Element> = match event.key().as_str() {
        "ArrowDown" => row.next_element_sibling(),
        "ArrowUp" => row.previous_element_sibling(),
        "Home" => list.and_then(|list| list.first_element_child()),
        "End" => list.and_then(|list| list.last_element_child()),
        _ => return,
    };
    // At either end the key stays in the list all the same.
    event.prevent_default();
    event.stop_propagation();
    if let Some(button) = next.and_then(|row| row.first_element_child()) {
        // A button takes the focus.
        let _ = button.unchecked_into::<HtmlElement>().focus();
    }
}
