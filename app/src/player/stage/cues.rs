//! The timeline as the page's JSON holds it.

use crate::{
    interaction::{At, Gate},
    player::{
        js::{get, is_true, text},
        timeline::Moment,
    },
};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

/// What the stage needs of an interaction beside its time.
pub struct Cue {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub class: String,
    pub style: String,
    pub once_ever: bool,
    /// In an earlier view of this viewer.
    pub seen: bool,
    pub answered: bool,
}

pub fn read(list: &JsValue) -> (Vec<Cue>, Vec<Moment>) {
    let list: Array = list.clone().dyn_into().unwrap_or_default();
    list.iter().map(|cue| (one(&cue), moment(&cue))).unzip()
}

fn one(cue: &JsValue) -> Cue {
    let text = |name| text(cue, name).unwrap_or_default();
    Cue {
        id: text("id"),
        kind: text("kind"),
        name: text("name"),
        class: ["cue ", &text("class")].concat(),
        style: text("style"),
        once_ever: is_true(cue, "once_ever"),
        seen: is_true(cue, "seen"),
        answered: is_true(cue, "answered"),
    }
}

fn moment(cue: &JsValue) -> Moment {
    let at = get(cue, "at");
    let of = |name: &str| get(&at, name).as_f64();
    let at = match (at.as_string().as_deref(), of("s"), of("pct"), of("from_end_s")) {
        (Some("end"), ..) => At::End,
        (Some(_), ..) => At::Before,
        (_, Some(s), ..) => At::S(s),
        (_, _, Some(pct), _) => At::Pct(pct),
        (.., s) => At::FromEndS(s.unwrap_or_default()),
    };
    Moment {
        at,
        stays_ms: get(cue, "stays").as_f64().map(|ms| ms as i64),
        pause: is_true(cue, "pause"),
        gate: match text(cue, "gate").as_deref() {
            Some("soft") => Gate::Soft,
            Some("required") => Gate::Required,
            _ => Gate::None,
        },
        once: is_true(cue, "once"),
        skip_if_known: is_true(cue, "skip_if_known"),
        settles: is_true(cue, "settles"),
        middle: is_true(cue, "middle"),
    }
}
