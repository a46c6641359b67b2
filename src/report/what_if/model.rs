//! The answer of `gwsaudit what-if`, version 1: what `--format json` prints, field for field.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{AppId, CheckId, ClientId, Email, OrgUnitPath, PackId, Severity};
use crate::report::model::{Administration, Confidence, Missing, SessionSetter, Source, Status, Subject, Tenant, Tool};

/// The schema name that every answer carries.
pub const SCHEMA: &str = "gwsaudit/what-if/1";

/// What would follow from settings that nobody made yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Foresight {
    /// Always [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// The program that judged.
    pub tool: Tool,
    /// The tenant.
    pub tenant: Tenant,
    /// The moment as of which everything is judged.
    pub judged_at: Timestamp,
    /// How each source went, by id.
    pub sources: Vec<Source>,
    /// The waves in order; each comes on top of those before it.
    pub waves: Vec<WaveEffect>,
    /// How to do it so that nothing breaks on the way.
    pub rollout: Rollout,
    /// Remarks on what was given and could not be used.
    pub notices: Vec<String>,
}

/// What one wave changes, compared with the wave before it (the first with today).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaveEffect {
    /// Its name.
    pub name: String,
    /// What is set, as assignments.
    pub set: Vec<String>,
    /// Results that change; sorted as results are.
    pub results: Vec<ResultChange>,
    /// Apps of which some connection changes; those that fail first, then by client ID.
    pub apps: Vec<AppEffect>,
    /// Administrators among the users of connections that fail or may fail; by address.
    pub administrators: Vec<AdministratorEffect>,
    /// Connections with a Cloud scope, or perhaps one, in the org units whose session control changes, that an Access
    /// Context Manager binding decides over: the console's page does not reach them.
    pub bound_connections: u64,
    /// What is not known and could change the answer; sorted.
    pub unknown: Vec<Missing>,
    /// Numbers of all of it.
    pub summary: WaveSummary,
}

/// Numbers of one wave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct WaveSummary {
    /// Results that turn worse.
    pub worse: u64,
    /// Results that turn better.
    pub better: u64,
    /// Results that change otherwise.
    pub other: u64,
    /// Connections that fail from then on.
    pub fail: u64,
    /// Connections that may fail from then on.
    pub may_fail: u64,
    /// Connections that fail no longer.
    pub recover: u64,
}

/// A result before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultChange {
    /// The check.
    pub check: CheckId,
    /// Its pack.
    pub pack: PackId,
    /// How much a failure matters.
    pub severity: Severity,
    /// What was judged.
    pub subject: Subject,
    /// Before; null where nothing was judged.
    pub before: Option<Verdict>,
    /// After; likewise.
    pub after: Option<Verdict>,
    /// Whether it is worse.
    pub direction: Direction,
    /// One sentence about the result after, or about that before where there is none after.
    pub summary: String,
    /// What would settle it, where it is undetermined after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// A result's status, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The status.
    pub status: Status,
    /// What it rests on; null where it rests on nothing.
    pub confidence: Option<Confidence>,
}

/// Whether a change is for the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From anything to a failure, or from a settled result to an open one.
    Worse,
    /// The other way round.
    Better,
    /// Neither.
    Other,
}

/// An app whose connections change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppEffect {
    /// Its client ID.
    pub client_id: ClientId,
    /// The app of the catalogue that it is, or is taken for.
    pub app: Option<AppId>,
    /// A name for people. Whoever registered the client chose it.
    pub name: String,
    /// The worst that happens to one of its connections.
    pub outcome: Change,
    /// Users with a connection that fails; all of them, by address.
    pub failing_users: Vec<Email>,
    /// Users with a connection that may fail; likewise.
    pub doubtful_users: Vec<Email>,
    /// Cloud scopes of its connections that fail or may fail.
    pub cloud_scopes: Vec<String>,
    /// Their scopes of which nobody documents whether session control applies to them.
    pub unknown_scopes: Vec<String>,
    /// Its connections that change; by user.
    pub connections: Vec<ConnectionChange>,
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Its refresh fails from then on.
    Fails,
    /// It may.
    MayFail,
    /// It fails no longer.
    Recovers,
}

/// How a connection fares at the end of a Cloud session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Proven to break.
    Breaks,
    /// Presumed to break.
    PresumedToBreak,
    /// The evidence does not say.
    Open,
    /// Presumed to survive.
    PresumedToSurvive,
    /// Proven to survive.
    Survives,
}

/// A connection before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionChange {
    /// Whose.
    pub user: Email,
    /// The user's org unit; null where the directory does not tell.
    pub org_unit: Option<OrgUnitPath>,
    /// What becomes of it.
    pub change: Change,
    /// Before.
    pub before: Fate,
    /// After.
    pub after: Fate,
    /// Why, in one sentence.
    pub why: String,
    /// The latest moment by which its refresh fails for the first time: one session after its last authorisation, not
    /// before the change. Null where no authorisation is known, and where it does not fail.
    pub first_failure_by: Option<Timestamp>,
    /// Where no authorisation is known: so many seconds after the change at the latest.
    pub fails_within_seconds: Option<u32>,
    /// The latest authorisation in the token log.
    pub last_authorized_at: Option<Timestamp>,
    /// What the user may administer.
    pub administers: Administration,
    /// What sets the session.
    pub session_set_by: SessionSetter,
}

/// An administrator who is hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdministratorEffect {
    /// Whom.
    pub user: Email,
    /// What the account may administer.
    pub administers: Administration,
    /// By connections of which apps: names for people.
    pub apps: Vec<String>,
}

/// The smallest set of settings that avoids failures, in an order in which nothing breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rollout {
    /// Whether the waves as they are written make some connection fail.
    pub needed: bool,
    /// What is set besides the waves, or otherwise than in them; the smallest set that avoids every certain failure.
    pub remedies: Vec<Remedy>,
    /// What would have to be set besides, for connections that only may fail.
    pub to_be_sure: Vec<Remedy>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// Instead of all that: Cloud scopes to leave out.
    pub drops: Vec<Drop>,
    /// What no setting but another one of the plan's own avoids.
    pub unavoidable: Vec<String>,
    /// Whether every connection that the steps reach, or may reach, is proven to survive each of them, but for those that
    /// are proven to break today.
    pub proven: bool,
    /// Those of which it is not; by user and client ID.
    pub not_proven: Vec<Unproven>,
}

/// One setting that avoids failures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// The assignment.
    pub assignment: String,
    /// The assignment of a wave that it replaces; null where it comes besides.
    pub instead_of: Option<String>,
    /// What it is for, for people.
    pub why: String,
    /// How many connections need it.
    pub connections: u64,
}

/// One step of the rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is set, one save after the other; empty where there is only to wait.
    pub set: Vec<String>,
    /// So long to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
    /// What it is for, for people.
    pub why: String,
    /// Connections that survive today, and break by this step.
    pub breaks: Vec<Unproven>,
}

/// A connection of which something is not proven.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unproven {
    /// Whose.
    pub user: Email,
    /// With which client.
    pub client_id: ClientId,
    /// Why, in one sentence.
    pub why: String,
}

/// Scopes that connections of an app would have to leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drop {
    /// Its client ID.
    pub client_id: ClientId,
    /// A name for people.
    pub name: String,
    /// The scopes.
    pub scopes: Vec<String>,
    /// For these users.
    pub users: Vec<Email>,
    /// What of it needs them, as its vendor documents it; empty where nothing is documented.
    pub needed_for: Vec<String>,
    /// What of it does not.
    pub not_needed_for: Vec<String>,
}
