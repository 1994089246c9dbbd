//! The pointer on the picture. A mouse plays and pauses by a click and fills the screen by two. A finger
//! brings the controls up and puts them away, and seeks by two taps at either side.

use super::{deck::Deck, js::is_same, request::Request};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, PointerEvent};

/// Two taps this close in time, in milliseconds, are a double tap.
const DOUBLE_MS: f64 = 300.0;
const SKIP_MS: i64 = 10_000;

pub fn listen(root: &HtmlElement, video: &Element, deck: Deck) {
    let (within, picture) = (root.clone(), video.clone());
    // Were the controls up when the finger came down? By the time of the click the focus may have brought them.
    let was_up = StoredValue::new(false);
    let down = Closure::<dyn Fn()>::new(move || was_up.set_value(deck.awake.is_up()));
    let _ = root.add_event_listener_with_callback("pointerdown", down.as_ref().unchecked_ref());
    down.forget();
    // When, and at which side, the last tap was.
    let last = StoredValue::new((f64::MIN, 0));
    let click = Closure::<dyn Fn(PointerEvent)>::new(move |event: PointerEvent| {
        let on_picture = is_same(&event, "target", &picture);
        if !on_picture {
            return deck.awake.stir();
        }
        if deck.is_open() {
            return deck.close();
        }
        if event.pointer_type() != "touch" {
            deck.awake.stir();
            return deck.ask(Request::Toggle);
        }
        let bounds = within.get_bounding_client_rect();
        let third = (f64::from(event.client_x()) - bounds.left()) * 3.0 / bounds.width().max(1.0);
        let side = if third < 1.0 { -1 } else { i64::from(third > 2.0) };
        let (then, there) = last.get_value();
        last.set_value((event.time_stamp(), side));
        if side != 0 && side == there && event.time_stamp() - then < DOUBLE_MS {
            deck.ask(Request::SeekBy(side * SKIP_MS));
            deck.awake.stir();
        } else if was_up.get_value() {
            deck.awake.rest();
        } else {
            deck.awake.stir();
        }
    });
    let double = Closure::<dyn Fn(PointerEvent)>::new({
        let picture = video.clone();
        move |event: PointerEvent| {
            if is_same(&event, "target", &picture) && !touches() {
                deck.ask(Request::Fullscreen);
            }
        }
    });
    let stir = Closure::<dyn Fn(PointerEvent)>::new(move |event: PointerEvent| {
        if event.pointer_type() != "touch" {
            deck.awake.stir();
        }
    });
    let focus = Closure::<dyn Fn()>::new(move || deck.awake.stir());
    for (name, heard) in [
        ("click", click.as_ref()),
        ("dblclick", double.as_ref()),
        ("pointermove", stir.as_ref()),
        ("focusin", focus.as_ref()),
    ] {
        // Listening to an element that exists can't fail.
        let _ = root.add_event_listener_with_callback(name, heard.unchecked_ref());
    }
    click.forget();
    double.forget();
    stir.forget();
    focus.forget();
}

/// Nothing hovers: a finger comes unannounced.
pub fn touches() -> bool {
    window().match_media("(hover: none)").ok().flatten().is_some_and(|query| query.matches())
}
