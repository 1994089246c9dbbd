//! What a file is by its first bytes, whatever anyone says about it.

/// A file that may hold a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// MP4, and what it was made from.
    Mp4,
    WebM,
    /// Something that has to be encoded anew before a browser plays it.
    Other,
}

/// Bytes that are enough to tell.
pub const ENOUGH: usize = 512;

impl Kind {
    /// How a file of it is named, when browsers play it as it is.
    pub fn ending(self) -> Option<&'static str> {
        match self {
            Self::Mp4 => Some("mp4"),
            Self::WebM => Some("webm"),
            Self::Other => None,
        }
    }
}

/// None for what can't be a video: text, pages, pictures, archives.
pub fn kind(head: &[u8]) -> Option<Kind> {
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            // Still pictures dress like this too.
            let still = [b"avif".as_slice(), b"heic", b"heix", b"mif1", b"msf1"];
            (!still.iter().any(|name| brand.starts_with(name))).then_some(Kind::Mp4)
        }
        // QuickTime, from before there were brands.
        [_, _, _, _, name @ ..]
            if [b"moov".as_slice(), b"mdat", b"wide", b"free", b"skip", b"pnot"]
                .iter()
                .any(|n| name.starts_with(n)) =>
        {
            Some(Kind::Mp4)
        }
        [0x1a, 0x45, 0xdf, 0xa3, rest @ ..] => {
            let is_webm = rest.windows(4).take(64).any(|word| word == b"webm");
            Some(if is_webm { Kind::WebM } else { Kind::Other })
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..]
        | [b'F', b'L', b'V', 1, ..]
        | [b'O', b'g', b'g', b'S', ..]
        | [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, ..]
        | [0, 0, 1, 0xba | 0xb3, ..] => Some(Kind::Other),
        // A transport stream: a mark every 188 bytes, or 192 with a clock before each.
        _ if [(0, 188), (4, 192)]
            .iter()
            .any(|(at, step)| [*at, at + step].iter().all(|place| head.get(*place) == Some(&0x47))) =>
        {
            Some(Kind::Other)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let mut stream = vec![0_u8; 400];
        (stream[0], stream[188]) = (0x47, 0x47);
        let files: [(&[u8], Option<Kind>); 16] = [
            (b"\0\0\0\x20ftypisom\0\0\x02\0", Some(Kind::Mp4)),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", Some(Kind::Mp4)),
            (b"\0\0\x10\0moov\0\0\0\x6cmvhd", Some(Kind::Mp4)),
            (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm", Some(Kind::WebM)),
            (b"\x1a\x45\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroska", Some(Kind::Other)),
            (b"RIFF\x10\0\0\0AVI LIST", Some(Kind::Other)),
            (&stream, Some(Kind::Other)),
            (b"\0\0\0\x1cftypavif\0\0\0\0", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"<!doctype html><title>x</title>", None),
            (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", None),
            (b"PK\x03\x04", None),
            (b"\x89PNG\r\n\x1a\n", None),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"Dear reader, this is no video.", None),
            (b"", None),
        ];
        for (bytes, expected) in files {
            assert_eq!(kind(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
