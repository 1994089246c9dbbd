//! Interactions: what authors put on the timeline, one room per kind.

pub mod action;
pub mod annotation;
pub mod card;
pub mod cta;
pub mod cue;
pub mod end_screen;
pub mod face;
pub mod image;
pub mod layout;
pub mod lead_form;
pub mod lint;
pub mod poll;
pub mod read;
pub mod schema;
pub mod text;

pub use action::Action;
pub use card::card;
pub use cue::{Cue, CueSheet, cues};
pub use face::{Named, Showing, sign};
pub use image::Image;
pub use layout::{Edge, Layout};

use crate::{error::Flaw, words::Lang};
use leptos::prelude::AnyView;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// An interaction as its author defined it and as it is stored (WIRE.md, section 4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Interaction {
    #[serde(default = "Uuid::nil")]
    pub id: Uuid,
    pub at: At,
    /// How long it stays, in seconds; what is left out depends on the kind.
    #[serde(default)]
    #[schemars(range(min = 0.1, max = DAY_S))]
    pub duration_s: Option<f64>,
    pub layout: Layout,
    /// Playback waits while it shows.
    #[serde(default)]
    pub pause: bool,
    #[serde(default)]
    pub gate: Gate,
    #[serde(default)]
    pub skip: Skip,
    #[serde(default)]
    pub frequency: Frequency,
    /// Viewers whose e-mail address is known don't get it.
    #[serde(default)]
    pub skip_if_known: bool,
    #[serde(flatten)]
    pub spec: Spec,
}

/// When an interaction appears.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// Seconds from the start.
    S(#[schemars(range(min = 0.0, max = DAY_S))] f64),
    /// Percent of the video's length.
    Pct(#[schemars(range(min = 0.0, max = 100.0))] f64),
    /// Seconds before the end.
    FromEndS(#[schemars(range(min = 0.0, max = DAY_S))] f64),
    /// Before the first playback.
    Before,
    /// Once the video has ended.
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

/// What an interaction holds back until it is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    #[default]
    None,
    /// Playback waits until it is answered or skipped; a seek may pass it.
    Soft,
    /// Playback waits until it is answered, and no seek passes it.
    Required,
}

/// May a viewer leave an interaction without an answer?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Skip {
    pub allowed: bool,
    /// Seconds until it may be skipped.
    #[schemars(range(min = 0.0, max = 600.0))]
    pub after_s: f64,
    /// What the button says, in place of "Skip".
    #[schemars(length(min = 1, max = LABEL))]
    pub label: Option<String>,
}

impl Default for Skip {
    fn default() -> Self {
        Self { allowed: true, after_s: 0.0, label: None }
    }
}

/// How often an interaction comes up by itself. From the list of interactions it can always be opened. Once for a viewer
/// is once in all views by which the viewer is recognised; of others the browser remembers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    #[default]
    Always,
    OncePerSession,
    OncePerViewer,
}

/// What an interaction is. A new kind is a file in this folder, and its arms here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", content = "spec", rename_all = "snake_case")]
pub enum Spec {
    Annotation(annotation::Annotation),
    Cta(cta::Cta),
    LeadForm(lead_form::LeadForm),
    Poll(poll::Poll),
    EndScreen(end_screen::EndScreen),
}

/// The wire's names of the kinds.
pub const KINDS: [&str; 5] = ["annotation", "cta", "lead_form", "poll", "end_screen"];

/// Milliseconds as seconds on the wire: a whole number where they are whole.
pub(crate) fn seconds(ms: i64) -> serde_json::Value {
    if ms % 1000 == 0 { (ms / 1000).into() } else { (ms as f64 / 1000.0).into() }
}

/// What every kind can do; each stands in a file of its own.
pub trait Kind {
    /// The author's check: everything wrong with the settings, by field.
    fn flaws(&self) -> Vec<Flaw>;
    /// What an author had better change, by field.
    fn warnings(&self) -> Vec<Flaw> {
        Vec::new()
    }
    /// The viewer's check: is this an answer to it? Returns it as it is stored.
    fn check(&self, answer: &Value, lang: Lang) -> Result<Value, Vec<Flaw>>;
    /// Can a viewer answer it at all?
    fn can_be_answered(&self) -> bool {
        true
    }
    /// May a viewer answer only once?
    fn is_once(&self) -> bool {
        false
    }
    /// What lists and announcements call it.
    fn title(&self) -> String;
    /// How long it stays where the author doesn't say, in milliseconds; none: until it is answered.
    fn stays_ms(&self) -> Option<i64> {
        Some(8_000)
    }
    /// What it looks like, as HTML that works without a script as far as it can.
    fn face(&self, showing: &Showing) -> AnyView;
    /// Everything that a click on it does, by field.
    fn actions(&self) -> Vec<(String, &Action)> {
        Vec::new()
    }
    /// Every picture it shows, for the store of pictures to fill in.
    fn images(&mut self) -> Vec<(String, &mut Image)> {
        Vec::new()
    }
    /// The text of everything that can be picked, by field; its place in the list is what answers are counted by.
    fn options(&self) -> Vec<(String, &str)> {
        Vec::new()
    }
    /// The places in a tally that a stored answer counts for.
    fn counts(&self, _answer: &Value) -> Vec<usize> {
        Vec::new()
    }
    /// The event name of the webhook that an answer sends.
    fn event_name(&self) -> &'static str;
    /// What that webhook says beyond `media` and `email`; `clicked_ms` is media time.
    fn notice(&self, id: Uuid, clicked_ms: i64, answer: &Value, cta_url: &str) -> Value;
    /// The stored target of a click that passes the recorded redirect; `card` is the place on an end screen.
    fn target(&self, _card: Option<usize>) -> Option<&str> {
        None
    }
}

impl Spec {
    pub fn kind(&self) -> &dyn Kind {
        match self {
            Spec::Annotation(annotation) => annotation,
            Spec::Cta(cta) => cta,
            Spec::LeadForm(form) => form,
            Spec::Poll(poll) => poll,
            Spec::EndScreen(screen) => screen,
        }
    }

    pub fn kind_mut(&mut self) -> &mut dyn Kind {
        match self {
            Spec::Annotation(annotation) => annotation,
            Spec::Cta(cta) => cta,
            Spec::LeadForm(form) => form,
            Spec::Poll(poll) => poll,
            Spec::EndScreen(screen) => screen,
        }
    }

    /// The wire's name of the kind.
    pub fn name(&self) -> &'static str {
        match self {
            Spec::Annotation(_) => "annotation",
            Spec::Cta(_) => "cta",
            Spec::LeadForm(_) => "lead_form",
            Spec::Poll(_) => "poll",
            Spec::EndScreen(_) => "end_screen",
        }
    }
}

/// The longest `skip.label`, in characters, and the longest time of anything, in seconds.
const LABEL: usize = 40;
const DAY_S: f64 = 86_400.0;

impl Interaction {
    /// Everything wrong with the definition, by field.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = self.spec.kind().flaws();
        match self.at {
            At::S(n) if !(0.0..=DAY_S).contains(&n) => flaws.push(Flaw::new("at.s", "must be between 0 and 86400")),
            At::Pct(n) if !(0.0..=100.0).contains(&n) => flaws.push(Flaw::new("at.pct", "must be between 0 and 100")),
            At::FromEndS(n) if !(0.0..=DAY_S).contains(&n) => {
                flaws.push(Flaw::new("at.from_end_s", "must be between 0 and 86400"));
            }
            At::S(_) | At::Pct(_) | At::FromEndS(_) | At::Before | At::End => {}
        }
        flaws.extend(self.layout.flaw());
        if self.duration_s.is_some_and(|s| !(0.1..=DAY_S).contains(&s)) {
            flaws.push(Flaw::new("duration_s", "must be between 0.1 and 86400"));
        }
        if !(0.0..=600.0).contains(&self.skip.after_s) {
            flaws.push(Flaw::new("skip.after_s", "must be between 0 and 600"));
        }
        flaws.extend(self.skip.label.as_ref().and_then(|label| text::flaw("skip.label", label, 1, LABEL)));
        if self.gate == Gate::Required {
            if !self.spec.kind().can_be_answered() {
                flaws.push(Flaw::new("gate", "nobody could pass it: this has nothing to answer"));
            }
            if self.at == At::End {
                flaws.push(Flaw::new("gate", "holds nothing back at the end"));
            }
        }
        flaws
    }

    /// Does it hold playback back until it is answered, wherever the viewer wants to go?
    pub fn is_required(&self) -> bool {
        self.gate == Gate::Required
    }

    /// Does it come up by itself once for a viewer, in whichever view?
    pub fn is_once_ever(&self) -> bool {
        self.frequency == Frequency::OncePerViewer
    }

    /// Does a viewer who is recognised answer it once, in whichever view? A quiz may be tried again in another one,
    /// unless it comes once.
    pub fn is_vote(&self) -> bool {
        matches!(&self.spec, Spec::Poll(poll) if poll.mode != poll::Mode::Quiz || self.is_once_ever())
    }

    /// Does it keep the media themselves back? Only what is answered on the page can hand them over: a click
    /// leads away, so a gate of that kind holds in the player.
    pub fn withholds_media(&self) -> bool {
        self.is_required() && self.at == At::Before && self.spec.kind().is_once()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn stored() -> Value {
        serde_json::json!({
            "id": "0190a1b2-0000-7000-8000-000000000001", "kind": "cta", "at": {"s": 20}, "duration_s": 8,
            "layout": {"overlay": {"x": 60, "y": 70, "w": 30, "h": 20}},
            "spec": {"label": "Book a demo", "description": "15 minutes", "action": {"url": "https://example.com/demo"}}
        })
    }

    pub(super) fn parsed(json: Value) -> Interaction {
        serde_json::from_value(json).expect("a definition of the wire parses")
    }

    #[test]
    fn the_definition_of_the_wire_reads_as_it_is_written() {
        let cta = parsed(stored());
        assert_eq!(cta.at, At::S(20.0));
        assert_eq!((cta.gate, cta.frequency, cta.skip.allowed), (Gate::None, Frequency::Always, true));
        assert!(cta.flaws().is_empty());
        assert_eq!(cta.spec.name(), "cta");
    }

    #[test]
    fn percent_and_from_the_end_follow_the_duration() {
        assert_eq!(At::Pct(15.0).starts_ms(60_000), 9_000);
        assert_eq!(At::FromEndS(15.0).starts_ms(60_000), 45_000);
        assert_eq!(At::FromEndS(90.0).starts_ms(60_000), 0);
        assert_eq!(At::End.starts_ms(60_000), 60_000);
    }

    #[test]
    fn a_gate_that_nobody_can_pass_is_refused() {
        let mut json = stored();
        json["gate"] = "required".into();
        assert!(parsed(json.clone()).flaws().is_empty());
        json["at"] = "end".into();
        assert_eq!(parsed(json.clone()).flaws()[0].field, "gate");
        json["at"] = serde_json::json!({"s": 3});
        json["kind"] = "annotation".into();
        json["spec"] = serde_json::json!({"text": "Look here"});
        assert_eq!(parsed(json).flaws()[0].field, "gate");
    }
}
