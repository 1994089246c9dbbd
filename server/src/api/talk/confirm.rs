//! The link in a letter: it shows a page that asks, so that a mail scanner that follows it confirms nothing.

use super::{Fields, door::Door};
use crate::{
    page::{self, Asked},
    reply::Reply,
    state::State,
    store::comments::{self, Comment},
    talk::{author, write},
};
use axum::{
    extract::{Path, State as Shared},
    response::{IntoResponse, Redirect, Response},
};
use subtle::ConstantTimeEq;

pub async fn ask(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Result<Response, Reply> {
    let door = Door::open(state, token, asked).await?;
    let is_good = door.proven().await?.is_some();
    Ok(page::confirm(&door.state, door.asked.lang, is_good))
}

pub async fn confirm(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Result<Response, Reply> {
    let door = Door::open(state, token, asked).await?;
    let Some(comment) = door.proven().await? else {
        return Ok(page::confirm(&door.state, door.asked.lang, false));
    };
    if !comment.verified && write::confirm(&door.state, &door.published.video, comment.id).await.is_err() {
        return Ok(page::confirm(&door.state, door.asked.lang, false));
    }
    let part = format!("?thread={}#comment-{}", comment.parent_id.unwrap_or(comment.id), comment.id);
    Ok(Redirect::to(&door.path(&part)).into_response())
}

impl Door {
    /// The comment whose author the link was sent to; none when it is not such a link, or no longer.
    async fn proven(&self) -> Result<Option<Comment>, Reply> {
        let query = Fields::from_form(self.asked.query.as_bytes());
        let (id, until) =
            (query.text("c").and_then(|id| id.parse().ok()), query.text("until").and_then(|at| at.parse().ok()));
        let (Some(id), Some(until), Some(proof)) = (id, until, query.text("proof")) else { return Ok(None) };
        let video = &self.published.video;
        let mut reader = self.state.store.reader().await?;
        let comment = comments::by_id(reader.conn(), video.account_id, video.id, id).await?;
        let email = comment.as_ref().and_then(|comment| comment.email.clone()).unwrap_or_default();
        let expected = author::proof(&self.state.keys, video.id, id, &email, until);
        let holds: bool = expected.as_bytes().ct_eq(proof.as_bytes()).into();
        Ok(comment.filter(|comment| holds && until > self.now && comment.state != comments::DELETED))
    }
}
