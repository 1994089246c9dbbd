//! Room on the frame: boxes that touch are moved apart, and captions stand above what stands low.
//!
//! Where things stand is asked for once a frame, right before it is drawn: asking makes the browser lay the page
//! out, which is dear where many cards come and go.

use super::{card, show::Stage};
use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

/// Between two banners, as in the style sheet.
const GAP: i32 = 8;

impl Stage {
    /// Makes room before the next frame is drawn.
    pub fn make_room(self) {
        if self.change(|inner| std::mem::replace(&mut inner.needs_room, true)) == Some(false) {
            request_animation_frame(move || {
                self.change(|inner| inner.needs_room = false);
                if let Some((root, _)) = self.deck.player.elements() {
                    keep_apart(&root);
                    lift_captions(&root);
                }
            });
        }
    }
}

/// The place of a card on the frame, in pixels, whatever moves it while it comes.
#[derive(Clone, Copy)]
struct Place {
    left: i32,
    top: i32,
    width: i32,
    height: i32,
}

impl Place {
    fn of(card: &HtmlElement) -> Self {
        Self {
            left: card.offset_left(),
            top: card.offset_top(),
            width: card.offset_width(),
            height: card.offset_height(),
        }
    }

    fn touches(self, other: Self) -> bool {
        let (across, down) = (self.left - other.left, self.top - other.top);
        across < other.width && -across < self.width && down < other.height && -down < self.height
    }
}

/// Where words need more room than their author gave them, the later of two boxes that touch becomes a banner
/// at its edge of the frame, or at the other one.
fn keep_apart(root: &Element) {
    let mut taken: Vec<Place> = Vec::new();
    let is_free = |card: &HtmlElement, taken: &[Place]| {
        let place = Place::of(card);
        !taken.iter().any(|other| place.touches(*other))
    };
    for card in card::all(root, ".stage .cue.overlay") {
        // Classes of our own are always changed.
        if !is_free(&card, &taken) {
            let _ = (card.class_list().remove_1("overlay"), card.class_list().add_1("banner"));
            if !is_free(&card, &taken) {
                let _ = card.class_list().toggle("low");
            }
        }
        taken.push(Place::of(&card));
    }
}

/// Captions stand above what stands low, unless it takes the whole frame.
fn lift_captions(root: &Element) {
    let Some(captions) = card::find(root, ".captions") else { return };
    let low = if root.has_attribute("data-modal") { 0 } else { height_of_low(root) };
    // Not on the player: all that is in it would have to be styled anew. A property of our own is always set.
    let _ = captions.style().set_property("--low", &[&low.to_string(), "px"].concat());
}

/// How far cards reach up from the lower edge of the frame, in pixels, without what they keep free below.
fn height_of_low(root: &Element) -> i32 {
    let (mut stacked, mut highest) = (0, 0);
    for card in card::all(root, ".stage .cue.low:not(.modal,.middle)") {
        let height = card.offset_height();
        // Not by Rust's own reader: its tables would be a tenth of what the page loads.
        match card.style().get_property_value("--b").map(|b| js_sys::parse_float(&b)) {
            // In its own place, so many percent above the edge.
            Ok(b) if !b.is_nan() && is_placed(&card) => {
                highest = highest.max(height + (f64::from(root.client_height()) * b / 100.0).round() as i32);
            }
            _ => stacked += height + GAP,
        }
    }
    stacked.max(highest)
}

/// It is not in a row: on a narrow frame everything is.
fn is_placed(card: &HtmlElement) -> bool {
    let style = window().get_computed_style(card).ok().flatten();
    style.is_some_and(|style| style.get_property_value("position").is_ok_and(|position| position == "absolute"))
}
