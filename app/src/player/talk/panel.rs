//! In an embed the talk opens above the frame, when the embedder asked for it; only then it is fetched.

use super::{CALL, Talk, fetch, on, parse, target};
use crate::player::js::{by_pass, call, get, text};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, KeyboardEvent};

const OPENS: &str =
    "M5.5 5h13a2 2 0 0 1 2 2v7.5a2 2 0 0 1-2 2H12l-4.5 3.5v-3.5h-2a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM8 9.5h8M8 12.5h5";
const CLOSES: &str = "M6 6l12 12M18 6L6 18";

/// Puts the button that opens it into the bar.
pub fn offer(talk: &Talk) {
    let Some((root, _)) = talk.deck().player.elements() else { return };
    let (Some(name), Ok(Some(bar))) = (root.get_attribute("data-comments"), root.query_selector(".bar")) else {
        return;
    };
    let Some(button) = button("control talk-open", &name, OPENS) else { return };
    // Attributes of an element that exists can be set, and an element of a page has room.
    let _ = button.set_attribute("aria-expanded", "false");
    let _ = button.set_attribute("data-tip", &name);
    let _ = bar.insert_before(&button, bar.last_element_child().as_deref());
    let (of, name) = (talk.clone(), name);
    on(&bar, "click", move |event| {
        let Some(pressed) = target(&event, "button") else { return };
        if !pressed.class_list().contains("talk-open") {
            // Something else opens: there is room for one.
            return hide(&of, false);
        }
        if pressed.get_attribute("aria-expanded").as_deref() == Some("true") {
            return hide(&of, true);
        }
        of.deck().close();
        show(&of, &name);
    });
}

fn button(class: &str, name: &str, path: &str) -> Option<Element> {
    let html = format!(
        "<button type=\"button\" class=\"{class}\"><svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{path}\"/></svg></button>"
    );
    let button = parse(&html, "button")?;
    button.set_attribute("aria-label", name).ok()?;
    Some(button)
}

fn panel(talk: &Talk) -> Option<Element> {
    talk.deck().player.elements()?.0.query_selector(".talk-panel").ok().flatten()
}

fn expanded(talk: &Talk, on: bool) {
    let opener = talk.deck().player.elements().and_then(|(root, _)| root.query_selector(".talk-open").ok()?);
    if let Some(opener) = opener {
        let _ = opener.set_attribute("aria-expanded", &on.to_string());
    }
    talk.deck().awake.keep(on);
}

fn show(talk: &Talk, name: &str) {
    let Some((root, _)) = talk.deck().player.elements() else { return };
    expanded(talk, true);
    let panel = panel(talk).or_else(|| {
        let panel = make(talk, name)?;
        root.append_child(&panel).ok()?;
        leptos::task::spawn_local(fill(talk.clone(), panel.clone()));
        Some(panel)
    });
    let Some(panel) = panel else { return };
    let _ = panel.toggle_attribute_with_force("hidden", false);
    let _ = panel.unchecked_into::<HtmlElement>().focus();
}

fn hide(talk: &Talk, gives_back: bool) {
    let Some(panel) = panel(talk).filter(|panel| !panel.has_attribute("hidden")) else { return };
    let _ = panel.toggle_attribute_with_force("hidden", true);
    expanded(talk, false);
    let opener = talk.deck().player.elements().and_then(|(root, _)| root.query_selector(".talk-open").ok()?);
    if let Some(opener) = opener.filter(|_| gives_back) {
        let _ = opener.unchecked_into::<HtmlElement>().focus();
    }
}

fn make(talk: &Talk, name: &str) -> Option<Element> {
    let panel = document().create_element("div").ok()?;
    panel.set_class_name("popover talk-panel");
    for (attribute, value) in [("role", "dialog"), ("aria-label", name), ("tabindex", "-1")] {
        panel.set_attribute(attribute, value).ok()?;
    }
    let close = button("control talk-close", &talk.deck().say(crate::words::Word::Close), CLOSES)?;
    panel.append_child(&close).ok()?;
    let of = talk.clone();
    on(&close, "click", move |_| hide(&of, true));
    let of = talk.clone();
    on(&panel, "keydown", move |event| {
        if event.unchecked_ref::<KeyboardEvent>().key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            hide(&of, true);
        }
    });
    Some(panel)
}

/// Fetches the talk into the panel, and lets it live.
async fn fill(talk: Talk, panel: Element) {
    let lang = document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default();
    let url = format!("/talk/{}/comments?lang={lang}{}", talk.deck().recorder.video(), by_pass());
    let place = match fetch(&url, "text/html", None).await {
        Some((200, html)) => parse(&html, "#talk"),
        _ => None,
    };
    let Some(place) = place.filter(|place| panel.append_child(place).is_ok()) else {
        // It is tried again when it is opened again.
        hide(&talk, true);
        return panel.remove();
    };
    give_pass(&talk, &place);
    talk.take_up(place.clone());
    // From here on the page's script follows it.
    let _ = call(&get(&window(), "__cue"), "follow", &[place.into()]);
    if let Ok(event) = web_sys::Event::new(CALL) {
        let _ = document().dispatch_event(&event);
    }
}

/// The forms say who sends them.
fn give_pass(talk: &Talk, place: &Element) {
    let skin = talk.deck().player.elements().and_then(|(root, _)| root.query_selector(".skin").ok()?);
    let pass =
        skin.and_then(|skin| crate::player::said(&skin)).and_then(|start| text(&start, "pass")).unwrap_or_default();
    let Ok(fields) = place.query_selector_all("[name=pass]") else { return };
    for field in (0..fields.length()).filter_map(|i| fields.item(i)) {
        let _ = js_sys::Reflect::set(&field, &"value".into(), &JsValue::from(&pass));
    }
}
