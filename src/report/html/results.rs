//! Every result with all that it rests on, by check. Results of a check with the same verdict on the same evidence share
//! one account of it and are told apart by their subjects: that is how a person reads them, and it keeps the page light.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::advice::{Anchors, Piece};
use super::label::{Label, confidence, rank};
use super::shown::{Place, Shown};
use crate::domain::{CheckId, Severity};
use crate::report::digest::View;
use crate::report::model::{CheckResult, Covers, Evidence, Missing, Status, Subject, SubjectKind, Suppression};
use crate::report::wording::{counted, either, number, plain};
use crate::report::{RenderOptions, SharedText};

/// So many cases are open when the page is; more than that nobody reads from top to bottom.
const OPEN_CASES: usize = 12;
/// So many checks likewise.
const OPEN_CHECKS: usize = 40;
/// A case with more subjects than this stays closed, as its list is long.
const OPEN_SUBJECTS: usize = 40;

/// A check with its results.
pub(super) struct Check {
    pub(super) anchor: usize,
    pub(super) id: Shown,
    pub(super) title: Option<Shown>,
    pub(super) pack: Shown,
    pub(super) control: Option<Shown>,
    pub(super) severity: Severity,
    pub(super) counts: Vec<(Label, String)>,
    pub(super) open: bool,
    pub(super) cases: Vec<Case>,
}

/// Results of one check with the same verdict for the same reasons.
pub(super) struct Case {
    pub(super) status: Status,
    pub(super) label: Label,
    pub(super) severity: Severity,
    pub(super) confidence: Option<Label>,
    /// What all of them say, if they do.
    pub(super) summary: Option<Shown>,
    pub(super) subjects: Shown,
    pub(super) many: Option<String>,
    pub(super) rows: Vec<Row>,
    pub(super) evidence: Vec<Piece>,
    pub(super) missing: Vec<Lack>,
    pub(super) possible: Option<String>,
    pub(super) steps: Vec<Shown>,
    pub(super) page: Option<Place>,
    pub(super) accepted: Option<Accepted>,
    pub(super) open: bool,
}

/// One result.
pub(super) struct Row {
    pub(super) number: usize,
    pub(super) kind: String,
    pub(super) names: Vec<(&'static str, Shown)>,
    pub(super) summary: Option<Shown>,
    pub(super) unit: Option<Shown>,
    pub(super) covers: Option<String>,
    pub(super) fingerprint: Shown,
}

/// What would settle a verdict.
pub(super) struct Lack {
    pub(super) fact: Shown,
    pub(super) why: Shown,
    pub(super) supply: Shown,
}

/// An accepted risk.
pub(super) struct Accepted {
    pub(super) reason: Shown,
    pub(super) owner: Option<Shown>,
    pub(super) expires: String,
}

/// The reasons of a verdict: results of a check that agree in all of them are one case.
type Reasons<'a> = (
    (u8, Reverse<Severity>, Option<crate::report::model::Confidence>),
    &'a [Evidence],
    (&'a [Missing], &'a [Status]),
    Option<(&'a [SharedText], Option<&'a str>)>,
    Option<(&'a str, Option<&'a str>, jiff::civil::Date)>,
);

fn reasons(result: &CheckResult) -> Reasons<'_> {
    (
        (rank(result.status), Reverse(result.severity), result.confidence),
        &result.evidence,
        (&result.missing, &result.possible),
        result.remediation.as_ref().map(|cure| (cure.steps.as_slice(), cure.console_url.as_deref())),
        result.suppression.as_ref().map(|it| (it.reason.as_str(), it.owner.as_deref(), it.expires)),
    )
}

/// The checks in the order in which they stand on the page: those that fail first, the gravest of them first.
pub(super) fn order(results: &[CheckResult]) -> Vec<(&CheckId, Vec<&CheckResult>)> {
    let mut checks: BTreeMap<&CheckId, Vec<&CheckResult>> = BTreeMap::new();
    for result in results {
        checks.entry(&result.check).or_default().push(result);
    }
    let mut checks: Vec<_> = checks.into_iter().collect();
    checks.sort_by_key(|(_, results)| results.iter().map(|r| (rank(r.status), Reverse(r.severity))).min());
    checks
}

pub(super) fn anchors<'a>(order: &[(&'a CheckId, Vec<&CheckResult>)]) -> Anchors<'a> {
    order.iter().enumerate().map(|(n, (check, _))| (*check, n + 1)).collect()
}

/// Everything on the results.
pub(super) fn checks(
    view: &View<'_>,
    order: Vec<(&CheckId, Vec<&CheckResult>)>,
    options: &RenderOptions,
) -> Vec<Check> {
    let mut numbers = 1..;
    let (mut open_checks, mut open_cases) = (OPEN_CHECKS, OPEN_CASES);
    let take = |budget: &mut usize, wanted: bool| {
        let granted = wanted && *budget > 0;
        *budget -= usize::from(granted);
        granted
    };
    let mut checks = Vec::with_capacity(order.len());
    for (n, (id, results)) in order.into_iter().enumerate() {
        let mut cases: BTreeMap<Reasons<'_>, Vec<&CheckResult>> = BTreeMap::new();
        for &result in &results {
            cases.entry(reasons(result)).or_default().push(result);
        }
        let mut cases: Vec<Vec<&CheckResult>> = cases.into_values().collect();
        // Within a verdict, the report's own order.
        cases.sort_by_key(|case| (rank(case[0].status), results.iter().position(|one| std::ptr::eq(*one, case[0]))));
        let worst = cases[0][0].status;
        let unsettled = matches!(worst, Status::Fail | Status::Undetermined | Status::Manual | Status::Suppressed);
        let open = take(&mut open_checks, unsettled);
        let cases = cases
            .into_iter()
            .map(|results| {
                let wanted = open && results[0].status == Status::Fail && results.len() <= OPEN_SUBJECTS;
                case(view, &results, take(&mut open_cases, wanted), &mut numbers)
            })
            .collect();
        checks.push(Check {
            anchor: n + 1,
            id: Shown::name(id.as_str()),
            title: options.titles.get(id).map(|title| Shown::text(title)),
            pack: Shown::name(results[0].pack.as_str()),
            control: results[0].control.as_deref().map(Shown::name),
            severity: results.iter().map(|result| result.severity).max().unwrap_or(Severity::Info),
            counts: tally(&results),
            open,
            cases,
        });
    }
    checks
}

/// How many results have which status, the gravest first, without those that none has.
pub(super) fn tally(results: &[&CheckResult]) -> Vec<(Label, String)> {
    let mut statuses = Status::ALL;
    statuses.sort_by_key(|status| rank(*status));
    statuses
        .into_iter()
        .map(|status| (status, results.iter().filter(|result| result.status == status).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(status, n)| (status.into(), number(n)))
        .collect()
}

fn case(view: &View<'_>, results: &[&CheckResult], open: bool, numbers: &mut impl Iterator<Item = usize>) -> Case {
    let first = results[0];
    let alike = results.iter().all(|result| result.summary == first.summary);
    let own = |result: &CheckResult| (!alike).then(|| Shown::text(&result.summary));
    let possible: Vec<&str> = first.possible.iter().map(|status| Label::from(*status).word).collect();
    Case {
        status: first.status,
        label: first.status.into(),
        severity: first.severity,
        confidence: first.confidence.map(confidence),
        summary: alike.then(|| Shown::text(&first.summary)),
        subjects: Shown::from(&view.subjects(results)),
        many: (results.len() > 1).then(|| counted(results.len(), "result", "results")),
        rows: results.iter().zip(numbers).map(|(result, number)| row(result, number, own(result))).collect(),
        evidence: first.evidence.iter().map(Piece::of).collect(),
        missing: first.missing.iter().map(lack).collect(),
        possible: (!possible.is_empty()).then(|| either(&possible).to_lowercase()),
        steps: first.remediation.iter().flat_map(|cure| &cure.steps).map(|step| Shown::text(step)).collect(),
        page: first.remediation.as_ref().and_then(|cure| cure.console_url.as_deref()).map(Place::of),
        accepted: first.suppression.as_ref().map(accepted),
        open,
    }
}

fn row(result: &CheckResult, number: usize, summary: Option<Shown>) -> Row {
    let Subject { kind, org_unit, group, user, app, client_id } = &result.subject;
    let mut names = Vec::new();
    let mut add = |before: &'static str, name: Option<&str>| names.extend(name.map(|name| (before, Shown::name(name))));
    add("", user.as_ref().map(crate::domain::Email::as_str));
    add("", group.as_deref());
    add("", app.as_ref().map(crate::domain::AppId::as_str));
    add("client", client_id.as_ref().map(crate::domain::ClientId::as_str));
    add("in", org_unit.as_ref().map(crate::domain::OrgUnitPath::as_str));
    if *kind == SubjectKind::OrgUnit {
        // The kind says it already.
        names.iter_mut().for_each(|(before, _)| *before = "");
    }
    Row {
        number,
        kind: plain(kind.as_str()),
        names,
        summary,
        unit: org_unit.as_ref().map(|unit| Shown::name(unit.as_str())),
        covers: result.covers.as_ref().map(covers),
        fingerprint: Shown::name(&result.fingerprint),
    }
}

fn covers(covers: &Covers) -> String {
    let count = |n: u64, one, many| counted(usize::try_from(n).unwrap_or(usize::MAX), one, many);
    let units = count(covers.org_units, "org unit", "org units");
    match covers.users {
        Some(users) => format!("speaks for {units}, {}", count(users, "account", "accounts")),
        None => format!("speaks for {units}"),
    }
}

fn lack(missing: &Missing) -> Lack {
    Lack {
        fact: Shown::name(&plain(&missing.fact)),
        why: Shown::text(&missing.why),
        supply: Shown::text(&missing.supply),
    }
}

fn accepted(suppression: &Suppression) -> Accepted {
    Accepted {
        reason: Shown::text(&suppression.reason),
        owner: suppression.owner.as_deref().map(Shown::name),
        expires: suppression.expires.to_string(),
    }
}
