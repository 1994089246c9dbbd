//! `/api/v1/me/settings`: what an account decides about itself.

use super::{caller::Caller, fields::Fields};
use crate::{
    people::{
        Who,
        audit::{self, Done},
    },
    reply::Reply,
    state::{self, State},
    store::{
        self,
        accounts::{self, Settings},
    },
};
use app::error::{ApiError, Flaw};
use axum::{Json, Router, extract, routing::get};
use serde_json::Value;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/me/settings", get(show).patch(change))
}

/// A page reports for seven days at most: entries are kept at least until no more can come.
const FEWEST_DAYS: u32 = 8;
const MOST_DAYS: u32 = 36_500;

async fn show(extract::State(state): extract::State<State>, Caller(account): Caller) -> Result<Json<Settings>, Reply> {
    let mut reader = state.store.reader().await?;
    Ok(Json(accounts::settings(reader.conn(), account.id).await?))
}

async fn change(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    who: Who,
    fields: Fields,
) -> Result<Json<Settings>, Reply> {
    let mut flaws = Vec::new();
    let mut read = |name: &str, fewest| {
        let wish = fields.0.get(name).map(|value| days(name, value, fewest)).transpose();
        wish.map_err(|flaw| flaws.push(flaw)).ok().flatten()
    };
    let (retention, log) = (read("retention_days", FEWEST_DAYS), read("webhook_log_days", 1));
    if !flaws.is_empty() {
        return Err(ApiError::flawed(flaws).into());
    }
    // A client that leaves can't break the transaction in half.
    let changed = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        let mut settings = accounts::settings(tx.conn(), account.id).await?;
        if let Some(days) = retention {
            settings.retention_days = days;
        }
        if let Some(days) = log {
            settings.webhook_log_days = days;
        }
        accounts::set_settings(tx.conn(), account.id, settings).await?;
        let names: Vec<String> = fields.0.keys().cloned().collect();
        let done =
            Done { account_id: account.id, actor: &who.actor, action: "settings.change", object: "", fields: &names };
        audit::write(tx.conn(), done, state::now()).await?;
        tx.commit().await?;
        store::Result::Ok(settings)
    });
    Ok(Json(changed.await.map_err(|_| ApiError::internal())??))
}

fn days(name: &str, value: &Value, fewest: u32) -> Result<Option<u32>, Flaw> {
    if value.is_null() {
        return Ok(None);
    }
    // A form's numbers are text.
    let days = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    let days = days.and_then(|days| u32::try_from(days).ok()).filter(|days| (fewest..=MOST_DAYS).contains(days));
    let says = || Flaw::new(name, format!("must be whole days, {fewest} to {MOST_DAYS}, or null"));
    days.map(Some).ok_or_else(says)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn days_are_whole_and_bounded() {
        for (value, days) in [(json!(null), Ok(None)), (json!(8), Ok(Some(8))), (json!("90"), Ok(Some(90)))] {
            assert_eq!(super::days("retention_days", &value, 8).map_err(|flaw| flaw.field), days);
        }
        for wrong in [json!(7), json!(0), json!(-1), json!(8.5), json!("x"), json!(36_501), json!(true), json!([])] {
            assert_eq!(
                super::days("retention_days", &wrong, 8).expect_err("refused").field,
                "retention_days",
                "{wrong}"
            );
        }
    }
}
