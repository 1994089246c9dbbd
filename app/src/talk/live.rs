//! The few lines of script that a page with a talk needs before anyone has come near it: they follow the
//! talk while it is in sight, one stream a browser, and wake the chunk that shows what they hear.

use std::sync::LazyLock;

/// Without indentation and comments.
pub static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let lines = include_str!("live.js").lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect::<Vec<_>>().join("\n")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_short_and_can_not_end_its_element_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("//"));
        assert!(SCRIPT.len() < 2_400, "{}", SCRIPT.len());
    }
}
