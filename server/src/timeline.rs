//! The timeline of a video as one viewer gets it: without what they need not see, with their name in it.

use crate::{
    access::signed,
    catalogue::Published,
    grant,
    history::History,
    identity::{Origin, Viewer},
    keys::Keys,
    state::State,
    store,
};
use app::{
    engage::Surface,
    error::Flaw,
    interaction::{At, CueSheet, Interaction, Named, Showing, cues, text},
    talk::form::Draft,
    words::Lang,
};
use serde_json::{Map, Value};
use std::collections::HashSet;
use url::form_urlencoded;
use uuid::Uuid;

/// What an address says of the way here, where no script remembers it.
pub struct Way {
    /// What was answered, by our own word.
    pub granted: HashSet<Uuid>,
    skipped: HashSet<Uuid>,
    /// The query for the way on: what was answered and skipped, and what the page was asked for.
    pub carry: String,
}

/// The longest query that is carried on, in bytes.
const CARRIED: usize = 4_000;

impl Way {
    pub fn read(keys: &Keys, video_id: i64, query: &str, now: i64) -> Self {
        let mut way = Self { granted: HashSet::new(), skipped: HashSet::new(), carry: String::new() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "embed" => continue,
                "g" => match grant::verify(&value, keys, video_id, now) {
                    Some(id) => drop(way.granted.insert(id)),
                    None => continue,
                },
                "skip" => match value.parse() {
                    Ok(id) => drop(way.skipped.insert(id)),
                    Err(_) => continue,
                },
                _ => {}
            }
            way.add(&name, &value);
        }
        way
    }

    /// It was answered just now.
    pub fn grant(&mut self, keys: &Keys, video_id: i64, id: Uuid, now: i64) {
        if self.granted.insert(id) {
            self.add("g", &grant::signed(keys, video_id, id, now));
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        if self.carry.len() + name.len() + 3 * value.len() < CARRIED {
            let carry = std::mem::take(&mut self.carry);
            self.carry = form_urlencoded::Serializer::new(carry).append_pair(name, value).finish();
        }
    }
}

/// Who asks, as far as a timeline cares.
pub struct Person {
    pub viewer_id: Uuid,
    pub named: Named,
    /// More than one network and one browser on one day: what they answered elsewhere counts.
    pub is_lasting: bool,
}

impl From<&Viewer> for Person {
    fn from(viewer: &Viewer) -> Self {
        let Viewer { email, name, first_name, last_name, phone, .. } = viewer.clone();
        let named = Named { email, name, first_name, last_name, phone };
        Self { viewer_id: viewer.id, named, is_lasting: viewer.origin != Origin::Daily }
    }
}

/// What a form without a script brought with it, when it was not taken.
#[derive(Default)]
pub struct Visit {
    /// What was just answered.
    pub granted: Vec<Uuid>,
    pub at: Option<Uuid>,
    pub flaws: Vec<Flaw>,
    pub given: Map<String, Value>,
    /// What a viewer had written for the talk below, when something was wrong with it.
    pub draft: Option<Draft>,
}

/// The timeline for one viewer.
pub struct Mine {
    pub cues: CueSheet,
    /// What stands in the page itself, before the video.
    pub before: Vec<(Interaction, Showing)>,
    /// What needs no answer any more.
    pub grants: Vec<Uuid>,
    /// A gate before the video keeps the media back.
    pub withholds_media: bool,
}

/// Where it is shown.
#[derive(Clone, Copy)]
pub struct Place {
    pub surface: Surface,
    pub lang: Lang,
    pub session: Uuid,
    pub now: i64,
}

/// The timeline for `person`, who asked with this query.
pub async fn of(
    state: &State,
    published: &Published,
    person: &Person,
    query: &str,
    visit: Visit,
    place: Place,
) -> store::Result<Mine> {
    let video = &published.video;
    let mut way = Way::read(&state.keys, video.id, query, place.now);
    for id in &visit.granted {
        way.grant(&state.keys, video.id, *id, place.now);
    }
    let history = History::of(state, published, person).await?;
    let known = person.named.email.is_some();
    let is_done = |one: &Interaction| {
        let answered = way.granted.contains(&one.id) || history.is_over(one);
        answered || known && one.skip_if_known || way.skipped.contains(&one.id) && !one.is_required()
    };
    let (done, left): (Vec<&Interaction>, Vec<&Interaction>) = published.timeline.iter().partition(|one| is_done(one));
    let base = signed::base(&state.keys, video, place.now);
    let fill = |text: &str| text::fill(text, &person.named);
    let showing = |one: &Interaction| Showing {
        flaws: visit.flaws.clone().into_iter().filter(|_| visit.at == Some(one.id)).collect(),
        given: if visit.at == Some(one.id) { visit.given.clone() } else { Map::new() },
        carry: way.carry.clone(),
        ..showing(published, one.id, person, place, &base)
    };
    let is_past = |one: &Interaction| history.is_past(one);
    let is_stranger = done.is_empty() && person.named == Named::default() && !left.iter().any(|one| is_past(one));
    let own = || {
        let mut cues = cues(left.iter().copied(), video.duration_ms.unwrap_or(0), fill);
        history.mark(published, &mut cues);
        CueSheet::new(&cues)
    };
    let before = left.iter().filter(|one| one.at == At::Before && !is_past(one));
    Ok(Mine {
        cues: match is_stranger {
            true => published.cues_for_strangers(),
            false => own(),
        },
        before: before.map(|one| ((*one).clone(), showing(one))).collect(),
        grants: done.iter().filter(|one| one.is_required()).map(|one| one.id).collect(),
        withholds_media: left.iter().any(|one| one.withholds_media()),
    })
}

/// Where and to whom one interaction is shown; `media` stands before the names of the video's files.
pub fn showing(published: &Published, id: Uuid, person: &Person, place: Place, media: &str) -> Showing {
    Showing {
        id,
        video_id: published.video.id,
        token: published.video.token.clone(),
        media: media.to_owned(),
        surface: place.surface,
        lang: place.lang,
        viewer: person.named.clone(),
        session: place.session,
        flaws: Vec::new(),
        given: Map::new(),
        carry: String::new(),
    }
}
