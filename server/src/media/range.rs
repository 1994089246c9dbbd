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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_a_header_says_the_part_lies_inside_the_file(
            text in prop_oneof!["\\PC{0,60}", "bytes=[-0-9, ]{0,40}", "bytes=[0-9]{0,20}-[0-9]{0,20}(,[0-9]{0,3}-[0-9]{0,3}){0,3}"],
            size in prop_oneof![0_u64..2_000, any::<u64>()],
        ) {
            if let Part::One(range) = Part::of(&text, size) {
                prop_assert!(range.start < range.end && range.end <= size, "{range:?} of {size}");
            }
        }
    }
}
