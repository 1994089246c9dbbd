//! Cards on the frame: they come, they go, and the focus with them.

use super::{card, form, link, show::Stage};
use crate::player::{bridge, memory, tape::What};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A card on the frame, and what had the focus before it came.
#[derive(Clone)]
pub struct Shown {
    pub place: usize,
    pub card: HtmlElement,
    pub focus: Option<Element>,
}

impl Stage {
    /// Puts a card onto the frame, as soon as its face is there; returns it if it wants the focus.
    pub fn enter(self, i: usize) -> Option<HtmlElement> {
        let made = self.inner.with_value(|inner| {
            let cue = &inner.cues[i];
            // What stood there before the script came is taken over.
            let find = |of: &Element| of.query_selector(&["[data-cue='", &cue.id, "']"].concat()).ok().flatten();
            let ready = find(&inner.place);
            let answered = inner.answered.iter().find(|(place, _)| *place == i);
            let is_new = answered.is_none();
            let card = match (answered, ready, &inner.faces) {
                (Some((_, card)), ..) => card.clone().unchecked_into::<Element>(),
                (None, Some(card), _) => card,
                (None, None, Some(faces)) => find(faces)?.clone_node_with_deep(true).ok()?.unchecked_into::<Element>(),
                (None, None, None) => return None,
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
                is_new,
                cue.answered,
            ))
        });
        let (element, place, name, kind, id, once_ever, is_new, answered) = made?;
        let focus = document().active_element();
        let takes_focus = element.get_attribute("role").is_some() && self.deck.media.live.get_untracked();
        self.change(|inner| inner.shown.push(Shown { place: i, card: element.clone(), focus }));
        // A place that exists takes a child.
        let _ = place.append_child(&element);
        if is_new {
            card::wire(self, i, &element);
            form::wire(self, i, &element);
            link::wire(self, i, &element);
            if answered {
                form::settled(self, i, &element);
            }
        } else {
            form::look_again(self, i, &element);
        }
        self.deck.recorder.note(What::Shown { interaction: id.clone() });
        bridge::shown(self.deck, id.clone(), &kind);
        if once_ever {
            let seen = memory::recall("seen").unwrap_or_default();
            memory::remember("seen", &[&id, " ", &seen].concat().chars().take(4_000).collect::<String>());
        }
        if !takes_focus {
            self.deck.said.say(&name);
        }
        takes_focus.then_some(element)
    }

    /// Gives the focus back to what had it.
    pub fn give_back(self, focus: Option<Element>) {
        if let Some(focus) = focus.filter(|focus| focus.is_connected()) {
            // What is not to be seen any more does not take it.
            let _ = focus.unchecked_into::<HtmlElement>().focus();
        }
        if document().active_element().is_none_or(|focus| focus.tag_name() == "BODY") {
            self.deck.player.focus();
        }
    }

    /// Tells the style sheet what stands on the frame; below a modal nothing can be reached.
    pub fn dress(self) {
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
        self.make_room();
    }
}

/// Takes a card off; if the focus was inside, returns what had it before.
pub fn leave(shown: Shown) -> Option<Option<Element>> {
    let had_focus = shown.card.contains(document().active_element().as_deref());
    shown.card.remove();
    had_focus.then_some(shown.focus)
}
