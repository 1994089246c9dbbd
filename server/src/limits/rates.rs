//! `CUEPOINT_RATE_LIMITS`: how many batches one view, one video and one address may send.

use super::{Pace, Whose};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Batches a view, a video and an address may send; none is no limit.
///
/// The address is a flood bound only: a classroom, or ten thousand people of one company, share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub session: Option<Pace>,
    pub video: Option<Pace>,
    pub address: Option<Pace>,
}

/// A player sends one each ten seconds, and a few at once when its viewer is busy.
const SESSION: Pace = Pace::per_second(5, 100);
const VIDEO: Pace = Pace::per_second(5_000, 50_000);
const ADDRESS: Pace = Pace::per_second(2_000, 20_000);
/// The most that may be asked for, of either number.
const MOST: i64 = 1_000_000;

impl Default for Rates {
    fn default() -> Self {
        Self { session: Some(SESSION), video: Some(VIDEO), address: Some(ADDRESS) }
    }
}

impl Rates {
    pub fn of_address(&self, network: Vec<u8>) -> Option<(Whose, Pace)> {
        self.address.map(|pace| (Whose::Network(network), pace))
    }

    pub fn of_view(&self, session: Uuid, video_id: i64) -> impl Iterator<Item = (Whose, Pace)> {
        let session = self.session.map(|pace| (Whose::Viewer(session), pace));
        session.into_iter().chain(self.video.map(|pace| (Whose::Video(video_id), pace)))
    }
}

/// `off`, or some of `session=5/s:100,video=off,address=2000/s:20000`; what is left out keeps its default.
impl FromStr for Rates {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "off" {
            return Ok(Self { session: None, video: None, address: None });
        }
        let (mut rates, mut seen) = (Self::default(), Vec::new());
        for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
            let (name, value) =
                part.split_once('=').ok_or_else(|| format!("{part:?} is not a limit such as session=5/s:100"))?;
            let slot = match name {
                "session" => &mut rates.session,
                "video" => &mut rates.video,
                "address" => &mut rates.address,
                _ => return Err(format!("{name:?} is none of session, video and address")),
            };
            if seen.contains(&name) {
                return Err(format!("{name} stands there twice"));
            }
            seen.push(name);
            *slot = if value == "off" { None } else { Some(pace(name, value)?) };
        }
        Ok(rates)
    }
}

/// `5/s:100`: five a second (or `m`inute, or `h`our) in the long run, a hundred of them at once.
fn pace(name: &str, value: &str) -> Result<Pace, String> {
    let wrong = || format!("{name}: {value:?} is not a rate such as 5/s or 5/s:100 (s, m or h), nor off");
    let number = |text: &str| {
        let n: i64 = text.parse().map_err(|_| wrong())?;
        if (1..=MOST).contains(&n) { Ok(n) } else { Err(format!("{name}: {text} is not from 1 to {MOST}")) }
    };
    let (rate, burst) = value.split_once(':').map_or((value, None), |(rate, burst)| (rate, Some(burst)));
    let (count, unit) = rate.split_once('/').ok_or_else(wrong)?;
    let unit_us = match unit {
        "s" => 1_000_000,
        "m" => 60_000_000,
        "h" => 3_600_000_000,
        _ => return Err(wrong()),
    };
    let count = number(count)?;
    let burst = burst.map_or(Ok(count), number)?;
    Ok(Pace { every_us: unit_us / count, burst })
}

/// As the setting is written.
impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, pace)) in
            [("session", self.session), ("video", self.video), ("address", self.address)].into_iter().enumerate()
        {
            let comma = if i == 0 { "" } else { "," };
            match pace {
                Some(Pace { every_us, burst }) => {
                    let units = [(1_000_000, 's'), (60_000_000, 'm'), (3_600_000_000_i64, 'h')];
                    // The unit in which the number is exact; else the largest that keeps it readable.
                    let exact = units.into_iter().find(|(us, _)| us / every_us > 0 && us % every_us == 0);
                    let close = units.into_iter().rev().find(|(us, _)| us / every_us <= MOST);
                    let (us, unit) = exact.or(close).unwrap_or(units[0]);
                    write!(f, "{comma}{name}={}/{unit}:{burst}", us / every_us)?;
                }
                None => write!(f, "{comma}{name}=off")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_reads_as_it_is_written() {
        for text in [
            "session=5/s:100,video=5000/s:50000,address=2000/s:20000",
            "session=1/m:3,video=off,address=30/h:30",
            "session=off,video=off,address=off",
        ] {
            assert_eq!(text.parse::<Rates>().expect(text).to_string(), text);
        }
        assert_eq!("".parse(), Ok(Rates::default()));
        assert_eq!("off".parse::<Rates>().expect("none").to_string(), "session=off,video=off,address=off");
        assert_eq!("session=10/s".parse::<Rates>().expect("read").session, Some(Pace { every_us: 100_000, burst: 10 }));
        assert_eq!("video=1/h".parse::<Rates>().expect("read").address, Rates::default().address);
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        for (text, says) in [
            ("viewer=5/s", "\"viewer\" is none of"),
            ("session", "\"session\" is not a limit"),
            ("session=5", "session: \"5\" is not a rate"),
            ("session=5/d", "session: \"5/d\" is not a rate"),
            ("session=0/s", "session: 0 is not from 1"),
            ("session=5/s:0", "session: 0 is not from 1"),
            ("session=-5/s", "session: -5 is not from 1"),
            ("session=5/s,session=6/s", "session stands there twice"),
            ("video=9999999/s", "video: 9999999 is not from 1"),
            ("video=x/s", "video: \"x/s\" is not a rate"),
        ] {
            let error = text.parse::<Rates>().expect_err(text);
            assert!(error.starts_with(says), "{text}: {error}");
        }
    }
}
