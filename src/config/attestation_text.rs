//! The attestation file as it is written, one `[[attestation]]` table at a time.

use std::fmt;

use jiff::Timestamp;
use toml::Value;

use super::attestation_words::{ACCESS_WORDS, METHOD_WORDS, REAUTH_WORDS, word};
use crate::domain::{OrgUnitPath, SessionLength};
use crate::evidence::{Attestation, AttestedValue, Below};

/// One table in the file's own words; its `Display` is the TOML, escaped.
///
/// In words rather than evidence, so that the simulator, which shares no types with what judges it, can write it too.
#[derive(Debug, Clone, Copy)]
pub struct AttestationText<'t> {
    /// What was attested.
    pub value: ValueText<'t>,
    /// Of which org unit.
    pub org_unit: &'t OrgUnitPath,
    /// `inherit`, where it speaks of the org units below too.
    pub below: Option<&'t str>,
    /// Who saw it.
    pub attested_by: &'t str,
    /// When.
    pub attested_at: Timestamp,
    /// From when on it proves nothing.
    pub expires_at: Option<Timestamp>,
    /// A remark.
    pub note: Option<&'t str>,
}

/// `setting` and `value`.
#[derive(Debug, Clone, Copy)]
pub enum ValueText<'t> {
    /// Of the session-control page.
    Session {
        /// `reauth`
        reauth: &'t str,
        /// `frequency`
        frequency: Option<SessionLength>,
        /// `method`
        method: Option<&'t str>,
        /// `exempt_trusted_apps`
        exempt_trusted_apps: Option<bool>,
    },
    /// Of the app access page.
    AppAccess {
        /// A catalogue id or a client ID.
        app: &'t str,
        /// The level.
        level: &'t str,
    },
}

impl<'t> From<&'t Attestation> for AttestationText<'t> {
    fn from(attestation: &'t Attestation) -> Self {
        let value = match &attestation.value {
            AttestedValue::Session(session) => ValueText::Session {
                reauth: word(&REAUTH_WORDS, &session.reauth),
                frequency: session.frequency,
                method: session.method.map(|method| word(&METHOD_WORDS, &method)),
                exempt_trusted_apps: session.exempt_trusted_apps,
            },
            AttestedValue::AppAccess { app, level } => {
                ValueText::AppAccess { app: app.as_str(), level: word(&ACCESS_WORDS, level) }
            }
        };
        Self {
            value,
            org_unit: &attestation.org_unit,
            below: match attestation.below {
                Below::Unsaid => None,
                Below::Inherit => Some("inherit"),
            },
            attested_by: attestation.attested_by.as_str(),
            attested_at: attestation.attested_at,
            expires_at: attestation.expires_at,
            note: attestation.note.as_deref(),
        }
    }
}

impl fmt::Display for AttestationText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &str| Value::from(text);
        writeln!(f, "[[attestation]]")?;
        match self.value {
            ValueText::Session { reauth, frequency, method, exempt_trusted_apps } => {
                writeln!(f, "setting = \"cloud-session-control\"")?;
                writeln!(f, "org_unit = {}", text(self.org_unit.as_str()))?;
                write!(f, "value = {{ reauth = {}", text(reauth))?;
                if let Some(frequency) = frequency {
                    write!(f, ", frequency = {}", text(&compact(frequency)))?;
                }
                if let Some(method) = method {
                    write!(f, ", method = {}", text(method))?;
                }
                if let Some(ticked) = exempt_trusted_apps {
                    write!(f, ", exempt_trusted_apps = {ticked}")?;
                }
                writeln!(f, " }}")?;
            }
            ValueText::AppAccess { app, level } => {
                writeln!(f, "setting = \"app-access\"")?;
                writeln!(f, "app = {}", text(app))?;
                writeln!(f, "org_unit = {}", text(self.org_unit.as_str()))?;
                writeln!(f, "value = {}", text(level))?;
            }
        }
        if let Some(below) = self.below {
            writeln!(f, "below = {}", text(below))?;
        }
        writeln!(f, "attested_by = {}", text(self.attested_by))?;
        writeln!(f, "attested_at = {}", self.attested_at)?;
        if let Some(expiry) = self.expires_at {
            writeln!(f, "expires_at = {expiry}")?;
        }
        if let Some(note) = self.note {
            writeln!(f, "note = {}", text(note))?;
        }
        Ok(())
    }
}

fn compact(frequency: SessionLength) -> String {
    match frequency.seconds() {
        whole if whole % 3600 == 0 => format!("{}h", whole / 3600),
        whole if whole % 60 == 0 => format!("{}m", whole / 60),
        whole => format!("{whole}s"),
    }
}
