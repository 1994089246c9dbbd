//! Who is told what came of a video: the customer's systems, and the pages that show it.

use crate::{
    state::State,
    store::{
        self, Tx, accounts,
        jobs::Job,
        videos::{self, Video},
    },
    webhook::notice,
    writer,
};
use app::ids::Token;
use serde_json::{Value, json};

/// `VideoCreated`: the file is known to hold a video. Returns how many deliveries wait.
pub async fn created(tx: &mut Tx, state: &State, video: &Video, now: i64) -> store::Result<usize> {
    let email = accounts::by_id(tx.conn(), video.account_id).await?.map(|account| account.email);
    send(tx, state, video, "VideoCreated", json!({}), email, now).await
}

/// `VideoTranscoded`: the video is ready, or failed. Returns how many deliveries wait.
pub async fn transcoded(tx: &mut Tx, state: &State, video: &Video, now: i64) -> store::Result<usize> {
    let mut own = json!({ "type": "video", "video_token": video.token, "state": video.state });
    if let Some(error) = &video.error {
        own["error"] = error.as_str().into();
    }
    send(tx, state, video, "VideoTranscoded", own, None, now).await
}

async fn send(
    tx: &mut Tx,
    state: &State,
    video: &Video,
    event: &'static str,
    own: Value,
    by: Option<String>,
    now: i64,
) -> store::Result<usize> {
    let public_url = state.config.link("");
    let body = notice::prepared(&writer::media(video, &public_url), own, by);
    writer::send(tx, video, event, None, body, now).await
}

/// After the commit: pages show the video as it is now.
pub async fn changed(state: &State, job: &Job) {
    let found = async {
        let mut reader = state.store.reader().await?;
        videos::by_id(reader.conn(), job.video_id).await
    };
    // Should it not be found now, pages forget it by themselves a few seconds later.
    if let Ok(Some(video)) = found.await {
        forget(state, &video).await;
    }
}

/// After the commit: pages show the video as it is now.
pub async fn forget(state: &State, video: &Video) {
    if let Ok(token) = Token::try_from(video.token.clone()) {
        state.catalogue.forget(&token).await;
    }
    state.contents.forget(video.id).await;
}
