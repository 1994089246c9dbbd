//! The salt of the day, read from the database once a day, and gone two days after it was made.

use crate::{
    keys::random,
    store::{self, Store, salts},
};
use std::sync::{Mutex, PoisonError};

/// Today's salt, and yesterday's where there was one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub today: Vec<u8>,
    pub yesterday: Option<Vec<u8>>,
}

#[derive(Default)]
pub struct Salts {
    kept: Mutex<Option<(i64, Pair)>>,
    /// The day for which old salts were deleted last.
    swept: Mutex<Option<i64>>,
}

const DAY_MS: i64 = 24 * 3_600_000;

impl Salts {
    pub async fn of(&self, store: &Store, now: i64) -> store::Result<Vec<u8>> {
        Ok(self.both(store, now).await?.today)
    }

    pub async fn both(&self, store: &Store, now: i64) -> store::Result<Pair> {
        let today = now.div_euclid(DAY_MS);
        if let Some((day, pair)) = &*self.kept.lock().unwrap_or_else(PoisonError::into_inner)
            && *day == today
        {
            return Ok(pair.clone());
        }
        let store = store.clone();
        let task = tokio::spawn(async move {
            let mut tx = store.begin().await?;
            let salt = salts::of_day(tx.conn(), today, &random::<32>()).await?;
            let yesterday = salts::known(tx.conn(), today - 1).await?;
            tx.commit().await?;
            store::Result::Ok(Pair { today: salt, yesterday })
        });
        let pair = task.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((today, pair.clone()));
        Ok(pair)
    }

    /// Deletes what is older than yesterday's, from the database and from memory; does so once a day,
    /// whoever visits or not. A salt made at midnight is gone 48 hours later.
    pub async fn sweep(&self, store: &Store, now: i64) -> store::Result<()> {
        let today = now.div_euclid(DAY_MS);
        if *self.swept.lock().unwrap_or_else(PoisonError::into_inner) == Some(today) {
            return Ok(());
        }
        let mut tx = store.begin().await?;
        salts::forget(tx.conn(), today - 1).await?;
        tx.commit().await?;
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take_if(|(day, _)| *day != today);
        *self.swept.lock().unwrap_or_else(PoisonError::into_inner) = Some(today);
        Ok(())
    }
}
