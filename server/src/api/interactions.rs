//! `/api/v1/videos/{id}/interactions`: the timeline of a video as its author writes it (WIRE.md, section 4).

mod body;
mod places;
mod plan;
mod shown;
mod simulate;
mod wish;

use self::{
    body::Timeline,
    plan::{Change, Plan},
    shown::{by_id, listed, portable, warnings},
    wish::Wish,
};
use super::{caller::Caller, videos};
use crate::{
    pictures,
    reply::Reply,
    report::part::ANSWERS,
    state::{self, State},
    store::{
        self, Conn, Tx, figures,
        interactions::{self, Stored},
        videos::Video,
    },
};
use app::{
    error::{ApiError, Flaw},
    ids::Token,
    interaction::{Action, schema::schema},
};
use axum::{
    Json, Router,
    extract::{self, Path},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/videos/{id}/interactions", get(list).post(add).put(replace_all))
        .route("/api/v1/videos/{id}/interactions/publish", post(publish))
        .route("/api/v1/videos/{id}/interactions/lint", get(lint))
        .route("/api/v1/videos/{id}/interactions/export", get(export))
        .route("/api/v1/videos/{id}/interactions/simulate", post(simulate::simulate))
        .route("/api/v1/videos/{id}/interactions/{iid}", get(show).put(replace).delete(remove))
}

/// Where the schema is served, to anyone.
pub const SCHEMA: &str = "/api/v1/schema/interactions.json";

pub async fn served_schema(extract::State(state): extract::State<State>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/schema+json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        // Editors on any site may read it.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, schema(&state.config.link(SCHEMA)).to_string()).into_response()
}

async fn list(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    Ok(Json(json!({ "interactions": listed(&all(&state, &video).await?) })))
}

async fn show(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, iid)): Path<(String, String)>,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    let stored = all(&state, &video).await?;
    let one = by_id(&stored, interaction_id(&iid)?).ok_or_else(unknown)?;
    Ok(Json(json!({ "interactions": listed(std::slice::from_ref(one)) })))
}

async fn lint(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    Ok(Json(json!({ "warnings": warnings(&all(&state, &video).await?, &video, |_| true) })))
}

async fn export(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    Ok(Json(portable(&all(&state, &video).await?)))
}

async fn add(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Timeline(body): Timeline,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    let answer = write(state, video, Change::Add, Wish::added(&body)).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn replace(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, iid)): Path<(String, String)>,
    Timeline(body): Timeline,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    let iid = interaction_id(&iid)?;
    by_id(&all(&state, &video).await?, iid).ok_or_else(unknown)?;
    Ok(Json(write(state, video, Change::Replace, Wish::of(&body, iid)).await?))
}

async fn replace_all(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Timeline(body): Timeline,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    Ok(Json(write(state, video, Change::Whole, Wish::whole(&body)).await?))
}

async fn publish(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    let (stored, _) = keep(&state, &video, |stored| Ok(Plan::publish(stored))).await?;
    Ok(Json(json!({ "interactions": listed(&stored), "warnings": warnings(&stored, &video, |_| true) })))
}

async fn remove(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, iid)): Path<(String, String)>,
) -> Result<StatusCode, Reply> {
    let video = videos::of_caller(&state, account.id, &id).await?;
    let iid = interaction_id(&iid)?;
    keep(&state, &video, move |stored| {
        by_id(stored, iid).map(|_| Plan { deletes: vec![iid], ..Plan::default() }).ok_or_else(unknown)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks a wish, fetches its pictures, and makes it so: whole, or not at all.
async fn write(state: State, video: Video, change: Change, mut wish: Wish) -> Result<Value, Reply> {
    let mut reader = state.store.reader().await?;
    let stored = interactions::all(reader.conn(), video.account_id, video.id).await?;
    let answered = answered(reader.conn(), video.account_id, video.id).await?;
    drop(reader);
    let mut flaws = std::mem::take(&mut wish.flaws);
    match Plan::of(change, &wish, &stored) {
        Ok(plan) => flaws.extend(places::flaws(&plan, &stored, &answered)),
        Err(more) => flaws.extend(more),
    }
    flaws.extend(strangers(&state, &video, &wish).await?);
    if !flaws.is_empty() {
        return Err(ApiError::flawed(flaws).into());
    }
    let known = shown::pictures(&stored);
    pictures::keep(&state, &video, wish.images(), &known).await.map_err(ApiError::flawed)?;
    let (stored, written) =
        keep(&state, &video, move |stored| Plan::of(change, &wish, stored).map_err(ApiError::flawed)).await?;
    let all_of_it = change == Change::Whole;
    let answered = stored.iter().filter(|one| all_of_it || written.contains(&one.newest.id)).cloned();
    let answered: Vec<Stored> = answered.collect();
    let warnings = warnings(&stored, &video, |id| all_of_it || written.contains(&id));
    Ok(json!({ "interactions": listed(&answered), "warnings": warnings }))
}

/// The videos that are to be played next and are not the caller's.
async fn strangers(state: &State, video: &Video, wish: &Wish) -> store::Result<Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut known: HashMap<String, bool> = HashMap::new();
    let mut reader = state.store.reader().await?;
    for (field, action) in wish.actions() {
        let Action::PlayVideo { play_video } = action else { continue };
        let token = &play_video.token;
        if !known.contains_key(token) {
            let other = store::videos::by_token(reader.conn(), token).await?;
            known.insert(token.clone(), other.is_some_and(|other| videos::is_of(&other, video.account_id)));
        }
        if known.get(token) != Some(&true) {
            flaws.push(Flaw::new(format!("{field}/play_video/token"), "is not the token of a video of yours"));
        }
    }
    Ok(flaws)
}

/// Carries out a plan made from what is stored at that moment. Returns the timeline as it is then, and what
/// was written.
async fn keep(
    state: &State,
    video: &Video,
    plan: impl FnOnce(&[Stored]) -> Result<Plan, ApiError> + Send + 'static,
) -> Result<(Vec<Stored>, Vec<Uuid>), Reply> {
    let (state, account_id, video_id, token) = (state.clone(), video.account_id, video.id, video.token.clone());
    // A client that leaves can't break the transaction in half.
    let kept = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        store::videos::hold(tx.conn(), account_id, video_id).await?;
        let stored = interactions::all(tx.conn(), account_id, video_id).await?;
        let plan = plan(&stored)?;
        let answered = answered(tx.conn(), account_id, video_id).await?;
        let flaws = places::flaws(&plan, &stored, &answered);
        if !flaws.is_empty() {
            return Err(ApiError::flawed(flaws).into());
        }
        let written = plan.writes.iter().map(|write| write.interaction.id).collect();
        carry_out(&mut tx, account_id, video_id, &plan, state::now()).await?;
        let stored = interactions::all(tx.conn(), account_id, video_id).await?;
        tx.commit().await?;
        if let Ok(token) = Token::try_from(token) {
            state.catalogue.forget(&token).await;
        }
        Ok((stored, written))
    });
    kept.await.map_err(|_| ApiError::internal())?
}

async fn carry_out(tx: &mut Tx, account_id: i64, video_id: i64, plan: &Plan, now: i64) -> store::Result<()> {
    for id in &plan.deletes {
        interactions::delete(tx.conn(), account_id, video_id, *id, now).await?;
    }
    for write in &plan.writes {
        interactions::put(tx.conn(), account_id, video_id, &write.interaction, write.draft, write.place, now).await?;
    }
    if plan.deletes.is_empty() && plan.writes.is_empty() {
        return Ok(());
    }
    interactions::new_version(tx.conn(), account_id, video_id).await
}

async fn all(state: &State, video: &Video) -> store::Result<Vec<Stored>> {
    let mut reader = state.store.reader().await?;
    interactions::all(reader.conn(), video.account_id, video.id).await
}

/// The interactions that have answers: views that are left out of the reports gave none.
async fn answered(conn: Conn<'_>, account_id: i64, video_id: i64) -> store::Result<HashSet<Uuid>> {
    let met = figures::met(conn, account_id, video_id).await?;
    Ok(met.iter().filter(|one| one.what == ANSWERS && one.n > 0).map(|one| one.id).collect())
}

fn interaction_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| unknown())
}

fn unknown() -> ApiError {
    ApiError::not_found("interaction")
}
