//! New names for files in a folder, also where they name each other: what takes the place of others may not be
//! taken for them by anyone who has those still.

use crate::store::videos::Files;
use std::{io, path::Path};
use tokio::fs;

/// Puts `prefix` before the name of every file. Doing it twice is doing it once.
pub async fn prefixed(folder: &Path, files: &Files, prefix: &str) -> io::Result<Files> {
    let mut files = files.clone();
    if prefix.is_empty() {
        return Ok(files);
    }
    let all: Vec<String> = files.names().map(str::to_owned).collect();
    for name in &all {
        let (from, to) = (folder.join(name), folder.join(format!("{prefix}{name}")));
        if fs::try_exists(&to).await? {
            continue;
        }
        if name.ends_with(".m3u8") || name.ends_with("storyboard.vtt") {
            let text = fs::read_to_string(&from).await?;
            let half = to.with_extension("new");
            fs::write(&half, renamed(&text, &all, prefix)).await?;
            fs::rename(half, to).await?;
        } else {
            // The old name stays: a step that was done is known by it.
            fs::hard_link(from, to).await?;
        }
    }
    let singles = [
        &mut files.media,
        &mut files.poster,
        &mut files.poster_play,
        &mut files.preview,
        &mut files.preview_webp,
        &mut files.chapters,
        &mut files.storyboard,
        &mut files.stream,
    ];
    let several = files.captions.iter_mut().map(|track| &mut track.src);
    let names = singles.into_iter().flatten().chain(several).chain(&mut files.parts).chain(&mut files.facts.extracted);
    names.for_each(|name| name.insert_str(0, prefix));
    Ok(files)
}

/// A playlist or a list of pictures with the new names: they stand at the beginning of a line, or in quotes.
fn renamed(text: &str, names: &[String], prefix: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let name = line.split('#').next().unwrap_or_default();
        if names.iter().any(|known| known == name) {
            out += prefix;
            out += line;
        } else if let Some((before, rest)) = line.split_once("URI=\"") {
            out += &format!("{before}URI=\"{prefix}{rest}");
        } else {
            out += line;
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_name_each_other_by_their_new_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("stream.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n240p.m3u8\n");
        write("240p.m3u8", "#EXT-X-MAP:URI=\"240p-init.mp4\"\n#EXTINF:4,\n240p-0000.m4s\n");
        write("storyboard.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nstoryboard-1.jpg#xywh=0,0,1,1\n");
        let parts = ["240p.m3u8", "240p-init.mp4", "240p-0000.m4s", "storyboard-1.jpg"];
        parts[1..].iter().for_each(|name| write(name, "x"));
        let mut files = Files {
            stream: Some("stream.m3u8".into()),
            storyboard: Some("storyboard.vtt".into()),
            parts: parts.map(String::from).into(),
            ..Files::default()
        };
        files.facts.extracted = vec!["captions.en.vtt".into()];
        for _ in 0..2 {
            let renamed = prefixed(folder.path(), &files, "r-").await.expect("renamed");
            assert!(renamed.names().all(|name| name.starts_with("r-") && folder.path().join(name).is_file()));
            assert_eq!(renamed.facts.extracted, ["r-captions.en.vtt"]);
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
        assert!(read("r-stream.m3u8").ends_with("BANDWIDTH=1\nr-240p.m3u8\n"));
        assert_eq!(read("r-240p.m3u8"), "#EXT-X-MAP:URI=\"r-240p-init.mp4\"\n#EXTINF:4,\nr-240p-0000.m4s\n");
        assert!(read("r-storyboard.vtt").ends_with("\nr-storyboard-1.jpg#xywh=0,0,1,1\n"));
        assert_eq!(prefixed(folder.path(), &files, "").await.expect("as they are"), files);
    }
}
