//! What a viewer's browser remembers: taste (volume, speed, captions, keys) and where each video was left.
//! Storage may be refused, then nothing is remembered.

use leptos::prelude::window;
use web_sys::Storage;

const PLACES: &str = "cuepoint.places";
/// Positions of this many videos are kept, the newest first.
const KEPT: usize = 60;
/// A video is resumed only from after its first seconds and before its end (percent).
pub const TOO_EARLY_MS: i64 = 5_000;
const TOO_LATE: i64 = 95;

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// The remembered value of `cuepoint.{name}`.
pub fn recall(name: &str) -> Option<String> {
    storage()?.get_item(&["cuepoint.", name].concat()).ok().flatten()
}

pub fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden store is no reason to stop.
        let _ = storage.set_item(&["cuepoint.", name].concat(), value);
    }
}

/// Where this viewer left the video, in milliseconds, when it is worth going on there.
pub fn place(token: &str, duration_ms: i64) -> Option<i64> {
    let places = storage()?.get_item(PLACES).ok().flatten()?;
    let found = places.lines().filter_map(|line| line.split_once(' ')).find(|(video, _)| *video == token);
    found.and_then(|(_, at)| at.parse().ok()).filter(|at| is_worth(*at, duration_ms))
}

fn is_worth(at: i64, duration_ms: i64) -> bool {
    at > TOO_EARLY_MS && at * 100 < duration_ms * TOO_LATE
}

/// Remembers where the video stands; at either end it is forgotten.
pub fn keep_place(token: &str, at: i64, duration_ms: i64) {
    let Some(storage) = storage() else { return };
    let places = storage.get_item(PLACES).ok().flatten().unwrap_or_default();
    let _ = storage.set_item(PLACES, &with_place(&places, token, at, duration_ms));
}

fn with_place(places: &str, token: &str, at: i64, duration_ms: i64) -> String {
    let mut lines = Vec::new();
    let own = [token, " ", &at.to_string()].concat();
    if is_worth(at, duration_ms) {
        lines.push(own.as_str());
    }
    lines.extend(places.lines().filter(|line| line.split(' ').next() != Some(token)).take(KEPT - 1));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_place_comes_first_and_old_ones_fall_out() {
        let mut places = String::new();
        for n in 0..100 {
            places = with_place(&places, &format!("video{n}"), 10_000 + n, 60_000);
        }
        assert_eq!(places.lines().count(), KEPT);
        assert_eq!(places.lines().next(), Some("video99 10099"));
    }

    #[test]
    fn the_beginning_and_the_end_are_not_places_to_go_on_from() {
        let kept = with_place("", "a", 30_000, 60_000);
        assert_eq!(with_place(&kept, "a", 4_000, 60_000), "");
        assert_eq!(with_place(&kept, "a", 58_000, 60_000), "");
    }
}
