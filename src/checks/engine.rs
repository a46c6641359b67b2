use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::{Check, Outcome, Subject, SubjectSet};
use super::registry::checks;
use crate::domain::{CheckId, OrgUnitPath, PackId};
use crate::evidence::Item;
use crate::facts::{Facts, Gap, Truth, UnitIndex};
use crate::report::fingerprint::fingerprint;
use crate::report::model::{CheckResult, Confidence, Evidence, Missing, Status, Subject as ReportSubject, SubjectKind};
use crate::snapshot::SourceId;

/// Whether a presumption may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// Only proven facts pass.
    ProvenOnly,
    /// `--accept-presumed`: presumed facts pass too.
    Presumed,
}

/// What is to be judged.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The packs whose checks run.
    pub packs: Vec<PackId>,
    /// Org units with everything below them; empty means all.
    pub org_units: Vec<OrgUnitPath>,
}

impl Selection {
    /// Whether an org unit is to be judged.
    #[must_use]
    pub fn includes(&self, path: &OrgUnitPath) -> bool {
        self.org_units.is_empty() || self.org_units.iter().any(|wanted| wanted.contains(path))
    }
}

/// Runs the checks of the selected packs over the facts; results come sorted.
#[must_use]
pub fn evaluate(facts: &Facts, selection: &Selection, acceptance: Acceptance) -> Vec<CheckResult> {
    let mut results = Vec::new();
    for check in checks() {
        if !selection.packs.iter().any(|pack| pack.as_str() == check.meta().pack) {
            continue;
        }
        for subject in subjects(check.meta().subjects, facts, selection) {
            let outcome = check.evaluate(subject, facts);
            results.extend(result(check, subject, facts, outcome, acceptance));
        }
        results.extend(unlisted_subjects(check, facts));
    }
    results.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
    results
}

type SortKey<'r> = (&'r CheckId, Option<&'r OrgUnitPath>, Option<String>, Option<&'r str>, Option<&'r str>);

fn sort_key(result: &CheckResult) -> SortKey<'_> {
    let subject = &result.subject;
    (
        &result.check,
        subject.org_unit.as_ref(),
        subject.user.as_ref().map(ToString::to_string),
        subject.app.as_ref().map(crate::domain::AppId::as_str),
        subject.client_id.as_ref().map(crate::domain::ClientId::as_str),
    )
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

/// What an outcome amounts to.
fn decide(outcome: &Outcome, acceptance: Acceptance) -> (Status, Option<Confidence>) {
    let trusting = acceptance == Acceptance::Presumed;
    match outcome.applicable {
        Truth::FalseProven => return (Status::NotApplicable, Some(Confidence::Proven)),
        Truth::FalsePresumed if trusting => return (Status::NotApplicable, Some(Confidence::Presumed)),
        Truth::FalsePresumed => return (Status::Undetermined, None),
        Truth::Unknown | Truth::TruePresumed | Truth::TrueProven => {}
    }
    match outcome.applicable & !outcome.healthy {
        Truth::TrueProven => return (Status::Fail, Some(Confidence::Proven)),
        Truth::TruePresumed => return (Status::Fail, Some(Confidence::Presumed)),
        Truth::Unknown | Truth::FalsePresumed | Truth::FalseProven => {}
    }
    match outcome.applicable & outcome.healthy {
        Truth::TrueProven => (Status::Pass, Some(Confidence::Proven)),
        Truth::TruePresumed if trusting => (Status::Pass, Some(Confidence::Presumed)),
        Truth::TruePresumed | Truth::Unknown | Truth::FalsePresumed | Truth::FalseProven => {
            (Status::Undetermined, None)
        }
    }
}

/// The verdicts that an outcome may still come to, once all that it leaves open is known.
fn possible(outcome: &Outcome) -> Vec<Status> {
    let (applicable, healthy) = (outcome.applicable, outcome.healthy);
    let may_apply = applicable != Truth::FalseProven;
    let mut possible = Vec::new();
    if may_apply && healthy != Truth::FalseProven {
        possible.push(Status::Pass);
    }
    if may_apply && healthy != Truth::TrueProven {
        possible.push(Status::Fail);
    }
    if applicable != Truth::TrueProven {
        possible.push(Status::NotApplicable);
    }
    possible
}

fn result(
    check: &dyn Check,
    subject: Subject<'_>,
    facts: &Facts,
    outcome: Outcome,
    acceptance: Acceptance,
) -> Option<CheckResult> {
    let meta = check.meta();
    let (status, confidence) = decide(&outcome, acceptance);
    let reported = describe(subject, facts);
    let check_id: CheckId = meta.id.parse().ok()?;
    let open = status == Status::Undetermined || confidence == Some(Confidence::Presumed);
    let evidence = grounds_of(&outcome);
    let possible = if open { possible(&outcome) } else { Vec::new() };
    let mut missing = Vec::new();
    if open {
        missing.extend(outcome.gaps.into_iter().map(missing_of));
    }
    if status == Status::Undetermined && missing.is_empty() {
        missing.push(Missing {
            fact: meta.id.to_owned(),
            why: "the evidence at hand does not settle it".to_owned(),
            supply: "see the sources of this report for what could not be read".to_owned(),
        });
    }
    Some(CheckResult {
        fingerprint: fingerprint(&check_id, &reported),
        check: check_id,
        pack: meta.pack.parse().ok()?,
        severity: meta.severity,
        status,
        confidence,
        summary: check.summary(subject, facts, status),
        evidence,
        missing,
        possible,
        remediation: (status == Status::Fail).then(|| check.remediation(subject, facts)),
        suppression: None,
        subject: reported,
    })
}

/// An item as reports show it; nothing disputes it.
#[must_use]
pub fn evidence_of(item: &Item) -> Evidence {
    Evidence {
        source: item.source.as_str().to_owned(),
        at: item.at,
        locator: item.locator.clone(),
        says: item.says.clone(),
        actor: item.actor.clone(),
        disputed: false,
    }
}

/// What an outcome rests on, as reports show it.
fn grounds_of(outcome: &Outcome) -> Vec<Evidence> {
    let of = |item: &Arc<Item>| Evidence { disputed: outcome.disputed.contains(item), ..evidence_of(item) };
    outcome.evidence.iter().map(of).collect()
}

fn missing_of(gap: Gap) -> Missing {
    Missing { fact: gap.fact.into_owned(), why: gap.why, supply: gap.supply }
}

fn describe(subject: Subject<'_>, facts: &Facts) -> ReportSubject {
    let path = |unit: UnitIndex| Some(facts.tree.path(unit).clone());
    match subject {
        Subject::OrgUnit(unit) => {
            ReportSubject { kind: SubjectKind::OrgUnit, org_unit: path(unit), user: None, app: None, client_id: None }
        }
        Subject::AppInOrgUnit(app, unit) => ReportSubject {
            kind: SubjectKind::App,
            org_unit: path(unit),
            user: None,
            app: Some(app.definition.id.clone()),
            client_id: app.only_client().cloned(),
        },
        Subject::App(app) => ReportSubject {
            kind: SubjectKind::App,
            org_unit: None,
            user: None,
            app: Some(app.definition.id.clone()),
            client_id: app.only_client().cloned(),
        },
        Subject::Connection(connection) => ReportSubject {
            kind: SubjectKind::Connection,
            org_unit: connection.org_unit.clone(),
            user: Some(connection.user.clone()),
            app: Some(connection.app.clone()),
            client_id: Some(connection.client.clone()),
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
fn unlisted_subjects(check: &dyn Check, facts: &Facts) -> Option<CheckResult> {
    let meta = check.meta();
    let missing: BTreeSet<Missing> = listing_sources(meta.subjects)
        .iter()
        .filter(|id| !facts.evidence.is_complete(**id))
        .map(|id| {
            let source = facts.evidence.source(*id);
            let why = match source.and_then(|source| source.error.as_ref().or(source.note.as_ref())) {
                Some(error) => format!("{id} could not be read in full: {error}"),
                None => format!("{id} was not read"),
            };
            let supply = source
                .and_then(|source| source.next_step.clone())
                .unwrap_or_else(|| format!("make {id} readable for the audit, then run it again"));
            Missing { fact: id.as_str().to_owned(), why, supply }
        })
        .collect();
    if missing.is_empty() {
        return None;
    }
    let subject = ReportSubject { kind: SubjectKind::Tenant, org_unit: None, user: None, app: None, client_id: None };
    let what = match meta.subjects {
        SubjectSet::OrgUnits | SubjectSet::AppsInOrgUnits => "Org units",
        SubjectSet::Apps => "Apps",
        SubjectSet::Connections => "Connections",
    };
    let check_id: CheckId = meta.id.parse().ok()?;
    Some(CheckResult {
        fingerprint: fingerprint(&check_id, &subject),
        check: check_id,
        pack: meta.pack.parse().ok()?,
        severity: meta.severity,
        status: Status::Undetermined,
        confidence: None,
        subject,
        summary: format!("{what} could not all be listed, so there may be more than this report shows."),
        evidence: Vec::new(),
        missing: missing.into_iter().collect(),
        possible: vec![Status::Pass, Status::Fail, Status::NotApplicable],
        remediation: None,
        suppression: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proven_facts_pass_and_gaps_never_do() {
        for applicable in Truth::ALL {
            for healthy in Truth::ALL {
                let outcome = Outcome::new(applicable, healthy);
                let (status, confidence) = decide(&outcome, Acceptance::ProvenOnly);
                let settled = matches!(status, Status::Pass | Status::Fail | Status::NotApplicable);
                assert_eq!(confidence.is_some(), settled, "{applicable:?} {healthy:?}");
                assert_eq!(
                    status == Status::Pass,
                    applicable == Truth::TrueProven && healthy == Truth::TrueProven,
                    "{applicable:?} {healthy:?}"
                );
                assert_eq!(status == Status::NotApplicable, applicable == Truth::FalseProven);
                assert!(confidence.is_none() || possible(&outcome).contains(&status), "{applicable:?} {healthy:?}");
                assert_eq!(possible(&outcome).len() == 1, confidence == Some(Confidence::Proven));
                assert_eq!(status == Status::Fail, applicable.is_true() && healthy.is_false());
                let (trusting, _) = decide(&outcome, Acceptance::Presumed);
                assert_eq!(trusting == Status::Fail, status == Status::Fail, "acceptance must not hide a failure");
                assert_eq!(trusting == Status::Pass, applicable.is_true() && healthy.is_true());
            }
        }
    }
}
