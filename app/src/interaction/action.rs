//! What a click on an interaction does.

use super::{DAY_S, face::Showing};
use crate::{engage::Surface, error::Flaw, ids::Token};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Action {
    Link {
        #[schemars(regex(pattern = LINK), length(max = URL))]
        url: String,
        #[serde(default = "opens_a_tab")]
        new_tab: bool,
    },
    Seek {
        /// Seconds.
        #[schemars(range(min = 0.0, max = DAY_S))]
        seek_s: f64,
    },
    PlayVideo {
        play_video: Other,
    },
}

/// Another video of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Other {
    #[schemars(regex(pattern = "^([A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43})$"))]
    pub token: String,
    /// Seconds from its start.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = DAY_S))]
    pub at_s: f64,
}

fn opens_a_tab() -> bool {
    true
}

/// The longest URL, in bytes.
pub const URL: usize = 2_048;
/// What addresses look like, for the schema; what counts is [`is_safe_url`].
pub const LINK: &str = "^([Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Ii][Ll][Tt][Oo]:|[Tt][Ee][Ll]:)";
pub const WEB_LINK: &str = "^[Hh][Tt][Tt][Pp][Ss]?://";

impl Action {
    /// Everything wrong with it, by field below `field`.
    pub fn flaws(&self, field: &str) -> Vec<Flaw> {
        let second = |s: f64| (0.0..=DAY_S).contains(&s);
        let mut flaws = Vec::new();
        match self {
            Action::Link { url, .. } if !is_safe_url(url) => {
                flaws.push(Flaw::new(format!("{field}.url"), "must be an https, http, mailto or tel address"));
            }
            Action::Seek { seek_s } if !second(*seek_s) => {
                flaws.push(Flaw::new(format!("{field}.seek_s"), "must be between 0 and 86400"));
            }
            Action::PlayVideo { play_video } => {
                if Token::try_from(play_video.token.clone()).is_err() {
                    flaws.push(Flaw::new(format!("{field}.play_video.token"), "is not the token of a video"));
                }
                if !second(play_video.at_s) {
                    flaws.push(Flaw::new(format!("{field}.play_video.at_s"), "must be between 0 and 86400"));
                }
            }
            Action::Link { .. } | Action::Seek { .. } => {}
        }
        flaws
    }

    /// The stored target of a link, another video's page included.
    pub fn target(&self) -> Option<&str> {
        match self {
            Action::Link { url, .. } => Some(url),
            Action::Seek { .. } | Action::PlayVideo { .. } => None,
        }
    }

    /// The address it leads to, and whether in a tab of its own; none when it seeks. A link on the web
    /// passes the recorded redirect, mail and telephone open by themselves.
    /// `card` is the place on an end screen.
    pub fn href(&self, showing: &Showing, card: Option<usize>) -> Option<(String, bool)> {
        match self {
            Action::Link { url, new_tab } if is_web(url) => {
                let card = card.map(|card| format!("&c={card}")).unwrap_or_default();
                Some((format!("/video/cta/{}?i={}{card}", showing.video_id, showing.id), *new_tab))
            }
            Action::Link { url, .. } => Some((url.clone(), false)),
            Action::Seek { .. } => None,
            Action::PlayVideo { play_video: Other { token, at_s } } => {
                let page = match showing.surface {
                    Surface::Play => "play",
                    Surface::Embed => "embed",
                };
                let at = if *at_s > 0.0 { format!("&t={at_s}") } else { String::new() };
                Some((format!("/video/{page}/{token}?autoplay=1{at}"), false))
            }
        }
    }

    pub fn seek_ms(&self) -> Option<i64> {
        match self {
            Action::Seek { seek_s } => Some((seek_s * 1000.0) as i64),
            Action::Link { .. } | Action::PlayVideo { .. } => None,
        }
    }
}

/// Is this an address that passes the recorded redirect?
pub fn is_web(url: &str) -> bool {
    matches!(scheme(url), Some("https" | "http"))
}

fn scheme(text: &str) -> Option<&'static str> {
    let url = url::Url::parse(text).ok()?;
    ["https", "http", "mailto", "tel"].into_iter().find(|known| *known == url.scheme())
}

pub fn is_safe_url(text: &str) -> bool {
    text.len() <= URL && scheme(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(url: &str) -> Action {
        Action::Link { url: url.into(), new_tab: true }
    }

    #[test]
    fn only_addresses_that_a_link_may_have_pass() {
        for good in ["https://example.com/", "http://example.com", "mailto:a@example.com", "tel:+1234"] {
            assert!(link(good).flaws("action").is_empty(), "{good}");
        }
        for bad in ["javascript:alert(1)", "data:text/html,x", "//example.com", "example.com", ""] {
            assert_eq!(link(bad).flaws("spec.action")[0].field, "spec.action.url", "{bad}");
        }
        assert!(!is_safe_url(&format!("https://example.com/{}", "a".repeat(URL))));
    }

    #[test]
    fn another_video_is_named_by_its_token() {
        let play = |token: &str| Action::PlayVideo { play_video: Other { token: token.into(), at_s: -1.0 } };
        let fields = |token| play(token).flaws("a").into_iter().map(|flaw| flaw.field).collect::<Vec<_>>();
        assert_eq!(fields("nope"), ["a.play_video.token", "a.play_video.at_s"]);
        assert_eq!(fields("demoTourOfCuepoint0001"), ["a.play_video.at_s"]);
    }
}
