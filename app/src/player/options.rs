//! How a page's address asks the player to start (WIRE.md, section 1).

/// What is unknown or malformed is as if it were not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub autoplay: bool,
    pub muted: bool,
    pub looped: bool,
    /// No bar: the frame, its play button and the keys are all there is.
    pub bare: bool,
    /// Seconds into the video.
    pub start_s: Option<f64>,
    /// Playback stops there, once.
    pub stop_s: Option<f64>,
    /// In percent, 25 to 300.
    pub rate: Option<i64>,
    /// A language, `1` for the viewer's, `0` for none.
    pub captions: Option<String>,
    /// An accent as written, with or without `#`.
    pub color: Option<String>,
    pub title: bool,
    pub no_keys: bool,
    /// The embed offers what viewers have said.
    pub comments: bool,
}

/// The longest language tag.
const TAG: usize = 35;

impl Options {
    /// Reads a query.
    pub fn read(query: &str) -> Self {
        let mut options = Options::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = value.as_ref();
            match (name.as_ref(), switch(value)) {
                ("autoplay", Some(on)) => options.autoplay = on,
                ("muted", Some(on)) => options.muted = on,
                ("loop", Some(on)) => options.looped = on,
                ("controls", Some(on)) => options.bare = !on,
                ("title", Some(on)) => options.title = on,
                ("keyboard", Some(on)) => options.no_keys = !on,
                ("comments", Some(on)) => options.comments = on,
                ("captions", Some(on)) => options.captions = Some(if on { "1" } else { "0" }.to_owned()),
                ("captions", None) if is_tag(value) => options.captions = Some(value.to_owned()),
                ("t" | "start", _) => options.start_s = seconds(value).filter(|s| *s > 0.0).or(options.start_s),
                ("stop", _) => options.stop_s = seconds(value).filter(|s| *s > 0.0),
                ("playbackRate", _) => options.rate = rate(value),
                ("color", _) if value.len() <= 9 => options.color = Some(value.to_owned()),
                _ => {}
            }
        }
        // A stop before the start would end it before it began.
        options.stop_s = options.stop_s.filter(|stop| *stop > options.start_s.unwrap_or(0.0));
        options
    }

    /// The media fragment of the source (Media Fragments URI 1.0): where it starts and stops.
    pub fn fragment(&self) -> String {
        match (self.start_s, self.stop_s) {
            (None, None) => String::new(),
            (start, None) => format!("#t={}", start.unwrap_or(0.0)),
            (start, Some(stop)) => format!("#t={},{stop}", start.unwrap_or(0.0)),
        }
    }
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

fn is_tag(value: &str) -> bool {
    !value.is_empty() && value.len() <= TAG && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn rate(value: &str) -> Option<i64> {
    let rate: f64 = value.parse().ok()?;
    (0.25..=3.0).contains(&rate).then_some((rate * 100.0).round() as i64)
}

/// Seconds written as `90`, `1m30s` or `1:30`.
pub fn seconds(text: &str) -> Option<f64> {
    let parts: Vec<&str> = if text.contains(':') {
        text.split(':').collect()
    } else if text.ends_with(['s', 'm', 'h']) {
        return named(text);
    } else {
        vec![text]
    };
    if parts.len() > 3 {
        return None;
    }
    parts.into_iter().try_fold(0.0, |total, part| {
        let n: f64 = part.parse().ok()?;
        (0.0..1e6).contains(&n).then_some(total * 60.0 + n)
    })
}

/// Seconds written with units: `1h2m3s`.
fn named(text: &str) -> Option<f64> {
    let (mut total, mut digits) = (0.0, String::new());
    for letter in text.chars() {
        let unit = match letter {
            'h' => 3_600.0,
            'm' => 60.0,
            's' => 1.0,
            digit => {
                digits.push(digit);
                continue;
            }
        };
        let n: f64 = std::mem::take(&mut digits).parse().ok()?;
        total += (0.0..1e6).contains(&n).then_some(n * unit)?;
    }
    digits.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_read_in_every_common_spelling() {
        assert_eq!(seconds("90"), Some(90.0));
        assert_eq!(seconds("1m30s"), Some(90.0));
        assert_eq!(seconds("1:30"), Some(90.0));
        assert_eq!(seconds("1:00:05.5"), Some(3_605.5));
        for wrong in ["", "x", "-5", "1:x", "m", "1m3", "1:2:3:4", "NaN", "1e9", "inf"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_malformed_is_as_if_it_were_not_there() {
        let wrong = "autoplay=yes&muted=&start=x&stop=-1&playbackRate=9&captions=%3Cb%3E&color=0123456789&other=1";
        assert_eq!(Options::read(wrong), Options::default());
    }

    #[test]
    fn an_address_says_all_that_the_player_understands() {
        let options = Options::read(
            "autoplay=1&muted=true&loop=1&controls=0&t=1m30s&stop=2:00&playbackRate=1.5&captions=de&color=%23aabbcc&\
             title=1&keyboard=false&comments=1",
        );
        let all = Options {
            autoplay: true,
            muted: true,
            looped: true,
            bare: true,
            start_s: Some(90.0),
            stop_s: Some(120.0),
            rate: Some(150),
            captions: Some("de".into()),
            color: Some("#aabbcc".into()),
            title: true,
            no_keys: true,
            comments: true,
        };
        assert_eq!(options, all);
        assert_eq!(options.fragment(), "#t=90,120");
    }

    #[test]
    fn a_stop_before_the_start_is_no_stop() {
        assert_eq!(Options::read("start=30&stop=20").fragment(), "#t=30");
    }
}
