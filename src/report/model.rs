//! The report, version 1: what `--format json` prints, field for field, and what every other format is made from.
//!
//! These structures are the public contract, kept apart from the types that judge. Lists arrive sorted by code point
//! and fields serialise in the order written here, so the same input gives the same bytes. Texts that many results have
//! in common are shared, which whoever reads them need not care about.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::as_sent;
pub use super::inputs::{Asked, FileInput, Inputs, ListInput, PackInput, Redaction, SnapshotInput, ToolInput};
pub use super::shared_text::{SharedText, SharedTexts};
pub use super::words::{AccessLevel, Administration, Certainty, Exemption, ReauthState, SessionMethod, SessionSetter};
use crate::domain::{AppId, CheckId, ClientId, CloudScope, Day, Email, Moment, OrgUnitPath, PackId, Severity};

/// The schema name that every JSON report carries.
pub const SCHEMA: &str = "gwsaudit/report/1";

/// One audit of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// The program that judged.
    pub tool: Tool,
    /// The tenant that was judged.
    pub tenant: Tenant,
    /// The moment as of which everything is judged: now, or a snapshot's collection time.
    #[schemars(with = "Moment")]
    pub audited_at: Timestamp,
    /// Start of the administrators' audit log at hand; null where none is.
    #[schemars(with = "Option<Moment>")]
    pub evidence_from: Option<Timestamp>,
    /// One per source asked, also those that failed; sorted by id.
    pub sources: Vec<Source>,
    /// The two settings for every org unit in question; sorted by path.
    pub org_units: Vec<OrgUnit>,
    /// Grants of the apps under audit; sorted by user, then client ID.
    pub connections: Vec<Connection>,
    /// The verdicts; sorted by check, org unit, user, app, client ID.
    pub results: Vec<CheckResult>,
    /// Log events that may touch a fact and could not be read for certain.
    pub unread_events: Vec<UnreadEvent>,
    /// How many results have which status.
    pub summary: Summary,
    /// Remarks on what was given and could not be used: attestations of unknown org units, suppressions that match
    /// nothing or have expired.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Checks of this report whose goals collide; left out where none do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collisions: Vec<Collision>,
    /// What it was made from; left out by versions that did not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Inputs>,
    /// That names in it are pseudonyms; left out where they are the tenant's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction: Option<Redaction>,
}

/// Two checks of which whoever satisfies one fails the other.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Collision {
    /// The two, sorted.
    pub checks: Vec<CheckId>,
    /// What following one costs the other, as each of them puts it.
    pub trades: Vec<String>,
    /// What the looser of the two lets through: for Google Cloud session control the trusted apps with Cloud scopes, by
    /// name and client ID, as far as grants and access levels could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lets_through: Vec<String>,
}

/// The program that judged.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Tool {
    /// Always `gwsaudit`.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
}

/// The tenant that was judged.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Tenant {
    /// Google's customer ID, or what the configuration says where Google did not tell.
    pub customer: String,
    /// The primary domain; null where Google did not tell.
    pub primary_domain: Option<String>,
}

/// How reading one source went.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Source {
    /// Such as `reports.admin`.
    pub id: String,
    /// How it ended.
    pub status: SourceStatus,
    /// Requests sent, retries included.
    pub requests: u64,
    /// Items received.
    pub items: u64,
    /// What went wrong, for people; null where nothing did.
    pub error: Option<String>,
    /// What to do about the error; null where there is none.
    pub next_step: Option<String>,
    /// What was deliberately not asked, why the source was skipped, or what was carried forward from an earlier
    /// snapshot; null where there is nothing to say.
    pub note: Option<String>,
    /// For a log that is at hand without a gap: from when on. Null for a log that is not, and for what is no log.
    #[schemars(with = "Option<Moment>")]
    pub window_from: Option<Timestamp>,
    /// For a log that is at hand without a gap: up to when.
    #[schemars(with = "Option<Moment>")]
    pub window_to: Option<Timestamp>,
}

/// How reading one source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceStatus {
    /// Everything asked for arrived.
    Complete,
    /// Some of it arrived.
    Partial,
    /// Google refused.
    Denied,
    /// It could not be read for another reason.
    Failed,
    /// It was not asked.
    Skipped,
}

/// The two settings in one org unit.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct OrgUnit {
    /// Its path.
    #[serde(deserialize_with = "as_sent::one")]
    pub path: OrgUnitPath,
    /// Google Cloud session control.
    pub cloud_session: CloudSession,
    /// Access of each app under audit.
    pub apps: BTreeMap<AppId, AppAccess>,
}

/// Google Cloud session control as it is in force for an org unit.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CloudSession {
    /// Whether users must reauthenticate.
    pub reauth: ReauthState,
    /// Session length; null where unknown or where reauthentication is not required.
    pub frequency_seconds: Option<u32>,
    /// Where experiments bound the session length: a grant of this age was still refreshed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_at_least_seconds: Option<i64>,
    /// Where experiments bound the session length: a grant of this age was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_at_most_seconds: Option<i64>,
    /// How they do; null where reauthentication is not required, and in a connection's, which does not depend on it.
    pub method: Option<SessionMethod>,
    /// Whether trusted apps are exempt; null where reauthentication is not required.
    pub exempt_trusted_apps: Option<Exemption>,
    /// Of the exemption; null where reauthentication is not required.
    pub exempt_confidence: Option<Certainty>,
    /// The org unit whose own setting it is; null for an own or unknown value.
    #[serde(default, deserialize_with = "as_sent::maybe")]
    pub inherited_from: Option<OrgUnitPath>,
    /// Of `reauth`.
    pub confidence: Certainty,
    /// Whether evidence contradicts itself.
    pub conflict: bool,
    /// The evidence that does: both sides. Left out where there is no conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sides: Vec<Evidence>,
}

/// One app's access level as it is in force for an org unit.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct AppAccess {
    /// The level.
    pub access: AccessLevel,
    /// Where `access` is unknown and yet one of several: these. Left out where it is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<AccessLevel>,
    /// The org unit whose own setting it is; null for an own or unknown value.
    #[serde(default, deserialize_with = "as_sent::maybe")]
    pub inherited_from: Option<OrgUnitPath>,
    /// How well it is known.
    pub confidence: Certainty,
    /// Whether evidence contradicts itself.
    pub conflict: bool,
    /// The evidence that does: both sides. Left out where there is no conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sides: Vec<Evidence>,
}

/// One user's grant to one app under audit.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Connection {
    /// Who granted it.
    #[serde(deserialize_with = "as_sent::one")]
    pub user: Email,
    /// The user's org unit; null where the directory does not tell.
    #[serde(default, deserialize_with = "as_sent::maybe")]
    pub org_unit: Option<OrgUnitPath>,
    /// The app it is taken for.
    pub app: AppId,
    /// The client that holds it.
    #[serde(deserialize_with = "as_sent::one")]
    pub client_id: ClientId,
    /// Whether its scopes make it subject to Cloud session control.
    pub cloud_scope: CloudScope,
    /// What becomes of it; `survives` and `breaks` rest on proven facts.
    pub outcome: Outcome,
    /// Latest authorisation in the token log; null where it shows none.
    #[schemars(with = "Option<Moment>")]
    pub last_authorized_at: Option<Timestamp>,
    /// For a connection that breaks: the latest moment by which its refresh fails.
    #[schemars(with = "Option<Moment>")]
    pub next_failure_by: Option<Timestamp>,
    /// What the user may administer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administers: Option<Administration>,
    /// Session control in force for this user and client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_session: Option<CloudSession>,
    /// What sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_set_by: Option<SessionSetter>,
    /// This client's access level in force for this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AppAccess>,
}

/// What becomes of a connection at the end of a Cloud session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Its refresh goes on working.
    Survives,
    /// Its refresh fails until somebody authorises it again.
    Breaks,
    /// The evidence does not say.
    Undetermined,
}

/// One verdict.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check.
    pub check: CheckId,
    /// The pack it belongs to.
    pub pack: PackId,
    /// What the framework behind the pack calls the check, such as `3.1.3.5.1`; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// How much a failure matters.
    pub severity: Severity,
    /// The verdict.
    pub status: Status,
    /// What the verdict rests on; null unless the status is `pass`, `fail` or `not_applicable`.
    pub confidence: Option<Confidence>,
    /// What was judged.
    pub subject: Subject,
    /// For a result at an org unit or group that speaks for others too: for how many. An org unit without a result of a
    /// check shares that of the nearest org unit above it that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Covers>,
    /// One sentence.
    pub summary: String,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence>,
    /// What would settle an undetermined verdict.
    pub missing: Vec<Missing>,
    /// The verdicts that may come out once what is missing is at hand; empty where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<Status>,
    /// What to do; null where there is nothing to do.
    pub remediation: Option<Remediation>,
    /// Why the finding is hidden; null unless `suppressed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppression: Option<Suppression>,
    /// Stable across runs for the same check and subject.
    pub fingerprint: String,
}

impl CheckResult {
    /// Shares the longer texts that results have in common.
    pub(crate) fn share(&mut self, texts: &mut SharedTexts) {
        for Evidence { source, locator, says, .. } in &mut self.evidence {
            [source, locator, says].into_iter().for_each(|text| texts.share(text));
        }
        for missing in &mut self.missing {
            texts.share(&mut missing.why);
            texts.share(&mut missing.supply);
        }
        self.remediation.iter_mut().flat_map(|cure| &mut cure.steps).for_each(|step| texts.share(step));
    }
}

/// Whom a result speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Covers {
    /// Org units, the subject's own among them.
    pub org_units: u64,
    /// Accounts that are in use; null where the accounts could not all be read.
    pub users: Option<u64>,
}

/// A verdict's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is as it should be.
    Pass,
    /// It is not.
    Fail,
    /// The evidence does not say.
    Undetermined,
    /// The question does not arise.
    NotApplicable,
    /// A person has to look.
    Manual,
    /// It fails, and the operator accepted that until a date.
    Suppressed,
}

impl Status {
    /// All of them, in the order of the summary.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Undetermined, Self::NotApplicable, Self::Manual, Self::Suppressed];

    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undetermined => "undetermined",
            Self::NotApplicable => "not_applicable",
            Self::Manual => "manual",
            Self::Suppressed => "suppressed",
        }
    }
}

/// What a settled verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// On what evidence suggests.
    Presumed,
    /// On proven facts alone.
    Proven,
}

impl Confidence {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Presumed => "presumed",
            Self::Proven => "proven",
        }
    }
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// The org unit, where one is meant.
    #[serde(default, deserialize_with = "as_sent::maybe")]
    pub org_unit: Option<OrgUnitPath>,
    /// The group, where one is meant: its address, or `groups/` and its id where the address is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The user, where one is meant.
    #[serde(default, deserialize_with = "as_sent::maybe")]
    pub user: Option<Email>,
    /// The app, where one is meant.
    pub app: Option<AppId>,
    /// The client, where one is meant.
    #[serde(default, deserialize_with = "as_sent::maybe")]
    pub client_id: Option<ClientId>,
}

impl Subject {
    /// The tenant as a whole; also what other subjects begin from.
    #[must_use]
    pub fn tenant() -> Self {
        Self { kind: SubjectKind::Tenant, org_unit: None, group: None, user: None, app: None, client_id: None }
    }
}

/// What kind of thing was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// The tenant as a whole; also where the subjects themselves could not be listed.
    Tenant,
    /// An org unit.
    OrgUnit,
    /// A user.
    User,
    /// The members of a group.
    Group,
    /// An app, in an org unit where one is named.
    App,
    /// A user's grant to an app.
    Connection,
}

impl SubjectKind {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::OrgUnit => "org_unit",
            Self::User => "user",
            Self::Group => "group",
            Self::App => "app",
            Self::Connection => "connection",
        }
    }
}

/// Something observed or attested.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it comes from: a source id, or `attestation`.
    pub source: SharedText,
    /// When it was so; null for what was read at the time of the audit.
    #[schemars(with = "Option<Moment>")]
    pub at: Option<Timestamp>,
    /// Where exactly: a log event's qualifier, a file and line.
    pub locator: SharedText,
    /// What it says, in a sentence.
    pub says: SharedText,
    /// Who did or saw it, as the log or the statement names them; null where nobody did.
    pub actor: Option<String>,
    /// Whether it belongs to a fact on which the evidence contradicts itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disputed: bool,
}

/// What would settle an undetermined verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Missing {
    /// The fact that is not known: `cloud-session-control`, `app-access`, …
    pub fact: String,
    /// Why it is not known.
    pub why: SharedText,
    /// What to do so that it is.
    pub supply: SharedText,
}

/// What to do about a failure.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Remediation {
    /// In order.
    pub steps: Vec<SharedText>,
    /// The console's page; a convenience, links are no documented interface.
    pub console_url: Option<String>,
}

impl Remediation {
    /// These steps, and perhaps the page where they are taken.
    #[must_use]
    pub fn new(steps: Vec<String>, console_url: Option<String>) -> Self {
        Self { steps: steps.into_iter().map(SharedText::from).collect(), console_url }
    }
}

/// An accepted risk that hides a finding.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Suppression {
    /// Why it was accepted.
    pub reason: String,
    /// Who answers for it; left out where the suppression names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until when (a date, inclusive).
    #[schemars(with = "Day")]
    pub expires: jiff::civil::Date,
}

/// Log events of one name that may touch a fact and could not be read for certain.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UnreadEvent {
    /// The source they came from.
    pub source: String,
    /// The event's name as Google wrote it.
    pub name: String,
    /// The parameters that could not be read; sorted.
    pub parameters: Vec<String>,
    /// How many.
    pub count: u64,
    /// The first of them.
    #[schemars(with = "Moment")]
    pub first_at: Timestamp,
    /// The last of them.
    #[schemars(with = "Moment")]
    pub last_at: Timestamp,
    /// What they may have changed; sorted.
    pub touches: Vec<Touch>,
    /// Whether later evidence has established all of that since, so that nothing hangs on these events any more.
    #[serde(default)]
    pub settled: bool,
}

/// A fact that an event may have changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Touch {
    /// `cloud-session-control` or `app-access`.
    pub setting: Cow<'static, str>,
    /// Where; null where it may be any org unit.
    #[serde(default, deserialize_with = "as_sent::maybe")]
    pub org_unit: Option<OrgUnitPath>,
    /// Which app (a catalogue id or a client ID); null where it may be any.
    pub app: Option<String>,
}

/// How many results have which status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Summary {
    /// Results that pass.
    pub pass: u64,
    /// Results that fail.
    pub fail: u64,
    /// Results that the evidence does not settle.
    pub undetermined: u64,
    /// Results to which the question does not apply.
    pub not_applicable: u64,
    /// Results that a person has to look at.
    pub manual: u64,
    /// Failures that were accepted.
    pub suppressed: u64,
}

impl Summary {
    /// Counts the statuses.
    #[must_use]
    pub fn of(results: &[CheckResult]) -> Self {
        let mut summary = Self::default();
        for result in results {
            *match result.status {
                Status::Pass => &mut summary.pass,
                Status::Fail => &mut summary.fail,
                Status::Undetermined => &mut summary.undetermined,
                Status::NotApplicable => &mut summary.not_applicable,
                Status::Manual => &mut summary.manual,
                Status::Suppressed => &mut summary.suppressed,
            } += 1;
        }
        summary
    }
}
