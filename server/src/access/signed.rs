//! Signed addresses of media, `/media/{token}/s/{exp}.{kid}.{mac}/{file}`: good for one video and some hours.
//! The file is not signed, so what a playlist names beside itself has the same address. The version of the video's
//! access is: another mode or password ends all addresses from before.
//!
//! The key changes every day, by itself: `kid` is the day's number, the day before still holds, and older ones
//! don't. All of them come from the instance key.

use crate::{
    keys::{Keys, mac},
    store::videos::Video,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use subtle::ConstantTimeEq;

const PURPOSE: &str = "media";
const MAC: usize = 16;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
/// Hours that a path holds, the begun one among them: all that are made within one hour are the same, so
/// that a browser need not fetch twice.
const HOURS: i64 = 4;

/// Why a path opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Forged,
    Expired,
}

/// What stands before the names of a video's files.
pub fn base(keys: &Keys, video: &Video, now: i64) -> String {
    let token = &video.token;
    if !video.is_signed() {
        return format!("/media/{token}/");
    }
    let now = now / 1_000;
    let until = (now / HOUR_S + HOURS) * HOUR_S;
    format!("/media/{token}/s/{}/", part(keys, video, until, now / DAY_S))
}

/// A video's poster; its address changes with it, since browsers keep it for a while.
pub fn poster(keys: &Keys, video: &Video, now: i64) -> String {
    if let (true, Some(file)) = (video.is_private(), &video.files.poster) {
        return format!("{}{file}", base(keys, video, now));
    }
    let path = format!("/thumbnails/{}.jpg", video.token);
    let hash = video.files.poster.as_deref().and_then(|name| name.strip_prefix("poster-")?.strip_suffix(".jpg"));
    hash.map_or(path.clone(), |hash| format!("{path}?v={hash}"))
}

/// Checks the signed part of a path to a video as it is closed now; returns the seconds for which it still holds.
///
/// # Errors
/// It is not ours, or no longer.
pub fn verify(keys: &Keys, video: &Video, text: &str, now: i64) -> Result<i64, Wrong> {
    let now = now / 1_000;
    let mut parts = text.splitn(3, '.');
    let mut number = || parts.next().and_then(|text| text.parse::<i64>().ok()).ok_or(Wrong::Forged);
    let (until, day) = (number()?, number()?);
    // A path of the day before the last is older than any that holds.
    let is_ours: bool = part(keys, video, until, day).as_bytes().ct_eq(text.as_bytes()).into();
    if !is_ours {
        return Err(Wrong::Forged);
    }
    let today = now / DAY_S;
    let holds = until > now && (today - 1..=today).contains(&day);
    if holds { Ok(until - now) } else { Err(Wrong::Expired) }
}

fn part(keys: &Keys, video: &Video, until: i64, day: i64) -> String {
    let key = keys.signature(PURPOSE, &day.to_be_bytes());
    let message = format!("{}.{}.{until}.{day}", video.token, video.access.version);
    format!("{until}.{day}.{}", BASE64.encode(&mac(&key, message.as_bytes())[..MAC]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_392_000_000;
    const HOUR: i64 = HOUR_S * 1_000;

    /// A video that has been closed so many times.
    fn video(token: &str, version: i64) -> Video {
        let mut video = crate::jobs::begin::fresh(1, 1, token.into(), NOW);
        video.access.version = version;
        video
    }

    fn path(keys: &Keys, now: i64) -> String {
        part(keys, &video("t", 1), (now / 1_000 / HOUR_S + HOURS) * HOUR_S, now / 1_000 / DAY_S)
    }

    #[test]
    fn a_path_holds_for_its_video_and_some_hours() {
        let keys = Keys::from_bytes(&[8; 32]);
        let text = path(&keys, NOW);
        assert_eq!(path(&keys, NOW + HOUR - 1), text, "the same for an hour");
        assert_ne!(path(&keys, NOW + HOUR), text);
        let left = verify(&keys, &video("t", 1), &text, NOW).expect("ours");
        assert!((3 * HOUR_S..=6 * HOUR_S).contains(&left), "{left}");
        assert_eq!(verify(&keys, &video("t", 1), &text, NOW + left * 1_000), Err(Wrong::Expired));
        assert_eq!(verify(&keys, &video("u", 1), &text, NOW), Err(Wrong::Forged), "another video's");
        assert_eq!(verify(&keys, &video("t", 2), &text, NOW), Err(Wrong::Forged), "closed anew since");
        assert_eq!(verify(&Keys::from_bytes(&[9; 32]), &video("t", 1), &text, NOW), Err(Wrong::Forged));
    }

    #[test]
    fn what_was_changed_or_invented_opens_nothing() {
        let keys = Keys::from_bytes(&[8; 32]);
        let text = path(&keys, NOW);
        let (head, mac) = text.rsplit_once('.').expect("parts");
        let (until, day) = head.split_once('.').expect("parts");
        let later = until.parse::<i64>().expect("a number") + 1;
        for odd in [
            String::new(),
            "..".into(),
            format!("{later}.{day}.{mac}"),
            format!("{until}.{}.{mac}", day.parse::<i64>().expect("a number") + 1),
            format!("+{until}.{day}.{mac}"),
            format!("{until}.{day}."),
            format!("{until}.{day}.{}", &mac[..20]),
            format!("{text}.x"),
            "99999999999999999999.1.x".into(),
            format!("{}.{}.x", i64::MIN, i64::MAX),
        ] {
            assert_eq!(verify(&keys, &video("t", 1), &odd, NOW), Err(Wrong::Forged), "{odd}");
        }
    }

    #[test]
    fn two_keys_live_at_once() {
        let keys = Keys::from_bytes(&[8; 32]);
        let (until, today) = (NOW / 1_000 + HOUR_S, NOW / 1_000 / DAY_S);
        let video = video("t", 1);
        let of_day = |day| verify(&keys, &video, &part(&keys, &video, until, day), NOW);
        assert_eq!((of_day(today), of_day(today - 1)), (Ok(HOUR_S), Ok(HOUR_S)));
        assert_eq!((of_day(today - 2), of_day(today + 1)), (Err(Wrong::Expired), Err(Wrong::Expired)));
        let key = |day: i64| keys.signature(PURPOSE, &day.to_be_bytes());
        assert_ne!(key(today), key(today - 1));
    }
}
