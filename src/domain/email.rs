use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An account's address. Compared without regard to ASCII case, shown as it was written.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// The operator wrote something that is not an address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not an e-mail address; write it as name@domain")]
pub struct InvalidEmail(String);

impl Email {
    /// Takes an address as Google sent it, whatever its characters; `None` if it is empty.
    #[must_use]
    pub fn from_google(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.bytes().map(|b| b.to_ascii_lowercase())
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sound = text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
            && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if sound { Ok(Self(text.to_owned())) } else { Err(InvalidEmail(text.to_owned())) }
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Email {}

impl PartialOrd for Email {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Email {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.folded() {
            state.write_u8(byte);
        }
        state.write_u8(0xff);
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_but_is_kept() {
        let written: Email = "Flows@Example.com".parse().expect("an address");
        let other: Email = "flows@example.com".parse().expect("an address");
        assert_eq!(written, other);
        assert_eq!(std::collections::HashSet::from([written.clone(), other]).len(), 1);
        assert_eq!(written.to_string(), "Flows@Example.com");
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "flows", "@example.com", "flows@", "a b@example.com", "a@b@c", "a\n@b.c"] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }
}
