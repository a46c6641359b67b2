//! How much of a file is read before it is called no snapshot. Files come from strangers too, and a packed one of a few
//! kilobytes can unpack to more than any machine holds.

use std::io::{self, Read};

use thiserror::Error;

/// No record of Google's comes near this; a longer line is not a snapshot's.
pub(super) const LONGEST_LINE: u64 = 64 << 20;
/// The header holds a dozen short values.
pub(super) const LONGEST_HEADER: u64 = 1 << 20;
/// Lines of a snapshot. A tenant of a million users with a year of logs stays below.
pub(super) const MOST_LINES: u64 = 200_000_000;
/// Bytes of a snapshot, unpacked.
const LONGEST_SNAPSHOT: u64 = 64 << 30;
/// Records of JSON pack to a tenth, those of a made-up tenant to a hundredth. What packs better is made to burst.
const BEST_RATIO: u64 = 1_000;
/// So many bytes may come of however small a file: the ratio says little of few lines.
const ALWAYS: u64 = 16 << 20;
/// The most memory that a packed file may ask for to be unpacked, as a power of two: zstd's own bound for strangers' files.
pub(super) const WINDOW_LOG: u32 = 27;

/// Reading went on for longer than any snapshot is.
#[derive(Debug, Error)]
pub(super) enum TooMuch {
    /// More bytes than a snapshot has.
    #[error("it is longer than {} GiB", LONGEST_SNAPSHOT >> 30)]
    Bytes,
    /// A packed file that holds almost nothing but repetition.
    #[error("it unpacks to more than {BEST_RATIO} times its size, which no snapshot does")]
    Ratio,
}

/// A reader that fails where more comes out of it than comes out of a snapshot.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
    then: fn() -> TooMuch,
}

impl<R: Read> Bounded<R> {
    /// Over a file that is as it is.
    pub(super) fn plain(inner: R) -> Self {
        Self { inner, left: LONGEST_SNAPSHOT, then: || TooMuch::Bytes }
    }

    /// Over what comes of a packed file of that many bytes.
    pub(super) fn unpacked(inner: R, packed: u64) -> Self {
        let most = packed.saturating_mul(BEST_RATIO).max(ALWAYS);
        if most < LONGEST_SNAPSHOT { Self { inner, left: most, then: || TooMuch::Ratio } } else { Self::plain(inner) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, (self.then)()))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_where_no_snapshot_goes_on() {
        let mut small = Bounded::unpacked(io::repeat(b'x'), 10);
        let error = io::copy(&mut small, &mut io::sink()).expect_err("without end");
        assert_eq!(error.to_string(), "it unpacks to more than 1000 times its size, which no snapshot does");
        let mut whole = Vec::new();
        Bounded::unpacked(&[b'x'; 1000][..], 1).read_to_end(&mut whole).expect("it is short");
        assert_eq!(whole.len(), 1000);
        let large = Bounded::unpacked(io::repeat(b'x'), 1 << 40);
        assert_eq!(large.left, LONGEST_SNAPSHOT);
    }
}
