//! Scripts that stand in the page itself.

/// As it stands in the page: without indentation and comments.
pub fn script(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect::<Vec<_>>().join("\n")
}
