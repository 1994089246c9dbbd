//! Who is let in to a video's talk, and to write there.

use super::answer::{Asks, Problem};
use crate::{
    access::{self, Knock},
    api::{engage::is_foreign, fields::Fields},
    catalogue::Published,
    limits::{Pace, What, Whose},
    page::{self, Asked},
    reply::Reply,
    state::{State, now},
    talk::author,
};
use app::{error::ApiError, ids::Token, talk::Comments, words::Word};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The video that is talked about, and who asks.
pub struct Door {
    pub state: State,
    pub token: String,
    pub asked: Asked,
    pub published: Arc<Published>,
    pub now: i64,
}

/// The video of a token, which somebody can watch.
async fn watchable(state: &State, token: &str, now: i64) -> Result<Arc<Published>, ApiError> {
    let token = Token::try_from(token.to_owned()).map_err(|_| ApiError::not_found("video"))?;
    let published = state.catalogue.by_token(&token).await.map_err(crate::reply::storage)?;
    let published = published.ok_or_else(|| ApiError::not_found("video"))?;
    let video = &published.video;
    if video.deleted_at.is_some() || video.expires_at.is_some_and(|at| at <= now) {
        return Err(ApiError::gone("This video is no longer available."));
    }
    if video.state != "ready" {
        return Err(ApiError::not_found("video"));
    }
    Ok(published)
}

/// The same, which whoever asks may watch.
async fn admitted(
    state: &State,
    token: &str,
    asked: &Asked,
    pass: Option<&str>,
    now: i64,
) -> Result<Arc<Published>, ApiError> {
    let published = watchable(state, token, now).await?;
    let query = Fields::from_form(asked.query.as_bytes());
    let knock = Knock { headers: &asked.headers, query: &asked.query, pass: pass.or_else(|| query.text("pass")) };
    access::admit(state, &published.video, &knock, now).await?;
    Ok(published)
}

impl Door {
    /// The video must be one that can be watched, by whoever asks: with the pass of its page, which may stand
    /// in the address, or by what the browser keeps. A browser that goes there is shown the page, which says
    /// why not.
    pub async fn enter(state: State, token: String, asked: Asked, pass: Option<&str>) -> Result<Self, Response> {
        let now = now();
        match admitted(&state, &token, &asked, pass, now).await {
            Ok(published) => Ok(Self { state, token, asked, published, now }),
            Err(error) if Asks::of(&asked.headers) == Asks::Page => {
                Err(page::play_with(&state, token, asked, error.status, None).await)
            }
            Err(error) => Err(Reply(error).into_response()),
        }
    }

    /// The video must be one that can be watched by somebody.
    pub async fn open(state: State, token: String, asked: Asked) -> Result<Self, ApiError> {
        let now = now();
        let published = watchable(&state, &token, now).await?;
        Ok(Self { state, token, asked, published, now })
    }

    /// Only our own pages may write, and within limits.
    pub async fn viewer(&self, what: What, paces: [Pace; 3], fields: &Fields) -> Result<author::Viewer, Problem> {
        if is_foreign(&self.asked.headers, &self.state.config.public_url) {
            return Err(ApiError::forbidden("Comments and reactions come from our own pages only.").into());
        }
        let visitor = self.asked.visitor(&self.state);
        let pass = fields.text("pass");
        let viewer = author::viewer(&self.state, &self.published, pass, &visitor, self.now).await;
        let viewer = viewer.map_err(crate::reply::storage)?;
        let whose =
            [Whose::Viewer(viewer.id), Whose::Network(visitor.network()), Whose::Video(self.published.video.id)];
        let limits: Vec<_> = whose.into_iter().zip(paces).collect();
        self.state.talks.limits.take(what, &limits, self.now).await.map_err(Problem::TooFast)?;
        Ok(viewer)
    }

    pub fn needs_comments(&self) -> Result<(), Problem> {
        match self.published.video.settings.comments {
            Comments::Off => Err(Problem::Off(Word::CommentsOff)),
            Comments::On | Comments::Approve => Ok(()),
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/video/play/{}{rest}", self.token)
    }
}
