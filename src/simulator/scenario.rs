//! The format of a scenario file, and what can be refused without replaying it.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use toml::Spanned;

use super::actions::{Action, RawEvent};
use super::dns::DnsEntry;
use super::domains::Domain;
use super::faults::Fault;
use super::generate::Generate;
use super::licences::Licence;
use super::oauth::Behaviour;
use super::offset::{Length, Offset};
use super::policy_records::Policy;
use super::roles::{AdminRole, RoleAssignment};
use super::sign_on::SignOn;
use super::{builtin, tenant};
use crate::domain::OrgUnitPath;

/// A tenant to simulate, and how Google behaves towards it.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(super) file: File,
}

/// A scenario file cannot be used; its author's fault.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// Not TOML, a key that does not exist, or a value of the wrong form. The text shows the line.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// A list of faults by itself, and what is wrong with it.
    #[error("{0}")]
    Faults(String),
    /// Well formed, but it contradicts itself.
    #[error("line {line}: {what}")]
    Contradiction {
        /// Counted from one.
        line: usize,
        /// Which thing, and why it cannot be.
        what: String,
    },
}

/// What contradicts itself, and where in the file (in bytes).
#[derive(Debug)]
pub(super) struct Contradiction {
    pub(super) at: usize,
    pub(super) what: String,
}

impl Contradiction {
    pub(super) fn new(at: usize, what: impl fmt::Display) -> Self {
        Self { at, what: what.to_string() }
    }
}

impl Scenario {
    /// A scenario that ships with the program.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        let (_, text) = builtin::ALL.iter().find(|(known, _)| *known == name)?;
        // A test parses each of them, so a name that is known is a scenario that can be used.
        Self::from_toml(text).ok()
    }

    /// The names of the scenarios that ship with the program, sorted.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        builtin::ALL.iter().map(|(name, _)| *name)
    }

    /// Reads a scenario file and replays it once, its future included, so that whatever it contradicts shows before anything is served.
    ///
    /// # Errors
    /// [`ScenarioError`], with the line.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        let mut file: File = toml::from_str(text)?;
        file.expand();
        let scenario = Self { file };
        match tenant::Tenant::derive(&scenario.file, jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX, &[]) {
            Ok(_) => Ok(scenario),
            Err(Contradiction { at, what }) => {
                let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
                Err(ScenarioError::Contradiction { line, what })
            }
        }
    }

    /// What the scenario is there to show.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.file.about
    }
}

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) about: String,
    pub(super) customer: Spanned<Customer>,
    #[serde(default)]
    pub(super) service: Service,
    #[serde(default)]
    pub(super) org_unit: Vec<Spanned<OrgUnit>>,
    #[serde(default)]
    pub(super) user: Vec<Spanned<User>>,
    #[serde(default)]
    pub(super) group: Vec<Spanned<Group>>,
    #[serde(default)]
    pub(super) app: Vec<Spanned<App>>,
    #[serde(default)]
    pub(super) grant: Vec<Spanned<Grant>>,
    #[serde(default)]
    pub(super) action: Vec<Spanned<Action>>,
    #[serde(default)]
    pub(super) token_event: Vec<Spanned<TokenEvent>>,
    #[serde(default)]
    pub(super) access_evaluation: Vec<Spanned<AccessEvaluation>>,
    #[serde(default)]
    pub(super) activity: Vec<Spanned<RawActivity>>,
    #[serde(default)]
    pub(super) policy: Vec<Spanned<Policy>>,
    #[serde(default)]
    pub(super) role: Vec<Spanned<AdminRole>>,
    #[serde(default)]
    pub(super) role_assignment: Vec<Spanned<RoleAssignment>>,
    #[serde(default)]
    pub(super) domain: Vec<Spanned<Domain>>,
    #[serde(default)]
    pub(super) sso: Vec<Spanned<SignOn>>,
    #[serde(default)]
    pub(super) dns: Vec<Spanned<DnsEntry>>,
    pub(super) gcp: Option<Gcp>,
    #[serde(default)]
    pub(super) attest: Vec<Spanned<Attest>>,
    #[serde(default)]
    pub(super) fault: Vec<Fault>,
    #[serde(default)]
    pub(super) oauth: Behaviour,
    #[serde(default)]
    pub(super) generate: Generate,
}

impl File {
    /// The app that the file names so.
    pub(super) fn app_called(&self, key: &str) -> Option<&App> {
        self.app.iter().map(Spanned::get_ref).find(|app| app.key == key)
    }

    /// The app of a client ID.
    pub(super) fn app_of_client(&self, client_id: &str) -> Option<&App> {
        self.app.iter().map(Spanned::get_ref).find(|app| app.client_id == client_id)
    }

    /// Whether there is a user of that address, whatever became of them.
    pub(super) fn has_user(&self, email: &str) -> bool {
        self.user.iter().any(|user| user.get_ref().email.eq_ignore_ascii_case(email))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) primary_domain: String,
    #[serde(default)]
    pub(super) verified_domains: Vec<String>,
    /// Also the name of the root org unit, in its own record and in the log.
    pub(super) organization_name: String,
}

/// How the service account is set up, and how Google behaves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Service {
    /// Whom the written configuration acts for; the first super administrator unless said.
    pub(super) auditor: Option<String>,
    /// Scopes that domain-wide delegation allows, short names below `https://www.googleapis.com/auth/`.
    pub(super) delegated_scopes: Vec<String>,
    /// Such as `cloudidentity.googleapis.com`.
    pub(super) disabled_apis: Vec<String>,
    /// The most that any list gives at once, whatever was asked for.
    pub(super) page_size: Option<usize>,
    /// Puts an empty page with a next page token before the second page of each list.
    pub(super) empty_pages: bool,
    /// How many reads of policies are answered in a second, evenly; as many as come unless said.
    pub(super) policy_reads_per_second: Option<f64>,
    pub(super) policies_listing: PoliciesListing,
    /// How far Google's clock is from this machine's: `+10m` is ahead. Dates of answers, the log's present and the times
    /// of assertions are judged by it.
    pub(super) clock: Offset,
    /// Whether credential files of every kind are written beside the key.
    pub(super) keyless: bool,
    /// Who may have the service account sign, and get tokens of it: addresses, and `principal` for the federated
    /// workload. Every identity of the simulator's unless said.
    pub(super) token_creators: Option<Vec<String>>,
    /// The service account that the metadata server hands out tokens of: the auditing one unless said; "none" for none.
    pub(super) attached_account: Option<String>,
    /// Whether the workload satisfies the provider's attribute condition.
    pub(super) attribute_condition_holds: bool,
}

/// What listing the policies gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PoliciesListing {
    /// Those of the file.
    #[default]
    Whole,
    /// Nothing, as if all were well: seen where a caller may read no policy.
    Empty,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            auditor: None,
            delegated_scopes: [
                "admin.directory.customer.readonly",
                "admin.directory.orgunit.readonly",
                "admin.directory.user.readonly",
                "admin.directory.group.readonly",
                "admin.directory.group.member.readonly",
                "admin.directory.user.security",
                "admin.reports.audit.readonly",
                "cloud-identity.policies.readonly",
                "cloud-identity.inboundsso.readonly",
                "admin.directory.rolemanagement.readonly",
                "admin.directory.domain.readonly",
                "apps.licensing",
                "cloud-platform",
            ]
            .map(str::to_owned)
            .into(),
            disabled_apis: Vec::new(),
            page_size: None,
            empty_pages: false,
            policy_reads_per_second: None,
            policies_listing: PoliciesListing::Whole,
            clock: Offset::ZERO,
            keyless: false,
            token_creators: None,
            attached_account: None,
            attribute_condition_holds: true,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrgUnit {
    pub(super) path: OrgUnitPath,
    /// Absent: it was always there. Otherwise the log tells of it.
    pub(super) created: Option<Offset>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    #[default]
    User,
    /// May use the Directory and Reports APIs, not the rest.
    DelegatedAdmin,
    SuperAdmin,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) email: String,
    /// As it is at the start, like all that is said of a user.
    #[serde(default = "OrgUnitPath::root")]
    pub(super) org_unit: OrgUnitPath,
    #[serde(default)]
    pub(super) role: Role,
    #[serde(default)]
    pub(super) suspended: bool,
    #[serde(default)]
    pub(super) archived: bool,
    /// Seen with `showDeleted=true` alone.
    #[serde(default)]
    pub(super) deleted: bool,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    /// Who signs in where a request for consent hints at nobody.
    #[serde(default)]
    pub(super) canary: bool,
    /// Whether the account has enrolled in 2-Step Verification.
    #[serde(default = "enrolled")]
    pub(super) two_step_enrolled: bool,
    /// Whether 2-Step Verification is enforced for the account.
    #[serde(default)]
    pub(super) two_step_enforced: bool,
    /// `Google-Apps/1010020020`: product and SKU.
    #[serde(default)]
    pub(super) licences: Vec<Licence>,
}

fn enrolled() -> bool {
    true
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) email: String,
    pub(super) name: Option<String>,
    /// Addresses of users, other groups, or outsiders.
    #[serde(default)]
    pub(super) members: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    /// How the rest of the file names it.
    pub(super) key: String,
    pub(super) client_id: String,
    /// On the consent screen, in grants and in the log.
    pub(super) name: String,
    #[serde(default = "web")]
    pub(super) client_type: String,
    #[serde(default)]
    pub(super) native_app: bool,
    /// With it a desktop client, and only that, can ask for consent here and exchange what it gets.
    pub(super) client_secret: Option<String>,
    /// Asked for unless a grant or event says otherwise.
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    /// The catalogue's id to which the written configuration pins this client.
    pub(super) pin: Option<String>,
}

fn web() -> String {
    "WEB".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    pub(super) user: String,
    pub(super) app: String,
    pub(super) scopes: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenDeed {
    Authorize,
    Revoke,
    Deny,
    Activity,
}

/// A time, or a rhythm: from `at` on each `every`, to `until` (now unless said), each moved by at most `jitter`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenEvent {
    pub(super) at: Offset,
    pub(super) every: Option<Length>,
    pub(super) until: Option<Offset>,
    pub(super) jitter: Option<Length>,
    pub(super) user: String,
    pub(super) app: String,
    #[serde(default = "authorize")]
    pub(super) deed: TokenDeed,
    pub(super) scopes: Option<Vec<String>>,
}

fn authorize() -> TokenDeed {
    TokenDeed::Authorize
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessEvaluation {
    pub(super) at: Offset,
    pub(super) every: Option<Length>,
    pub(super) until: Option<Offset>,
    pub(super) jitter: Option<Length>,
    pub(super) user: String,
    pub(super) app: String,
    pub(super) configuration_source: String,
    pub(super) scopes: Option<Vec<String>>,
}

/// An activity of any log, verbatim.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawActivity {
    pub(super) at: Offset,
    pub(super) application: String,
    pub(super) actor: Option<String>,
    pub(super) events: Vec<RawEvent>,
}

/// Whether the auditor can read the organization's bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bindings {
    /// Those that the file lists.
    Present,
    /// Readable, and there are none.
    None,
    /// No permission to read them.
    Denied,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gcp {
    /// `organizations/123456`
    pub(super) organization: String,
    pub(super) bindings: Bindings,
    /// What the written configuration says in `evidence.gcp_organization`.
    pub(super) configured: Option<String>,
    #[serde(default)]
    pub(super) binding: Vec<Spanned<Binding>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Binding {
    /// Its direct members are bound. Of several bindings for one user the last of the file was created last, and decides.
    pub(super) group: String,
    pub(super) session: Option<BoundSession>,
    #[serde(default)]
    pub(super) scoped: Vec<ScopedSession>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BoundSession {
    /// `57600s`; `0s` is no limit.
    pub(super) length: Option<String>,
    pub(super) enabled: Option<bool>,
    pub(super) method: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopedSession {
    pub(super) app: String,
    pub(super) session: BoundSession,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Setting {
    CloudSessionControl,
    AppAccess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Below {
    Inherit,
}

/// Somebody looked at the console and wrote down what it showed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attest {
    pub(super) at: Offset,
    /// The first super administrator unless said.
    pub(super) by: Option<String>,
    pub(super) setting: Setting,
    pub(super) app: Option<String>,
    /// The path at that time.
    pub(super) org_unit: OrgUnitPath,
    /// What was written down; what was true at that time unless said.
    pub(super) value: Option<toml::Value>,
    pub(super) below: Option<Below>,
    pub(super) expires: Option<Offset>,
    pub(super) note: Option<String>,
}

/// A value of the file read as something, such as an attestation's by its setting.
pub(super) fn read<T: DeserializeOwned>(value: &toml::Value) -> Result<T, String> {
    T::deserialize(value.clone()).map_err(|error: toml::de::Error| error.message().to_owned())
}
