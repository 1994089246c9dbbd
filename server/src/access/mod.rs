//! Who may see a video: everyone, who knows its password, or the account's own people and viewers; for how
//! long, how often, and framed by whom. Pages ask [`refusal`], and so does everything else that tells of a video.

pub mod grant;
pub mod hosts;
pub mod password;
pub mod signed;

use crate::{
    identity::{PASS_LASTS_MS, Pass, issuer::Issuer},
    people,
    state::State,
    store::{self, figures, videos::Video},
};
use app::error::ApiError;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

/// What a video's owner says about who may see it, beside `unlisted`, its expiry and its allow-list.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    pub mode: Mode,
    /// Argon2id, in the PHC format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Grows with every change of mode and password: what was given out before opens no longer.
    pub version: i64,
    /// Plays after which nobody is let in any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_views: Option<i64>,
}

/// Without the hash: this may be logged.
impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Access({:?}, version {}, max_views {:?})", self.mode, self.version, self.max_views)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Whoever has the address; in lists too, unless the video is unlisted.
    #[default]
    Open,
    Password,
    /// The account's own people, and whom its viewer tokens name.
    Account,
}

impl Video {
    /// May only some people see it?
    pub fn is_private(&self) -> bool {
        self.access.mode != Mode::Open
    }

    /// Are its files found under signed addresses only? Those end; so a copied one is of no use for long.
    pub fn is_signed(&self) -> bool {
        self.is_private() || self.embed_hosts.is_some() || self.access.max_views.is_some()
    }

    /// The word of the API for who may see it.
    pub fn access_word(&self) -> &'static str {
        match self.access.mode {
            Mode::Open if self.settings.unlisted => "unlisted",
            Mode::Open => "public",
            Mode::Password => "password",
            Mode::Account => "account",
        }
    }
}

/// What a request brings to be let in.
pub struct Knock<'a> {
    pub headers: &'a HeaderMap,
    pub query: &'a str,
    /// The pass of a page that was let in.
    pub pass: Option<&'a str>,
}

/// Why someone is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Password,
    Account,
    /// It has been played as often as it may be.
    UsedUp,
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Password => ApiError::forbidden("This video needs its password."),
            Refused::Account => ApiError::forbidden("This video is for certain people only."),
            Refused::UsedUp => ApiError::gone("This video is no longer available."),
        }
    }
}

/// How long after its page was given out a pass opens anything, in milliseconds.
const PASS_OPENS_MS: i64 = 24 * 3_600_000;

/// Why this request may not see the video; none when it may. Expiry and deletion are not looked at.
///
/// `max_views` is held against the plays that are on disk now: whoever was let in before the last of them
/// may finish, so a video can be played a few times more than it says, by those whose pages were open then.
pub async fn refusal(state: &State, video: &Video, knock: &Knock<'_>, now: i64) -> store::Result<Option<Refused>> {
    if !video.is_private() && video.access.max_views.is_none() {
        return Ok(None);
    }
    if has_pass(state, video, knock.pass, now) || is_own(state, knock.headers, video.account_id, now).await? {
        return Ok(None);
    }
    let opened = match video.access.mode {
        Mode::Open => None,
        Mode::Password => (!grant::is_held(&state.keys, video, knock, now)).then_some(Refused::Password),
        Mode::Account => (!is_named(state, video, knock, now).await?).then_some(Refused::Account),
    };
    if let (None, Some(most)) = (opened, video.access.max_views) {
        let mut reader = state.store.reader().await?;
        let plays = figures::plays(reader.conn(), video.account_id, video.id).await?;
        return Ok((plays >= most).then_some(Refused::UsedUp));
    }
    Ok(opened)
}

/// The same, as an error.
///
/// # Errors
/// 403 or 410 when the request may not see the video.
pub async fn admit(state: &State, video: &Video, knock: &Knock<'_>, now: i64) -> Result<(), ApiError> {
    match refusal(state, video, knock, now).await.map_err(crate::reply::storage)? {
        Some(refused) => Err(refused.into()),
        None => Ok(()),
    }
}

/// Is one of the account's own people signed in? The cookie of an owner link opens nothing: it lasts a year and names
/// nobody, so that it would outlive whoever is removed. It leaves views out of the reports.
async fn is_own(state: &State, headers: &HeaderMap, account_id: i64, now: i64) -> store::Result<bool> {
    Ok(people::session::of(state, headers, now).await?.is_some_and(|signed| signed.role_in(account_id).is_some()))
}

/// Is this the pass of a page that was let in to the video, as it is closed now?
pub fn has_pass(state: &State, video: &Video, text: Option<&str>, now: i64) -> bool {
    let pass = text.and_then(|text| Pass::verify(text, &state.keys, now));
    pass.is_some_and(|pass| {
        let given = pass.expires_at - PASS_LASTS_MS;
        pass.video.as_str() == video.token && pass.access == video.access.version && now < given + PASS_OPENS_MS
    })
}

/// Does a viewer token of the account stand in the address?
async fn is_named(state: &State, video: &Video, knock: &Knock<'_>, now: i64) -> store::Result<bool> {
    let mut query = url::form_urlencoded::parse(knock.query.as_bytes());
    let Some((_, token)) = query.find(|(name, value)| name == "viewer_token" && !value.is_empty()) else {
        return Ok(false);
    };
    Ok(Issuer::of(state, video.account_id, now).await?.check(&token).is_ok())
}
