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
/// How ffmpeg calls the pictures that it may read.
const PICTURES: &str = "png_pipe,jpeg_pipe,webp_pipe,gif,mov";
/// The longest side, in pixels.
const SIDE: u32 = 1_280;

/// Which picture of a video stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The one with the most to see, of several.
    Best,
    /// The one shown at this millisecond.
    At(i64),
}

/// Makes both in `folder`.
///
/// # Errors
/// ffmpeg is missing or fails, or `folder` can't be written.
pub async fn make(source: &Path, probe: &Probe, when: When, folder: &Path) -> Result<(), PosterError> {
    let at = match when {
        When::Best => best(source, probe).await?,
        When::At(at) => at.clamp(0, probe.duration_ms),
    };
    let plain = folder.join(PLAIN);
    let (width, height) = size(probe.width, probe.height);
    // A film of one picture has it at its start only.
    for at in [at, 0] {
        let child = at_instant(at).input(source).word("-map").word(format!("0:{}", probe.picture.index));
        let child = child.words(&format!("-vf scale={width}:{height}:flags=lanczos,setsar=1"));
        child.words(JPEG).file(&plain).run(limit(0)).await?;
        if plain.is_file() {
            break;
        }
    }
    mark(&plain, width, height, &folder.join(WITH_MARK)).await
}

/// Makes both of a picture that someone gave us, and returns its sides; its file's name has no ending.
///
/// # Errors
/// It can't be read, ffmpeg is missing, or `folder` can't be written.
pub async fn of_picture(picture: &Path, folder: &Path) -> Result<(u32, u32), PosterError> {
    let plain = folder.join(PLAIN);
    let filter = format!(
        "scale='min(iw,{SIDE})':'min(ih,{SIDE})':force_original_aspect_ratio=decrease:force_divisible_by=2:flags=lanczos,\
         setsar=1"
    );
    let child = Child::ffmpeg().words("-protocol_whitelist file -format_whitelist").word(PICTURES);
    let child = child.words("-max_pixels 100000000 -i");
    let child = child.file(picture).word("-vf").word(filter).words(JPEG);
    child.file(&plain).run(limit(0)).await?;
    let (width, height) = dimensions(&plain).await?;
    mark(&plain, width, height, &folder.join(WITH_MARK)).await?;
    Ok((width, height))
}

async fn dimensions(picture: &Path) -> Result<(u32, u32), PosterError> {
    let child = Child::ffprobe().words("-select_streams v:0 -show_entries stream=width,height -of csv=p=0");
    let told = child.made(picture).run(limit(0)).await?;
    let told = String::from_utf8_lossy(&told);
    let sides =
        told.trim().split_once(',').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    sides.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a poster without sides").into())
}

async fn mark(plain: &Path, width: u32, height: u32, to: &Path) -> Result<(), PosterError> {
    let side = (width.min(height) / 4).max(1);
    let mark = to.with_extension("rgba");
    fs::write(&mark, play_mark(side))?;
    let child = Child::ffmpeg().made(plain);
    let child = child.words(&format!("-f rawvideo -pixel_format rgba -video_size {side}x{side}")).made(&mark);
    let child = child.words("-filter_complex overlay=(W-w)/2:(H-h)/2:format=rgb").words(JPEG);
    child.file(to).run(limit(0)).await?;
    fs::remove_file(&mark)?;
    Ok(())
}

/// Where in a video one looks for its poster, in hundredths.
const PLACES: [i64; 5] = [10, 22, 35, 50, 65];
/// The sides of the small pictures that are compared.
const SMALL: (usize, usize) = (64, 36);

/// The instant of the picture with the most to see: bright and dark, and edges. Early ones are a little better,
/// since that is what a viewer will see next.
async fn best(source: &Path, probe: &Probe) -> Result<i64, ChildError> {
    let mut best = (0.0, 0);
    for (n, hundredth) in PLACES.into_iter().enumerate() {
        let at = probe.duration_ms.saturating_mul(hundredth) / 100;
        let child = at_instant(at).input(source).word("-map").word(format!("0:{}", probe.picture.index));
        let child = child.words(&format!("-vf scale={}:{}:flags=area -frames:v 1 -pix_fmt gray", SMALL.0, SMALL.1));
        let picture = child.words("-f rawvideo pipe:1").run(limit(0)).await?;
        let score = interest(&picture) * (1.0 - 0.04 * n as f64);
        if score > best.0 {
            best = (score, at);
        }
    }
    Ok(best.1)
}

fn at_instant(ms: i64) -> Child {
    Child::ffmpeg().words(&format!("-ss {:.3}", ms as f64 / 1_000.0))
}

/// How much there is to see on a small grey picture: how far its dots are from their mean, and from each other.
fn interest(picture: &[u8]) -> f64 {
    if picture.len() < SMALL.0 * SMALL.1 {
        return 0.0;
    }
    let mean = picture.iter().map(|dot| f64::from(*dot)).sum::<f64>() / picture.len() as f64;
    let spread = picture.iter().map(|dot| (f64::from(*dot) - mean).powi(2)).sum::<f64>() / picture.len() as f64;
    let edges = picture.windows(2).map(|pair| f64::from(pair[0].abs_diff(pair[1]))).sum::<f64>() / picture.len() as f64;
    spread.sqrt() + edges
}

const JPEG: &str = "-frames:v 1 -q:v 4 -huffman optimal -pix_fmt yuvj420p -map_metadata -1 -f image2 -update 1";

/// The sides of the poster of a video of this shape.
pub fn size(width: u32, height: u32) -> (u32, u32) {
    let long = width.max(height);
    let scale = (f64::from(SIDE) / f64::from(long)).min(1.0);
    let even = |side: u32| ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(8);
    (even(width), even(height))
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
    fn a_picture_with_more_to_see_is_of_more_interest() {
        let dots = SMALL.0 * SMALL.1;
        let (black, fog) = (vec![0; dots], (0..dots).map(|n| 120 + (n % 3) as u8).collect::<Vec<_>>());
        let busy: Vec<u8> = (0..dots).map(|n| if n / 9 % 2 == 0 { 20 } else { 220 }).collect();
        assert!(interest(&busy) > interest(&fog) && interest(&fog) > interest(&black));
        assert_eq!(interest(&[]), 0.0, "a picture that never came");
    }

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
