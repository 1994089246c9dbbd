//! One field of a form: what its author says, what a viewer may give, how it looks.

use crate::{
    error::Flaw,
    interaction::{Showing, text},
    words::{Lang, Word},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Field {
    #[serde(rename = "type", default)]
    pub kind: Type,
    /// `a-z`, digits and `_`. The names `first_name last_name email phone` fill the webhook's own keys.
    #[schemars(regex(pattern = "^[a-z0-9_]{1,40}$"))]
    pub name: String,
    /// What it asks; of a consent, the text that is agreed to.
    #[serde(default)]
    #[schemars(length(max = CONSENT))]
    pub label: String,
    #[serde(default)]
    pub required: bool,
    /// In characters.
    #[serde(default)]
    #[schemars(range(min = 1, max = LONG))]
    pub max_len: Option<usize>,
    /// Of `select` and `radio`.
    #[serde(default)]
    #[schemars(length(max = OPTIONS), inner(length(min = 1, max = OPTION)))]
    pub options: Vec<String>,
    /// A token of HTML's autocomplete, such as `given-name`.
    #[serde(default)]
    #[schemars(regex(pattern = "^[a-z0-9 -]{0,60}$"))]
    pub autocomplete: Option<String>,
    /// Of a hidden field: what is stored. It never reaches a page.
    #[serde(default)]
    #[schemars(length(max = LONG))]
    pub value: Option<String>,
    /// Of a consent: which wording this is.
    #[serde(default)]
    #[schemars(length(min = 1, max = 40))]
    pub version: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    #[default]
    Text,
    Email,
    Tel,
    Number,
    Select,
    Radio,
    Checkbox,
    Textarea,
    Date,
    Hidden,
    Consent,
}

/// How long a value may be in characters, where the author doesn't say, and at most.
const SHORT: usize = 200;
const LONG: usize = 2_000;
const OPTIONS: usize = 50;
const OPTION: usize = 120;
const CONSENT: usize = 1_000;

impl Field {
    fn limit(&self) -> usize {
        self.max_len.unwrap_or(if self.kind == Type::Textarea { LONG } else { SHORT })
    }

    /// Everything wrong with it, by field below `at`.
    pub fn flaws(&self, at: &str) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let part = |name: &str| format!("{at}.{name}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !(1..=40).contains(&self.name.len()) || !self.name.chars().all(plain) {
            flaws.push(Flaw::new(part("name"), "needs 1 to 40 of a-z, 0-9 and _"));
        } else if matches!(self.name.as_str(), "s" | super::HONEYPOT) {
            flaws.push(Flaw::new(part("name"), "is taken"));
        }
        let longest = if self.kind == Type::Consent { CONSENT } else { 200 };
        if self.kind != Type::Hidden {
            flaws.extend(text::flaw(&part("label"), &self.label, 1, longest));
        }
        if self.max_len.is_some_and(|max| !(1..=LONG).contains(&max)) {
            flaws.push(Flaw::new(part("max_len"), format!("must be between 1 and {LONG}")));
        }
        let picks = matches!(self.kind, Type::Select | Type::Radio);
        if picks && !(1..=OPTIONS).contains(&self.options.len()) {
            flaws.push(Flaw::new(part("options"), format!("needs 1 to {OPTIONS} options")));
        }
        for (i, option) in self.options.iter().enumerate() {
            flaws.extend(text::flaw(&part(&format!("options.{i}")), option, 1, OPTION));
        }
        let token = |text: &String| {
            text.len() <= 60 && text.chars().all(|c| c.is_ascii_lowercase() || "- 0123456789".contains(c))
        };
        if self.autocomplete.as_ref().is_some_and(|text| !token(text)) {
            flaws.push(Flaw::new(part("autocomplete"), "is not a token of HTML's autocomplete"));
        }
        flaws.extend(text::optional(&part("value"), self.value.as_ref(), LONG));
        match &self.version {
            Some(version) => flaws.extend(text::flaw(&part("version"), version, 1, 40)),
            None if self.kind == Type::Consent => {
                flaws.push(Flaw::new(part("version"), "is needed: it names the wording that was agreed to"))
            }
            None => {}
        }
        flaws
    }

    /// What a viewer gave, as it is stored; none when nothing was given and nothing is needed.
    pub fn check(&self, given: Option<&Value>, lang: Lang) -> Result<Option<Value>, String> {
        let say = |word| lang.say(word).to_owned();
        if self.kind == Type::Checkbox {
            let on = match given {
                None | Some(Value::Null | Value::Bool(false)) => false,
                Some(Value::Bool(true)) => true,
                Some(Value::String(text)) => !text.is_empty(),
                Some(_) => return Err(say(Word::FieldOption)),
            };
            return if self.required && !on { Err(say(Word::FieldMissing)) } else { Ok(Some(on.into())) };
        }
        let text = match given {
            None | Some(Value::Null) => "",
            Some(Value::String(text)) => text.trim(),
            Some(Value::Number(n)) if self.kind == Type::Number => return Ok(Some(n.clone().into())),
            Some(_) => return Err(say(Word::FieldOption)),
        };
        if text.is_empty() {
            return if self.required { Err(say(Word::FieldMissing)) } else { Ok(None) };
        }
        if text.chars().count() > self.limit() {
            return Err(lang.with(Word::FieldTooLong, &self.limit().to_string()));
        }
        let lines = self.kind == Type::Textarea;
        if text.contains(|c: char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
            return Err(say(Word::FieldOption));
        }
        match self.kind {
            Type::Email if !is_email(text) => Err(say(Word::FieldEmail)),
            Type::Tel if !is_phone(text) => Err(say(Word::FieldPhone)),
            Type::Number if text.parse::<f64>().is_ok_and(f64::is_finite) => {
                Ok(text.parse::<f64>().ok().map(Value::from))
            }
            Type::Number => Err(say(Word::FieldNumber)),
            Type::Date if !is_date(text) => Err(say(Word::FieldDate)),
            Type::Select | Type::Radio if !self.options.iter().any(|option| option == text) => {
                Err(say(Word::FieldOption))
            }
            _ => Ok(Some(text.into())),
        }
    }

    /// Was the wording agreed to that the form shows now?
    pub fn agreed(&self, given: Option<&Value>, lang: Lang) -> Result<Option<Value>, String> {
        let given = given.and_then(Value::as_str).filter(|text| !text.is_empty());
        match (given, self.required) {
            (Some(text), _) if Some(text) == self.version.as_deref() => Ok(Some(true.into())),
            (Some(_), _) => Err(lang.say(Word::ConsentChanged).to_owned()),
            (None, true) => Err(lang.say(Word::FieldMissing).to_owned()),
            (None, false) => Ok(None),
        }
    }

    /// What the browser may fill in by itself.
    fn token(&self) -> Option<String> {
        let known = match (self.name.as_str(), self.kind) {
            ("first_name", _) => "given-name",
            ("last_name", _) => "family-name",
            ("name", _) => "name",
            ("company" | "organization", _) => "organization",
            ("email", _) | (_, Type::Email) => "email",
            ("phone", _) | (_, Type::Tel) => "tel",
            _ => return self.autocomplete.clone(),
        };
        Some(self.autocomplete.clone().unwrap_or_else(|| known.to_owned()))
    }

    /// The field with its label, and a place for what is wrong with it.
    pub fn face(&self, showing: &Showing) -> AnyView {
        let (id, error) = (showing.part(&self.name), showing.part(&format!("{}-flaw", self.name)));
        let label = showing.fill(&self.label);
        let flaw = showing.flaws.iter().find(|flaw| flaw.field == self.name).map(|flaw| flaw.message.clone());
        let invalid = flaw.is_some().then_some("true");
        let (name, required) = (self.name.clone(), self.required);
        let limit = self.limit().to_string();
        let known = match self.name.as_str() {
            "email" => showing.viewer.email.clone(),
            "first_name" => showing.viewer.value("viewer.first_name").flatten().map(str::to_owned),
            "last_name" => showing.viewer.last_name.clone(),
            "name" => showing.viewer.name.clone(),
            "phone" => showing.viewer.phone.clone(),
            _ => None,
        };
        let given = showing.given.get(&self.name).and_then(Value::as_str).map(str::to_owned);
        let picked = |option: &str| given.as_deref() == Some(option);
        let known = given.clone().or(known);
        let mark = (!required).then(|| view! { " " <span class="optional">{showing.say(Word::Optional)}</span> });
        let described = error.clone();
        let control = match self.kind {
            Type::Hidden => return ().into_any(),
            Type::Checkbox | Type::Consent => {
                let name = if self.kind == Type::Consent { "consent".to_owned() } else { name };
                let value = self.version.clone().filter(|_| self.kind == Type::Consent).unwrap_or_else(|| "on".into());
                let ticked = showing.given.get(&name).and_then(Value::as_str).is_some_and(|given| given == value);
                return view! {
                    <div class="field tick-field">
                        <label class="tick">
                            <input type="checkbox" id=id name=name value=value checked=ticked required=required aria-invalid=invalid aria-describedby=described data-field=self.name.clone() />
                            <span>{label} {mark}</span>
                        </label>
                        <p class="flaw" id=error data-flaw=self.name.clone()>{flaw}</p>
                    </div>
                }
                .into_any();
            }
            Type::Radio => {
                let options = self.options.iter().map(|option| {
                    view! {
                        <label class="tick"><input type="radio" name=name.clone() value=option.clone() checked=picked(option) required=required data-field=name.clone() /><span>{option.clone()}</span></label>
                    }
                });
                return view! {
                    <fieldset class="field" aria-describedby=described>
                        <legend>{label} {mark}</legend>
                        {options.collect_view()}
                        <p class="flaw" id=error data-flaw=self.name.clone()>{flaw}</p>
                    </fieldset>
                }
                .into_any();
            }
            Type::Select => {
                let options = self.options.iter().map(
                    |option| view! { <option value=option.clone() selected=picked(option)>{option.clone()}</option> },
                );
                view! {
                    <select id=id.clone() name=name.clone() required=required aria-invalid=invalid aria-describedby=described autocomplete=self.token() data-field=name>
                        <option value="">{showing.say(Word::Choose)}</option>
                        {options.collect_view()}
                    </select>
                }
                .into_any()
            }
            Type::Textarea => {
                // The framework writes what stands in a text area as it is.
                let text = known.unwrap_or_default().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                view! {
                    <textarea id=id.clone() name=name.clone() rows="3" maxlength=limit required=required aria-invalid=invalid aria-describedby=described autocomplete=self.token() data-field=name>{text}</textarea>
                }
                .into_any()
            }
            Type::Text | Type::Email | Type::Tel | Type::Number | Type::Date => {
                let kind = match self.kind {
                    Type::Email => "email",
                    Type::Tel => "tel",
                    Type::Number => "number",
                    Type::Date => "date",
                    _ => "text",
                };
                let step = (self.kind == Type::Number).then_some("any");
                view! {
                    <input type=kind id=id.clone() name=name.clone() value=known maxlength=limit step=step required=required aria-invalid=invalid aria-describedby=described autocomplete=self.token() data-field=name />
                }
                .into_any()
            }
        };
        view! {
            <div class="field">
                <label for=id>{label} {mark}</label>
                {control}
                <p class="flaw" id=error data-flaw=self.name.clone()>{flaw}</p>
            </div>
        }
        .into_any()
    }
}

/// What HTML takes for an address, without its rarest forms: something, `@`, a host with a dot.
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c))
        && host.contains('.')
        && host.split('.').all(label)
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (3..=20).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-().,/#x".contains(c))
}

/// `2026-11-23`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |part: &str, digits: usize| (part.len() == digits).then(|| part.parse::<u32>().ok()).flatten();
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn given(field: Value, value: Value) -> Result<Option<Value>, String> {
        let field: Field = serde_json::from_value(field).expect("a field");
        field.check(Some(&value), Lang::En)
    }

    #[test]
    fn each_type_takes_what_it_is_for() {
        let of = |kind: &str| json!({"type": kind, "name": "x", "label": "X", "options": ["A", "B"]});
        let good = [
            ("text", json!("hello")),
            ("email", json!("a.b+c@mail.example.com")),
            ("tel", json!("+49 (30) 12345")),
            ("number", json!("-1.5")),
            ("number", json!(3)),
            ("select", json!("A")),
            ("radio", json!("B")),
            ("checkbox", json!(true)),
            ("checkbox", json!("on")),
            ("textarea", json!("two\nlines")),
            ("date", json!("2028-02-29")),
        ];
        for (kind, value) in good {
            assert!(matches!(given(of(kind), value.clone()), Ok(Some(_))), "{kind} {value}");
        }
        let bad = [
            ("text", json!("x".repeat(201))),
            ("text", json!("a\nb")),
            ("text", json!(["a"])),
            ("text", json!(3)),
            ("email", json!("a@b")),
            ("email", json!("a b@c.de")),
            ("email", json!("@c.de")),
            ("tel", json!("call me")),
            ("tel", json!("12")),
            ("number", json!("NaN")),
            ("number", json!("1e999")),
            ("select", json!("C")),
            ("radio", json!("a")),
            ("checkbox", json!(3)),
            ("date", json!("2027-02-29")),
            ("date", json!("23.11.2026")),
            ("date", json!("2026-13-01")),
            ("textarea", json!("\u{0}")),
        ];
        for (kind, value) in bad {
            assert!(given(of(kind), value.clone()).is_err(), "{kind} {value}");
        }
    }

    #[test]
    fn what_is_needed_has_to_be_given() {
        for kind in ["text", "email", "select", "checkbox", "date"] {
            let field = json!({"type": kind, "name": "x", "label": "X", "required": true, "options": ["A"]});
            assert_eq!(given(field.clone(), json!("")), Err(Lang::En.say(Word::FieldMissing).to_owned()), "{kind}");
            assert!(given(field, Value::Null).is_err(), "{kind}");
        }
        assert_eq!(given(json!({"type": "text", "name": "x", "label": "X"}), json!("  ")), Ok(None));
    }

    #[test]
    fn a_length_is_what_the_author_says() {
        let field = json!({"name": "x", "label": "X", "max_len": 3});
        assert!(given(field.clone(), json!("äöü")).is_ok());
        assert_eq!(given(field, json!("four")), Err("At most 3 characters.".into()));
    }
}
