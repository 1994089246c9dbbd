//! Numbers and days as each language writes them, by the rules of CLDR.

use app::words::{Lang, Word};
use fixed_decimal::Decimal;
use icu_datetime::{
    DateTimeFormatter,
    fieldsets::YMD,
    input::{Date, DateTime, Time},
};
use icu_decimal::DecimalFormatter;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

fn locale(lang: Lang) -> Locale {
    // Every code of ours is a well-formed tag; the root locale would do as well.
    lang.code().parse().unwrap_or(Locale::UNKNOWN)
}

/// `1 view`, `12 views`.
pub fn views(lang: Lang, n: i64) -> String {
    let category = PluralRules::try_new_cardinal(locale(lang).into())
        .map_or(PluralCategory::Other, |rules| rules.category_for(n.unsigned_abs()));
    let word = match category {
        PluralCategory::Zero => Word::ViewsZero,
        PluralCategory::One => Word::ViewsOne,
        PluralCategory::Two => Word::ViewsTwo,
        PluralCategory::Few => Word::ViewsFew,
        PluralCategory::Many => Word::ViewsMany,
        PluralCategory::Other => Word::ViewsOther,
    };
    lang.with(word, &number(lang, n))
}

/// `1,234`.
pub fn number(lang: Lang, n: i64) -> String {
    written(lang, &Decimal::from(n))
}

/// A number to one decimal, which is left out where it is 0: `12.5`.
pub fn decimal(lang: Lang, n: f64) -> String {
    let mut decimal = Decimal::from((n * 10.0).round() as i64);
    decimal.multiply_pow10(-1);
    decimal.trim_end();
    written(lang, &decimal)
}

fn written(lang: Lang, decimal: &Decimal) -> String {
    DecimalFormatter::try_new(locale(lang).into(), Default::default())
        .map_or_else(|_| decimal.to_string(), |format| format.format(decimal).to_string())
}

/// An instant (Unix milliseconds) as machines read it: `2026-11-23T10:20:30Z`.
pub fn instant(at: i64) -> String {
    let Ok(t) = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)) else { return String::new() };
    let (date, month) = (t.date(), u8::from(t.month()));
    format!("{:04}-{month:02}-{:02}T{:02}:{:02}:{:02}Z", date.year(), date.day(), t.hour(), t.minute(), t.second())
}

/// The Unix milliseconds of an instant as RFC 3339 writes it: `2026-11-23T10:20:30Z`, with a fraction and another
/// offset if need be.
pub fn instant_of(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<u16>().ok()
    };
    let small = |from, to| u8::try_from(number(from, to)?).ok();
    let sign = |at, signs: &[u8]| text.as_bytes().get(at).filter(|byte| signs.contains(byte)).map(|_| ());
    for (at, signs) in [(4, b"-".as_slice()), (7, b"-"), (10, b"Tt "), (13, b":"), (16, b":")] {
        sign(at, signs)?;
    }
    let month = time::Month::try_from(small(5, 7)?).ok()?;
    let date = time::Date::from_calendar_date(number(0, 4)?.into(), month, small(8, 10)?).ok()?;
    let clock = time::Time::from_hms(small(11, 13)?, small(14, 16)?, small(17, 19)?).ok()?;
    let rest = text.get(19..)?;
    let end = match rest.strip_prefix('.') {
        Some(digits) => digits.find(|c: char| !c.is_ascii_digit()).filter(|n| *n > 0)? + 1,
        None => 0,
    };
    let fraction = rest.get(1..end.min(4)).filter(|_| end > 0).unwrap_or_default();
    let ms: i64 = format!("{fraction:0<3}").parse().ok()?;
    let offset = match rest.as_bytes().get(end)? {
        b'Z' | b'z' if rest.len() == end + 1 => 0,
        sign @ (b'+' | b'-') if rest.len() == end + 6 && rest.as_bytes()[end + 3] == b':' => {
            let (hours, minutes) = (small(20 + end, 22 + end)?, small(23 + end, 25 + end)?);
            let minutes = (hours < 24 && minutes < 60).then(|| i64::from(hours) * 60 + i64::from(minutes))?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let seconds = time::PrimitiveDateTime::new(date, clock).assume_utc().unix_timestamp() - offset * 60;
    Some(seconds * 1_000 + ms)
}

/// An instant (Unix milliseconds) as headers have it (RFC 9110, section 5.6.7): `Mon, 23 Nov 2026 10:20:30 GMT`.
pub fn http_date(at: i64) -> String {
    let Ok(t) = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)) else { return String::new() };
    let (day, month) = (t.weekday().to_string(), t.month().to_string());
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        &day[..3],
        t.day(),
        &month[..3],
        t.year(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// An instant (Unix milliseconds, UTC) as the compatible API writes it: `31/12/2018 02:23 AM`.
pub fn compatible(at: i64) -> String {
    let Ok(t) = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)) else { return String::new() };
    let (date, month) = (t.date(), u8::from(t.month()));
    let (hour, half) = ((t.hour() + 11) % 12 + 1, if t.hour() < 12 { "AM" } else { "PM" });
    format!("{:02}/{month:02}/{:04} {hour:02}:{:02} {half}", date.day(), date.year(), t.minute())
}

/// The day of an instant (Unix milliseconds, UTC): `November 23, 2026`.
pub fn day(lang: Lang, at: i64) -> String {
    let date = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)).ok().map(|t| t.date());
    let date = date.and_then(|day| Date::try_new_iso(day.year(), day.month().into(), day.day()).ok());
    let format = DateTimeFormatter::try_new(locale(lang).into(), YMD::long());
    match (date, format) {
        (Some(date), Ok(format)) => format.format(&date).to_string(),
        _ => String::new(),
    }
}

/// An instant (Unix milliseconds, UTC) to the minute: `Nov 23, 2026, 10:20 AM`.
pub fn hour(lang: Lang, at: i64) -> String {
    let Ok(at) = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)) else { return String::new() };
    let day = at.date();
    let date = Date::try_new_iso(day.year(), day.month().into(), day.day());
    let format = DateTimeFormatter::try_new(locale(lang).into(), YMD::medium().with_time_hm());
    match (date, Time::try_new(at.hour(), at.minute(), 0, 0), format) {
        (Ok(date), Ok(time), Ok(format)) => format.format(&DateTime { date, time }).to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_counted_as_each_language_counts() {
        assert_eq!(views(Lang::En, 0), "0 views");
        assert_eq!(views(Lang::En, 1), "1 view");
        assert_eq!(views(Lang::De, 1_234), "1.234 Aufrufe");
        let arabic: Vec<String> = [0, 1, 2, 3, 11, 100].map(|n| views(Lang::Ar, n)).to_vec();
        assert!((1..6).all(|i| arabic[i] != arabic[i - 1]), "{arabic:?}");
    }

    #[test]
    fn a_header_has_the_time_of_greenwich() {
        assert_eq!(http_date(1_546_222_980_000), "Mon, 31 Dec 2018 02:23:00 GMT");
        assert_eq!(http_date(i64::MAX), "");
    }

    #[test]
    fn an_instant_is_read_as_machines_write_it() {
        let at = 1_546_222_980_000;
        for text in [
            "2018-12-31T02:23:00Z",
            "2018-12-31t02:23:00z",
            "2018-12-31 02:23:00.0Z",
            "2018-12-31T03:23:00+01:00",
            "2018-12-30T20:53:00-05:30",
        ] {
            assert_eq!(instant_of(text), Some(at), "{text}");
        }
        assert_eq!(instant_of("2018-12-31T02:23:00.12Z"), Some(at + 120));
        assert_eq!(instant_of("2018-12-31T02:23:00.123456+00:00"), Some(at + 123));
        assert_eq!(instant_of(&instant(at)), Some(at));
        for odd in [
            "",
            "tomorrow",
            "2018-12-31",
            "2018-12-31T02:23:00",
            "2018-02-30T02:23:00Z",
            "2018-12-31T24:23:00Z",
            "2018-12-31T02:23:00.Z",
            "2018-12-31T02:23:00+1:00",
            "2018-12-31T02:23:00+01:00x",
            "2018-12-31T02:23:00+99:00",
            "+018-12-31T02:23:00Z",
            "2018-12-31T02:23:00é",
            "2018-12-31T02:23:00.é",
            "é018-12-31T02:23:00Z",
        ] {
            assert_eq!(instant_of(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_compatible_time_has_twelve_hours_and_begins_with_the_day() {
        assert_eq!(compatible(1_546_222_980_000), "31/12/2018 02:23 AM");
        assert_eq!(compatible(1_547_036_820_000), "09/01/2019 12:27 PM");
        assert_eq!(compatible(1_546_300_800_000), "01/01/2019 12:00 AM");
    }

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        assert_eq!((number(Lang::En, 100_000), number(Lang::De, 100_000)), ("100,000".into(), "100.000".into()));
        assert_eq!((decimal(Lang::En, 12.34), decimal(Lang::Fr, 12.5)), ("12.3".into(), "12,5".into()));
        assert_eq!((decimal(Lang::En, 100.0), decimal(Lang::En, 0.0)), ("100".into(), "0".into()));
    }

    #[test]
    fn a_day_is_written_as_each_language_writes_it() {
        let at = 1_795_392_000_000;
        assert_eq!(day(Lang::En, at), "November 23, 2026");
        assert_eq!(day(Lang::De, at), "23. November 2026");
        assert_eq!(day(Lang::Ja, at), "2026年11月23日");
        assert_eq!(day(Lang::En, i64::MAX), "");
    }
}
