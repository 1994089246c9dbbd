//! Reactions: they float up over the video when they are made, and again whenever the video passes them.

use super::{Talk, forms, list, on};
use crate::player::js::text;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

/// Of one kind, in one hundredth of the video.
const MOST: i64 = 3;
/// Between two that float up together.
const APART: Duration = Duration::from_millis(180);
/// Floats on the frame at the same time.
const ROOM: u32 = 24;

pub fn listen(talk: &Talk) {
    let Some((_, video)) = talk.deck().player.elements() else { return };
    let talk = talk.clone();
    on(&video.clone(), "timeupdate", move |_| {
        let (at, duration) = (talk.deck().media.time.get_untracked(), talk.deck().media.duration.get_untracked());
        let slot = at * 100 / duration.max(1);
        let before = talk.0.slot.replace(slot);
        // A seek passes nothing.
        if before >= 0 && (1..=4).contains(&(slot - before)) && !video.paused() {
            (before + 1..=slot).for_each(|slot| pass(&talk, slot));
        }
    });
}

/// Lets those of a hundredth of the video float up.
fn pass(talk: &Talk, slot: i64) {
    let all = talk.place().and_then(|place| place.get_attribute("data-floats")).unwrap_or_default();
    for (at, kind, n) in all.split(' ').filter_map(read) {
        for turn in 0..if at == slot { n.min(MOST) } else { 0 } {
            let (talk, kind) = (talk.clone(), kind.to_owned());
            set_timeout(move || float(&talk, &kind), APART * u32::try_from(turn).unwrap_or(0));
        }
    }
}

/// `12love3`: the hundredth, the kind, how many.
fn read(text: &str) -> Option<(i64, &str, i64)> {
    let kind = text.trim_matches(|c: char| c.is_ascii_digit());
    let (slot, n) = text.split_once(kind).filter(|_| !kind.is_empty())?;
    Some((slot.parse().ok()?, kind, n.parse().ok()?))
}

fn float(talk: &Talk, kind: &str) {
    let Some((root, _)) = talk.deck().player.elements() else { return };
    let icon = talk.find(&format!("[value={kind}] svg")).and_then(|icon| icon.clone_node_with_deep(true).ok());
    let layer = root.query_selector(".talk-floats").ok().flatten().or_else(|| {
        let layer = document().create_element("div").ok()?;
        layer.set_class_name("talk-floats");
        layer.set_attribute("aria-hidden", "true").ok()?;
        root.append_child(&layer).ok()?;
        Some(layer)
    });
    let (Some(icon), Some(layer)) = (icon, layer) else { return };
    let Ok(one) = document().create_element("i") else { return };
    if layer.child_element_count() >= ROOM || one.append_child(&icon).is_err() {
        return;
    }
    one.set_class_name(&["talk-float ", kind].concat());
    let style = one.unchecked_ref::<HtmlElement>().style();
    // Where it begins, in percent of the layer; an element's style can be set.
    let _ = style.set_property("--x", &(js_sys::Math::random() * 100.0).to_string());
    let gone = one.clone();
    on(&one, "animationend", move |_| gone.remove());
    let _ = layer.append_child(&one);
}

/// Somebody reacted, perhaps this viewer: it is counted, and floats up.
pub fn reacted(talk: &Talk, data: &JsValue) {
    let (Some(id), Some(kind)) = (text(data, "id"), text(data, "reaction")) else { return };
    let Some(chip) = talk.find(&format!("[value={kind}]")).filter(|_| talk.is_news(&id)) else { return };
    count(&chip);
    float(talk, &kind);
    talk.tell("reactionadd", &[("id", id.into()), ("reaction", kind.into()), ("time", list::seconds(data))]);
}

fn count(chip: &Element) {
    let Ok(Some(number)) = chip.query_selector(".chip-count") else { return };
    let n: i64 = number.text_content().and_then(|n| n.trim().parse().ok()).unwrap_or(0) + 1;
    number.set_text_content(Some(&n.to_string()));
    let name = chip.get_attribute("data-name").unwrap_or_default();
    // An attribute of an element that exists can be set.
    let _ = chip.set_attribute("aria-label", &format!("{name}: {n}"));
}

/// Posts the reaction of the pressed button, at the moment on screen.
pub fn send(talk: &Talk, form: &Element, button: &Element) {
    let (Some(action), Some(kind)) = (form.get_attribute("action"), button.get_attribute("value")) else { return };
    let name = button.get_attribute("data-name").unwrap_or_default();
    let at = talk.deck().media.time.get_untracked();
    let Some(body) = forms::body(form, &[("reaction", &kind), ("at", &at.to_string())]) else { return };
    let talk = talk.clone();
    leptos::task::spawn_local(async move {
        let answer = super::fetch(&action, "application/json", Some(body)).await;
        let data = answer.as_ref().and_then(|(_, text)| js_sys::JSON::parse(text).ok()).unwrap_or(JsValue::NULL);
        if answer.is_some_and(|(status, _)| status < 300) {
            reacted(&talk, &data);
            talk.say(&talk.sentence("reacted").replace("{}", &name));
        } else {
            let why = text(&data, "message").unwrap_or_else(|| talk.sentence("lost"));
            talk.say(&why);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_floats_is_read_from_the_page() {
        assert_eq!(read("12love3"), Some((12, "love", 3)));
        for wrong in ["", "love", "12", "12love", "love3"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
