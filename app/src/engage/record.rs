//! `POST /engage/record`: the door for every player's batches.

use super::Receipt;
use crate::error::ApiError;
use leptos::server;
use leptos::server_fn::codec::Json;
use serde_json::Value;
use uuid::Uuid;

/// Stores a batch. The arguments are the batch itself, so its JSON stands unwrapped in the body;
/// an answer means that every event not refused is on disk.
#[server(prefix = "/engage", endpoint = "record", input = Json)]
pub async fn record(
    v: u32,
    session: Uuid,
    video: String,
    #[server(default)] pass: Option<String>,
    sent: i64,
    events: Vec<Value>,
) -> Result<Receipt, ApiError> {
    let batch = super::Batch { v, session, video, pass, sent, events };
    crate::host::current()?.record(batch).await
}
