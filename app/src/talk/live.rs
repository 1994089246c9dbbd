//! The few lines of script that a page with a talk needs before anyone has come near it: they follow the
//! talk while it is in sight, one stream a browser, and wake the chunk that shows what they hear.

use crate::page::inline;
use std::sync::LazyLock;

pub static SCRIPT: LazyLock<String> = LazyLock::new(|| inline::script(include_str!("live.js")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_short_and_can_not_end_its_element_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("//"));
        assert!(SCRIPT.len() < 2_400, "{}", SCRIPT.len());
    }
}
