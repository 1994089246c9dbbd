//! What is left over: files that nothing names, folders of jobs that are over, uploads that nobody went on with,
//! videos that were deleted long enough ago.

use super::{cancelled, folder, folders, shielded, told};
use crate::{
    media::MediaError,
    state::{self, State},
    store::{self, garbage, interactions, jobs, purge, uploads, videos},
};
use futures_util::TryStreamExt;
use object_store::path::Path as Stored;
use std::{collections::HashSet, fs, path::Path, time::Duration};
use tokio::time;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A deleted video can be had back for this long.
pub const UNDELETE_MS: i64 = 7 * 24 * 3_600_000;
/// How often it is looked for what may go, and how often the whole store is looked through for what nothing names.
const EVERY: Duration = Duration::from_secs(30);
const THROUGH_MS: i64 = 24 * 3_600_000;
/// How long after a start that is done first: servers that are restarted daily do it too.
const FIRST_MS: i64 = 5 * 60_000;
/// A file that nothing names may be one that is only just being made.
const OLD_MS: i64 = 24 * 3_600_000;
/// How much is done at a time.
const PIECE: i64 = 200;

/// Sweeps until `stop`.
pub async fn run(state: State, stop: CancellationToken) {
    let mut pace = time::interval(EVERY);
    pace.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    let (begun, mut looked_at) = (state::now(), None);
    while stop.run_until_cancelled(pace.tick()).await.is_some() {
        let now = state::now();
        once(&state, now).await;
        if is_due(begun, looked_at, now) {
            looked_at = Some(now);
            if let Err(error) = stop.run_until_cancelled(orphans(&state, now)).await.unwrap_or(Ok(0)) {
                tracing::warn!(%error, "the store was not looked through");
            }
        }
    }
}

/// Is the whole store to be looked through at `now`?
fn is_due(begun: i64, looked_at: Option<i64>, now: i64) -> bool {
    now >= looked_at.map_or(begun + FIRST_MS, |at| at + THROUGH_MS)
}

/// One round at `now`; what can't be done this time is done the next.
pub async fn once(state: &State, now: i64) {
    let swept = async {
        expire(state, now).await?;
        purge_deleted(state, now).await?;
        own_folders(state).await?;
        store::Result::Ok(())
    };
    if let Err(error) = swept.await {
        tracing::warn!(%error, "not everything was swept");
    }
    if let Err(error) = empty_bin(state, now).await {
        tracing::warn!(%error, "not every file that may go is gone");
    }
}

/// Uploads that nobody went on with in time.
async fn expire(state: &State, now: i64) -> store::Result<()> {
    let mut reader = state.store.reader().await?;
    let expired = uploads::expired(reader.conn(), now).await?;
    drop(reader);
    for upload in expired {
        shielded(state, async move |state| {
            let mut tx = state.store.begin().await?;
            // Somebody may have gone on just now.
            let late = uploads::by_id(tx.conn(), upload.account_id, upload.id).await?;
            if late.is_none_or(|late| late.expires_at > now) {
                return Ok(());
            }
            let Some(job) = jobs::by_id(tx.conn(), upload.account_id, upload.id).await? else { return Ok(()) };
            if jobs::cancel(tx.conn(), upload.account_id, upload.id, now).await? {
                cancelled(&mut tx, &state, &job, now).await?;
                tx.commit().await?;
                told::changed(&state, &job).await;
            }
            Ok(())
        })
        .await?;
    }
    shielded(state, async move |state| {
        let mut tx = state.store.begin().await?;
        uploads::delete_over(tx.conn(), now).await?;
        tx.commit().await
    })
    .await
}

/// Deleted videos, with everything that belongs to them.
async fn purge_deleted(state: &State, now: i64) -> store::Result<()> {
    let mut reader = state.store.reader().await?;
    let deleted = videos::deleted_by(reader.conn(), now - UNDELETE_MS, PIECE).await?;
    drop(reader);
    for video in deleted {
        let told = video.clone();
        shielded(state, async move |state| {
            let mut tx = state.store.begin().await?;
            let folder = format!("{}/{}/", video.account_id, video.id);
            garbage::insert(tx.conn(), video.account_id, &folder, now).await?;
            purge::video(tx.conn(), video.account_id, video.id).await?;
            tx.commit().await
        })
        .await?;
        told::forget(state, &told).await;
    }
    Ok(())
}

/// Deletes files that may go, then the notes that say so.
async fn empty_bin(state: &State, now: i64) -> Result<(), MediaError> {
    loop {
        let due = async {
            let mut reader = state.store.reader().await?;
            garbage::due(reader.conn(), now, PIECE).await
        };
        let due = due.await.unwrap_or_default();
        if due.is_empty() || state.stopping.is_cancelled() {
            return Ok(());
        }
        for one in &due {
            let path = Stored::from(one.path.as_str());
            if one.path.ends_with('/') {
                state.media.delete_below(&path).await?;
                clear_folder(state, &path);
            } else {
                state.media.delete(&path).await?;
            }
        }
        let gone = shielded(state, async move |state| {
            let mut tx = state.store.begin().await?;
            for one in &due {
                garbage::delete(tx.conn(), one).await?;
            }
            tx.commit().await
        });
        if let Err(error) = gone.await {
            // They are deleted once more the next time, which does no harm.
            tracing::warn!(%error, "what was swept is not written down");
            return Ok(());
        }
    }
}

/// A folder of the store on this machine that holds no files any more; halves of files may be in it still.
fn clear_folder(state: &State, path: &Stored) {
    if let Some(root) = state.media.folder() {
        let folder = root.join(path.as_ref());
        if folder != root && folder.starts_with(root) {
            // One that is not there is as good.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Folders of jobs that are over, on this machine.
async fn own_folders(state: &State) -> store::Result<()> {
    let Ok(entries) = fs::read_dir(folders(state)) else { return Ok(()) };
    for entry in entries.flatten() {
        if let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            folder_of(state, id).await;
        }
    }
    Ok(())
}

/// The job's folder on this machine, when the job is over.
pub async fn folder_of(state: &State, id: Uuid) {
    match is_open(state, id).await {
        Ok(false) => remove(&folder(state, id)),
        Ok(true) => {}
        Err(error) => tracing::debug!(%error, "a job's folder stays for now"),
    }
}

/// Is there still something to be done for the job?
async fn is_open(state: &State, id: Uuid) -> store::Result<bool> {
    let mut reader = state.store.reader().await?;
    jobs::is_open(reader.conn(), id).await
}

fn remove(folder: &Path) {
    match fs::remove_dir_all(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(path = %folder.display(), %error, "a job's folder stays behind"),
    }
}

/// Looks through the whole store for old files that nothing names, and deletes them; returns how many.
///
/// # Errors
/// As the store's, or the database's.
pub async fn orphans(state: &State, now: i64) -> Result<usize, MediaError> {
    let (mut of, mut named, mut deleted) = ((0, 0), None, 0);
    let all = Stored::default();
    let mut found = state.media.list(&all);
    while let Some(one) = found.try_next().await? {
        if one.changed_at > now - OLD_MS {
            continue;
        }
        let parts: Vec<String> = one.path.parts().map(|part| part.as_ref().to_owned()).collect();
        let is_orphan = match parts.as_slice() {
            [account, video, name] => {
                let (Ok(account), Ok(video)) = (account.parse::<i64>(), video.parse::<i64>()) else { continue };
                if named.is_none() || of != (account, video) {
                    of = (account, video);
                    named = names(state, account, video).await;
                }
                // What can't be read now may be named.
                named.as_ref().is_some_and(|named| !named.contains(name))
            }
            // A piece that was still being written when its upload ended.
            [_, uploads, upload, _] if uploads == "uploads" => match upload.parse::<Uuid>() {
                Ok(id) => is_open(state, id).await.is_ok_and(|open| !open),
                Err(_) => false,
            },
            _ => false,
        };
        if is_orphan {
            tracing::info!(path = %one.path, "nothing names this file any more");
            state.media.delete(&one.path).await?;
            deleted += 1;
        }
    }
    if let Some(root) = state.media.folder() {
        deleted += halves(root, now);
    }
    Ok(deleted)
}

/// Every file that a video names; none where that can't be told, since a job is under way.
async fn names(state: &State, account: i64, video: i64) -> Option<HashSet<String>> {
    let mut reader = state.store.reader().await.ok()?;
    let found = videos::by_id(reader.conn(), video).await.ok()?;
    let Some(found) = found.filter(|found| found.account_id == account) else { return Some(HashSet::new()) };
    if !jobs::under_way(reader.conn(), account, video).await.ok()?.is_empty() {
        return None;
    }
    let mut names: HashSet<String> = found.files.names().map(str::to_owned).collect();
    names.extend(found.files.former.iter().cloned());
    for mut stored in interactions::all(reader.conn(), account, video).await.ok()? {
        let published = match &mut stored.live {
            interactions::Live::Older(older) => Some(older.as_mut()),
            interactions::Live::Newest | interactions::Live::Nothing => None,
        };
        for one in published.into_iter().chain([&mut stored.newest]) {
            names.extend(one.spec.kind_mut().images().into_iter().filter_map(|(_, image)| image.file.clone()));
        }
    }
    Some(names)
}

/// Halves of files that the store was still writing when a server died: they have a `#` in their name, and no
/// list shows them.
fn halves(folder: &Path, now: i64) -> usize {
    let mut deleted = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_dir() {
            deleted += halves(&path, now);
            continue;
        }
        let is_half =
            path.to_str().and_then(|name| name.rsplit_once('#')).is_some_and(|(_, n)| n.parse::<u64>().is_ok());
        let changed = meta.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let is_old = changed.is_some_and(|at| (at.as_millis() as i64) < now - OLD_MS);
        if is_half && is_old && fs::remove_file(&path).is_ok() {
            deleted += 1;
        }
    }
    deleted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_looked_through_soon_after_a_start_and_daily_from_then_on() {
        let (begun, day) = (1_000, 24 * 3_600_000);
        assert!(!is_due(begun, None, begun) && is_due(begun, None, begun + 10 * 60_000));
        assert!(!is_due(begun, Some(begun), begun + day - 1) && is_due(begun, Some(begun), begun + day));
    }
}
