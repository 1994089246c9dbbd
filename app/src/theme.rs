//! An author's look for one video.

use serde::{Deserialize, Serialize};

/// Colours are `#rrggbb`; what is left out is Cuepoint's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Theme {
    /// Buttons and the played part of the scrubber.
    pub accent: Option<String>,
    /// Text on cards and panels.
    pub text: Option<String>,
    /// The ground of cards and panels.
    pub background: Option<String>,
    /// The corners of cards and the player, in pixels.
    pub radius: Option<u8>,
    pub logo: Option<Logo>,
}

/// A mark in the player's corner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    pub src: String,
    pub alt: String,
    pub href: Option<String>,
}

impl Theme {
    /// Custom properties for the player's `style`.
    pub fn css(&self) -> String {
        String::new()
    }
}
