//! What a batch says about who watches, beside what its page knew.

use super::{
    Consent, Origin, Pass,
    cookie::{self, Kept},
    id_of_cookie,
    issuer::Issuer,
};
use crate::{catalogue::Published, people, reply, state::State, store::viewers::Contact, visitor::Visitor};
use app::{
    engage::{Batch, Refusal},
    error::{ApiError, Flaw},
    film::Asking,
    ids::Token,
};
use http::HeaderValue;
use serde_json::Value;
use uuid::Uuid;

/// Who watches, as a batch tells it.
pub struct Told {
    /// The viewer to whom the page was given.
    pub viewer_id: Uuid,
    /// None for an anonymous viewer about whom there is nothing to say.
    pub claim: Option<Box<Claim>>,
    /// What needs no answer any more.
    pub grants: Vec<Uuid>,
    /// The length of the file that the page was given, in milliseconds; none where its pass does not tell.
    pub duration_ms: Option<i64>,
    /// The version of the timeline that the page shows; none without its pass.
    pub timeline_version: Option<i64>,
    /// One of the account's own people watches.
    pub owner: bool,
    /// Tokens that don't hold.
    pub refused: Vec<Refusal>,
}

/// What the ledger has to look at when it writes the batch.
pub struct Claim {
    /// The viewer's hash of this day: a view that was opened without its pass has it.
    pub daily_id: Uuid,
    /// What the viewer token in the page's address said.
    pub contact: Option<Contact>,
    /// A personal link that waits for its first play.
    pub link: Option<Uuid>,
    /// Changes of the viewer, by the number of the event that brings them.
    pub turns: Vec<Turn>,
}

pub struct Turn {
    pub seq: u32,
    pub to: Uuid,
    pub word: Word,
}

pub enum Word {
    /// A viewer token was set.
    Viewer(Contact),
    /// The viewer has decided on the cookie; holds for a view whose viewer is one of these.
    Consent(Vec<Uuid>),
}

/// Reads who watches from a batch. Viewer tokens in it are checked: one that holds is replaced by the
/// viewer's id, so that its text is never stored, and one that does not is taken out and refused.
pub async fn claim(
    state: &State,
    visitor: &Visitor,
    batch: &mut Batch,
    published: &Published,
    now: i64,
) -> Result<Told, ApiError> {
    let account_id = published.video.account_id;
    let pass = pass_of(state, batch.pass.as_deref(), &published.video.token, now);
    let grants = pass.as_ref().map(|pass| pass.grants.clone()).unwrap_or_default();
    let duration_ms = pass.as_ref().and_then(|pass| pass.duration_ms);
    let timeline_version = pass.as_ref().map(|pass| pass.timeline_version);
    // A beacon from a frame may come without its cookies.
    let owner = pass.as_ref().is_some_and(|pass| pass.owner)
        || people::is_own(state, visitor, account_id, now).await.map_err(reply::storage)?;
    let (mut turns, mut refused) = (Vec::new(), Vec::new());
    let speaks = batch.events.iter().any(|event| matches!(kind(event), "viewer" | "consent"));
    let anonymous =
        pass.as_ref().is_some_and(|pass| Origin::of(pass.viewer_id) == Origin::Daily && pass.link.is_none());
    if let (true, false, Some(pass)) = (anonymous, speaks, &pass) {
        let viewer_id = pass.viewer_id;
        return Ok(Told { viewer_id, claim: None, grants, duration_ms, timeline_version, owner, refused });
    }
    let salt = state.salts.of(&state.store, now).await.map_err(reply::storage)?;
    let daily_id = visitor.viewer_id(&salt, account_id);
    let viewer_id = pass.as_ref().map_or(daily_id, |pass| pass.viewer_id);
    if speaks {
        let mut issuer = None;
        let mut events = Vec::with_capacity(batch.events.len());
        for mut event in std::mem::take(&mut batch.events) {
            let seq = event.get("seq").and_then(Value::as_u64).and_then(|seq| u32::try_from(seq).ok());
            let turn = match (kind(&event), seq) {
                ("viewer", Some(seq)) => match viewer(state, account_id, &mut issuer, &mut event, now).await? {
                    Ok((to, contact)) => Some(Turn { seq, to, word: Word::Viewer(contact) }),
                    Err(flaw) => {
                        refused.push(Refusal::new(seq, flaw));
                        continue;
                    }
                },
                ("consent", Some(seq)) => consent(state, visitor, &event, pass.as_ref()).map(|given| {
                    let ids = Ids { account_id, daily_id, viewer_id, session: batch.session };
                    ids.turn(state, visitor, seq, given)
                }),
                _ => None,
            };
            turns.extend(turn);
            events.push(event);
        }
        batch.events = events;
        turns.sort_by_key(|turn| turn.seq);
    }
    let link = pass.as_ref().and_then(|pass| pass.link);
    let contact = pass.as_ref().and_then(|pass| pass.contact(&state.keys));
    let plain = viewer_id == daily_id && link.is_none() && turns.is_empty();
    let claim = (!plain).then(|| Box::new(Claim { daily_id, contact, link, turns }));
    Ok(Told { viewer_id, claim, grants, duration_ms, timeline_version, owner, refused })
}

fn kind(event: &Value) -> &str {
    event.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn pass_of(state: &State, text: Option<&str>, video: &str, now: i64) -> Option<Pass> {
    let pass = text.and_then(|text| Pass::verify(text, &state.keys, now));
    pass.filter(|pass| pass.video.as_str() == video)
}

/// Puts the viewer's id into the place of the token.
async fn viewer<'a>(
    state: &'a State,
    account_id: i64,
    issuer: &mut Option<Issuer<'a>>,
    event: &mut Value,
    now: i64,
) -> Result<Result<(Uuid, Contact), Flaw>, ApiError> {
    let Some(text) = event.get("token").and_then(Value::as_str) else {
        return Ok(Err(Flaw::new("token", "must be a viewer token, as text")));
    };
    let issuer = match issuer {
        Some(issuer) => issuer,
        None => issuer.insert(Issuer::of(state, account_id, now).await.map_err(reply::storage)?),
    };
    Ok(match issuer.check(text) {
        Ok((id, contact)) => {
            event["token"] = id.to_string().into();
            Ok((id, contact))
        }
        Err(reason) => Err(Flaw::new("token", reason)),
    })
}

/// The viewer's word on the cookie; none where it changes nothing.
fn consent(state: &State, visitor: &Visitor, event: &Value, pass: Option<&Pass>) -> Option<bool> {
    let given = event.get("analytics").and_then(Value::as_bool)?;
    let barred = is_barred(visitor, pass) || !cookie::is_possible(&state.config);
    (!given || !barred).then_some(given)
}

fn is_barred(visitor: &Visitor, pass: Option<&Pass>) -> bool {
    visitor.barred || pass.is_some_and(|pass| pass.consent == Consent::Barred)
}

/// The ids that one browser may go under.
struct Ids {
    account_id: i64,
    daily_id: Uuid,
    /// The page's.
    viewer_id: Uuid,
    session: Uuid,
}

impl Ids {
    fn turn(&self, state: &State, visitor: &Visitor, seq: u32, given: bool) -> Turn {
        let of = |id: &[u8; 16]| id_of_cookie(&state.keys, self.account_id, id);
        let fresh = of(&fresh(state, self.session));
        let kept = match visitor.cookie {
            Some(Kept::Id { id, .. }) => Some(of(&id)),
            Some(Kept::No) | None => None,
        };
        let mut from = if given { vec![self.daily_id] } else { [kept, Some(fresh)].into_iter().flatten().collect() };
        let own = if given { Origin::Daily } else { Origin::Cookie };
        if Origin::of(self.viewer_id) == own {
            from.push(self.viewer_id);
        }
        let to = if given { kept.unwrap_or(fresh) } else { self.daily_id };
        Turn { seq, to, word: Word::Consent(from) }
    }
}

/// The id of a cookie that a view brings: the same however often its batch is sent, and nobody can guess it.
fn fresh(state: &State, session: Uuid) -> [u8; 16] {
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = state.keys.signature("cookie", session.as_bytes());
    id
}

/// A batch's word on consent, the last one in it, with what is needed to act on it once it is stored.
pub struct Decision {
    given: bool,
    session: Uuid,
    pass: Option<String>,
    video: String,
}

impl Decision {
    pub fn of(batch: &Batch) -> Option<Self> {
        let words = batch.events.iter().filter(|event| kind(event) == "consent");
        let words = words.filter_map(|event| Some((event.get("seq")?.as_u64()?, event.get("analytics")?.as_bool()?)));
        let (_, given) = words.max_by_key(|(seq, _)| *seq)?;
        Some(Self { given, session: batch.session, pass: batch.pass.clone(), video: batch.video.clone() })
    }

    /// The `Set-Cookie` that carries the decision out, if it takes one.
    pub async fn cookie(&self, state: &State, visitor: &Visitor, now: i64) -> Option<HeaderValue> {
        let pass = pass_of(state, self.pass.as_deref(), &self.video, now);
        let framed = pass.as_ref().is_some_and(|pass| pass.framed);
        if self.given {
            if is_barred(visitor, pass.as_ref()) || !cookie::is_possible(&state.config) {
                return None;
            }
            let id = match visitor.cookie {
                Some(Kept::Id { said: true, .. }) => return None,
                Some(Kept::Id { id, .. }) => id,
                Some(Kept::No) | None => fresh(state, self.session),
            };
            return Some(cookie::set(Some(Kept::Id { id, said: true }), framed));
        }
        let token = Token::try_from(self.video.clone()).ok()?;
        let published = state.catalogue.by_token(&token).await.ok().flatten();
        let own = published.and_then(|published| published.video.settings.consent);
        // Where silence is consent, a no has to be remembered.
        let no = own.unwrap_or(state.config.consent) == Asking::Implied;
        Some(cookie::set(no.then_some(Kept::No), framed))
    }
}
