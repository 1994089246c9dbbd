//! The form: it posts, answers and edits without leaving the page, and keeps what was begun.

use super::{Talk, fetch, floats, list, on, target};
use crate::player::{
    js::{call, get, new, text},
    memory,
    speech::clock,
};
use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

/// Comments of which this browser holds the keys, the newest first.
const KEYS: usize = 200;

pub fn listen(talk: &Talk, place: &Element) {
    let of = talk.clone();
    on(place, "submit", move |event| {
        let Some(form) = target(&event, "form") else { return };
        let button: Option<Element> = get(&event, "submitter").dyn_into().ok();
        event.prevent_default();
        match (form.id().as_str(), button) {
            ("talk-react", Some(button)) => floats::send(&of, &form, &button),
            ("talk-form", button) => {
                let deletes = button.is_some_and(|button| button.get_attribute("value").as_deref() == Some("delete"));
                leptos::task::spawn_local(send(of.clone(), form, deletes));
            }
            _ => {}
        }
    });
    let of = talk.clone();
    on(place, "input", move |event| {
        let Some(field) = target(&event, "[name]") else { return };
        wrong(&field, "");
        let value = text(&field, "value").unwrap_or_default();
        match field.get_attribute("name").as_deref() {
            Some("text") if mode(&of) == "new" => memory::remember(&draft(&of), &value),
            Some("name") => memory::remember("talk-name", &value),
            _ => {}
        }
    });
    let of = talk.clone();
    on(place, "focusin", move |event| {
        // Who begins to write has seen something: its time is offered.
        let now = of.deck().media.time.get_untracked();
        if target(&event, "#talk-text").is_some() && mode(&of) == "new" && now > 1_000 {
            let is_fresh = value(&of, "#talk-text").is_empty() && value(&of, "#talk-time").is_empty();
            if is_fresh {
                set_value(&of, "#talk-time", &clock(now));
            }
        }
    });
    if mode(talk) == "new" {
        match value(talk, "#talk-text").as_str() {
            "" => set_value(talk, "#talk-text", &memory::recall(&draft(talk)).unwrap_or_default()),
            // Typed before the script came.
            typed => memory::remember(&draft(talk), typed),
        }
    }
    if value(talk, "#talk-name").is_empty() {
        set_value(talk, "#talk-name", &memory::recall("talk-name").unwrap_or_default());
    }
}

fn draft(talk: &Talk) -> String {
    ["talk-draft.", &talk.deck().recorder.video()].concat()
}

fn value(talk: &Talk, what: &str) -> String {
    talk.find(what).and_then(|field| text(&field, "value")).unwrap_or_default()
}

fn set_value(talk: &Talk, what: &str, value: &str) {
    if let Some(field) = talk.find(what) {
        // A field takes every text.
        let _ = Reflect::set(&field, &"value".into(), &value.into());
    }
}

fn mode(talk: &Talk) -> String {
    talk.find("#talk-form").and_then(|form| form.get_attribute("data-mode")).unwrap_or_default()
}

/// The form's fields and more, as a form is sent.
pub fn body(form: &Element, more: &[(&str, &str)]) -> Option<JsValue> {
    let body = new("URLSearchParams", &[new("FormData", &[form.into()])?])?;
    for (name, value) in more {
        call(&body, "set", &[(*name).into(), (*value).into()])?;
    }
    Some(body)
}

/// Puts the form below a comment to answer it, or in place of one's own to change it.
pub fn aim(talk: &Talk, mode: &str, at: &Element) {
    reset(talk);
    let (Some(form), Some(id)) = (talk.find("#talk-form"), at.get_attribute("data-id")) else { return };
    let action = form.get_attribute("data-action").unwrap_or_default();
    let sentence = |name: &str| form.get_attribute(&["data-say-", name].concat()).unwrap_or_default();
    let edits = mode == "edit";
    let find =
        |what: &str| at.query_selector(what).ok().flatten().and_then(|found| found.text_content()).unwrap_or_default();
    // Attributes of an element that exists can be set.
    let _ = form.set_attribute("data-mode", mode);
    let _ = form.set_attribute("data-at", &id);
    let title = if edits { sentence("edit") } else { sentence("reply").replace("{}", &find(".remark-author")) };
    set_text(talk, ".talk-aim", &title);
    switch(talk, edits, &sentence(if edits { "save" } else { "post" }));
    if edits {
        let _ = form.set_attribute("action", &[&action, "/", &id].concat());
        set_value(talk, "#talk-text", &find(".remark-text"));
    } else {
        set_value(talk, "[name=parent]", &id);
        set_value(talk, "#talk-text", "");
        set_value(talk, "#talk-time", "");
    }
    if let Some(article) = at.query_selector("article").ok().flatten() {
        // Beside what is replaced when somebody changes it.
        let _ = article.after_with_node_1(&form);
    }
    focus(talk, "#talk-text");
}

/// Back to a new comment, with what was begun.
pub fn reset(talk: &Talk) {
    let (Some(form), Some(list)) = (talk.find("#talk-form"), talk.find(".talk-list")) else { return };
    let action = form.get_attribute("data-action").unwrap_or_default();
    let post = form.get_attribute("data-say-post").unwrap_or_default();
    let _ = form.set_attribute("action", &action);
    let _ = form.set_attribute("data-mode", "new");
    let _ = form.remove_attribute("data-at");
    switch(talk, false, &post);
    for what in [".talk-aim", ".talk-wrong", ".talk-note"] {
        set_text(talk, what, "");
    }
    for field in ["text", "name", "email", "time"] {
        if let Some(field) = talk.find(&["#talk-", field].concat()) {
            wrong(&field, "");
        }
    }
    set_value(talk, "[name=parent]", "");
    set_value(talk, "#talk-time", "");
    set_value(talk, "#talk-text", &memory::recall(&draft(talk)).unwrap_or_default());
    let place = list.parent_node();
    if let Some(place) = place.filter(|_| form.next_sibling().as_ref() != Some(list.unchecked_ref())) {
        let _ = place.insert_before(&form, Some(&list));
    }
}

/// Puts the form away and the focus back to where it was asked for.
pub fn cancel(talk: &Talk) {
    let at = talk.find("#talk-form").and_then(|form| form.get_attribute("data-at")).unwrap_or_default();
    let edits = mode(talk) == "edit";
    reset(talk);
    let what = if edits { ".remark-edit" } else { ".remark-reply" };
    focus(talk, &format!("[id='comment-{at}'] {what}"));
}

fn switch(talk: &Talk, edits: bool, send: &str) {
    let set = |what: &str, name: &str, on: bool| {
        if let Some(found) = talk.find(what) {
            let _ = found.toggle_attribute_with_force(name, on);
        }
    };
    set(".talk-who", "disabled", edits);
    set(".talk-who", "hidden", edits);
    set(".talk-delete", "hidden", !edits);
    set_text(talk, ".talk-post", send);
}

fn set_text(talk: &Talk, what: &str, text: &str) {
    if let Some(found) = talk.find(what) {
        found.set_text_content(Some(text));
    }
}

fn focus(talk: &Talk, what: &str) {
    if let Some(found) = talk.find(what) {
        // What can't take the focus leaves it where it is.
        let _ = found.unchecked_into::<HtmlElement>().focus();
    }
}

/// Shows what is wrong with a field; nothing clears it.
fn wrong(field: &Element, why: &str) {
    let error = document().get_element_by_id(&[&field.id(), "-error"].concat());
    if let Some(error) = error.filter(|error| error.text_content().unwrap_or_default() != why) {
        error.set_text_content(Some(why));
    }
    let _ = match why {
        "" => field.remove_attribute("aria-invalid"),
        _ => field.set_attribute("aria-invalid", "true"),
    };
}

async fn send(talk: Talk, form: Element, deletes: bool) {
    // One at a time; a disabled button would lose the focus.
    if form.has_attribute("aria-busy") {
        return;
    }
    let edits = form.get_attribute("data-mode").as_deref() == Some("edit");
    let at = form.get_attribute("data-at").unwrap_or_default();
    let mut more = vec![("do", if deletes { "delete" } else { "save" }.to_owned())];
    more.extend(key(&at).filter(|_| edits).map(|key| ("key", key)));
    let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (Some(action), Some(body)) = (form.get_attribute("action"), body(&form, &more)) else { return };
    let _ = form.set_attribute("aria-busy", "true");
    let answer = fetch(&action, "application/json", Some(body)).await;
    let _ = form.remove_attribute("aria-busy");
    let data = answer.as_ref().and_then(|(_, text)| js_sys::JSON::parse(text).ok()).unwrap_or(JsValue::NULL);
    match answer {
        Some((200..=299, _)) => done(&talk, &data, edits, deletes),
        _ => refused(&talk, &data),
    }
}

fn done(talk: &Talk, data: &JsValue, edits: bool, deletes: bool) {
    let (id, html) = (text(data, "id").unwrap_or_default(), text(data, "html").unwrap_or_default());
    if mode(talk) == "new" {
        memory::remember(&draft(talk), "");
    }
    reset(talk);
    if deletes {
        list::gone(talk, &id, &html);
        talk.say(&talk.sentence("gone"));
        return focus(talk, "#talk-text");
    }
    keep_key(&id, &text(data, "key").unwrap_or_default());
    if let Some(note) = text(data, "note") {
        if edits {
            list::remove(talk, &id);
        }
        set_text(talk, ".talk-note", &note);
        return focus(talk, "#talk-text");
    }
    let is_news = !edits && talk.is_news(&id);
    list::put(talk, &html, is_news);
    if is_news {
        list::tell(talk, data);
    }
    talk.say(&talk.sentence(if edits { "saved" } else { "posted" }));
    focus(talk, &if edits { format!("[id='comment-{id}'] .remark-edit") } else { "#talk-text".to_owned() });
}

fn refused(talk: &Talk, data: &JsValue) {
    let flaws: Array = get(data, "flaws").dyn_into().unwrap_or_default();
    let mut first = None;
    let mut others = Vec::new();
    for flaw in flaws.iter() {
        let message = text(&flaw, "message").unwrap_or_default();
        let field = ["#talk-", &text(&flaw, "field").unwrap_or_default()].concat();
        match talk.find(&field) {
            Some(found) => {
                wrong(&found, &message);
                first = first.or(Some(field));
            }
            None => others.push(message),
        }
    }
    if flaws.length() == 0 {
        others.push(text(data, "message").unwrap_or_else(|| talk.sentence("lost")));
    }
    set_text(talk, ".talk-wrong", &others.join(" "));
    if let Some(field) = first {
        focus(talk, &field);
    }
}

/// The key to a comment that was posted from this browser.
pub fn key(id: &str) -> Option<String> {
    let keys = memory::recall("talk-keys")?;
    keys.lines().filter_map(|line| line.split_once(' ')).find(|(of, _)| *of == id).map(|(_, key)| key.to_owned())
}

fn keep_key(id: &str, key: &str) {
    let keys = memory::recall("talk-keys").unwrap_or_default();
    memory::remember("talk-keys", &with_key(&keys, id, key));
}

fn with_key(keys: &str, id: &str, key: &str) -> String {
    let others = keys.lines().filter(|line| line.split(' ').next() != Some(id)).take(KEYS - 1);
    let own = format!("{id} {key}");
    std::iter::once(own.as_str()).chain(others).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_keys_are_kept_each_once() {
        let mut keys = String::new();
        for n in 0..300 {
            keys = with_key(&keys, &format!("c{n}"), "k");
        }
        assert_eq!(keys.lines().count(), KEYS);
        let again = with_key(&keys, "c250", "other");
        assert_eq!((again.lines().count(), again.lines().next()), (KEYS, Some("c250 other")));
    }
}
