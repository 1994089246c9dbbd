//! How a video did over time, by the hour or by the day (UTC), also where nothing happened.

use crate::{
    spoken,
    store::{Conn, Result, figures, videos::Video},
};
use app::error::{ApiError, Flaw};
use serde::Serialize;
use std::collections::HashMap;

/// The width of a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Hour,
    Day,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    pub video_id: i64,
    pub by: By,
    pub items: Vec<Item>,
}

/// Views that began within one stretch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Its beginning, UTC.
    pub at: String,
    #[serde(skip)]
    pub at_ms: i64,
    pub page_loads: i64,
    pub plays: i64,
    /// Seconds, re-watching included.
    pub watched: f64,
    /// Plays of 100 percent.
    pub finished: i64,
}

/// Which stretches are wanted: from the one that `from` lies in to the one that `to` lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub by: By,
    first: i64,
    last: i64,
}

const HOUR_MS: i64 = 3_600_000;
/// Stretches of one answer.
const MOST: i64 = 750;

impl By {
    fn hours(self) -> i64 {
        match self {
            By::Hour => 1,
            By::Day => 24,
        }
    }

    fn usual(self) -> i64 {
        match self {
            By::Hour => 48,
            By::Day => 30,
        }
    }
}

impl Range {
    /// Reads `by`, `from` and `to` (dates, or instants); what is left out ends now and is 30 days or 48 hours long.
    ///
    /// # Errors
    /// 422 naming the field that can't be read, or a range of too many stretches.
    pub fn read(
        by: Option<&str>,
        from: Option<&str>,
        to: Option<&str>,
        now: i64,
    ) -> std::result::Result<Self, ApiError> {
        let wrong = |field: &str, message: String| ApiError::flawed(vec![Flaw::new(field, message)]);
        let by = match by {
            None | Some("day") => By::Day,
            Some("hour") => By::Hour,
            Some(_) => return Err(wrong("by", "must be hour or day".into())),
        };
        let read = |field: &str, text: Option<&str>| match text {
            None => Ok(None),
            Some(text) => instant(text).map(Some).ok_or_else(|| {
                wrong(
                    field,
                    "must be a date such as 2026-11-23, or an instant such as 2026-11-23T10:00:00Z or \
                     2026-11-23T12:00:00+02:00 (with its + as %2B in an address)"
                        .into(),
                )
            }),
        };
        let stretch = |at: i64| at.div_euclid(by.hours() * HOUR_MS);
        let last = stretch(read("to", to)?.unwrap_or(now));
        let first = read("from", from)?.map_or(last - by.usual() + 1, stretch);
        if first > last {
            return Err(wrong("from", "must be before to".into()));
        }
        if last - first >= MOST {
            return Err(wrong("from", format!("must be at most {MOST} stretches before to")));
        }
        Ok(Self { by, first, last })
    }

    pub fn usual(by: By, now: i64) -> Self {
        let last = now.div_euclid(by.hours() * HOUR_MS);
        Self { by, first: last - by.usual() + 1, last }
    }
}

pub async fn of(conn: Conn<'_>, video: &Video, range: Range) -> Result<Series> {
    let width = range.by.hours();
    let hours = (range.first * width, (range.last + 1) * width);
    let found = figures::stretches(conn, (video.account_id, video.id), width, hours).await?;
    let found: HashMap<i64, figures::Stretch> = found.into_iter().map(|stretch| (stretch.at, stretch)).collect();
    let items = (range.first..=range.last).map(|at| {
        let stretch = found.get(&at).copied().unwrap_or_default();
        let at_ms = at * width * HOUR_MS;
        Item {
            at: spoken::instant(at_ms),
            at_ms,
            page_loads: stretch.loads,
            plays: stretch.plays,
            watched: stretch.watched_ms as f64 / 1_000.0,
            finished: stretch.finished,
        }
    });
    Ok(Series { video_id: video.id, by: range.by, items: items.collect() })
}

/// `2026-11-23` (midnight, UTC), or an instant as RFC 3339 writes it, in Unix milliseconds.
fn instant(text: &str) -> Option<i64> {
    spoken::instant_of(text).or_else(|| spoken::instant_of(&format!("{text}T00:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_435_200_000;

    #[test]
    fn a_range_is_read_or_its_wrong_field_is_named() {
        let read = |by, from, to| Range::read(by, from, to, NOON).map(|range| (range.first, range.last));
        let today = NOON.div_euclid(24 * HOUR_MS);
        assert_eq!(read(None, None, None), Ok((today - 29, today)));
        assert_eq!(read(Some("day"), Some("2026-11-22"), Some("2026-11-23T23:59:59Z")), Ok((today - 1, today)));
        assert_eq!(read(Some("hour"), Some("2026-11-23T10:00:00Z"), None), Ok((today * 24 + 10, today * 24 + 12)));
        // Where clocks are two hours ahead it is still the day before, and where they are behind already the next one.
        let ahead = "2026-11-23T12:00:00+02:00";
        assert_eq!(
            read(Some("hour"), Some(ahead), Some("2026-11-23T11:00:00.5Z")),
            Ok((today * 24 + 10, today * 24 + 11))
        );
        assert_eq!(read(None, Some("2026-11-23T01:30:00+02:00"), None), Ok((today - 1, today)));
        assert_eq!(read(None, Some("2026-11-22T20:00:00-05:00"), None), Ok((today, today)));
        let field = |by, from, to| Range::read(by, from, to, NOON).expect_err("refused").flaws[0].field.clone();
        assert_eq!(field(Some("week"), None, None), "by");
        for wrong in [
            "yesterday",
            "2026-13-01",
            "2026-11-23T25:00:00Z",
            "",
            "2026-11-24",
            "2001-01-01",
            "-1-1-1",
            "2026-11-23T10:00:xx",
            "2026-11-23T10:00:xxZ",
            "2026-11-23T10:00:00ZZZ",
            "2026-11-23T10:00:00",
            "2026-11-23T10:00",
            "2026-11-23T",
            "2026-11-23T10:00:00 02:00",
            "2026-11-23T10:00:00+25:00",
        ] {
            assert_eq!(field(None, Some(wrong), None), "from", "{wrong}");
        }
        assert_eq!(field(None, None, Some("x")), "to");
    }
}
