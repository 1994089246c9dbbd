//! `/api/v1/videos/{id}/links`: personal links to a video's page, one for each recipient.

use super::{caller::Caller, fields::Fields};
use crate::{
    identity::{id_of_mail, mail, page::link_text},
    keys::digest,
    reply::Reply,
    state::{State, now},
    store::{
        self,
        links::{self, Link},
        videos::{self, Video},
    },
};
use app::error::{ApiError, Flaw};
use axum::{
    Json, Router,
    extract::{self, Path, Query},
    routing::{delete, get},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/videos/{id}/links", get(list).post(create))
        .route("/api/v1/videos/{id}/links/{link}", delete(revoke))
}

/// Recipients of one request, links of one video, and links on one page of the list.
const RECIPIENTS: usize = 100;
const LINKS: i64 = 50_000;
const PAGE: usize = 100;

#[derive(Debug, PartialEq, Eq)]
struct Recipient {
    email: String,
    name: Option<String>,
}

async fn create(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let video = video(&state, account.id, &id).await?;
    let recipients = recipients(&fields).map_err(ApiError::flawed)?;
    let (now, of) = (now(), state.clone());
    let made = recipients.into_iter().map(|Recipient { email, name }| {
        let id = Uuid::now_v7();
        Link {
            account_id: account.id,
            video_id: video.id,
            id,
            mark: digest(link_text(&state, id).as_bytes()).to_vec(),
            viewer_id: id_of_mail(&state.keys, account.id, &email),
            email,
            name,
            bound_to: None,
            bound_at: None,
            created_at: now,
        }
    });
    let made: Vec<Link> = made.collect();
    let items: Vec<Value> = made.iter().map(|link| on_wire(&state, &video, link)).collect();
    // A client that leaves can't break the transaction in half.
    let kept = tokio::spawn(async move { keep(&of, &made).await });
    if !kept.await.map_err(|_| ApiError::internal())?? {
        let message = format!("are too many: a video may have {LINKS} personal links");
        return Err(ApiError::flawed(vec![Flaw::new("recipients", message)]).into());
    }
    Ok((StatusCode::CREATED, Json(json!({ "items": items, "next": null }))))
}

/// Stores the links of one video. False when it would have too many.
async fn keep(state: &State, made: &[Link]) -> store::Result<bool> {
    let Some(first) = made.first() else { return Ok(true) };
    let mut tx = state.store.begin().await?;
    videos::hold(tx.conn(), first.account_id, first.video_id).await?;
    let there = links::count(tx.conn(), first.account_id, first.video_id).await?;
    if there + i64::try_from(made.len()).unwrap_or(i64::MAX) > LINKS {
        return Ok(false);
    }
    links::insert(tx.conn(), made).await?;
    tx.commit().await?;
    Ok(true)
}

#[derive(Deserialize)]
struct Which {
    /// The id of the last one on the page before.
    after: Option<String>,
}

async fn list(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, Reply> {
    let video = video(&state, account.id, &id).await?;
    let after = match which.after.as_deref().map(Uuid::try_parse) {
        None => Uuid::nil(),
        Some(Ok(after)) => after,
        Some(Err(_)) => return Err(ApiError::invalid("after: must be the next of another page").into()),
    };
    let mut reader = state.store.reader().await?;
    let links = links::of_video(reader.conn(), account.id, video.id, after, PAGE as i64 + 1).await?;
    let items: Vec<Value> = links.iter().take(PAGE).map(|link| on_wire(&state, &video, link)).collect();
    let next = (links.len() > PAGE).then(|| links[PAGE - 1].id);
    Ok(Json(json!({ "items": items, "next": next })))
}

async fn revoke(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, link)): Path<(String, String)>,
) -> Result<StatusCode, Reply> {
    let video = video(&state, account.id, &id).await?;
    let link = Uuid::try_parse(&link).map_err(|_| ApiError::not_found("link"))?;
    let deleted = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        let deleted = links::delete(tx.conn(), video.account_id, video.id, link).await?;
        tx.commit().await?;
        store::Result::Ok(deleted)
    });
    match deleted.await.map_err(|_| ApiError::internal())?? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("link").into()),
    }
}

async fn video(state: &State, account_id: i64, id: &str) -> Result<Video, Reply> {
    let unknown = || ApiError::not_found("video");
    let id = id.parse().map_err(|_| unknown())?;
    let mut reader = state.store.reader().await?;
    let video = videos::by_id(reader.conn(), id).await?;
    Ok(video.filter(|video| video.account_id == account_id && video.deleted_at.is_none()).ok_or_else(unknown)?)
}

fn recipients(fields: &Fields) -> Result<Vec<Recipient>, Vec<Flaw>> {
    let flaw = |message: String| vec![Flaw::new("recipients", message)];
    let list = fields.0.get("recipients").and_then(Value::as_array);
    let list = list.ok_or_else(|| flaw("must be an array of objects with email and name".into()))?;
    if !(1..=RECIPIENTS).contains(&list.len()) {
        return Err(flaw(format!("must be 1 to {RECIPIENTS}")));
    }
    let (mut read, mut flaws, mut seen) = (Vec::with_capacity(list.len()), Vec::new(), HashSet::new());
    for (n, item) in list.iter().enumerate() {
        let mut wrong = |field: &str, message: &str| flaws.push(Flaw::new(format!("recipients[{n}].{field}"), message));
        let email = item.get("email").and_then(Value::as_str).and_then(mail::address);
        match &email {
            None => wrong("email", "must be an e-mail address"),
            Some(email) if !seen.insert(email.to_lowercase()) => wrong("email", "stands here twice"),
            Some(_) => {}
        }
        let name = match item.get("name") {
            None | Some(Value::Null) => None,
            Some(name) => name.as_str().and_then(mail::name).or_else(|| {
                wrong("name", "must be text of 1 to 200 characters");
                None
            }),
        };
        read.extend(email.map(|email| Recipient { email, name }));
    }
    if flaws.is_empty() { Ok(read) } else { Err(flaws) }
}

fn on_wire(state: &State, video: &Video, link: &Link) -> Value {
    json!({
        "id": link.id,
        "email": link.email,
        "name": link.name,
        "url": state.config.link(&format!("/video/play/{}?l={}", video.token, link_text(state, link.id))),
        "bound": link.bound_at.is_some(),
        "bound_at": link.bound_at,
        "created_at": link.created_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: Value) -> Result<usize, Vec<String>> {
        let Value::Object(fields) = json else { panic!("an object") };
        let read = recipients(&Fields(fields)).map(|read| read.len());
        read.map_err(|flaws| flaws.into_iter().map(|flaw| flaw.field).collect())
    }

    #[test]
    fn every_flaw_of_every_recipient_is_named() {
        let flaws = read(json!({"recipients": [
            {"email": "a@example.com"}, {"email": "A@example.com"}, {"email": "a"}, {}, "x",
            {"email": "b@example.com", "name": 1}, {"email": "c@example.com", "name": "x".repeat(201)},
        ]}));
        let named = ["1].email", "2].email", "3].email", "4].email", "5].name", "6].name"];
        assert_eq!(flaws, Err(named.map(|name| format!("recipients[{name}")).to_vec()));
    }

    #[test]
    fn there_are_1_to_100_recipients() {
        let many = |n: usize| json!({"recipients": (0..n).map(|n| json!({"email": format!("a{n}@x.org")})).collect::<Vec<_>>()});
        assert_eq!((read(many(1)), read(many(100))), (Ok(1), Ok(100)));
        for wrong in [many(0), many(101), json!({}), json!({"recipients": "a@example.com"})] {
            assert_eq!(read(wrong), Err(vec!["recipients".to_owned()]));
        }
    }
}
