//! A few seconds that move, for mails and lists: GIF, which is shown everywhere, and WebP, which is lighter.

use super::{
    child::{Child, ChildError},
    prepare::limit,
    probe::Probe,
};
use std::path::Path;

pub const GIF: &str = "preview.gif";
pub const WEBP: &str = "preview.webp";
/// The longest side, pictures a second, and how long each of the scenes lasts, in seconds.
const SIDE: u32 = 320;
const RATE: u32 = 8;
const SCENE: f64 = 0.9;
/// Where scenes are taken, in hundredths of the video.
const SCENES: [i64; 4] = [8, 32, 56, 80];

/// Makes the GIF in `folder`, and the WebP where ffmpeg can; returns whether it could.
///
/// # Errors
/// ffmpeg is missing or fails.
pub async fn make(source: &Path, probe: &Probe, folder: &Path) -> Result<bool, ChildError> {
    // Drawn once, without loss; both are made from that.
    let scenes = folder.join("preview.mkv");
    draw(source, probe, &scenes).await?;
    let gif = "split[a][b];[a]palettegen=max_colors=128:stats_mode=diff[p];[b][p]paletteuse=dither=bayer:bayer_scale=4";
    let child = Child::ffmpeg().made(&scenes).word("-filter_complex").word(gif).words("-loop 0 -f gif");
    child.file(&folder.join(GIF)).run(limit(0)).await?;
    let child = Child::ffmpeg().made(&scenes).words("-c:v libwebp_anim -quality 60 -loop 0 -an -f webp");
    let webp = child.file(&folder.join(WEBP)).run(limit(0)).await;
    // A file of ours; should it stay, it goes with its folder.
    let _ = std::fs::remove_file(&scenes);
    match webp {
        Ok(_) => Ok(true),
        Err(error) => {
            tracing::warn!(%error, "no WebP preview");
            Ok(false)
        }
    }
}

async fn draw(source: &Path, probe: &Probe, to: &Path) -> Result<(), ChildError> {
    let starts = starts(probe.duration_ms);
    let (width, height) = size(probe.width, probe.height);
    let mut child = Child::ffmpeg();
    let mut filter = String::new();
    for (n, start) in starts.iter().enumerate() {
        child = child.words(&format!("-ss {start:.3} -t {SCENE}")).input(source);
        filter += &format!(
            "[{n}:{}]fps={RATE},scale={width}:{height}:flags=area,setsar=1,format=yuv444p,setpts=PTS-STARTPTS[s{n}];",
            probe.picture.index
        );
    }
    let all: String = (0..starts.len()).map(|n| format!("[s{n}]")).collect();
    filter += &format!("{all}concat=n={}:v=1:a=0[v]", starts.len());
    let child = child.word("-filter_complex").word(filter).words("-map [v] -an -c:v ffv1 -f matroska");
    child.file(to).run(limit(0)).await?;
    Ok(())
}

/// Seconds at which scenes begin; a short video is one scene.
fn starts(duration_ms: i64) -> Vec<f64> {
    let seconds = duration_ms as f64 / 1_000.0;
    if seconds < SCENE * SCENES.len() as f64 * 1.5 {
        return vec![0.0];
    }
    SCENES.iter().map(|hundredth| seconds * *hundredth as f64 / 100.0).collect()
}

fn size(width: u32, height: u32) -> (u32, u32) {
    let scale = (f64::from(SIDE) / f64::from(width.max(height).max(1))).min(1.0);
    let even = |side: u32| ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(2);
    (even(width), even(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_video_is_one_scene() {
        assert_eq!(starts(3_000), [0.0]);
        assert_eq!(starts(100_000), [8.0, 32.0, 56.0, 80.0]);
        assert!(starts(6_000).iter().all(|start| start + SCENE <= 6.0));
    }

    #[test]
    fn a_preview_keeps_the_shape() {
        assert_eq!(size(1920, 1080), (320, 180));
        assert_eq!(size(1080, 1920), (180, 320));
        assert_eq!(size(1, 1), (2, 2));
    }
}
