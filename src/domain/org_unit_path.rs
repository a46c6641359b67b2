use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Full path of an org unit in the Directory API's tree: `/`, `/Sales`, `/Sales/EMEA`.
///
/// Ordered by code point. Owns the ancestor test: `/Sales` is not above `/SalesOps`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct OrgUnitPath(String);

/// The operator wrote something that cannot be an org unit's path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path:?} is not an org unit path: {why}; write it as the console shows it, such as \"/Sales/EMEA\"")]
pub struct InvalidOrgUnitPath {
    path: String,
    why: &'static str,
}

impl OrgUnitPath {
    /// The top of every tree, `/`.
    #[must_use]
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Takes a path as Google sent it (`orgUnitPath`), whatever its characters; `None` unless it starts with `/`.
    #[must_use]
    pub fn from_google(path: &str) -> Option<Self> {
        if !path.starts_with('/') {
            return None;
        }
        let trimmed = path.trim_end_matches('/');
        Some(if trimmed.is_empty() { Self::root() } else { Self(trimmed.to_owned()) })
    }

    /// True for `/` alone.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part, without slash; empty for the root, whose name the path does not tell.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The org unit directly above; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        match self.0.rsplit_once('/') {
            Some(("", _)) | None => Some(Self::root()),
            Some((above, _)) => Some(Self(above.to_owned())),
        }
    }

    /// The org units above, the nearest first, the root last.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// The org unit of that name directly below.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        if self.is_root() { Self(format!("/{name}")) } else { Self(format!("{}/{name}", self.0)) }
    }

    /// True if `other` is this org unit or lies below it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.is_root() || other.0.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl FromStr for OrgUnitPath {
    type Err = InvalidOrgUnitPath;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let refuse = |why| Err(InvalidOrgUnitPath { path: path.to_owned(), why });
        if !path.starts_with('/') {
            return refuse("it does not start with \"/\"");
        }
        if path == "/" {
            return Ok(Self::root());
        }
        let path_body = path.strip_suffix('/').unwrap_or(path);
        if path_body[1..].split('/').any(str::is_empty) {
            return refuse("a part of it is empty");
        }
        if path.chars().any(char::is_control) {
            return refuse("it holds a control character");
        }
        Ok(Self(path_body.to_owned()))
    }
}

impl<'de> Deserialize<'de> for OrgUnitPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Borrow<str> for OrgUnitPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrgUnitPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OrgUnitPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> OrgUnitPath {
        text.parse().expect("a valid path")
    }

    #[test]
    fn a_common_prefix_is_not_an_ancestor() {
        assert!(!path("/Sales").contains(&path("/SalesOps")));
        assert!(path("/Sales").contains(&path("/Sales/EMEA")));
        assert!(path("/Sales").contains(&path("/Sales")));
        assert!(path("/").contains(&path("/SalesOps")));
        assert!(!path("/Sales/EMEA").contains(&path("/Sales")));
    }

    #[test]
    fn parents_end_at_the_root() {
        assert_eq!(path("/Sales/EMEA").parent(), Some(path("/Sales")));
        assert_eq!(path("/Sales").parent(), Some(OrgUnitPath::root()));
        assert_eq!(OrgUnitPath::root().parent(), None);
        assert_eq!(OrgUnitPath::root().child("Sales").child("EMEA"), path("/Sales/EMEA"));
    }

    #[test]
    fn the_operator_must_write_a_real_path() {
        for bad in ["", "Sales", "//", "/Sales//EMEA", "/Sa\nles"] {
            assert!(bad.parse::<OrgUnitPath>().is_err(), "{bad:?}");
        }
        assert_eq!(path("/Sales/"), path("/Sales"));
    }

    #[test]
    fn google_may_send_any_characters() {
        assert_eq!(
            OrgUnitPath::from_google("/Sa\u{202e}les").map(|p| p.name().to_owned()),
            Some("Sa\u{202e}les".into())
        );
        assert_eq!(OrgUnitPath::from_google("Sales"), None);
    }
}
