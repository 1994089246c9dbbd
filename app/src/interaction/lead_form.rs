//! A lead form: questions to a viewer who then is known.

mod field;

pub use field::{Field, Type};

use super::{Kind, Showing, text};
use crate::{
    error::Flaw,
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LeadForm {
    #[schemars(length(min = 1, max = TITLE))]
    pub title: String,
    #[serde(default)]
    #[schemars(length(max = DESCRIPTION))]
    pub description: Option<String>,
    #[schemars(length(min = 1, max = FIELDS))]
    pub fields: Vec<Field>,
    /// What the button says, in place of "Send".
    #[serde(default)]
    #[schemars(length(max = SUBMIT))]
    pub submit_label: Option<String>,
    /// What is said once it was sent.
    #[serde(default)]
    #[schemars(length(max = THANKS))]
    pub thanks: Option<String>,
}

/// The names that fill keys of their own in the webhook, and make the viewer known.
pub const CONTACT: [&str; 4] = ["first_name", "last_name", "email", "phone"];
/// What the webhook of an answer is called; spelled as the compatible API spells it.
pub const EVENT: &str = "VideoLeadGenaration";
/// The field that people don't see and robots fill in.
pub const HONEYPOT: &str = "website_address";
/// Faster than this nobody reads and fills in a form, in milliseconds.
pub const FASTEST_MS: i64 = 800;

/// Does an answer, as [`Kind::check`] keeps it, say who the viewer is?
pub fn makes_known(answer: &Value) -> bool {
    answer.get("fields").is_some_and(|fields| CONTACT.iter().any(|name| fields.get(name).is_some()))
}

const TITLE: usize = 120;
const DESCRIPTION: usize = 500;
const FIELDS: usize = 20;
const SUBMIT: usize = 40;
const THANKS: usize = 200;

impl LeadForm {
    /// The consent whose text a viewer agrees to, if there is one.
    fn consent(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == Type::Consent)
    }
}

impl Kind for LeadForm {
    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> = text::flaw("spec.title", &self.title, 1, TITLE).into_iter().collect();
        flaws.extend(text::optional("spec.description", self.description.as_ref(), DESCRIPTION));
        flaws.extend(text::optional("spec.submit_label", self.submit_label.as_ref(), SUBMIT));
        flaws.extend(text::optional("spec.thanks", self.thanks.as_ref(), THANKS));
        if self.fields.is_empty() || self.fields.len() > FIELDS {
            flaws.push(Flaw::new("spec.fields", format!("needs 1 to {FIELDS} fields")));
        }
        for (i, field) in self.fields.iter().enumerate() {
            flaws.extend(field.flaws(&format!("spec.fields.{i}")));
            if self.fields[..i].iter().any(|other| other.name == field.name) {
                flaws.push(Flaw::new(format!("spec.fields.{i}.name"), "stands there twice"));
            }
        }
        if self.fields.iter().filter(|field| field.kind == Type::Consent).count() > 1 {
            flaws.push(Flaw::new("spec.fields", "one consent is enough"));
        }
        flaws
    }

    fn warnings(&self) -> Vec<Flaw> {
        let asks = self.fields.iter().any(|field| CONTACT.contains(&field.name.as_str()));
        let silent = asks && self.consent().is_none();
        silent.then(|| Flaw::new("spec.fields", "asks who someone is without a consent text")).into_iter().collect()
    }

    /// `{"fields":{…},"consent":"v3"}`; a form without a script sends its fields themselves.
    fn check(&self, answer: &Value, lang: Lang) -> Result<Value, Vec<Flaw>> {
        let Some(given) = answer.get("fields").and_then(Value::as_object) else {
            return Err(vec![Flaw::new("fields", "must be an object")]);
        };
        let honey = given.get(HONEYPOT).or_else(|| answer.get(HONEYPOT)).and_then(Value::as_str);
        if honey.is_some_and(|text| !text.is_empty()) {
            return Err(vec![Flaw::new("fields", lang.say(Word::TooQuick))]);
        }
        let (mut kept, mut flaws) = (Map::new(), Vec::new());
        for field in &self.fields {
            let value = match field.kind {
                Type::Hidden => Ok(field.value.clone().map(Value::String)),
                Type::Consent => field.agreed(answer.get("consent"), lang),
                _ => field.check(given.get(&field.name), lang),
            };
            match value {
                Ok(Some(value)) => drop(kept.insert(field.name.clone(), value)),
                Ok(None) => {}
                Err(message) => flaws.push(Flaw::new(field.name.clone(), message)),
            }
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let consent = self.consent().filter(|field| kept.contains_key(&field.name));
        Ok(json!({ "fields": kept, "consent": consent.and_then(|field| field.version.clone()) }))
    }

    fn is_once(&self) -> bool {
        true
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn stays_ms(&self) -> Option<i64> {
        None
    }

    fn face(&self, showing: &Showing) -> AnyView {
        let title = showing.part("title");
        let fields = self.fields.iter().filter(|field| field.kind != Type::Hidden).map(|field| field.face(showing));
        let title_id = title.clone();
        let send = self
            .submit_label
            .as_deref()
            .map_or_else(|| showing.say(Word::Send).to_owned(), |label| showing.fill(label));
        let thanks =
            self.thanks.as_deref().map_or_else(|| showing.say(Word::Thanks).to_owned(), |text| showing.fill(text));
        let other = showing.flaws.iter().find(|flaw| !self.fields.iter().any(|field| field.name == flaw.field));
        view! {
            <form
                class="lead-form"
                method="post"
                action=showing.answer_path()
                aria-labelledby=title.clone()
                data-form="lead_form"
                data-missing=showing.say(Word::FieldMissing)
                novalidate
            >
                <input type="hidden" name="s" value=showing.session.to_string() />
                <h3 class="form-title" id=title_id>{showing.fill(&self.title)}</h3>
                {self.description.as_ref().map(|text| view! { <p class="form-text">{showing.fill(text)}</p> })}
                {fields.collect_view()}
                // Not for people: they neither see nor reach it.
                <div class="honey" aria-hidden="true">
                    <label>"Website" <input type="text" name=HONEYPOT tabindex="-1" autocomplete="off" /></label>
                </div>
                <p class="flaw" role="alert" data-flaw="">{other.map(|flaw| flaw.message.clone())}</p>
                <p class="form-thanks" role="status" data-said=thanks></p>
                <div class="cue-actions"><button type="submit" class="button">{send}</button></div>
                <div class="cue-actions" hidden data-done=""><button type="button" class="button" data-go-on="">{showing.say(Word::Continue)}</button></div>
            </form>
        }
        .into_any()
    }

    fn event_name(&self) -> &'static str {
        EVENT
    }

    fn notice(&self, id: Uuid, _: i64, answer: &Value, _: &str) -> Value {
        told(id, answer)
    }
}

/// What the webhook says of an answer to the form `id`.
pub fn told(id: Uuid, answer: &Value) -> Value {
    let mut fields = answer.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut own = |name: &str| fields.remove(name).unwrap_or(Value::Null);
    let (first, last, email, phone) = (own("first_name"), own("last_name"), own("email"), own("phone"));
    json!({
        "firstName": first, "lastName": last, "email": email, "phone": phone, "fields": fields,
        "consent": answer.get("consent"), "formId": id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: Value) -> LeadForm {
        serde_json::from_value(json!({"title": "Hello", "fields": fields})).expect("a form")
    }

    fn full() -> LeadForm {
        form(json!([
            {"type": "text", "name": "first_name", "label": "First name"},
            {"type": "email", "name": "email", "label": "E-mail", "required": true},
            {"type": "select", "name": "size", "label": "Size", "options": ["Small", "Large"]},
            {"type": "hidden", "name": "campaign", "value": "spring"},
            {"type": "consent", "name": "consent", "label": "You may write to me.", "version": "v3", "required": true}
        ]))
    }

    #[test]
    fn an_answer_is_kept_with_what_the_author_hid_in_it() {
        let answer = json!({"fields": {"first_name": " Ada ", "email": "Ada@Example.com", "size": "Large", "more": "x"}, "consent": "v3"});
        let kept = full().check(&answer, Lang::En).expect("good");
        assert_eq!(
            kept,
            json!({"fields": {"first_name": "Ada", "email": "Ada@Example.com", "size": "Large", "campaign": "spring", "consent": true}, "consent": "v3"})
        );
        assert!(makes_known(&kept) && !makes_known(&json!({"fields": {"size": "Large"}})));
        let notice = full().notice(Uuid::nil(), 0, &kept, "");
        assert_eq!((&notice["firstName"], &notice["lastName"]), (&json!("Ada"), &Value::Null));
        assert_eq!(notice["fields"], json!({"size": "Large", "campaign": "spring", "consent": true}));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = json!({"fields": {"email": "nobody", "size": "Medium", "campaign": "mine"}, "consent": "v2"});
        let fields: Vec<String> =
            full().check(&wrong, Lang::En).expect_err("wrong").into_iter().map(|flaw| flaw.field).collect();
        assert_eq!(fields, ["email", "size", "consent"]);
        for odd in [json!({}), json!({"fields": []}), json!(3)] {
            assert_eq!(full().check(&odd, Lang::En).expect_err("wrong")[0].field, "fields");
        }
    }

    #[test]
    fn a_robot_fills_in_too_much() {
        let robot = json!({"fields": {"email": "a@b.example", HONEYPOT: "https://spam.example"}, "consent": "v3"});
        assert_eq!(full().check(&robot, Lang::En).expect_err("a robot")[0].field, "fields");
    }

    #[test]
    fn the_author_s_flaws_are_named_by_field() {
        let odd = form(json!([
            {"type": "text", "name": "a", "label": "A"},
            {"type": "text", "name": "a", "label": "A again"},
            {"type": "select", "name": "No", "label": ""},
            {"type": "consent", "name": "c", "label": "x"}
        ]));
        let fields: Vec<String> = odd.flaws().into_iter().map(|flaw| flaw.field.replace("spec.fields.", "")).collect();
        assert_eq!(fields, ["1.name", "2.name", "2.label", "2.options", "3.version"]);
        assert_eq!(form(json!([])).flaws()[0].field, "spec.fields");
        assert_eq!(form(json!([{"type": "email", "name": "email", "label": "E-mail"}])).warnings().len(), 1);
        assert!(full().warnings().is_empty() && full().flaws().is_empty());
    }
}
