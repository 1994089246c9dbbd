//! The threads: links that seek, answer, edit and bring more, and comments that come, change and go.

use super::{Talk, fetch, forms, on, parse, target};
use crate::player::{
    js::{by_pass, get, number, text},
    request::Request,
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, MouseEvent};

pub fn listen(talk: &Talk, place: &Element) {
    let of = talk.clone();
    on(place, "click", move |event| {
        let mouse: &MouseEvent = event.unchecked_ref();
        let Some(link) = target(&event, "a[href^='?']") else { return };
        // Another tab is asked for.
        if mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() {
            return;
        }
        event.prevent_default();
        let class = link.class_list();
        let remark = || link.closest(".remark").ok().flatten();
        if let Some(at) = link.get_attribute("data-at").and_then(|at| at.parse().ok()) {
            of.deck().ask(Request::Seek(at));
        } else if class.contains("remark-reply") {
            remark().inspect(|at| forms::aim(&of, "reply", at));
        } else if class.contains("remark-edit") {
            remark().inspect(|at| forms::aim(&of, "edit", at));
        } else if class.contains("talk-cancel") {
            forms::cancel(&of);
        } else {
            let query = link.get_attribute("href").unwrap_or_default();
            let query = query.split('#').next().unwrap_or_default().to_owned();
            leptos::task::spawn_local(load(of.clone(), query, class.contains("talk-more")));
        }
    });
    own(talk, place);
}

/// Fetches another part of the talk: more threads below these, or others in their place.
async fn load(talk: Talk, query: String, adds: bool) {
    let Some(place) = talk.place() else { return };
    let lang = place.get_attribute("data-lang").unwrap_or_default();
    let join = if query.len() > 1 { "&" } else { "?" };
    let query = query.trim_end_matches('?');
    let url = format!("/talk/{}/comments{query}{join}lang={lang}{}", talk.deck().recorder.video(), by_pass());
    let Some((200, html)) = fetch(&url, "text/html", None).await else {
        return talk.say(&talk.sentence("lost"));
    };
    let Some(fresh) = parse(&html, "#talk") else { return };
    forms::reset(&talk);
    let find = |of: &Element, what: &str| of.query_selector(what).ok().flatten();
    own(&talk, &fresh);
    if !adds {
        for what in [".talk-orders", ".talk-list"] {
            if let (Some(old), Some(new)) = (find(&place, what), find(&fresh, what)) {
                // Both are elements of a page.
                let _ = old.replace_with_with_node_1(&new);
            }
        }
        return focus(&talk, ".talk-list a");
    }
    let (Some(threads), Some(list)) = (talk.find(".threads"), talk.find(".talk-list")) else { return };
    let mut first = None;
    while let Some(row) = find(&fresh, ".threads > li") {
        row.remove();
        // One that was posted meanwhile has pushed others to this page.
        if document().get_element_by_id(&row.id()).is_none() && threads.append_child(&row).is_ok() {
            first.get_or_insert(row);
        }
    }
    if let Some(old) = talk.find(".talk-more") {
        old.remove();
    }
    if let Some(more) = find(&fresh, ".talk-more") {
        let _ = list.append_child(&more);
    }
    if let Some(link) = first.and_then(|row| find(&row, "a")) {
        let _ = link.unchecked_into::<HtmlElement>().focus();
    }
}

fn focus(talk: &Talk, what: &str) {
    if let Some(found) = talk.find(what) {
        // A link takes the focus.
        let _ = found.unchecked_into::<HtmlElement>().focus();
    }
}

/// Gives the comments of this browser their author's tools.
fn own(talk: &Talk, within: &Element) {
    let Ok(all) = within.query_selector_all(".remark") else { return };
    for remark in (0..all.length()).filter_map(|i| all.item(i)) {
        tools(talk, remark.unchecked_ref());
    }
}

fn tools(talk: &Talk, remark: &Element) {
    let id = remark.get_attribute("data-id").unwrap_or_default();
    let tools = remark.query_selector("article > .remark-tools").ok().flatten();
    let Some(tools) = tools.filter(|_| forms::key(&id).is_some()) else { return };
    if tools.closest(".remark").ok().flatten().as_ref() != Some(remark)
        || tools.query_selector(".remark-edit").ok().flatten().is_some()
    {
        return;
    }
    let Ok(link) = document().create_element("a") else { return };
    link.set_class_name("talk-link remark-edit");
    let _ = link.set_attribute("href", &format!("?edit={id}#talk-form"));
    link.set_text_content(Some(&talk.sentence("edit")));
    let _ = tools.append_child(&link);
}

/// Somebody said, changed or took back something.
pub fn changed(talk: &Talk, data: &JsValue) {
    let id = text(data, "id").unwrap_or_default();
    let is_news = talk.is_news(&id);
    match text(data, "html") {
        Some(html) => put(talk, &html, is_news),
        None => remove(talk, &id),
    }
    if let Some(count) = talk.find(".talk-count") {
        count.set_text_content(Some(&number(data, "shown").to_string()));
    }
    if is_news && text(data, "text").is_some() {
        tell(talk, data);
    }
}

/// Puts a comment where it belongs: in its own place, at the end of its thread, or on top.
pub fn put(talk: &Talk, html: &str, is_news: bool) {
    let Some(fresh) = parse(html, ".remark") else { return };
    tools(talk, &fresh);
    let id = fresh.id();
    let what = ":scope > article, :scope > .remark-deleted";
    if let Some(old) = document().get_element_by_id(&id) {
        let body = |of: &Element| of.query_selector(what).ok().flatten();
        if let (Some(old), Some(new)) = (body(&old), body(&fresh)) {
            let _ = old.replace_with_with_node_1(&new);
        }
        return;
    }
    if !is_news {
        return;
    }
    let _ = fresh.class_list().add_1("fresh");
    let parent = fresh.get_attribute("data-parent");
    match parent {
        Some(parent) => {
            let replies = talk.find(&format!("[id='comment-{parent}'] > .replies"));
            replies.inspect(|replies| drop(replies.append_child(&fresh)));
        }
        None => {
            if let Some(threads) = talk.find(".threads") {
                let _ = threads.prepend_with_node_1(&fresh);
            }
            if let Some(none) = talk.find(".talk-none") {
                let _ = none.toggle_attribute_with_force("hidden", true);
            }
        }
    }
    mark(talk, &fresh);
}

/// A dot on the scrubber for a comment that has a time.
fn mark(talk: &Talk, remark: &Element) {
    let at = remark.query_selector(".remark-at").ok().flatten().and_then(|at| at.get_attribute("data-at"));
    let at = at.and_then(|at| at.parse::<i64>().ok());
    let marks = talk.deck().player.elements().and_then(|(root, _)| root.query_selector(".marks").ok()?);
    let (Some(at), Some(marks), Ok(dot)) = (at, marks, document().create_element("i")) else { return };
    dot.set_class_name("talk-mark");
    let share = at * 10_000 / talk.deck().media.duration.get_untracked().max(1);
    let _ = dot.unchecked_ref::<HtmlElement>().style().set_property("--at", &share.to_string());
    let _ = marks.append_child(&dot);
}

/// A comment of this viewer is deleted: what is left of it has the place of what it was.
pub fn gone(talk: &Talk, id: &str, html: &str) {
    let at = document().get_element_by_id(&["comment-", id].concat());
    let has_replies = at.is_some_and(|at| at.query_selector(".replies > li").ok().flatten().is_some());
    if has_replies { put(talk, html, false) } else { remove(talk, id) }
}

pub fn remove(talk: &Talk, id: &str) {
    let Some(old) = document().get_element_by_id(&["comment-", id].concat()) else { return };
    if old.query_selector("#talk-form").ok().flatten().is_some() {
        forms::reset(talk);
    }
    old.remove();
    let is_empty = talk.find(".threads > li").is_none();
    if let Some(none) = talk.find(".talk-none").filter(|_| is_empty) {
        let _ = none.toggle_attribute_with_force("hidden", false);
    }
}

/// The time of a comment or reaction as pages around an embed are told times: in seconds, or null.
pub fn seconds(data: &JsValue) -> JsValue {
    get(data, "at").as_f64().map_or(JsValue::NULL, |at| (at / 1_000.0).into())
}

/// Tells the page around an embed of a new comment or reply.
pub fn tell(talk: &Talk, data: &JsValue) {
    let parent = get(data, "parent");
    let event = if parent.is_string() { "replyadd" } else { "commentadd" };
    let [id, parent, text, author] = ["id", "parent", "text", "author"].map(|name| (name, get(data, name)));
    talk.tell(event, &[id, parent, text, author, ("time", seconds(data))]);
}
