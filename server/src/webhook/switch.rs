//! Switching an endpoint off for its owner, and telling the account's other endpoints of it.

use super::notice;
use crate::store::{
    self, Tx,
    endpoints::{self, Why},
    outbox::{self, Message},
};
use uuid::Uuid;

/// Switches an endpoint off because of what its receiver did; the event `EndpointDisabled` goes to those of
/// the account that subscribed to it.
pub async fn off(
    tx: &mut Tx,
    public_url: &str,
    account_id: i64,
    endpoint_id: Uuid,
    why: Why,
    now: i64,
) -> store::Result<()> {
    let Some(endpoint) = endpoints::by_id(tx.conn(), account_id, endpoint_id).await? else { return Ok(()) };
    if !endpoints::disable(tx.conn(), account_id, endpoint_id, why, now).await? {
        return Ok(());
    }
    tracing::warn!(account = account_id, endpoint = %endpoint_id, why = why.name(), "a webhook endpoint was switched off");
    let id = Uuid::now_v7();
    let body = notice::endpoint_disabled(&endpoint, why.name(), public_url);
    let message = Message {
        account_id,
        id,
        event: notice::ENDPOINT_DISABLED.into(),
        // No video's.
        video_id: 0,
        viewer_id: None,
        body: notice::envelope(id, notice::ENDPOINT_DISABLED, now, account_id, &body),
        created_at: now,
    };
    outbox::enqueue(tx.conn(), &message).await?;
    Ok(())
}
