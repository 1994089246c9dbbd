//! A picture that an author names: fetched once, and served from our own store.

use crate::{
    error::Flaw,
    interaction::action::{WEB_LINK, is_web},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Image {
    /// Where the author's picture is: an https or http address.
    #[schemars(regex(pattern = WEB_LINK), length(max = SRC))]
    pub src: String,
    /// What it shows, for those who don't see it; empty for a mere decoration.
    #[serde(default)]
    #[schemars(length(max = ALT))]
    pub alt: String,
    /// Its name among the video's files, once it was fetched. Set by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub file: Option<String>,
}

/// The longest alternative text, in characters, and address, in bytes.
const ALT: usize = 200;
const SRC: usize = 2_048;

impl Image {
    /// Everything wrong with it, by field below `field`.
    pub fn flaws(&self, field: &str) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if self.src.len() > SRC || !is_web(&self.src) {
            flaws.push(Flaw::new(format!("{field}.src"), "must be an https or http address"));
        }
        flaws.extend(super::text::flaw(&format!("{field}.alt"), &self.alt, 0, ALT));
        flaws
    }

    /// Where viewers get it; none before it was fetched. `media` stands before the names of the video's files.
    pub fn path(&self, media: &str) -> Option<String> {
        self.file.as_ref().map(|file| format!("{media}{file}"))
    }
}
