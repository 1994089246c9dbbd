//! What a viewer wants to say, checked at the door: each flaw by its field, in the viewer's language.

use crate::api::fields::Fields;
use app::{
    error::Flaw,
    player::options::seconds,
    talk::form::{EMAIL, NAME, TEXT},
    words::{Lang, Word},
};
use serde_json::Value;
use uuid::Uuid;

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub field: &'static str,
    pub word: Word,
    pub value: String,
}

impl Wrong {
    pub fn new(field: &'static str, word: Word) -> Self {
        Self { field, word, value: String::new() }
    }

    pub fn said(&self, lang: Lang) -> String {
        lang.with(self.word, &self.value)
    }

    pub fn flaw(&self, lang: Lang) -> Flaw {
        Flaw::new(self.field, self.said(lang))
    }
}

/// A new comment or reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub text: String,
    pub name: String,
    pub email: Option<String>,
    pub at_ms: Option<i64>,
    pub parent: Option<Uuid>,
}

impl Wish {
    /// # Errors
    /// Everything wrong with it.
    pub fn read(fields: &Fields, duration_ms: Option<i64>) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut sort = |flaw: Wrong| wrong.push(flaw);
        let text = text(fields).map_err(&mut sort);
        let name = name(fields).map_err(&mut sort);
        let email = email(fields).map_err(&mut sort);
        let at_ms = at(fields, duration_ms).map_err(&mut sort);
        let parent = parent(fields).map_err(&mut sort);
        if fields.text("website").is_some_and(|text| !text.is_empty()) {
            sort(Wrong::new("website", Word::LeaveEmpty));
        }
        let (Ok(text), Ok(name), Ok(email), Ok(at_ms), Ok(parent)) = (text, name, email, at_ms, parent) else {
            return Err(wrong);
        };
        if wrong.is_empty() { Ok(Self { text, name, email, at_ms, parent }) } else { Err(wrong) }
    }
}

/// The text, without what no person writes: line ends are `\n`, other control characters go.
pub fn text(fields: &Fields) -> Result<String, Wrong> {
    let text = fields.text("text").unwrap_or_default().replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
    sized("text", text.trim(), TEXT, Word::TextMissing)
}

fn name(fields: &Fields) -> Result<String, Wrong> {
    let words = fields.text("name").unwrap_or_default().split(|c: char| c.is_whitespace() || c.is_control());
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    sized("name", &name, NAME, Word::NameMissing)
}

fn sized(field: &'static str, text: &str, most: usize, missing: Word) -> Result<String, Wrong> {
    match text.chars().count() {
        0 => Err(Wrong::new(field, missing)),
        n if n > most => Err(Wrong { field, word: Word::TooLong, value: most.to_string() }),
        _ => Ok(text.to_owned()),
    }
}

fn email(fields: &Fields) -> Result<Option<String>, Wrong> {
    let wrong = || Wrong::new("email", Word::EmailWrong);
    match fields.0.get("email") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) if text.len() <= EMAIL => {
            let address: lettre::Address = text.trim().parse().map_err(|_| wrong())?;
            Ok(Some(address.to_string()))
        }
        Some(_) => Err(wrong()),
    }
}

/// `at` is milliseconds of media time, `time` what a person writes: `90`, `1:30`, `1m30s`.
pub fn at(fields: &Fields, duration_ms: Option<i64>) -> Result<Option<i64>, Wrong> {
    let (at, time) = (given(fields, "at"), given(fields, "time"));
    let field = if at.is_some() { "at" } else { "time" };
    let ms = match (at, time) {
        (Some(at), _) => at.as_f64().or_else(|| at.as_str()?.trim().parse().ok()),
        (None, Some(time)) => time.as_str().and_then(|text| seconds(text.trim())).map(|s| s * 1_000.0),
        (None, None) => return Ok(None),
    };
    let most = duration_ms.unwrap_or(i64::MAX / 2) as f64;
    // A player's last position may lie a little past the end.
    match ms {
        Some(ms) if (0.0..=most + 1_000.0).contains(&ms) => Ok(Some(ms.min(most) as i64)),
        _ => Err(Wrong::new(field, Word::TimeWrong)),
    }
}

fn given<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
    fields.0.get(name).filter(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()))
}

fn parent(fields: &Fields) -> Result<Option<Uuid>, Wrong> {
    match given(fields, "parent") {
        None => Ok(None),
        Some(value) => {
            let id = value.as_str().and_then(|text| text.parse().ok());
            id.map(Some).ok_or(Wrong::new("parent", Word::ParentGone))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: Value) -> Result<Wish, Vec<Wrong>> {
        let Value::Object(fields) = json else { panic!("an object") };
        Wish::read(&Fields(fields), Some(60_000))
    }

    fn wrong(json: Value) -> Vec<(&'static str, Word)> {
        read(json).expect_err("flawed").into_iter().map(|wrong| (wrong.field, wrong.word)).collect()
    }

    #[test]
    fn every_flaw_has_its_own_sentence() {
        let all = wrong(json!({
            "text": " \u{0}\n ", "name": 7, "email": "ann@", "at": 61_001, "parent": "x", "website": "buy",
        }));
        let expected = [
            ("text", Word::TextMissing),
            ("name", Word::NameMissing),
            ("email", Word::EmailWrong),
            ("at", Word::TimeWrong),
            ("parent", Word::ParentGone),
            ("website", Word::LeaveEmpty),
        ];
        assert_eq!(all, expected);
        let long = json!({"text": "é".repeat(TEXT + 1), "name": "é".repeat(NAME + 1), "email": "a".repeat(300)});
        assert_eq!(wrong(long), [("text", Word::TooLong), ("name", Word::TooLong), ("email", Word::EmailWrong)]);
    }

    #[test]
    fn what_is_said_is_kept_as_written_without_control_characters() {
        let wish = read(json!({"text": " a\r\nb\u{0}\u{7} ", "name": " Ann\n\u{0} B. "})).expect("fine");
        assert_eq!((wish.text.as_str(), wish.name.as_str()), ("a\nb", "Ann B."));
        assert_eq!((wish.email, wish.at_ms, wish.parent), (None, None, None));
    }

    #[test]
    fn a_time_is_milliseconds_or_what_a_person_writes() {
        let at = |json: Value| read(json!({"text": "x", "name": "A", "at": json})).map(|wish| wish.at_ms);
        assert_eq!(at(json!(20_000)), Ok(Some(20_000)));
        assert_eq!(at(json!("20000")), Ok(Some(20_000)));
        assert_eq!(at(json!(60_900)), Ok(Some(60_000)));
        assert_eq!(at(Value::Null), Ok(None));
        let time = |text: &str| read(json!({"text": "x", "name": "A", "time": text})).map(|wish| wish.at_ms);
        assert_eq!(time("0:20"), Ok(Some(20_000)));
        assert_eq!(time(" 20.5 "), Ok(Some(20_500)));
        assert_eq!(time(""), Ok(None));
        for text in ["-1", "1:90:00", "soon", "61.5", "1e400"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
