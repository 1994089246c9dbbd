//! API keys: making them, with some of one's own rights, and revoking them.

use super::{
    Rights, Who,
    audit::{self, Done},
    sign_in::whole,
};
use crate::{
    keys::{digest, random},
    reply::Reply,
    state::State,
    store::api_keys::{self, ApiKey},
};
use app::error::{ApiError, Flaw};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// Keys that hold which an account may have.
const MOST: i64 = 200;
/// How much of a key stays visible, in bytes.
const PREFIX: usize = 8;

/// A key that is to be.
pub struct Wish {
    pub name: String,
    pub rights: Rights,
    pub expires_at: Option<i64>,
}

/// The text of a new key, and what is kept of it: how it begins, and its SHA-256.
pub fn fresh() -> (String, String, [u8; 32]) {
    let text = format!("cue_{}", URL_SAFE_NO_PAD.encode(random::<24>()));
    let (prefix, hash) = (text[..PREFIX].to_owned(), digest(text.as_bytes()));
    (text, prefix, hash)
}

/// Makes a key, and returns its text: it is told this once.
///
/// # Errors
/// 403 for rights that one has not, 422 for one too many.
pub async fn create(
    state: &State,
    account_id: i64,
    who: &Who,
    wish: Wish,
    now: i64,
) -> Result<(ApiKey, String), Reply> {
    if !who.rights.cover(wish.rights) {
        let lacking: Vec<&str> =
            wish.rights.names().into_iter().filter(|name| !who.rights.names().contains(name)).collect();
        let message = format!("This needs the right \"{}\": a key can't do more than who makes it.", lacking.join(" "));
        return Err(ApiError::forbidden(message).into());
    }
    let (state, actor) = (state.clone(), who.actor.clone());
    whole(async move {
        let (text, prefix, hash) = fresh();
        let key = ApiKey {
            id: Uuid::now_v7(),
            name: wish.name,
            prefix,
            scopes: wish.rights.to_string(),
            created_at: now,
            expires_at: wish.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let mut tx = state.store.begin().await?;
        if api_keys::count(tx.conn(), account_id).await? >= MOST {
            let flaw = Flaw::new("name", format!("is one too many: an account has at most {MOST} keys; revoke some"));
            return Err(ApiError::flawed(vec![flaw]).into());
        }
        api_keys::insert(tx.conn(), account_id, &hash, &key).await?;
        let fields = ["name", "scopes", "expires_at"].map(String::from);
        let object = format!("{} {}", key.prefix, key.name);
        let done = Done { account_id, actor: &actor, action: "key.create", object: &object, fields: &fields };
        audit::write(tx.conn(), done, now).await?;
        tx.commit().await?;
        Ok((key, text))
    })
    .await
}

/// Revokes a key, at once and for good; once more is fine. Any key, also one that may do more than oneself: a key
/// that got out must not wait for an owner.
///
/// # Errors
/// 404 for a key that is not the account's.
pub async fn revoke(state: &State, account_id: i64, who: &Who, id: Uuid, now: i64) -> Result<(), Reply> {
    let (state, who) = (state.clone(), who.clone());
    whole(async move {
        let mut tx = state.store.begin().await?;
        let key = api_keys::one(tx.conn(), account_id, id).await?.ok_or_else(|| ApiError::not_found("key"))?;
        if api_keys::revoke(tx.conn(), account_id, id, now).await? {
            let object = format!("{} {}", key.prefix, key.name);
            let done = Done { account_id, actor: &who.actor, action: "key.revoke", object: &object, fields: &[] };
            audit::write(tx.conn(), done, now).await?;
        }
        tx.commit().await?;
        Ok(())
    })
    .await
}
