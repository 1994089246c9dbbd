//! The picture that stands for a video, and the same with a play mark for mails and chats.

use super::{
    child::{Child, ChildError},
    prepare::limit,
    probe::Probe,
};
use std::{fs, io, path::Path};

#[derive(Debug, thiserror::Error)]
pub enum PosterError {
    #[error(transparent)]
    Tool(#[from] ChildError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

pub const PLAIN: &str = "poster.jpg";
pub const WITH_MARK: &str = "poster_play.jpg";
/// The longest side, in pixels.
const SIDE: u32 = 1_280;

/// Makes both in `folder`.
///
/// # Errors
/// ffmpeg is missing or fails, or `folder` can't be written.
pub async fn make(source: &Path, probe: &Probe, folder: &Path) -> Result<(), PosterError> {
    let plain = folder.join(PLAIN);
    let (width, height) = size(probe);
    // Past a fade from black, and well before the end; a film of one picture has it at its start.
    for at in [(probe.duration_ms as f64 / 10_000.0).min(3.0), 0.0] {
        let child = Child::ffmpeg().words(&format!("-ss {at:.3}")).input(source);
        let child = child.word("-map").word(format!("0:{}", probe.picture.index));
        let child = child.words(&format!("-vf scale={width}:{height}:flags=lanczos,setsar=1"));
        child.words(JPEG).file(&plain).run(limit(0)).await?;
        if plain.is_file() {
            break;
        }
    }

    let side = width.min(height) / 4;
    let mark = folder.join("mark.rgba");
    fs::write(&mark, play_mark(side))?;
    let child = Child::ffmpeg().made(&plain);
    let child = child.words(&format!("-f rawvideo -pixel_format rgba -video_size {side}x{side}")).made(&mark);
    let child = child.words("-filter_complex overlay=(W-w)/2:(H-h)/2:format=rgb").words(JPEG);
    child.file(&folder.join(WITH_MARK)).run(limit(0)).await?;
    fs::remove_file(&mark)?;
    Ok(())
}

const JPEG: &str = "-frames:v 1 -q:v 4 -huffman optimal -pix_fmt yuvj420p -map_metadata -1 -f image2 -update 1";

fn size(probe: &Probe) -> (u32, u32) {
    let long = probe.width.max(probe.height);
    let scale = (f64::from(SIDE) / f64::from(long)).min(1.0);
    let even = |side: u32| ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(8);
    (even(probe.width), even(probe.height))
}

/// A dark disc with a white triangle, four bytes (RGBA) a pixel, edges smoothed.
fn play_mark(side: u32) -> Vec<u8> {
    let radius = f64::from(side) / 2.0;
    let mut pixels = Vec::with_capacity((side * side * 4) as usize);
    for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
        // From -1 to 1, the middle at 0.
        let place = |n: u32| (f64::from(n) + 0.5) / radius - 1.0;
        let (x, y) = (place(x), place(y));
        let covered = |inside: f64| (inside * radius + 0.5).clamp(0.0, 1.0);
        let disc = covered(1.0 - x.hypot(y));
        // Its corners lie at (-0.26, ±0.43) and (0.49, 0).
        let triangle = covered((x + 0.26).min((0.49 - x) * 0.497 - y.abs() * 0.868));
        let shade = |dark: f64| (dark + (255.0 - dark) * triangle).round() as u8;
        let alpha = disc * (0.78 + 0.22 * triangle);
        pixels.extend([shade(12.0), shade(11.0), shade(20.0), (alpha * 255.0).round() as u8]);
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_a_white_triangle_on_a_dark_disc() {
        let mark = play_mark(100);
        let pixel = |x: usize, y: usize| &mark[(y * 100 + x) * 4..][..4];
        assert_eq!(pixel(0, 0)[3], 0, "corners are clear");
        assert_eq!(pixel(50, 50), [255, 255, 255, 255]);
        assert_eq!(pixel(20, 50), [12, 11, 20, 199]);
        assert_eq!(pixel(50, 90), [12, 11, 20, 199]);
    }
}
