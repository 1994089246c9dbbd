//! Interactions as a viewer's player gets them: when they come up, where they stand, and no settings.
//! What they look like is fetched a little before they are needed.

use super::{At, Edge, Frequency, Gate, Interaction, Layout};
use crate::player::timeline::Moment;
use serde::Serialize;
use std::sync::Arc;

/// One interaction in the page's JSON. What is left out is the usual.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cue {
    pub id: String,
    /// The wire's name of the kind.
    pub kind: &'static str,
    /// What lists and announcements call it.
    pub name: String,
    pub at: At,
    /// Milliseconds of media time, as the server knows the video's length.
    pub from: i64,
    /// How long it stays; none: until it is answered, skipped or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stays: Option<i64>,
    #[serde(skip_serializing_if = "is_not")]
    pub pause: bool,
    #[serde(skip_serializing_if = "is_open")]
    pub gate: Gate,
    /// Milliseconds until it may be skipped; none: it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_label: Option<String>,
    #[serde(skip_serializing_if = "is_not")]
    pub once: bool,
    /// Once for a viewer, which this browser remembers where the server may not.
    #[serde(skip_serializing_if = "is_not")]
    pub once_ever: bool,
    /// Once for a viewer, and this one has had it in an earlier view.
    #[serde(skip_serializing_if = "is_not")]
    pub seen: bool,
    /// A poll that this viewer has answered in an earlier view.
    #[serde(skip_serializing_if = "is_not")]
    pub answered: bool,
    #[serde(skip_serializing_if = "is_not")]
    pub skip_if_known: bool,
    #[serde(skip_serializing_if = "is_not")]
    pub settles: bool,
    #[serde(skip_serializing_if = "is_not")]
    pub middle: bool,
    /// Where it stands: a class and an inline style.
    pub class: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub style: String,
}

/// Cues as a page carries them: a JSON list that ends no element it stands in. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueSheet(Arc<str>);

impl CueSheet {
    pub fn new(cues: &[Cue]) -> Self {
        // Strings and numbers are always JSON.
        let text = serde_json::to_string(cues).unwrap_or_else(|_| "[]".to_owned());
        Self(inert(&text).into())
    }

    pub fn is_empty(&self) -> bool {
        &*self.0 == "[]"
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// JSON that may stand in a script element: nothing in it is a tag.
pub(crate) fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e")
}

fn is_not(flag: &bool) -> bool {
    !flag
}

fn is_open(gate: &Gate) -> bool {
    *gate == Gate::None
}

/// How far behind the moment of what has no time of its own a jump still meets it.
const MET_MS: i64 = 1_000;

impl Interaction {
    /// As far as time is concerned.
    pub fn moment(&self) -> Moment {
        let kind = self.spec.kind();
        let own = self.duration_s.map(|s| (s * 1000.0) as i64).or(kind.stays_ms());
        let stays_ms = match self.at {
            At::Before | At::End => None,
            // What holds playback stays as long as it holds; a jump meets it only close by.
            At::S(_) | At::Pct(_) | At::FromEndS(_) if self.pause || self.gate != Gate::None => own.or(Some(MET_MS)),
            At::S(_) | At::Pct(_) | At::FromEndS(_) => own,
        };
        Moment {
            at: self.at,
            stays_ms,
            pause: self.pause,
            gate: self.gate,
            once: self.frequency != Frequency::Always,
            skip_if_known: self.skip_if_known,
            // A gate that was passed has done its work.
            settles: kind.is_once() || self.gate != Gate::None,
            middle: matches!(self.layout, Layout::Modal | Layout::Card),
        }
    }
}

/// Interactions in the order in which they come up.
pub fn in_order<'a>(timeline: impl IntoIterator<Item = &'a Interaction>, duration_ms: i64) -> Vec<&'a Interaction> {
    let mut all: Vec<&Interaction> = timeline.into_iter().collect();
    all.sort_by_key(|interaction| (interaction.at == At::End, interaction.at.starts_ms(duration_ms)));
    all
}

/// The timeline of a video of `duration_ms` for a player: in the order in which it comes up, and laid
/// out so that no overlay covers an earlier one that shows at the same time.
pub fn cues<'a>(
    timeline: impl IntoIterator<Item = &'a Interaction>,
    duration_ms: i64,
    fill: impl Fn(&str) -> String,
) -> Vec<Cue> {
    let all = in_order(timeline, duration_ms);
    let mut placed: Vec<(i64, i64, Layout)> = Vec::with_capacity(all.len());
    let cue = |interaction: &Interaction| {
        let moment = interaction.moment();
        let from = interaction.at.starts_ms(duration_ms);
        let to = moment.stays_ms.map_or(i64::MAX, |stays| from.saturating_add(stays));
        let together = |(other_from, other_to, _): &&(i64, i64, Layout)| from < *other_to && *other_from < to;
        let covers = placed.iter().filter(together).any(|(.., other)| interaction.layout.covers(*other));
        let is_taken = |edge: Edge| placed.iter().filter(together).any(|(.., other)| other.edge() == Some(edge));
        let layout = match interaction.layout.edge() {
            // A row at the edge where nothing stands in its way, if there is one.
            Some(edge) if covers && is_taken(edge) && !is_taken(edge.other()) => Layout::Banner { edge: edge.other() },
            Some(_) if covers => interaction.layout.banner(),
            _ => interaction.layout,
        };
        placed.push((from, to, layout));
        let (class, style) = layout.place();
        let skip = interaction.skip.allowed && !interaction.is_required();
        Cue {
            id: interaction.id.to_string(),
            kind: interaction.spec.name(),
            name: fill(&interaction.spec.kind().title()),
            at: interaction.at,
            from,
            stays: moment.stays_ms,
            pause: moment.pause,
            gate: moment.gate,
            skip: skip.then_some((interaction.skip.after_s * 1000.0) as i64),
            skip_label: interaction.skip.label.clone(),
            once: moment.once,
            once_ever: interaction.is_once_ever(),
            seen: false,
            answered: false,
            skip_if_known: moment.skip_if_known,
            settles: moment.settles,
            middle: moment.middle,
            class,
            style,
        }
    };
    all.into_iter().map(cue).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{parsed, stored};
    use super::*;

    #[test]
    fn a_sheet_of_cues_ends_no_element() {
        let mut json = stored();
        json["spec"]["label"] = "</script><b>".into();
        let cues = cues(&[parsed(json)], 75_000, str::to_owned);
        let sheet = CueSheet::new(&cues);
        assert!(!sheet.as_str().contains(['<', '>']) && !sheet.is_empty());
        let read: serde_json::Value = serde_json::from_str(sheet.as_str()).expect("JSON");
        assert_eq!(read[0]["name"], "</script><b>");
        assert!(CueSheet::new(&[]).is_empty());
    }

    #[test]
    fn a_player_gets_the_moment_and_no_settings() {
        let cues = cues(&[parsed(stored())], 75_000, str::to_owned);
        assert_eq!((cues[0].from, cues[0].stays), (20_000, Some(8_000)));
        let text = serde_json::to_string(&cues).expect("JSON");
        assert!(!text.contains("example.com") && !text.contains("minutes") && !text.contains("gate"));
    }

    #[test]
    fn an_overlay_that_would_cover_an_earlier_one_becomes_a_banner() {
        let mut later = stored();
        later["at"] = serde_json::json!({"s": 22});
        let mut after = stored();
        after["at"] = serde_json::json!({"s": 40});
        let all = [parsed(after), parsed(stored()), parsed(later)];
        let classes: Vec<&str> = cues(&all, 75_000, str::to_owned).iter().map(|cue| cue.class).collect();
        assert_eq!(classes, ["overlay low", "banner", "overlay low"]);
    }

    #[test]
    fn a_required_gate_has_no_skip() {
        let mut json = stored();
        json["skip"] = serde_json::json!({"after_s": 5});
        assert_eq!(cues(&[parsed(json.clone())], 75_000, str::to_owned)[0].skip, Some(5_000));
        json["gate"] = "required".into();
        let cue = &cues(&[parsed(json)], 75_000, str::to_owned)[0];
        assert_eq!((cue.skip, cue.stays), (None, Some(8_000)));
        assert!(cue.settles, "once it is passed it goes: nothing else would take it off the frame");
    }
}
