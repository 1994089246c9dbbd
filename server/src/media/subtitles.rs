//! Captions and chapters as text: WebVTT as it comes, SubRip (SRT) made into it, and what stands in a video's file.

use super::{
    child::{Child, ChildError},
    prepare::limit,
    probe::Probe,
};
use std::{fmt::Write, path::Path};

/// The longest file of captions, in bytes, and the most cues.
pub const LONGEST: usize = 2 << 20;
const CUES: usize = 50_000;

/// Why a text is no captions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCaptions {
    #[error("is not text in UTF-8 or UTF-16")]
    NotText,
    #[error("is neither WebVTT nor SubRip (SRT)")]
    Unknown,
    #[error("has no cues")]
    Empty,
    #[error("has more than {CUES} cues")]
    TooMany,
    #[error("line {0}: the times of a cue can't be read")]
    Times(usize),
}

/// WebVTT of a text that is WebVTT or SubRip.
///
/// # Errors
/// It is neither, or has no cues.
pub fn webvtt(bytes: &[u8]) -> Result<String, NoCaptions> {
    let text = text(bytes)?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let is_webvtt =
        text.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']));
    let cues = text.lines().filter(|line| line.contains("-->")).count();
    match cues {
        0 if is_webvtt || text.trim().is_empty() => Err(NoCaptions::Empty),
        0 => Err(NoCaptions::Unknown),
        _ if cues > CUES => Err(NoCaptions::TooMany),
        _ if is_webvtt => {
            for (n, line) in text.lines().enumerate().filter(|(_, line)| line.contains("-->")) {
                times(line).ok_or(NoCaptions::Times(n + 1))?;
            }
            Ok(text)
        }
        _ => of_srt(&text),
    }
}

/// Milliseconds at which a chapter begins, and its name; WebVTT of all, the last one until the end.
pub fn of_chapters(chapters: &[(i64, String)], duration_ms: i64) -> String {
    let mut text = String::from("WEBVTT\n");
    for (n, (from, name)) in chapters.iter().enumerate() {
        let to = chapters.get(n + 1).map_or(duration_ms.max(from + 1), |(next, _)| *next);
        let name = escaped(name);
        // Writing to a String can't fail.
        let _ = write!(text, "\n{} --> {}\n{name}\n", clock(*from), clock(to));
    }
    text
}

/// Writes the captions that stand in a video's file, and returns the name, the language and the label of each.
/// What can't be read is left out.
///
/// # Errors
/// ffmpeg is missing.
pub async fn extract(source: &Path, probe: &Probe, folder: &Path) -> Result<Vec<(String, String, String)>, ChildError> {
    let mut found: Vec<(String, String, String)> = Vec::new();
    for subtitle in &probe.subtitles {
        let lang = lang(&subtitle.lang).to_owned();
        if found.iter().any(|(_, known, _)| *known == lang) {
            continue;
        }
        let name = format!("captions.{lang}.vtt");
        let child = Child::ffmpeg().input(source).word("-map").word(format!("0:{}", subtitle.index));
        let done = child.words("-c:s webvtt -f webvtt").file(&folder.join(&name)).run(limit(probe.duration_ms)).await;
        match done {
            Ok(_) => {}
            Err(error @ ChildError::Missing(_)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "captions in a file can't be read");
                continue;
            }
        }
        let text = std::fs::read(folder.join(&name)).unwrap_or_default();
        // An empty track is no captions.
        if webvtt(&text).is_ok() {
            let label = if subtitle.title.trim().is_empty() { label(&lang) } else { subtitle.title.trim() };
            found.push((name, lang.clone(), label.chars().take(100).collect()));
        }
    }
    Ok(found)
}

/// The languages that files name by three letters (ISO 639-2), as browsers do, and what they call themselves.
const LANGS: [(&str, &str, &str); 34] = [
    ("eng", "en", "English"),
    ("deu", "de", "Deutsch"),
    ("ger", "de", "Deutsch"),
    ("fra", "fr", "Français"),
    ("fre", "fr", "Français"),
    ("spa", "es", "Español"),
    ("por", "pt", "Português"),
    ("ita", "it", "Italiano"),
    ("nld", "nl", "Nederlands"),
    ("dut", "nl", "Nederlands"),
    ("jpn", "ja", "日本語"),
    ("kor", "ko", "한국어"),
    ("zho", "zh", "中文"),
    ("chi", "zh", "中文"),
    ("ara", "ar", "العربية"),
    ("heb", "he", "עברית"),
    ("hin", "hi", "हिन्दी"),
    ("rus", "ru", "Русский"),
    ("ukr", "uk", "Українська"),
    ("pol", "pl", "Polski"),
    ("ces", "cs", "Čeština"),
    ("cze", "cs", "Čeština"),
    ("swe", "sv", "Svenska"),
    ("dan", "da", "Dansk"),
    ("nor", "no", "Norsk"),
    ("fin", "fi", "Suomi"),
    ("tur", "tr", "Türkçe"),
    ("ell", "el", "Ελληνικά"),
    ("gre", "el", "Ελληνικά"),
    ("hun", "hu", "Magyar"),
    ("ron", "ro", "Română"),
    ("vie", "vi", "Tiếng Việt"),
    ("tha", "th", "ไทย"),
    ("ind", "id", "Bahasa Indonesia"),
];

/// BCP 47 of a language as files name it; `und` for none.
fn lang(text: &str) -> &str {
    let known = LANGS.iter().find(|(three, ..)| *three == text).map(|(_, two, _)| *two);
    let own = (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
    known.unwrap_or(if own { text } else { "und" })
}

/// What a language calls itself, as far as we know; else its code.
pub fn label(lang: &str) -> &str {
    let primary = lang.split('-').next().unwrap_or(lang);
    LANGS.iter().find(|(_, two, _)| *two == primary).map_or(lang, |(.., name)| name)
}

/// Text of bytes: UTF-8, or UTF-16 with its mark.
fn text(bytes: &[u8]) -> Result<String, NoCaptions> {
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]])).collect();
        String::from_utf16(&units).map_err(|_| NoCaptions::NotText)
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).map_err(|_| NoCaptions::NotText),
    }?;
    if text.contains('\0') { Err(NoCaptions::NotText) } else { Ok(text) }
}

fn of_srt(text: &str) -> Result<String, NoCaptions> {
    let mut out = String::from("WEBVTT\n");
    let mut lines = text.lines().enumerate().peekable();
    while let Some((n, line)) = lines.next() {
        if !line.contains("-->") {
            // A number, or a blank.
            continue;
        }
        let (from, to) = times(line).ok_or(NoCaptions::Times(n + 1))?;
        let _ = write!(out, "\n{} --> {}\n", clock(from), clock(to));
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.trim().is_empty()) {
            let _ = writeln!(out, "{}", spoken(line));
        }
    }
    Ok(out)
}

/// A line of SubRip: its bold, italic and underlined text stays, everything else is text.
fn spoken(line: &str) -> String {
    let mut rest = line;
    let mut out = String::new();
    while let Some(at) = rest.find(['<', '{']) {
        out += &escaped(&rest[..at]);
        let tail = &rest[at..];
        let end = tail.find(if tail.starts_with('<') { '>' } else { '}' });
        let tag = end.map(|end| &tail[..=end]);
        match tag {
            Some(tag) if ["<b>", "</b>", "<i>", "</i>", "<u>", "</u>"].contains(&tag.to_ascii_lowercase().as_str()) => {
                out += &tag.to_ascii_lowercase();
                rest = &tail[tag.len()..];
            }
            // Fonts and places of other players.
            Some(tag) if tag.to_ascii_lowercase().starts_with("<font") || tag.eq_ignore_ascii_case("</font>") => {
                rest = &tail[tag.len()..];
            }
            Some(tag) if tag.starts_with("{\\") => rest = &tail[tag.len()..],
            _ => {
                out += &escaped(&tail[..1]);
                rest = &tail[1..];
            }
        }
    }
    // An arrow would begin a cue.
    (out + &escaped(rest)).replace("--&gt;", "→")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(['\n', '\r'], " ")
}

/// Both ends of a cue, in milliseconds.
fn times(line: &str) -> Option<(i64, i64)> {
    let (from, to) = line.split_once("-->")?;
    Some((instant(from.trim())?, instant(to.split_whitespace().next()?)?))
}

/// `01:02:03,500`, `01:02:03.500` or `02:03.500` in milliseconds.
fn instant(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().ok().filter(|n| *n >= 0)).collect::<Option<_>>()?;
    if !(2..=3).contains(&parts.len()) || parts.iter().any(|part| *part > 9_999) {
        return None;
    }
    let seconds = parts.iter().fold(0, |total, part| total * 60 + part);
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(seconds * 1_000 + digits.parse::<i64>().ok().filter(|ms| *ms >= 0)?)
}

/// As WebVTT writes it.
pub fn clock(ms: i64) -> String {
    let (s, ms) = (ms / 1_000, ms % 1_000);
    format!("{:02}:{:02}:{:02}.{ms:03}", s / 3_600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subrip_becomes_webvtt() {
        let srt = "\u{feff}1\r\n00:00:01,500 --> 00:00:03,000 X1:10\r\n<i>Hello</i> & <font color=\"red\">you</font>\r\n{\\an8}a < b\r\n\r\n\
                   2\r\n01:02:03,4 --> 01:02:05,000\r\n--> no <script>alert(1)</script>\r\n";
        let expected = "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\n<i>Hello</i> &amp; you\na &lt; b\n\n\
                        01:02:03.400 --> 01:02:05.000\n→ no &lt;script&gt;alert(1)&lt;/script&gt;\n";
        // The second text line of that cue begins with an arrow: it is the cue's text, since no blank stands before it.
        assert_eq!(webvtt(srt.as_bytes()), Ok(expected.into()));
    }

    #[test]
    fn webvtt_stays_as_it_is() {
        let text = "WEBVTT - tour\n\nNOTE x\n\n1\n00:01.000 --> 00:02.000 line:0\n<v Ann>Hi\n";
        assert_eq!(webvtt(text.as_bytes()), Ok(text.into()));
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(webvtt(&wide), Ok(text.into()), "also in UTF-16");
    }

    #[test]
    fn what_is_no_captions_is_told_why() {
        for (text, why) in [
            (b"".as_slice(), NoCaptions::Empty),
            (b"WEBVTT\n\n", NoCaptions::Empty),
            (b"Dear reader", NoCaptions::Unknown),
            (b"\x89PNG\r\n", NoCaptions::NotText),
            (b"a\0b --> c", NoCaptions::NotText),
            (b"1\n00:00:01 -> 00:00:02\nx\n", NoCaptions::Unknown),
            (b"WEBVTT\n\nnow --> then\nx\n", NoCaptions::Times(3)),
            (b"1\n00:00:01,000 --> soon\nx\n", NoCaptions::Times(2)),
        ] {
            assert_eq!(webvtt(text), Err(why), "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn chapters_follow_each_other_to_the_end() {
        let chapters = [(0, "A & B".to_owned()), (61_500, "End".to_owned())];
        let text = of_chapters(&chapters, 90_000);
        let expected = "WEBVTT\n\n00:00:00.000 --> 00:01:01.500\nA &amp; B\n\n00:01:01.500 --> 00:01:30.000\nEnd\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn languages_are_named_as_browsers_name_them() {
        assert_eq!((lang("ger"), lang("de"), lang("xx-1"), lang("")), ("de", "de", "und", "und"));
        assert_eq!((label("de"), label("pt-BR"), label("xx")), ("Deutsch", "Português", "xx"));
    }
}
