use super::check::Check;
use crate::domain::{CheckId, OrgUnitPath};
use crate::facts::Facts;
use crate::report::model::CheckResult;
use crate::report::model::SharedTexts;

/// Whether a presumption may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// Only proven facts pass.
    ProvenOnly,
    /// `--accept-presumed`: presumed facts pass too.
    Presumed,
}

/// Which part of a tenant is to be judged.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Org units with everything below them; empty means all.
    pub org_units: Vec<OrgUnitPath>,
    /// Org units that get results of their own, whatever they inherit: suppressions name them.
    pub apart: Vec<OrgUnitPath>,
}

impl Selection {
    /// Whether an org unit is to be judged.
    #[must_use]
    pub fn includes(&self, path: &OrgUnitPath) -> bool {
        self.org_units.is_empty() || self.org_units.iter().any(|wanted| wanted.contains(path))
    }

    /// Whether an org unit gets results of its own even where they are those of the one above.
    #[must_use]
    pub fn stands_apart(&self, path: &OrgUnitPath) -> bool {
        self.org_units.contains(path) || self.apart.contains(path)
    }
}

/// What checks are asked: of whom, by which facts, how strictly.
#[derive(Debug, Clone, Copy)]
pub struct Inquiry<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// The part of the tenant in question.
    pub selection: &'a Selection,
    /// Whether presumptions pass.
    pub acceptance: Acceptance,
}

/// Runs these checks; results come sorted.
#[must_use]
pub fn evaluate<'c>(checks: impl IntoIterator<Item = &'c dyn Check>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let mut checks: Vec<&dyn Check> = checks.into_iter().collect();
    checks.sort_by(|one, other| one.meta().id.cmp(&other.meta().id));
    let (mut results, mut texts) = (Vec::new(), SharedTexts::default());
    for check in checks {
        // One check's after the other: sorting them all at once takes half as much memory again.
        let mut own = check.judge(inquiry);
        own.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
        own.iter_mut().for_each(|result| result.share(&mut texts));
        results.append(&mut own);
    }
    results
}

type SortKey<'r> =
    (&'r CheckId, Option<&'r OrgUnitPath>, Option<&'r str>, Option<String>, Option<&'r str>, Option<&'r str>);

fn sort_key(result: &CheckResult) -> SortKey<'_> {
    let subject = &result.subject;
    (
        &result.check,
        subject.org_unit.as_ref(),
        subject.group.as_deref(),
        subject.user.as_ref().map(ToString::to_string),
        subject.app.as_ref().map(crate::domain::AppId::as_str),
        subject.client_id.as_ref().map(crate::domain::ClientId::as_str),
    )
}
