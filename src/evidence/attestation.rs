use jiff::Timestamp;

use super::item::{Item, Source};
use crate::domain::{AppId, ClientId, Email, OrgUnitPath, SessionLength, humane_time};

/// An org unit's own choice on the Google Cloud session control page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnReauth {
    /// It takes the choice of the org unit above.
    Inherit,
    /// Never require reauthentication.
    NotRequired,
    /// Require reauthentication.
    Required,
}

/// An org unit's own level for an app under app access control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnAccess {
    /// It takes the level of the org unit above.
    Inherit,
    /// Trusted.
    Trusted,
    /// Limited.
    Limited,
    /// Specific Google data.
    SpecificData,
    /// Blocked.
    Blocked,
    /// On no list; only at the root, elsewhere that is [`OwnAccess::Inherit`].
    Unconfigured,
}

/// How reauthentication is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReauthMethod {
    /// By password.
    Password,
    /// By security key.
    SecurityKey,
}

impl ReauthMethod {
    /// The word used in configuration and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecurityKey => "security_key",
        }
    }

    /// The method for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecurityKey => "security key",
        }
    }
}

/// What an administrator saw on the session-control page of one org unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedSession {
    /// The org unit's own choice.
    pub reauth: OwnReauth,
    /// Session length, where it was written down.
    pub frequency: Option<SessionLength>,
    /// Method, where it was written down.
    pub method: Option<ReauthMethod>,
    /// Whether *Exempt trusted apps* was ticked, where it was written down.
    pub exempt_trusted_apps: Option<bool>,
}

impl AttestedSession {
    /// The choice alone, nothing else of the page.
    #[must_use]
    pub const fn only(reauth: OwnReauth) -> Self {
        Self { reauth, frequency: None, method: None, exempt_trusted_apps: None }
    }
}

/// How an attestation names an app.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AppRef {
    /// By its id in the catalogue or the configuration.
    Catalogue(AppId),
    /// By its client ID.
    Client(ClientId),
}

impl AppRef {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Catalogue(id) => id.as_str(),
            Self::Client(id) => id.as_str(),
        }
    }
}

/// What was attested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttestedValue {
    /// `setting = "cloud-session-control"`
    Session(AttestedSession),
    /// `setting = "app-access"`
    AppAccess {
        /// The app.
        app: AppRef,
        /// The org unit's own level for it.
        level: OwnAccess,
    },
}

/// Whether an attestation also speaks of the org units below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Below {
    /// It speaks of its org unit alone.
    Unsaid,
    /// Those without an attestation of their own showed no override.
    Inherit,
}

/// What an administrator saw in the console, and when: a baseline on which the log is replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// The org unit's path at `attested_at`.
    pub org_unit: OrgUnitPath,
    /// What was seen.
    pub value: AttestedValue,
    /// Whether it speaks of the org units below.
    pub below: Below,
    /// Who saw it.
    pub attested_by: Email,
    /// When.
    pub attested_at: Timestamp,
    /// From when on it proves nothing any more.
    pub expires_at: Option<Timestamp>,
    /// The operator's remark.
    pub note: Option<String>,
    /// File and line.
    pub locator: String,
}

impl Attestation {
    /// Whether it has run out by then.
    #[must_use]
    pub fn is_expired(&self, as_of: Timestamp) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= as_of)
    }

    /// The attestation as a piece of evidence.
    #[must_use]
    pub fn item(&self) -> Item {
        let what = match &self.value {
            AttestedValue::Session(session) => session.describe(),
            AttestedValue::AppAccess { app, level } => {
                format!("access of {} {}", app.as_str(), level.describe())
            }
        };
        let below = match self.below {
            Below::Unsaid => "",
            Below::Inherit => ", org units below without override",
        };
        Item {
            at: Some(self.attested_at),
            source: Source::Attestation,
            locator: self.locator.clone(),
            says: format!("{} saw at {}: {what}{below}", self.attested_by, self.org_unit),
            actor: Some(self.attested_by.to_string()),
        }
    }

    /// Why an attestation that has run out settles nothing.
    #[must_use]
    pub fn expiry_sentence(&self) -> Option<String> {
        self.expires_at.map(|expiry| format!("the attestation at {} expired on {}", self.locator, humane_time(expiry)))
    }
}

impl AttestedSession {
    fn describe(&self) -> String {
        let mut parts = vec![self.reauth.describe().to_owned()];
        if let Some(frequency) = self.frequency {
            parts.push(format!("every {frequency}"));
        }
        if let Some(method) = self.method {
            parts.push(format!("by {}", method.describe()));
        }
        match self.exempt_trusted_apps {
            Some(true) => parts.push("Exempt trusted apps ticked".to_owned()),
            Some(false) => parts.push("Exempt trusted apps not ticked".to_owned()),
            None => {}
        }
        parts.join(", ")
    }
}

impl OwnReauth {
    /// The word used in attestations and assignments.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inherit => "inherit",
            Self::NotRequired => "not_required",
            Self::Required => "required",
        }
    }

    /// The choice for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Inherit => "reauthentication setting inherited",
            Self::NotRequired => "reauthentication not required",
            Self::Required => "reauthentication required",
        }
    }
}

impl OwnAccess {
    /// The level for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Inherit => "inherited",
            Self::Trusted => "Trusted",
            Self::Limited => "Limited",
            Self::SpecificData => "Specific Google data",
            Self::Blocked => "Blocked",
            Self::Unconfigured => "not configured",
        }
    }
}
