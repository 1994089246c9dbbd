//! The viewer's language in the browser: sentences from the page, numbers and times from `Intl`.

use super::js::object;
use crate::words::Word;
use js_sys::{Array, Function, Intl::NumberFormat};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// The sentences of the page's language, as [`crate::words::Lang::for_player`] sent them.
#[derive(Clone, Copy)]
pub struct Words(StoredValue<Vec<String>>);

impl Words {
    pub fn new(lines: &str) -> Self {
        Self(StoredValue::new(lines.split('\n').map(str::to_owned).collect()))
    }

    pub fn say(self, word: Word) -> String {
        self.0.with_value(|words| words.get(word as usize).cloned().unwrap_or_default())
    }

    /// The sentence with `value` in its place.
    pub fn with(self, word: Word, value: &str) -> String {
        self.say(word).replace("{}", value)
    }

    /// `1 minute 5 seconds of 10 minutes`, as a person says it.
    pub fn time_of(self, ms: i64, of: i64) -> String {
        self.say(Word::TimeOf).replace("{1}", &spoken(ms)).replace("{2}", &spoken(of))
    }
}

/// `1:05`, or `1:02:05` from an hour on.
pub fn clock(ms: i64) -> String {
    let s = ms.max(0) / 1000;
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    let two = |n: i64| if n < 10 { format!("0{n}") } else { n.to_string() };
    if h > 0 { format!("{h}:{}:{}", two(m), two(s)) } else { format!("{m}:{}", two(s)) }
}

/// A time in the words of the page's language: `1 minute 5 seconds`.
pub fn spoken(ms: i64) -> String {
    let s = ms.max(0) / 1000;
    let mut parts = Vec::new();
    for (n, unit) in [(s / 3600, "hour"), (s / 60 % 60, "minute"), (s % 60, "second")] {
        if n > 0 || (unit == "second" && parts.is_empty()) {
            parts.push(number(n as f64, &[("style", "unit"), ("unit", unit), ("unitDisplay", "long")]));
        }
    }
    parts.join(" ")
}

/// `80 %` as the page's language writes it.
pub fn percent(share: f64) -> String {
    number(share, &[("style", "percent")])
}

thread_local! {
    /// The formats that were asked for, by their options: to make one takes milliseconds.
    static FORMATS: RefCell<Vec<(String, Function)>> = const { RefCell::new(Vec::new()) };
}

/// A number as the page's language writes it, with the options of `Intl.NumberFormat`.
pub fn number(n: f64, options: &[(&str, &str)]) -> String {
    let name: String = options.iter().flat_map(|(name, value)| [*name, *value]).collect();
    let known = FORMATS.with_borrow(|all| all.iter().find(|(of, _)| *of == name).map(|(_, format)| format.clone()));
    let format = known.unwrap_or_else(|| {
        let format = format(options);
        FORMATS.with_borrow_mut(|all| all.push((name, format.clone())));
        format
    });
    let text = format.call1(&JsValue::NULL, &n.into()).ok().and_then(|text| text.as_string());
    text.unwrap_or_default()
}

fn format(options: &[(&str, &str)]) -> Function {
    let pairs: Vec<(&str, JsValue)> = options.iter().map(|(name, value)| (*name, (*value).into())).collect();
    let lang = document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default();
    NumberFormat::new(&Array::of1(&lang.into()), &object(&pairs)).format()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_reads_like_a_clock() {
        assert_eq!(clock(0), "0:00");
        assert_eq!(clock(65_400), "1:05");
        assert_eq!(clock(3_725_000), "1:02:05");
    }
}
