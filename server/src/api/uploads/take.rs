//! Takes the bytes of a request into an upload: piece after piece into the store, then into the rows that make them
//! count. What has come counts also when the client goes away in the middle.

use super::{LASTS_MS, checksum::Checksum, elsewhere, piece::Piece};
use crate::{
    jobs::arrive::part_path,
    keys::random,
    reply::Reply,
    state::{State, now},
    store::{
        jobs,
        uploads::{self, Part, Upload},
    },
};
use app::error::ApiError;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use object_store::PutPayload;
use std::{collections::VecDeque, time::Duration};
use tokio::{task::JoinHandle, time::timeout};

/// The size of a piece, and how many bytes are let to come before they are made to count.
const PIECE: usize = 8 << 20;
const COUNTED: i64 = 64 << 20;
/// Pieces that are on their way to the disk while more comes: one alone would leave the line idle.
const UNDER_WAY: usize = 3;
/// How long a client may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// Appends a body; returns the upload as it is then.
///
/// # Errors
/// What came before the error counts, unless there is a checksum.
pub async fn take(state: &State, upload: Upload, body: Body, checksum: Option<Checksum>) -> Result<Upload, Reply> {
    let chunks = body.into_data_stream().map(|chunk| chunk.map_err(|_| broke_off()));
    append(state, upload, chunks, checksum, true).await
}

/// The same with chunks from anywhere. `ends` says that the upload is whole once it has its length.
pub async fn append(
    state: &State,
    upload: Upload,
    chunks: impl Stream<Item = Result<Bytes, ApiError>> + Send + Unpin + 'static,
    checksum: Option<Checksum>,
    ends: bool,
) -> Result<Upload, Reply> {
    let taking = Taking {
        state: state.clone(),
        start: upload.received,
        upload,
        piece: Piece::default(),
        under_way: VecDeque::new(),
        stored: Vec::new(),
        ends,
    };
    // A client that leaves takes nothing of what has come with it.
    tokio::spawn(taking.all(chunks, checksum)).await.map_err(|_| ApiError::internal())?
}

fn broke_off() -> ApiError {
    ApiError::invalid("The body broke off.")
}

struct Taking {
    state: State,
    /// As far as it counts.
    upload: Upload,
    /// What is not in the store yet, and where in the file it begins.
    piece: Piece,
    start: i64,
    /// In the order of the file.
    under_way: VecDeque<JoinHandle<Result<Part, Reply>>>,
    /// What is in the store and does not count yet.
    stored: Vec<Part>,
    ends: bool,
}

impl Taking {
    async fn all(
        mut self,
        mut chunks: impl Stream<Item = Result<Bytes, ApiError>> + Send + Unpin,
        mut checksum: Option<Checksum>,
    ) -> Result<Upload, Reply> {
        let counts_early = checksum.is_none();
        let ended = loop {
            let chunk = match timeout(SILENCE, chunks.next()).await {
                Ok(None) => break Ok(()),
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => break Err(error),
                Err(_) => break Err(broke_off()),
            };
            if let Err(error) = self.fits(chunk.len()) {
                break Err(error);
            }
            if let Some(checksum) = &mut checksum {
                checksum.update(&chunk);
            }
            self.piece.push(chunk);
            if self.piece.size() >= PIECE
                && let Err(error) = self.store(counts_early).await
            {
                return self.give_up(error).await;
            }
        };
        let ended = ended.and_then(|()| checksum.map_or(Ok(()), Checksum::check));
        if let (Err(error), false) = (&ended, counts_early) {
            return self.give_up(error.clone().into()).await;
        }
        // A body that is not whole still counts as far as it has come.
        if let Err(error) = self.last().await {
            return self.give_up(error).await;
        }
        ended?;
        Ok(self.upload)
    }

    /// Is there room for so many more bytes?
    fn fits(&self, more: usize) -> Result<(), ApiError> {
        let most = self.state.config.upload_max;
        let size = self.start.unsigned_abs() + (self.piece.size() + more) as u64;
        match self.upload.length {
            Some(length) if size > length.unsigned_abs() => {
                Err(ApiError::invalid("There are more bytes than the upload was to have."))
            }
            _ if size > most => Err(ApiError::too_large(usize::try_from(most).unwrap_or(usize::MAX))),
            _ => Ok(()),
        }
    }

    /// Sends what has come to the store, while more comes.
    async fn store(&mut self, counts: bool) -> Result<(), Reply> {
        self.landed(UNDER_WAY - 1).await?;
        if counts && self.stored.iter().map(|part| part.size).sum::<i64>() >= COUNTED {
            self.count().await?;
        }
        let name = format!("{:015}-{}", self.start, hex::encode(random::<4>()));
        let part = Part { start: self.start, size: self.piece.size() as i64, name };
        self.start += part.size;
        let path = part_path(self.upload.account_id, self.upload.id, &part.name);
        let (media, bytes) = (self.state.media.clone(), self.piece.take());
        self.under_way.push_back(tokio::spawn(async move {
            media.put(&path, PutPayload::from_iter(bytes)).await.map_err(|error| {
                tracing::error!(%error, "a piece of an upload was not stored");
                Reply(ApiError::unavailable(5))
            })?;
            Ok(part)
        }));
        Ok(())
    }

    /// Waits until no more than so many are under way.
    async fn landed(&mut self, most: usize) -> Result<(), Reply> {
        while self.under_way.len() > most
            && let Some(first) = self.under_way.pop_front()
        {
            self.stored.push(first.await.map_err(|_| ApiError::internal())??);
        }
        Ok(())
    }

    async fn last(&mut self) -> Result<(), Reply> {
        if self.piece.size() > 0 {
            self.store(true).await?;
        }
        self.landed(0).await?;
        self.count().await
    }

    /// Makes what is stored count.
    async fn count(&mut self) -> Result<(), Reply> {
        let (now, upload) = (now(), &self.upload);
        let size: i64 = self.stored.iter().map(|part| part.size).sum();
        let received = upload.received + size;
        let is_whole = self.ends && upload.length == Some(received);
        if size == 0 && !is_whole {
            return Ok(());
        }
        let expires_at = now + LASTS_MS;
        let mut tx = self.state.store.begin().await?;
        if !uploads::advance(tx.conn(), upload, &self.stored, expires_at).await? {
            drop(tx);
            let mut reader = self.state.store.reader().await?;
            let at = uploads::by_id(reader.conn(), upload.account_id, upload.id).await?;
            return Err(at.map_or_else(super::unknown, |at| elsewhere(at.received)).into());
        }
        if is_whole {
            whole(&mut tx, upload, now).await?;
        } else if let Some(length @ 1..) = upload.length {
            jobs::received(tx.conn(), upload.account_id, upload.id, received * 30 / length, now).await?;
        }
        tx.commit().await?;
        (self.upload.received, self.upload.expires_at) = (received, expires_at);
        self.stored.clear();
        if is_whole {
            self.state.jobs.bell.notify_one();
        }
        Ok(())
    }

    /// What does not count is deleted again.
    async fn give_up(mut self, error: Reply) -> Result<Upload, Reply> {
        // Whatever came of them, their files go too.
        while let Some(one) = self.under_way.pop_front() {
            self.stored.extend(one.await.ok().and_then(Result::ok));
        }
        for part in &self.stored {
            let path = part_path(self.upload.account_id, self.upload.id, &part.name);
            if let Err(error) = self.state.media.delete(&path).await {
                tracing::warn!(%error, %path, "a piece that does not count stays until its upload goes");
            }
        }
        Err(error)
    }
}

/// The upload is whole: its job may begin.
pub async fn whole(tx: &mut crate::store::Tx, upload: &Upload, now: i64) -> crate::store::Result<()> {
    if let Some(job) = jobs::by_id(tx.conn(), upload.account_id, upload.id).await? {
        jobs::whole(tx.conn(), &job, now).await?;
    }
    Ok(())
}
