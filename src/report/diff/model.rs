//! The difference of two reports, version 1: what `gwsaudit diff --format json` prints, field for field.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{AppId, CheckId, ClientId, Email, Moment, OrgUnitPath, PackId, Severity, Sha256};
use crate::report::as_sent;
use crate::report::model::{
    Confidence, Evidence, Outcome, PackInput, Report, SourceStatus, Status, Subject, Tenant, Tool,
};

/// The schema name that every JSON difference carries.
pub const SCHEMA: &str = "gwsaudit/diff/1";

/// What changed between two reports of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Diff {
    /// Always [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// The tenant, as the newer one names it.
    pub tenant: Tenant,
    /// The older one.
    pub old: Side,
    /// The newer one.
    pub new: Side,
    /// What makes the comparison less than whole: other versions, packs, questions.
    pub remarks: Vec<String>,
    /// How many verdicts and connections took which course.
    pub summary: Counts,
    /// Verdicts that changed; sorted by check, then subject.
    pub results: Vec<ResultChange>,
    /// Connections that changed; sorted by user, then client ID.
    pub connections: Vec<ConnectionChange>,
    /// Org units that changed, or whose settings did; sorted by path.
    pub org_units: Vec<UnitChange>,
    /// Sources that went otherwise; sorted by id.
    pub sources: Vec<SourceChange>,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Side {
    /// The program that judged.
    pub tool: Tool,
    /// The moment as of which everything is judged.
    #[schemars(with = "Moment")]
    pub audited_at: Timestamp,
    /// The packs, where the report says which.
    pub packs: Option<Vec<PackInput>>,
    /// SHA-256 of the snapshot that was judged, where the report says it.
    pub snapshot_sha256: Option<Sha256>,
}

impl Side {
    pub(super) fn of(report: &Report) -> Self {
        Self {
            tool: report.tool.clone(),
            audited_at: report.audited_at,
            packs: report.inputs.as_ref().map(|inputs| inputs.packs.clone()),
            snapshot_sha256: report.inputs.as_ref().map(|inputs| inputs.snapshot.sha256.clone()),
        }
    }
}

/// Whether a change is for the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// What did not fail fails, what passed is undetermined, what survived breaks or is undetermined.
    Worse,
    /// Nothing is known to be worse; what was settled otherwise, or is new, is undetermined.
    Doubtful,
    /// What failed or was undetermined is as it should be.
    Better,
    /// Neither.
    Other,
}

impl Course {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Worse, Self::Doubtful, Self::Better, Self::Other];
}

/// How many verdicts and connections took which course. A verdict on an org unit that speaks for those below counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Counts {
    /// For the worse.
    pub worse: u64,
    /// Newly undetermined.
    pub doubtful: u64,
    /// For the better.
    pub better: u64,
    /// Neither.
    pub other: u64,
}

impl Counts {
    pub(super) fn of(results: &[ResultChange], connections: &[ConnectionChange]) -> Self {
        let mut counts = Self::default();
        let courses = results.iter().map(|change| change.course).chain(connections.iter().map(|change| change.course));
        for course in courses {
            *match course {
                Course::Worse => &mut counts.worse,
                Course::Doubtful => &mut counts.doubtful,
                Course::Better => &mut counts.better,
                Course::Other => &mut counts.other,
            } += 1;
        }
        counts
    }
}

/// Whether something is in both reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// In the newer one alone.
    Appeared,
    /// In the older one alone.
    Vanished,
    /// In both, and not the same.
    Changed,
}

impl Presence {
    /// Of something that one of the two has at least.
    pub(super) fn of<T>(old: Option<&T>, new: Option<&T>) -> Self {
        match (old, new) {
            (None, _) => Self::Appeared,
            (Some(_), None) => Self::Vanished,
            (Some(_), Some(_)) => Self::Changed,
        }
    }
}

/// A verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Verdict {
    /// Its status.
    pub status: Status,
    /// What it rests on.
    pub confidence: Option<Confidence>,
}

/// A verdict that changed.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ResultChange {
    /// The check.
    pub check: CheckId,
    /// The pack it belongs to.
    pub pack: PackId,
    /// What the framework behind the pack calls the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// How much a failure matters.
    pub severity: Severity,
    /// What was judged.
    pub subject: Subject,
    /// For an org unit: how many share this change, itself among them; those below that had and have no row of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_units: Option<u64>,
    /// Whether it is in both.
    pub presence: Presence,
    /// Whether it is for the worse.
    pub course: Course,
    /// The verdict in the older one, of the org unit above where that spoke for it.
    pub old: Option<Verdict>,
    /// The verdict in the newer one.
    pub new: Option<Verdict>,
    /// The newer one's sentence; of what vanished the older one's.
    pub summary: String,
    /// What the administrators' log says of between the two, as far as the newer verdict rests on it.
    pub changed_by: Vec<Evidence>,
    /// The fingerprint of the row that the newer verdict is from; of what vanished that of the older one.
    pub fingerprint: String,
}

/// An org unit that appeared or vanished, or whose settings changed.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UnitChange {
    /// Its path.
    #[serde(deserialize_with = "as_sent::one")]
    pub path: OrgUnitPath,
    /// Whether it is in both. A unit that was renamed or moved vanished at one path and appeared at the other.
    pub presence: Presence,
    /// The settings that changed.
    pub settings: Vec<SettingChange>,
}

/// A setting of an org unit that changed, or is known better or less well.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SettingChange {
    /// `cloud-session-control` or `app-access`.
    pub setting: Cow<'static, str>,
    /// For app access: of which app.
    pub app: Option<AppId>,
    /// Its fields that changed; sorted.
    pub fields: Vec<FieldChange>,
    /// What the administrators' log says of between the two, as far as verdicts on the setting rest on it.
    pub changed_by: Vec<Evidence>,
}

/// A field, and its values.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct FieldChange {
    /// The report's key, such as `reauth`.
    pub field: Cow<'static, str>,
    /// The older one's.
    pub old: Value,
    /// The newer one's.
    pub new: Value,
}

/// A connection that appeared, vanished, or changed.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ConnectionChange {
    /// Who granted it.
    #[serde(deserialize_with = "as_sent::one")]
    pub user: Email,
    /// The app it is taken for.
    pub app: AppId,
    /// The client that holds it.
    #[serde(deserialize_with = "as_sent::one")]
    pub client_id: ClientId,
    /// Whether it is in both.
    pub presence: Presence,
    /// Whether it is for the worse.
    pub course: Course,
    /// What became of it in the older one.
    pub old: Option<Outcome>,
    /// What becomes of it in the newer one.
    pub new: Option<Outcome>,
    /// For one that breaks: the latest moment by which its refresh fails.
    #[schemars(with = "Option<Moment>")]
    pub next_failure_by: Option<Timestamp>,
    /// What else of it changed; sorted.
    pub fields: Vec<FieldChange>,
}

/// A source that went otherwise.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SourceChange {
    /// Such as `reports.admin`.
    pub id: String,
    /// Whether more was read of it (`better`), or less (`worse`).
    pub course: Course,
    /// How it ended in the older one; null where it was not asked.
    pub old: Option<SourceStatus>,
    /// How it ended in the newer one; null where it was not asked.
    pub new: Option<SourceStatus>,
    /// What went wrong in the newer one.
    pub error: Option<String>,
}
