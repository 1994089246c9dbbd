//! Clicks that lead somewhere: recorded on the way, after the embedding page has had its say; the replay
//! button, and the next video that comes by itself.

use super::{
    card::{all, count_down, find, on},
    show::Stage,
};
use crate::player::{bridge, request::Request};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};

/// On a card while it opens by itself.
const ITSELF: &str = "data-itself";

pub fn wire(stage: Stage, i: usize, card: &HtmlElement) {
    for go in all(card, "[data-act]") {
        follow(stage, i, go);
    }
    if let Some(replay) = find(card, "[data-replay]") {
        on(&replay, "click", move |_| {
            stage.deck.ask(Request::Seek(0));
            stage.deck.ask(Request::Play);
        });
    }
    if let (Some(next), Some(first)) = (find(card, "[data-next]"), find(card, "[data-act]")) {
        lead_on(&next, first);
    }
}

/// A link or a button of an interaction.
fn follow(stage: Stage, i: usize, go: HtmlElement) {
    let deck = stage.deck;
    let text = |name: &str| go.get_attribute(name);
    let base = text("href");
    let event = match text("data-act").as_deref() {
        Some("annotationclick") => "annotationclick",
        Some("endscreenclick") => "endscreenclick",
        _ => "ctaclick",
    };
    let card: Option<u32> = text("data-card").and_then(|n| n.parse().ok());
    let seek: i64 = text("data-seek").and_then(|ms| ms.parse().ok()).unwrap_or(0);
    let label = text("data-label").unwrap_or_default();
    // Each click has a number of its own, which its link carries.
    let reserved = StoredValue::new(0);
    let renew = {
        let (go, base) = (go.clone(), base.clone());
        move || {
            reserved.set_value(deck.recorder.reserve());
            if let Some(base) = &base {
                // A link takes an address.
                let _ = go.set_attribute("href", &deck.recorder.click_through(base, reserved.get_value()));
            }
        }
    };
    renew();
    let of = go.clone();
    let click = move |clicked: web_sys::Event| {
        let mouse: &MouseEvent = clicked.unchecked_ref();
        // A middle click opens the link as well; a right click only asks for the menu.
        if mouse.button() > 1 {
            return;
        }
        // What opens by itself is nobody's click: the tape has none, nor has an address that names no view
        // (WIRE.md, section 1).
        let automatic = of.has_attribute(ITSELF);
        if !automatic {
            deck.recorder.answered(reserved.get_value(), stage.id(i), card);
        } else if let Some(base) = &base {
            // A link takes an address.
            let _ = of.set_attribute("href", base);
        }
        let (label, id) = (label.clone(), stage.id(i));
        match of.get_attribute("href") {
            None => {
                let go = Box::new(move || deck.ask(Request::Seek(seek)));
                if let Some(go) = bridge::ask(deck, event, id, label, None, automatic, go) {
                    go();
                }
            }
            Some(href) => {
                // A link that is not held opens by itself.
                let (open, target) = (href.clone(), of.get_attribute("target").unwrap_or_default());
                let go = Box::new(move || {
                    // The gesture still counts: the page's word comes within the time that browsers allow.
                    let _ = window().open_with_url_and_target_and_features(&open, &target, "noopener");
                });
                if bridge::ask(deck, event, id, label, Some(href), automatic, go).is_none() {
                    clicked.prevent_default();
                }
            }
        }
        stage.accepted(i, false);
        // This click still follows the address that carries its number; the next one gets its own.
        request_animation_frame(renew.clone());
    };
    on(&go, "auxclick", click.clone());
    on(&go, "click", click);
}

/// The first card opens by itself, unless the viewer stays.
fn lead_on(next: &HtmlElement, first: HtmlElement) {
    let after = next.get_attribute("data-next").and_then(|s| s.parse().ok()).unwrap_or(0);
    let said = next.get_attribute("data-said").unwrap_or_default();
    let (Some(text), Some(stay)) = (find(next, ".next-text"), find(next, "[data-stay]")) else { return };
    let of = next.clone();
    on(&stay, "click", move |_| {
        // The focus would be lost with the button.
        let _ = of.set_attribute("data-stopped", "");
        if let Some(card) = of.closest(".end-screen").ok().flatten().and_then(|screen| find(&screen, "[data-act]")) {
            let _ = card.focus();
        }
        of.set_hidden(true);
    });
    count_down(next.clone(), after, move |left| {
        text.set_text_content(Some(&said.replace("{}", &left.to_string())));
        if left == 0 {
            // A tab of its own needs a gesture, and there was none.
            if first.get_attribute("target").as_deref() == Some("_blank") {
                let _ = first.set_attribute("target", "_top");
            }
            // Attributes of our own are always changed.
            let _ = first.set_attribute(ITSELF, "");
            first.click();
            let _ = first.remove_attribute(ITSELF);
        }
    });
}
