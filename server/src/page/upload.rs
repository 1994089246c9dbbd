//! `/upload`: the page that takes videos in, behind a signed link; and its form, where no script runs.

use super::{Asked, html, people, refuse};
use crate::{
    api::{
        log,
        uploads::{
            form::{self, For},
            pass,
        },
    },
    framing::Frames,
    people::{Right, audit::Done, session::Actor},
    spoken,
    state::{State, now},
};
use app::{
    error::ApiError,
    page::{
        closed::Closed,
        upload::{Upload, UploadPage, UploadPageProps},
    },
};
use axum::{
    extract::{FromRequest, Multipart, Request, State as Shared},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument;

/// Days that a member's link lasts.
const MEMBERS_DAYS: i64 = 1;

/// `GET /upload?pass=`
pub async fn upload(Shared(state): Shared<State>, asked: Asked) -> Response {
    let Some((pass, (_, until))) = allowed(&state, &asked) else {
        let member = people::here(&state, &asked.headers).await;
        let Some((account_id, _)) = member.filter(|(_, role)| role.rights().has(Right::Edit)) else {
            return guarded(refuse(&state, asked.lang, Closed::NoUpload, &Frames::Nobody));
        };
        // Whoever may upload gets a link of their own.
        let link = pass::link(&state.keys, &state.config, account_id, MEMBERS_DAYS, now()).0;
        return guarded((StatusCode::FOUND, [(header::LOCATION, link)]).into_response());
    };
    let most = state.config.upload_max;
    let upload = Upload { pass, most, most_said: said(most), until: spoken::day(asked.lang, until) };
    guarded(html(&state, asked.lang, 200, "/upload", &Frames::Nobody, |frame| {
        UploadPage(UploadPageProps { frame, upload })
    }))
}

/// `POST /upload?pass=`: leads on to the video's page. It is written down as a call of the API is, also when the client
/// leaves.
pub async fn send(Shared(state): Shared<State>, asked: Asked, request: Request) -> Response {
    let Some((_, (account_id, _))) = allowed(&state, &asked) else {
        return guarded(refuse(&state, asked.lang, Closed::NoUpload, &Frames::Nobody));
    };
    let form = Multipart::from_request(request, &state).await;
    let work = async move {
        let taken = form::taken(&state, account_id, For::New, form).await;
        if let Ok((video, _)) = &taken {
            let (actor, object) = (Actor::UploadLink, video.id.to_string());
            let done = Done { account_id, actor: &actor, action: "video.create", object: &object, fields: &[] };
            log::write(&state, done).await;
        }
        taken
    };
    let taken = tokio::spawn(work.in_current_span()).await;
    match taken.unwrap_or_else(|_| Err(ApiError::internal().into())) {
        Ok((video, _)) => guarded(Redirect::to(&format!("/video/play/{}", video.token)).into_response()),
        Err(error) => guarded(error.into_response()),
    }
}

/// The pass of the address, with the account it is for and its end, while it holds.
fn allowed(state: &State, asked: &Asked) -> Option<(String, (i64, i64))> {
    let pass = url::form_urlencoded::parse(asked.query().as_bytes()).find(|(name, _)| name == "pass")?.1.into_owned();
    let holds = pass::verified(&state.keys, &pass, now())?;
    Some((pass, holds))
}

/// The address is a key: nobody else should learn it.
fn guarded(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    answer
}

/// Bytes as people say them.
fn said(bytes: u64) -> String {
    match bytes {
        ..0x10_0000 => format!("{} kB", (bytes >> 10).max(1)),
        0x10_0000..0x4000_0000 => format!("{} MB", bytes >> 20),
        _ => format!("{} GB", bytes >> 30),
    }
}
