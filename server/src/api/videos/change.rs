//! What the owner of a video wants changed, checked.

use super::access::Wish;
use crate::{api::fields::Fields, store::videos::Video};
use app::{
    error::Flaw,
    film::{Asking, End},
    ids::Token,
    talk::Comments,
    theme::{Logo, RADIUS, Theme},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A field is none where it stays as it is; null resets it.
#[derive(Debug, Default)]
pub struct Change {
    title: Option<String>,
    description: Option<String>,
    end: Option<End>,
    next: Option<Option<Token>>,
    download: Option<bool>,
    theme: Option<Theme>,
    consent: Option<Option<Asking>>,
    comments: Option<Comments>,
    reactions: Option<bool>,
    access: Wish,
}

/// The longest title and description, in characters.
const TITLE: usize = 200;
const DESCRIPTION: usize = 5_000;

impl Change {
    /// The change, and everything wrong with it as far as its fields alone can tell.
    pub fn read(fields: &Fields) -> (Self, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let change = Self {
            title: sorted(fields, "title", title, &mut flaws),
            description: sorted(fields, "description", description, &mut flaws),
            end: sorted(fields, "end", end, &mut flaws),
            next: sorted(fields, "next", next, &mut flaws),
            download: sorted(fields, "download", download, &mut flaws),
            comments: sorted(fields, "comments", comments, &mut flaws),
            reactions: sorted(fields, "reactions", reactions, &mut flaws),
            theme: fields.0.get("theme").map(|value| theme(value, &mut flaws)),
            consent: sorted(fields, "consent", consent, &mut flaws),
            access: Wish::default(),
        };
        let unlisted = sorted(fields, "unlisted", download, &mut flaws);
        let change = Self { access: Wish::read(fields, unlisted, &mut flaws), ..change };
        (change, flaws)
    }

    /// The video that is to follow, when the change names one.
    pub fn named_next(&self) -> Option<&Token> {
        self.next.as_ref()?.as_ref()
    }

    /// The new password, to be hashed.
    pub fn password(&self) -> Option<&str> {
        self.access.password()
    }

    /// What does not go together, or not with the video as it is.
    pub fn flaws(&self, video: &Video) -> Vec<Flaw> {
        self.access.flaws(video)
    }

    /// `hash` is the new password's.
    pub fn apply(self, video: &mut Video, hash: Option<String>) {
        self.access.apply(video, hash);
        let settings = &mut video.settings;
        settings.end = self.end.unwrap_or(settings.end);
        settings.download = self.download.unwrap_or(settings.download);
        settings.consent = self.consent.unwrap_or(settings.consent);
        settings.comments = self.comments.unwrap_or(settings.comments);
        settings.reactions = self.reactions.unwrap_or(settings.reactions);
        if let Some(next) = self.next {
            settings.next = next.map(String::from);
        }
        if let Some(theme) = self.theme {
            settings.theme = theme;
        }
        if let Some(title) = self.title {
            video.title = title;
        }
        if let Some(description) = self.description {
            video.description = description;
        }
    }
}

/// Reads a field where it is given, and keeps what is wrong with it.
fn sorted<T>(fields: &Fields, name: &str, read: fn(&Value) -> Result<T, String>, flaws: &mut Vec<Flaw>) -> Option<T> {
    let read = read(fields.0.get(name)?);
    read.map_err(|message| flaws.push(Flaw::new(name, message))).ok()
}

pub fn title(value: &Value) -> Result<String, String> {
    let text = value.as_str().unwrap_or_default().trim();
    let fits = (1..=TITLE).contains(&text.chars().count());
    if fits { Ok(text.to_owned()) } else { Err(format!("needs 1 to {TITLE} characters")) }
}

pub fn description(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) if text.chars().count() <= DESCRIPTION => Ok(text.clone()),
        _ => Err(format!("must be text of at most {DESCRIPTION} characters")),
    }
}

fn end(value: &Value) -> Result<End, String> {
    let end: Option<End> = given(value).map_err(|()| "must be stay, reset, loop, next or end_screen")?;
    Ok(end.unwrap_or_default())
}

fn next(value: &Value) -> Result<Option<Token>, String> {
    given(value).map_err(|()| "must be the token of a video, or null".into())
}

fn consent(value: &Value) -> Result<Option<Asking>, String> {
    given(value).map_err(|()| "must be required or implied, or null".into())
}

fn download(value: &Value) -> Result<bool, String> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(yes) => Ok(*yes),
        // A form has only text.
        Value::String(text) if matches!(text.as_str(), "1" | "true") => Ok(true),
        Value::String(text) if matches!(text.as_str(), "0" | "false") => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

fn comments(value: &Value) -> Result<Comments, String> {
    let comments: Option<Comments> = given(value).map_err(|()| "must be on, approve or off")?;
    Ok(comments.unwrap_or_default())
}

fn reactions(value: &Value) -> Result<bool, String> {
    match value.as_str() {
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        // Reset, they are on.
        _ => {
            if value.is_null() {
                Ok(true)
            } else {
                download(value)
            }
        }
    }
}

fn theme(value: &Value, flaws: &mut Vec<Flaw>) -> Theme {
    let parts = match value {
        Value::Null => return Theme::default(),
        Value::Object(parts) => parts,
        _ => {
            flaws.push(Flaw::new("theme", "must be an object, or null"));
            return Theme::default();
        }
    };
    let mut wrong = Vec::new();
    let theme = Theme {
        accent: part(parts, "accent", "must be a colour such as #5b50e0", &mut wrong),
        text: part(parts, "text", "must be a colour such as #5b50e0", &mut wrong),
        background: part(parts, "background", "must be a colour such as #5b50e0", &mut wrong),
        radius: part(parts, "radius", &format!("must be a whole number from 0 to {RADIUS}"), &mut wrong),
        logo: part::<Logo>(parts, "logo", "must be an object with src, alt and href, or null", &mut wrong),
    };
    wrong.extend(theme.flaws());
    flaws.append(&mut wrong);
    theme
}

fn part<T: DeserializeOwned>(
    parts: &Map<String, Value>,
    name: &str,
    message: &str,
    flaws: &mut Vec<Flaw>,
) -> Option<T> {
    let read = given(parts.get(name)?);
    read.map_err(|()| flaws.push(Flaw::new(format!("theme.{name}"), message))).ok().flatten()
}

/// None for null.
fn given<T: DeserializeOwned>(value: &Value) -> Result<Option<T>, ()> {
    serde_json::from_value(value.clone()).map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: Value) -> (Change, Vec<String>) {
        let Value::Object(fields) = json else { panic!("an object") };
        let (change, flaws) = Change::read(&Fields(fields));
        (change, flaws.into_iter().map(|flaw| flaw.field).collect())
    }

    #[test]
    fn every_flaw_is_named() {
        let (_, fields) = read(json!({
            "title": " ", "description": 1, "end": "later", "next": "short", "download": "maybe", "consent": "never",
            "comments": "maybe", "reactions": 7,
            "theme": {"accent": 7, "radius": 300, "logo": "x", "background": "#ff"}, "unknown": {},
        }));
        let theme = ["theme.accent", "theme.radius", "theme.logo", "theme.background"];
        let own = ["title", "description", "end", "next", "download", "comments", "reactions"];
        assert_eq!(fields, [own.as_slice(), &theme, &["consent"]].concat());
        assert_eq!(read(json!({"title": "x".repeat(201)})).1, ["title"]);
        assert_eq!(read(json!({"title": null})).1, ["title"]);
    }

    #[test]
    fn what_is_left_out_stays_and_null_resets() {
        let (change, fields) = read(json!({}));
        assert_eq!(fields, [""; 0]);
        assert!(change.title.is_none() && change.next.is_none() && change.theme.is_none());
        let (change, fields) =
            read(json!({"description": null, "end": null, "next": null, "download": null, "theme": null}));
        assert_eq!(fields, [""; 0]);
        assert_eq!(
            (change.description.as_deref(), change.end, change.download),
            (Some(""), Some(End::Stay), Some(false))
        );
        assert_eq!((change.next, change.theme), (Some(None), Some(Theme::default())));
    }

    #[test]
    fn comments_and_reactions_are_on_unless_they_are_switched_off() {
        let (change, _) = read(json!({"comments": "approve", "reactions": "off"}));
        assert_eq!((change.comments, change.reactions), (Some(Comments::Approve), Some(false)));
        let (change, _) = read(json!({"comments": null, "reactions": null}));
        assert_eq!((change.comments, change.reactions), (Some(Comments::On), Some(true)));
    }

    #[test]
    fn every_flaw_of_access_is_named() {
        let (_, fields) = read(json!({
            "access": "secret", "password": "", "expires_at": "soon", "max_views": 0,
            "embed_hosts": ["example.com", "https://example.com", 7], "unlisted": "maybe",
        }));
        let own = ["unlisted", "access", "password", "expires_at", "max_views", "embed_hosts.1", "embed_hosts.2"];
        assert_eq!(fields, own);
        assert_eq!(read(json!({"password": "x".repeat(257)})).1, ["password"]);
        assert_eq!(read(json!({"embed_hosts": vec!["a"; 51]})).1, ["embed_hosts"]);
        assert_eq!(read(json!({"embed_hosts": {}})).1, ["embed_hosts"]);
        assert_eq!(read(json!({"max_views": 1.5, "expires_at": 7})).1, ["expires_at", "max_views"]);
        let nothing =
            json!({"access": null, "password": null, "expires_at": null, "max_views": "", "embed_hosts": null});
        assert_eq!(read(nothing).1, [""; 0]);
    }

    #[test]
    fn a_form_says_yes_in_text() {
        assert_eq!(read(json!({"download": "1"})).0.download, Some(true));
    }
}
