//! What the server has not acknowledged outlives the page: the recorder leaves it in the browser's
//! storage (`window.__cue.unsent`), forms and polls leave an answer there before they send it (`left`), and the next
//! page of ours that opens there delivers it. Events have numbers, so whatever comes twice is stored once.

use crate::page::inline;
use std::sync::LazyLock;

pub static SCRIPT: LazyLock<String> = LazyLock::new(|| inline::script(include_str!("outbox.js")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_short_and_can_not_end_its_element_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("//"));
        assert!(SCRIPT.len() < 3_000, "{}", SCRIPT.len());
    }
}
