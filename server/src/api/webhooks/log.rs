//! Deliveries: the log of an endpoint, one with its attempts, and sending one again.

use super::{
    endpoint_id,
    shown::{attempt_on_wire, delivery_on_wire},
    unknown,
};
use crate::{
    api::caller::Caller,
    reply::Reply,
    state::{self, State},
    store::{
        Conn, attempts,
        deliveries::{self, New},
        endpoints,
        log::{self, Delivery, Filter},
    },
    webhook::notice::EVENTS,
};
use app::error::{ApiError, Flaw};
use axum::{
    Json,
    extract::{self, Path, Query},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What the address of a log asks for, as text.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: Option<String>,
    event: Option<String>,
    cause: Option<String>,
    status: Option<String>,
    video_id: Option<String>,
    from: Option<String>,
    until: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    limit: Option<String>,
}

const STATES: [&str; 5] = ["pending", "held", "leased", "done", "dead"];
const CAUSES: [&str; 4] = ["event", "resend", "replay", "test"];
/// Deliveries on a page, usually and at most.
const PAGE: i64 = 50;
const MOST: i64 = 200;

impl Asked {
    /// The filter, and how many go on the page.
    fn read(self) -> Result<(Filter, i64), Vec<Flaw>> {
        let mut flaws = Vec::new();
        let mut one_of = |name: &str, value: Option<String>, known: &[&str]| {
            let wrong = value.as_deref().is_some_and(|value| !known.contains(&value));
            if wrong {
                flaws.push(Flaw::new(name, format!("must be one of {}", known.join(", "))));
            }
            value
        };
        let state = one_of("state", self.state, &STATES);
        let event = one_of("event", self.event, &EVENTS);
        let cause = one_of("cause", self.cause, &CAUSES);
        let mut whole = |name: &str, value: Option<String>| {
            let number = value.as_deref().map(|text| text.trim().parse::<i64>().ok().filter(|n| *n >= 0));
            if number == Some(None) {
                flaws.push(Flaw::new(name, "must be a whole number"));
            }
            number.flatten()
        };
        let (status, video_id) = (whole("status", self.status), whole("video_id", self.video_id));
        let (from, until) = (whole("from", self.from), whole("until", self.until));
        let limit = whole("limit", self.limit).unwrap_or(PAGE).clamp(1, MOST);
        let after = self.after.map(|text| Uuid::try_parse(&text).ok());
        if after == Some(None) {
            flaws.push(Flaw::new("after", "must be the next of another page"));
        }
        let filter = Filter { state, event, cause, status, video_id, from, until, after: after.flatten() };
        if flaws.is_empty() { Ok((filter, limit)) } else { Err(flaws) }
    }
}

pub async fn list(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Reply> {
    let id = endpoint_id(&id)?;
    let (filter, limit) = asked.read().map_err(ApiError::flawed)?;
    let mut reader = state.store.reader().await?;
    if !endpoints::exists(reader.conn(), account.id, id).await? {
        return Err(unknown().into());
    }
    let mut found = log::of_endpoint(reader.conn(), account.id, id, &filter, limit + 1).await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit.unsigned_abs() as usize);
    let next = found.last().filter(|_| more).map(|last| last.id);
    let items: Vec<Value> = found.iter().map(delivery_on_wire).collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

pub async fn show(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let mut reader = state.store.reader().await?;
    let found = log::by_id(reader.conn(), account.id, delivery_id(&id)?).await?.ok_or_else(unknown_delivery)?;
    Ok(Json(with_attempts(reader.conn(), account.id, &found).await?))
}

/// A delivery with all that was sent and answered.
pub async fn with_attempts(mut conn: Conn<'_>, account_id: i64, delivery: &Delivery) -> Result<Value, Reply> {
    let body = log::body(conn.again(), account_id, delivery.message_id).await?.unwrap_or_default();
    let attempts = attempts::of_delivery(conn, account_id, delivery.id).await?;
    let mut answer = delivery_on_wire(delivery);
    answer["attempts"] = attempts.iter().map(|attempt| attempt_on_wire(attempt, &body)).collect();
    Ok(answer)
}

/// `POST …/resend`: one that is over goes out once more, as a delivery of its own; one that waits, at once.
pub async fn resend(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let id = delivery_id(&id)?;
    let bell = state.courier_bell.clone();
    let sent = tokio::spawn(async move { again(&state, account.id, id).await });
    let sent = sent.await.map_err(|_| ApiError::internal())??;
    bell.notify_one();
    Ok((StatusCode::ACCEPTED, Json(delivery_on_wire(&sent))))
}

async fn again(state: &State, account_id: i64, id: Uuid) -> Result<Delivery, Reply> {
    let now = state::now();
    let mut tx = state.store.begin().await?;
    let was = log::by_id(tx.conn(), account_id, id).await?.ok_or_else(unknown_delivery)?;
    let endpoint = endpoints::by_id(tx.conn(), account_id, was.endpoint_id).await?.ok_or_else(unknown_delivery)?;
    if endpoint.state != "enabled" {
        let says = "The endpoint is disabled; enable it first.";
        return Err(ApiError::bad_request("endpoint_disabled", says).into());
    }
    let id = if matches!(was.state.as_str(), "done" | "dead") {
        let new = New {
            account_id,
            id: uuid_at(now),
            message_id: was.message_id,
            video_id: was.video_id,
            endpoint_id: was.endpoint_id,
            ordered: endpoint.pace.ordered,
            cause: "resend",
            origin: Some(was.id),
            at: now,
        };
        deliveries::queue(tx.conn(), &new).await?;
        new.id
    } else {
        deliveries::hurry(tx.conn(), account_id, was.id, now).await?;
        was.id
    };
    let sent = log::by_id(tx.conn(), account_id, id).await?.ok_or_else(unknown_delivery)?;
    tx.commit().await?;
    Ok(sent)
}

/// A fresh id that begins with this instant, as the log's order wants.
fn uuid_at(now: i64) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(now.unsigned_abs(), &crate::keys::random()).into_uuid()
}

fn delivery_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| unknown_delivery())
}

fn unknown_delivery() -> ApiError {
    ApiError::not_found("delivery")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_filter_is_named() {
        let wrong = || Some("wrong".to_owned());
        let asked = Asked {
            state: wrong(),
            event: wrong(),
            cause: wrong(),
            status: wrong(),
            video_id: wrong(),
            from: wrong(),
            until: wrong(),
            after: wrong(),
            limit: wrong(),
        };
        let fields: Vec<String> = asked.read().expect_err("flaws").into_iter().map(|flaw| flaw.field).collect();
        let all = ["state", "event", "cause", "status", "video_id", "from", "until", "limit", "after"];
        assert_eq!(fields, all);
        assert_eq!(Asked::default().read().expect("nothing asked"), (Filter::default(), PAGE));
    }
}
