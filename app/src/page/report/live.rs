//! The few lines that keep an open report up to date: they ask for what has changed while someone looks.

use crate::page::inline;
use std::sync::LazyLock;

pub static SCRIPT: LazyLock<String> = LazyLock::new(|| inline::script(include_str!("live.js")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_short_and_can_not_end_its_element_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("//"));
        assert!(SCRIPT.len() < 2_000, "{}", SCRIPT.len());
    }
}
