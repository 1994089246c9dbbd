//! A video as the viewer of a page gets it.

use super::{Asked, door::watchable};
use crate::{
    access::signed,
    catalogue::Published,
    identity::{
        Pass,
        page::{Arrival, arrive},
    },
    state::{State, now},
    timeline::{self, Person, Place, Visit},
    visitor::Visitor,
};
use app::{
    engage::Surface,
    film::{Film, Sound, Track},
    interaction::{Interaction, Showing},
    page::closed::Closed,
    player::Options,
    theme,
};
use std::sync::Arc;
use uuid::Uuid;

/// A video that can be watched, as this viewer gets it.
pub struct Found {
    pub published: Arc<Published>,
    pub film: Film,
    pub before: Vec<(Interaction, Showing)>,
    /// Who came.
    pub arrival: Arrival,
}

/// The video of a token with what this viewer gets of it, or why it can't be watched.
pub async fn found(
    state: &State,
    token: String,
    asked: &Asked,
    surface: Surface,
    visit: Visit,
) -> Result<Found, Closed> {
    let published = watchable(state, token, asked, surface).await?;
    let unwell = |error| {
        crate::reply::storage(error);
        Closed::Unwell
    };
    let visitor = Visitor::new(asked.peer, &asked.headers, &state.config);
    let arrival = arrive(state, &visitor, &asked.query, surface, &published, now()).await.map_err(unwell)?;
    let film = film(state, &published, asked, surface, visit, &arrival).await;
    let (film, before) = film.map_err(unwell)?;
    Ok(Found { published, film, before, arrival })
}

async fn film(
    state: &State,
    published: &Published,
    asked: &Asked,
    surface: Surface,
    visit: Visit,
    arrival: &Arrival,
) -> crate::store::Result<(Film, Vec<(Interaction, Showing)>)> {
    let (video, now) = (&published.video, now());
    let person = Person::from(&arrival.viewer);
    let place = Place { surface, lang: asked.lang, session: Uuid::now_v7(), now };
    let mine = timeline::of(state, published, &person, &asked.query, visit, place).await?;
    let given = |text: Option<String>| text.filter(|_| !mine.withholds_media);
    let base = signed::base(&state.keys, video, now);
    let file = |name: &str| format!("{base}{name}");
    let pass = arrival.pass.clone().map(|pass| Pass { grants: mine.grants, ..pass }.signed(&state.keys));
    let mut settings = video.settings.clone();
    // An embedder's colour comes before the owner's, if it can be seen.
    if let Some(accent) = Options::read(&asked.query).color.as_deref().and_then(theme::nearest_accent) {
        settings.theme.accent = Some(accent);
    }
    let tracks = video.files.captions.iter().map(|track| Track { src: file(&track.src), ..track.clone() });
    let sounds = video.files.sounds.iter().map(|sound| Sound { src: file(&sound.src), ..sound.clone() });
    let film = Film {
        video_id: video.id,
        token: video.token.clone(),
        title: video.title.clone(),
        description: video.description.clone(),
        duration_ms: video.duration_ms.unwrap_or(0),
        width: u32::try_from(video.width).unwrap_or(0),
        height: u32::try_from(video.height).unwrap_or(0),
        src: given(video.files.media.as_deref().map(file)).unwrap_or_default(),
        stream: given(video.files.stream.as_deref().map(file)),
        sounds: sounds.filter(|_| !mine.withholds_media).collect(),
        poster: signed::poster(&state.keys, video, now),
        captions: tracks.collect(),
        chapters: video.files.chapters.as_deref().map(file),
        storyboard: video.files.storyboard.as_deref().map(file),
        settings,
        timeline: mine.cues,
        renews: video.is_signed(),
        pass: pass.unwrap_or_default(),
    };
    Ok((film, mine.before))
}
