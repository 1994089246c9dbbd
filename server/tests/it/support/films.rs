//! Films made on the spot with ffmpeg.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

pub const PLAIN: &str = "-c:v libx264 -preset ultrafast -c:a aac";

/// Makes a test film of `seconds`.
pub fn film(folder: &Path, name: &str, seconds: u32, size: &str, words: &str) -> PathBuf {
    let path = folder.join(name);
    let (pictures, sound) =
        (format!("testsrc2=size={size}:rate=25:duration={seconds}"), format!("sine=440:duration={seconds}"));
    ffmpeg(&format!("-f lavfi -i {pictures} -f lavfi -i {sound} {words}"), &path);
    path
}

/// Runs ffmpeg with these words and an output.
pub fn ffmpeg(words: &str, to: &Path) {
    let done = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(words.split_whitespace())
        .arg(to)
        .status()
        .expect("ffmpeg, which scripts/setup test installs");
    assert!(done.success(), "{words}");
}

/// What ffprobe tells about a file.
pub fn probed(path: &Path) -> serde_json::Value {
    let told = Command::new("ffprobe")
        .args(["-v", "error", "-print_format", "json", "-show_format", "-show_streams"])
        .arg(path)
        .output()
        .expect("ffprobe");
    serde_json::from_slice(&told.stdout).expect("JSON")
}
