//! The database: SQLite by default, PostgreSQL by its URL, one SQL text for both.
//!
//! Each file holds one table or question. Its functions take a [`Conn`], so they work alike on a
//! reader and inside a transaction.

pub mod accounts;
pub mod answers;
pub mod api_keys;
pub mod attempts;
pub mod audience;
pub mod audit;
pub mod backlog;
pub mod circuits;
pub mod claims;
pub mod comments;
pub mod deliveries;
pub mod endpoints;
pub mod entries;
pub mod export;
pub mod figures;
pub mod former_interactions;
pub mod forms;
pub mod garbage;
pub mod gates;
pub mod import_keys;
pub mod interactions;
pub mod invitations;
pub mod jobs;
pub mod links;
pub mod locks;
pub mod log;
pub mod mails;
pub mod members;
pub mod outbox;
pub mod people;
pub mod purge;
pub mod reactions;
pub mod replays;
pub mod resets;
mod rows;
pub mod salts;
pub mod secrets;
pub mod sessions;
pub mod showings;
pub mod sums;
pub mod talks;
pub mod tallies;
pub mod traces;
pub mod uploads;
pub mod users;
pub mod videos;
pub mod viewer_keys;
pub mod viewers;
pub mod views;

pub(crate) use rows::{pieces, rows_sql};
use sqlx::{
    Connection, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::{PoolConnection, PoolOptions},
    postgres::PgConnectOptions,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

/// A handle on the database; clones share its connections.
#[derive(Clone)]
pub enum Store {
    /// One connection writes, the others only read, so that no reader ever waits for a writer.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database URL must begin with sqlite: or postgres:, not {0:?}")]
    UnknownEngine(String),
    #[error("SQLite {0} can corrupt its log; 3.51.3 or later is needed")]
    SqliteTooOld(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("stored {what} can't be read: {source}")]
    Unreadable { what: &'static str, source: serde_json::Error },
}

impl StoreError {
    /// Can the database not be used just now, whatever was asked of it: it is gone, taken, or its disk is full?
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                let code = error.code().unwrap_or_default();
                match error.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
                    // The low byte of an extended code: busy, locked, read-only, I/O, full, can't open.
                    Some(_) => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14)),
                    // Classes of SQLSTATE: connection, read-only, resources, intervention, system; and too slow.
                    None => ["08", "25006", "53", "57P", "57014", "58"].iter().any(|class| code.starts_with(class)),
                }
            }
            Self::Database(error) => matches!(
                error,
                sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed
            ),
            Self::UnknownEngine(_) | Self::SqliteTooOld(_) | Self::Migration(_) | Self::Unreadable { .. } => false,
        }
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// A borrowed connection of either engine.
pub enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Conn<'_> {
    /// The same connection, lent once more.
    pub fn again(&mut self) -> Conn<'_> {
        match self {
            Conn::Sqlite(db) => Conn::Sqlite(db),
            Conn::Postgres(db) => Conn::Postgres(db),
        }
    }
}

/// Runs one expression on whichever connection it is. The SQL is the same; only its types differ.
macro_rules! on {
    ($conn:expr, $db:ident => $run:expr) => {
        match $conn {
            $crate::store::Conn::Sqlite($db) => $run,
            $crate::store::Conn::Postgres($db) => $run,
        }
    };
}
pub(crate) use on;

/// A pooled connection for reading.
pub enum Reader {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Reader::Sqlite(db) => Conn::Sqlite(db),
            Reader::Postgres(db) => Conn::Postgres(db),
        }
    }
}

/// A write transaction: rolled back unless committed. Run it in a task of its own, so that a
/// client that leaves can't drop it half-way (sqlx 0.9 leaks a cancelled PostgreSQL `begin`).
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Tx::Sqlite(db) => Conn::Sqlite(db),
            Tx::Postgres(db) => Conn::Postgres(db),
        }
    }

    pub async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Connections that only read a SQLite file.
const READERS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_POOL: u32 = 16;
/// How long a caller waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_secs(5);

impl Store {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// An unknown URL scheme, an unreachable database, a failed migration, or a SQLite that is too old.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url).await
        } else {
            Err(StoreError::UnknownEngine(url.split(':').next().unwrap_or_default().into()))
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(ACQUIRE).pragma("temp_store", "memory");
        let writing = options
            .clone()
            .create_if_missing(true)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is gone from the file too: somebody may have asked for that.
            .pragma("secure_delete", "on")
            .row_buffer_size(1_024)
            .pragma("cache_size", "-65536")
            .pragma("journal_size_limit", "67108864");
        let writer = PoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            // When a disk is full SQLite ends a transaction by itself, and sqlx (0.9.0) believes for ever that it
            // is open: such a connection is of no use any more, and a new one takes its place.
            .before_acquire(|writer: &mut SqliteConnection, _| {
                Box::pin(std::future::ready(Ok(!writer.is_in_transaction())))
            })
            .connect_with(writing)
            .await?;
        let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&writer).await?;
        if version.split('.').map(|n| n.parse().unwrap_or(0)).collect::<Vec<u32>>() < vec![3, 51, 3] {
            return Err(StoreError::SqliteTooOld(version));
        }
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        let readers = PoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.read_only(true).pragma("query_only", "on"))
            .await?;
        Ok(Self::Sqlite { writer, readers })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?
            .options([("idle_in_transaction_session_timeout", "10s"), ("statement_timeout", "30s")]);
        let pool =
            PoolOptions::new().max_connections(POSTGRES_POOL).acquire_timeout(ACQUIRE).connect_with(options).await?;
        sqlx::migrate!("migrations/postgres").run(&pool).await?;
        Ok(Self::Postgres(pool))
    }

    /// A connection to read with.
    pub async fn reader(&self) -> Result<Reader> {
        Ok(match self {
            Store::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Store::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// Begins a write transaction. On SQLite it is the only one at a time.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Store::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("begin immediate").await?),
            Store::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Folds the log into the file, so that what was deleted stands nowhere any more; where somebody still
    /// reads, that waits for the next time.
    pub async fn fold(&self) {
        if let Store::Sqlite { writer, .. } = self
            && let Err(error) = sqlx::query("pragma wal_checkpoint(truncate)").execute(writer).await
        {
            tracing::warn!(%error, "the log was not folded into the database file");
        }
    }

    /// Closes every connection; on SQLite the log is folded into the file.
    pub async fn close(&self) {
        match self {
            Store::Sqlite { writer, readers } => {
                readers.close().await;
                if let Err(error) = sqlx::query("pragma wal_checkpoint(truncate)").execute(writer).await {
                    tracing::warn!(%error, "the log was not folded into the database file");
                }
                writer.close().await;
            }
            Store::Postgres(pool) => pool.close().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_by_itself_blocks_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&format!("sqlite://{}/test.db", folder.path().display())).await.expect("a database");
        let mut tx = store.begin().await.expect("begun");
        // As it does when the disk is full.
        on!(tx.conn(), db => sqlx::query("rollback").execute(db).await.map(|_| ())).expect("rolled back");
        assert!(tx.commit().await.is_err());
        for _ in 0..2 {
            store.begin().await.expect("the next one").commit().await.expect("committed");
        }
    }
}
