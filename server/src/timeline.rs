//! The timeline of a video as one viewer gets it: without what they need not see, with their name in it.

use crate::{
    catalogue::Published,
    grant,
    identity::{Origin, Viewer},
    state::State,
    store::{self, answers},
};
use app::{
    engage::Surface,
    error::Flaw,
    interaction::{At, Cue, Frequency, Interaction, Named, Showing, cues, text},
    talk::form::Draft,
    words::Lang,
};
use serde_json::{Map, Value};
use std::collections::HashSet;
use url::form_urlencoded;
use uuid::Uuid;

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
    pub cues: Vec<Cue>,
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
    let mut granted: HashSet<Uuid> = visit.granted.iter().copied().collect();
    let mut skipped = HashSet::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "g" => granted.extend(grant::verify(&value, &state.keys, video.id, place.now)),
            "skip" => skipped.extend(value.parse::<Uuid>()),
            _ => {}
        }
    }
    let remembers = |one: &&Interaction| one.is_required() || one.frequency == Frequency::OncePerViewer;
    if person.is_lasting && published.timeline.iter().any(|one| remembers(&one)) {
        let mut reader = state.store.reader().await?;
        granted.extend(answers::by_viewer(reader.conn(), video.account_id, video.id, person.viewer_id).await?);
    }
    let known = person.named.email.is_some();
    let is_done = |one: &Interaction| {
        let answered = granted.contains(&one.id) && remembers(&one);
        answered || known && one.skip_if_known || skipped.contains(&one.id) && !one.is_required()
    };
    let (done, left): (Vec<&Interaction>, Vec<&Interaction>) = published.timeline.iter().partition(|one| is_done(one));
    let fill = |text: &str| text::fill(text, &person.named);
    let showing = |one: &Interaction| Showing {
        flaws: visit.flaws.clone().into_iter().filter(|_| visit.at == Some(one.id)).collect(),
        given: if visit.at == Some(one.id) { visit.given.clone() } else { Map::new() },
        ..showing(published, one.id, person, place)
    };
    Ok(Mine {
        cues: cues(left.iter().copied(), video.duration_ms.unwrap_or(0), fill),
        before: left.iter().filter(|one| one.at == At::Before).map(|one| ((*one).clone(), showing(one))).collect(),
        grants: done.iter().filter(|one| one.is_required()).map(|one| one.id).collect(),
        withholds_media: left.iter().any(|one| one.withholds_media()),
    })
}

/// Where and to whom one interaction is shown.
pub fn showing(published: &Published, id: Uuid, person: &Person, place: Place) -> Showing {
    Showing {
        id,
        video_id: published.video.id,
        token: published.video.token.clone(),
        surface: place.surface,
        lang: place.lang,
        viewer: person.named.clone(),
        session: place.session,
        flaws: Vec::new(),
        given: Map::new(),
    }
}
