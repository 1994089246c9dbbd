//! Pictures that authors name by their address: fetched once through the egress guard, known by their
//! bytes, and kept among the video's files, so that viewers ask nobody else for anything.

use crate::{
    egress::{Client, Refused},
    media::{Media, MediaError},
    state::State,
    store::videos::Video,
};
use app::{error::Flaw, interaction::Image};
use futures_util::{StreamExt, stream};
use reqwest::{Method, Response, header};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

/// The largest picture, in bytes.
pub const LARGEST: usize = 5 * 1024 * 1024;
/// From the connection to the last byte, redirects included.
const DEADLINE: Duration = Duration::from_secs(10);
/// For all pictures of one request.
const TOGETHER: Duration = Duration::from_secs(60);
/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// Pictures that are fetched at a time.
const AT_ONCE: usize = 6;
const USER_AGENT: &str = concat!("Cuepoint-Pictures/", env!("CARGO_PKG_VERSION"));
const ACCEPT: &str = "image/avif, image/webp, image/png, image/jpeg, image/gif";

/// Why there is no picture, as its author may know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// Whether the address is refused, unknown or silent is not told: that would map the network around us.
    #[error("can't be reached: it must be a public https or http address")]
    Unreachable,
    #[error("can't be had: the server answered {0}")]
    Status(u16),
    #[error("redirects more than {REDIRECTS} times")]
    Redirects,
    #[error("is larger than 5 MiB")]
    TooLarge,
    #[error("took longer than 10 s")]
    TooSlow,
    #[error("is not a PNG, JPEG, GIF, WebP or AVIF picture")]
    NotAPicture,
    #[error("took too long with all the others; send it again")]
    TooMany,
    #[error("can't be kept right now; send it again")]
    NotKept,
}

/// Gives each picture the name of its file. Those whose address is in `known` are not fetched again; the
/// others are stored under `video`.
///
/// # Errors
/// The pictures that can't be had, by field.
pub async fn keep(
    state: &State,
    video: &Video,
    pictures: Vec<(String, &mut Image)>,
    known: &HashMap<String, String>,
) -> Result<(), Vec<Flaw>> {
    let new: BTreeSet<String> = pictures.iter().map(|(_, image)| image.src.clone()).collect();
    let new = new.into_iter().filter(|src| !known.contains_key(src));
    let by = Instant::now() + TOGETHER;
    let fetched = stream::iter(new).map(|src| async move {
        let file = timeout_at(by, one(state, video, &src)).await.unwrap_or(Err(NoPicture::TooMany));
        (src, file)
    });
    let fetched: HashMap<String, Result<String, NoPicture>> = fetched.buffer_unordered(AT_ONCE).collect().await;
    let mut flaws = Vec::new();
    for (field, image) in pictures {
        match (known.get(&image.src), fetched.get(&image.src)) {
            (Some(file), _) | (None, Some(Ok(file))) => image.file = Some(file.clone()),
            (None, Some(Err(why))) => flaws.push(Flaw::new(field, why.to_string())),
            (None, None) => flaws.push(Flaw::new(field, NoPicture::Unreachable.to_string())),
        }
    }
    if flaws.is_empty() { Ok(()) } else { Err(flaws) }
}

/// Fetches and stores one; returns the name of its file.
async fn one(state: &State, video: &Video, src: &str) -> Result<String, NoPicture> {
    let bytes = fetch(&state.egress, src).await?;
    let ending = ending(&bytes).ok_or(NoPicture::NotAPicture)?;
    let name = format!("image-{}.{ending}", hex::encode(&Sha256::digest(&bytes)[..12]));
    let stored: Result<(), MediaError> = state.media.put(&Media::path(video.account_id, video.id, &name), bytes).await;
    stored.map_err(|error| {
        tracing::error!(%error, "a picture was not kept");
        NoPicture::NotKept
    })?;
    Ok(name)
}

/// The bytes behind an address.
///
/// # Errors
/// When there are none to be had within the limits.
pub async fn fetch(client: &Client, src: &str) -> Result<Vec<u8>, NoPicture> {
    fetch_within(DEADLINE, client, src).await
}

async fn fetch_within(deadline: Duration, client: &Client, src: &str) -> Result<Vec<u8>, NoPicture> {
    timeout(deadline, follow(client, src)).await.unwrap_or(Err(NoPicture::TooSlow))
}

/// The guard follows no redirect: each address passes it anew.
async fn follow(client: &Client, src: &str) -> Result<Vec<u8>, NoPicture> {
    let mut url = Url::parse(src).map_err(|_| NoPicture::Unreachable)?;
    for _ in 0..=REDIRECTS {
        let is_web = matches!(url.scheme(), "https" | "http");
        if !is_web || !url.username().is_empty() || url.password().is_some() {
            return Err(NoPicture::Unreachable);
        }
        let request = client.request(Method::GET, url.clone()).map_err(|Refused| NoPicture::Unreachable)?;
        let request = request.header(header::ACCEPT, ACCEPT).header(header::USER_AGENT, USER_AGENT);
        let answer = request.send().await.map_err(|_| NoPicture::Unreachable)?;
        match answer.status().as_u16() {
            200 => return whole(answer).await,
            301 | 302 | 303 | 307 | 308 => {
                let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
                url = to.and_then(|to| url.join(to).ok()).ok_or(NoPicture::Unreachable)?;
            }
            status => return Err(NoPicture::Status(status)),
        }
    }
    Err(NoPicture::Redirects)
}

async fn whole(mut answer: Response) -> Result<Vec<u8>, NoPicture> {
    if answer.content_length().is_some_and(|length| length > LARGEST as u64) {
        return Err(NoPicture::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| NoPicture::Unreachable)? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(NoPicture::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What the bytes are, whatever anyone says about them; none when browsers should not show them. Never
/// SVG: it can carry scripts.
pub fn ending(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        [_, _, _, size, b'f', b't', b'y', b'p', brands @ ..] => {
            // The brand, its version, then the brands it gets along with.
            let length = usize::from(*size).saturating_sub(8).min(brands.len());
            let brands = brands[..length].chunks(4).enumerate().filter(|(i, _)| *i != 1);
            brands.map(|(_, brand)| brand).any(|brand| matches!(brand, b"avif" | b"avis")).then_some("avif")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let pictures: [(&[u8], &str); 6] = [
            (b"\x89PNG\r\n\x1a\n....", "png"),
            (b"\xff\xd8\xff\xe0....", "jpg"),
            (b"GIF89a..", "gif"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1miafMA1B", "avif"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0avifmiaf", "avif"),
        ];
        for (bytes, name) in pictures {
            assert_eq!(ending(bytes), Some(name));
        }
        let others: [&[u8]; 6] = [
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<!doctype html>",
            b"\0\0\0\x18ftypisom\0\0\0\0isommp41",
            b"RIFF\x10\0\0\0WAVEfmt ",
            b"\x89PNG",
            b"",
        ];
        for bytes in others {
            assert_eq!(ending(bytes), None, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
