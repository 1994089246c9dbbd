//! The playlists of a stream (RFC 8216): read as ffmpeg writes them, and the one above them.

use super::{GROUP, Rung};
use crate::media::probe::Rate;
use std::{fmt::Write, fs, io, path::Path};

/// What was made of a rung.
pub struct Made {
    pub rung: Rung,
    /// Bits a second: of the heaviest segment, and of all.
    pub peak: u64,
    pub average: u64,
    pub codecs: String,
}

/// The segments of a media playlist: name and seconds.
pub fn segments(playlist: &str) -> Option<Vec<(String, f64)>> {
    let mut lines = playlist.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(told) = line.strip_prefix("#EXTINF:") {
            let name = lines.next().filter(|name| !name.starts_with('#') && !name.contains('/'))?;
            found.push((name.to_owned(), told.trim_end_matches(',').parse().ok()?));
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Bits a second: of the heaviest segment, and of all together.
pub fn rates(segments: &[(String, f64)], folder: &Path) -> io::Result<(u64, u64)> {
    let (mut peak, mut bits, mut seconds) = (0.0_f64, 0.0, 0.0);
    for (name, lasts) in segments {
        let weighs = fs::metadata(folder.join(name))?.len() as f64 * 8.0;
        // A last sliver is not what a connection has to carry for long.
        peak = peak.max(weighs / lasts.max(f64::from(GROUP)));
        bits += weighs;
        seconds += lasts;
    }
    let average = bits / seconds.max(0.001);
    Ok((peak.max(average).ceil() as u64, average.ceil() as u64))
}

/// The multivariant playlist, lightest first: the first is what many players begin with.
pub fn multivariant(made: &[Made], rate: Rate) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    for Made { rung, peak, average, codecs } in made {
        let (width, height, rate) = (rung.width, rung.height, rate.per_second());
        // Writing to a String can't fail.
        let _ = write!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},RESOLUTION={width}x{height},\
             CODECS=\"{codecs}\",FRAME-RATE={rate:.3}\n{}\n",
            rung.playlist()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::ladder::rungs;

    #[test]
    fn segments_are_read_from_a_playlist() {
        let text = "#EXTM3U\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:4.000000,\na.m4s\n#EXTINF:1.5,\nb.m4s\n#EXT-X-ENDLIST\n";
        assert_eq!(segments(text), Some(vec![("a.m4s".into(), 4.0), ("b.m4s".into(), 1.5)]));
        assert_eq!(segments("#EXTM3U\n#EXT-X-ENDLIST\n"), None);
        assert_eq!(segments("#EXTINF:4,\n/etc/passwd\n"), None);
    }

    #[test]
    fn a_variant_names_all_that_a_player_chooses_by() {
        let rung = rungs(640, 360)[1];
        let made = Made { rung, peak: 900_000, average: 700_000, codecs: "avc1.64001e,mp4a.40.2".into() };
        let line = "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=700000,RESOLUTION=640x360,\
                    CODECS=\"avc1.64001e,mp4a.40.2\",FRAME-RATE=29.970\n360p.m3u8\n";
        assert!(multivariant(&[made], Rate(30_000, 1_001)).ends_with(line));
    }
}
