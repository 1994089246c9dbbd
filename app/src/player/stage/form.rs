//! Forms and polls: checked by the browser, then by the server, whose word counts.

use super::{
    card::{all, find, on},
    faces::pause,
    show::Stage,
};
use crate::player::{
    bridge,
    js::{by_pass, call, get, is_true, number, object, text},
    speech,
};
use js_sys::{Array, JSON, Object, Reflect};
use leptos::{prelude::*, reactive::computed::ScopedFuture};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlInputElement, Response};

/// Results of a poll are asked for again while they are seen.
const AGAIN: Duration = Duration::from_secs(5);
const TIMES: u32 = 24;
/// How often results are asked for at the end, a second apart.
const AWAITED: u32 = 5;

pub fn wire(stage: Stage, i: usize, card: &HtmlElement) {
    let Some(form) = find(card, "form[data-form]") else { return };
    let seq = StoredValue::new(stage.deck.recorder.reserve());
    let (busy, last) = (StoredValue::new(false), StoredValue::new(String::new()));
    let of = form.clone();
    on(&form, "submit", move |event| {
        event.prevent_default();
        if busy.get_value() {
            return;
        }
        clear(&of);
        let Some(answer) = answer(&of) else { return };
        busy.set_value(true);
        // The server may have what seemed not to be sent: a number stands for one answer for ever.
        let said = JSON::stringify(&answer).ok().and_then(|text| text.as_string()).unwrap_or_default();
        if last.with_value(|last| !last.is_empty() && *last != said) {
            seq.set_value(stage.deck.recorder.reserve());
        }
        last.set_value(said);
        let form = of.clone();
        leptos::task::spawn_local(ScopedFuture::new(async move {
            let body = written(stage, i, seq.get_value(), &answer).unwrap_or_default();
            let receipt = send(stage, i, &body).await;
            busy.set_value(false);
            match receipt {
                Some(receipt) => heard(stage, i, seq, &form, &receipt),
                None => say(
                    &form,
                    &form
                        .closest("[data-not-sent]")
                        .ok()
                        .flatten()
                        .and_then(|card| card.get_attribute("data-not-sent"))
                        .unwrap_or_default(),
                ),
            }
        }));
    });
    // What is wrong is said until it is mended.
    let of = form.clone();
    on(&form, "input", move |event| {
        let name = event.target().and_then(|field| field.unchecked_into::<HtmlElement>().get_attribute("data-field"));
        if let Some(name) = name {
            flaw(&of, &name, "");
        }
    });
}

/// What the form says, or none when the browser already sees what is wrong.
fn answer(form: &HtmlElement) -> Option<Object> {
    if form.get_attribute("data-form").as_deref() == Some("poll") {
        let picked: Array = all(form, "input:checked")
            .iter()
            .filter_map(|input| Some(JsValue::from(value(input).parse::<u32>().ok()?)))
            .collect();
        if picked.length() == 0 {
            say(form, &form.get_attribute("data-pick").unwrap_or_default());
            all(form, ".poll-choice input").first().map(|input| input.focus());
            return None;
        }
        let many = form.has_attribute("data-multiple");
        return Some(if many { object(&[("choices", picked.into())]) } else { object(&[("choice", picked.get(0))]) });
    }
    let (fields, consent) = (Object::new(), StoredValue::new(JsValue::NULL.as_string()));
    let missing = form.get_attribute("data-missing").unwrap_or_default();
    let mut wrong = None;
    for input in all(form, "input:not([type=hidden]),select,textarea") {
        let (name, kind) =
            (get(&input, "name").as_string().unwrap_or_default(), get(&input, "type").as_string().unwrap_or_default());
        let ticks = matches!(kind.as_str(), "checkbox" | "radio");
        let validity = get(&input, "validity");
        if !is_true(&validity, "valid") {
            let why = if is_true(&validity, "valueMissing") {
                missing.clone()
            } else {
                get(&input, "validationMessage").as_string().unwrap_or_default()
            };
            flaw(form, &input.get_attribute("data-field").unwrap_or_default(), &why);
            wrong = wrong.or(Some(input));
            continue;
        }
        if ticks && !is_true(&input, "checked") {
            continue;
        }
        if name == "consent" {
            consent.set_value(Some(value(&input)));
        } else {
            let given = if kind == "checkbox" { JsValue::TRUE } else { value(&input).into() };
            // A fresh object takes every property.
            let _ = Reflect::set(&fields, &name.into(), &given);
        }
    }
    if let Some(first) = wrong {
        // A field takes the focus.
        let _ = first.focus();
        return None;
    }
    Some(object(&[("fields", fields.into()), ("consent", consent.get_value().into())]))
}

fn value(input: &HtmlElement) -> String {
    get(input, "value").as_string().unwrap_or_default()
}

/// An answer as it travels: in a batch of its own, whose receipt is for it alone.
fn written(stage: Stage, i: usize, seq: u32, answer: &Object) -> Option<String> {
    let recorder = stage.deck.recorder;
    recorder.checkpoint();
    let event = object(&[
        ("seq", seq.into()),
        ("at", (recorder.now() as f64).into()),
        ("type", "answer".into()),
        ("interaction", stage.id(i).into()),
        ("answer", answer.into()),
    ]);
    let batch = object(&[
        ("v", 1.into()),
        ("session", recorder.session().into()),
        ("video", recorder.video().into()),
        ("pass", recorder.pass().into()),
        ("sent", js_sys::Date::now().into()),
        ("events", Array::of1(&event).into()),
    ]);
    JSON::stringify(&batch).ok()?.as_string()
}

/// Sends an answer and waits for the server's word; none when there was none. It is left in the browser's storage
/// first, in place of what waits there: should the page go, the next one brings it.
async fn send(stage: Stage, i: usize, body: &str) -> Option<JsValue> {
    let lang = document().document_element()?.get_attribute("lang").unwrap_or_default();
    let headers = object(&[("accept-language", lang.into())]);
    let init = object(&[
        ("method", "POST".into()),
        ("keepalive", true.into()),
        ("body", body.into()),
        ("headers", headers.into()),
    ]);
    let key = [&stage.deck.recorder.session(), ".", &stage.id(i)].concat();
    let outbox = call(&get(&window(), "__cue"), "left", &[key.into(), body.into()]).unwrap_or_default();
    let asked = window().fetch_with_str_and_init(crate::engage::RECORD_PATH, init.unchecked_ref());
    let response = JsFuture::from(asked).await.unwrap_or_default();
    // Whether that decides, and how long to wait when it does not, the outbox knows.
    call(&outbox, "call", &[JsValue::UNDEFINED, response.clone()]);
    if !is_true(&response, "ok") {
        return None;
    }
    let response: Response = response.unchecked_into();
    JsFuture::from(response.json().ok()?).await.ok()
}

/// The server's word on an answer.
fn heard(stage: Stage, i: usize, seq: StoredValue<u32>, form: &HtmlElement, receipt: &JsValue) {
    let refused: Array = get(receipt, "refused").dyn_into().unwrap_or_default();
    let results: Array = get(receipt, "results").dyn_into().unwrap_or_default();
    // Refused with a result: the viewer has answered before, here or in another view, and that answer counts.
    if refused.length() > 0 && results.length() == 0 {
        let mut first = None;
        for flaw_of in refused.iter() {
            let (field, message) =
                (text(&flaw_of, "field").unwrap_or_default(), text(&flaw_of, "message").unwrap_or_default());
            if !flaw(form, &field, &message) {
                say(form, &message);
            }
            first = first.or_else(|| find(form, &["[data-field='", &field, "']"].concat()));
        }
        // A number stands for one answer for ever; the next try is another.
        seq.set_value(stage.deck.recorder.reserve());
        if let Some(field) = first {
            let _ = field.focus();
        }
        return;
    }
    let result = results.get(0);
    let is_poll = form.get_attribute("data-form").as_deref() == Some("poll");
    let id = stage.id(i);
    // Not what was entered: that goes to the video's owner alone.
    if refused.length() == 0 {
        bridge::tell(stage.deck, if is_poll { "questionanswer" } else { "formsubmit" }, &[("id", id.into())]);
    } else {
        if let Ok(picked) = get(&result, "choices").dyn_into::<Array>() {
            for (n, input) in all(form, ".poll-choice input").iter().enumerate() {
                input.unchecked_ref::<HtmlInputElement>().set_checked(picked.includes(&JsValue::from_f64(n as f64), 0));
            }
        }
        say(form, &text(&refused.get(0), "message").unwrap_or_default());
    }
    if is_true(&result, "known") {
        stage.knows_viewer(false);
    }
    stage.accepted(i, true);
    stage.bring(&get(&result, "media"));
    settle(form, is_poll, &result);
    if refused.length() > 0 {
        // Whoever is told that an earlier answer counts is not thanked for this one.
        find(form, "[role=status][data-said]").inspect(|said| said.set_text_content(None));
    }
    stage.keep(i, form, is_poll && form.get_attribute("data-results").as_deref() == Some("after_end"));
    if is_poll {
        show_results(stage, i, form, &result, TIMES);
    }
}

impl Stage {
    /// Keeps an answered card as it stands. `awaited`: what others answered is shown when the video ends.
    fn keep(self, i: usize, form: &HtmlElement, awaited: bool) {
        let Some(card) = form.closest(".cue").ok().flatten() else { return };
        self.change(|inner| {
            inner.answered.push((i, card.unchecked_into()));
            if awaited {
                inner.awaited.push(i);
            }
        });
    }

    /// Opens the first poll whose results were awaited, once the server has them.
    pub fn show_awaited(self) {
        let next = self.change(|inner| {
            let is_free = inner.timeline.opened().is_none() && !inner.awaited.is_empty();
            is_free.then(|| inner.awaited.remove(0))
        });
        let Some(i) = next.flatten() else { return };
        leptos::task::spawn_local(async move {
            // The server counts what was watched, which may still be on its way.
            for _ in 0..AWAITED {
                if fetch_results(self, i).await.is_some() {
                    self.change(|inner| inner.timeline.open(i));
                    return self.settle();
                }
                pause(1_000).await;
            }
            // Not yet; at the next end, then.
            self.change(|inner| inner.awaited.push(i));
        });
    }
}

/// A poll that the viewer has answered in another view: the server has written the choice into it.
pub fn settled(stage: Stage, i: usize, card: &HtmlElement) {
    let Some(form) = find(card, "form[data-form=poll]") else { return };
    settle(&form, true, &JsValue::UNDEFINED);
    stage.keep(i, &form, false);
    look_again(stage, i, card);
}

/// An answered card is on the frame again: a poll says how it stands now.
pub fn look_again(stage: Stage, i: usize, card: &HtmlElement) {
    let Some(form) = find(card, "form[data-form=poll]") else { return };
    leptos::task::spawn_local(async move {
        if let Some(result) = fetch_results(stage, i).await {
            show_results(stage, i, &form, &result, TIMES);
        }
    });
}

/// The form is done with: it thanks, and offers to go on.
fn settle(form: &HtmlElement, is_poll: bool, result: &JsValue) {
    let Some(card) = form.closest(".cue-card").ok().flatten() else { return };
    // Attributes of our own are always set.
    let _ = card.set_attribute("data-answered", "");
    for input in all(form, "input,select,textarea,button[type=submit]") {
        let _ = input.set_attribute("disabled", "");
    }
    if let Some(said) = find(form, "[role=status][data-said]") {
        let shows = is_poll && get(result, "tally").is_object();
        let text = text(result, "thanks").or_else(|| said.get_attribute("data-said")).unwrap_or_default();
        said.set_text_content((!shows).then_some(text.as_str()));
    }
    if let Some(done) = find(form, "[data-done]") {
        done.set_hidden(false);
        find(&done, "button").map(|button| button.focus());
    }
    if let Some(skip) = find(&card, ".cue-skip") {
        skip.remove();
    }
}

/// Bars and marks on a poll, and again while others answer.
fn show_results(stage: Stage, i: usize, form: &HtmlElement, result: &JsValue, times: u32) {
    let (tally, right) = (get(result, "tally"), get(result, "right"));
    if let Ok(right) = right.dyn_into::<Array>() {
        for (n, choice) in all(form, ".poll-choice").iter().enumerate() {
            let is_right = right.includes(&JsValue::from_f64(n as f64), 0);
            let picked = find(choice, "input").is_some_and(|input| is_true(&input, "checked"));
            let Some(mark) = find(choice, ".choice-mark").filter(|_| is_right || picked) else { continue };
            let name = if is_right { "data-right" } else { "data-wrong" };
            mark.set_text_content(mark.get_attribute(name).as_deref());
            mark.set_hidden(false);
            let _ = choice.set_attribute(name, "");
        }
    }
    let Ok(counts) = get(&tally, "counts").dyn_into::<Array>() else { return };
    let total = number(&tally, "answers").max(1) as f64;
    for (n, choice) in all(form, ".poll-choice").iter().enumerate() {
        let share = counts.get(n as u32).as_f64().unwrap_or_default() / total;
        if let Some(place) = find(choice, ".choice-share") {
            place.set_text_content(Some(&speech::percent(share)));
            place.set_hidden(false);
        }
        let _ = choice
            .unchecked_ref::<HtmlElement>()
            .style()
            .set_property("--share", &((share * 1000.0).round() as i64).to_string());
    }
    let _ = form.set_attribute("data-counted", "");
    if let Some(said) = find(form, "[role=status][data-said]") {
        let votes = form.get_attribute("data-votes").unwrap_or_default();
        said.set_text_content(Some(&votes.replace("{}", &number(&tally, "answers").to_string())));
    }
    let form = form.clone();
    set_timeout(
        move || {
            if times > 0 && form.is_connected() {
                leptos::task::spawn_local(async move {
                    if let Some(result) = fetch_results(stage, i).await {
                        show_results(stage, i, &form, &result, times - 1);
                    }
                });
            }
        },
        AGAIN,
    );
}

async fn fetch_results(stage: Stage, i: usize) -> Option<JsValue> {
    let recorder = stage.deck.recorder;
    let path =
        ["/video/results/", &recorder.video(), "/", &stage.id(i), "?s=", &recorder.session(), &by_pass()].concat();
    let response: Response = JsFuture::from(window().fetch_with_str(&path)).await.ok()?.unchecked_into();
    // There may be nothing to see yet.
    if response.status() != 200 {
        return None;
    }
    JsFuture::from(response.json().ok()?).await.ok()
}

/// Says what is wrong beside a field; false when there is no such field.
fn flaw(form: &HtmlElement, field: &str, message: &str) -> bool {
    let Some(place) = find(form, &["p[data-flaw='", field, "']"].concat()).filter(|_| !field.is_empty()) else {
        return false;
    };
    place.set_text_content(Some(message));
    for input in all(form, &["[data-field='", field, "']"].concat()) {
        let invalid: &HtmlInputElement = input.unchecked_ref();
        let _ = if message.is_empty() {
            invalid.remove_attribute("aria-invalid")
        } else {
            invalid.set_attribute("aria-invalid", "true")
        };
    }
    true
}

/// Says what is wrong with the whole.
fn say(form: &HtmlElement, message: &str) {
    if let Some(place) = find(form, ".flaw[role=alert]") {
        place.set_text_content(Some(message));
    }
}

fn clear(form: &HtmlElement) {
    for place in all(form, ".flaw") {
        place.set_text_content(None);
    }
    for input in all(form, "[aria-invalid]") {
        let _ = input.remove_attribute("aria-invalid");
    }
}
