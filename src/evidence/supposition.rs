use serde_json::{Map, Value};

use super::attestation::{AttestedSession, AttestedValue, OwnAccess, ReauthMethod};
use super::item::{Item, Source};
use crate::domain::{Email, OrgUnitPath, SettingType};

/// A setting that nobody made yet: what the tenant would be like with it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Supposition {
    /// What is supposed.
    pub what: Supposed,
    /// Where the operator wrote it: `--set 1`, `plan.toml:12`.
    pub locator: String,
}

/// What is supposed to be set.
#[derive(Debug, Clone, PartialEq)]
pub enum Supposed {
    /// An org unit's own choice on one of the two pages that the evidence engine replays.
    Own {
        /// Whose.
        org_unit: OrgUnitPath,
        /// Which page, and the choice on it. What is not said of the session-control page stays as it is.
        value: AttestedValue,
    },
    /// A policy of the Policy API, set by an administrator.
    Policy {
        /// Of this type.
        setting: SettingType,
        /// For whom.
        whom: PolicyTarget,
        /// Its fields; those that are not named stay as that org unit's or group's own policy has them.
        value: Map<String, Value>,
    },
}

/// Whom a supposed policy is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyTarget {
    /// The users of this org unit, and of those below it without a policy of their own.
    OrgUnit(OrgUnitPath),
    /// The members of this group.
    Group(Email),
}

impl Supposition {
    /// The supposition as a piece of evidence.
    #[must_use]
    pub fn item(&self) -> Item {
        Item {
            at: None,
            source: Source::Supposition,
            locator: self.locator.clone(),
            says: format!("it is supposed that {} were set", self.what.assignment()),
            actor: None,
        }
    }
}

impl Supposed {
    /// As `--set` has it.
    #[must_use]
    pub fn assignment(&self) -> String {
        match self {
            Self::Own { org_unit, value: AttestedValue::Session(session) } => {
                format!("cloud-session:{org_unit}={}", session_words(session))
            }
            Self::Own { org_unit, value: AttestedValue::AppAccess { app, level } } => {
                format!("app:{}:{org_unit}={}", app.as_str(), level.as_str())
            }
            Self::Policy { setting, whom, value } => {
                let value = Value::Object(value.clone());
                match whom {
                    PolicyTarget::OrgUnit(path) => format!("policy:{setting}:{path}={value}"),
                    PolicyTarget::Group(email) => format!("policy:{setting}:group:{email}={value}"),
                }
            }
        }
    }
}

fn session_words(session: &AttestedSession) -> String {
    let mut words = session.reauth.as_str().to_owned();
    if let Some(frequency) = session.frequency {
        let seconds = frequency.seconds();
        let length = match (seconds % 3_600, seconds % 60) {
            (0, _) => format!("{}h", seconds / 3_600),
            (_, 0) => format!("{}m", seconds / 60),
            (_, _) => format!("{seconds}s"),
        };
        words.push_str(&format!(",frequency={length}"));
    }
    if let Some(method) = session.method {
        words.push_str(&format!(",method={}", ReauthMethod::as_str(method)));
    }
    if let Some(ticked) = session.exempt_trusted_apps {
        words.push_str(if ticked { ",exempt=yes" } else { ",exempt=no" });
    }
    words
}

impl OwnAccess {
    /// The word used in attestations and assignments.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inherit => "inherit",
            Self::Trusted => "trusted",
            Self::Limited => "limited",
            Self::SpecificData => "specific_data",
            Self::Blocked => "blocked",
            Self::Unconfigured => "unconfigured",
        }
    }
}

/// Suppositions that come about together.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    /// Its name for people.
    pub name: String,
    /// What is set, in order.
    pub set: Vec<Supposition>,
}
