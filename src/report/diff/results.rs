//! Verdicts, subject by subject.

use std::collections::{BTreeMap, BTreeSet};

use super::common::Common;
use super::model::{Course, Presence, ResultChange, Verdict};
use super::settings::between;
use crate::domain::{AppId, CheckId, ClientId, Email, OrgUnitPath};
use crate::report::model::{CheckResult, Evidence, Report, Status, SubjectKind};

/// What verdicts have in common that differ in nothing but their org unit. The org unit of a person is where somebody is,
/// not what is judged: who moves stays who it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Family<'r> {
    check: &'r CheckId,
    kind: SubjectKind,
    group: Option<String>,
    user: Option<&'r Email>,
    app: Option<&'r AppId>,
    client_id: Option<&'r ClientId>,
}

/// A family's rows.
#[derive(Default)]
struct Rows<'r> {
    /// By org unit, where the org unit is what is judged.
    at: BTreeMap<&'r OrgUnitPath, &'r CheckResult>,
    /// Otherwise the one row.
    elsewhere: Option<&'r CheckResult>,
}

/// Verdicts that changed, and how many results could not be compared, as only one of the two was asked for them.
pub(super) fn changes(old: &Report, new: &Report, common: &Common<'_>) -> (Vec<ResultChange>, usize) {
    let (then, left_out_then) = families(old, common);
    let (now, left_out_now) = families(new, common);
    let (units_then, units_now) = (units(old), units(new));
    let none = Rows::default();
    let mut changes = Vec::new();
    let names: BTreeSet<&Family<'_>> = then.keys().chain(now.keys()).collect();
    for family in names {
        let (then, now) = (then.get(family).unwrap_or(&none), now.get(family).unwrap_or(&none));
        changes.extend(change(then.elsewhere, now.elsewhere, old, new));
        let all: BTreeSet<&OrgUnitPath> = if then.at.is_empty() && now.at.is_empty() {
            BTreeSet::new()
        } else {
            units_then.iter().chain(&units_now).chain(then.at.keys()).chain(now.at.keys()).copied().collect()
        };
        changes.extend(by_unit(&all, (then, &units_then), (now, &units_now), old, new));
    }
    changes.sort_by(|one, other| key(one).cmp(&key(other)));
    (changes, left_out_then + left_out_now)
}

type Key<'c> = (&'c CheckId, Option<&'c OrgUnitPath>, Option<&'c String>, Option<&'c Email>, &'c String);

fn key(change: &ResultChange) -> Key<'_> {
    let subject = &change.subject;
    (&change.check, subject.org_unit.as_ref(), subject.group.as_ref(), subject.user.as_ref(), &change.fingerprint)
}

fn units(report: &Report) -> BTreeSet<&OrgUnitPath> {
    report.org_units.iter().map(|unit| &unit.path).collect()
}

fn families<'r>(report: &'r Report, common: &Common<'_>) -> (BTreeMap<Family<'r>, Rows<'r>>, usize) {
    let mut families: BTreeMap<Family<'r>, Rows<'r>> = BTreeMap::new();
    let mut left_out = 0;
    for result in &report.results {
        if !common.asked(&result.pack, &result.check) {
            left_out += 1;
            continue;
        }
        let subject = &result.subject;
        let family = Family {
            check: &result.check,
            kind: subject.kind,
            group: subject.group.as_ref().map(|group| group.to_ascii_lowercase()),
            user: subject.user.as_ref(),
            app: subject.app.as_ref(),
            client_id: subject.client_id.as_ref(),
        };
        let rows = families.entry(family).or_default();
        let of_unit = match subject.kind {
            SubjectKind::OrgUnit | SubjectKind::App => subject.org_unit.as_ref(),
            SubjectKind::Tenant | SubjectKind::User | SubjectKind::Group | SubjectKind::Connection => None,
        };
        match of_unit {
            Some(path) => {
                let row = rows.at.entry(path).or_insert(result);
                *row = graver(row, result);
            }
            None => rows.elsewhere = Some(rows.elsewhere.map_or(result, |row| graver(row, result))),
        }
    }
    (families, left_out)
}

/// Of two verdicts on one subject, such as of two lists that could not be read, the one that counts.
fn graver<'r>(one: &'r CheckResult, other: &'r CheckResult) -> &'r CheckResult {
    let weight = |result: &CheckResult| match result.status {
        Status::Fail => 5,
        Status::Undetermined => 4,
        Status::Manual => 3,
        Status::Suppressed => 2,
        Status::Pass => 1,
        Status::NotApplicable => 0,
    };
    if weight(other) > weight(one) { other } else { one }
}

type Known<'a, 'r> = (&'a Rows<'r>, &'a BTreeSet<&'r OrgUnitPath>);

/// The row that speaks for an org unit: its own, or the nearest above that speaks for others.
fn effective<'r>(path: &OrgUnitPath, (rows, units): Known<'_, 'r>) -> Option<&'r CheckResult> {
    if let Some(own) = rows.at.get(path) {
        return Some(own);
    }
    if !units.contains(path) {
        return None;
    }
    let above = path.ancestors().find_map(|above| rows.at.get(&above).copied());
    above.filter(|row| row.covers.is_some())
}

fn by_unit(
    all: &BTreeSet<&OrgUnitPath>,
    then: Known<'_, '_>,
    now: Known<'_, '_>,
    old: &Report,
    new: &Report,
) -> Vec<ResultChange> {
    let mut found: Vec<ResultChange> = Vec::new();
    // Which change an org unit shares; parents come before their children in the order of paths' lengths.
    let mut shared: BTreeMap<&OrgUnitPath, Option<usize>> = BTreeMap::new();
    let mut ordered: Vec<&OrgUnitPath> = all.iter().copied().collect();
    ordered.sort_by_key(|path| (path.as_str().len(), *path));
    for path in ordered {
        let change = change(effective(path, then), effective(path, now), old, new);
        let above = path.ancestors().find_map(|above| shared.get(&above).copied());
        let has_row = then.0.at.contains_key(path) || now.0.at.contains_key(path);
        let number = change.map(|mut change| {
            let alike = |other: &ResultChange| {
                (other.presence, other.old, other.new) == (change.presence, change.old, change.new)
            };
            let same = above.flatten().filter(|number| !has_row && alike(&found[*number]));
            match same {
                Some(number) => {
                    found[number].org_units = found[number].org_units.map(|count| count + 1);
                    number
                }
                None => {
                    change.subject.org_unit = Some(path.clone());
                    change.org_units = Some(1);
                    found.push(change);
                    found.len() - 1
                }
            }
        });
        shared.insert(path, number);
    }
    found
}

fn change(then: Option<&CheckResult>, now: Option<&CheckResult>, old: &Report, new: &Report) -> Option<ResultChange> {
    let verdict = |row: &CheckResult| Verdict { status: row.status, confidence: row.confidence };
    let (was, is) = (then.map(verdict), now.map(verdict));
    let row = now.or(then)?;
    if was == is {
        return None;
    }
    let changed_by = now.map(|row| window(&row.evidence, old, new)).unwrap_or_default();
    Some(ResultChange {
        check: row.check.clone(),
        pack: row.pack.clone(),
        control: row.control.clone(),
        severity: row.severity,
        subject: row.subject.clone(),
        org_units: None,
        presence: Presence::of(then, now),
        course: course(was.map(|was| was.status), is.map(|is| is.status)),
        old: was,
        new: is,
        summary: row.summary.clone(),
        changed_by,
        fingerprint: row.fingerprint.clone(),
    })
}

fn window(evidence: &[Evidence], old: &Report, new: &Report) -> Vec<Evidence> {
    between(evidence.iter(), old.audited_at, new.audited_at)
}

/// Whether that is for the worse.
fn course(old: Option<Status>, new: Option<Status>) -> Course {
    match (old, new) {
        (Some(Status::Fail), Some(Status::Fail)) => Course::Other,
        (_, Some(Status::Fail)) | (Some(Status::Pass), Some(Status::Undetermined)) => Course::Worse,
        (Some(Status::Undetermined), Some(Status::Undetermined)) => Course::Other,
        (_, Some(Status::Undetermined)) => Course::Doubtful,
        (Some(Status::Fail | Status::Undetermined), Some(Status::Pass | Status::NotApplicable)) => Course::Better,
        (_, Some(Status::Pass | Status::NotApplicable | Status::Manual | Status::Suppressed) | None) => Course::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_hurt_is_worse() {
        use Status::{Fail, Manual, NotApplicable, Pass, Suppressed, Undetermined};
        for old in Status::ALL.map(Some).into_iter().chain([None]) {
            for new in Status::ALL.map(Some).into_iter().chain([None]) {
                let expected = match (old, new) {
                    _ if old == new => Course::Other,
                    (_, Some(Fail)) | (Some(Pass), Some(Undetermined)) => Course::Worse,
                    (_, Some(Undetermined)) => Course::Doubtful,
                    (Some(Fail | Undetermined), Some(Pass | NotApplicable)) => Course::Better,
                    (_, Some(Pass | NotApplicable | Manual | Suppressed) | None) => Course::Other,
                };
                assert_eq!(course(old, new), expected, "{old:?} {new:?}");
            }
        }
    }
}
