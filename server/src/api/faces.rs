//! What interactions look like, and what viewers do with them where no script runs.

use crate::{
    access::{self, Knock, signed},
    catalogue::Published,
    engine,
    history::History,
    identity::{
        Origin, Pass, Viewer,
        page::{arrive, of_pass},
    },
    page::{self, Asked},
    reply::{self, Reply},
    results,
    state::{State, now},
    store::{entries, viewers, views},
    timeline::{self, Person, Place, Visit, Way},
    visitor::Visitor,
};
use app::{
    engage::{Batch, Surface},
    error::{ApiError, Flaw},
    ids::Token,
    interaction::{Showing, Spec, card, lead_form::FASTEST_MS},
    words::Word,
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State as Shared},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use uuid::Uuid;

#[derive(Deserialize)]
pub struct How {
    #[serde(default)]
    on: String,
    /// The view, once the host page has said who watches.
    s: Option<Uuid>,
}

/// `POST /video/faces/{token}`: every interaction of the timeline as HTML, for the viewer of the pass that
/// is the body. Players fetch it a little before the first one is needed.
pub async fn faces(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    Query(how): Query<How>,
    asked: Asked,
    pass: String,
) -> Result<Response, Reply> {
    let published = published(&state, token).await?;
    let knock = Knock { headers: &asked.headers, query: asked.query(), pass: Some(&pass) };
    access::admit(&state, &published.video, &knock, now()).await?;
    let pass = Pass::verify(&pass, &state.keys, now()).filter(|pass| pass.video.as_str() == published.video.token);
    // What it shows is what it is answered by.
    let published = state.catalogue.as_shown(published, pass.as_ref().map(|pass| pass.timeline_version)).await?;
    let mut person = person(&state, &published, pass.as_ref()).await?;
    // The pass is from before that.
    if let (Some(view_id), Some(_)) = (how.s, &pass) {
        let account_id = published.video.account_id;
        let mut reader = state.store.reader().await?;
        if let Some(view) = views::by_id(reader.conn(), account_id, view_id).await?
            && view.video_id == published.video.id
            && let Some(contact) = viewers::contact(reader.conn(), account_id, view.viewer_id).await?
        {
            person = Person::from(&Viewer::new(view.viewer_id, contact));
        }
    }
    let surface = if how.on == "embed" { Surface::Embed } else { Surface::Play };
    let place = Place { surface, lang: asked.lang(), session: Uuid::nil(), now: now() };
    let base = signed::base(&state.keys, &published.video, place.now);
    let mut picked = History::of(&state, &published, &person).await?.picked(&state, &published).await?;
    let html = Owner::new().with(|| {
        let cards = published.timeline.iter().map(|one| {
            let given = picked.remove(&one.id).unwrap_or_default();
            let showing = timeline::showing(&published, one.id, &person, place, &base);
            card(one, &Showing { given, ..showing }, None).to_html()
        });
        cards.collect::<String>()
    });
    let headers = [(header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, Html(format!("<!doctype html><title>-</title><body>{html}"))).into_response())
}

/// Who a pass was given to; nobody in particular without one.
async fn person(state: &State, published: &Published, pass: Option<&Pass>) -> Result<Person, Reply> {
    let viewer = match pass {
        Some(pass) => of_pass(state, published.video.account_id, pass).await?,
        None => Viewer::anonymous(Uuid::nil()),
    };
    Ok(Person::from(&viewer))
}

#[derive(Deserialize)]
pub struct Whose {
    s: Uuid,
    pass: Option<String>,
}

/// `GET /video/results/{token}/{interaction}?s=`: how a poll stands, for a view that has answered it, or whose viewer
/// has, and may see it by now; else 204.
pub async fn results(
    Shared(state): Shared<State>,
    Path((token, id)): Path<(String, Uuid)>,
    Query(Whose { s: view_id, pass }): Query<Whose>,
    headers: HeaderMap,
) -> Result<Response, Reply> {
    let published = published(&state, token).await?;
    let knock = Knock { headers: &headers, query: "", pass: pass.as_deref() };
    access::admit(&state, &published.video, &knock, now()).await?;
    let pass = pass.as_deref().and_then(|text| Pass::verify(text, &state.keys, now()));
    let pass = pass.filter(|pass| pass.video.as_str() == published.video.token);
    let published = state.catalogue.as_shown(published, pass.as_ref().map(|pass| pass.timeline_version)).await?;
    let mut reader = state.store.reader().await?;
    let account_id = published.video.account_id;
    let view = views::by_id(reader.conn(), account_id, view_id).await?;
    let viewer_id = view.as_ref().map(|view| view.viewer_id).filter(|id| Origin::of(*id) != Origin::Daily);
    let ended = match view {
        Some(view) if view.percent >= 90 || view.closed_at.is_some() => true,
        _ => entries::has_kind(reader.conn(), account_id, view_id, "ended").await?,
    };
    drop(reader);
    let standing = results::standing(&state, &published, id, (view_id, viewer_id), ended).await?;
    let no_store = [(header::CACHE_CONTROL, "private, no-store")];
    Ok(match standing {
        Some(standing) => (no_store, Json(standing)).into_response(),
        None => (StatusCode::NO_CONTENT, no_store).into_response(),
    })
}

/// `POST /video/answer/{token}/{interaction}`: a form or poll where no script runs. The play page answers
/// with the way back to itself, the embed page with the page.
pub async fn answer(
    Shared(state): Shared<State>,
    Path((token, id)): Path<(String, String)>,
    Query(how): Query<Map<String, Value>>,
    headers: HeaderMap,
    asked: Asked,
    body: Bytes,
) -> Result<Response, Reply> {
    if super::engage::is_foreign(&headers, &state.config.public_url) {
        return Err(ApiError::forbidden("Answers come from our own pages only.").into());
    }
    if body.len() > app::engage::BATCH_BYTES {
        return Err(ApiError::too_large(app::engage::BATCH_BYTES).into());
    }
    let published = published(&state, token.clone()).await?;
    let knock = Knock { headers: &headers, query: asked.query(), pass: None };
    access::admit(&state, &published.video, &knock, now()).await?;
    let surface = if how.contains_key("embed") { Surface::Embed } else { Surface::Play };
    let id: Uuid = id.parse().map_err(|_| ApiError::not_found("interaction"))?;
    let place = published.timeline.iter().position(|one| one.id == id);
    let (seq, interaction) =
        place.map(|i| (i, &published.timeline[i])).ok_or_else(|| ApiError::not_found("interaction"))?;
    let form = Form::read(&body);
    let session = form.session.filter(|session| session.get_version_num() == 7);
    let session = session.ok_or_else(|| ApiError::invalid("s: the form must say which page it stood on"))?;
    let now = now();
    let opened = session.get_timestamp().map_or(0, |time| {
        let (seconds, nanos) = time.to_unix();
        seconds as i64 * 1_000 + i64::from(nanos / 1_000_000)
    });
    let mut flaws = Vec::new();
    if matches!(interaction.spec, Spec::LeadForm(_)) && now - opened < FASTEST_MS {
        flaws.push(Flaw::new("fields", asked.lang().say(Word::TooQuick)));
    }
    if flaws.is_empty() {
        let at = (now - opened).max(0);
        // Above the numbers that a player would give.
        let seq = 10_000 + 2 * seq;
        let events = vec![
            json!({ "seq": seq, "at": at, "type": "load", "surface": surface }),
            json!({ "seq": seq + 1, "at": at, "type": "answer", "interaction": id, "answer": form.answer(&interaction.spec) }),
        ];
        let visitor = Visitor::new(asked.peer(), &headers, &state.config);
        let pass = own_pass(&state, &visitor, asked.query(), surface, &published, now).await?;
        let batch = Batch { v: 1, session, video: token.clone(), pass, sent: now, events };
        let flood: Vec<_> = state.config.rate_limits.of_address(visitor.network()).into_iter().collect();
        engine::admit(&state, &flood, now).await?;
        let receipt = engine::record(state.clone(), visitor, batch, asked.lang(), now).await?;
        let again = asked.lang().say(Word::AlreadyAnswered);
        // Sent twice is sent.
        let refused = receipt.refused.into_iter().filter(|refusal| refusal.message != again);
        flaws.extend(refused.map(|refusal| Flaw::new(refusal.field, refusal.message)));
    }
    let visit = match (flaws.is_empty(), surface) {
        (true, Surface::Play) => {
            let mut way = Way::read(&state.keys, published.video.id, asked.query(), now);
            way.grant(&state.keys, published.video.id, id, now);
            let to = format!("/video/play/{token}?{}", way.carry);
            return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response());
        }
        (true, Surface::Embed) => Visit { granted: vec![id], ..Visit::default() },
        (false, _) => Visit { at: Some(id), flaws, given: form.fields, ..Visit::default() },
    };
    let failed = visit.at.is_some();
    let mut page = page::show(&state, token, asked, surface, visit).await;
    if failed && surface == Surface::Play && page.status() == StatusCode::OK {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// The pass that no script brings: of whoever was let in to a private video, or is recognised.
async fn own_pass(
    state: &State,
    visitor: &Visitor,
    query: &str,
    surface: Surface,
    published: &Published,
    now: i64,
) -> Result<Option<String>, Reply> {
    let arrival = arrive(state, visitor, query, surface, published, now).await?;
    // A browser that keeps no cookie would be somebody else each time.
    let is_known = match arrival.viewer.origin {
        Origin::Daily => false,
        Origin::Cookie => arrival.cookie.is_none(),
        Origin::Form | Origin::Link | Origin::Token => true,
    };
    let pass = arrival.pass.filter(|_| is_known || published.video.is_private());
    Ok(pass.map(|pass| pass.signed(&state.keys)))
}

/// The fields of a form as a browser sends them.
struct Form {
    session: Option<Uuid>,
    fields: Map<String, Value>,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let super::fields::Fields(mut fields) = super::fields::Fields::from_form(body);
        let session = fields.remove("s").and_then(|s| s.as_str()?.parse().ok());
        Self { session, fields }
    }

    /// The answer as a player would send it.
    fn answer(&self, spec: &Spec) -> Value {
        match spec {
            Spec::Poll(_) => match self.fields.get("choices") {
                Some(Value::Array(list)) => json!({ "choices": list }),
                Some(one) => json!({ "choices": [one] }),
                None => json!({ "choice": self.fields.get("choice") }),
            },
            Spec::LeadForm(_) => json!({ "fields": self.fields, "consent": self.fields.get("consent") }),
            Spec::Annotation(_) | Spec::Cta(_) | Spec::EndScreen(_) => json!({}),
        }
    }
}

async fn published(state: &State, token: String) -> Result<Arc<Published>, Reply> {
    let token = Token::try_from(token).map_err(|_| ApiError::not_found("video"))?;
    let found = state.catalogue.by_token(&token).await.map_err(reply::storage)?;
    let open = |p: &Arc<Published>| p.video.deleted_at.is_none() && p.video.expires_at.is_none_or(|at| at > now());
    Ok(found.filter(open).ok_or_else(|| ApiError::not_found("video"))?)
}
