//! `POST /api/v1/uploads`: a new upload, and the video that it is to be. The video has its links at once.

use super::{
    super::{
        caller::Caller,
        fields::Fields,
        import::{about, poster_at, room_for_one, sha256},
        videos::{imported, is_of, unknown},
    },
    LASTS_MS, take, told_of, whole_number,
};
use crate::{
    jobs::{
        begin::{self, About},
        cancel_all,
    },
    people::{Who, session::Actor},
    reply::Reply,
    state::{State, now},
    store::{
        Tx,
        jobs::{Job, RECEIVING, Source},
        uploads::{self, Upload},
        videos::{self, Video},
    },
};
use app::error::{ApiError, Flaw};
use axum::{
    Json,
    body::Body,
    extract::State as Shared,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

/// The longest metadata, in bytes.
const METADATA: usize = 16 << 10;

/// What is to be uploaded, checked.
#[derive(Debug)]
pub struct Wish {
    pub about: About,
    pub source: Source,
    /// The video whose file it is to replace.
    pub replaces: Option<i64>,
}

pub async fn create(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    who: Who,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Reply> {
    if whole_number(&headers, "upload-defer-length")?.is_some() {
        return Err(ApiError::invalid("Upload-Defer-Length: the length must be known at the beginning.").into());
    }
    let length =
        whole_number(&headers, "upload-length")?.ok_or_else(|| ApiError::invalid("Upload-Length is missing."))?;
    let most = state.config.upload_max;
    if length.unsigned_abs() > most {
        return Err(ApiError::too_large(usize::try_from(most).unwrap_or(usize::MAX)).into());
    }
    let metadata = headers.get("upload-metadata").map_or(Ok(""), HeaderValue::to_str);
    let metadata = metadata.map_err(|_| malformed())?.to_owned();
    let wish = Wish::read(&fields(&metadata)?)?;
    if who.actor == Actor::UploadLink && wish.replaces.is_some() {
        return Err(not_by_link().into());
    }
    let is_filled = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/offset+octet-stream");
    let checksum = super::checksum::Checksum::read(&headers)?;
    let kept = {
        let state = state.clone();
        tokio::spawn(async move {
            let mut tx = state.store.begin().await?;
            let (video, upload) = begin(&mut tx, &state, account.id, wish, Some(length), metadata).await?;
            if length == 0 {
                take::whole(&mut tx, &upload, now()).await?;
            }
            tx.commit().await?;
            state.jobs.bell.notify_one();
            Ok::<_, Reply>((video, upload))
        })
    };
    let (video, mut upload) = kept.await.map_err(|_| ApiError::internal())??;
    if is_filled && length > 0 {
        upload = take::take(&state, upload, body, checksum).await?;
    }
    let answer = Json(imported(&video, &state.config, Some(upload.id)));
    let mut answer = (StatusCode::CREATED, answer).into_response();
    told_of(&mut answer, &upload);
    if let Ok(location) = HeaderValue::from_str(&state.config.link(&format!("/api/v1/uploads/{}", upload.id))) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

/// Stores the upload with its job, and its video where it is a new one. Commit it.
pub async fn begin(
    tx: &mut Tx,
    state: &State,
    account_id: i64,
    wish: Wish,
    length: Option<i64>,
    metadata: String,
) -> Result<(Video, Upload), Reply> {
    let now = now();
    room_for_one(tx.conn(), account_id).await?;
    let (video, job): (Video, Job) = match wish.replaces {
        None => begin::import(tx, account_id, wish.about, wish.source, RECEIVING, now).await?,
        Some(id) => {
            videos::hold(tx.conn(), account_id, id).await?;
            let video = videos::by_id(tx.conn(), id).await?;
            let video = video.filter(|video| is_of(video, account_id)).ok_or_else(unknown)?;
            // The last one to begin is the one that is meant.
            let cancelled = cancel_all(tx, account_id, id, now).await?;
            let job = begin::replace(tx, &video, wish.source, RECEIVING, now).await?;
            cancelled.into_iter().for_each(|job| state.jobs.ended(job));
            (video, job)
        }
    };
    let upload =
        Upload { account_id, id: job.id, length, received: 0, metadata, expires_at: now + LASTS_MS, created_at: now };
    uploads::insert(tx.conn(), &upload).await?;
    Ok((video, upload))
}

impl Wish {
    /// # Errors
    /// 422 with every flaw.
    pub fn read(fields: &Fields) -> Result<Self, ApiError> {
        let mut flaws = Vec::new();
        let about = about(fields, &mut flaws);
        let source = Source { url: None, sha256: sha256(fields, &mut flaws), poster_at: poster_at(fields, &mut flaws) };
        let replaces = match fields.text("video_id").map(str::trim).filter(|id| !id.is_empty()) {
            None => None,
            Some(id) => {
                let id = id.parse().map_err(|_| flaws.push(Flaw::new("video_id", "is not the number of a video"))).ok();
                id.filter(|id: &i64| *id > 0)
            }
        };
        let (Some(mut about), []) = (about, flaws.as_slice()) else { return Err(ApiError::flawed(flaws)) };
        if about.title.is_empty() {
            about.title = begin::title_of(fields.text("filename").unwrap_or_default());
        }
        Ok(Self { about, source, replaces })
    }
}

/// 403: whoever has an upload link brings new videos, and touches none that is there.
pub fn not_by_link() -> ApiError {
    let flaw = Flaw::new("video_id", "an upload link brings new videos only");
    ApiError { flaws: vec![flaw], ..ApiError::forbidden("video_id: an upload link brings new videos only.") }
}

/// The metadata of an upload: names, each with a value in Base64.
fn fields(metadata: &str) -> Result<Fields, ApiError> {
    if metadata.len() > METADATA {
        return Err(ApiError::invalid(format!("Upload-Metadata: may have at most {METADATA} bytes.")));
    }
    let mut fields = Map::new();
    for pair in metadata.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_| malformed())?;
        let value = String::from_utf8(value).map_err(|_| malformed())?;
        fields.insert(name.to_owned(), Value::String(value));
    }
    Fields(fields).storable()
}

fn malformed() -> ApiError {
    ApiError::invalid("Upload-Metadata: must be names, each with a blank and its value in Base64, parted by commas.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_are_names_with_base64() {
        let read =
            |text: &str| fields(text).map(|fields| Value::Object(fields.0).to_string()).map_err(|error| error.status);
        assert_eq!(
            read("filename dG91ci5tcDQ=,title  VG91cg== , is_own"),
            Ok(r#"{"filename":"tour.mp4","is_own":"","title":"Tour"}"#.into())
        );
        assert_eq!(read(""), Ok("{}".into()));
        for wrong in ["filename !", "filename /w=="] {
            assert_eq!(read(wrong), Err(400), "{wrong}");
        }
        assert_eq!(read(&"x,".repeat(METADATA)), Err(400));
    }

    #[test]
    fn a_file_gives_its_video_a_title() {
        let wish = |metadata: &str| Wish::read(&fields(metadata).expect("metadata"));
        assert_eq!(wish("filename dG91ci5tcDQ=").expect("fine").about.title, "tour");
        let flaws = wish("video_id eA==,sha256 eA==,poster_at_s eA==").expect_err("flawed").flaws;
        assert_eq!(
            flaws.iter().map(|flaw| flaw.field.as_str()).collect::<Vec<_>>(),
            ["sha256", "poster_at_s", "video_id"]
        );
    }
}
