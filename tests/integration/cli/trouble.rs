//! Google in trouble: the audit ends, says what is missing, and calls nothing well that it did not see.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::harness::{Run, Sandbox, Tenant};

/// Status of each result by check and subject.
fn statuses(report: &Value) -> BTreeMap<String, String> {
    let results = report["results"].as_array().expect("results");
    results
        .iter()
        .map(|result| (format!("{} {}", result["check"], result["subject"]), result["status"].to_string()))
        .collect()
}

/// What passes here passes without the trouble too.
pub(super) fn no_new_pass(scenario: &str, troubled: &Value) {
    let sound = Sandbox::recorded(scenario);
    let sound = statuses(&sound.run(&["audit", "--format", "json", "--snapshot", "snapshot.jsonl"]).json());
    for (subject, status) in statuses(troubled) {
        let well = [r#""pass""#, r#""not_applicable""#];
        if well.contains(&status.as_str()) {
            assert_eq!(sound.get(&subject), Some(&status), "{subject}");
        }
    }
}

pub(super) fn source<'r>(report: &'r Value, id: &str) -> &'r Value {
    let sources = report["sources"].as_array().expect("sources");
    sources.iter().find(|source| source["id"] == id).expect("the source")
}

fn audit(scenario: &str, faults: &str, more: &[&str]) -> Run {
    let tenant = Tenant::with(scenario, faults);
    let args: Vec<&str> = ["audit", "--format", "json"].iter().chain(more).copied().collect();
    let run = tenant.run(&args);
    no_new_pass(scenario, &run.json());
    run
}

#[test]
fn a_stalling_source_is_given_up() {
    let started = Instant::now();
    let fault = "[[fault]]\npath = \"/admin/reports/v1/activity/users/all/applications/admin\"\nkind = \"stall\"";
    let run = audit("healthy", fault, &["--deadline", "3s"]).exits(3).says(&["reports.admin", "given up"]);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    let report = run.json();
    assert_eq!(source(&report, "reports.admin")["status"], "failed");
    let advice = source(&report, "reports.admin")["next_step"].as_str().expect("a next step");
    assert!(advice.contains("--deadline"), "{advice}");
    assert_eq!(source(&report, "directory.users")["status"], "complete");
    assert_eq!(report["summary"]["fail"], 0);
}

#[test]
fn a_source_that_only_fails_is_given_up() {
    let fault =
        "[[fault]]\npath = \"/admin/directory/v1/customer/C0healthy1/orgunits\"\nkind = \"status\"\nstatus = 503";
    let report = audit("healthy", fault, &["--deadline", "4s"]).exits(3).says(&["directory.orgunits", "503"]).json();
    assert_eq!(source(&report, "directory.orgunits")["status"], "failed");
    assert!(source(&report, "directory.orgunits")["requests"].as_u64() > Some(1), "it was tried again");
}

#[test]
fn what_fails_for_a_while_is_asked_again() {
    let faults = "[[fault]]\npath = \"/admin/directory/v1/users\"\ntimes = 1\nkind = \"status\"\nstatus = 503\n\
                  [[fault]]\npath = \"/admin/reports\"\ntimes = 1\nkind = \"reset\"\n\
                  [[fault]]\npath = \"/admin/directory/v1/customer\"\ntimes = 1\nkind = \"truncate\"\n\
                  [[fault]]\npath = \"/v1/organizations\"\ntimes = 1\nkind = \"status\"\nstatus = 403\n\
                  reason = \"rateLimitExceeded\"";
    let report = audit("healthy", faults, &[]).exits(0).says_nothing().json();
    assert!(report["sources"].as_array().expect("sources").iter().all(|source| source["status"] == "complete"));
}

#[test]
fn a_lost_page_is_not_taken_for_the_end() {
    let faults = "[service]\npage_size = 2\n\
                  [[fault]]\npath = \"/admin/reports/v1/activity/users/all/applications/token\"\nafter = 1\n\
                  kind = \"truncate\"";
    let report = audit("okta-gmail-broken", faults, &["--deadline", "4s"]).exits(1).says(&["reports.token"]).json();
    assert_eq!(source(&report, "reports.token")["status"], "partial");
    let healthy = audit("healthy", faults, &["--deadline", "4s"]).says(&["reports.token"]).json();
    assert_eq!(source(&healthy, "reports.token")["status"], "partial");
}

#[test]
fn a_token_that_expires_on_the_way_is_replaced() {
    let faults = "[service]\npage_size = 2\n\
                  [[fault]]\npath = \"/admin/directory/v1/users\"\nafter = 1\ntimes = 1\nkind = \"status\"\n\
                  status = 401\nreason = \"authError\"";
    let report = audit("healthy", faults, &[]).exits(0).says_nothing().json();
    assert_eq!(source(&report, "directory.users")["status"], "complete");
    // No token is good enough: that is an end, too.
    let fault =
        "[[fault]]\npath = \"/admin/directory/v1/users\"\nkind = \"status\"\nstatus = 401\nreason = \"authError\"";
    let report = audit("healthy", fault, &["--deadline", "10s"]).exits(3).says(&["directory.users"]).json();
    assert_ne!(source(&report, "directory.users")["status"], "complete");
}

#[test]
fn a_token_endpoint_in_trouble_ends_the_run() {
    let fault = "[[fault]]\npath = \"/token\"\nkind = \"status\"\nstatus = 500";
    let tenant = Tenant::with("healthy", fault);
    tenant.run(&["audit", "--deadline", "3s"]).exits(4).says(&["nothing could be read"]);
    let tenant = Tenant::with("healthy", "[[fault]]\npath = \"/token\"\nkind = \"stall\"");
    let started = Instant::now();
    tenant.run(&["audit", "--deadline", "3s"]).exits(4).says(&["nothing could be read"]);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

#[test]
fn a_deadline_is_a_duration() {
    let sandbox = Sandbox::recorded("healthy");
    for wrong in ["0s", "3", "soon", "-1s", "3 s"] {
        sandbox
            .run(&["audit", "--snapshot", "snapshot.jsonl", &format!("--deadline={wrong}")])
            .exits(2)
            .says(&["--deadline"]);
    }
    sandbox.append("gwsaudit.toml", "deadline = \"3\"\n");
    sandbox.run(&["audit", "--snapshot", "snapshot.jsonl"]).exits(2).says(&["deadline", "90s", "gwsaudit.toml:"]);
}

#[test]
fn the_configuration_sets_a_deadline_too() {
    let tenant = Tenant::with("healthy", "[[fault]]\npath = \"/admin/directory/v1/users\"\nkind = \"stall\"");
    let started = Instant::now();
    tenant.run_with(&["audit"], &[("GWSAUDIT_GOOGLE__DEADLINE", "2s")]).exits(3).says(&["directory.users"]);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}
