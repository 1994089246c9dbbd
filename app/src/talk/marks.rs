//! Where on the scrubber viewers have said something: a picture made of parsed numbers, which stands in
//! the page's style, so that it is there without a script.

use std::fmt::Write;

/// Comments that get a mark.
pub const MARKS: usize = 60;

/// The custom property `--talk-marks` for the player's `style`; empty when there is nothing to show.
/// `moments` are times of comments, `density` reactions in each hundredth of the video.
pub fn style(moments: &[i64], density: &[i64; 100], duration_ms: i64) -> String {
    let most = density.iter().copied().max().unwrap_or(0);
    if duration_ms <= 0 || (most == 0 && moments.is_empty()) {
        return String::new();
    }
    let mut svg =
        String::from("%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 20' preserveAspectRatio='none'%3E");
    if most > 0 {
        // Higher is more; one alone is still seen.
        let heights = density.iter().map(|n| if *n == 0 { 0 } else { 3 + 11 * n / most });
        svg.push_str("%3Cpath fill='white' fill-opacity='.45' d='M0 20");
        for (slot, height) in heights.enumerate() {
            // Writing to a String can't fail.
            let _ = write!(svg, "V{}h1", 20 - height);
            if slot == 99 {
                svg.push_str("V20z");
            }
        }
        svg.push_str("'/%3E");
    }
    if !moments.is_empty() {
        svg.push_str(
            "%3Cpath fill='none' stroke='%237ee0c9' stroke-width='6' stroke-linecap='round' vector-effect='non-scaling-stroke' d='",
        );
        for at in moments.iter().take(MARKS) {
            let at = (at * 10_000 / duration_ms).clamp(0, 10_000);
            // A line of no length with round ends is a dot, however the picture is stretched.
            let _ = write!(svg, "M{}.{:02} 16h0", at / 100, at % 100);
        }
        svg.push_str("'/%3E");
    }
    format!("--talk-marks:url(\"data:image/svg+xml,{svg}%3C/svg%3E\");")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_nothing_shown() {
        assert_eq!(style(&[], &[0; 100], 60_000), "");
        assert_eq!(style(&[1], &[0; 100], 0), "");
    }

    #[test]
    fn a_comment_is_a_dot_at_its_time() {
        let style = style(&[15_000, 99_000], &[0; 100], 60_000);
        assert!(style.contains("M25.00 16h0M100.00 16h0"), "{style}");
    }

    #[test]
    fn one_reaction_among_many_is_still_seen() {
        let mut density = [0; 100];
        (density[0], density[99]) = (1_000, 1);
        let style = style(&[], &density, 60_000);
        assert!(style.contains("M0 20V6h1V20h1") && style.contains("V17h1V20z"), "{style}");
        assert!(style.len() < 2_000, "{}", style.len());
    }
}
