//! Moments at which the embedding page wants to be told.

use wasm_bindgen::JsValue;

#[derive(Clone)]
pub struct CuePoint {
    pub id: String,
    /// Milliseconds.
    pub at: i64,
    pub data: JsValue,
}

/// A step of playback is no longer than this, in milliseconds; what is longer is a jump, which passes nothing.
const STEP_MS: i64 = 2_000;

/// The cue points that playback passed on its way from one position to the next.
pub fn passed(all: &[CuePoint], from: i64, to: i64) -> Vec<CuePoint> {
    if to - from > STEP_MS {
        return Vec::new();
    }
    all.iter().filter(|point| from < point.at && point.at <= to).cloned().collect()
}
