//! Results before and after: what changes.

use std::collections::BTreeMap;

use crate::domain::{AppId, CheckId, OrgUnitPath};
use crate::report::model::{CheckResult, Status, SubjectKind};
use crate::report::what_if::model::{Direction, ResultChange, Verdict};

/// Results by subject. An org unit without one of its own shares that of the nearest one above.
struct Results<'r> {
    by_fingerprint: BTreeMap<(&'r CheckId, &'r str), &'r CheckResult>,
    by_unit: BTreeMap<(&'r CheckId, Option<&'r AppId>), BTreeMap<&'r OrgUnitPath, &'r CheckResult>>,
}

impl<'r> Results<'r> {
    fn new(results: &'r [CheckResult]) -> Self {
        let mut by_unit: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for result in results {
            if let (true, Some(path)) = (is_of_unit(result), &result.subject.org_unit) {
                by_unit.entry((&result.check, result.subject.app.as_ref())).or_default().insert(path, result);
            }
        }
        let by_fingerprint =
            results.iter().map(|result| ((&result.check, result.fingerprint.as_str()), result)).collect();
        Self { by_fingerprint, by_unit }
    }

    /// The result that speaks for the subject of that one.
    fn for_subject_of(&self, other: &CheckResult) -> Option<&'r CheckResult> {
        if let Some(found) = self.by_fingerprint.get(&(&other.check, other.fingerprint.as_str())) {
            return Some(found);
        }
        let path = other.subject.org_unit.as_ref().filter(|_| is_of_unit(other))?;
        let units = self.by_unit.get(&(&other.check, other.subject.app.as_ref()))?;
        std::iter::once(path.clone()).chain(path.ancestors()).find_map(|at| units.get(&at).copied())
    }
}

/// Whether it is folded into the result of the org unit above where that is the same.
fn is_of_unit(result: &CheckResult) -> bool {
    match result.subject.kind {
        SubjectKind::OrgUnit | SubjectKind::App => result.subject.org_unit.is_some(),
        SubjectKind::Tenant | SubjectKind::User | SubjectKind::Group | SubjectKind::Connection => false,
    }
}

/// Every result that is not what it was, in the order of results.
pub(super) fn changes(before: &[CheckResult], after: &[CheckResult]) -> Vec<ResultChange> {
    let (earlier, later) = (Results::new(before), Results::new(after));
    let mut changes: Vec<ResultChange> = Vec::new();
    for result in after {
        changes.extend(change(earlier.for_subject_of(result), Some(result)));
    }
    for result in before {
        let own = later.by_fingerprint.contains_key(&(&result.check, result.fingerprint.as_str()));
        if !own {
            changes.extend(change(Some(result), later.for_subject_of(result)).map(|mut change| {
                change.subject = result.subject.clone();
                change
            }));
        }
    }
    let key = |change: &ResultChange| {
        let subject = &change.subject;
        (
            change.check.clone(),
            subject.org_unit.clone(),
            subject.group.clone(),
            subject.user.as_ref().map(ToString::to_string),
            subject.app.clone(),
            subject.client_id.clone(),
        )
    };
    changes.sort_by_cached_key(key);
    changes
}

fn verdict(result: &CheckResult) -> Verdict {
    Verdict { status: result.status, confidence: result.confidence }
}

fn change(before: Option<&CheckResult>, after: Option<&CheckResult>) -> Option<ResultChange> {
    if before.map(verdict) == after.map(verdict) {
        return None;
    }
    let told = after.or(before)?;
    let rank = |result: Option<&CheckResult>| result.map_or(2, |result| rank(result.status));
    let direction = match rank(after).cmp(&rank(before)) {
        std::cmp::Ordering::Less => Direction::Worse,
        std::cmp::Ordering::Greater => Direction::Better,
        std::cmp::Ordering::Equal => Direction::Other,
    };
    let open = after.filter(|result| result.status == Status::Undetermined);
    Some(ResultChange {
        check: told.check.clone(),
        pack: told.pack.clone(),
        severity: told.severity,
        subject: told.subject.clone(),
        before: before.map(verdict),
        after: after.map(verdict),
        direction,
        summary: told.summary.clone(),
        missing: open.map(|result| result.missing.clone()).unwrap_or_default(),
    })
}

/// The worse, the less.
fn rank(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Undetermined => 1,
        Status::Pass | Status::NotApplicable | Status::Manual | Status::Suppressed => 2,
    }
}
