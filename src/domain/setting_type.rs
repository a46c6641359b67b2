use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The type of a Workspace setting, as the Policy API names it without its `settings/`: `gmail.pop_access`.
///
/// Compared exactly: Google's types differ in case and underscores only where they are different settings.
///
/// There are a hundred of them and thousands of policies, so that copies share the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingType(Arc<str>);

/// The operator (or a file of ours) wrote something that cannot be a setting's type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a type of setting; write it as category and name, such as \"gmail.pop_access\"")]
pub struct InvalidSettingType(String);

impl SettingType {
    /// From what Google sent, with or without `settings/` before it. An auditor that drops an odd type is blind to it, so
    /// any text will do.
    #[must_use]
    pub fn from_google(text: &str) -> Self {
        Self(text.strip_prefix("settings/").unwrap_or(text).into())
    }

    /// Without `settings/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SettingType {
    type Err = InvalidSettingType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.strip_prefix("settings/").unwrap_or(text);
        let sound = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        match name.split_once('.') {
            Some((category, rest)) if sound(category) && rest.split('.').all(sound) => Ok(Self(name.into())),
            Some(_) | None => Err(InvalidSettingType(text.to_owned())),
        }
    }
}

impl Serialize for SettingType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SettingType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Borrow<str> for SettingType {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SettingType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SettingType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_writes_has_a_category_and_a_name() {
        for text in ["gmail.pop_access", "settings/gmail.pop_access", "security.two_step_verification_enforcement"] {
            assert!(text.parse::<SettingType>().is_ok(), "{text}");
        }
        for text in ["", "gmail", "gmail.", ".pop", "Gmail.pop access", "settings/"] {
            assert!(text.parse::<SettingType>().is_err(), "{text}");
        }
        assert_eq!("settings/a.b".parse(), Ok(SettingType::from_google("a.b")));
    }
}
