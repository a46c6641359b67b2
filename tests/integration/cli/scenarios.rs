//! Every built-in scenario, by every way to audit it.

use serde_json::Value;

use super::harness::{Sandbox, Tenant};
use super::normal;
use crate::report::sarif_validator;

const AUDIT: [&str; 3] = ["audit", "--format", "json"];

/// The parts of a report that the way of reading cannot change: not the time of reading, and not how each source went,
/// as `collect` asks for more than an audit needs; nor, therefore, the hash of what was read.
fn judgement(report: &Value) -> Value {
    let mut report = report.clone();
    let fields = report.as_object_mut().expect("an object");
    for of_the_run in ["audited_at", "evidence_from", "sources", "inputs"] {
        assert!(fields.remove(of_the_run).is_some(), "{of_the_run}");
    }
    report
}

/// Each source that the audit asked was also asked by `collect`, which went as well.
fn asked_no_less(audited: &Value, collected: &Value) {
    let collected = collected["sources"].as_array().expect("sources");
    for source in audited["sources"].as_array().expect("sources") {
        let same = collected.iter().find(|other| other["id"] == source["id"]).expect("the same source");
        assert_eq!(same["status"], source["status"], "{source}");
        assert!(same["items"].as_u64() >= source["items"].as_u64(), "{source}");
    }
    assert!(collected.is_sorted_by_key(|source| source["id"].as_str().map(str::to_owned)));
}

fn every_way(scenario: &str, status: i32) {
    let tenant = Tenant::builtin(scenario);
    let live = tenant.run(&AUDIT).exits(status).says_nothing().json();
    let pretty = serde_json::to_string_pretty(&normal::json(live.clone())).expect("JSON");
    insta::assert_snapshot!(format!("{scenario}-json"), pretty);

    for file in ["tenant.jsonl", "tenant.jsonl.zst"] {
        tenant.run(&["collect", "-o", file]).exits(0).says_nothing().prints_nothing();
        let audit = ["audit", "--format", "json", "--snapshot", file];
        let first = tenant.run(&audit).exits(status).says_nothing();
        assert_eq!(first.stdout, tenant.run(&audit).exits(status).stdout, "byte for byte");
        let again = first.json();
        assert_eq!(judgement(&again), judgement(&live), "{scenario} from {file}");
        asked_no_less(&live, &again);
    }
    let plain = std::fs::read(tenant.sandbox.path("tenant.jsonl")).expect("a snapshot");
    let packed = std::fs::read(tenant.sandbox.path("tenant.jsonl.zst")).expect("a snapshot");
    assert!(plain.starts_with(b"{\"schema\":\"gwsaudit/snapshot/1\""));
    assert!(packed.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) && packed.len() < plain.len());
    let key = tenant.sandbox.read("sim/service-account.json");
    for line in key.lines().filter(|line| line.contains("private_key")) {
        assert!(!String::from_utf8_lossy(&plain).contains(line.trim()), "no credential in a snapshot");
    }

    let demo = Sandbox::new().run(&["audit", "--format", "json", &format!("--demo={scenario}")]).exits(status);
    assert_eq!(normal::json(demo.says_nothing().json()), normal::json(live), "{scenario} as demo");
}

#[test]
fn healthy_is_clean() {
    every_way("healthy", 0);
}

#[test]
fn okta_gmail_broken_fails() {
    every_way("okta-gmail-broken", 1);
}

#[test]
fn never_configured_is_undetermined() {
    every_way("never-configured", 3);
}

#[test]
fn mixed_fails() {
    every_way("mixed", 1);
}

#[test]
fn contradictory_is_undetermined() {
    every_way("contradictory", 3);
}

#[test]
fn sarif_is_valid_for_every_scenario() {
    let validator = sarif_validator();
    for (scenario, status) in
        [("healthy", 0), ("okta-gmail-broken", 1), ("never-configured", 3), ("mixed", 1), ("contradictory", 3)]
    {
        let sandbox = Sandbox::recorded(scenario);
        let args = ["audit", "--snapshot", "snapshot.jsonl", "--format"];
        let run = |format| sandbox.run(&[&args[..], &[format]].concat()).exits(status).json();
        let (sarif, report) = (run("sarif"), run("json"));
        let faults: Vec<String> =
            validator.iter_errors(&sarif).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{scenario}: {faults:#?}");
        let results = sarif["runs"][0]["results"].as_array().expect("results");
        let failed = results.iter().filter(|result| result["kind"] == "fail" || result["kind"].is_null());
        assert_eq!(failed.count() as u64, report["summary"]["fail"].as_u64().expect("a count"), "{scenario}");
    }
}

#[test]
fn people_read_a_page() {
    for (scenario, status) in [("healthy", 0), ("okta-gmail-broken", 1), ("contradictory", 3)] {
        let sandbox = Sandbox::recorded(scenario);
        let run = sandbox.run_with(&["audit", "--snapshot", "snapshot.jsonl"], &[("COLUMNS", "100")]);
        let page = run.exits(status).says_nothing().stdout;
        assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
        let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
        insta::assert_snapshot!(format!("{scenario}-human"), normal::human(&page, &report));
    }
}
