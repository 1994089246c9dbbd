//! What a user agent says of itself: browser, system, device, and whether it is a robot. The patterns are
//! those of uap-core and crawler-user-agents (`server/data`).

use crate::identity::LeftOut;
use moka::future::Cache;
use regex_filtered::Regexes;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};
use ua_parser::Extractor;

/// A user agent, understood. What is not known is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Such as `Chrome` or `Mobile Safari`.
    pub browser: Option<String>,
    /// Such as `Windows` or `Mac OS X`.
    pub os: Option<String>,
    /// The model or its family, such as `iPhone`.
    pub device: Option<String>,
    /// `desktop`, `phone`, `tablet`, `tv` or `console`.
    pub device_type: Option<&'static str>,
    /// [`LeftOut::Bot`] or [`LeftOut::Unfurler`].
    pub robot: Option<LeftOut>,
}

/// User agents seen lately: few different ones bring most of the views.
pub struct Agents(Cache<String, Arc<Agent>>);

const KEPT: u64 = 5_000;
/// The longest word that is stored, in bytes.
const LONGEST: usize = 100;

impl Default for Agents {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Agents {
    pub async fn of(&self, text: &str) -> Arc<Agent> {
        if text.is_empty() {
            return Arc::default();
        }
        let owned = text.to_owned();
        let read = async move {
            // The first one reads the patterns, and that takes a while.
            let read = tokio::task::spawn_blocking(move || Agent::read(&owned)).await;
            Arc::new(read.unwrap_or_default())
        };
        self.0.get_with_by_ref(text, read).await
    }
}

static FAMILIES: LazyLock<Option<Extractor<'static>>> = LazyLock::new(|| {
    let patterns: ua_parser::Regexes = serde_json::from_str(include_str!("../data/agents.json")).ok()?;
    Extractor::try_from(patterns).ok()
});

#[derive(Deserialize)]
struct Patterns {
    unfurler: Vec<String>,
    bot: Vec<String>,
}

/// Those who fetch a page to show a card of it, and all others.
struct Robots {
    unfurlers: Regexes,
    bots: Regexes,
}

static ROBOTS: LazyLock<Option<Robots>> = LazyLock::new(|| {
    let patterns: Patterns = serde_json::from_str(include_str!("../data/robots.json")).ok()?;
    let all = |list: &[String]| regex_filtered::Builder::new().push_all(list).ok()?.build().ok();
    Some(Robots { unfurlers: all(&patterns.unfurler)?, bots: all(&patterns.bot)? })
});

impl Agent {
    fn read(text: &str) -> Self {
        let mut agent = Self { robot: robot(text), ..Self::default() };
        let Some(families) = FAMILIES.as_ref() else { return agent };
        let (browser, os, device) = families.extract(text);
        agent.browser = browser.and_then(|browser| word(&browser.family));
        agent.os = os.and_then(|os| word(&os.os));
        agent.device = device.and_then(|device| word(&device.device));
        if agent.robot.is_none() && agent.device.as_deref() == Some("Spider") && !is_tool(text) {
            agent.robot = Some(LeftOut::Bot);
        }
        agent.device_type = kind(agent.os.as_deref(), agent.device.as_deref(), text);
        agent
    }
}

fn robot(text: &str) -> Option<LeftOut> {
    let robots = ROBOTS.as_ref()?;
    if robots.unfurlers.is_match(text) {
        Some(LeftOut::Unfurler)
    } else {
        robots.bots.is_match(text).then_some(LeftOut::Bot)
    }
}

/// Customers' own apps and tests use these: what they report is meant.
fn is_tool(text: &str) -> bool {
    let names =
        ["HeadlessChrome", "Playwright", "okhttp", "curl/", "python", "Python", "Go-http-client", "axios", "node"];
    names.iter().any(|name| text.contains(name))
}

fn word(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = !text.is_empty() && text != "Other";
    plain.then(|| text[..text.floor_char_boundary(LONGEST)].to_owned())
}

/// The form of the device, from the family of its system and its own.
fn kind(os: Option<&str>, device: Option<&str>, text: &str) -> Option<&'static str> {
    let device = device.unwrap_or_default();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if device == "Spider" {
        return None;
    }
    if says(&["PlayStation", "Xbox", "Nintendo"]) {
        return Some("console");
    }
    if says(&[
        "SMART-TV", "SmartTV", "Smart-TV", "AppleTV", "Apple TV", "GoogleTV", "BRAVIA", "Roku", "AFT", "CrKey",
        "Web0S", "HbbTV",
    ]) {
        return Some("tv");
    }
    match os? {
        "iOS" if device.starts_with("iPad") => Some("tablet"),
        "iOS" => Some("phone"),
        "tvOS" | "ATV OS X" | "Roku" | "Tizen" | "webOS" => Some("tv"),
        "Android" if device.contains("Tablet") || !text.contains("Mobile") => Some("tablet"),
        "Android" | "Windows Phone" | "KaiOS" | "BlackBerry OS" | "Firefox OS" | "Symbian OS" => Some("phone"),
        "Windows" | "Mac OS X" | "Linux" | "Ubuntu" | "Fedora" | "Debian" | "Chrome OS" | "FreeBSD" | "OpenBSD"
        | "NetBSD" | "Solaris" | "Red Hat" | "SUSE" | "Arch Linux" | "Linux Mint" | "Gentoo" => Some("desktop"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)";

    #[test]
    fn what_people_watch_with_is_told() {
        let chrome = format!("{MAC} Chrome/141.0.0.0 Safari/537.36");
        let headless = format!("{MAC} HeadlessChrome/141.0.0.0 Safari/537.36");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1";
        let tablet = "Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1";
        let pixel = "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36";
        let slate = "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";
        let tv = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36";
        for (text, browser, os, form) in [
            (chrome.as_str(), "Chrome", "Mac OS X", "desktop"),
            (&headless, "HeadlessChrome", "Mac OS X", "desktop"),
            (phone, "Mobile Safari", "iOS", "phone"),
            (tablet, "Mobile Safari", "iOS", "tablet"),
            (pixel, "Chrome Mobile", "Android", "phone"),
            (slate, "Chrome", "Android", "tablet"),
            (windows, "Firefox", "Windows", "desktop"),
            (tv, "Samsung Internet", "Tizen", "tv"),
        ] {
            let agent = Agent::read(text);
            assert_eq!((agent.os.as_deref(), agent.device_type), (Some(os), Some(form)), "{text}: {agent:?}");
            assert!(agent.browser.is_some_and(|name| name.contains(browser)) || form == "tv", "{text}");
            assert_eq!(agent.robot, None, "{text}");
        }
        assert_eq!(Agent::read("x\u{0}é").robot, None);
    }

    #[test]
    fn robots_are_told_from_people_and_from_tools() {
        for (text, robot) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Some(LeftOut::Bot)),
            ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", Some(LeftOut::Bot)),
            ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", Some(LeftOut::Bot)),
            (
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
                Some(LeftOut::Bot),
            ),
            ("SomeNewBot/1.0 (+https://example.com/bot)", Some(LeftOut::Bot)),
            ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", Some(LeftOut::Unfurler)),
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Some(LeftOut::Unfurler)),
            ("Twitterbot/1.0", Some(LeftOut::Unfurler)),
            ("WhatsApp/2.23.20.0", Some(LeftOut::Unfurler)),
            ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", Some(LeftOut::Unfurler)),
            ("python-requests/2.32", None),
            ("Python-urllib/3.12", None),
            ("curl/8.10.1", None),
            ("okhttp/4.12.0", None),
            ("Go-http-client/2.0", None),
            ("axios/1.7", None),
            ("node", None),
            ("Playwright/1.55 (x64; debian 12) node/22.0", None),
        ] {
            assert_eq!(Agent::read(text).robot, robot, "{text}: {:?}", Agent::read(text));
        }
    }
}
