//! `cuepoint account` and `cuepoint user`: the first people of an account, and a way back in, from the machine that
//! serves. A server may be running on the same database.

use crate::{
    config::Config,
    demo,
    identity::mail,
    people::{
        Rights, Role,
        audit::{self, Done},
        keys::fresh,
        reset::{self, MADE_MS},
        session::Actor,
    },
    state::now,
    store::{
        Store, StoreError, Tx,
        accounts::{self, Account},
        api_keys::{self, ApiKey},
        members, resets, users,
        users::User,
    },
};
use clap::{Args, Subcommand};
use std::io;
use uuid::Uuid;

#[derive(Subcommand, Debug)]
pub enum AccountCommand {
    /// Add an account, and print an API key of it with every right: it is shown this once.
    Add(NewAccount),
}

#[derive(Args, Debug)]
pub struct NewAccount {
    /// What it is known by, to `--account` and in the compatible `email` parameter.
    #[arg(long)]
    pub email: String,
    /// What viewers read as the owner of its videos.
    #[arg(long)]
    pub name: String,
}

#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Add a person to an account, and print a link, good once and for a day, that sets their password.
    Add(NewUser),
    /// Print a link, good once and for a day, that sets a person's password.
    ResetLink {
        #[arg(long)]
        email: String,
    },
}

#[derive(Args, Debug)]
pub struct NewUser {
    /// The account's address.
    #[arg(long, value_name = "EMAIL", default_value = demo::EMAIL)]
    pub account: String,
    #[arg(long)]
    pub email: String,
    #[arg(long, default_value = "")]
    pub name: String,
    /// viewer, analyst, editor, admin or owner
    #[arg(long, default_value = "owner", value_parser = role)]
    pub role: Role,
}

fn role(text: &str) -> Result<Role, String> {
    let names = Role::ALL.map(Role::as_str).join(", ");
    Role::named(text).ok_or(format!("must be one of {names}"))
}

#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    #[error("--account: there is no account {0}; `cuepoint account add` makes one")]
    NoAccount(String),
    #[error("--email: {0}")]
    Email(&'static str),
    #[error("--name: must be 1 to 200 characters")]
    Name,
    #[error("database: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

async fn open(config: &Config) -> Result<Store, PeopleError> {
    std::fs::create_dir_all(config.data_folder())?;
    Ok(Store::open(&config.database_url).await?)
}

fn address(text: &str) -> Result<String, PeopleError> {
    Ok(mail::address(text).ok_or(PeopleError::Email("is not an e-mail address"))?.to_lowercase())
}

impl AccountCommand {
    /// Returns the account's number and key, a line each.
    ///
    /// # Errors
    /// There is such an account already, or the database can't be written.
    pub async fn run(self, config: &Config) -> Result<String, PeopleError> {
        let Self::Add(NewAccount { email, name }) = self;
        let (email, name) = (address(&email)?, mail::name(&name).ok_or(PeopleError::Name)?);
        let (store, now) = (open(config).await?, now());
        let mut tx = store.begin().await?;
        if accounts::by_email(tx.conn(), &email).await?.is_some() {
            return Err(PeopleError::Email("is an account's already"));
        }
        let account = Account { id: accounts::next_id(tx.conn()).await?, email, name };
        accounts::insert(tx.conn(), &account, now).await?;
        let (text, prefix, hash) = fresh();
        let key = ApiKey {
            id: Uuid::now_v7(),
            name: "First key".into(),
            prefix,
            scopes: Rights::all().to_string(),
            created_at: now,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        api_keys::insert(tx.conn(), account.id, &hash, &key).await?;
        written(&mut tx, account.id, "account.create", &account.email, now).await?;
        tx.commit().await?;
        store.close().await;
        Ok(format!("account: {}\nAPI key: {text}", account.id))
    }
}

impl UserCommand {
    /// Returns the link that sets the password.
    ///
    /// # Errors
    /// There is no such account or person, or the database can't be written.
    pub async fn run(self, config: &Config) -> Result<String, PeopleError> {
        let (store, now) = (open(config).await?, now());
        let mut tx = store.begin().await?;
        let user = match self {
            Self::Add(new) => {
                let email = address(&new.email)?;
                let account = accounts::by_email(tx.conn(), &new.account).await?;
                let account = account.ok_or(PeopleError::NoAccount(new.account))?;
                let user = user(&mut tx, &email, &new.name, now).await?;
                members::insert(tx.conn(), account.id, user.id, new.role.as_str(), now).await?;
                let object = format!("{email} {}", new.role.as_str());
                written(&mut tx, account.id, "member.add", &object, now).await?;
                user
            }
            Self::ResetLink { email } => {
                let user = users::by_email(tx.conn(), &address(&email)?).await?;
                let user = user.ok_or(PeopleError::Email("nobody has this address"))?;
                for one in members::of_user(tx.conn(), user.id).await? {
                    written(&mut tx, one.account_id, "password.link", &user.email, now).await?;
                }
                user
            }
        };
        resets::forget(tx.conn(), user.id).await?;
        let path = reset::path(tx.conn(), user.id, now + MADE_MS, now).await?;
        tx.commit().await?;
        store.close().await;
        Ok(config.link(&path))
    }
}

/// The user of an address, made where there is none.
pub async fn user(tx: &mut Tx, email: &str, name: &str, now: i64) -> Result<User, StoreError> {
    if let Some(user) = users::by_email(tx.conn(), email).await? {
        return Ok(user);
    }
    let name = mail::name(name).unwrap_or_default();
    let user = User { id: Uuid::now_v7(), email: email.to_owned(), name, password: None };
    users::insert(tx.conn(), &user, now).await?;
    Ok(user)
}

async fn written(tx: &mut Tx, account_id: i64, action: &str, object: &str, now: i64) -> Result<(), StoreError> {
    let done = Done { account_id, actor: &Actor::Operator, action, object, fields: &[] };
    audit::write(tx.conn(), done, now).await
}
