//! `cuepoint owner-link`: a link that tells an owner's browser from viewers'. It may run beside a server on the
//! same database.

use crate::{
    config::Config,
    demo,
    identity::owner,
    keys::Keys,
    state::now,
    store::{Store, StoreError, accounts},
};
use clap::Args;
use std::io;

/// The command's arguments.
#[derive(Args, Debug)]
pub struct OwnerLink {
    /// Whose people they are.
    #[arg(long, value_name = "EMAIL", default_value = demo::EMAIL)]
    pub account: String,
}

#[derive(Debug, thiserror::Error)]
pub enum OwnerLinkError {
    #[error("--account: there is no account {0}")]
    Unknown(String),
    #[error("database: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl OwnerLink {
    /// The link, as the server of this configuration takes it.
    ///
    /// # Errors
    /// There is no such account, or the database or the instance key can't be read.
    pub async fn run(self, config: &Config) -> Result<String, OwnerLinkError> {
        let data = config.data_folder();
        std::fs::create_dir_all(&data)?;
        let store = Store::open(&config.database_url).await?;
        let mut reader = store.reader().await?;
        let account = accounts::by_email(reader.conn(), &self.account).await?;
        drop(reader);
        store.close().await;
        let account = account.ok_or(OwnerLinkError::Unknown(self.account))?;
        let keys = Keys::load(&data)?;
        Ok(config.link(&owner::path(&keys, account.id, now() + owner::LINK_LASTS_MS)))
    }
}
