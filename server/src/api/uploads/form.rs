//! `POST /api/v1/videos`: a file in a form (multipart/form-data), taken in as it comes.

use super::{
    super::{
        caller::Caller,
        fields::{self, Fields},
        videos::imported,
    },
    create::{self, Wish},
    take,
};
use crate::{
    jobs::cancelled,
    reply::Reply,
    state::{State, now},
    store::{
        jobs, purge,
        uploads::{self, Upload},
        videos::{self, Video},
    },
};
use app::error::{ApiError, Flaw};
use axum::{
    Json,
    extract::{Multipart, State as Shared, multipart::Field, multipart::MultipartRejection},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::StatusCode;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

/// The longest text field, in bytes, and the most of them.
const TEXT: usize = 64 << 10;
const TEXTS: usize = 32;

pub async fn create(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let (video, upload) = taken(&state, account.id, For::Named, form).await?;
    Ok((StatusCode::CREATED, Json(imported(&video, &state.config, Some(upload.id)))))
}

/// Which video a form's file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The one that its field `video_id` names; a new one where it names none.
    Named,
    /// A new one: the form may name none.
    New,
    /// This one, whatever the form names.
    Video(i64),
}

impl For {
    fn wish(self, fields: &Fields) -> Result<Wish, ApiError> {
        let wish = Wish::read(fields)?;
        match self {
            For::New if wish.replaces.is_some() => Err(create::not_by_link()),
            For::Named | For::New => Ok(wish),
            For::Video(id) => Ok(Wish { replaces: Some(id), ..wish }),
        }
    }
}

/// Takes the file of a form, for a new video or for one that there is. What is not whole leaves nothing.
pub async fn taken(
    state: &State,
    account_id: i64,
    whose: For,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(Video, Upload), Reply> {
    let mut form = form.map_err(|_| ApiError::invalid("Send a form with a file (multipart/form-data)."))?;
    let mut fields = Map::new();
    let mut begun: Option<(Video, Upload)> = None;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => return Err(abandon(state, begun, broke_off()).await),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            match text(field).await {
                Ok(text) if fields.len() < TEXTS => fields.insert(name, Value::String(text)),
                Ok(_) => return Err(abandon(state, begun, ApiError::invalid("The form has too many fields.")).await),
                Err(error) => return Err(abandon(state, begun, error).await),
            };
            continue;
        }
        if begun.is_some() {
            return Err(abandon(state, begun, ApiError::invalid("file: may come once.")).await);
        }
        if let Some(name) = field.file_name() {
            fields.insert("filename".into(), name.replace('\0', " ").into());
        }
        let wish = whose.wish(&Fields(fields.clone()))?;
        let (video, upload) = store(state, account_id, wish).await?;
        begun = Some((video.clone(), upload.clone()));
        let (sender, receiver) = mpsc::channel(4);
        let taking = take::append(state, upload, Box::pin(channel(receiver)), None, false);
        let (taken, ()) = tokio::join!(taking, feed(field, sender));
        match taken {
            Ok(upload) => begun = Some((video, upload)),
            Err(Reply(error)) => return Err(abandon(state, begun, error).await),
        }
    }
    let Some((video, upload)) = begun else {
        return Err(ApiError::flawed(vec![Flaw::new("file", "is missing")]).into());
    };
    // Fields may also come behind the file.
    let wish = match whose.wish(&Fields(fields)) {
        Ok(wish) => wish,
        Err(error) => return Err(abandon(state, Some((video, upload)), error).await),
    };
    let state = state.clone();
    let ended = tokio::spawn(async move {
        let now = now();
        let (mut video, mut upload) = (video, upload);
        let mut tx = state.store.begin().await?;
        uploads::set_length(tx.conn(), account_id, upload.id, upload.received).await?;
        upload.length = Some(upload.received);
        if let Some(mut job) = jobs::by_id(tx.conn(), account_id, upload.id).await? {
            job.source = wish.source;
            jobs::whole(tx.conn(), &job, now).await?;
        }
        if wish.replaces.is_none() {
            (video.title, video.description) = (wish.about.title, wish.about.description);
            videos::update(tx.conn(), &video).await?;
        }
        tx.commit().await?;
        state.jobs.bell.notify_one();
        Ok::<_, Reply>((video, upload))
    });
    ended.await.map_err(|_| ApiError::internal())?
}

async fn store(state: &State, account_id: i64, wish: Wish) -> Result<(Video, Upload), Reply> {
    let state = state.clone();
    let kept = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        let kept = create::begin(&mut tx, &state, account_id, wish, None, String::new()).await?;
        tx.commit().await?;
        Ok::<_, Reply>(kept)
    });
    kept.await.map_err(|_| ApiError::internal())?
}

async fn text(mut field: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broke_off())? {
        if bytes.len() + chunk.len() > TEXT {
            return Err(ApiError::too_large(TEXT));
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.contains(&0) {
        return Err(fields::nul());
    }
    String::from_utf8(bytes).map_err(|_| ApiError::invalid("A field of the form is not text."))
}

/// Hands over the file's chunks. The field borrows the form, and what takes the bytes outlives the request.
async fn feed(mut field: Field<'_>, to: mpsc::Sender<Result<Bytes, ApiError>>) {
    loop {
        let chunk = match field.chunk().await {
            Ok(Some(chunk)) => Ok(chunk),
            Ok(None) => return,
            Err(_) => Err(broke_off()),
        };
        let is_last = chunk.is_err();
        if to.send(chunk).await.is_err() || is_last {
            return;
        }
    }
}

fn channel(receiver: mpsc::Receiver<Result<Bytes, ApiError>>) -> impl Stream<Item = Result<Bytes, ApiError>> {
    stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) }).fuse()
}

fn broke_off() -> ApiError {
    ApiError::invalid("The form broke off.")
}

/// Nobody knows of the video yet: nothing of it stays.
async fn abandon(state: &State, begun: Option<(Video, Upload)>, error: ApiError) -> Reply {
    let Some((video, upload)) = begun else { return error.into() };
    let state = state.clone();
    let gone = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        if let Some(job) = jobs::by_id(tx.conn(), upload.account_id, upload.id).await? {
            let is_new = job.kind == jobs::Kind::Import;
            jobs::cancel(tx.conn(), upload.account_id, upload.id, now()).await?;
            cancelled(&mut tx, &state, &job, now()).await?;
            if is_new {
                purge::video(tx.conn(), video.account_id, video.id).await?;
            }
        }
        tx.commit().await
    });
    if !matches!(gone.await, Ok(Ok(()))) {
        tracing::warn!("an upload that broke off goes when its time is over");
    }
    error.into()
}
