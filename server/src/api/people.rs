//! `/api/v1/viewers/{who}`: what is stored about one person, to hand over or to erase. `who` is an e-mail
//! address or a viewer's id.

use super::{caller::Caller, talk::on_wire};
use crate::{
    reply::Reply,
    state::State,
    store::{
        Reader, Result as Stored,
        entries::Entry,
        forms,
        links::Link,
        people::{self, Answered},
        reactions::Reaction,
        traces::Traces,
        views::View,
    },
    writer::Person,
};
use app::error::ApiError;
use axum::{
    Json, Router,
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use http::header;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/viewers/{who}", delete(erase)).route("/api/v1/viewers/{who}/export", get(export))
}

fn person(who: &str) -> Result<Person, ApiError> {
    Person::named(who).ok_or_else(|| ApiError::invalid("Name an e-mail address or a viewer's id."))
}

/// Erases everything, and says how much it was; erasing once more finds nothing, and is fine.
async fn erase(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(who): Path<String>,
) -> Result<Json<Value>, Reply> {
    let erased = state.writer.erase(account.id, person(&who)?).await?;
    for (video_id, seq) in erased.talks {
        state.talks.changed(video_id, seq).await;
    }
    Ok(Json(json!({ "erased": erased.rows })))
}

async fn export(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(who): Path<String>,
) -> Result<Response, Reply> {
    let who = person(&who)?;
    let mut reader = state.store.reader().await?;
    let ids = who.viewers(reader.conn(), account.id).await?;
    let (mut viewers, mut views, mut reactions) = (Vec::new(), Vec::new(), Vec::new());
    // One comment or link may be found by its viewer and by its address.
    let (mut comments, mut links) = (BTreeMap::new(), BTreeMap::new());
    let mut traces = Traces::of(&ids);
    traces.email(who.email());
    for id in ids.iter().copied().chain(std::iter::once(Uuid::nil())) {
        for one in people::comments(reader.conn(), account.id, id, who.email()).await? {
            traces.comment(&one);
            comments.insert(one.id, with(on_wire(&one), "email", json!(one.email)));
        }
        for one in people::links(reader.conn(), account.id, id, who.email()).await? {
            traces.email(&one.email);
            links.insert(one.id, link(&one));
        }
    }
    for id in &ids {
        if let Some(known) = people::known(reader.conn(), account.id, *id).await? {
            traces.email(known.email.as_deref().unwrap_or_default());
            let mut known = json!(known);
            // As it was given, not as it is stored.
            known["fields"] = known["fields"].as_str().map(read).unwrap_or_default();
            viewers.push(with(known, "id", json!(id)));
        }
        reactions.extend(people::reactions(reader.conn(), account.id, *id).await?.iter().map(reaction));
    }
    for one in who.views(reader.conn(), account.id, &ids).await? {
        for form in forms::of_view(reader.conn(), &one).await? {
            traces.form(form);
        }
        views.push(whole(&mut reader, &one).await?);
    }
    let letters = traces.letters(reader.conn(), account.id).await?;
    let webhooks = traces.messages(reader.conn(), account.id).await?;
    let body = json!({
        "viewers": viewers,
        "views": views,
        "comments": comments.into_values().collect::<Vec<_>>(),
        "reactions": reactions,
        "links": links.into_values().collect::<Vec<_>>(),
        "letters": letters,
        "webhooks": webhooks.iter().map(|message| read(&message.body)).collect::<Vec<_>>(),
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// A view with its events, and with its answers apart: they are kept when the events are purged.
async fn whole(reader: &mut Reader, one: &View) -> Stored<Value> {
    let events = people::entries(reader.conn(), one.account_id, one.id).await?;
    let answers = people::answers(reader.conn(), one).await?;
    let with_events = with(view(one), "events", events.iter().map(event).collect());
    Ok(with(with_events, "answers", answers.iter().map(answer).collect()))
}

/// What is stored as JSON.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn event(entry: &Entry) -> Value {
    with(with(read(&entry.body), "seq", json!(entry.seq)), "at", json!(entry.at_ms))
}

fn answer(one: &Answered) -> Value {
    json!({
        "interaction": one.interaction_id,
        "kind": one.kind,
        "seq": one.seq,
        "answer": read(&one.body),
        "received_at": one.received_at,
    })
}

fn view(view: &View) -> Value {
    json!({
        "id": view.id,
        "video_id": view.video_id,
        "viewer_id": view.viewer_id,
        "ip": view.ip,
        "surface": view.surface,
        "referrer": view.referrer,
        "page_url": view.page_url,
        "started_at": view.started_at,
        "watched_ms": view.watched_ms,
        "percent": view.percent,
        "left_out": view.left_out,
        "browser": view.browser,
        "os": view.os,
        "device": view.device,
        "device_type": view.device_type,
        "country": view.country,
        "region": view.region,
        "city": view.city,
    })
}

fn reaction(one: &Reaction) -> Value {
    json!({ "id": one.id, "video_id": one.video_id, "reaction": one.kind, "at": one.at_ms, "created_at": one.created_at })
}

fn link(link: &Link) -> Value {
    json!({
        "id": link.id,
        "video_id": link.video_id,
        "email": link.email,
        "name": link.name,
        "bound_at": link.bound_at,
        "created_at": link.created_at,
    })
}
