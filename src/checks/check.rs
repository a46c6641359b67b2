use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::Severity;
use crate::evidence::Item;
use crate::facts::{AppFacts, ConnectionFacts, Fact, Facts, Gap, Truth, UnitIndex};
use crate::report::model::{Remediation, Status};

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
    /// What would prove what is not proven.
    pub gaps: BTreeSet<Gap>,
}

impl Outcome {
    /// An outcome that rests on nothing yet.
    #[must_use]
    pub fn new(applicable: Truth, healthy: Truth) -> Self {
        Self { applicable, healthy, evidence: BTreeSet::new(), gaps: BTreeSet::new() }
    }

    /// Rests on this fact too.
    #[must_use]
    pub fn resting_on<T>(mut self, fact: &Fact<T>) -> Self {
        self.evidence.extend(fact.evidence.iter().cloned());
        self.gaps.extend(fact.gaps.iter().cloned());
        self
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
}
