//! What an outcome amounts to: the one gate through which every verdict passes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::Meta;
use super::engine::Acceptance;
use crate::domain::CheckId;
use crate::evidence::{Evidence as Evidences, Item};
use crate::facts::{Fact, Gap, Truth};
use crate::report::fingerprint::fingerprint;
use crate::report::model::{CheckResult, Confidence, Evidence, Missing, Remediation, Status, Subject};
use crate::snapshot::SourceId;

/// How a subject fares.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Whether the question arises.
    pub(super) applicable: Truth,
    /// Whether all is well, where it arises.
    pub(super) healthy: Truth,
    /// What both rest on.
    pub(super) evidence: BTreeSet<Arc<Item>>,
    /// Those of it that belong to a fact in conflict: both sides.
    pub(super) disputed: BTreeSet<Arc<Item>>,
    /// What would prove what is not proven.
    pub(super) gaps: BTreeSet<Gap>,
}

impl Outcome {
    /// An outcome that rests on nothing yet.
    #[must_use]
    pub(super) fn new(applicable: Truth, healthy: Truth) -> Self {
        Self { applicable, healthy, evidence: BTreeSet::new(), disputed: BTreeSet::new(), gaps: BTreeSet::new() }
    }

    /// Rests on this fact too.
    #[must_use]
    pub(super) fn resting_on<T>(mut self, fact: &Fact<T>) -> Self {
        self.evidence.extend(fact.evidence.iter().cloned());
        if fact.in_conflict() {
            self.disputed.extend(fact.evidence.iter().cloned());
        }
        self.gaps.extend(fact.gaps.iter().cloned());
        self
    }
}

/// A verdict with all that it rests on, as reports show it.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) status: Status,
    pub(super) confidence: Option<Confidence>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) missing: Vec<Missing>,
    pub(super) possible: Vec<Status>,
}

impl Verdict {
    /// Settles an outcome. What stays open always says what would settle it; `check` names it where nothing else does.
    pub(super) fn of(outcome: Outcome, acceptance: Acceptance, check: &str) -> Self {
        let (status, confidence) = decide(&outcome, acceptance);
        let open = status == Status::Undetermined || confidence == Some(Confidence::Presumed);
        let evidence = grounds_of(&outcome);
        let possible = if open { possible(&outcome) } else { Vec::new() };
        let mut missing = Vec::new();
        if open {
            missing.extend(outcome.gaps.into_iter().map(missing_of));
        }
        if status == Status::Undetermined && missing.is_empty() {
            missing.push(Missing {
                fact: check.to_owned(),
                why: "the evidence at hand does not settle it".into(),
                supply: "see the sources of this report for what could not be read".into(),
            });
        }
        Self { status, confidence, evidence, missing, possible }
    }

    /// A question for a person.
    pub(super) fn manual() -> Self {
        Self {
            status: Status::Manual,
            confidence: None,
            evidence: Vec::new(),
            missing: Vec::new(),
            possible: Vec::new(),
        }
    }

    /// A question that stays open whatever was read, for want of these.
    pub(super) fn open(missing: Vec<Missing>) -> Self {
        Self {
            status: Status::Undetermined,
            confidence: None,
            evidence: Vec::new(),
            missing,
            possible: vec![Status::Pass, Status::Fail, Status::NotApplicable],
        }
    }

    /// The result of a check about a subject. `None` only where the check's id is none, which its tests rule out.
    pub(super) fn into_result(
        self,
        meta: &Meta,
        subject: Subject,
        summary: String,
        remediation: Option<Remediation>,
    ) -> Option<CheckResult> {
        let check: CheckId = meta.id.parse().ok()?;
        Some(CheckResult {
            fingerprint: fingerprint(&check, &subject),
            check,
            pack: meta.pack.parse().ok()?,
            control: meta.control.clone(),
            severity: meta.severity,
            status: self.status,
            confidence: self.confidence,
            subject,
            covers: None,
            summary,
            evidence: self.evidence,
            missing: self.missing,
            possible: self.possible,
            remediation,
            suppression: None,
        })
    }
}

/// What a source that is not whole leaves open; `None` where it is.
pub(super) fn unread(id: SourceId, evidence: &Evidences) -> Option<Gap> {
    if evidence.is_complete(id) {
        return None;
    }
    let source = evidence.source(id);
    let why = match source.and_then(|source| source.error.as_ref().or(source.note.as_ref())) {
        Some(error) => format!("{id} could not be read in full: {error}"),
        None => format!("{id} was not read"),
    };
    let supply = source
        .and_then(|source| source.next_step.clone())
        .unwrap_or_else(|| format!("make {id} readable for the audit, then run it again"));
    Some(Gap { fact: id.as_str().into(), why, supply })
}

/// The same, as reports show it.
pub(super) fn not_read(id: SourceId, evidence: &Evidences) -> Option<Missing> {
    unread(id, evidence).map(missing_of)
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

/// An item as reports show it; nothing disputes it.
#[must_use]
pub fn evidence_of(item: &Item) -> Evidence {
    Evidence {
        source: item.source.as_str().into(),
        at: item.at,
        locator: item.locator.as_str().into(),
        says: item.says.as_str().into(),
        actor: item.actor.clone(),
        disputed: false,
    }
}

/// What an outcome rests on, as reports show it.
fn grounds_of(outcome: &Outcome) -> Vec<Evidence> {
    let of = |item: &Arc<Item>| Evidence { disputed: outcome.disputed.contains(item), ..evidence_of(item) };
    outcome.evidence.iter().map(of).collect()
}

pub(super) fn missing_of(gap: Gap) -> Missing {
    Missing { fact: gap.fact.into_owned(), why: gap.why.into(), supply: gap.supply.into() }
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
