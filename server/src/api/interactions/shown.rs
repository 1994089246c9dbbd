//! The timeline as its author reads it.

use super::wish::pointer;
use crate::store::{
    interactions::{Live, Stored},
    videos::Video,
};
use app::interaction::{
    Interaction,
    lint::{Warning, lint},
    schema::PORTABLE,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

pub fn by_id(stored: &[Stored], id: Uuid) -> Option<&Stored> {
    stored.iter().find(|one| one.newest.id == id)
}

/// Each as it was written last. `draft` says that viewers don't get this; then `published` is what they
/// get instead.
pub fn listed(stored: &[Stored]) -> Vec<Value> {
    let one = |one: &Stored| {
        let mut value = definition(&one.newest);
        value["draft"] = one.is_draft().into();
        if one.live != Live::Newest {
            value["published"] = one.published().map_or(Value::Null, definition);
        }
        // Unix milliseconds.
        value["created_at"] = one.created_at.into();
        value["updated_at"] = one.updated_at.into();
        value
    };
    stored.iter().map(one).collect()
}

/// A document that any video's timeline can be replaced with.
pub fn portable(stored: &[Stored]) -> Value {
    let one = |one: &Stored| {
        let mut value = definition(&one.newest);
        if one.is_draft() {
            value["draft"] = true.into();
        }
        value
    };
    json!({ "cuepoint": PORTABLE, "interactions": stored.iter().map(one).collect::<Vec<_>>() })
}

/// An interaction without what the server keeps for itself.
fn definition(interaction: &Interaction) -> Value {
    let mut interaction = interaction.clone();
    for (_, image) in interaction.spec.kind_mut().images() {
        image.file = None;
    }
    // Text, numbers and maps with text keys are always JSON.
    serde_json::to_value(interaction).unwrap_or_default()
}

/// What the authors of these interactions had better look at.
pub fn warnings(stored: &[Stored], video: &Video, wanted: impl Fn(Uuid) -> bool) -> Vec<Value> {
    let all = lint(stored.iter().map(|one| &one.newest), video.duration_ms);
    let some = all.into_iter().filter(|warning| wanted(warning.interaction) || warning.with.is_some_and(&wanted));
    some.map(|Warning { interaction, with, field, message }| {
        let mut value = json!({ "interaction": interaction, "field": pointer("", &field), "message": message });
        if let Some(with) = with {
            value["with"] = json!(with);
        }
        value
    })
    .collect()
}

/// The pictures that are there already: their files by the addresses they came from.
pub fn pictures(stored: &[Stored]) -> HashMap<String, String> {
    let versions = stored.iter().flat_map(|one| [Some(&one.newest), one.published()]).flatten();
    let mut known = HashMap::new();
    for version in versions {
        let mut version = version.clone();
        let images = version.spec.kind_mut().images().into_iter();
        known.extend(images.filter_map(|(_, image)| Some((image.src.clone(), image.file.clone()?))));
    }
    known
}
