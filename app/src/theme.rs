//! An author's look for one video, checked so that everyone can read it. Only the server calls this:
//! the browser gets the finished custom properties.

mod colour;
mod logo;

use crate::error::Flaw;
use colour::Colour;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

pub use logo::Logo;

/// Colours are `#rrggbb` or `#rgb`; what is left out is Cuepoint's own.
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

/// The widest corner, in pixels.
pub const RADIUS: u8 = 24;

const INK: Colour = Colour::new(0x17, 0x16, 0x1f);
const WHITE: Colour = Colour::new(0xff, 0xff, 0xff);
/// What stands behind the controls on a dark picture (`--cue-scrim`).
const SCRIM: Colour = Colour::new(12, 11, 20);
/// Cuepoint's own accent: `oklch(0.55 0.2 280)`.
const ACCENT: Colour = Colour::new(0x61, 0x59, 0xe1);

/// WCAG 2.2, 1.4.3: text, and 1.4.11: parts of controls.
const READABLE: f64 = 4.5;
const VISIBLE: f64 = 3.0;

impl Theme {
    /// Everything wrong with it, by field.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut read = |field: &str, text: &Option<String>| {
            let text = text.as_deref()?;
            let colour = Colour::parse(text);
            if colour.is_none() {
                flaws.push(Flaw::new(format!("theme.{field}"), "must be a colour such as #5b50e0"));
            }
            colour
        };
        let accent = read("accent", &self.accent);
        let text = read("text", &self.text);
        let background = read("background", &self.background);
        flaws.extend(text_flaw(text, background));
        flaws.extend(accent_flaws(accent, background));
        if self.radius.is_some_and(|radius| radius > RADIUS) {
            flaws.push(Flaw::new("theme.radius", format!("must be a whole number from 0 to {RADIUS}")));
        }
        flaws.extend(self.logo.iter().flat_map(Logo::flaws));
        flaws
    }

    /// Custom properties for the player's `style`, for what is set; made of parsed numbers, so they
    /// are safe in an attribute. Text and ground come as a pair: either alone would meet the other
    /// of the viewer's colour scheme.
    pub fn css(&self) -> String {
        let read = |text: &Option<String>| text.as_deref().and_then(Colour::parse);
        let (accent, text, background) = (read(&self.accent), read(&self.text), read(&self.background));
        let mut css = String::new();
        let mut set = |name: &str, value: String| {
            // Writing to a String can't fail.
            let _ = write!(css, "--cue-{name}:{value};");
        };
        if let Some(accent) = accent.or_else(|| replacement(background?)) {
            let label = label_on(accent);
            // Away from the label, so that hovering never costs contrast.
            let strong = accent.lighter(if label == WHITE { -0.06 } else { 0.06 });
            set("accent", accent.to_string());
            set("accent-strong", strong.to_string());
            set("on-accent", label.to_string());
            set("played", accent.to_string());
        }
        if text.is_some() || background.is_some() {
            let (text, background) = (text.unwrap_or(INK), background.unwrap_or(WHITE));
            set("ink", text.to_string());
            set("ink-soft", soft(text, background).to_string());
            set("raised", background.to_string());
            set("line", background.mixed(text, 0.14).to_string());
        }
        if let Some(radius) = self.radius.map(|radius| radius.min(RADIUS)) {
            set("radius", format!("{}px", radius / 2));
            set("radius-card", format!("{radius}px"));
        }
        css
    }
}

/// The accent that a page's address asks for (`#` may be left out), or the nearest that passes;
/// none when it is not a colour.
pub fn nearest_accent(colour: &str) -> Option<String> {
    let wanted = Colour::parse(colour).or_else(|| Colour::parse(&format!("#{colour}")))?;
    wanted.nearest(|colour| passes(colour, WHITE)).map(|colour| colour.to_string())
}

fn text_flaw(text: Option<Colour>, background: Option<Colour>) -> Option<Flaw> {
    let (ink, ground) = (text.unwrap_or(INK), background.unwrap_or(WHITE));
    let ratio = ink.contrast(ground);
    if ratio >= READABLE {
        return None;
    }
    Some(match text {
        Some(_) => {
            let nearest = ink.nearest(|colour| colour.contrast(ground) >= READABLE);
            Flaw::new("theme.text", short("the background", ratio, READABLE, nearest))
        }
        None => {
            let nearest = ground.nearest(|colour| colour.contrast(ink) >= READABLE);
            let text = short(&format!("text of {INK}"), ratio, READABLE, nearest);
            Flaw::new("theme.background", format!("{text}; or set theme.text"))
        }
    })
}

fn accent_flaws(accent: Option<Colour>, background: Option<Colour>) -> Vec<Flaw> {
    let ground = background.unwrap_or(WHITE);
    let Some(accent) = accent else {
        // Left to us: fine as long as there is one.
        let none = background.is_some() && ACCENT.nearest(|colour| passes(colour, ground)).is_none();
        let says = "leaves no accent that is seen on it and on the player's controls; use a lighter or a darker one";
        return none.then(|| Flaw::new("theme.background", says)).into_iter().collect();
    };
    let nearest = accent.nearest(|colour| passes(colour, ground));
    let checks = [
        ("the player's controls", accent.contrast(SCRIM), VISIBLE),
        ("its label", accent.contrast(label_on(accent)), READABLE),
        ("the background", accent.contrast(ground), VISIBLE),
    ];
    let failed = checks.into_iter().filter(|(_, ratio, wanted)| ratio < wanted);
    failed.map(|(what, ratio, wanted)| Flaw::new("theme.accent", short(what, ratio, wanted, nearest))).collect()
}

/// The sentence about too little contrast. The ratio is cut, not rounded: 2.999 is not 3.
fn short(what: &str, ratio: f64, wanted: f64, nearest: Option<Colour>) -> String {
    let ratio = (ratio * 100.0).floor() / 100.0;
    let example = match nearest {
        Some(colour) => format!(", for example {colour}"),
        None => ", which no colour reaches here: use a lighter or a darker background".to_owned(),
    };
    format!("contrast with {what} is {ratio:.2}:1; at least {wanted}:1 is needed{example}")
}

/// Is an accent seen on the controls and on cards, and its label readable?
fn passes(accent: Colour, ground: Colour) -> bool {
    accent.contrast(SCRIM) >= VISIBLE
        && accent.contrast(label_on(accent)) >= READABLE
        && accent.contrast(ground) >= VISIBLE
}

/// Our own accent, moved until it is seen on the author's ground; none when it is already.
fn replacement(ground: Colour) -> Option<Colour> {
    if passes(ACCENT, ground) { None } else { ACCENT.nearest(|colour| passes(colour, ground)) }
}

fn label_on(accent: Colour) -> Colour {
    if accent.contrast(WHITE) >= accent.contrast(INK) { WHITE } else { INK }
}

/// Quieter text that still reads.
fn soft(text: Colour, background: Colour) -> Colour {
    let shares = (0..=20).map(|step| 0.7 + 0.015 * f64::from(step));
    shares.map(|share| background.mixed(text, share)).find(|mix| mix.contrast(background) >= READABLE).unwrap_or(text)
}

#[cfg(test)]
mod tests;
