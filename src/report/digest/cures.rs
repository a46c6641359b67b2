//! Remedies of failures: every cure once, with the places that it concerns.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::View;
use super::view::only_unit;
use crate::domain::{OrgUnitPath, Severity};
use crate::report::SharedText;
use crate::report::model::{CheckResult, Remediation, Status, SubjectKind};
use crate::report::page::{Line, Tone};
use crate::report::wording::{generic, number};

/// Failures with the same cure, but for the org unit that its steps name.
pub(in crate::report) struct Cure<'a> {
    /// In order.
    pub(in crate::report) steps: Vec<String>,
    /// The console's page, as whoever wrote the check or the pack gives it.
    pub(in crate::report) url: Option<&'a str>,
    what: &'a Remediation,
    /// The gravest of them.
    pub(in crate::report) severity: Severity,
    /// What it cures.
    pub(in crate::report) results: Vec<&'a CheckResult>,
}

impl Cure<'_> {
    /// The steps as they were written if there is one way of writing them.
    fn written(&self) -> Vec<String> {
        let same = self.results.iter().all(|result| result.remediation.as_ref() == Some(self.what));
        if same { self.what.steps.iter().map(ToString::to_string).collect() } else { self.steps.clone() }
    }

    /// Where the setting has to be changed, and how many org units get it from there.
    pub(in crate::report) fn place(&self, view: &View<'_>) -> Line {
        let mut affected: BTreeSet<&OrgUnitPath> = BTreeSet::new();
        let mut change: BTreeSet<&OrgUnitPath> = BTreeSet::new();
        for result in &self.results {
            if let (SubjectKind::OrgUnit | SubjectKind::App, Some(unit)) =
                (result.subject.kind, &result.subject.org_unit)
            {
                affected.insert(unit);
                change.insert(view.tree.owner(unit, result.subject.app.as_ref()));
            }
        }
        if change.is_empty() {
            return Line::of("For ").visible(Tone::Strong, view.subjects(&self.results));
        }
        let line = Line::of("In ").visible(Tone::Strong, view.tree.list(&change, view.limit(6)));
        let heirs: BTreeSet<&OrgUnitPath> = affected.difference(&change).copied().collect();
        match heirs.len() {
            0 => line,
            1..=3 => line.text(", inherited by ").visible(Tone::Plain, view.tree.list(&heirs, 3)),
            n => line.text(&format!(", inherited by {} org units", number(n))),
        }
    }

    /// Which checks it satisfies, and how grave they are; to follow its place.
    pub(in crate::report) fn checks(&self) -> String {
        let checks: BTreeSet<&str> = self.results.iter().map(|result| result.check.as_str()).collect();
        format!(" · {}, {}", checks.into_iter().collect::<Vec<_>>().join(", "), self.severity)
    }
}

/// Every cure once: the gravest first, and what concerns settings before what concerns single connections, which it
/// often cures as well.
pub(in crate::report) fn cures<'a>(view: &View<'a>) -> Vec<Cure<'a>> {
    let mut cures = grouped(view);
    cures.sort_by_key(|cure| {
        let of_users = cure.results.iter().all(|result| result.subject.user.is_some());
        (Reverse(cure.severity), of_users, Reverse(cure.results.len()))
    });
    without_repetition(cures)
}

/// Leaves out steps that an earlier cure has told already, and lets cures join that then say the same.
fn without_repetition(cures: Vec<Cure<'_>>) -> Vec<Cure<'_>> {
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut kept: Vec<Cure<'_>> = Vec::new();
    for mut cure in cures {
        let steps = cure.written();
        let left: Vec<String> = steps.iter().filter(|step| !told.contains(*step)).cloned().collect();
        if left.is_empty() {
            // Another cure's steps are all it takes, unless it is the very same that stands here already.
            if let Some(same) = kept.iter_mut().rev().find(|other| steps.last() == other.steps.last()) {
                same.results.extend(cure.results);
            }
            continue;
        }
        if left.len() < steps.len() {
            // The link belongs to the steps that were left out.
            cure.url = None;
        }
        told.extend(left.iter().cloned());
        cure.steps = left;
        kept.push(cure);
    }
    kept
}

fn grouped<'a>(view: &View<'a>) -> Vec<Cure<'a>> {
    let mut exact: BTreeMap<(&[SharedText], Option<&String>), Vec<&'a CheckResult>> = BTreeMap::new();
    for result in view.with_status(Status::Fail) {
        if let Some(what) = &result.remediation {
            exact.entry((&what.steps, what.console_url.as_ref())).or_default().push(result);
        }
    }
    let mut merged: BTreeMap<(Vec<String>, Option<&String>), Vec<&'a CheckResult>> = BTreeMap::new();
    for ((steps, url), results) in exact {
        let steps = match only_unit(&results) {
            Some(unit) => steps.iter().map(|step| generic(step, unit)).collect(),
            None => steps.iter().map(ToString::to_string).collect(),
        };
        merged.entry((steps, url)).or_default().extend(results);
    }
    let cure = |((steps, _), results): ((Vec<String>, Option<&String>), Vec<&'a CheckResult>)| {
        let what = results.first()?.remediation.as_ref()?;
        let severity = results.iter().map(|result| result.severity).max()?;
        Some(Cure { steps, url: what.console_url.as_deref(), what, severity, results })
    };
    merged.into_iter().filter_map(cure).collect()
}
