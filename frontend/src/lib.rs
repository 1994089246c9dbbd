//! The wasm entry point.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over every player on the page.
#[wasm_bindgen]
pub fn start() {
    app::player::start();
}
