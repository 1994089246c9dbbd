//! A colour: its contrast (WCAG 2.2) and its neighbours of the same hue (OKLCH).

use std::fmt;

/// An opaque sRGB colour; it prints as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// How finely lightness is moved: below what a channel of eight bits can tell.
const STEP: f64 = 0.002;

impl Colour {
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self([r, g, b])
    }

    /// Reads `#rgb` and `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let [r, g, b] = match digits.len() {
            3 => [0, 1, 2].map(|i| digits[i..=i].repeat(2)),
            6 => [0, 2, 4].map(|i| digits[i..i + 2].to_owned()),
            _ => return None,
        };
        let channel = |text: String| u8::from_str_radix(&text, 16).ok();
        Some(Self([channel(r)?, channel(g)?, channel(b)?]))
    }

    /// From 1 (the same) to 21 (black on white).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// This colour if it passes, else the one of its hue whose lightness differs least; none when none passes.
    pub fn nearest(self, passes: impl Fn(Self) -> bool) -> Option<Self> {
        if passes(self) {
            return Some(self);
        }
        let steps = (1..).map(|n| f64::from(n) * STEP).take_while(|moved| *moved <= 1.0);
        steps.flat_map(|moved| [-moved, moved]).map(|moved| self.lighter(moved)).find(|colour| passes(*colour))
    }

    /// Moves OKLCH lightness by `by` (-1 to 1), hue kept, chroma lowered where the screen can't show it.
    pub fn lighter(self, by: f64) -> Self {
        let [l, a, b] = oklab(self.linear());
        let l = (l + by).clamp(0.0, 1.0);
        let shown = |chroma: f64| srgb([l, a * chroma, b * chroma]);
        let (mut low, mut high) = (0.0, 1.0);
        if fits(shown(high)) {
            return Self::from_linear(shown(high));
        }
        for _ in 0..12 {
            let middle = f64::midpoint(low, high);
            *(if fits(shown(middle)) { &mut low } else { &mut high }) = middle;
        }
        Self::from_linear(shown(low))
    }

    /// `share` (0 to 1) of `other` in this colour.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |i: usize| f64::from(self.0[i]) * (1.0 - share) + f64::from(other.0[i]) * share;
        // Between two bytes there are only bytes.
        Self([0, 1, 2].map(|i| mix(i).round() as u8))
    }

    fn linear(self) -> [f64; 3] {
        self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn from_linear(rgb: [f64; 3]) -> Self {
        Self(rgb.map(|c| {
            let c = c.clamp(0.0, 1.0);
            let c = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
            (c * 255.0).round() as u8
        }))
    }
}

fn fits(rgb: [f64; 3]) -> bool {
    rgb.iter().all(|c| (-1e-4..=1.0 + 1e-4).contains(c))
}

// Matrices: https://bottosson.github.io/posts/oklab/
fn oklab([r, g, b]: [f64; 3]) -> [f64; 3] {
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

fn srgb([l, a, b]: [f64; 3]) -> [f64; 3] {
    let long = (l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let middle = (l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (l - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701_0 * short,
    ]
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).expect(text)
    }

    #[test]
    fn a_colour_is_read_in_both_lengths_and_prints_in_the_long_one() {
        assert_eq!(colour("#0AF").to_string(), "#00aaff");
        assert_eq!(colour("#5b50e0").to_string(), "#5b50e0");
        for wrong in ["", "#", "red", "5b50e0", "#12345", "#1234567", "#12x", "#ä1", "#+1+1+1", "#fff;x"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_recommendation() {
        assert!((colour("#000").contrast(colour("#fff")) - 21.0).abs() < 1e-9);
        assert!((colour("#777").contrast(colour("#fff")) - 4.478).abs() < 1e-3);
        assert_eq!(colour("#123").contrast(colour("#123")), 1.0);
    }

    #[test]
    fn moving_by_nothing_changes_nothing() {
        for text in ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#6159e1", "#808080"] {
            assert_eq!(colour(text).lighter(0.0).to_string(), text);
        }
    }

    #[test]
    fn the_nearest_colour_keeps_its_hue_and_moves_least() {
        let white = colour("#fff");
        let nearest = colour("#ff9900").nearest(|c| c.contrast(white) >= 4.5).expect("darker");
        assert!((4.5..4.6).contains(&nearest.contrast(white)), "{nearest}");
        let Colour([r, g, b]) = nearest;
        assert!(r > g && g > b, "{nearest} is no orange");
        assert_eq!(colour("#333").nearest(|c| c.contrast(white) >= 4.5), Some(colour("#333")));
        assert_eq!(white.nearest(|_| false), None);
    }
}
