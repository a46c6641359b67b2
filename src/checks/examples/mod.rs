//! The examples that declared checks carry: small tenants, judged as any other, and the verdicts that they must get.

mod people;
mod policies;
mod tenant;

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use self::tenant::ExampleTenant;
use super::check::Check as _;
use super::declared::DeclaredCheck;
use super::engine::{Acceptance, Inquiry, Selection};
use super::language::{Example, ExampleSubject};
use crate::domain::{CheckId, OrgUnitPath};
use crate::evidence::{Catalogue, Whom, gather_of};
use crate::facts::Facts;
use crate::report::model::{CheckResult, Status, SubjectKind};
use crate::snapshot::{ReadError, WriteError};

/// How an example went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The check.
    pub check: CheckId,
    /// The file and the line where the example stands.
    pub at: (String, usize),
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Where a verdict is not the expected one; empty where all are.
    pub wrong: Vec<Difference>,
}

/// A verdict that an example does not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// About what.
    pub subject: String,
    /// What it must be.
    pub expected: Status,
    /// What it is; `None` where no result is about the subject.
    pub got: Option<Status>,
    /// What the result says, and what it misses.
    pub says: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let got = self.got.map_or("no result", Status::as_str);
        write!(f, "{}: expected {}, got {got}", self.subject, self.expected.as_str())?;
        if self.says.is_empty() { Ok(()) } else { write!(f, " ({})", self.says) }
    }
}

/// An example could not be tried; this machine's storage failed.
#[derive(Debug, Error)]
pub enum ExampleError {
    /// Its tenant could not be written to temporary storage.
    #[error("the example's tenant cannot be written")]
    Write(#[from] WriteError),
    /// Its tenant could not be read back.
    #[error("the example's tenant cannot be read")]
    Read(#[from] ReadError),
}

/// Tries all examples of a check.
pub(super) fn try_all(check: &DeclaredCheck, catalogue: &Catalogue) -> Result<Vec<Tried>, ExampleError> {
    check.declared().examples.iter().map(|example| try_one(check, example, catalogue)).collect()
}

/// Tries one example on a check.
pub(super) fn try_one(check: &DeclaredCheck, example: &Example, catalogue: &Catalogue) -> Result<Tried, ExampleError> {
    let tenant = ExampleTenant::of(example);
    let snapshot = tenant.write()?;
    let whom = if check.asks_of_everybody() { Whom::Everybody } else { Whom::Named };
    let evidence = gather_of(&snapshot, &[], whom)?;
    let facts = Facts::derive(evidence, &tenant.statements(catalogue), &[]);
    let selection = Selection::default();
    let inquiry = Inquiry { facts: &facts, selection: &selection, acceptance: Acceptance::ProvenOnly };
    let results = check.judge(&inquiry);
    let wrong =
        example.expect.iter().filter_map(|(subject, expected)| difference(&results, subject, *expected)).collect();
    let declared = check.declared();
    Ok(Tried {
        check: declared.id.clone(),
        at: (declared.declared_at.0.clone(), example.line),
        name: example.name.clone(),
        wrong,
    })
}

fn difference(results: &[CheckResult], subject: &ExampleSubject, expected: Status) -> Option<Difference> {
    let found = find(results, subject);
    let got = found.map(|result| result.status).or_else(|| unasked(results, subject));
    (got != Some(expected)).then(|| Difference {
        subject: subject.to_string(),
        expected,
        got,
        says: found.map(said).unwrap_or_default(),
    })
}

/// Users and apps of which the question does not arise have no row of their own, where others have one.
fn unasked(results: &[CheckResult], subject: &ExampleSubject) -> Option<Status> {
    let open = results.iter().any(|result| result.subject.kind == SubjectKind::Tenant);
    match subject {
        ExampleSubject::User(_) | ExampleSubject::App(_) => (!open).then_some(Status::NotApplicable),
        ExampleSubject::Tenant | ExampleSubject::OrgUnit(_) | ExampleSubject::Group(_) => None,
    }
}

fn said(result: &CheckResult) -> String {
    let whys = result.missing.iter().map(|missing| format!("{}: {}", missing.fact, missing.why));
    std::iter::once(result.summary.clone()).chain(whys).collect::<Vec<_>>().join("; ")
}

/// The result that speaks for a subject. One about the tenant speaks for all where there is no other.
fn find<'r>(results: &'r [CheckResult], subject: &ExampleSubject) -> Option<&'r CheckResult> {
    let of_kind = |kind: SubjectKind| results.iter().filter(move |result| result.subject.kind == kind);
    let tenant = || of_kind(SubjectKind::Tenant).next();
    match subject {
        ExampleSubject::Tenant => tenant(),
        ExampleSubject::OrgUnit(path) => {
            let rows: BTreeMap<&OrgUnitPath, &CheckResult> = of_kind(SubjectKind::OrgUnit)
                .filter_map(|result| Some((result.subject.org_unit.as_ref()?, result)))
                .collect();
            let nearest = std::iter::once(path.clone()).chain(path.ancestors()).find_map(|at| rows.get(&at).copied());
            nearest.or_else(|| (path.is_root() || rows.is_empty()).then(tenant).flatten())
        }
        ExampleSubject::Group(address) => of_kind(SubjectKind::Group)
            .find(|result| {
                result.subject.group.as_deref().is_some_and(|group| group.eq_ignore_ascii_case(address.as_str()))
            })
            .or_else(tenant),
        ExampleSubject::User(address) => {
            of_kind(SubjectKind::User).find(|result| result.subject.user.as_ref() == Some(address)).or_else(tenant)
        }
        ExampleSubject::App(client) => {
            of_kind(SubjectKind::App).find(|result| result.subject.client_id.as_ref() == Some(client)).or_else(tenant)
        }
    }
}
