//! What stands on the frame at a moment. Pure.

use super::js::{is_true, number, text};
use crate::interaction::Cue;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

/// How long before its moment a cue's code is fetched, in milliseconds of media time.
const AHEAD_MS: i64 = 8_000;

/// The timeline as the page's JSON holds it.
pub fn read(list: &JsValue) -> Vec<Cue> {
    let list: Array = list.clone().dyn_into().unwrap_or_default();
    let read = |cue: JsValue| {
        let text = |name| text(&cue, name).unwrap_or_default();
        Cue {
            id: text("id"),
            from_ms: number(&cue, "from_ms"),
            to_ms: number(&cue, "to_ms"),
            pause: is_true(&cue, "pause"),
            class: text("class"),
            style: text("style"),
            kind: text("kind"),
            name: text("name"),
            face: text("face"),
        }
    };
    list.iter().map(read).collect()
}

/// Is `cue` on screen at `t` milliseconds?
pub fn shows(cue: &Cue, t: i64) -> bool {
    cue.from_ms <= t && t < cue.to_ms
}

/// Is one of `cues` on screen at `t`, or soon?
pub fn is_near(cues: &[Cue], t: i64) -> bool {
    cues.iter().any(|cue| cue.from_ms - AHEAD_MS <= t && t < cue.to_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_to(from_ms: i64, to_ms: i64) -> Cue {
        Cue {
            id: String::new(),
            from_ms,
            to_ms,
            pause: false,
            class: String::new(),
            style: String::new(),
            kind: "cta".into(),
            name: String::new(),
            face: String::new(),
        }
    }

    #[test]
    fn a_cue_shows_from_its_moment_until_its_end() {
        let cue = from_to(1_000, 2_000);
        assert_eq!([999, 1_000, 1_999, 2_000].map(|t| shows(&cue, t)), [false, true, true, false]);
    }

    #[test]
    fn code_is_fetched_a_little_ahead() {
        let cues = [from_to(20_000, 28_000)];
        assert!(!is_near(&cues, 11_999));
        assert!(is_near(&cues, 12_000));
        assert!(!is_near(&cues, 28_000));
    }
}
