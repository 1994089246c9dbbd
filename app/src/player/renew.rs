//! Addresses of media that end: a script in the page, and only where there are some, asks for fresh ones
//! before that, and goes on at the same place where one was refused.

use crate::page::inline;
use std::sync::LazyLock;

pub static SCRIPT: LazyLock<String> = LazyLock::new(|| inline::script(include_str!("renew.js")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_short_and_can_not_end_its_element_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("//"));
        assert!(SCRIPT.len() < 2_600, "{}", SCRIPT.len());
    }
}
