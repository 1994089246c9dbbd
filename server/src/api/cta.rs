//! `GET /video/cta/{video_id}`: the recorded way to a link's target. It leads only to stored targets,
//! and always leads there, also when the click can't be kept.

use crate::{
    access::{self, Knock},
    catalogue::Published,
    engine::{
        Traits, admit,
        check::{TOO_OLD_MS, VIEW_EVENTS},
    },
    page::{Asked, nowhere},
    people,
    state::{State, now},
    store::{entries::Entry, views},
    visitor::Visitor,
    writer::{Accepted, AcceptedAnswer, AcceptedEntry},
};
use app::{
    engage::What,
    interaction::{Interaction, Spec, action::is_web},
    words::Lang,
};
use axum::{
    extract::{ConnectInfo, Path, RawQuery, State as Shared},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use uuid::Uuid;

/// `i` the interaction, `c` the card of an end screen, `s` the view, `n` the number reserved for this click.
#[derive(Default)]
struct Click {
    i: Option<String>,
    s: Option<String>,
    n: Option<String>,
    c: Option<String>,
}

impl Click {
    fn read(query: Option<&str>) -> Self {
        let mut click = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let slot = match name.as_ref() {
                "i" => &mut click.i,
                "s" => &mut click.s,
                "n" => &mut click.n,
                "c" => &mut click.c,
                _ => continue,
            };
            *slot = Some(value.into_owned());
        }
        click
    }
}

impl Click {
    fn card(&self) -> Option<usize> {
        self.c.as_ref()?.parse().ok()
    }
}

/// How long a viewer on the way out waits for the disk.
const PATIENCE: Duration = Duration::from_secs(1);

pub async fn follow(
    Shared(state): Shared<State>,
    Path(video_id): Path<String>,
    RawQuery(query): RawQuery,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let click = Click::read(query.as_deref());
    let found = match video_id.parse() {
        Ok(id) => state.catalogue.by_id(id).await.unwrap_or_else(|error| {
            crate::reply::storage(error);
            None
        }),
        Err(_) => None,
    };
    let published = found.filter(|published| published.video.deleted_at.is_none());
    let Some((published, interaction, target)) = published.and_then(|published| pick(published, &click)) else {
        return nowhere(Shared(state), asked).await;
    };
    // An interaction's id stands in the pages of those who were let in; the plain address can be guessed.
    let knock = Knock { headers: &headers, query: "", pass: None };
    if click.i.is_none() && access::admit(&state, &published.video, &knock, now()).await.is_err() {
        return nowhere(Shared(state), asked).await;
    }
    let visitor = Visitor::new(peer, &headers, &state.config);
    if method == Method::GET && !visitor.prefetches {
        let keeping = async {
            match clicked(&state, published, interaction, &click, &visitor).await {
                Some(batch) => state.writer.record(batch).await,
                None => Ok(Vec::new()),
            }
        };
        // What is queued is still written when nobody waits for it any more.
        match tokio::time::timeout(PATIENCE, keeping).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a click was not kept; the viewer's batch will bring it"),
            Err(_) => tracing::warn!("a click is still waiting for the database"),
        }
    }
    let to = [
        (header::LOCATION, target),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (StatusCode::FOUND, to).into_response()
}

/// The named link, or the first published one when none is named.
fn pick(published: Arc<Published>, click: &Click) -> Option<(Arc<Published>, Uuid, String)> {
    let card = click.card();
    let target = |interaction: &Interaction| {
        let url = interaction.spec.kind().target(card).filter(|url| is_web(url))?;
        Some((interaction.id, url.to_owned()))
    };
    let found = match &click.i {
        Some(id) => published.interaction(id.parse().ok()?).and_then(target),
        None => published.timeline.iter().filter(|one| matches!(one.spec, Spec::Cta(_))).find_map(target),
    };
    let (id, url) = found?;
    Some((published, id, url))
}

/// The click as the view's batch would bring it, under the same number; none when the address does
/// not name a view.
async fn clicked(
    state: &State,
    published: Arc<Published>,
    interaction: Uuid,
    click: &Click,
    visitor: &Visitor,
) -> Option<Accepted> {
    let account_id = published.video.account_id;
    // Where the database can't be asked, the batch of the view says it too.
    let owner = people::is_own(state, visitor, account_id, now()).await.unwrap_or_default();
    let traits = Traits::of(state, visitor, owner).await;
    if traits.agent.robot.is_some() {
        return None;
    }
    let view_id: Uuid = click.s.as_ref()?.parse().ok()?;
    let seq: u32 = click.n.as_ref()?.parse().ok().filter(|seq| *seq < VIEW_EVENTS)?;
    let (seconds, nanos) = view_id.get_timestamp().filter(|_| view_id.get_version_num() == 7)?.to_unix();
    let now = now();
    let claimed = i64::try_from(seconds).ok()?.checked_mul(1_000)? + i64::from(nanos / 1_000_000);
    if now - claimed > TOO_OLD_MS {
        return None;
    }
    let rates = &state.config.rate_limits;
    let paces: Vec<_> =
        rates.of_address(visitor.network()).into_iter().chain(rates.of_view(view_id, published.video.id)).collect();
    // The viewer's batch brings it later.
    admit(state, &paces, now).await.ok()?;
    // A view that is known began when the server says. A new one is dated by this click, until its batch
    // tells how long before that it began; the client's wall clock tells only how old it was.
    let mut reader = state.store.reader().await.ok()?;
    let known = views::by_id(reader.conn(), published.video.account_id, view_id).await.ok()?;
    let began = known.as_ref().map_or(claimed, |view| view.started_at);
    let salt = state.salts.of(&state.store, now).await.ok()?;
    let given = click.card().map_or_else(|| serde_json::json!({}), |card| serde_json::json!({ "card": card }));
    let answer = published.interaction(interaction)?.spec.kind().check(&given, Lang::En).ok()?;
    let what = What::Answer { interaction, answer: answer.clone() };
    let entry = Entry {
        account_id: published.video.account_id,
        view_id,
        seq: seq.into(),
        at_ms: (now - began).max(0),
        kind: what.name().into(),
        body: serde_json::to_string(&what).ok()?,
    };
    Some(Accepted {
        view_id,
        viewer_id: visitor.viewer_id(&salt, account_id),
        claim: None,
        ip: visitor.masked_ip(),
        traits,
        started_at: known.map_or(now, |view| view.started_at),
        received_at: now,
        entries: vec![AcceptedEntry { entry, what }],
        answers: vec![AcceptedAnswer { seq, interaction, body: answer }],
        grants: Vec::new(),
        duration_ms: None,
        published,
    })
}
