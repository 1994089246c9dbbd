//! What the owner of a video wants changed about who may see it, checked.

use crate::{
    access::{Mode, hosts, password},
    api::fields::Fields,
    spoken,
    store::videos::Video,
};
use app::error::Flaw;
use serde_json::Value;

/// A field is none where it stays as it is.
#[derive(Default)]
pub struct Wish {
    access: Option<Word>,
    unlisted: Option<bool>,
    /// Null takes it away.
    password: Option<Option<String>>,
    expires_at: Option<Option<i64>>,
    max_views: Option<Option<i64>>,
    embed_hosts: Option<Option<Vec<String>>>,
}

/// Without the password.
impl std::fmt::Debug for Wish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wish({:?}, password {})", self.access, self.password.is_some())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Public,
    Unlisted,
    Password,
    Account,
}

impl Word {
    fn mode(self) -> Mode {
        match self {
            Word::Public | Word::Unlisted => Mode::Open,
            Word::Password => Mode::Password,
            Word::Account => Mode::Account,
        }
    }
}

/// The most plays that a limit may name.
const MOST_VIEWS: i64 = 1_000_000_000;

impl Wish {
    /// The wish, and everything wrong with it as far as its fields alone can tell; `unlisted` was read before.
    pub fn read(fields: &Fields, unlisted: Option<bool>, flaws: &mut Vec<Flaw>) -> Self {
        Self {
            access: sorted(fields, "access", access, flaws),
            unlisted,
            password: sorted(fields, "password", password, flaws),
            expires_at: sorted(fields, "expires_at", expires_at, flaws),
            max_views: sorted(fields, "max_views", max_views, flaws),
            embed_hosts: fields.0.get("embed_hosts").map(|value| embed_hosts(value, flaws)),
        }
    }

    /// The new password, to be hashed.
    pub fn password(&self) -> Option<&str> {
        self.password.as_ref()?.as_deref()
    }

    /// What does not go together, or not with the video as it is.
    pub fn flaws(&self, video: &Video) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut wrong = |field: &str, message: &str| flaws.push(Flaw::new(field, message));
        match (self.access, self.unlisted) {
            (Some(Word::Public), Some(true)) => wrong("unlisted", "contradicts access, which is to be public"),
            (Some(Word::Unlisted | Word::Password | Word::Account), Some(false)) => {
                wrong("unlisted", "contradicts access: only a public video is listed");
            }
            (None, Some(false)) if video.is_private() => {
                wrong("unlisted", "stays true while access is password or account");
            }
            _ => {}
        }
        let mode = self.access.map_or(video.access.mode, Word::mode);
        match (&self.password, mode) {
            (Some(Some(_)), Mode::Open | Mode::Account) => wrong("password", "goes with the access password only"),
            (Some(None), Mode::Password) => wrong("password", "can't be taken away while access is password"),
            (None, Mode::Password) if video.access.password.is_none() => {
                wrong("password", "is needed for the access password");
            }
            _ => {}
        }
        flaws
    }

    /// `hash` is the new password's.
    pub fn apply(self, video: &mut Video, hash: Option<String>) {
        let before = video.access.mode;
        if let Some(word) = self.access {
            video.access.mode = word.mode();
            video.settings.unlisted = word != Word::Public;
        } else if let Some(unlisted) = self.unlisted {
            video.settings.unlisted = unlisted || video.is_private();
        }
        if before != video.access.mode || hash.is_some() {
            video.access.version += 1;
        }
        if video.access.mode != Mode::Password {
            video.access.password = None;
        } else if hash.is_some() {
            video.access.password = hash;
        }
        if let Some(expires_at) = self.expires_at {
            video.expires_at = expires_at;
        }
        if let Some(max_views) = self.max_views {
            video.access.max_views = max_views;
        }
        if let Some(embed_hosts) = self.embed_hosts {
            video.embed_hosts = embed_hosts;
        }
    }
}

/// Reads a field where it is given, and keeps what is wrong with it.
fn sorted<T>(fields: &Fields, name: &str, read: fn(&Value) -> Result<T, String>, flaws: &mut Vec<Flaw>) -> Option<T> {
    let read = read(fields.0.get(name)?);
    read.map_err(|message| flaws.push(Flaw::new(name, message))).ok()
}

fn access(value: &Value) -> Result<Word, String> {
    match value.as_str() {
        Some("public") => Ok(Word::Public),
        Some("unlisted") => Ok(Word::Unlisted),
        Some("password") => Ok(Word::Password),
        Some("account") => Ok(Word::Account),
        None if value.is_null() => Ok(Word::Public),
        _ => Err("must be public, unlisted, password or account".into()),
    }
}

fn password(value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if (1..=password::LONGEST).contains(&text.len()) => Ok(Some(text.clone())),
        _ => Err(format!("must be text of 1 to {} bytes, or null", password::LONGEST)),
    }
}

fn expires_at(value: &Value) -> Result<Option<i64>, String> {
    match value {
        Value::Null => Ok(None),
        // A form has only text.
        Value::String(text) if text.is_empty() => Ok(None),
        _ => {
            let at = value.as_str().and_then(spoken::instant_of);
            at.map(Some).ok_or_else(|| "must be an instant such as 2026-12-31T18:00:00Z, or null".into())
        }
    }
}

fn max_views(value: &Value) -> Result<Option<i64>, String> {
    let number = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::String(text) => text.parse().ok(),
        _ => value.as_i64(),
    };
    let number = number.filter(|number| (1..=MOST_VIEWS).contains(number));
    number.map(Some).ok_or_else(|| format!("must be a whole number from 1 to {MOST_VIEWS}, or null"))
}

/// Every entry that is no host is named by its place.
fn embed_hosts(value: &Value, flaws: &mut Vec<Flaw>) -> Option<Vec<String>> {
    let list = match value {
        Value::Null => return None,
        Value::Array(list) if list.len() <= hosts::MOST => list.as_slice(),
        Value::String(_) => std::slice::from_ref(value),
        _ => {
            let message = format!("must be a list of at most {} hosts, or null for anyone", hosts::MOST);
            flaws.push(Flaw::new("embed_hosts", message));
            return None;
        }
    };
    let mut read = Vec::with_capacity(list.len());
    for (i, entry) in list.iter().enumerate() {
        match hosts::read(entry.as_str().unwrap_or_default()) {
            Ok(host) if read.contains(&host) => {}
            Ok(host) => read.push(host),
            Err(message) => flaws.push(Flaw::new(format!("embed_hosts.{i}"), message)),
        }
    }
    Some(read)
}
