//! What the owner of an endpoint asks for, checked.

use crate::{
    api::fields::Fields,
    egress::check_url,
    webhook::{notice::EVENTS, sign::Secret},
};
use app::error::Flaw;
use ipnet::IpNet;
use serde_json::{Value, json};
use uuid::Uuid;

/// A new endpoint as its owner wishes it. Not to be printed: it has the secret.
pub struct Wish {
    pub url: String,
    pub events: Vec<&'static str>,
    pub description: String,
    pub secret: Secret,
    /// As the owner wrote it, or `whsec_…` when it was left to us.
    secret_text: String,
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
        let secret = secret(fields, fresh).map_err(&mut sort);
        let description = description(fields).map_err(&mut sort);
        let (Ok(url), Ok(events), Ok((secret_text, secret)), Ok(description)) = (url, events, secret, description)
        else {
            return Err(flaws);
        };
        Ok(Self { url, events, description, secret_text, secret })
    }

    /// The answer to its owner, the only one that shows the secret.
    pub fn shown(&self, id: Uuid) -> Value {
        json!({
            "id": id,
            "url": self.url,
            "events": self.events,
            "secret_key": self.secret_text,
            "whsec": self.secret.whsec(),
            "description": self.description,
        })
    }
}

/// The longest address, in bytes, and description, in characters.
const URL: usize = 2_048;
const DESCRIPTION: usize = 200;

fn url(fields: &Fields, allow: &[IpNet]) -> Result<String, Flaw> {
    let text = fields.text("url").unwrap_or_default().trim();
    match text.len() {
        0 => Err(Flaw::new("url", "is missing")),
        length if length > URL => Err(Flaw::new("url", format!("may have at most {URL} bytes"))),
        _ => check_url(text, allow).map(|_| text.to_owned()),
    }
}

/// Names as an array, or as text with commas between them; each once, in the order of the catalogue.
fn events(value: Option<&Value>) -> Result<Vec<&'static str>, Flaw> {
    let flaw = |message: String| Err(Flaw::new("events", message));
    let named: Vec<&str> = match value {
        Some(Value::String(text)) => text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        Some(Value::Array(list)) => match list.iter().map(Value::as_str).collect() {
            Some(named) => named,
            None => return flaw("needs names of events".into()),
        },
        _ => Vec::new(),
    };
    let unknown: Vec<String> =
        named.iter().filter(|name| !EVENTS.contains(name)).map(|name| format!("{name:?}")).collect();
    if !unknown.is_empty() {
        return flaw(format!("{} is not one of {}", unknown.join(", "), EVENTS.join(", ")));
    }
    if named.is_empty() {
        return flaw("needs at least one event".into());
    }
    Ok(EVENTS.into_iter().filter(|event| named.contains(event)).collect())
}

fn secret(fields: &Fields, fresh: fn() -> [u8; 32]) -> Result<(String, Secret), Flaw> {
    match fields.0.get("secret_key") {
        None | Some(Value::Null) => {
            let secret = Secret::from_bytes(fresh());
            Ok((secret.whsec(), secret))
        }
        Some(Value::String(text)) => Ok((text.clone(), Secret::from_text(text)?)),
        Some(_) => Err(Flaw::new("secret_key", "must be text")),
    }
}

fn description(fields: &Fields) -> Result<String, Flaw> {
    match fields.0.get("description") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) if text.chars().count() <= DESCRIPTION => Ok(text.clone()),
        Some(_) => Err(Flaw::new("description", format!("must be text of at most {DESCRIPTION} characters"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(json: Value) -> Result<Wish, Vec<Flaw>> {
        let Value::Object(fields) = json else { panic!("an object") };
        Wish::read(&Fields(fields), &[], || [7; 32])
    }

    fn flaws_of(json: Value) -> Vec<Flaw> {
        wish(json).err().expect("flaws")
    }

    #[test]
    fn every_flaw_is_named() {
        let flaws = flaws_of(json!({ "url": "ftp://x", "events": [], "secret_key": "", "description": 1 }));
        let fields: Vec<String> = flaws.into_iter().map(|flaw| flaw.field).collect();
        assert_eq!(fields, ["url", "events", "secret_key", "description"]);
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
        let made =
            wish(json!({ "url": "https://example.com", "events": "VideoCTA" })).expect("valid").shown(Uuid::nil());
        assert_eq!(made["secret_key"], "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(made["whsec"], made["secret_key"]);
        let own = json!({ "url": "https://example.com", "events": "VideoCTA", "secret_key": "own" });
        let own = wish(own).expect("valid").shown(Uuid::nil());
        assert_eq!((&own["secret_key"], &own["whsec"]), (&json!("own"), &json!("whsec_b3du")));
    }
}
