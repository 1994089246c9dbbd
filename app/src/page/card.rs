//! What a play page says of its video to machines: how its link unfolds in a chat (Open Graph, Twitter), where the
//! oEmbed answer is found, and what search engines may show (schema.org `VideoObject`).

use super::play::Line;
use leptos::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// All addresses are absolute.
#[derive(Clone, Debug, Default)]
pub struct Card {
    pub title: String,
    pub description: String,
    pub owner: String,
    pub share_url: String,
    pub embed_url: String,
    /// Without its format.
    pub oembed_url: String,
    pub poster_url: String,
    /// Pixels; 0 while they are not known.
    pub poster_size: (u32, u32),
    /// The file, and its type; none where not everybody may have it.
    pub media: Option<(String, &'static str)>,
    pub width: u32,
    pub height: u32,
    pub duration_ms: i64,
    /// As machines read it.
    pub created_at: String,
    pub plays: i64,
    pub chapters: Arc<Vec<Line>>,
    /// All that is said.
    pub transcript: Arc<str>,
    /// Of the transcript.
    pub lang: Option<String>,
    /// May search engines show it?
    pub listed: bool,
}

/// The longest transcript that a page carries, in characters, and chapters named in it.
const TRANSCRIPT: usize = 20_000;
const CLIPS: usize = 100;

impl Card {
    /// The width and height of a player that is 1280 pixels wide at most.
    fn player(&self) -> (u32, u32) {
        match (self.width, self.height) {
            (0, _) | (_, 0) => (1280, 720),
            (width, height) if width <= 1280 => (width, height),
            (width, height) => (1280, (u64::from(height) * 1280 / u64::from(width)) as u32),
        }
    }

    fn is_https(&self) -> bool {
        self.share_url.starts_with("https:")
    }

    /// What stands in the page's head. `nonce` is that of the answer.
    pub fn head(&self, nonce: String) -> AnyView {
        let (width, height) = self.player();
        let (width, height) = (width.to_string(), height.to_string());
        let oembed = |format: &str| format!("{}&format={format}", self.oembed_url);
        let mut tags: Vec<(&str, String)> = vec![
            ("og:site_name", "Cuepoint".into()),
            ("og:type", "video.other".into()),
            ("og:title", self.title.clone()),
            ("og:url", self.share_url.clone()),
            ("og:image", self.poster_url.clone()),
            ("og:image:type", "image/jpeg".into()),
            ("og:image:alt", self.title.clone()),
        ];
        if self.poster_size.0 > 0 {
            tags.push(("og:image:width", self.poster_size.0.to_string()));
            tags.push(("og:image:height", self.poster_size.1.to_string()));
        }
        if !self.description.is_empty() {
            tags.push(("og:description", short(&self.description, 300)));
        }
        let player = [
            ("og:video", self.embed_url.clone()),
            ("og:video:secure_url", self.embed_url.clone()),
            ("og:video:type", "text/html".into()),
            ("og:video:width", width.clone()),
            ("og:video:height", height.clone()),
        ];
        tags.extend(player.into_iter().filter(|(name, _)| self.is_https() || *name != "og:video:secure_url"));
        if let Some((url, kind)) = &self.media {
            tags.push(("og:video", url.clone()));
            tags.push(("og:video:type", (*kind).to_owned()));
            tags.push(("og:video:width", width.clone()));
            tags.push(("og:video:height", height.clone()));
        }
        if self.duration_ms > 0 {
            tags.push(("og:video:duration", ((self.duration_ms + 500) / 1_000).to_string()));
        }
        // The player card is for https only.
        let mut named: Vec<(&str, String)> = vec![
            ("twitter:card", if self.is_https() { "player" } else { "summary_large_image" }.into()),
            ("twitter:title", short(&self.title, 70)),
            ("twitter:image", self.poster_url.clone()),
            ("twitter:image:alt", short(&self.title, 420)),
        ];
        if !self.description.is_empty() {
            named.push(("twitter:description", short(&self.description, 200)));
        }
        if self.is_https() {
            named.push(("twitter:player", self.embed_url.clone()));
            named.push(("twitter:player:width", width));
            named.push(("twitter:player:height", height));
            if let Some((url, kind)) = &self.media {
                named.push(("twitter:player:stream", url.clone()));
                named.push(("twitter:player:stream:content_type", (*kind).to_owned()));
            }
        }
        if !self.listed {
            named.push(("robots", "noindex".into()));
        }
        let told = self.listed.then(|| {
            let text = self.told().to_string().replace('<', "\\u003c");
            view! { <script type="application/ld+json" nonce=nonce>{text}</script> }
        });
        view! {
            <link rel="alternate" type="application/json+oembed" href=oembed("json") title=self.title.clone() />
            <link rel="alternate" type="text/xml+oembed" href=oembed("xml") title=self.title.clone() />
            {tags.into_iter().map(|(name, text)| leptos::html::meta().attr("property", name).attr("content", text)).collect_view()}
            {named.into_iter().map(|(name, text)| view! { <meta name=name content=text /> }).collect_view()}
            {told}
        }
        .into_any()
    }

    /// The video as schema.org describes one.
    pub fn told(&self) -> Value {
        let mut told = json!({
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": self.title,
            // Search engines want one.
            "description": if self.description.is_empty() { &self.title } else { &self.description },
            "thumbnailUrl": [self.poster_url],
            "uploadDate": self.created_at,
            "url": self.share_url,
            "embedUrl": self.embed_url,
            "publisher": { "@type": "Organization", "name": self.owner },
            "interactionStatistic": {
                "@type": "InteractionCounter",
                "interactionType": { "@type": "WatchAction" },
                "userInteractionCount": self.plays,
            },
        });
        if self.duration_ms > 0 {
            told["duration"] = iso_duration(self.duration_ms).into();
        }
        if let Some((url, _)) = &self.media {
            told["contentUrl"] = url.as_str().into();
        }
        if !self.transcript.is_empty() {
            told["transcript"] = short(&self.transcript, TRANSCRIPT).into();
        }
        if let Some(lang) = &self.lang {
            told["inLanguage"] = lang.as_str().into();
        }
        if !self.chapters.is_empty() {
            let clips = self.chapters.iter().take(CLIPS).enumerate().map(|(n, line)| {
                let end = self.chapters.get(n + 1).map_or(self.duration_ms, |next| next.from_ms);
                let start = line.from_ms / 1_000;
                json!({
                    "@type": "Clip",
                    "name": line.text,
                    "startOffset": start,
                    "endOffset": (end / 1_000).max(start + 1),
                    "url": format!("{}?t={start}", self.share_url),
                })
            });
            told["hasPart"] = clips.collect::<Vec<Value>>().into();
        }
        told
    }
}

/// At most so many characters, an ellipsis where something is left out.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut text: String = text.chars().take(most - 1).collect();
    text.push('…');
    text
}

/// ISO 8601, such as `PT1M21.9S`.
pub fn iso_duration(ms: i64) -> String {
    let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms % 60_000);
    let mut text = String::from("PT");
    for (n, unit) in [(h, 'H'), (m, 'M')] {
        if n > 0 {
            text += &format!("{n}{unit}");
        }
    }
    let fraction = if s % 1_000 > 0 { format!(".{:03}", s % 1_000) } else { String::new() };
    text += &format!("{}{}S", s / 1_000, fraction.trim_end_matches('0'));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(share_url: &str) -> Card {
        Card {
            title: "A </script> & \"tour\"".into(),
            share_url: share_url.into(),
            embed_url: share_url.replace("play", "embed"),
            oembed_url: "https://v.example.com/services/oembed?url=x".into(),
            poster_url: "https://v.example.com/thumbnails/t.jpg".into(),
            media: Some(("https://v.example.com/media/t/video.mp4".into(), "video/mp4")),
            width: 1920,
            height: 1080,
            duration_ms: 81_930,
            chapters: Arc::new(vec![
                Line { from_ms: 0, text: "One".into() },
                Line { from_ms: 61_500, text: "Two".into() },
            ]),
            transcript: "Hello".into(),
            listed: true,
            ..Card::default()
        }
    }

    fn head(card: &Card) -> String {
        Owner::new().with(|| card.head("n".into()).to_html())
    }

    #[test]
    fn a_link_unfolds_with_a_player() {
        let html = head(&card("https://v.example.com/video/play/t"));
        for part in [
            "property=\"og:video\" content=\"https://v.example.com/video/embed/t\"",
            "property=\"og:video:width\" content=\"1280\"",
            "property=\"og:video:height\" content=\"720\"",
            "name=\"twitter:card\" content=\"player\"",
            "name=\"twitter:player:stream\" content=\"https://v.example.com/media/t/video.mp4\"",
            "type=\"application/json+oembed\" href=\"https://v.example.com/services/oembed?url=x&amp;format=json\"",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        let plain = head(&card("http://v.example.com/video/play/t"));
        assert!(plain.contains("summary_large_image") && !plain.contains("twitter:player"), "{plain}");
    }

    #[test]
    fn nothing_of_a_title_ends_the_element_early() {
        let html = head(&card("https://v.example.com/video/play/t"));
        assert_eq!(html.matches("</script>").count(), 1, "{html}");
    }

    #[test]
    fn chapters_are_clips_up_to_the_next() {
        let told = card("https://v.example.com/video/play/t").told();
        assert_eq!(told["duration"], "PT1M21.93S");
        assert_eq!((&told["hasPart"][0]["endOffset"], &told["hasPart"][1]["endOffset"]), (&json!(61), &json!(81)));
        assert_eq!(told["hasPart"][1]["url"], "https://v.example.com/video/play/t?t=61");
        assert_eq!((&told["description"], &told["transcript"]), (&told["name"], &json!("Hello")));
    }

    #[test]
    fn what_is_not_listed_says_so_and_tells_no_more() {
        let html = head(&Card { listed: false, ..card("https://v.example.com/video/play/t") });
        assert!(html.contains("name=\"robots\" content=\"noindex\"") && !html.contains("ld+json"), "{html}");
    }

    #[test]
    fn a_duration_has_no_empty_parts() {
        assert_eq!((iso_duration(3_600_000), iso_duration(500)), ("PT1H0S".into(), "PT0.5S".into()));
    }
}
