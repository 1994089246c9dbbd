//! Changes of a talk, each in one transaction with the message it causes.

use super::{
    author::Viewer,
    letters,
    section::THREAD,
    wish::{Wish, Wrong},
};
use crate::{
    catalogue::Published,
    state::State,
    store::{
        self, Tx,
        comments::{self, Comment, DELETED, HIDDEN, SHOWN, WAITING},
        reactions::{self, Reaction},
        talks,
        videos::Video,
    },
    webhook::notice,
    writer,
};
use app::{
    error::ApiError,
    talk::{Comments, reactions::Kind},
    words::{Lang, Word},
};
use serde_json::json;
use std::{future::Future, sync::Arc};
use uuid::Uuid;

/// Why nothing was changed.
#[derive(Debug)]
pub enum Refused {
    Wrong(Wrong),
    /// 404: there is no such comment.
    Unknown,
    /// 403: it is someone else's.
    NotYours,
    /// 429: the viewer has left all that one viewer may leave.
    Enough,
    Storage(ApiError),
}

impl From<store::StoreError> for Refused {
    fn from(error: store::StoreError) -> Self {
        Self::Storage(crate::reply::storage(error))
    }
}

/// The same words of the same viewer within this time are the same comment: a button pressed twice, a
/// request that was sent again.
const TWICE_MS: i64 = 10_000;
/// Reactions that one viewer may leave on a video.
const REACTIONS: i64 = 200;

/// Runs a change in a task of its own: a client that leaves can't break it in half.
async fn whole<T: Send + 'static>(
    change: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    tokio::spawn(change).await.unwrap_or_else(|_| Err(Refused::Storage(ApiError::internal())))
}

/// A comment on its way: who says it, and in which language they read.
pub struct New {
    pub wish: Wish,
    pub viewer: Viewer,
    pub lang: Lang,
}

/// Posts a comment or a reply, queues its message, and leaves a letter to an address that wants confirming.
pub async fn post(state: &State, published: &Arc<Published>, new: New, now: i64) -> Result<Comment, Refused> {
    let (state, published) = (state.clone(), published.clone());
    whole(async move {
        let video = &published.video;
        let waits = video.settings.comments == Comments::Approve;
        let mut tx = state.store.begin().await?;
        let seq = talks::next(tx.conn(), video.account_id, video.id).await?;
        let comment = Comment {
            account_id: video.account_id,
            video_id: video.id,
            id: Uuid::now_v7(),
            parent_id: parent(&mut tx, video, new.wish.parent).await?,
            viewer_id: new.viewer.id,
            author: new.wish.name,
            email: new.wish.email,
            verified: false,
            body: new.wish.text,
            at_ms: new.wish.at_ms,
            state: if waits { WAITING } else { SHOWN }.into(),
            seq,
            created_at: now,
            edited_at: None,
        };
        if let Some(same) = comments::same(tx.conn(), &comment, now - TWICE_MS).await? {
            return Ok(same);
        }
        comments::insert(tx.conn(), &comment).await?;
        let email = address(&mut tx, video, comment.email.clone(), new.viewer).await?;
        let queued = announce(&state, &mut tx, video, &comment, email, now).await?;
        let writes = letters::leave(&state, &mut tx, video, &comment, new.lang, now).await?;
        tx.commit().await?;
        if queued > 0 {
            state.courier_bell.notify_one();
        }
        if writes {
            state.talks.letter_bell.notify_one();
        }
        state.talks.changed(video.id, seq).await;
        Ok(comment)
    })
    .await
}

/// The comment that a reply to `id` stands below: an answer to a reply joins its thread.
async fn parent(tx: &mut Tx, video: &Video, id: Option<Uuid>) -> Result<Option<Uuid>, Refused> {
    let Some(id) = id else { return Ok(None) };
    let gone = || Refused::Wrong(Wrong::new("parent", Word::ParentGone));
    let of = (video.account_id, video.id);
    let named = comments::by_id(tx.conn(), of.0, of.1, id).await?;
    let named = named.filter(|comment| comment.state == SHOWN).ok_or_else(gone)?;
    let root = named.parent_id.unwrap_or(id);
    if comments::in_thread(tx.conn(), of, root).await? >= THREAD {
        return Err(Refused::Wrong(Wrong::new("parent", Word::ThreadFull)));
    }
    Ok(Some(root))
}

/// The address that a message names: the one that was typed, else the one by which the viewer is known.
async fn address(tx: &mut Tx, video: &Video, typed: Option<String>, viewer: Viewer) -> store::Result<Option<String>> {
    match typed.or(viewer.email) {
        Some(email) => Ok(Some(email)),
        None => writer::email(tx, video.account_id, viewer.id).await,
    }
}

async fn announce(
    state: &State,
    tx: &mut Tx,
    video: &Video,
    comment: &Comment,
    email: Option<String>,
    now: i64,
) -> store::Result<usize> {
    let mut own = json!({"comment": {
        "id": comment.id,
        "text": comment.body,
        "at": comment.at_ms,
        "author": comment.author,
        "state": comment.state,
    }});
    let event = match comment.parent_id {
        Some(parent) => {
            own["parent"] = json!(parent);
            "VideoReply"
        }
        None => "VideoComment",
    };
    let public_url = state.config.link("");
    let body = notice::answered(&writer::media(video, &public_url), own, email.as_deref());
    writer::send(tx, video, event, Some(comment.viewer_id), body, now).await
}

/// Who may change a comment.
#[derive(Clone, Debug)]
pub enum By {
    /// The viewer, who may also hold its key.
    Viewer {
        id: Uuid,
        has_key: bool,
    },
    Owner,
}

impl By {
    fn may(&self, comment: &Comment) -> bool {
        match self {
            By::Viewer { id, has_key } => *has_key || *id == comment.viewer_id,
            By::Owner => true,
        }
    }
}

/// Gives a comment another text. Where comments wait for the owner, it waits again.
pub async fn edit(
    state: &State,
    published: &Arc<Published>,
    id: Uuid,
    by: By,
    text: String,
    now: i64,
) -> Result<Comment, Refused> {
    let waits = published.video.settings.comments == Comments::Approve;
    change(state, &published.video, id, by, move |comment| {
        if comment.body != text {
            comment.body = text;
            comment.edited_at = Some(now);
            if waits && comment.state == SHOWN {
                comment.state = WAITING.into();
            }
        }
    })
    .await
}

/// Shows or hides a comment, as its owner decides.
pub async fn moderate(state: &State, video: &Video, id: Uuid, shown: bool) -> Result<Comment, Refused> {
    let to = if shown { SHOWN } else { HIDDEN };
    change(state, video, id, By::Owner, move |comment| comment.state = to.into()).await
}

/// Marks the author's address as theirs.
pub async fn confirm(state: &State, video: &Video, id: Uuid) -> Result<Comment, Refused> {
    change(state, video, id, By::Owner, |comment| comment.verified = true).await
}

/// Deletes a comment: nothing of it is kept but its place. An owner's word takes the replies with it.
pub async fn delete(state: &State, video: &Video, id: Uuid, by: By) -> Result<Comment, Refused> {
    let (state, video) = (state.clone(), video.clone());
    whole(async move {
        let mut tx = state.store.begin().await?;
        let seq = talks::next(tx.conn(), video.account_id, video.id).await?;
        let mut comment = find(&mut tx, &video, id, &by).await?;
        erase(&mut tx, &mut comment, seq).await?;
        let mut last = seq;
        if matches!(by, By::Owner) && comment.parent_id.is_none() {
            for mut reply in comments::of_parent(tx.conn(), (video.account_id, video.id), id).await? {
                last = talks::next(tx.conn(), video.account_id, video.id).await?;
                erase(&mut tx, &mut reply, last).await?;
            }
        }
        tx.commit().await?;
        state.talks.changed(video.id, last).await;
        Ok(comment)
    })
    .await
}

async fn erase(tx: &mut Tx, comment: &mut Comment, seq: i64) -> store::Result<()> {
    comment.author = String::new();
    comment.email = None;
    comment.verified = false;
    comment.body = String::new();
    comment.at_ms = None;
    comment.state = DELETED.into();
    comment.seq = seq;
    comments::update(tx.conn(), comment).await
}

async fn change(
    state: &State,
    video: &Video,
    id: Uuid,
    by: By,
    change: impl FnOnce(&mut Comment) + Send + 'static,
) -> Result<Comment, Refused> {
    let (state, video) = (state.clone(), video.clone());
    whole(async move {
        let mut tx = state.store.begin().await?;
        let seq = talks::next(tx.conn(), video.account_id, video.id).await?;
        let mut comment = find(&mut tx, &video, id, &by).await?;
        change(&mut comment);
        comment.seq = seq;
        comments::update(tx.conn(), &comment).await?;
        tx.commit().await?;
        state.talks.changed(video.id, seq).await;
        Ok(comment)
    })
    .await
}

/// A viewer does not learn of comments that are not to be seen, unless they are their own.
async fn find(tx: &mut Tx, video: &Video, id: Uuid, by: &By) -> Result<Comment, Refused> {
    let found = comments::by_id(tx.conn(), video.account_id, video.id, id).await?;
    let found = found.filter(|comment| comment.state != DELETED).ok_or(Refused::Unknown)?;
    match by.may(&found) {
        true if matches!(by, By::Owner) || found.state != HIDDEN => Ok(found),
        false if found.state == SHOWN => Err(Refused::NotYours),
        _ => Err(Refused::Unknown),
    }
}

/// Keeps a reaction and queues its message.
pub async fn react(
    state: &State,
    published: &Arc<Published>,
    (kind, at_ms): (Kind, Option<i64>),
    viewer: Viewer,
    now: i64,
) -> Result<Reaction, Refused> {
    let (state, published) = (state.clone(), published.clone());
    whole(async move {
        let video = &published.video;
        let mut tx = state.store.begin().await?;
        let seq = talks::next(tx.conn(), video.account_id, video.id).await?;
        if reactions::of_viewer(tx.conn(), video.account_id, video.id, viewer.id).await? >= REACTIONS {
            return Err(Refused::Enough);
        }
        let reaction = Reaction {
            account_id: video.account_id,
            video_id: video.id,
            id: Uuid::now_v7(),
            viewer_id: viewer.id,
            kind: kind.name().into(),
            at_ms,
            seq,
            created_at: now,
        };
        let slot = reactions::slot(at_ms, video.duration_ms.unwrap_or(0));
        reactions::insert(tx.conn(), &reaction, slot).await?;
        let public_url = state.config.link("");
        let own = json!({"reaction": kind.name(), "at": at_ms});
        let email = address(&mut tx, video, None, viewer).await?;
        let body = notice::answered(&writer::media(video, &public_url), own, email.as_deref());
        let queued = writer::send(&mut tx, video, "VideoReaction", Some(reaction.viewer_id), body, now).await?;
        tx.commit().await?;
        if queued > 0 {
            state.courier_bell.notify_one();
        }
        state.talks.changed(video.id, seq).await;
        Ok(reaction)
    })
    .await
}
