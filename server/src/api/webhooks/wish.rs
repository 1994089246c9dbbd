//! What the owner of an endpoint asks for, checked.

use crate::{
    api::fields::Fields,
    egress::check_url,
    store::endpoints::{Endpoint, Pace},
    webhook::{notice::EVENTS, sign::Secret},
};
use app::error::Flaw;
use ipnet::IpNet;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// A new endpoint as its owner wishes it. Not to be printed: it has the secret.
pub struct Wish {
    pub url: String,
    pub events: Vec<&'static str>,
    pub description: String,
    pub secret: NewSecret,
    pub pace: Pace,
}

impl Wish {
    /// `fresh` makes a secret for an owner who names none.
    ///
    /// # Errors
    /// Every flaw, by field.
    pub fn read(fields: &Fields, allow: &[IpNet], fresh: fn() -> [u8; 32]) -> Result<Self, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let mut sort = |flaw: Flaw| flaws.push(flaw);
        let url = url(fields, allow).map_err(&mut sort);
        let events = events(fields.0.get("events")).map_err(&mut sort);
        let secret = NewSecret::read(fields, fresh).map_err(&mut sort);
        let description = description(fields).map_err(&mut sort);
        let pace = pace(fields, Pace::default()).map_err(|more| more.into_iter().for_each(&mut sort));
        match (url, events, secret, description, pace) {
            (Ok(url), Ok(events), Ok(secret), Ok(description), Ok(pace)) => {
                Ok(Self { url, events, description, secret, pace })
            }
            _ => Err(flaws),
        }
    }
}

/// What is to be different about an endpoint; what is not named stays.
pub struct Change {
    pub to: Endpoint,
    /// To be switched on, or off.
    pub enabled: Option<bool>,
}

impl Change {
    /// # Errors
    /// Every flaw, by field.
    pub fn read(fields: &Fields, was: &Endpoint, allow: &[IpNet]) -> Result<Self, Vec<Flaw>> {
        let (mut to, mut flaws) = (was.clone(), Vec::new());
        let named = |name: &str| fields.0.contains_key(name);
        let mut sort = |flaw: Flaw| flaws.push(flaw);
        if named("url") {
            to.url = url(fields, allow).map_err(&mut sort).unwrap_or_default();
        }
        if named("events") {
            let mut names = events(fields.0.get("events")).map_err(&mut sort).unwrap_or_default();
            names.sort_unstable();
            to.events = names.join(" ");
        }
        if named("description") {
            to.description = description(fields).map_err(&mut sort).unwrap_or_default();
        }
        if named("secret_key") {
            sort(Flaw::new("secret_key", "is changed by rotating: POST …/rotate"));
        }
        to.pace = pace(fields, was.pace).map_err(|more| more.into_iter().for_each(&mut sort)).unwrap_or_default();
        let enabled = match fields.0.get("state").map(|value| value.as_str().unwrap_or_default()) {
            None => None,
            Some("enabled") => Some(true),
            Some("disabled") => Some(false),
            Some(_) => {
                sort(Flaw::new("state", "must be enabled or disabled"));
                None
            }
        };
        if flaws.is_empty() { Ok(Self { to, enabled }) } else { Err(flaws) }
    }
}

/// A secret as its owner wrote it, or `whsec_…` when it was left to us.
pub struct NewSecret {
    pub secret: Secret,
    text: String,
}

impl NewSecret {
    /// # Errors
    /// A flaw of `secret_key`.
    pub fn read(fields: &Fields, fresh: fn() -> [u8; 32]) -> Result<Self, Flaw> {
        match fields.0.get("secret_key") {
            None | Some(Value::Null) => {
                let secret = Secret::from_bytes(fresh());
                Ok(Self { text: secret.whsec(), secret })
            }
            Some(Value::String(text)) => Ok(Self { text: text.clone(), secret: Secret::from_text(text)? }),
            Some(_) => Err(Flaw::new("secret_key", "must be text")),
        }
    }

    /// Adds it to an answer to its owner: the only one that shows it.
    pub fn show(&self, answer: &mut Value) {
        answer["secret_key"] = json!(self.text);
        answer["whsec"] = json!(self.secret.whsec());
    }
}

/// The longest address, in bytes, and description, in characters.
const URL: usize = 2_048;
const DESCRIPTION: usize = 200;
const TIMEOUT_S: RangeInclusive<i64> = 1..=15;
const RATE: RangeInclusive<i64> = 1..=1_000;
const CONCURRENCY: RangeInclusive<i64> = 1..=64;

fn url(fields: &Fields, allow: &[IpNet]) -> Result<String, Flaw> {
    let text = fields.text("url").unwrap_or_default().trim();
    match text.len() {
        0 => Err(Flaw::new("url", "is missing")),
        length if length > URL => Err(Flaw::new("url", format!("may have at most {URL} bytes"))),
        _ => check_url(text, allow).map(|_| text.to_owned()),
    }
}

/// Names as an array, or as text with commas between them; each once, in the order of the catalogue.
pub fn events(value: Option<&Value>) -> Result<Vec<&'static str>, Flaw> {
    let flaw = |message: String| Err(Flaw::new("events", message));
    let named: Vec<&str> = match value {
        Some(Value::String(text)) => text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        Some(Value::Array(list)) => match list.iter().map(Value::as_str).collect() {
            Some(named) => named,
            None => return flaw("needs names of events".into()),
        },
        _ => Vec::new(),
    };
    let unknown: Vec<String> = named
        .iter()
        .filter(|name| !EVENTS.contains(name))
        .map(|name| format!("{:?}", name.chars().take(40).collect::<String>()))
        .take(5)
        .collect();
    if !unknown.is_empty() {
        return flaw(format!("{} is not one of {}", unknown.join(", "), EVENTS.join(", ")));
    }
    if named.is_empty() {
        return flaw("needs at least one event".into());
    }
    Ok(EVENTS.into_iter().filter(|event| named.contains(event)).collect())
}

fn description(fields: &Fields) -> Result<String, Flaw> {
    match fields.0.get("description") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) if text.chars().count() <= DESCRIPTION => Ok(text.clone()),
        Some(_) => Err(Flaw::new("description", format!("must be text of at most {DESCRIPTION} characters"))),
    }
}

fn pace(fields: &Fields, mut pace: Pace) -> Result<Pace, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut whole = |name: &str, range: RangeInclusive<i64>| {
        let value = fields.0.get(name)?;
        // A form's numbers are text.
        let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            flaws.push(Flaw::new(name, format!("must be a whole number, {} to {}", range.start(), range.end())));
        }
        number
    };
    pace.timeout_s = whole("timeout_s", TIMEOUT_S).unwrap_or(pace.timeout_s);
    pace.concurrency = whole("concurrency", CONCURRENCY).unwrap_or(pace.concurrency);
    pace.rate = match fields.0.get("rate") {
        Some(Value::Null) => None,
        _ => whole("rate", RATE).or(pace.rate),
    };
    match fields.0.get("ordered") {
        None => {}
        Some(Value::Bool(ordered)) => pace.ordered = *ordered,
        Some(Value::String(text)) if matches!(text.as_str(), "true" | "false") => pace.ordered = text == "true",
        Some(_) => flaws.push(Flaw::new("ordered", "must be true or false")),
    }
    if flaws.is_empty() { Ok(pace) } else { Err(flaws) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(json: Value) -> Result<Wish, Vec<Flaw>> {
        let Value::Object(fields) = json else { panic!("an object") };
        Wish::read(&Fields(fields), &[], || [7; 32])
    }

    fn fields_of(flaws: Vec<Flaw>) -> Vec<String> {
        flaws.into_iter().map(|flaw| flaw.field).collect()
    }

    fn flaws_of(json: Value) -> Vec<Flaw> {
        wish(json).err().expect("flaws")
    }

    #[test]
    fn every_flaw_is_named() {
        let flaws = flaws_of(json!({
            "url": "ftp://x", "events": [], "secret_key": "", "description": 1,
            "timeout_s": 16, "rate": 0, "concurrency": 1.5, "ordered": 1,
        }));
        let fields = ["url", "events", "secret_key", "description", "timeout_s", "concurrency", "rate", "ordered"];
        assert_eq!(fields_of(flaws), fields);
        assert_eq!(flaws_of(json!({})).len(), 2);
    }

    #[test]
    fn an_unknown_event_is_named() {
        let flaws = flaws_of(json!({ "url": "https://example.com", "events": ["VideoCTA", "Nonsense"] }));
        assert!(flaws[0].message.starts_with("\"Nonsense\" is not one of VideoCreated"));
    }

    #[test]
    fn events_collapse_into_the_order_of_the_catalogue() {
        let named = json!(["VideoCTA", "VideoCreated", "VideoCTA"]);
        assert_eq!(events(Some(&named)).expect("known"), ["VideoCreated", "VideoCTA"]);
        assert_eq!(events(Some(&json!("VideoCTA, VideoCreated"))).expect("known"), ["VideoCreated", "VideoCTA"]);
    }

    #[test]
    fn a_secret_left_out_is_made() {
        let shown = |wish: Wish| {
            let mut answer = json!({});
            wish.secret.show(&mut answer);
            answer
        };
        let made = shown(wish(json!({ "url": "https://example.com", "events": "VideoCTA" })).expect("valid"));
        assert_eq!(made["secret_key"], "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(made["whsec"], made["secret_key"]);
        let own = json!({ "url": "https://example.com", "events": "VideoCTA", "secret_key": "own" });
        let own = shown(wish(own).expect("valid"));
        assert_eq!((&own["secret_key"], &own["whsec"]), (&json!("own"), &json!("whsec_b3du")));
    }

    #[test]
    fn a_pace_is_read_from_json_and_from_forms() {
        let read = |json: Value| match json {
            Value::Object(fields) => pace(&Fields(fields), Pace { rate: Some(5), ..Pace::default() }),
            _ => panic!("an object"),
        };
        assert_eq!(read(json!({})).expect("valid").rate, Some(5), "what is not named stays");
        assert_eq!(read(json!({ "rate": null })).expect("valid").rate, None);
        let form = read(json!({ "rate": "20", "timeout_s": "3", "concurrency": "1", "ordered": "true" }));
        assert_eq!(form, Ok(Pace { timeout_s: 3, rate: Some(20), concurrency: 1, ordered: true }));
    }
}
