//! Sessions: who is signed in, and as what they act.

use super::{Rights, Role, cookie, secret};
use crate::{
    state::State,
    store::{
        self, Conn,
        members::{self, Membership},
        sessions::{self, Session},
        users::{self, User},
    },
};
use http::HeaderMap;
use uuid::Uuid;

/// A session ends so long after it was last seen, and so long after it began.
pub const IDLE_MS: i64 = 7 * 24 * 3_600_000;
pub const LASTS_MS: i64 = 30 * 24 * 3_600_000;
/// Being seen is written down no oftener than this.
const SEEN_EVERY_MS: i64 = 5 * 60_000;

/// Who acts, and what they may do in the account they act in.
#[derive(Clone, Debug, PartialEq)]
pub struct Who {
    pub actor: Actor,
    pub rights: Rights,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    User {
        id: Uuid,
        email: String,
    },
    Key {
        id: Uuid,
        /// Its name, or how it begins.
        name: String,
    },
    /// Whoever has an upload link.
    UploadLink,
    /// On the command line.
    Operator,
}

impl Actor {
    /// As the audit log has it: a name for people, and an id.
    pub fn named(&self) -> (String, String) {
        match self {
            Actor::User { id, email } => (email.clone(), format!("user:{id}")),
            Actor::Key { id, name } => (name.clone(), format!("key:{id}")),
            Actor::UploadLink => ("upload link".into(), "upload-link".into()),
            Actor::Operator => ("operator".into(), "operator".into()),
        }
    }
}

/// A browser that is signed in. Not to be printed.
#[derive(Clone)]
pub struct Signed {
    pub session: Session,
    pub user: User,
    /// The accounts the user belongs to, the oldest first.
    pub memberships: Vec<Membership>,
}

impl Signed {
    pub fn role_in(&self, account_id: i64) -> Option<Role> {
        let found = self.memberships.iter().find(|one| one.account_id == account_id)?;
        Role::named(&found.role)
    }

    /// The account that the session looks at, as long as the user belongs to it, else their first one.
    pub fn account(&self) -> Option<(&Membership, Role)> {
        let at = self.memberships.iter().find(|one| one.account_id == self.session.account_id);
        let at = at.or(self.memberships.first())?;
        Some((at, Role::named(&at.role)?))
    }

    pub fn who(&self, role: Role) -> Who {
        Who { actor: self.actor(), rights: role.rights() }
    }

    pub fn actor(&self) -> Actor {
        Actor::User { id: self.user.id, email: self.user.email.clone() }
    }
}

/// Who is signed in in the browser that sends these headers.
pub async fn of(state: &State, headers: &HeaderMap, now: i64) -> store::Result<Option<Signed>> {
    match cookie::hash(headers) {
        Some(hash) => by_hash(state, &hash, now).await,
        None => Ok(None),
    }
}

/// Who is signed in with the cookie of this SHA-256.
pub async fn by_hash(state: &State, hash: &[u8; 32], now: i64) -> store::Result<Option<Signed>> {
    let mut reader = state.store.reader().await?;
    let Some(session) = sessions::by_hash(reader.conn(), hash, now, now - IDLE_MS).await? else { return Ok(None) };
    let Some(user) = users::by_id(reader.conn(), session.user_id).await? else { return Ok(None) };
    let memberships = members::of_user(reader.conn(), user.id).await?;
    drop(reader);
    if now - session.seen_at >= SEEN_EVERY_MS {
        let (state, hash) = (state.clone(), *hash);
        tokio::spawn(async move {
            if let Err(error) = seen(&state, &hash, now).await {
                tracing::warn!(%error, "a session was seen, and that was not written down");
            }
        });
    }
    Ok(Some(Signed { session, user, memberships }))
}

async fn seen(state: &State, hash: &[u8], now: i64) -> store::Result<()> {
    let mut tx = state.store.begin().await?;
    sessions::seen(tx.conn(), hash, now).await?;
    tx.commit().await
}

/// Begins a session, and returns what its cookie is to say.
pub async fn begin(conn: Conn<'_>, user_id: Uuid, account_id: i64, agent: &str, now: i64) -> store::Result<String> {
    let (text, hash) = secret();
    let session = Session {
        id: Uuid::now_v7(),
        user_id,
        account_id,
        agent: agent.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + LASTS_MS,
    };
    sessions::insert(conn, &hash, &session).await?;
    Ok(text)
}

/// What people know a browser by: `Chrome, Linux`.
pub async fn agent(state: &State, user_agent: &str) -> String {
    let agent = state.agents.of(user_agent).await;
    let parts: Vec<&str> = [&agent.browser, &agent.os].into_iter().flatten().map(String::as_str).collect();
    parts.join(", ")
}

/// Deletes sessions, links and invitations that are over.
pub async fn sweep(state: &State, now: i64) -> store::Result<()> {
    let mut tx = state.store.begin().await?;
    sessions::sweep(tx.conn(), now, now - IDLE_MS).await?;
    store::resets::sweep(tx.conn(), now).await?;
    store::invitations::sweep(tx.conn(), now).await?;
    tx.commit().await
}
