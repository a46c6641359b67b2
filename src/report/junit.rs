//! JUnit XML, for build servers: a suite for each pack, a test case for each result.
//!
//! Only a pass is a success. What fails is a failure, what the evidence does not settle is an error: no build server
//! takes either for green. What a person has to look at, what does not apply and what was accepted is skipped, with the
//! reason. Times are the audit's own; a verdict takes none.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::model::{CheckResult, Confidence, Report, Status, Subject, SubjectKind};
use super::wording::plain;
use super::{RenderOptions, Visible};

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Document::new(visible(&format!("gwsaudit {}", report.tenant.customer)));
    let mut packs: Vec<&str> = report.results.iter().map(|result| result.pack.as_str()).collect();
    packs.sort_unstable();
    packs.dedup();
    for pack in packs {
        let mut suite = TestSuite::new(pack);
        suite.set_time(Duration::ZERO);
        suite.extra.insert("timestamp".into(), report.audited_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
        suite.add_property(("tenant", visible(&report.tenant.customer).as_str()));
        for source in super::digest::incomplete(report) {
            let why = source.error.as_deref().unwrap_or("no reason was given");
            suite.add_property((format!("incomplete: {}", visible(&source.id)), visible(why)));
        }
        let of_pack = report.results.iter().filter(|result| result.pack.as_str() == pack);
        suite.add_test_cases(of_pack.map(|result| case(result, options)));
        document.add_test_suite(suite);
    }
    document.serialize(&mut *out).map_err(io::Error::other)?;
    out.write_all(b"\n")
}

fn case(result: &CheckResult, options: &RenderOptions) -> TestCase {
    let mut case = TestCase::new(name(&result.subject), status(result));
    case.set_classname(format!("{}.{}", result.pack, result.check));
    case.set_time(Duration::ZERO);
    let title = options.titles.get(result.check.as_str()).map_or(result.check.as_str(), String::as_str);
    case.add_property(("check", visible(title).as_str()));
    case.add_property(("severity", result.severity.as_str()));
    case.add_property(("status", result.status.as_str()));
    case.add_property(("fingerprint", result.fingerprint.as_str()));
    if let Some(control) = &result.control {
        case.add_property(("control", visible(control).as_str()));
    }
    if let Some(confidence) = result.confidence {
        case.add_property(("confidence", confidence.as_str()));
    }
    case.set_system_out(grounds(result));
    case
}

fn status(result: &CheckResult) -> TestCaseStatus {
    let summary = visible(&result.summary);
    let unsettled = |kind, kind_word: &str| {
        let mut status = TestCaseStatus::non_success(kind);
        let presumed = if result.confidence == Some(Confidence::Presumed) { " (presumed)" } else { "" };
        status.set_type(kind_word).set_message(format!("{summary}{presumed}")).set_description(what_to_do(result));
        status
    };
    let skipped = |why: &str| {
        let mut status = TestCaseStatus::skipped();
        status.set_type(plain(result.status.as_str())).set_message(format!("{why}: {summary}"));
        status
    };
    match result.status {
        Status::Pass => TestCaseStatus::success(),
        Status::Fail => unsettled(NonSuccessKind::Failure, result.severity.as_str()),
        Status::Undetermined => unsettled(NonSuccessKind::Error, "undetermined"),
        Status::NotApplicable => skipped("the question does not arise"),
        Status::Manual => skipped("a person has to look"),
        Status::Suppressed => {
            let accepted = result.suppression.as_ref().map_or_else(String::new, |suppression| {
                format!("accepted until {}, {}", suppression.expires, visible(&suppression.reason))
            });
            skipped(&accepted)
        }
    }
}

/// Unique within a check, as its subjects are.
fn name(subject: &Subject) -> String {
    let Subject { kind, org_unit, group, user, app, client_id } = subject;
    let parts = [
        user.as_ref().map(ToString::to_string),
        group.clone(),
        app.as_ref().map(ToString::to_string),
        client_id.as_ref().map(ToString::to_string),
        org_unit.as_ref().map(ToString::to_string),
    ];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if name.is_empty() || *kind == SubjectKind::Tenant { "the tenant".to_owned() } else { visible(&name) }
}

fn what_to_do(result: &CheckResult) -> String {
    let steps = result.remediation.iter().flat_map(|remediation| &remediation.steps);
    let steps = (1..).zip(steps).map(|(n, step)| format!("{n}. {}", visible(step)));
    let missing = result.missing.iter().map(|missing| {
        visible(&format!("{} is not known: {} To settle it: {}", missing.fact, missing.why, missing.supply))
    });
    let url = result.remediation.iter().filter_map(|remediation| remediation.console_url.as_deref()).map(visible);
    steps.chain(url).chain(missing).collect::<Vec<_>>().join("\n")
}

fn grounds(result: &CheckResult) -> String {
    let said = result.evidence.iter().map(|evidence| {
        let at = evidence.at.map(|at| format!("{at} ")).unwrap_or_default();
        let disputed = if evidence.disputed { " (disputed)" } else { "" };
        visible(&format!("{at}{} ({}): {}{disputed}", evidence.source, evidence.locator, evidence.says))
    });
    std::iter::once(visible(&result.summary)).chain(said).collect::<Vec<_>>().join("\n")
}

fn visible(text: &str) -> String {
    Visible::of(text).to_string()
}
