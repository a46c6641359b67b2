//! Checks in Rust: each looks at one subject after another.

use std::collections::BTreeSet;

use super::check::{Check, Meta, Shown, Turn};
use super::engine::{Inquiry, Selection};
use super::verdict::{Outcome, Verdict, not_read};
use crate::facts::{AppFacts, ConnectionFacts, Facts, UnitIndex};
use crate::report::model::{CheckResult, Missing, Remediation, Status, Subject as ReportSubject, SubjectKind};
use crate::snapshot::SourceId;

/// What a check is asked about, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubjectSet {
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
pub(super) enum Subject<'f> {
    /// An org unit.
    OrgUnit(UnitIndex),
    /// An app in an org unit.
    AppInOrgUnit(&'f AppFacts, UnitIndex),
    /// An app.
    App(&'f AppFacts),
    /// A grant.
    Connection(&'f ConnectionFacts),
}

/// A rule that knows how each of its subjects fares.
pub(super) trait SubjectCheck: Send + Sync {
    /// What it is.
    fn meta(&self) -> &Meta;

    /// What it is asked about.
    fn subjects(&self) -> SubjectSet;

    /// How a subject of [`SubjectCheck::subjects`] fares. Others are never handed in; for them the answer is unknown.
    fn evaluate(&self, subject: Subject<'_>, facts: &Facts) -> Outcome;

    /// One sentence about a result.
    fn summary(&self, subject: Subject<'_>, facts: &Facts, status: Status) -> String;

    /// What to do about a failure.
    fn remediation(&self, subject: Subject<'_>, facts: &Facts) -> Remediation;

    /// See [`Check::turned_by`].
    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn>;
}

/// Makes a check of such a rule.
pub(super) struct PerSubject<T>(pub(super) T);

impl<T: SubjectCheck> Check for PerSubject<T> {
    fn meta(&self) -> &Meta {
        self.0.meta()
    }

    fn judge(&self, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
        let judged = subjects(self.0.subjects(), inquiry.facts, inquiry.selection)
            .into_iter()
            .filter_map(|subject| result(&self.0, subject, inquiry));
        judged.chain(unlisted_subjects(&self.0, inquiry.facts)).collect()
    }

    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn> {
        self.0.turned_by(shown)
    }
}

fn result(check: &dyn SubjectCheck, subject: Subject<'_>, inquiry: &Inquiry<'_>) -> Option<CheckResult> {
    let (meta, facts) = (check.meta(), inquiry.facts);
    let verdict = Verdict::of(check.evaluate(subject, facts), inquiry.acceptance, &meta.id);
    let summary = check.summary(subject, facts, verdict.status);
    let remediation = (verdict.status == Status::Fail).then(|| check.remediation(subject, facts));
    verdict.into_result(meta, describe(subject, facts), summary, remediation)
}

fn subjects<'f>(set: SubjectSet, facts: &'f Facts, selection: &Selection) -> Vec<Subject<'f>> {
    let units = || (0..facts.tree.units().len()).filter(|unit| selection.includes(facts.tree.path(*unit)));
    match set {
        SubjectSet::OrgUnits => units().map(Subject::OrgUnit).collect(),
        SubjectSet::AppsInOrgUnits => {
            units().flat_map(|unit| facts.apps.iter().map(move |app| Subject::AppInOrgUnit(app, unit))).collect()
        }
        SubjectSet::Apps => facts.apps.iter().map(Subject::App).collect(),
        SubjectSet::Connections => facts
            .connections
            .iter()
            .filter(|connection| match &connection.org_unit {
                Some(path) => selection.includes(path),
                // Nobody knows where it belongs, so it is nobody's to leave out.
                None => true,
            })
            .map(Subject::Connection)
            .collect(),
    }
}

fn describe(subject: Subject<'_>, facts: &Facts) -> ReportSubject {
    let path = |unit: UnitIndex| Some(facts.tree.path(unit).clone());
    match subject {
        Subject::OrgUnit(unit) => {
            ReportSubject { kind: SubjectKind::OrgUnit, org_unit: path(unit), ..ReportSubject::tenant() }
        }
        Subject::AppInOrgUnit(app, unit) => {
            ReportSubject { org_unit: path(unit), ..describe(Subject::App(app), facts) }
        }
        Subject::App(app) => ReportSubject {
            kind: SubjectKind::App,
            app: Some(app.definition.id.clone()),
            client_id: app.only_client().cloned(),
            ..ReportSubject::tenant()
        },
        Subject::Connection(connection) => ReportSubject {
            kind: SubjectKind::Connection,
            org_unit: connection.org_unit.clone(),
            user: Some(connection.user.clone()),
            app: Some(connection.app.clone()),
            client_id: Some(connection.client.clone()),
            ..ReportSubject::tenant()
        },
    }
}

/// The sources that list a check's subjects.
fn listing_sources(set: SubjectSet) -> &'static [SourceId] {
    match set {
        SubjectSet::OrgUnits | SubjectSet::AppsInOrgUnits => &[SourceId::OrgUnits],
        SubjectSet::Apps => &[],
        SubjectSet::Connections => &[SourceId::Users, SourceId::Grants],
    }
}

/// Where subjects could not all be listed, one result stands for those that are not there, so that nothing vanishes.
fn unlisted_subjects(check: &dyn SubjectCheck, facts: &Facts) -> Option<CheckResult> {
    let meta = check.meta();
    let missing: BTreeSet<Missing> =
        listing_sources(check.subjects()).iter().filter_map(|id| not_read(*id, &facts.evidence)).collect();
    if missing.is_empty() {
        return None;
    }
    let what = match check.subjects() {
        SubjectSet::OrgUnits | SubjectSet::AppsInOrgUnits => "Org units",
        SubjectSet::Apps => "Apps",
        SubjectSet::Connections => "Connections",
    };
    Verdict::open(missing.into_iter().collect()).into_result(
        meta,
        ReportSubject::tenant(),
        format!("{what} could not all be listed, so there may be more than this report shows."),
        None,
    )
}
