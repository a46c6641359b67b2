use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a canary's client is under app access control, in its org unit. Two canaries, one of each, tell the exemption
/// apart from session control itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryRole {
    /// An administrator made its client Trusted.
    Trusted,
    /// Nobody did.
    Untrusted,
}

impl CanaryRole {
    /// The word in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Untrusted => "untrusted",
        }
    }
}

impl fmt::Display for CanaryRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CanaryRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "trusted" => Ok(Self::Trusted),
            "untrusted" => Ok(Self::Untrusted),
            other => Err(format!("{other:?} is not a canary's role; write trusted or untrusted")),
        }
    }
}

/// What was seen of the org units below a canary's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryBelow {
    /// Those without a canary of their own showed no override.
    Inherit,
}

/// What became of one try to refresh a canary's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TryOutcome {
    /// Google handed out an access token: no reauthentication stands in the way yet.
    Refreshed,
    /// `invalid_grant` with the subtype `invalid_rapt`: the session has run out.
    InvalidRapt,
    /// `invalid_grant` with the subtype `rapt_required`: the same, in the other word that is seen.
    RaptRequired,
    /// `invalid_grant` without a subtype: revoked, unused for too long, one of too many, or a changed password.
    RevokedOrExpired,
    /// The account is deleted, disabled or restricted.
    Account,
    /// The client is refused: deleted, blocked, unknown, or stopped by an administrator's policy.
    Client,
    /// No answer of Google's token endpoint, or one that says to ask again later. Nothing was learnt.
    Unreachable,
    /// Something else; Google's words are kept beside it.
    Other,
}

impl TryOutcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Refreshed,
        Self::InvalidRapt,
        Self::RaptRequired,
        Self::RevokedOrExpired,
        Self::Account,
        Self::Client,
        Self::Unreachable,
        Self::Other,
    ];

    /// The word in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refreshed => "refreshed",
            Self::InvalidRapt => "invalid_rapt",
            Self::RaptRequired => "rapt_required",
            Self::RevokedOrExpired => "revoked_or_expired",
            Self::Account => "account",
            Self::Client => "client",
            Self::Unreachable => "unreachable",
            Self::Other => "other",
        }
    }

    /// Whether it says something about session control.
    #[must_use]
    pub fn is_telling(self) -> bool {
        match self {
            Self::Refreshed | Self::InvalidRapt | Self::RaptRequired => true,
            Self::RevokedOrExpired | Self::Account | Self::Client | Self::Unreachable | Self::Other => false,
        }
    }

    /// Whether Google asks for the user to sign in again.
    #[must_use]
    pub fn is_reauth(self) -> bool {
        match self {
            Self::InvalidRapt | Self::RaptRequired => true,
            Self::Refreshed
            | Self::RevokedOrExpired
            | Self::Account
            | Self::Client
            | Self::Unreachable
            | Self::Other => false,
        }
    }
}

impl fmt::Display for TryOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for TryOutcome {
    /// A word of a later version says nothing to this one: it is read as [`TryOutcome::Other`].
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(Self::ALL.into_iter().find(|outcome| outcome.as_str() == word).unwrap_or(Self::Other))
    }
}

/// By whose clock a moment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The `Date` of Google's answer.
    #[default]
    Google,
    /// This machine's, as Google told no time.
    Machine,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for outcome in TryOutcome::ALL {
            let json = serde_json::to_string(&outcome).expect("a word");
            assert_eq!(json, format!("\"{outcome}\""));
            assert_eq!(serde_json::from_str::<TryOutcome>(&json).expect("a word"), outcome);
        }
        assert_eq!(serde_json::from_str::<TryOutcome>("\"newer\"").expect("a word"), TryOutcome::Other);
        for role in [CanaryRole::Trusted, CanaryRole::Untrusted] {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }
}
