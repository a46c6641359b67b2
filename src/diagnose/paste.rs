//! Bytes to text, within bounds.

/// No more of a paste is read: 1 MiB.
pub const LARGEST_PASTE: usize = 1024 * 1024;

/// What was pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paste {
    /// Its text, or the first [`LARGEST_PASTE`] bytes of it.
    pub text: String,
    /// Whether there was more.
    pub cut: bool,
}

impl Paste {
    /// Reads bytes as UTF-8, or as UTF-16 where they begin with its mark, as files that PowerShell wrote do. What is
    /// neither becomes U+FFFD.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let cut = bytes.len() > LARGEST_PASTE;
        let bytes = &bytes[..bytes.len().min(LARGEST_PASTE)];
        let pairs = |join: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| join([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        };
        let text = match bytes {
            [0xFF, 0xFE, ..] => pairs(u16::from_le_bytes),
            [0xFE, 0xFF, ..] => pairs(u16::from_be_bytes),
            _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).into_owned(),
        };
        Self { text, cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_kind_become_text() {
        let read = |bytes: &[u8]| Paste::from_bytes(bytes).text;
        assert_eq!(read(b"\xEF\xBB\xBFinvalid"), "invalid");
        assert_eq!(read(b"\xFF\xFEi\0n\0"), "in");
        assert_eq!(read(b"\xFE\xFF\0i\0n\0"), "in");
        assert_eq!(read(b"\xFF\xFEi"), "");
        assert_eq!(read(b"a\xFFb"), "a\u{fffd}b");
        assert_eq!(read(b""), "");
        let long = Paste::from_bytes(&vec![b'a'; LARGEST_PASTE + 1]);
        assert_eq!((long.text.len(), long.cut), (LARGEST_PASTE, true));
    }
}
