//! `/videos`: the account's videos, and the ways on from each.

use super::{Member, member, private, unwell};
use crate::{
    access::signed,
    framing::Frames,
    page::{Asked, html},
    people::Right,
    spoken,
    state::{State, now},
    store::{self, videos, videos::Video},
};
use app::{
    page::videos::{Listed, Videos, VideosPage, VideosPageProps},
    words::Lang,
};
use axum::{extract::State as Shared, response::Response};

const PER_PAGE: i64 = 20;
const PAGES: i64 = 100_000;

/// `GET /videos?page=`
pub async fn list(Shared(state): Shared<State>, asked: Asked) -> Response {
    let member = match member(&state, &asked, "/videos").await {
        Ok(member) => member,
        Err(answer) => return *answer,
    };
    let page = url::form_urlencoded::parse(asked.query.as_bytes()).find(|(name, _)| name == "page");
    let page = page.and_then(|(_, text)| text.parse().ok()).filter(|page| (1..=PAGES).contains(page)).unwrap_or(1);
    let videos = match read(&state, &member, page).await {
        Ok(videos) => videos,
        Err(error) => return unwell(&state, error),
    };
    private(html(&state, Lang::En, 200, "/videos", &Frames::Nobody, move |frame| {
        VideosPage(VideosPageProps { frame, videos })
    }))
}

async fn read(state: &State, member: &Member, page: i64) -> store::Result<Videos> {
    let mut reader = state.store.reader().await?;
    // One more than is shown tells whether there is another page.
    let mut found = videos::page(reader.conn(), member.account_id, PER_PAGE + 1, (page - 1) * PER_PAGE).await?;
    let more = found.len() as i64 > PER_PAGE;
    found.truncate(PER_PAGE as usize);
    Ok(Videos {
        top: member.top(),
        listed: found.iter().map(|video| listed(state, video)).collect(),
        page,
        more,
        reports: member.may(Right::Report),
        uploads: member.may(Right::Edit),
    })
}

fn listed(state: &State, video: &Video) -> Listed {
    Listed {
        token: video.token.clone(),
        title: video.title.clone(),
        state: video.state.clone(),
        duration: video.duration_ms.map(app::player::clock).unwrap_or_default(),
        date: spoken::day(Lang::En, video.created_at),
        poster: signed::poster(&state.keys, video, now()),
    }
}
