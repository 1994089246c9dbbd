//! How loud a video is (ITU-R BS.1770), so that several in a row can be played alike.

use super::{
    child::{Child, ChildError},
    prepare::limit,
    probe::Probe,
};
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Over the whole length, in LUFS.
    pub lufs: f64,
    /// The highest peak between the samples, in dBTP.
    pub peak_db: f64,
}

/// None without a sound, or when all of it is silence.
///
/// # Errors
/// ffmpeg is missing or fails.
pub async fn of(source: &Path, probe: &Probe) -> Result<Option<Loudness>, ChildError> {
    let Some(sound) = probe.sounds.first() else { return Ok(None) };
    let child = Child::ffmpeg().words("-loglevel info").input(source).word("-map").word(format!("0:{}", sound.index));
    let said = child.words("-af loudnorm=print_format=json -f null -").run_said(limit(probe.duration_ms)).await?;
    Ok(read(&said))
}

#[derive(Deserialize)]
struct Told {
    input_i: String,
    input_tp: String,
}

/// The last thing that was said is an object.
fn read(said: &str) -> Option<Loudness> {
    let (from, to) = (said.rfind('{')?, said.rfind('}')?);
    let object = said.get(from..=to)?;
    let told: Told = serde_json::from_str(object).ok()?;
    let (lufs, peak_db): (f64, f64) = (told.input_i.parse().ok()?, told.input_tp.parse().ok()?);
    (lufs.is_finite() && peak_db.is_finite()).then_some(Loudness { lufs, peak_db })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ffmpeg_says_is_read_and_silence_is_none() {
        let said = |i: &str| {
            format!(
                "[Parsed_loudnorm_0 @ 0x1]\n{{\n\t\"input_i\" : \"{i}\",\n\t\"input_tp\" : \"-1.50\",\n\t\"input_lra\" : \"0\"\n}}\n"
            )
        };
        assert_eq!(read(&said("-21.75")), Some(Loudness { lufs: -21.75, peak_db: -1.5 }));
        assert_eq!(read(&said("-inf")), None);
        assert_eq!(read("nothing"), None);
        assert_eq!(read("} {"), None);
    }
}
