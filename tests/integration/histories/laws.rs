//! The two laws over thousands of tenants: no report lies, and none leaves out what its evidence determines.

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner};

use super::census::Seen;
use super::completeness::omissions;
use super::history::History;
use super::plan::{Plan, plan};
use super::render::{troubled, whole};
use super::soundness::lies;
use super::world::Ms;

/// Tenants of each era; each is judged whole and in trouble twice.
const CASES: u32 = 1_200;

/// Judges histories that end on one of these dates, and hands over what was seen of whole tenants and of those in
/// trouble. The seed makes it the same tenants on every run; another number explores others.
fn explore(dates: &[&str], seed: u64, regressions: &'static str) -> (Seen, Seen) {
    let dates: Vec<Ms> =
        dates.iter().map(|date| date.parse::<jiff::Timestamp>().expect("a time").as_millisecond()).collect();
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    let seen = RefCell::new((Seen::default(), Seen::default()));
    let judge = |(plan, as_of): (Plan, Ms)| {
        let history = History::of(&plan, as_of);
        let (seen_whole, seen_in_trouble) = &mut *seen.borrow_mut();
        seen_whole.take(&history);
        let judged = whole(&history).judge();
        let mut faults = lies(&history, &judged, seen_whole);
        faults.extend(omissions(&history, &judged, seen_whole));
        if !faults.is_empty() {
            return Err(TestCaseError::fail(told(&history, "whole", &faults)));
        }
        for trouble in &plan.troubles {
            let judged = troubled(&history, *trouble).judge();
            let faults = lies(&history, &judged, seen_in_trouble);
            if !faults.is_empty() {
                return Err(TestCaseError::fail(told(&history, &format!("{trouble:?}"), &faults)));
            }
        }
        Ok(())
    };
    let outcome = TestRunner::new(config).run(&(plan(), select(dates)), judge);
    match outcome {
        Ok(()) => {}
        // The history tells more than the plan.
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
    seen.into_inner()
}

/// A history for the reader of a failure.
fn told(history: &History, trouble: &str, faults: &[String]) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{}\n{trouble}\n", faults.join("\n"));
    writeln!(text, "log from {}", super::render::time(history.from)).expect("text");
    for activity in &history.log.activities {
        for entry in &activity.entries {
            writeln!(text, "{} {} {:?}", super::render::time(activity.at), entry.json, entry.outcome).expect("text");
        }
    }
    let tenant = whole(history);
    let records = tenant.lines.iter().filter(|line| line["type"] != "activity");
    text + &records.map(|line| format!("{line}\n")).collect::<String>() + &tenant.attestations
}

/// What every era has to show; what depends on the era is told beside it.
const OF_ALL: [(&str, u32); 29] = [
    ("two of one name", 200),
    ("one with a name of the root", 100),
    ("a name used again", 20),
    ("five levels", 10),
    ("a creation", 200),
    ("a rename", 100),
    ("a move", 80),
    ("a removal", 100),
    ("without effect", 100),
    ("of open effect", 100),
    ("a change of unnamed apps", 100),
    ("an old name", 200),
    ("a session unread", 150),
    ("attested before the log", 200),
    ("an attestation expired", 80),
    ("attested below", 400),
    ("bindings", 100),
    ("reauth determined", 500),
    ("frequency determined", 200),
    ("exemption determined", 200),
    ("access determined", 500),
    ("trusted-apps-exempt pass proven", 150),
    ("trusted-apps-exempt fail proven", 100),
    ("trusted-apps-exempt not_applicable proven", 200),
    ("app-trusted pass proven", 50),
    ("app-trusted fail proven", 50),
    ("app-trusted fail presumed", 30),
    ("survives", 200),
    ("breaks", 30),
];

fn shows(seen: &(Seen, Seen), of_this: &[(&str, u32)]) {
    let (whole, in_trouble) = seen;
    let mut wanting = whole.wanting(&OF_ALL);
    wanting.extend(whole.wanting(of_this));
    wanting.extend(in_trouble.wanting(&[("reauth proven", 500), ("access proven", 500), ("survives", 200)]));
    assert!(wanting.is_empty(), "too seldom:\n{}", wanting.join("\n"));
}

#[test]
fn while_the_old_names_were_alone() {
    let seen = explore(&["2026-01-15T10:00:00Z"], 20_260_115, "tests/integration/histories/old_names.regressions");
    shows(&seen, &[("a session for certain", 150)]);
}

#[test]
fn while_both_schemas_were_in_use() {
    let dates = ["2026-06-30T10:00:00Z", "2026-03-20T10:00:00Z", "2026-08-25T10:00:00Z"];
    let seen = explore(&dates, 20_260_630, "tests/integration/histories/both_schemas.regressions");
    shows(&seen, &[("a session for certain", 50), ("a new name", 100), ("an act under both names", 100)]);
}

#[test]
fn since_the_new_names_are_alone() {
    let dates = ["2026-11-23T10:00:00Z", "2026-09-20T10:00:00Z"];
    let seen = explore(&dates, 20_261_123, "tests/integration/histories/new_names.regressions");
    shows(&seen, &[("a new name", 100), ("an act under both names", 50)]);
}
