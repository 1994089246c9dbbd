//! The body of `POST /engage/record`.
#![no_main]

use server::engine::check::proof::takes;

libfuzzer_sys::fuzz_target!(|body: &[u8]| takes(body));
