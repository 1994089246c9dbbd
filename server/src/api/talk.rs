//! `/talk/{token}/…`: what viewers say, by form and by JSON (WIRE.md, section 1). A form is answered with
//! the page, or with the way back to it; JSON with JSON, which also has the HTML for the page.

mod answer;
mod confirm;
mod door;

pub use confirm::{ask, confirm};

use self::{
    answer::{Asks, Problem},
    door::Door,
};
use super::{engage::is_foreign, fields::Fields};
use crate::{
    limits::{Pace, What, Whose},
    page::{self, Asked},
    reply::Reply,
    state::State,
    store::comments::{self as stored, Comment},
    talk::{
        author,
        section::{remark, rows},
        stream,
        wish::{self, Wish, Wrong},
        write::{self, By, New},
    },
};
use app::{
    error::ApiError,
    talk::{
        Comments,
        comments::{Part, html, remark as view},
        reactions::Kind,
    },
    words::Word,
};
use axum::{
    Json, Router,
    extract::{Path, State as Shared},
    response::{IntoResponse, Redirect, Response, Result, Sse},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/talk/{token}/comments", get(list).post(comment))
        .route("/talk/{token}/comments/{id}", post(by_form).patch(edit).delete(remove))
        .route("/talk/{token}/reactions", post(react))
        .route("/talk/{token}/stream", get(follow))
        .route("/talk/{token}/confirm", get(ask).post(confirm))
}

/// A viewer's, a network's and a video's pace of comments, and of reactions.
const COMMENTS: [Pace; 3] = [Pace::every_ms(5_000, 12), Pace::every_ms(1_000, 60), Pace::every_ms(200, 300)];
const REACTIONS: [Pace; 3] = [Pace::every_ms(1_000, 20), Pace::every_ms(200, 100), Pace::every_ms(10, 2_000)];
const STREAMS: Pace = Pace::every_ms(1_000, 60);
/// Seconds after which a full house may have room again.
const FULL: u32 = 30;

impl Door {
    /// The comment as JSON for its author: with the key to change it, and as HTML for the page.
    fn for_author(&self, comment: &Comment) -> Value {
        let own = HashSet::from([comment.id]);
        let remark = remark(self.asked.lang, comment);
        let mut value = on_wire(comment);
        value["state"] = json!(comment.state);
        value["key"] = json!(author::key(&self.state.keys, comment.video_id, comment.id));
        value["html"] = json!(html(view(self.asked.lang, &remark, &own)));
        if comment.state == stored::WAITING {
            value["note"] = json!(self.asked.lang.say(Word::WaitsForOwner));
        }
        value
    }
}

/// What everyone may know of a comment.
pub(super) fn on_wire(comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "parent": comment.parent_id,
        "author": comment.author,
        "verified": comment.verified,
        "text": comment.body,
        "at": comment.at_ms,
        "created_at": comment.created_at,
        "edited_at": comment.edited_at,
        "deleted": comment.state == stored::DELETED,
    })
}

/// `GET …/comments?order=&page=&thread=`: JSON, or the HTML of the talk for a page of ours to take up.
async fn list(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Result<Response> {
    let asks = Asks::of(&asked.headers);
    let door = Door::enter(state, token, asked, None).await?;
    if asks == Asks::Page {
        return Ok(Redirect::to(&door.path("#talk")).into_response());
    }
    let part = page::part(&door.asked.query);
    if asks == Asks::Fragment {
        let html =
            page::talk_fragment(&door.state, &door.published, door.asked.lang, part).await.map_err(Reply::from)?;
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        return Ok(([kind, (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], html).into_response());
    }
    Ok(Json(door.listed(part).await?).into_response())
}

impl Door {
    async fn listed(&self, part: Part) -> Result<Value, Reply> {
        let video = &self.published.video;
        let section = self.state.talks.section(&self.published, self.asked.lang, part.clone(), false).await?;
        let on = video.settings.comments != Comments::Off;
        let mut reader = self.state.store.reader().await?;
        let found = match on {
            true => rows(&mut reader, (video.account_id, video.id), &part).await?.threads,
            false => Vec::new(),
        };
        let items: Vec<Value> = found
            .iter()
            .map(|(thread, replies, total)| {
                let mut value = on_wire(thread);
                value["reply_count"] = json!(total);
                value["replies"] = replies.iter().map(on_wire).collect();
                value
            })
            .collect();
        let counts = section.talk.reactions.map(|counts| {
            let pairs = Kind::ALL.into_iter().zip(counts);
            pairs.map(|(kind, n)| (kind.name().to_owned(), json!(n))).collect::<serde_json::Map<_, _>>()
        });
        let next = section.talk.has_more.then(|| part.page.max(1) + 1);
        Ok(json!({
            "comments": video.settings.comments,
            "items": items,
            "next": next,
            "total": section.talk.shown,
            "reactions": counts,
            "seq": section.seq,
        }))
    }
}

/// `POST …/comments`
async fn comment(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    asked: Asked,
    fields: Fields,
) -> Result<Response> {
    let asks = Asks::of(&asked.headers);
    let door = Door::enter(state, token, asked, fields.text("pass")).await?;
    match door.posted(&fields).await {
        Ok(comment) => Ok(match asks {
            Asks::Page => Redirect::to(&door.way_to(&comment)).into_response(),
            Asks::Fragment | Asks::Json => (StatusCode::CREATED, Json(door.for_author(&comment))).into_response(),
        }),
        Err(problem) => Ok(problem.answer(door, asks, &fields, None).await?),
    }
}

impl Door {
    async fn posted(&self, fields: &Fields) -> Result<Comment, Problem> {
        self.needs_comments()?;
        let wish = Wish::read(fields, self.published.video.duration_ms).map_err(Problem::Wrong);
        // Nonsense costs as much as sense.
        let viewer = self.viewer(What::Comment, COMMENTS, fields).await?;
        let new = New { wish: wish?, viewer, lang: self.asked.lang };
        Ok(write::post(&self.state, &self.published, new, self.now).await?)
    }

    /// Where a page without scripts goes to show what was just said.
    fn way_to(&self, comment: &Comment) -> String {
        let id = comment.id;
        match (comment.state.as_str(), comment.parent_id) {
            (stored::WAITING, _) => self.path("?said=waiting#talk-form"),
            (_, Some(parent)) => self.path(&format!("?thread={parent}#comment-{id}")),
            (_, None) => self.path(&format!("#comment-{id}")),
        }
    }
}

/// `POST …/comments/{id}`: the form that edits, and deletes with `do=delete`.
async fn by_form(
    Shared(state): Shared<State>,
    Path((token, id)): Path<(String, String)>,
    asked: Asked,
    fields: Fields,
) -> Result<Response> {
    let asks = Asks::of(&asked.headers);
    let door = Door::enter(state, token, asked, fields.text("pass")).await?;
    let deletes = fields.text("do") == Some("delete");
    let done = if deletes { door.deleted(&id, &fields).await } else { door.edited(&id, &fields).await };
    match done {
        Ok(comment) if asks == Asks::Page => {
            let way = if deletes { door.path("#talk") } else { door.way_to(&comment) };
            Ok(Redirect::to(&way).into_response())
        }
        Ok(comment) => Ok(Json(door.for_author(&comment)).into_response()),
        Err(problem) => Ok(problem.answer(door, asks, &fields, id.parse().ok()).await?),
    }
}

/// `PATCH …/comments/{id}`
async fn edit(
    Shared(state): Shared<State>,
    Path((token, id)): Path<(String, String)>,
    asked: Asked,
    fields: Fields,
) -> Result<Response> {
    let door = Door::enter(state, token, asked, fields.text("pass")).await?;
    match door.edited(&id, &fields).await {
        Ok(comment) => Ok(Json(door.for_author(&comment)).into_response()),
        Err(problem) => Err(Reply(problem.told(door.asked.lang)).into()),
    }
}

/// `DELETE …/comments/{id}`; the key and the pass stand in the body or in the query.
async fn remove(
    Shared(state): Shared<State>,
    Path((token, id)): Path<(String, String)>,
    asked: Asked,
    mut fields: Fields,
) -> Result<Response> {
    fields.0.extend(Fields::from_form(asked.query.as_bytes()).0);
    let door = Door::enter(state, token, asked, fields.text("pass")).await?;
    match door.deleted(&id, &fields).await {
        Ok(comment) => Ok(Json(json!({"id": comment.id, "deleted": true})).into_response()),
        Err(problem) => Err(Reply(problem.told(door.asked.lang)).into()),
    }
}

impl Door {
    async fn by(&self, id: Uuid, fields: &Fields) -> Result<By, Problem> {
        let viewer = self.viewer(What::Comment, COMMENTS, fields).await?;
        let key = fields.text("key").unwrap_or_default();
        let has_key = author::is_key(&self.state.keys, key, self.published.video.id, id);
        Ok(By::Viewer { id: viewer.id, has_key })
    }

    async fn edited(&self, id: &str, fields: &Fields) -> Result<Comment, Problem> {
        self.needs_comments()?;
        let id = id.parse().map_err(|_| Problem::Unknown)?;
        let text = wish::text(fields).map_err(|wrong| Problem::Wrong(vec![wrong]));
        let by = self.by(id, fields).await?;
        Ok(write::edit(&self.state, &self.published, id, by, text?, self.now).await?)
    }

    async fn deleted(&self, id: &str, fields: &Fields) -> Result<Comment, Problem> {
        let id = id.parse().map_err(|_| Problem::Unknown)?;
        let by = self.by(id, fields).await?;
        Ok(write::delete(&self.state, &self.published.video, id, by).await?)
    }
}

/// `POST …/reactions`
async fn react(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    asked: Asked,
    fields: Fields,
) -> Result<Response> {
    let asks = Asks::of(&asked.headers);
    let door = Door::enter(state, token, asked, fields.text("pass")).await?;
    match door.reacted(&fields).await {
        Ok(_) if asks == Asks::Page => Ok(Redirect::to(&door.path("#talk")).into_response()),
        Ok(reaction) => {
            let body = json!({"id": reaction.id, "reaction": reaction.kind, "at": reaction.at_ms});
            Ok((StatusCode::CREATED, Json(body)).into_response())
        }
        Err(problem) => Ok(problem.answer(door, asks, &fields, None).await?),
    }
}

impl Door {
    async fn reacted(&self, fields: &Fields) -> Result<crate::store::reactions::Reaction, Problem> {
        if !self.published.video.settings.reactions {
            return Err(Problem::Off(Word::ReactionsOff));
        }
        let kind = fields.text("reaction").and_then(Kind::of_name);
        let kind = kind.ok_or_else(|| vec![Wrong::new("reaction", Word::UnknownReaction)]);
        let at = wish::at(fields, self.published.video.duration_ms).map_err(|wrong| vec![wrong]);
        let viewer = self.viewer(What::Reaction, REACTIONS, fields).await?;
        let wanted = (kind.map_err(Problem::Wrong)?, at.map_err(Problem::Wrong)?);
        Ok(write::react(&self.state, &self.published, wanted, viewer, self.now).await?)
    }
}

/// `GET …/stream?after=`: server-sent events; `Last-Event-ID` comes before `after`.
async fn follow(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Result<Response> {
    let door = Door::enter(state, token, asked, None).await?;
    let (headers, settings) = (&door.asked.headers, &door.published.video.settings);
    if is_foreign(headers, &door.state.config.public_url) {
        return Err(Reply(ApiError::forbidden("Streams are for our own pages only.")).into());
    }
    if settings.comments == Comments::Off && !settings.reactions {
        return Err(Reply(ApiError::forbidden(door.asked.lang.say(Word::CommentsOff))).into());
    }
    let network = door.asked.visitor(&door.state).network();
    let pace = [(Whose::Network(network.clone()), STREAMS)];
    if let Err(seconds) = door.state.talks.limits.take(What::Stream, &pace, door.now).await {
        return Err(Reply(Problem::TooFast(seconds).told(door.asked.lang)).into());
    }
    let heard = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let query = Fields::from_form(door.asked.query.as_bytes());
    let last = heard.or_else(|| query.text("after")?.parse().ok()).filter(|last| *last >= 0);
    let last = match last {
        Some(last) => last,
        None => {
            let nothing = Part::default();
            door.state.talks.section(&door.published, door.asked.lang, nothing, false).await.map_err(Reply::from)?.seq
        }
    };
    let events = stream::open(&door.state, door.published, door.asked.lang, last, network);
    let Some(events) = events else { return Err(Reply(ApiError::unavailable(FULL)).into()) };
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // A proxy in front must not gather events.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Sse::new(events)).into_response())
}
