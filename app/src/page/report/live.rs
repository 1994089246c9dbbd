//! The few lines that keep an open report up to date: they ask for what has changed while someone looks.

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
        assert!(SCRIPT.len() < 2_000, "{}", SCRIPT.len());
    }
}
