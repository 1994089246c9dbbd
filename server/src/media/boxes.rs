//! The boxes of an MP4 file (ISO/IEC 14496-12), as far as serving it depends on them.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// How an MP4 file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The size of its index, in bytes: what a player reads before the first picture.
    pub moov: u64,
    /// Does the index come before the media?
    pub is_fast: bool,
}

/// More boxes at the top than a plain file has: it is fragmented, and has told enough.
const BOXES: usize = 64;

/// The layout of the file; none when it is no MP4. It blocks.
pub fn layout(path: &Path) -> io::Result<Option<Layout>> {
    let mut file = File::open(path)?;
    let end = file.metadata()?.len();
    let (mut at, mut seen_media) = (0, false);
    for _ in 0..BOXES {
        if end.saturating_sub(at) < 8 {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        let (name, size) = head(&mut file, end - at)?;
        match &name {
            b"moov" => return Ok(Some(Layout { moov: size, is_fast: !seen_media })),
            b"mdat" => seen_media = true,
            _ => {}
        }
        match at.checked_add(size) {
            Some(next) if size >= 8 => at = next,
            _ => break,
        }
    }
    Ok(None)
}

/// The name and the size of a box; `rest` is what is left of the file.
fn head(file: &mut File, rest: u64) -> io::Result<([u8; 4], u64)> {
    let (mut size, mut name) = ([0; 4], [0; 4]);
    file.read_exact(&mut size)?;
    file.read_exact(&mut name)?;
    let size = match u32::from_be_bytes(size) {
        0 => rest,
        1 => {
            let mut large = [0; 8];
            file.read_exact(&mut large)?;
            u64::from_be_bytes(large)
        }
        size => size.into(),
    };
    Ok((name, size))
}

/// The H.264 profile and level of an initialization segment, as `CODECS` names them (RFC 6381).
pub fn avc(init: &[u8]) -> Option<String> {
    let at = init.windows(4).position(|name| name == b"avcC")?;
    // After the name: the version, then profile, constraints and level.
    let told = init.get(at + 5..at + 8)?;
    Some(format!("avc1.{}", hex::encode(told)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: usize) -> Vec<u8> {
        let size = u32::try_from(body + 8).expect("small");
        [&size.to_be_bytes(), name.as_slice(), &vec![0; body]].concat()
    }

    fn layout_of(boxes: &[Vec<u8>]) -> Option<Layout> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), boxes.concat()).expect("written");
        layout(file.path()).expect("read")
    }

    #[test]
    fn an_index_before_the_media_makes_a_fast_start() {
        let (ftyp, moov, mdat) = (boxed(b"ftyp", 16), boxed(b"moov", 92), boxed(b"mdat", 1_000));
        let fast = [ftyp.clone(), moov.clone(), mdat.clone()];
        assert_eq!(layout_of(&fast), Some(Layout { moov: 100, is_fast: true }));
        assert_eq!(layout_of(&[ftyp, mdat, moov]), Some(Layout { moov: 100, is_fast: false }));
    }

    #[test]
    fn a_large_box_is_stepped_over() {
        let mut large = [&1_u32.to_be_bytes(), b"mdat".as_slice(), &116_u64.to_be_bytes()].concat();
        large.resize(116, 0);
        assert_eq!(layout_of(&[large, boxed(b"moov", 0)]), Some(Layout { moov: 8, is_fast: false }));
    }

    #[test]
    fn what_is_no_mp4_has_no_layout() {
        assert_eq!(layout_of(&[]), None);
        assert_eq!(layout_of(&[b"WEBVTT\n\n".to_vec()]), None);
        assert_eq!(layout_of(&[vec![0, 0, 0, 2, b'f', b't', b'y', b'p']]), None);
    }

    #[test]
    fn a_codec_is_named_as_playlists_do() {
        let init = [b"....avcC".as_slice(), &[1, 0x64, 0x00, 0x1f, 0xff]].concat();
        assert_eq!(avc(&init).as_deref(), Some("avc1.64001f"));
        assert_eq!(avc(b"avcC"), None);
    }
}
