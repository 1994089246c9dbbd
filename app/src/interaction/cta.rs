//! A call to action: one button that leads somewhere.

use super::{Action, Image, Kind, Showing, text};
use crate::{
    error::Flaw,
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Cta {
    #[schemars(length(min = 1, max = LABEL))]
    pub label: String,
    #[serde(default)]
    #[schemars(length(max = DESCRIPTION))]
    pub description: Option<String>,
    #[serde(default)]
    pub image: Option<Image>,
    pub action: Action,
}

/// The longest label and description, in characters.
const LABEL: usize = 80;
const DESCRIPTION: usize = 300;

impl Kind for Cta {
    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> = text::flaw("spec.label", &self.label, 1, LABEL).into_iter().collect();
        flaws.extend(text::optional("spec.description", self.description.as_ref(), DESCRIPTION));
        flaws.extend(self.image.iter().flat_map(|image| image.flaws("spec.image")));
        flaws.extend(self.action.flaws("spec.action"));
        flaws
    }

    fn warnings(&self) -> Vec<Flaw> {
        let silent = self.image.as_ref().filter(|image| image.alt.trim().is_empty());
        silent
            .map(|_| Flaw::new("spec.image.alt", "say what the picture shows, unless it is mere decoration"))
            .into_iter()
            .collect()
    }

    fn check(&self, answer: &Value, _: Lang) -> Result<Value, Vec<Flaw>> {
        match answer {
            Value::Object(_) => Ok(json!({})),
            _ => Err(vec![Flaw::new("answer", "a click is an empty object")]),
        }
    }

    fn title(&self) -> String {
        self.label.clone()
    }

    fn face(&self, showing: &Showing) -> AnyView {
        let label = showing.fill(&self.label);
        let text = self.description.as_ref().map(|text| view! { <p class="cta-text">{showing.fill(text)}</p> });
        let image = self.image.as_ref().map(|image| showing.picture(image, "cta-image"));
        let go = showing.acts(&self.action, None, ("button", "ctaclick"), label.clone(), label.into_any());
        view! { <div class="cta" role="group" aria-label=showing.say(Word::CallToAction)>{image}{text}{go}</div> }
            .into_any()
    }

    fn actions(&self) -> Vec<(String, &Action)> {
        vec![("spec.action".to_owned(), &self.action)]
    }

    fn images(&mut self) -> Vec<(String, &mut Image)> {
        self.image.iter_mut().map(|image| ("spec.image.src".to_owned(), image)).collect()
    }

    fn event_name(&self) -> &'static str {
        "VideoCTA"
    }

    fn notice(&self, id: Uuid, clicked_ms: i64, _answer: &Value, cta_url: &str) -> Value {
        json!({
            "ctaUrl": cta_url,
            "ctaId": id,
            "ctaText": self.label,
            "ctaTargetUrl": self.action.target(),
            "ctaClickedTime": super::seconds(clicked_ms),
        })
    }

    fn target(&self, _: Option<usize>) -> Option<&str> {
        self.action.target()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cta(json: Value) -> Cta {
        serde_json::from_value(json).expect("a call to action")
    }

    #[test]
    fn every_flaw_is_named() {
        let odd = cta(json!({
            "label": "x".repeat(81), "description": "y".repeat(301), "image": {"src": "data:x", "alt": "z".repeat(201)},
            "action": {"url": "javascript:alert(1)"}
        }));
        let fields: Vec<String> = odd.flaws().into_iter().map(|flaw| flaw.field).collect();
        assert_eq!(fields, ["spec.label", "spec.description", "spec.image.src", "spec.image.alt", "spec.action.url"]);
    }

    #[test]
    fn a_click_says_what_was_clicked_and_when() {
        let cta = cta(json!({"label": "Book", "action": {"url": "https://example.com/demo"}}));
        let answer = cta.check(&json!({"anything": 1}), Lang::En).expect("a click");
        let notice = cta.notice(Uuid::nil(), 20_500, &answer, "https://video.example.com/video/cta/7");
        assert_eq!(notice["ctaClickedTime"], 20.5);
        assert_eq!(notice["ctaTargetUrl"], "https://example.com/demo");
        assert!(cta.check(&json!("x"), Lang::En).is_err());
    }
}
