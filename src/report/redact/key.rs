use std::fmt;

use aws_lc_rs::hmac;
use thiserror::Error;

/// A shorter key could be tried out.
const SHORTEST: usize = 16;
/// So many bytes of a hash make a pseudonym: of 100,000 names, two are called alike once in two hundred runs.
const CODE: usize = 5;

/// What pseudonyms are made with. Whoever has it can try names out.
pub struct Key(hmac::Key);

/// The key is too short.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the key has {0} bytes; it needs {SHORTEST} at least, such as `openssl rand -hex 32` makes")]
pub struct InvalidKey(usize);

/// The system has no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the system has no randomness for a key")]
pub struct NoRandomness;

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// The key that a file or a variable holds. White space around it does not count.
    ///
    /// # Errors
    /// [`InvalidKey`] where it is too short to be one.
    pub fn of(text: &[u8]) -> Result<Self, InvalidKey> {
        let key = text.trim_ascii();
        if key.len() < SHORTEST {
            return Err(InvalidKey(key.len()));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, key)))
    }

    /// A key of this run alone.
    ///
    /// # Errors
    /// [`NoRandomness`] where there is none.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).map_err(|_| NoRandomness)?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// What tells keys apart and tells nothing about them.
    pub(super) fn id(&self) -> String {
        self.code("key", "")
    }

    /// The code of a text of that kind.
    pub(super) fn code(&self, kind: &str, text: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        context.sign().as_ref().iter().take(CODE).map(|byte| format!("{byte:02x}")).collect()
    }
}
