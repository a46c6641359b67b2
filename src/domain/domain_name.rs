use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Host;

/// A domain's name, as the domain name system is asked for it: lower case, international letters as `xn--`, no dot at
/// the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DomainName(String);

/// Something is not a domain's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a domain name; write it as example.com")]
pub struct InvalidDomainName(String);

/// Which of a domain's DKIM keys is meant: the labels before `._domainkey`, such as `google`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DkimSelector(String);

/// Something cannot stand before `._domainkey`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a DKIM selector; write what stands before ._domainkey, such as google")]
pub struct InvalidSelector(String);

/// The longest name that fits into a question (RFC 1035, section 3.1).
const LONGEST: usize = 253;
/// The longest part of it.
const LONGEST_LABEL: usize = 63;

impl DomainName {
    /// As it is asked for.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with those labels before it, such as `_dmarc`.
    ///
    /// # Errors
    /// [`InvalidDomainName`] where that would be no name, as it is too long.
    pub fn below(&self, labels: &str) -> Result<Self, InvalidDomainName> {
        format!("{labels}.{self}").parse()
    }
}

impl DkimSelector {
    /// The name under which a domain publishes that key.
    ///
    /// # Errors
    /// [`InvalidDomainName`] where that would be no name, as it is too long.
    pub fn of(&self, domain: &DomainName) -> Result<DomainName, InvalidDomainName> {
        domain.below(&format!("{}._domainkey", self.0))
    }
}

impl FromStr for DkimSelector {
    type Err = InvalidSelector;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<DomainName>() {
            Ok(DomainName(labels)) => Ok(Self(labels)),
            Err(_) => Err(InvalidSelector(text.to_owned())),
        }
    }
}

impl fmt::Display for DkimSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DomainName {
    type Err = InvalidDomainName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || InvalidDomainName(text.to_owned());
        let name = match Host::parse(text.strip_suffix('.').unwrap_or(text)) {
            Ok(Host::Domain(name)) => name,
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => return Err(refused()),
        };
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= LONGEST_LABEL
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if name.len() <= LONGEST && name.split('.').all(is_label) { Ok(Self(name)) } else { Err(refused()) }
    }
}

impl<'de> Deserialize<'de> for DomainName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<DomainName>().ok().map(|name| name.as_str().to_owned())
    }

    #[test]
    fn names_are_folded_and_hostile_ones_refused() {
        assert_eq!(read("Example.COM."), Some("example.com".to_owned()));
        assert_eq!(read("_dmarc.example.com"), Some("_dmarc.example.com".to_owned()));
        assert_eq!(read("bücher.example"), Some("xn--bcher-kva.example".to_owned()));
        let long = "a".repeat(64);
        for bad in ["", ".", "192.0.2.1", "[::1]", "a..b", "a b.example", "a/b", "a\\032b.example", "*.example", &long]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_below_another_must_still_be_one() {
        let name: DomainName = "example.com".parse().expect("a name");
        assert_eq!(
            name.below("google._domainkey").map(|name| name.to_string()),
            Ok("google._domainkey.example.com".into())
        );
        assert!(name.below(&"a.".repeat(130)).is_err());
        assert!(name.below("x y").is_err());
    }
}
