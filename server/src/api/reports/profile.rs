//! `GET /api/v1/me/video/viewer_profile`, by video or by e-mail address.

use super::page;
use crate::{
    api::{caller::Caller, videos::of_caller},
    insight::profile::{self, Profiles},
    reply::Reply,
    state::State,
};
use app::error::ApiError;
use axum::{
    Json,
    extract::{Query, State as Shared},
};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Whose {
    video_id: Option<String>,
    user_email: Option<String>,
    page: Option<String>,
}

/// The longest address that is looked for, in bytes.
const EMAIL: usize = 320;

pub async fn profile(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Query(whose): Query<Whose>,
) -> Result<Json<Profiles>, Reply> {
    let page = page(whose.page.as_deref())?;
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let profiles = match (given(whose.video_id), given(whose.user_email)) {
        (Some(id), None) => {
            let video = of_caller(&state, account.id, &id).await?;
            let mut reader = state.store.reader().await?;
            profile::by_video(reader.conn(), &video, page).await?
        }
        (None, Some(email)) if email.len() <= EMAIL => {
            let mut reader = state.store.reader().await?;
            profile::by_email(reader.conn(), account.id, &email, page).await?
        }
        (None, Some(_)) => return Err(ApiError::invalid("user_email: is too long.").into()),
        _ => return Err(ApiError::invalid("Provide exactly one of video_id or user_email.").into()),
    };
    Ok(Json(profiles))
}
