//! What not every browser has, or `web-sys` has no words for: properties and methods by name.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::EventTarget;

/// A property; `undefined` when there is none.
pub fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Is a property this very object?
pub fn is_same(of: &JsValue, name: &str, other: &JsValue) -> bool {
    get(of, name) == *other
}

pub fn is_true(of: &JsValue, name: &str) -> bool {
    get(of, name).is_truthy()
}

pub fn text(of: &JsValue, name: &str) -> Option<String> {
    get(of, name).as_string()
}

/// The end of a query for a page that was let in with a pass ([`super::renew`]); nothing for most.
pub fn by_pass() -> String {
    text(&get(&leptos::prelude::window(), "__cue"), "q").unwrap_or_default()
}

/// A whole number; 0 when there is none.
pub fn number(of: &JsValue, name: &str) -> i64 {
    get(of, name).as_f64().map_or(0, |n| n as i64)
}

pub fn object(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        // A fresh object takes every property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

/// Calls a method; none when there is no such method or it threw. A promise that is refused stays unheard:
/// nothing changed then, and the element shows that.
pub fn call(of: &JsValue, method: &str, given: &[JsValue]) -> Option<JsValue> {
    let method: Function = get(of, method).dyn_into().ok()?;
    let answer = method.apply(of, &given.iter().collect::<Array>()).ok()?;
    if let Some(promise) = answer.dyn_ref::<Promise>() {
        ignore_refusal(promise.clone());
    }
    Some(answer)
}

/// Constructs a class of the window.
pub fn new(class: &str, given: &[JsValue]) -> Option<JsValue> {
    let class: Function = get(&leptos::prelude::window(), class).dyn_into().ok()?;
    Reflect::construct(&class, &given.iter().collect::<Array>()).ok()
}

/// Calls `come` at the first of these events, and never again.
pub fn at_first(of: &EventTarget, events: &[&str], come: Box<dyn FnOnce()>) {
    let mut come = Some(come);
    let hear = Closure::<dyn FnMut()>::new(move || {
        if let Some(come) = come.take() {
            come();
        }
    });
    for event in events {
        // Listening to an element that exists can't fail.
        let _ = of.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
    }
    hear.forget();
}

/// A browser may refuse (no gesture, no permission); then nothing changes, and the controls show that.
pub fn ignore_refusal(promise: Promise) {
    leptos::task::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    });
}
