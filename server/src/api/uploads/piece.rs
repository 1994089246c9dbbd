//! A piece of an upload as it comes: what comes in large chunks is kept as it is, without a copy.

use bytes::{Bytes, BytesMut};

/// Chunks below this many bytes are put together: each would keep more memory than it has bytes, and cost a call.
const SMALL: usize = 32 << 10;
/// Where what is put together ends, in bytes.
const TOGETHER: usize = 256 << 10;

#[derive(Default)]
pub struct Piece {
    whole: Vec<Bytes>,
    together: BytesMut,
    size: usize,
}

impl Piece {
    /// In bytes.
    pub const fn size(&self) -> usize {
        self.size
    }

    pub fn push(&mut self, chunk: Bytes) {
        self.size += chunk.len();
        if chunk.len() >= SMALL {
            self.close();
            self.whole.push(chunk);
            return;
        }
        if self.together.capacity() - self.together.len() < chunk.len() {
            self.close();
            self.together = BytesMut::with_capacity(TOGETHER);
        }
        self.together.extend_from_slice(&chunk);
    }

    fn close(&mut self) {
        if !self.together.is_empty() {
            self.whole.push(self.together.split().freeze());
        }
    }

    /// What has come, in order; the piece is empty afterwards.
    pub fn take(&mut self) -> Vec<Bytes> {
        self.close();
        self.size = 0;
        std::mem::take(&mut self.whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(chunks: &[usize]) -> (Vec<Bytes>, Vec<u8>) {
        let mut bytes = (0_u8..=255).cycle();
        let chunks: Vec<Vec<u8>> = chunks.iter().map(|size| bytes.by_ref().take(*size).collect()).collect();
        let mut piece = Piece::default();
        chunks.iter().for_each(|chunk| piece.push(chunk.clone().into()));
        let all = chunks.concat();
        assert_eq!(piece.size(), all.len());
        let taken = piece.take();
        assert_eq!((piece.size(), piece.take()), (0, vec![]));
        (taken, all)
    }

    #[test]
    fn what_comes_stays_in_order_whatever_its_chunks() {
        for chunks in [&[][..], &[1, SMALL, 2, 3, SMALL + 1, 4], &[SMALL - 1; 40], &[0, 7, 0], &[TOGETHER * 2]] {
            let (taken, all) = pieces(chunks);
            assert_eq!(taken.concat(), all, "{chunks:?}");
        }
    }

    #[test]
    fn a_million_tiny_chunks_are_few() {
        let (taken, _) = pieces(&vec![1; 1 << 20]);
        assert_eq!(taken.len(), (1 << 20) / TOGETHER);
    }

    #[test]
    fn a_large_chunk_is_not_copied() {
        let chunk = Bytes::from(vec![1; SMALL]);
        let mut piece = Piece::default();
        piece.push(chunk.clone());
        assert_eq!(piece.take()[0].as_ptr(), chunk.as_ptr());
    }
}
