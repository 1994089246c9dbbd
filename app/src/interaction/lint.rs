//! What an author had better look at: nothing that is wrong, only what viewers may miss or trip over.

use super::{Action, At, Gate, Interaction, Layout, Spec, cue::in_order};
use uuid::Uuid;

/// Something about one interaction, by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub interaction: Uuid,
    /// The other one, where it takes two.
    pub with: Option<Uuid>,
    pub field: String,
    pub message: String,
}

/// The warnings of a timeline; `duration_ms` is the video's length, where it is known.
pub fn lint<'a>(timeline: impl IntoIterator<Item = &'a Interaction>, duration_ms: Option<i64>) -> Vec<Warning> {
    let all = in_order(timeline, duration_ms.unwrap_or(i64::MAX / 2));
    let mut warnings = Vec::new();
    for (i, one) in all.iter().enumerate() {
        let alone =
            |field: &str, message: String| Warning { interaction: one.id, with: None, field: field.into(), message };
        warnings.extend(one.spec.kind().warnings().into_iter().map(|flaw| alone(&flaw.field, flaw.message)));
        if one.is_required() && one.at == At::Before && !one.withholds_media() {
            warnings.push(alone(
                "gate",
                "holds in the player only; a form or a poll keeps the media themselves back".into(),
            ));
        }
        if let Some(duration) = duration_ms {
            warnings.extend(outside(one, duration).map(|(field, message)| alone(field, message)));
            warnings.extend(leaps(one, duration).into_iter().map(|field| alone(&field, past_the_end(duration))));
        }
        let meets = |other: &&&Interaction| meet(other, one, duration_ms);
        if let Some((other, message)) = all[..i].iter().find(meets).map(|other| (other, collide(other, one))) {
            warnings.push(Warning { with: Some(other.id), ..alone("at", message) });
        }
    }
    warnings
}

fn past_the_end(duration: i64) -> String {
    format!("is past the end of the video ({} s)", duration as f64 / 1000.0)
}

/// What never comes up, or not where its author thinks.
fn outside(one: &Interaction, duration: i64) -> Option<(&'static str, String)> {
    match one.at {
        At::S(s) if s * 1000.0 >= duration as f64 => {
            Some(("at.s", format!("{}: it never comes up", past_the_end(duration))))
        }
        At::FromEndS(s) if s * 1000.0 > duration as f64 => {
            Some(("at.from_end_s", "is more than the whole video: it comes up at the start".into()))
        }
        At::Pct(100.0) => Some(("at.pct", "is the very end: \"end\" stays on the frame".into())),
        At::S(_) | At::Pct(_) | At::FromEndS(_) | At::Before | At::End => None,
    }
}

/// The fields that lead past the end of the video.
fn leaps(one: &Interaction, duration: i64) -> Vec<String> {
    let is_past = |s: f64| s * 1000.0 >= duration as f64;
    if let Spec::Annotation(annotation) = &one.spec {
        return annotation.seek_to_s.filter(|s| is_past(*s)).map(|_| "spec.seek_to_s".into()).into_iter().collect();
    }
    let leap = |(field, action): (String, &Action)| match action {
        Action::Seek { seek_s } if is_past(*seek_s) => Some(format!("{field}.seek_s")),
        Action::Link { .. } | Action::Seek { .. } | Action::PlayVideo { .. } => None,
    };
    one.spec.kind().actions().into_iter().filter_map(leap).collect()
}

/// When it stands on the frame, in milliseconds of media time. What holds playback holds its own time too.
fn span(one: &Interaction, duration_ms: Option<i64>) -> (i64, i64) {
    let from = one.at.starts_ms(duration_ms.unwrap_or(i64::MAX / 2));
    let moment = one.moment();
    let holds = moment.pause || moment.gate != Gate::None;
    let stays = if holds { Some(1) } else { moment.stays_ms };
    (from, stays.map_or(i64::MAX, |stays| from.saturating_add(stays.max(1))))
}

/// Do two stand in each other's way? `one` comes up with `other` or after it.
fn meet(other: &Interaction, one: &Interaction, duration_ms: Option<i64>) -> bool {
    let stage = |at: At| match at {
        At::Before => 0,
        At::S(_) | At::Pct(_) | At::FromEndS(_) => 1,
        At::End => 2,
    };
    // What is placed from the end can't be compared with what is placed from the start.
    let comparable = duration_ms.is_some() || std::mem::discriminant(&one.at) == std::mem::discriminant(&other.at);
    let ((from, to), (other_from, other_to)) = (span(one, duration_ms), span(other, duration_ms));
    let together = stage(one.at) == stage(other.at) && from < other_to && other_from < to;
    let middle = |layout| matches!(layout, Layout::Modal | Layout::Card);
    let edge = |layout| match layout {
        Layout::Banner { edge } => Some(edge),
        Layout::Overlay { .. } | Layout::Modal | Layout::Card => None,
    };
    let same_place = one.layout.covers(other.layout)
        || middle(one.layout) && middle(other.layout)
        || edge(one.layout).is_some() && edge(one.layout) == edge(other.layout);
    comparable && together && same_place
}

fn collide(other: &Interaction, one: &Interaction) -> String {
    let title: String = other.spec.kind().title().chars().take(60).collect();
    let then = match one.layout {
        Layout::Overlay { .. } => "it becomes a banner",
        Layout::Banner { .. } => "they share the edge",
        Layout::Modal | Layout::Card => "it waits until that is done with",
    };
    format!("overlaps \"{title}\" in time and place: {then}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn cta(id: u128, change: Value) -> Interaction {
        let mut value = json!({
            "id": Uuid::from_u128(id), "kind": "cta", "at": {"s": 10}, "layout": "modal",
            "spec": {"label": format!("Go {id}"), "action": {"seek_s": 3}}
        });
        for (name, part) in change.as_object().expect("fields") {
            value[name] = part.clone();
        }
        serde_json::from_value(value).expect("an interaction")
    }

    fn fields(timeline: &[Interaction]) -> Vec<(u128, String)> {
        let warnings = lint(timeline, Some(60_000));
        warnings.into_iter().map(|w| (w.interaction.as_u128(), w.field)).collect()
    }

    #[test]
    fn a_good_timeline_has_no_warnings() {
        let timeline = [cta(1, json!({})), cta(2, json!({"at": {"s": 18}})), cta(3, json!({"at": "end"}))];
        assert_eq!(lint(&timeline, Some(60_000)), []);
    }

    #[test]
    fn what_overlaps_is_named_with_what_it_overlaps() {
        let timeline = [cta(1, json!({})), cta(2, json!({"at": {"pct": 20}}))];
        let [warning] = lint(&timeline, Some(60_000)).try_into().expect("one warning");
        assert_eq!((warning.interaction.as_u128(), warning.with.map(|id| id.as_u128())), (2, Some(1)));
        assert_eq!(warning.message, "overlaps \"Go 1\" in time and place: it waits until that is done with");
        assert_eq!(lint(&timeline, None), [], "percent of an unknown length can't be compared");
        let side = json!({"layout": {"overlay": {"x": 0, "y": 0, "w": 20, "h": 20}}});
        assert_eq!(lint(&[cta(1, json!({})), cta(2, side)], Some(60_000)), [], "another place");
    }

    #[test]
    fn what_holds_playback_stands_in_nobody_s_way() {
        let holding = cta(1, json!({"pause": true, "duration_s": 30}));
        assert_eq!(fields(&[holding.clone(), cta(2, json!({"at": {"s": 11}}))]), []);
        assert_eq!(fields(&[holding, cta(2, json!({}))]), [(2, "at".into())]);
    }

    #[test]
    fn what_lies_outside_the_video_is_named() {
        let timeline = [
            cta(1, json!({"at": {"s": 60}})),
            cta(2, json!({"at": {"from_end_s": 61}})),
            cta(3, json!({"at": {"s": 30}, "spec": {"label": "x", "action": {"seek_s": 99}}})),
        ];
        let mut found = fields(&timeline);
        found.sort();
        let expected = [(1, "at.s"), (2, "at.from_end_s"), (3, "spec.action.seek_s")];
        assert_eq!(found, expected.map(|(id, field)| (id, field.to_owned())));
    }

    #[test]
    fn a_click_before_the_video_is_a_weak_gate() {
        let gate = cta(1, json!({"at": "before", "gate": "required"}));
        assert_eq!(fields(&[gate]), [(1, "gate".into())]);
    }

    #[test]
    fn pictures_without_words_and_forms_without_consent_are_named() {
        let picture = json!({"label": "x", "action": {"seek_s": 1}, "image": {"src": "https://example.com/a.png"}});
        let form = json!({"title": "Hi", "fields": [{"name": "email", "type": "email", "label": "E-mail"}]});
        let timeline =
            [cta(1, json!({"spec": picture})), cta(2, json!({"at": "end", "kind": "lead_form", "spec": form}))];
        assert_eq!(fields(&timeline), [(1, "spec.image.alt".into()), (2, "spec.fields".into())]);
    }
}
