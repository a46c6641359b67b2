//! `gwsaudit schema`: the published schemas are those of the models, and what the program writes is valid.

use std::path::{Path, PathBuf};

use gwsaudit::report::schema::Document;
use gwsaudit::report::{Format, RenderOptions, render};
use serde_json::Value;

use super::harness::Sandbox;
use crate::report_fixtures as fixtures;

fn file(document: Document) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{document}.json"))
}

fn validator(document: Document) -> jsonschema::Validator {
    jsonschema::options().should_validate_formats(true).build(&document.schema()).expect("a schema")
}

#[track_caller]
fn is_valid(document: Document, value: &Value, what: &str) {
    let faults: Vec<String> = validator(document)
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()).chars().take(300).collect())
        .collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

#[test]
fn schemas_are_published() {
    for document in Document::ALL {
        let printed = Sandbox::new().run(&["schema", document.as_str()]).exits(0).says_nothing().stdout;
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(file(document).parent().expect("a folder")).expect("it can be made");
            std::fs::write(file(document), &printed).expect("it can be written");
        }
        let published = std::fs::read_to_string(file(document)).unwrap_or_default();
        assert!(published == printed, "docs/schema/{document}.json is out of date; UPDATE_DOCS=1 rewrites it");
    }
    Sandbox::new().run(&["schema", "weather"]).exits(2).says(&["report"]);
}

#[test]
fn reports_are_valid() {
    for (name, report) in fixtures::all() {
        let mut out = Vec::new();
        render(&report, Format::Json, &RenderOptions::default(), &mut out).expect("memory takes everything");
        is_valid(Document::Report, &serde_json::from_slice(&out).expect("JSON"), name);
    }
    for scenario in ["okta-gmail-broken", "healthy", "contradictory", "mixed", "never-configured"] {
        let sandbox = Sandbox::recorded(scenario);
        let audit = ["audit", "--snapshot", "snapshot.jsonl", "--format", "json", "--pack", "okta-workflows-gmail"];
        for options in [&["--pack", "scuba-gws-1"][..], &["--redact"]] {
            let report = sandbox.run(&[&audit[..], options].concat()).json();
            is_valid(Document::Report, &report, scenario);
            sandbox.write("report.json", report.to_string());
        }
    }
}

#[test]
fn differences_and_verifications_are_valid() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
    sandbox.write("new.json", report.to_string());
    let mut old = report;
    for list in ["org_units", "connections", "results", "sources"] {
        old[list].as_array_mut().expect("a list").remove(0);
    }
    old["org_units"][0]["cloud_session"]["reauth"] = "unknown".into();
    old["results"][0]["status"] = "manual".into();
    sandbox.write("old.json", old.to_string());
    let diff = sandbox.run(&["diff", "old.json", "new.json", "--format", "json"]).json();
    is_valid(Document::Diff, &diff, "diff");
    let verified = sandbox.run(&["verify", "old.json", "--snapshot", "snapshot.jsonl", "--format", "json"]).exits(1);
    is_valid(Document::Verification, &verified.json(), "verification");
}

#[test]
fn what_is_wrong_is_refused() {
    let validator = validator(Document::Report);
    let (_, report) = fixtures::all().into_iter().next().expect("a fixture");
    let report = serde_json::to_value(&report).expect("JSON");
    assert!(validator.is_valid(&report));
    let mut further = report.clone();
    further["something_new"] = 1.into();
    assert!(validator.is_valid(&further), "readers ignore what they do not know");
    for (at, wrong) in [("/schema", "gwsaudit/report/2"), ("/tenant/customer", ""), ("/audited_at", "yesterday")] {
        let mut other = report.clone();
        *other.pointer_mut(at).expect("it is there") = wrong.into();
        assert_eq!(validator.is_valid(&other), at == "/tenant/customer", "{at}");
    }
    let mut lacking = report.clone();
    lacking.as_object_mut().expect("an object").remove("results");
    assert!(!validator.is_valid(&lacking));
    let mut unheard = report;
    unheard["summary"]["fail"] = "many".into();
    assert!(!validator.is_valid(&unheard));
}
