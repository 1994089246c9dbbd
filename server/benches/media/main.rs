//! How fast files come in and go out, beside what the machine does without a server in the same run, and how much
//! memory that takes.
//!
//! `cargo bench -p server --bench media`; the load stays on loopback and ends by itself.

#[allow(dead_code)]
#[path = "../load/client.rs"]
mod client;
mod readers;
mod serving;
mod upload;

use serving::{Serving, mib};
use std::{
    error::Error,
    fs::OpenOptions,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::Command,
};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The file that is uploaded, in bytes.
const LARGE: u64 = 512 << 20;
/// The file that is imported.
const FILM: u64 = 100 << 20;

#[tokio::main]
async fn main() -> Done<()> {
    // A thousand connections, and as many for the server, which takes after us.
    if std::env::var_os("MEDIA_BENCH_FILES").is_none() {
        let me = std::env::current_exe()?;
        let again = Command::new("prlimit").arg("--nofile=8192").arg(me).env("MEDIA_BENCH_FILES", "1").status();
        if let Ok(status) = again {
            return if status.success() { Ok(()) } else { Err("the run ended badly".into()) };
        }
    }
    let folder = tempfile::tempdir()?;
    let film = film(folder.path(), FILM)?;
    uploading(folder.path(), &film).await?;
    importing(folder.path(), &film).await?;
    reading(folder.path(), &film).await
}

async fn uploading(folder: &Path, film: &Path) -> Done<()> {
    let large = folder.join("large.mp4");
    std::fs::copy(film, &large)?;
    pad(&large, LARGE)?;
    let mut server = Serving::start(&folder.join("upload")).await?;
    let before = server.memory("VmHWM")?;
    let (mut ours, mut plain, mut synced) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        plain.push(upload::copied(&large, &folder.join("plain"), false)?);
        synced.push(upload::copied(&large, &folder.join("synced"), true)?);
        ours.push(upload::sent(&server, &large).await?);
    }
    let (ours, plain, synced) = (upload::best(&ours, LARGE), upload::best(&plain, LARGE), upload::best(&synced, LARGE));
    println!("upload of {} MiB by tus in one request, on disk before the answer; best of three", LARGE >> 20);
    println!("  cp                          {plain:>6.0} MiB/s");
    println!("  cp, and on disk (fsync)     {synced:>6.0} MiB/s");
    println!("  through the server          {ours:>6.0} MiB/s");
    println!("  ratio {:.2} to cp, {:.2} to cp on disk (expected at least 0.50)", ours / plain, ours / synced);
    let after = server.memory("VmHWM")?;
    println!("  memory: {} MiB before, {} MiB at its most (expected below 150)", mib(before), mib(after));
    server.end().await
}

async fn importing(folder: &Path, film: &Path) -> Done<()> {
    let mut server = Serving::start(&folder.join("import")).await?;
    let before = server.memory("VmHWM")?;
    let (took, address) = upload::imported(&server, film).await?;
    println!("import of {} MiB from {address}, until it plays: {:.1} s", FILM >> 20, took.as_secs_f64());
    let after = server.memory("VmHWM")?;
    println!("  memory: {} MiB before, {} MiB at its most (expected below 150)", mib(before), mib(after));
    server.end().await
}

async fn reading(folder: &Path, film: &Path) -> Done<()> {
    let folder = folder.join("read");
    let mut server = Serving::start(&folder).await?;
    let video = upload::whole(&server, film).await?;
    let (id, token) = (video["video_id"].to_string(), video["token"].as_str().ok_or("no token")?);
    // What players skip was left out of it: the file is made as large as the one that came.
    let accounts = std::fs::read_dir(folder.join("data/media"))?.flatten();
    let media = accounts.map(|account| account.path().join(&id).join("video.mp4")).find(|path| path.is_file());
    pad(&media.ok_or("the film has no file")?, FILM)?;
    readers::run(&server, &format!("/media/{token}/video.mp4"), FILM).await?;
    println!("  memory: {} MiB at its most", mib(server.memory("VmHWM")?));
    server.end().await
}

/// A film of some seconds, and room behind it that players skip: as large as is wanted.
fn film(folder: &Path, size: u64) -> Done<PathBuf> {
    let path = folder.join("film.mp4");
    let words = "-nostdin -loglevel error -f lavfi -i testsrc2=size=640x360:rate=25:duration=4 \
                 -f lavfi -i sine=440:duration=4 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac \
                 -movflags +faststart";
    let made = Command::new("ffmpeg").args(words.split_whitespace()).arg(&path).status()?;
    if !made.success() {
        return Err("ffmpeg made no film".into());
    }
    pad(&path, size)?;
    Ok(path)
}

/// Adds a `free` box (ISO 14496-12, section 8.1.2) of noise, so that the file has `size` bytes.
fn pad(path: &Path, size: u64) -> Done<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let at = file.seek(SeekFrom::End(0))?;
    let mut left = size - at;
    file.write_all(&u32::try_from(left)?.to_be_bytes())?;
    file.write_all(b"free")?;
    left -= 8;
    let (mut piece, mut state) = (vec![0_u8; 1 << 20], 0x9e37_79b9_7f4a_7c15_u64);
    while left > 0 {
        for eight in piece.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            eight.copy_from_slice(&state.to_le_bytes());
        }
        let now = usize::try_from(left)?.min(piece.len());
        file.write_all(&piece[..now])?;
        left -= now as u64;
    }
    file.sync_all()?;
    Ok(())
}
