//! The console's list of configured apps, as an operator hands it over.

use serde_json::Value;

use super::harness::Sandbox;

const AUDIT: [&str; 5] = ["audit", "--snapshot", "snapshot.jsonl", "--format", "json"];
const CLIENT: &str = "410000000001-oktagmail.apps.googleusercontent.com";

/// The healthy tenant without a word on app access but this list.
fn with_list(list: &str, settings: &str) -> Sandbox {
    let sandbox = Sandbox::recorded("healthy");
    let attestations = sandbox.read("attestations.toml");
    let session: Vec<&str> =
        attestations.split("[[attestation]]").filter(|one| one.contains("cloud-session")).collect();
    assert_eq!(session.len(), 1);
    sandbox.write("attestations.toml", format!("[[attestation]]{}", session[0]));
    sandbox.write("apps.csv", list);
    sandbox.edit("gwsaudit.toml", "[evidence]", &format!("[evidence]\nconfigured_apps_csv = \"apps.csv\"\n{settings}"));
    sandbox
}

fn list() -> String {
    format!("\u{feff}Org Unit,App name,Access,Id,Type\r\n/,Okta Workflows,Trusted,{CLIENT},web application\r\n")
}

/// `trusted proven`, at the root and at every other org unit.
fn access(report: &Value) -> Vec<String> {
    let units = report["org_units"].as_array().expect("a list");
    let mut words: Vec<String> = units
        .iter()
        .map(|unit| &unit["apps"]["okta-workflows-gmail"])
        .map(|fact| {
            format!("{} {}", fact["access"].as_str().expect("text"), fact["confidence"].as_str().expect("text"))
        })
        .collect();
    words.dedup();
    words
}

#[test]
fn a_whole_list_with_its_time_proves_the_tree() {
    let hour_ago = taken(1);
    let sandbox =
        with_list(&list(), &format!("configured_apps_csv_complete = true\nconfigured_apps_csv_at = {hour_ago}\n"));
    let report = sandbox.run(&AUDIT).exits(0).says_nothing().json();
    assert_eq!(access(&report), ["trusted proven"]);
    let evidence = report["results"].to_string();
    assert!(evidence.contains("\"configured-apps-csv\"") && evidence.contains("apps.csv:2"), "{evidence}");
}

#[test]
fn its_time_can_be_stated_on_the_command_line_and_is_presumed_without() {
    let sandbox = with_list(&list(), "configured_apps_csv_complete = true\n");
    let undated = sandbox.run(&AUDIT).exits(3).says(&["--csv-taken-at", "presumed at most"]);
    assert_eq!(access(&undated.json()), ["trusted presumed"]);
    let hour_ago = taken(1);
    let dated = [&AUDIT[..], &["--csv-taken-at", &hour_ago]].concat();
    assert_eq!(access(&sandbox.run(&dated).exits(0).says_nothing().json()), ["trusted proven"]);
    let months_ago = taken(200 * 24);
    let older = [&AUDIT[..], &["--csv-taken-at", &months_ago]].concat();
    // Older than the log, it settles nothing; what remains is the log's own word on the root.
    assert_eq!(access(&sandbox.run(&older).exits(3).json()), ["trusted proven", "unknown unknown"]);
}

#[test]
fn what_is_no_such_list_is_refused() {
    let refused = |text: &str, words: &[&str]| with_list(text, "").run(&AUDIT).exits(2).prints_nothing().says(words);
    refused("Typ,ID,Zugriff,Organisationseinheit\r\n", &["apps.csv", "\"Access\", \"Org Unit\"", "English"]);
    refused("", &["apps.csv", "no column"]);
    refused(&format!("Type,Id,Access,Org Unit\nweb,{CLIENT},trusted,Sales\n"), &["line 2", "\"Sales\" is not a path"]);
    let sandbox = with_list("", "");
    std::fs::remove_file(sandbox.path("apps.csv")).expect("it is there");
    sandbox.run(&AUDIT).exits(2).prints_nothing().says(&["cannot read the list of configured apps", "apps.csv"]);
    let none = [&AUDIT[..], &["--csv-taken-at", "2026-11-20T10:00:00Z"]].concat();
    Sandbox::recorded("healthy").run(&none).exits(2).says(&["configured_apps_csv"]);
}

/// So many hours before the present.
fn taken(hours_ago: i64) -> String {
    #[expect(clippy::disallowed_methods, reason = "the simulator's clock is the machine's")]
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours_ago);
    at.round(jiff::Unit::Second).expect("a time").to_string()
}
