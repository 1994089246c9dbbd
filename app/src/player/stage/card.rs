//! What every card does: it can be left, some only after a while, and a modal keeps the focus.

use super::show::Stage;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

pub fn wire(stage: Stage, i: usize, card: &HtmlElement) {
    let of = card.clone();
    on(card, "keydown", move |event| {
        let event: KeyboardEvent = event.unchecked_into();
        match event.key().as_str() {
            "Escape" => {
                if let Some(skip) = find(&of, "[data-skip]:not([disabled]),[data-done]:not([hidden]) [data-go-on]") {
                    event.prevent_default();
                    event.stop_propagation();
                    skip.click();
                }
            }
            "Tab" if of.has_attribute("aria-modal") => keep_inside(&of, &event),
            "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" => walk(&of, &event),
            _ => {}
        }
    });
    for what in ["[data-skip]", "[data-go-on]"] {
        if let Some(button) = find(card, what) {
            on(&button, "click", move |event| {
                // In the page it is a link, for those without a script.
                event.prevent_default();
                stage.skip(i);
            });
        }
    }
    if let Some(button) = find(card, "[data-skip][data-after]") {
        let label = button.text_content().unwrap_or_default();
        let wait = button.get_attribute("data-wait").unwrap_or_default();
        let after = button.get_attribute("data-after").and_then(|s| s.parse().ok()).unwrap_or(0);
        // Attributes of a button are always set.
        let _ = button.set_attribute("disabled", "");
        count_down(button.clone(), after, move |left| {
            button.set_text_content(Some(&if left > 0 {
                wait.replace("{}", &left.to_string())
            } else {
                label.clone()
            }));
            if left == 0 {
                let _ = button.remove_attribute("disabled");
            }
        });
    }
}

/// Calls `tell` with the seconds that are left, now and each second, as long as `of` stands on the page.
pub fn count_down(of: HtmlElement, left: i32, tell: impl Fn(i32) + 'static) {
    tell(left);
    if left > 0 {
        set_timeout(
            move || {
                if of.is_connected() && !of.has_attribute("data-stopped") {
                    count_down(of, left - 1, tell);
                }
            },
            Duration::from_secs(1),
        );
    }
}

pub fn find(of: &Element, what: &str) -> Option<HtmlElement> {
    of.query_selector(what).ok().flatten().map(JsCast::unchecked_into)
}

pub fn all(of: &Element, what: &str) -> Vec<HtmlElement> {
    let Ok(found) = of.query_selector_all(what) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)).map(JsCast::unchecked_into).collect()
}

/// Listens for as long as the element lives.
pub fn on(of: &Element, event: &str, hear: impl Fn(Event) + 'static) {
    let hear = Closure::<dyn Fn(Event)>::new(hear);
    // Listening to an element that exists can't fail.
    let _ = of.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
    hear.forget();
}

/// The arrows go from card to card of an end screen, as they stand.
fn walk(card: &HtmlElement, event: &KeyboardEvent) {
    let stops = all(card, ".cards [data-act]");
    let focus = document().active_element();
    let Some(from) = stops.iter().position(|stop| focus.as_ref() == Some(stop.as_ref())) else { return };
    // Neither the playhead nor the volume is meant.
    event.prevent_default();
    event.stop_propagation();
    let place = |i: usize| {
        let rect = stops[i].get_bounding_client_rect();
        (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 2.0)
    };
    let (x, y) = place(from);
    let way = |i: usize| {
        let (dx, dy) = (place(i).0 - x, place(i).1 - y);
        let (ahead, aside) = match event.key().as_str() {
            "ArrowLeft" => (-dx, dy),
            "ArrowRight" => (dx, dy),
            "ArrowUp" => (-dy, dx),
            _ => (dy, dx),
        };
        (ahead > 1.0 && aside.abs() <= ahead.max(1.0) * 2.0).then_some(ahead + aside.abs() * 2.0)
    };
    let near = (0..stops.len()).filter_map(|i| Some((way(i)?, i))).min_by(|(a, _), (b, _)| a.total_cmp(b));
    if let Some((_, i)) = near {
        // A link takes the focus.
        let _ = stops[i].focus();
    }
}

/// The Tab key goes round within the card.
fn keep_inside(card: &HtmlElement, event: &KeyboardEvent) {
    let stops = "a[href],button:not([disabled]),input:not([tabindex='-1']):not([type=hidden]),select,textarea";
    let stops: Vec<HtmlElement> = all(card, stops).into_iter().filter(|stop| stop.offset_parent().is_some()).collect();
    let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return event.prevent_default() };
    let focus = document().active_element();
    let is = |stop: &HtmlElement| focus.as_ref() == Some(stop.as_ref());
    let outside = focus.as_ref().is_none_or(|focus| !card.contains(Some(focus)));
    let next = match event.shift_key() {
        true if is(first) || is(card) || outside => last,
        false if is(last) || outside => first,
        _ => return,
    };
    event.prevent_default();
    // A stop of the Tab key takes the focus.
    let _ = next.focus();
}
