//! The Range header, and the size of the file that it is about.
#![no_main]

use server::media::range::Part;

libfuzzer_sys::fuzz_target!(|asked: (u64, &str)| {
    let (size, text) = asked;
    if let Part::One(range) = Part::of(text, size) {
        assert!(range.start < range.end && range.end <= size, "{range:?} of {size}");
    }
});
