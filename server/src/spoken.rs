//! Numbers and days as each language writes them, by the rules of CLDR.

use app::words::{Lang, Word};
use fixed_decimal::Decimal;
use icu_datetime::{DateTimeFormatter, fieldsets::YMD, input::Date};
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
    let number = DecimalFormatter::try_new(locale(lang).into(), Default::default())
        .map_or_else(|_| n.to_string(), |format| format.format(&Decimal::from(n)).to_string());
    lang.with(word, &number)
}

/// An instant (Unix milliseconds) as machines read it: `2026-11-23T10:20:30Z`.
pub fn instant(at: i64) -> String {
    let Ok(t) = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)) else { return String::new() };
    let (date, month) = (t.date(), u8::from(t.month()));
    format!("{:04}-{month:02}-{:02}T{:02}:{:02}:{:02}Z", date.year(), date.day(), t.hour(), t.minute(), t.second())
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
    fn a_day_is_written_as_each_language_writes_it() {
        let at = 1_795_392_000_000;
        assert_eq!(day(Lang::En, at), "November 23, 2026");
        assert_eq!(day(Lang::De, at), "23. November 2026");
        assert_eq!(day(Lang::Ja, at), "2026年11月23日");
        assert_eq!(day(Lang::En, i64::MAX), "");
    }
}
