//! Names of Google's in a report that is read back: taken as they are, whatever their characters, as they were taken
//! from Google. The strict reading of the same types is for what an operator writes.

use serde::{Deserialize as _, Deserializer};

use crate::domain::{ClientId, Email, OrgUnitPath};

/// A type that takes text as Google sent it.
pub(super) trait AsSent: Sized {
    /// What it is, for messages.
    const WHAT: &str;

    /// `None` where the text cannot be one at all.
    fn as_sent(text: &str) -> Option<Self>;
}

impl AsSent for Email {
    const WHAT: &str = "an address";

    fn as_sent(text: &str) -> Option<Self> {
        Self::from_google(text)
    }
}

impl AsSent for ClientId {
    const WHAT: &str = "a client ID";

    fn as_sent(text: &str) -> Option<Self> {
        Self::from_google(text)
    }
}

impl AsSent for OrgUnitPath {
    const WHAT: &str = "an org unit's path";

    fn as_sent(text: &str) -> Option<Self> {
        Self::from_google(text)
    }
}

/// For `#[serde(deserialize_with)]` on a field that is always there.
pub(super) fn one<'de, D: Deserializer<'de>, T: AsSent>(deserializer: D) -> Result<T, D::Error> {
    take(&String::deserialize(deserializer)?)
}

/// For `#[serde(deserialize_with)]` on a field that may be null.
pub(super) fn maybe<'de, D: Deserializer<'de>, T: AsSent>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| take(&text)).transpose()
}

/// For `#[serde(deserialize_with)]` on a list.
pub(super) fn many<'de, D: Deserializer<'de>, T: AsSent>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Vec::<String>::deserialize(deserializer)?.iter().map(|text| take(text)).collect()
}

fn take<T: AsSent, E: serde::de::Error>(text: &str) -> Result<T, E> {
    T::as_sent(text).ok_or_else(|| E::custom(format!("{text:?} is not {}", T::WHAT)))
}
