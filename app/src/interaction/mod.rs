//! Interactions: what authors put on the timeline, one room per kind.

pub mod cta;

use crate::error::Flaw;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// An interaction as its author defined it and as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    pub id: Uuid,
    pub at: At,
    #[serde(default)]
    pub duration_s: Option<f64>,
    pub layout: Layout,
    #[serde(default)]
    pub pause: bool,
    #[serde(flatten)]
    pub spec: Spec,
}

/// When an interaction appears.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    S(f64),
    Pct(f64),
    FromEndS(f64),
    Before,
    End,
}

impl At {
    /// Milliseconds of media time at which it appears in a video of `duration_ms`.
    pub fn starts_ms(self, duration_ms: i64) -> i64 {
        let end = duration_ms as f64;
        let ms = match self {
            At::S(s) => s * 1000.0,
            At::Pct(pct) => end * pct / 100.0,
            At::FromEndS(s) => end - s * 1000.0,
            At::Before => 0.0,
            At::End => end,
        };
        ms.max(0.0) as i64
    }
}

/// Where an interaction stands on the frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A box in percent of the frame.
    Overlay {
        x: f64,
        y: f64,
        w: f64,
        h: f64,
    },
    Banner {
        edge: Edge,
    },
    Modal,
    Card,
}

impl Layout {
    /// The class and inline style of the place; the style sheet turns an overlay into a banner
    /// where the frame is narrow.
    fn place(self) -> (&'static str, String) {
        match self {
            Layout::Overlay { x, y, w, h } if y + h / 2.0 > 50.0 => {
                ("cue overlay low", format!("--x:{x}%;--w:{w}%;--b:{}%", 100.0 - y - h))
            }
            Layout::Overlay { x, y, w, .. } => ("cue overlay", format!("--x:{x}%;--w:{w}%;--y:{y}%")),
            Layout::Banner { edge: Edge::Top } => ("cue banner", String::new()),
            Layout::Banner { edge: Edge::Bottom } => ("cue banner low", String::new()),
            Layout::Modal => ("cue modal", String::new()),
            Layout::Card => ("cue card-place", String::new()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    Top,
    Bottom,
}

/// What an interaction is. A new kind is a file in this folder and an arm here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "spec", rename_all = "snake_case")]
pub enum Spec {
    Cta(cta::Cta),
}

/// What every kind can do; each stands in a file of its own.
pub trait Kind {
    /// The author's check: everything wrong with the settings, by field.
    fn flaws(&self) -> Vec<Flaw>;
    /// The viewer's check: is this an answer to it? Returns it as it is stored.
    fn check(&self, answer: &Value) -> Result<Value, Flaw>;
    /// What lists and announcements call it.
    fn title(&self) -> String;
    /// The settings that a viewer may see, as JSON for the kind's view.
    fn for_viewer(&self, video_id: i64, id: Uuid) -> String;
    /// The event name of the webhook that an answer sends.
    fn event_name(&self) -> &'static str;
    /// What that webhook says beyond `media` and `email`; `clicked_ms` is media time.
    fn notice(&self, id: Uuid, clicked_ms: i64, answer: &Value, cta_url: &str) -> Value;
}

impl Spec {
    pub fn kind(&self) -> &dyn Kind {
        match self {
            Spec::Cta(cta) => cta,
        }
    }

    /// The wire's name of the kind.
    pub fn name(&self) -> &'static str {
        match self {
            Spec::Cta(_) => "cta",
        }
    }
}

/// An interaction as a viewer's player gets it. It carries no type of any kind, so that a player
/// needs a kind's code only when its moment comes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cue {
    pub id: String,
    /// Milliseconds of media time, end exclusive.
    pub from_ms: i64,
    pub to_ms: i64,
    pub pause: bool,
    /// Where it stands: a class and an inline style.
    pub class: String,
    pub style: String,
    /// The wire's name of the kind.
    pub kind: String,
    /// What lists and announcements call it.
    pub name: String,
    /// What a viewer may see of the settings, as JSON for the kind's view.
    pub face: String,
}

/// How long an interaction without a duration stays, in milliseconds.
const STAYS_MS: i64 = 8_000;

impl Interaction {
    /// Everything wrong with the definition, by field.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = self.spec.kind().flaws();
        if let At::S(n) | At::Pct(n) | At::FromEndS(n) = self.at
            && !(0.0..=86_400.0).contains(&n)
        {
            flaws.push(Flaw::new("at", "must be between 0 and 86400"));
        }
        if let Layout::Overlay { x, y, w, h } = self.layout {
            let inside = [x, y, w, h].iter().all(|n| (0.0..=100.0).contains(n));
            if !inside || x + w > 100.0 || y + h > 100.0 {
                flaws.push(Flaw::new("layout", "the box must stay inside the frame (percent)"));
            }
        }
        if let Some(s) = self.duration_s
            && !(0.1..=86_400.0).contains(&s)
        {
            flaws.push(Flaw::new("duration_s", "must be between 0.1 and 86400"));
        }
        flaws
    }

    /// What the player of a viewer needs of it.
    pub fn for_viewer(&self, video_id: i64, duration_ms: i64) -> Cue {
        let from_ms = self.at.starts_ms(duration_ms);
        let stays = self.duration_s.map_or(STAYS_MS, |s| (s * 1000.0) as i64);
        let (class, style) = self.layout.place();
        Cue {
            id: self.id.to_string(),
            from_ms,
            to_ms: from_ms.saturating_add(stays),
            pause: self.pause,
            class: class.to_owned(),
            style,
            kind: self.spec.name().to_owned(),
            name: self.spec.kind().title(),
            face: self.spec.kind().for_viewer(video_id, self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Value {
        serde_json::json!({
            "id": "0190a1b2-0000-7000-8000-000000000001", "kind": "cta", "at": {"s": 20}, "duration_s": 8,
            "layout": {"overlay": {"x": 60, "y": 70, "w": 30, "h": 20}},
            "spec": {"label": "Book a demo", "description": "15 minutes", "action": {"url": "https://example.com/demo"}}
        })
    }

    fn parsed(json: Value) -> Interaction {
        serde_json::from_value(json).expect("a definition of the wire parses")
    }

    #[test]
    fn the_definition_of_the_wire_reads_as_it_is_written() {
        let cta = parsed(stored());
        assert_eq!(cta.at, At::S(20.0));
        assert!(cta.flaws().is_empty());
        assert_eq!(cta.spec.name(), "cta");
    }

    #[test]
    fn a_viewer_gets_the_moment_in_milliseconds() {
        let cue = parsed(stored()).for_viewer(7, 75_000);
        assert_eq!((cue.from_ms, cue.to_ms), (20_000, 28_000));
    }

    #[test]
    fn percent_and_from_the_end_follow_the_duration() {
        assert_eq!(At::Pct(15.0).starts_ms(60_000), 9_000);
        assert_eq!(At::FromEndS(15.0).starts_ms(60_000), 45_000);
        assert_eq!(At::FromEndS(90.0).starts_ms(60_000), 0);
        assert_eq!(At::End.starts_ms(60_000), 60_000);
    }

    #[test]
    fn a_box_outside_the_frame_is_named() {
        let mut json = stored();
        json["layout"]["overlay"]["x"] = 80.into();
        assert_eq!(parsed(json).flaws()[0].field, "layout");
    }
}
