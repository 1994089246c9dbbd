//! An annotation: a word or a hotspot on the picture, which may lead somewhere.

use super::{
    Action, DAY_S, Kind, Showing,
    action::{LINK, URL},
    text,
};
use crate::{
    error::Flaw,
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Annotation {
    #[schemars(length(min = 1, max = TEXT))]
    pub text: String,
    #[serde(default)]
    #[schemars(regex(pattern = LINK), length(max = URL))]
    pub url: Option<String>,
    /// Seconds; in place of a URL.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = DAY_S))]
    pub seek_to_s: Option<f64>,
    /// Only a ring on the picture; the text shows on approach.
    #[serde(default)]
    pub hotspot: bool,
}

/// The longest text, in characters.
const TEXT: usize = 200;

impl Annotation {
    fn action(&self) -> Option<Action> {
        match (&self.url, self.seek_to_s) {
            (Some(url), _) => Some(Action::Link { url: url.clone(), new_tab: true }),
            (None, Some(seek_s)) => Some(Action::Seek { seek_s }),
            (None, None) => None,
        }
    }
}

impl Kind for Annotation {
    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> = text::flaw("spec.text", &self.text, 1, TEXT).into_iter().collect();
        for mut flaw in self.action().map_or_else(Vec::new, |action| action.flaws("spec")) {
            flaw.field = flaw.field.replace("spec.seek_s", "spec.seek_to_s");
            flaws.push(flaw);
        }
        if self.url.is_some() && self.seek_to_s.is_some() {
            flaws.push(Flaw::new("spec.seek_to_s", "leave it out, or the url: a click does one thing"));
        }
        flaws
    }

    fn check(&self, answer: &Value, _: Lang) -> Result<Value, Vec<Flaw>> {
        match answer {
            Value::Object(_) if self.can_be_answered() => Ok(json!({})),
            Value::Object(_) => Err(vec![Flaw::new("answer", "this annotation leads nowhere")]),
            _ => Err(vec![Flaw::new("answer", "a click is an empty object")]),
        }
    }

    fn can_be_answered(&self) -> bool {
        self.action().is_some()
    }

    fn title(&self) -> String {
        self.text.clone()
    }

    fn face(&self, showing: &Showing) -> AnyView {
        let label = showing.fill(&self.text);
        let class = if self.hotspot { "annotation hotspot" } else { "annotation" };
        let inside = view! { <span class="annotation-text">{label.clone()}</span> };
        let body = match self.action() {
            Some(action) => {
                let inside = view! { {self.hotspot.then(|| view! { <i class="hotspot-ring" aria-hidden="true"></i> })} {inside} };
                showing.acts(&action, None, ("annotation-go", "annotationclick"), label, inside.into_any())
            }
            // Whoever comes near reads it, by keyboard too.
            None if self.hotspot => view! {
                <button type="button" class="annotation-go" aria-label=label>
                    <i class="hotspot-ring" aria-hidden="true"></i>
                    {inside}
                </button>
            }
            .into_any(),
            None => inside.into_any(),
        };
        view! { <div class=class role="group" aria-label=showing.say(Word::Annotation)>{body}</div> }.into_any()
    }

    fn event_name(&self) -> &'static str {
        "VideoAnnotation"
    }

    fn notice(&self, _: Uuid, clicked_ms: i64, _: &Value, _: &str) -> Value {
        json!({
            "annotationText": self.text,
            "annotationUrl": self.url,
            "annotationClickedTime": super::seconds(clicked_ms),
        })
    }

    fn target(&self, _: Option<usize>) -> Option<&str> {
        self.url.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotation(json: Value) -> Annotation {
        serde_json::from_value(json).expect("an annotation")
    }

    #[test]
    fn every_flaw_is_named() {
        let odd = annotation(json!({"text": " ", "url": "javascript:x", "seek_to_s": 3}));
        let fields: Vec<String> = odd.flaws().into_iter().map(|flaw| flaw.field).collect();
        assert_eq!(fields, ["spec.text", "spec.url", "spec.seek_to_s"]);
        assert_eq!(annotation(json!({"text": "x", "seek_to_s": -1})).flaws()[0].field, "spec.seek_to_s");
    }

    #[test]
    fn what_leads_nowhere_has_no_answer() {
        assert!(annotation(json!({"text": "Look"})).check(&json!({}), Lang::En).is_err());
        assert!(annotation(json!({"text": "Look", "seek_to_s": 3})).check(&json!({}), Lang::En).is_ok());
    }
}
