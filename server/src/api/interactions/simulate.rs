//! `POST …/interactions/simulate`: a timeline gone through without a browser, by the very rules of the player.

use super::{all, body::Timeline as Body, wish::pointer};
use crate::{
    api::{caller::Caller, videos},
    reply::Reply,
    state::State,
    store::interactions::Stored,
};
use app::{
    error::{ApiError, Flaw},
    interaction::{At, Interaction, Spec, cue::in_order, lead_form::CONTACT},
    player::timeline::Timeline,
};
use axum::{
    Json,
    extract::{self, Path},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Events that one simulation may have.
const EVENTS: usize = 500;
/// How often a player looks at its clock, in milliseconds of media time.
const STEP_MS: i64 = 250;

/// What a viewer does, or the video does by itself.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    Play,
    Pause,
    /// Playback goes on to here, unless something holds it.
    Time {
        to_s: f64,
    },
    Seek {
        to_s: f64,
    },
    Answer {
        interaction: Uuid,
    },
    Skip {
        interaction: Uuid,
    },
    /// From the list of interactions.
    Open {
        interaction: Uuid,
    },
    Ended,
}

pub async fn simulate(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    let stored = all(&state, &video).await?;
    let flag = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| Flaw::new(pointer("", name), "must be true or false")),
    };
    let mut flaws = Vec::new();
    let known = flag("known").unwrap_or_else(|flaw| {
        flaws.push(flaw);
        false
    });
    let drafts = flag("draft").unwrap_or_else(|flaw| {
        flaws.push(flaw);
        false
    });
    let version = |one: &Stored| if drafts { Some(one.newest.clone()) } else { one.published().cloned() };
    let timeline: Vec<Interaction> = stored.iter().filter_map(version).collect();
    let events = read(body.get("events"), &timeline, &mut flaws);
    let duration = video.duration_ms.unwrap_or_else(|| {
        flaws.push(Flaw::new("", "the video's length is not known yet"));
        0
    });
    if !flaws.is_empty() {
        return Err(ApiError::flawed(flaws).into());
    }
    // It may take a while: nobody else should wait for it.
    let run = tokio::task::spawn_blocking(move || Player::new(&timeline, duration, known).run(events));
    Ok(Json(run.await.map_err(|_| ApiError::internal())?))
}

/// The events; what is wrong with them goes to `flaws`, by pointer.
fn read(events: Option<&Value>, timeline: &[Interaction], flaws: &mut Vec<Flaw>) -> Vec<Event> {
    let Some(Value::Array(list)) = events else {
        flaws.push(Flaw::new("/events", "must be a list of events"));
        return Vec::new();
    };
    if list.len() > EVENTS {
        flaws.push(Flaw::new("/events", format!("may have at most {EVENTS} events")));
        return Vec::new();
    }
    let mut read = Vec::with_capacity(list.len());
    for (i, value) in list.iter().enumerate() {
        let at = |field: &str| pointer(&format!("/events/{i}"), field);
        match serde_json::from_value(value.clone()) {
            Ok(Event::Time { to_s } | Event::Seek { to_s }) if !(0.0..=86_400.0).contains(&to_s) => {
                flaws.push(Flaw::new(at("to_s"), "must be between 0 and 86400"));
            }
            Ok(Event::Answer { interaction } | Event::Skip { interaction } | Event::Open { interaction })
                if !timeline.iter().any(|one| one.id == interaction) =>
            {
                flaws.push(Flaw::new(at("interaction"), "is not on this timeline"));
            }
            Ok(event) => read.push(event),
            Err(error) => flaws.push(Flaw::new(at(""), error.to_string().chars().take(200).collect::<String>())),
        }
    }
    read
}

/// What the player's stage does, without a stage.
struct Player<'a> {
    all: Vec<&'a Interaction>,
    timeline: Timeline,
    duration: i64,
    paused: bool,
    /// Playback goes on once nothing holds it.
    resumes: bool,
}

impl<'a> Player<'a> {
    fn new(timeline: &'a [Interaction], duration: i64, known: bool) -> Self {
        let all = in_order(timeline, duration);
        let mut timeline = Timeline::new(all.iter().map(|one| one.moment()).collect(), duration);
        if known {
            timeline.knows_viewer();
        }
        Self { all, timeline, duration, paused: true, resumes: false }
    }

    fn run(mut self, events: Vec<Event>) -> Value {
        let start = self.state();
        let after: Vec<Value> = events
            .into_iter()
            .map(|event| {
                let allowed = self.hear(&event);
                let mut state = self.state();
                if !allowed {
                    state["refused"] = true.into();
                }
                state
            })
            .collect();
        json!({ "start": start, "events": after })
    }

    /// False when that was not allowed.
    fn hear(&mut self, event: &Event) -> bool {
        let allowed = match event {
            Event::Play => {
                self.paused = false;
                if !self.timeline.play() {
                    self.resumes = true;
                }
                true
            }
            Event::Pause => {
                (self.paused, self.resumes) = (true, false);
                true
            }
            Event::Time { to_s } => {
                self.plays_to(ms(*to_s).min(self.duration));
                true
            }
            Event::Seek { to_s } => {
                let to = ms(*to_s).min(self.duration);
                self.timeline.seek(to) == to
            }
            Event::Answer { interaction } => {
                let i = self.place(*interaction);
                self.timeline.answered(i);
                if self.makes_known(i) {
                    self.timeline.knows_viewer();
                }
                true
            }
            Event::Skip { interaction } => {
                let i = self.place(*interaction);
                self.all[i].skip.allowed && self.timeline.skipped(i)
            }
            Event::Open { interaction } => {
                self.timeline.open(self.place(*interaction));
                true
            }
            Event::Ended => {
                self.plays_to(self.duration);
                let arrives = !self.paused;
                if arrives {
                    self.timeline.ends();
                    self.paused = true;
                }
                arrives
            }
        };
        self.settle();
        allowed
    }

    /// Plays on in steps. Those in which nothing begins or ends are taken at once.
    fn plays_to(&mut self, to: i64) {
        while !self.paused && self.timeline.position() < to {
            let at = self.timeline.position();
            let next = self.next_change(at).map_or(to, |change| at + (change - at + STEP_MS - 1) / STEP_MS * STEP_MS);
            let wanted = next.max(at + 1).min(to);
            let came = self.timeline.runs(wanted);
            self.settle();
            if came < wanted {
                break;
            }
        }
    }

    /// The next moment after `at` at which something begins or ends.
    fn next_change(&self, at: i64) -> Option<i64> {
        let edges = self.all.iter().enumerate().filter(|(_, one)| !matches!(one.at, At::Before | At::End));
        let edges = edges.flat_map(|(i, one)| {
            let from = self.timeline.from(i);
            [Some(from), one.moment().stays_ms.map(|stays| from.saturating_add(stays))]
        });
        edges.flatten().filter(|edge| *edge > at).min()
    }

    /// What holds pauses; what was held plays on.
    fn settle(&mut self) {
        let held = self.timeline.is_held();
        if held && !self.paused {
            (self.paused, self.resumes) = (true, true);
        }
        if !held && std::mem::take(&mut self.resumes) && self.paused {
            self.paused = !self.timeline.play();
        }
    }

    fn makes_known(&self, i: usize) -> bool {
        match &self.all[i].spec {
            Spec::LeadForm(form) => form.fields.iter().any(|field| CONTACT.contains(&field.name.as_str())),
            Spec::Annotation(_) | Spec::Cta(_) | Spec::Poll(_) | Spec::EndScreen(_) => false,
        }
    }

    fn place(&self, id: Uuid) -> usize {
        self.all.iter().position(|one| one.id == id).unwrap_or_default()
    }

    fn state(&self) -> Value {
        let ids = |places: &mut dyn Iterator<Item = usize>| places.map(|i| self.all[i].id).collect::<Vec<Uuid>>();
        json!({
            "position_s": self.timeline.position() as f64 / 1000.0,
            "showing": ids(&mut self.timeline.showing().iter().copied()),
            "holding": ids(&mut (0..self.all.len()).filter(|i| self.timeline.holds(*i))),
            "paused": self.paused,
        })
    }
}

fn ms(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cta(id: u128, change: Value) -> Interaction {
        let mut value = json!({
            "id": Uuid::from_u128(id), "kind": "cta", "at": {"s": 10}, "layout": "modal", "duration_s": 5,
            "spec": {"label": "Go", "action": {"seek_s": 3}}
        });
        for (name, part) in change.as_object().expect("fields") {
            value[name] = part.clone();
        }
        serde_json::from_value(value).expect("an interaction")
    }

    fn run(timeline: &[Interaction], events: Value) -> Vec<(f64, usize, usize, bool)> {
        let mut flaws = Vec::new();
        let events = read(Some(&events), timeline, &mut flaws);
        assert_eq!(flaws, []);
        let answer = Player::new(timeline, 60_000, false).run(events);
        let count = |state: &Value, name: &str| state[name].as_array().expect("a list").len();
        let brief = |state: &Value| {
            let position = state["position_s"].as_f64().expect("a number");
            (position, count(state, "showing"), count(state, "holding"), state["paused"] == true)
        };
        answer["events"].as_array().expect("a list").iter().map(brief).collect()
    }

    #[test]
    fn playback_passes_what_does_not_hold_it() {
        let events = json!([{"type": "play"}, {"type": "time", "to_s": 12}, {"type": "time", "to_s": 15.1}]);
        assert_eq!(run(&[cta(1, json!({}))], events), [(0.0, 0, 0, false), (12.0, 1, 0, false), (15.1, 0, 0, false)]);
    }

    #[test]
    fn a_gate_holds_until_its_answer_and_no_seek_passes_it() {
        let id = Uuid::from_u128(1);
        let events = json!([
            {"type": "play"}, {"type": "time", "to_s": 30}, {"type": "seek", "to_s": 40}, {"type": "play"},
            {"type": "answer", "interaction": id}, {"type": "time", "to_s": 20}, {"type": "ended"}
        ]);
        assert_eq!(
            run(&[cta(1, json!({"gate": "required"}))], events),
            [
                (0.0, 0, 0, false),
                (10.0, 1, 1, true),
                (10.0, 1, 1, true),
                (10.0, 1, 1, true),
                (10.0, 0, 0, false),
                (20.0, 0, 0, false),
                (60.0, 0, 0, true)
            ]
        );
    }

    #[test]
    fn a_soft_gate_stops_within_one_step() {
        let events = json!([{"type": "play"}, {"type": "time", "to_s": 30}, {"type": "skip", "interaction": Uuid::from_u128(1)}]);
        let soft = cta(1, json!({"gate": "soft", "at": {"s": 10.1}}));
        assert_eq!(run(&[soft], events), [(0.0, 0, 0, false), (10.25, 1, 1, true), (10.25, 0, 0, false)]);
    }

    #[test]
    fn a_day_in_small_steps_is_soon_over() {
        let many: Vec<Interaction> = (0..100).map(|i| cta(i + 1, json!({"at": {"pct": i}, "duration_s": 1}))).collect();
        let events: Vec<Value> = (0..20)
            .map(|i| match i % 2 {
                0 => json!({"type": "seek", "to_s": 0}),
                _ => json!({"type": "time", "to_s": 86_400}),
            })
            .collect();
        let mut flaws = Vec::new();
        let events = read(Some(&json!(events)), &many, &mut flaws);
        let mut player = Player::new(&many, 86_400_000, false);
        player.hear(&Event::Play);
        assert_eq!(player.run(events)["events"].as_array().map(Vec::len), Some(20));
    }
}
