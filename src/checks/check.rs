use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use crate::domain::{OrgUnitPath, Severity};
use crate::evidence::Item;
use crate::facts::{AppFacts, ConnectionFacts, Fact, Facts, Gap, Truth, UnitIndex};
use crate::report::model::{
    AppAccess, CheckResult, CloudSession, Connection, OrgUnit, Remediation, SessionSetter, Status, SubjectKind,
};
use crate::snapshot::SourceId;

/// What a check is asked about, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectSet {
    /// Every org unit.
    OrgUnits,
    /// Every app under audit in every org unit.
    AppsInOrgUnits,
    /// Every app under audit.
    Apps,
    /// Every grant of an app under audit.
    Connections,
}

/// One thing to judge.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'f> {
    /// An org unit.
    OrgUnit(UnitIndex),
    /// An app in an org unit.
    AppInOrgUnit(&'f AppFacts, UnitIndex),
    /// An app.
    App(&'f AppFacts),
    /// A grant.
    Connection(&'f ConnectionFacts),
}

/// What a check is, for people.
#[derive(Debug)]
pub struct Meta {
    /// Public and never reused.
    pub id: &'static str,
    /// The pack it belongs to.
    pub pack: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// How much a failure matters.
    pub severity: Severity,
    /// What it is asked about.
    pub subjects: SubjectSet,
    /// The settings that it rests on, by their names in `missing` and `unread_events`.
    pub settings: &'static [&'static str],
    /// The sources that it rests on: where one is not whole, its answer may be open.
    pub sources: &'static [SourceId],
    /// Why anybody should care.
    pub why: &'static str,
    /// When it fails.
    pub fails_when: &'static str,
    /// When the question does not arise.
    pub not_applicable_when: &'static str,
    /// What cures a failure.
    pub fix: &'static str,
    /// What it cannot see.
    pub limits: &'static str,
    /// Where the facts behind it can be read.
    pub references: &'static [&'static str],
}

/// How a subject fares.
#[derive(Debug)]
pub struct Outcome {
    /// Whether the question arises.
    pub applicable: Truth,
    /// Whether all is well, where it arises.
    pub healthy: Truth,
    /// What both rest on.
    pub evidence: BTreeSet<Arc<Item>>,
    /// Those of it that belong to a fact in conflict: both sides.
    pub disputed: BTreeSet<Arc<Item>>,
    /// What would prove what is not proven.
    pub gaps: BTreeSet<Gap>,
}

impl Outcome {
    /// An outcome that rests on nothing yet.
    #[must_use]
    pub fn new(applicable: Truth, healthy: Truth) -> Self {
        Self { applicable, healthy, evidence: BTreeSet::new(), disputed: BTreeSet::new(), gaps: BTreeSet::new() }
    }

    /// Rests on this fact too.
    #[must_use]
    pub fn resting_on<T>(mut self, fact: &Fact<T>) -> Self {
        self.evidence.extend(fact.evidence.iter().cloned());
        if fact.in_conflict() {
            self.disputed.extend(fact.evidence.iter().cloned());
        }
        self.gaps.extend(fact.gaps.iter().cloned());
        self
    }
}

/// A settled result and what its report shows of its subject, be the report fresh or read back from a file.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'r> {
    /// The result.
    pub result: &'r CheckResult,
    /// The subject's org unit.
    pub org_unit: Option<&'r OrgUnit>,
    /// The subject itself, where it is a connection.
    pub connection: Option<&'r Connection>,
}

impl<'r> Shown<'r> {
    fn is_connection(&self) -> bool {
        self.result.subject.kind == SubjectKind::Connection
    }

    /// Session control in force for the subject. A connection's may be another than its org unit's.
    #[must_use]
    pub fn session(&self) -> Option<&'r CloudSession> {
        if self.is_connection() {
            return self.connection?.cloud_session.as_ref();
        }
        self.org_unit.map(|unit| &unit.cloud_session)
    }

    /// What sets it.
    #[must_use]
    pub fn session_set_by(&self) -> SessionSetter {
        if self.is_connection() {
            return self.connection.and_then(|connection| connection.session_set_by).unwrap_or(SessionSetter::Unknown);
        }
        SessionSetter::Console
    }

    /// The app's access level in force for the subject; of a connection, its client's.
    #[must_use]
    pub fn access(&self) -> Option<&'r AppAccess> {
        if self.is_connection() {
            return self.connection?.access.as_ref();
        }
        self.org_unit?.apps.get(self.result.subject.app.as_ref()?)
    }

    /// The org unit where a setting would be changed: the one that it is inherited from, else the subject's own.
    #[must_use]
    pub fn kept_at(&self, inherited_from: Option<&'r OrgUnitPath>) -> String {
        match inherited_from.or(self.result.subject.org_unit.as_ref()) {
            Some(path) => format!("in {path}"),
            None => "for the subject".to_owned(),
        }
    }
}

/// Something that would turn a result into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// What happens, all of it.
    pub steps: Vec<String>,
    /// The verdicts that may then come out.
    pub then: Vec<Status>,
}

impl Turn {
    /// By one step.
    #[must_use]
    pub fn by(step: impl Into<String>, then: &[Status]) -> Self {
        Self { steps: vec![step.into()], then: then.to_vec() }
    }
}

/// A rule over facts.
pub trait Check: Sync {
    /// What it is.
    fn meta(&self) -> &'static Meta;

    /// How a subject of [`Meta::subjects`] fares. Other subjects are never handed in; for them the answer is unknown.
    fn evaluate(&self, subject: Subject<'_>, facts: &Facts) -> Outcome;

    /// One sentence about a result.
    fn summary(&self, subject: Subject<'_>, facts: &Facts, status: Status) -> String;

    /// What to do about a failure.
    fn remediation(&self, subject: Subject<'_>, facts: &Facts) -> Remediation;

    /// What would turn a pass, or a question that does not arise, in the settings that the report shows. Of a failure
    /// only what its remediation alone does not turn; of an open answer nothing, as what is missing tells that.
    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn>;
}
