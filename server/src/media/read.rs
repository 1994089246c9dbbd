//! The bytes of a stored file as they are sent on. The store's own stream reads files of this machine in pieces of
//! 8 KiB, each on another thread: most of the time would go into handing them over.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use object_store::{GetResult, GetResultPayload};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};
use tokio::task::spawn_blocking;

/// What is read at once, in bytes: memory holds one of these for each reader.
const PIECE: u64 = 64 << 10;

/// What was found, piece by piece.
pub fn pieces(found: GetResult) -> BoxStream<'static, io::Result<Bytes>> {
    match found.payload {
        GetResultPayload::File(file, _) => of_file(file, found.range).boxed(),
        GetResultPayload::Stream(stream) => stream.map_err(io::Error::other).boxed(),
    }
}

fn of_file(file: File, range: Range<u64>) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, range), |(mut file, mut range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let read = spawn_blocking(move || {
            let mut piece = vec![0; usize::try_from((range.end - range.start).min(PIECE)).unwrap_or(0)];
            file.seek(SeekFrom::Start(range.start))?;
            file.read_exact(&mut piece)?;
            range.start += piece.len() as u64;
            Ok(Some((piece.into(), (file, range))))
        });
        read.await.map_err(io::Error::other)?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[tokio::test]
    async fn a_range_of_a_file_is_read_whole_and_a_file_that_is_too_short_breaks_off() {
        let mut file = tempfile::tempfile().expect("a file");
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
        file.write_all(&bytes).expect("written");
        let read = async |range: Range<u64>| {
            let copy = file.try_clone().expect("the same file");
            of_file(copy, range)
                .try_fold(Vec::new(), |mut all, piece| async move {
                    all.extend_from_slice(&piece);
                    Ok(all)
                })
                .await
        };
        assert_eq!(read(0..200_000).await.expect("read"), bytes);
        assert_eq!(read(65_535..131_073).await.expect("read"), bytes[65_535..131_073]);
        assert!(read(7..7).await.expect("read").is_empty());
        assert!(read(199_999..200_001).await.is_err());
    }
}
