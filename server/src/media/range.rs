//! The Range header (RFC 9110, section 14.2), read so that one part or the whole is sent.

use http_range_header::{RangeUnsatisfiableError, parse_range_header};
use std::ops::Range;

/// What part of a file an answer carries.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    One(Range<u64>),
    Unsatisfiable,
}

impl Part {
    /// The part of `size` bytes that a header's text asks for; what can't be understood asks for all.
    pub fn of(range: &str, size: u64) -> Self {
        let Ok(parsed) = parse_range_header(range) else {
            return Part::Whole;
        };
        match parsed.validate(size) {
            Ok(ranges) => match ranges.as_slice() {
                [one] => Part::One(*one.start()..one.end() + 1),
                _ => Part::Whole,
            },
            Err(RangeUnsatisfiableError::Unsatisfiable) => Part::Unsatisfiable,
            // Overlapping, or more than is worth telling apart.
            Err(_) => Part::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prelude::*, test_runner::TestRunner};
    use std::time::{Duration, Instant};

    /// What a header may say, and the size of the file.
    fn asked() -> impl Strategy<Value = (String, u64)> {
        let text = prop_oneof![
            "\\PC{0,60}",
            "bytes=[-0-9, ]{0,40}",
            "bytes=[0-9]{0,20}-[0-9]{0,20}(,[0-9]{0,3}-[0-9]{0,3}){0,3}",
            "[bB]ytes ?= ?[0-9]{0,21}[-–=][0-9]{0,21},?",
        ];
        (text, prop_oneof![0_u64..2_000, any::<u64>()])
    }

    fn lies_inside(text: &str, size: u64) -> Result<(), TestCaseError> {
        if let Part::One(range) = Part::of(text, size) {
            prop_assert!(range.start < range.end && range.end <= size, "{range:?} of {size}");
        }
        Ok(())
    }

    #[test]
    #[ignore = "slow"]
    fn no_header_asks_for_what_is_not_there_for_a_minute() {
        let (begun, mut headers) = (Instant::now(), 0);
        while begun.elapsed() < Duration::from_secs(60) {
            // Each time from another seed.
            let config = ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() };
            let tried = TestRunner::new(config).run(&asked(), |(text, size)| lies_inside(&text, size));
            tried.unwrap_or_else(|error| panic!("{error}"));
            headers += 1_000;
        }
        println!("{headers} headers in a minute");
    }

    proptest! {
        #[test]
        fn whatever_a_header_says_the_part_lies_inside_the_file((text, size) in asked()) {
            lies_inside(&text, size)?;
        }

        #[test]
        fn one_range_is_what_the_rfc_says(first in 0_u64..120, last in 0_u64..120, size in 1_u64..100) {
            let whole = |range: Range<u64>| if range.start < size { Part::One(range) } else { Part::Unsatisfiable };
            prop_assert_eq!(Part::of(&format!("bytes={first}-"), size), whole(first..size));
            let suffix = if last == 0 { Part::Unsatisfiable } else { Part::One(size.saturating_sub(last)..size) };
            prop_assert_eq!(Part::of(&format!("bytes=-{last}"), size), suffix);
            if first <= last {
                prop_assert_eq!(Part::of(&format!("bytes={first}-{last}"), size), whole(first..size.min(last + 1)));
            }
        }
    }
}
