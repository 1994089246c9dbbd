//! `GET /api/v1/videos/{id}/snippets`: HTML to paste elsewhere, as the page's share dialog has it.

use super::{super::caller::Caller, of_caller};
use crate::{reply::Reply, sharing::mail_picture, state::State};
use app::{
    page::snippet::Snippets,
    words::{Lang, Word},
};
use axum::{
    Json,
    extract::{Path, State as Shared},
};
use serde_json::{Value, json};

pub async fn show(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let link = |path: &str| state.config.link(&format!("{path}{}", video.token));
    let side = |side: i64| u32::try_from(side).unwrap_or(0);
    let snippets = Snippets {
        title: &video.title,
        token: &video.token,
        size: (side(video.width), side(video.height)),
        share_url: &link("/video/play/"),
        embed_url: &link("/video/embed/"),
        sdk_url: &state.config.link("/sdk/player.js"),
        picture: &mail_picture(&state, &video),
    };
    Ok(Json(json!({
        "frame": snippets.fluid(),
        "fixed": snippets.fixed(),
        "element": snippets.element(),
        "mail": snippets.mail(Lang::default().say(Word::PlayVideo)),
    })))
}
