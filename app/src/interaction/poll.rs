//! A poll, a quiz or a survey: one question with choices.

use super::{Kind, Showing, face::sign, text};
use crate::{
    error::Flaw,
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Poll {
    #[schemars(length(min = 1, max = QUESTION))]
    pub question: String,
    #[schemars(length(min = 2, max = 8), inner(length(min = 1, max = CHOICE)), extend("uniqueItems" = true))]
    pub choices: Vec<String>,
    /// May several be picked?
    #[serde(default)]
    pub multiple: bool,
    #[serde(default)]
    pub mode: Mode,
    /// The places of the right choices, for a quiz. Never in a page before it was answered.
    #[serde(default)]
    pub correct: Vec<usize>,
    #[serde(default)]
    pub show_results: Results,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Poll,
    Quiz,
    Survey,
}

/// When viewers see how others answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Results {
    Never,
    #[default]
    AfterAnswer,
    AfterEnd,
}

/// The longest question and choice, in characters.
const QUESTION: usize = 300;
const CHOICE: usize = 120;

impl Poll {
    /// Are these places the right ones? None when it is no quiz.
    pub fn is_correct(&self, picked: &[usize]) -> Option<bool> {
        let right: BTreeSet<usize> = self.correct.iter().copied().collect();
        (self.mode == Mode::Quiz).then(|| picked.iter().copied().collect::<BTreeSet<_>>() == right)
    }

    fn picked(&self, answer: &Value) -> Option<Vec<usize>> {
        let place = |value: &Value| {
            // A form sends text.
            let n = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
            usize::try_from(n).ok().filter(|n| *n < self.choices.len())
        };
        let list = match (answer.get("choice"), answer.get("choices")) {
            (Some(one), None) => std::slice::from_ref(one),
            (None, Some(Value::Array(many))) => many.as_slice(),
            _ => return None,
        };
        let picked: BTreeSet<usize> = list.iter().map(place).collect::<Option<_>>()?;
        let fits = if self.multiple { !picked.is_empty() } else { picked.len() == 1 };
        (fits && picked.len() == list.len()).then(|| picked.into_iter().collect())
    }
}

impl Kind for Poll {
    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> = text::flaw("spec.question", &self.question, 1, QUESTION).into_iter().collect();
        if !(2..=8).contains(&self.choices.len()) {
            flaws.push(Flaw::new("spec.choices", "needs 2 to 8 choices"));
        }
        for (i, choice) in self.choices.iter().enumerate() {
            flaws.extend(text::flaw(&format!("spec.choices.{i}"), choice, 1, CHOICE));
            if self.choices[..i].contains(choice) {
                flaws.push(Flaw::new(format!("spec.choices.{i}"), "stands there twice"));
            }
        }
        for (i, place) in self.correct.iter().enumerate() {
            if *place >= self.choices.len() {
                flaws.push(Flaw::new(format!("spec.correct.{i}"), "is not the place of a choice; the first is 0"));
            }
        }
        let right = self.correct.len();
        if self.mode == Mode::Quiz && (right == 0 || right > 1 && !self.multiple) {
            let message = if right == 0 { "a quiz needs its right choices" } else { "only one can be picked" };
            flaws.push(Flaw::new("spec.correct", message));
        }
        if self.mode != Mode::Quiz && right > 0 {
            flaws.push(Flaw::new("spec.correct", "only a quiz has right choices"));
        }
        flaws
    }

    fn check(&self, answer: &Value, lang: Lang) -> Result<Value, Vec<Flaw>> {
        let picked = self.picked(answer).ok_or_else(|| {
            let field = if self.multiple { "choices" } else { "choice" };
            vec![Flaw::new(field, lang.say(if self.multiple { Word::PickSome } else { Word::PickOne }))]
        })?;
        let texts: Vec<&str> = picked.iter().map(|i| self.choices[*i].as_str()).collect();
        Ok(json!({ "choices": picked, "texts": texts }))
    }

    fn is_once(&self) -> bool {
        true
    }

    fn title(&self) -> String {
        self.question.clone()
    }

    fn stays_ms(&self) -> Option<i64> {
        None
    }

    fn face(&self, showing: &Showing) -> AnyView {
        let kind = if self.multiple { "checkbox" } else { "radio" };
        let name = if self.multiple { "choices" } else { "choice" };
        let (title, error) = (showing.part("question"), showing.part("error"));
        let flaw = showing.flaws.first().map(|flaw| flaw.message.clone());
        let given = match showing.given.get(name) {
            Some(Value::Array(many)) => many.clone(),
            one => one.cloned().into_iter().collect(),
        };
        let choices = self.choices.iter().enumerate().map(|(i, choice)| {
            let picked = given.iter().any(|given| given.as_str() == Some(&i.to_string()));
            let mark = (self.mode == Mode::Quiz).then(|| {
                view! { <span class="choice-mark" hidden data-right=showing.say(Word::Right) data-wrong=showing.say(Word::NotRight)></span> }
            });
            view! {
                <label class="poll-choice">
                    <input type=kind name=name value=i.to_string() checked=picked required=!self.multiple />
                    <span class="choice-text">{showing.fill(choice)}</span>
                    {mark}
                    <span class="choice-share" hidden></span>
                    <i class="choice-bar" aria-hidden="true"></i>
                </label>
            }
        });
        let title_id = title.clone();
        let send = match self.mode {
            Mode::Poll => Word::Vote,
            Mode::Quiz => Word::CheckAnswer,
            Mode::Survey => Word::Send,
        };
        let shows = match self.show_results {
            Results::Never => "never",
            Results::AfterAnswer => "after_answer",
            Results::AfterEnd => "after_end",
        };
        view! {
            <form
                class="poll"
                method="post"
                action=showing.answer_path()
                aria-labelledby=title.clone()
                data-form="poll"
                data-multiple=self.multiple.then_some("")
                data-results=shows
                data-votes=showing.say(Word::Votes)
                data-pick=showing.say(if self.multiple { Word::PickSome } else { Word::PickOne })
                novalidate
            >
                <input type="hidden" name="s" value=showing.session.to_string() />
                <h3 class="poll-question" id=title_id.clone()>{showing.fill(&self.question)}</h3>
                <div role=if self.multiple { "group" } else { "radiogroup" } aria-labelledby=title_id.clone() aria-describedby=error.clone() class="choices">
                    {choices.collect_view()}
                </div>
                <p class="flaw" id=error role="alert">{flaw}</p>
                <p class="poll-thanks" role="status" data-said=showing.say(Word::Thanks)></p>
                <div class="cue-actions"><button type="submit" class="button">{showing.say(send)}</button></div>
                <div class="cue-actions" hidden data-done=""><button type="button" class="button" data-go-on="">{showing.say(Word::Continue)}</button></div>
            </form>
        }
        .into_any()
    }

    fn options(&self) -> Vec<(String, &str)> {
        let choices = self.choices.iter().enumerate();
        choices.map(|(i, choice)| (format!("spec.choices.{i}"), choice.as_str())).collect()
    }

    fn counts(&self, answer: &Value) -> Vec<usize> {
        let places = answer.get("choices").and_then(Value::as_array).cloned().unwrap_or_default();
        places.iter().filter_map(|place| usize::try_from(place.as_u64()?).ok()).collect()
    }

    fn event_name(&self) -> &'static str {
        "VideoQuestion"
    }

    fn notice(&self, id: Uuid, _: i64, answer: &Value, _: &str) -> Value {
        let picked = self.counts(answer);
        let text = |place: &usize| self.choices.get(*place).cloned().unwrap_or_default();
        json!({
            "question": self.question,
            "questionId": id,
            "choice": picked.iter().map(text).collect::<Vec<_>>().join(", "),
            "choices": picked.iter().map(text).collect::<Vec<_>>(),
            "correct": self.is_correct(&picked),
        })
    }
}

/// The sign before a right or a wrong choice.
pub fn tick() -> impl IntoView {
    sign("M5 12.5l4.5 4.5L19 7.5")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(change: Value) -> Poll {
        let mut json = json!({"question": "Which?", "choices": ["Red", "Green", "Blue"]});
        for (name, value) in change.as_object().expect("fields") {
            json[name] = value.clone();
        }
        serde_json::from_value(json).expect("a poll")
    }

    #[test]
    fn every_flaw_is_named() {
        let field =
            |change: Value| poll(change).flaws().into_iter().map(|flaw| flaw.field).collect::<Vec<_>>().join(" ");
        assert_eq!(field(json!({})), "");
        assert_eq!(field(json!({"choices": ["One"]})), "spec.choices");
        assert_eq!(field(json!({"choices": ["One", "One", ""]})), "spec.choices.1 spec.choices.2");
        assert_eq!(field(json!({"mode": "quiz"})), "spec.correct");
        assert_eq!(field(json!({"mode": "quiz", "correct": [1, 2]})), "spec.correct");
        assert_eq!(field(json!({"mode": "quiz", "correct": [3]})), "spec.correct.0");
        assert_eq!(field(json!({"correct": [0]})), "spec.correct");
    }

    #[test]
    fn an_answer_is_a_choice_that_exists() {
        let one = poll(json!({}));
        let stored = one.check(&json!({"choice": 1}), Lang::En).expect("a choice");
        assert_eq!(stored, json!({"choices": [1], "texts": ["Green"]}));
        assert_eq!(one.check(&json!({"choice": "2"}), Lang::En).expect("of a form")["texts"][0], "Blue");
        for bad in [
            json!({}),
            json!({"choice": 3}),
            json!({"choice": -1}),
            json!({"choice": null}),
            json!({"choice": 1.5}),
            json!({"choices": [0, 1]}),
            json!({"choice": 0, "choices": [0]}),
            json!([1]),
            json!("0"),
        ] {
            assert!(one.check(&bad, Lang::En).is_err(), "{bad}");
        }
    }

    #[test]
    fn several_may_be_picked_where_the_author_says_so_each_once() {
        let many = poll(json!({"multiple": true}));
        assert_eq!(many.check(&json!({"choices": [2, 0]}), Lang::En).expect("choices")["choices"], json!([0, 2]));
        assert!(many.check(&json!({"choices": []}), Lang::En).is_err());
        assert!(many.check(&json!({"choices": [1, 1]}), Lang::En).is_err());
    }

    #[test]
    fn a_quiz_knows_its_right_choices_and_a_poll_has_none() {
        let quiz = poll(json!({"mode": "quiz", "multiple": true, "correct": [2, 0]}));
        assert_eq!((quiz.is_correct(&[0, 2]), quiz.is_correct(&[0])), (Some(true), Some(false)));
        assert_eq!(poll(json!({})).is_correct(&[0]), None);
    }
}
