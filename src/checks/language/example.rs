//! Cases of a check: a small tenant and the verdicts that it must get.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde_json::Value;

use crate::domain::{ClientId, Email, OrgUnitPath, SettingType};
use crate::report::model::Status;

/// The fields that a policy sets, as the Policy API would send them.
pub type Fields = serde_json::Map<String, Value>;

/// A small tenant and the verdicts of one check about it. What it does not say is as in a tenant of one org unit and one
/// user, where every source answers and no setting is set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Example {
    /// What it shows; `None` where nobody said.
    pub name: Option<String>,
    /// Where it stands, for messages: the line in the pack's file.
    pub line: usize,
    /// The verdict per subject. One that is not here may be anything.
    pub expect: BTreeMap<ExampleSubject, Status>,
    /// Settings at the top org unit.
    pub settings: BTreeMap<SettingType, Fields>,
    /// Further org units, each with the settings of its own.
    pub org_units: BTreeMap<OrgUnitPath, BTreeMap<SettingType, Fields>>,
    /// Groups.
    pub groups: BTreeMap<Email, ExampleGroup>,
    /// Policies for holders of a licence.
    pub licensed_settings: Vec<LicensedSetting>,
    /// Policies of types that list rules, of which several may be in force.
    pub list_settings: Vec<ListSetting>,
    /// Users.
    pub users: Vec<ExampleUser>,
    /// Domains.
    pub domains: Vec<ExampleDomain>,
    /// DNS by name.
    pub dns: BTreeMap<String, DnsAnswer>,
    /// The administrators' audit log, in no order.
    pub log: Vec<LogEvent>,
    /// Google Cloud session control per org unit, as attested.
    pub cloud_session: BTreeMap<OrgUnitPath, ExampleSession>,
    /// Grants.
    pub grants: Vec<ExampleGrant>,
    /// Apps that are trusted, and where.
    pub trusted: Vec<TrustedApp>,
    /// Assignments of inbound single sign-on.
    pub sso: Vec<SsoAssignment>,
    /// Ids of sources that Google refuses to give.
    pub denied: Vec<String>,
}

/// Whose verdict an example tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExampleSubject {
    /// The tenant, written `tenant`. A plain `status:` means the tenant or the top org unit, whichever the check judges.
    Tenant,
    /// An org unit, written as its path.
    OrgUnit(OrgUnitPath),
    /// A group's members: `group:g@example.com`.
    Group(Email),
    /// A user: `user:a@example.com`.
    User(Email),
    /// An app: `app:1234.apps.googleusercontent.com`.
    App(ClientId),
}

/// A group of an example.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExampleGroup {
    /// Users and groups in it.
    pub members: Vec<Email>,
    /// Settings for its members.
    pub settings: BTreeMap<SettingType, Fields>,
}

/// A setting for the holders of a licence.
#[derive(Debug, Clone, PartialEq)]
pub struct LicensedSetting {
    /// The licence's SKU.
    pub sku: String,
    /// The setting.
    pub setting: SettingType,
    /// What it sets.
    pub value: Fields,
    /// Where; the top org unit if nobody says.
    pub org_unit: OrgUnitPath,
}

/// One policy of a type that lists rules.
#[derive(Debug, Clone, PartialEq)]
pub struct ListSetting {
    /// The setting.
    pub setting: SettingType,
    /// The rule.
    pub value: Fields,
    /// Where; the top org unit if nobody says.
    pub org_unit: OrgUnitPath,
}

/// An account of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleUser {
    /// Its address.
    pub email: Email,
    /// Where it is; the top org unit if nobody says.
    pub org_unit: OrgUnitPath,
    /// Whether it is a super admin.
    pub super_admin: bool,
    /// The other admin roles that it holds.
    pub roles: Vec<String>,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// Whether it has a second step.
    pub two_step_enrolled: bool,
    /// Whether it must have one.
    pub two_step_enforced: bool,
    /// SKUs of its licences.
    pub licences: Vec<String>,
}

/// A domain of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleDomain {
    /// Its name.
    pub name: String,
    /// Its part in the tenant.
    pub kind: DomainKind,
    /// Whether Google has verified it.
    pub verified: bool,
}

/// A domain's part in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainKind {
    /// The tenant is named by it.
    Primary,
    /// One of the others.
    Secondary,
    /// Another name of one of these.
    Alias,
}

impl DomainKind {
    /// All of them, each with its word.
    pub(super) const WORDS: [(&'static str, Self); 3] =
        [("primary", Self::Primary), ("secondary", Self::Secondary), ("alias", Self::Alias)];

    /// The word used in packs and conditions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Alias => "alias",
        }
    }
}

/// What DNS says about a name's TXT records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsAnswer {
    /// These; none at all where the list is empty.
    Texts(Vec<String>),
    /// It does not answer.
    Failed,
}

/// An event of the administrators' audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEvent {
    /// What happened.
    pub what: LogEventKind,
    /// Where; the top org unit if nobody says.
    pub org_unit: OrgUnitPath,
    /// How long before the moment of judgement; one day if nobody says.
    pub ago: SignedDuration,
}

/// What an event of the administrators' audit log tells.
#[derive(Debug, Clone, PartialEq)]
pub enum LogEventKind {
    /// An application setting was given a value.
    Set {
        /// The setting as the log names it, product first: what `log.settings["…"]` takes.
        setting: String,
        /// Its new value.
        value: String,
    },
    /// An application setting was taken back, so that it is inherited again.
    Deleted {
        /// The setting as the log names it.
        setting: String,
    },
    /// Any other event.
    Other {
        /// The event's name.
        event: String,
        /// Its parameters.
        parameters: BTreeMap<String, String>,
    },
}

/// Google Cloud session control of an org unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExampleSession {
    /// Whether users must reauthenticate: `required` or `never`.
    pub reauth: Option<String>,
    /// After how long, as packs write it: `16h`.
    pub frequency: Option<String>,
    /// How: `password` or `security_key`.
    pub method: Option<String>,
    /// Whether trusted apps are exempt.
    pub exempt_trusted_apps: Option<bool>,
}

/// A grant of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleGrant {
    /// Who gave it.
    pub user: Email,
    /// To which app.
    pub client_id: ClientId,
    /// What the app calls itself; `None` for an anonymous one.
    pub name: Option<String>,
    /// For what.
    pub scopes: Vec<String>,
    /// How many days ago it was used; `None` where the log does not show it.
    pub last_used_days_ago: Option<i64>,
}

/// An app that is trusted in an org unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedApp {
    /// The app.
    pub client_id: ClientId,
    /// Where; the top org unit if nobody says.
    pub org_unit: OrgUnitPath,
}

/// An assignment of inbound single sign-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoAssignment {
    /// Whom it is for: an org unit's path or a group's address.
    pub target: SsoTarget,
    /// Google's word for how they sign in, such as `SAML_SSO`, `SSO_OFF`.
    pub mode: String,
}

/// Whom an assignment of inbound single sign-on is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SsoTarget {
    /// The users of an org unit and of those below.
    OrgUnit(OrgUnitPath),
    /// The members of a group.
    Group(Email),
}

impl FromStr for SsoTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with('/') {
            return text
                .parse()
                .map(Self::OrgUnit)
                .map_err(|error: crate::domain::InvalidOrgUnitPath| error.to_string());
        }
        let address = text.strip_prefix("group:").unwrap_or(text);
        address
            .parse()
            .map(Self::Group)
            .map_err(|_| format!("{text:?} is neither the path of an org unit nor the address of a group"))
    }
}

impl FromStr for ExampleSubject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |error: &dyn fmt::Display| error.to_string();
        match text.split_once(':') {
            None if text == "tenant" => Ok(Self::Tenant),
            Some(("group", address)) => {
                address.parse().map(Self::Group).map_err(|error: crate::domain::InvalidEmail| wrong(&error))
            }
            Some(("user", address)) => {
                address.parse().map(Self::User).map_err(|error: crate::domain::InvalidEmail| wrong(&error))
            }
            Some(("app", client)) => {
                client.parse().map(Self::App).map_err(|error: crate::domain::InvalidClientId| wrong(&error))
            }
            None | Some(_) if text.starts_with('/') => {
                text.parse().map(Self::OrgUnit).map_err(|error: crate::domain::InvalidOrgUnitPath| wrong(&error))
            }
            None | Some(_) => Err(format!(
                "{text:?} is no subject; write \"tenant\", the path of an org unit, \"group:<address>\", \"user:<address>\" or \
                 \"app:<client ID>\""
            )),
        }
    }
}

impl fmt::Display for ExampleSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("tenant"),
            Self::OrgUnit(path) => write!(f, "{path}"),
            Self::Group(address) => write!(f, "group:{address}"),
            Self::User(address) => write!(f, "user:{address}"),
            Self::App(client) => write!(f, "app:{client}"),
        }
    }
}
