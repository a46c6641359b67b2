//! What to do: every cure once, in order, with the places that it concerns.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::View;
use crate::domain::{OrgUnitPath, Severity};
use crate::report::SharedText;
use crate::report::model::{CheckResult, Remediation, Status, SubjectKind};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, generic, number};

const CURES: usize = 12;

/// Failures with the same cure, but for the org unit that its steps name.
struct Cure<'a> {
    steps: Vec<String>,
    url: Option<&'a str>,
    what: &'a Remediation,
    severity: Severity,
    results: Vec<&'a CheckResult>,
}

impl Cure<'_> {
    /// The steps as they were written if there is one way of writing them.
    fn written(&self) -> Vec<String> {
        let same = self.results.iter().all(|result| result.remediation.as_ref() == Some(self.what));
        if same { self.what.steps.iter().map(ToString::to_string).collect() } else { self.steps.clone() }
    }
}

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let mut cures = cures(view);
    if cures.is_empty() {
        return Ok(());
    }
    // What concerns settings before what concerns single connections, which it often cures as well.
    cures.sort_by_key(|cure| {
        let of_users = cure.results.iter().all(|result| result.subject.user.is_some());
        (Reverse(cure.severity), of_users, Reverse(cure.results.len()))
    });
    let cures = without_repetition(cures);
    page.heading("What to do")?;
    let shown = view.limit(CURES);
    let mut step_number = 1;
    for (n, cure) in cures.iter().take(shown).enumerate() {
        if n > 0 {
            page.blank()?;
        }
        page.paragraph(2, 4, &place(view, cure))?;
        for step in &cure.steps {
            page.paragraph(4, 7, &Line::of(&format!("{:<3}", format!("{step_number}."))).text(step))?;
            step_number += 1;
        }
        if let Some(url) = cure.url {
            page.unbroken(7, Tone::Quiet, url)?;
        }
    }
    if cures.len() > shown {
        page.paragraph(2, 2, &Line::of(&format!("… and {}", counted(cures.len() - shown, "more cure", "more cures"))))?;
    }
    Ok(())
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

fn cures<'a>(view: &View<'a>) -> Vec<Cure<'a>> {
    let mut exact: BTreeMap<(&[SharedText], Option<&String>), Vec<&'a CheckResult>> = BTreeMap::new();
    for result in view.with_status(Status::Fail) {
        if let Some(what) = &result.remediation {
            exact.entry((&what.steps, what.console_url.as_ref())).or_default().push(result);
        }
    }
    let mut merged: BTreeMap<(Vec<String>, Option<&String>), Vec<&'a CheckResult>> = BTreeMap::new();
    for ((steps, url), results) in exact {
        let steps = match super::only_unit(&results) {
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

/// Where the setting has to be changed, and how many org units get it from there.
fn place(view: &View<'_>, cure: &Cure<'_>) -> Line {
    let mut affected: BTreeSet<&OrgUnitPath> = BTreeSet::new();
    let mut change: BTreeSet<&OrgUnitPath> = BTreeSet::new();
    for result in &cure.results {
        if let (SubjectKind::OrgUnit | SubjectKind::App, Some(unit)) = (result.subject.kind, &result.subject.org_unit) {
            affected.insert(unit);
            change.insert(view.tree.owner(unit, result.subject.app.as_ref()));
        }
    }
    if change.is_empty() {
        return Line::of("For ").visible(Tone::Strong, view.subjects(&cure.results)).text(&checks(cure));
    }
    let line = Line::of("In ").visible(Tone::Strong, view.tree.list(&change, view.limit(6)));
    let heirs: BTreeSet<&OrgUnitPath> = affected.difference(&change).copied().collect();
    let line = match heirs.len() {
        0 => line,
        1..=3 => line.text(", inherited by ").visible(Tone::Plain, view.tree.list(&heirs, 3)),
        n => line.text(&format!(", inherited by {} org units", number(n))),
    };
    line.text(&checks(cure))
}

fn checks(cure: &Cure<'_>) -> String {
    let checks: BTreeSet<&str> = cure.results.iter().map(|result| result.check.as_str()).collect();
    format!(" · {}, {}", checks.into_iter().collect::<Vec<_>>().join(", "), cure.severity)
}
