//! `gwsaudit schema`: the published schemas are those that are printed, and what the program writes is valid.

use std::path::{Path, PathBuf};

use gwsaudit::domain::{Sha256, TryOutcome};
use gwsaudit::report::schema::Document;
use gwsaudit::report::{Format, RenderOptions, render};
use gwsaudit::snapshot::{CanaryRecord, SourceId};
use serde_json::{Value, json};

use super::harness::Sandbox;
use crate::report_fixtures as fixtures;

/// Every word that `gwsaudit schema` takes.
const WORDS: [&str; 7] = ["report", "diff", "verification", "snapshot", "config", "attestations", "pack"];
const SCENARIOS: [&str; 5] = ["okta-gmail-broken", "healthy", "contradictory", "mixed", "never-configured"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(word: &str) -> PathBuf {
    root().join(format!("docs/schema/{word}.json"))
}

/// The schema as it is printed.
pub(super) fn printed(word: &str) -> Value {
    Sandbox::new().run(&["schema", word]).exits(0).says_nothing().json()
}

pub(super) fn validator_of(schema: &Value) -> jsonschema::Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a schema")
}

/// What a TOML text says as JSON, times and dates as texts.
pub(super) fn from_toml(text: &str) -> Value {
    fn told(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(answer) => answer.into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(told).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, told(value))).collect(),
        }
    }
    told(toml::Value::Table(toml::from_str(text).expect("TOML")))
}

fn validator(document: Document) -> jsonschema::Validator {
    validator_of(&document.schema())
}

fn is_valid(document: Document, value: &Value, what: &str) {
    is_valid_by(&validator(document), value, what);
}

#[track_caller]
fn is_valid_by(validator: &jsonschema::Validator, value: &Value, what: &str) {
    let faults: Vec<String> = validator
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()).chars().take(300).collect())
        .collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

#[test]
fn schemas_are_published() {
    for word in WORDS {
        let printed = Sandbox::new().run(&["schema", word]).exits(0).says_nothing().stdout;
        let schema: Value = serde_json::from_str(&printed).expect("JSON");
        assert!(jsonschema::meta::is_valid(&schema) && schema["title"].is_string(), "{word}");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(file(word).parent().expect("a folder")).expect("it can be made");
            std::fs::write(file(word), &printed).expect("it can be written");
        }
        let published = std::fs::read_to_string(file(word)).unwrap_or_default();
        assert!(published == printed, "docs/schema/{word}.json is out of date; UPDATE_DOCS=1 rewrites it");
    }
    let help = Sandbox::new().run(&["schema", "--help"]).exits(0).says_nothing().stdout;
    let values = format!("[possible values: {}]", WORDS.join(", "));
    assert!(help.split_whitespace().collect::<Vec<_>>().join(" ").contains(&values), "{help}");
    Sandbox::new().run(&["schema", "weather"]).exits(2).says(&["report", "snapshot"]);
}

#[test]
fn reports_are_valid() {
    for (name, report) in fixtures::all() {
        let mut out = Vec::new();
        render(&report, Format::Json, &RenderOptions::default(), &mut out).expect("memory takes everything");
        is_valid(Document::Report, &serde_json::from_slice(&out).expect("JSON"), name);
    }
    for scenario in SCENARIOS {
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

/// Files below a folder that end so.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, end));
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A golden's times and hashes are masked: any time and any hash stand for them.
fn unmasked(value: &mut Value) {
    match value {
        Value::String(text) => {
            let offset = text.strip_prefix("now").filter(|rest| rest.is_empty() || rest.starts_with(['+', '-']));
            if offset.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "+-dhm".contains(c))) {
                *text = "2026-11-23T10:00:00Z".to_owned();
            } else if text == "[sha256]" {
                *text = "0".repeat(64);
                assert!(text.parse::<Sha256>().is_ok(), "{text}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unmasked),
        Value::Object(fields) => fields.values_mut().for_each(unmasked),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn golden_reports_are_valid() {
    let mut golden = 0;
    for path in files(&root().join("tests/integration"), "-json.snap")
        .into_iter()
        .chain(files(&root().join("tests/integration/snapshots"), "json-broken.snap"))
    {
        let text = std::fs::read_to_string(&path).expect("a golden");
        let body = text.splitn(3, "---\n").nth(2).expect("a golden has a header");
        let Ok(mut value) = serde_json::from_str::<Value>(body) else { continue };
        if value["schema"] == Document::Report.name() {
            unmasked(&mut value);
            is_valid(Document::Report, &value, &path.display().to_string());
            golden += 1;
        }
    }
    assert!(golden >= 6, "{golden} golden reports");
}

#[test]
fn configurations_and_attestations_of_the_simulator_are_valid() {
    let (config, attestations) = (validator_of(&printed("config")), validator_of(&printed("attestations")));
    let mut attested = 0;
    for scenario in SCENARIOS {
        let sandbox = Sandbox::recorded(scenario);
        is_valid_by(&config, &from_toml(&sandbox.read("gwsaudit.toml")), scenario);
        if sandbox.path("attestations.toml").exists() {
            is_valid_by(&attestations, &from_toml(&sandbox.read("attestations.toml")), scenario);
            attested += 1;
        }
    }
    assert!(attested >= 2, "{attested} scenarios attest something");
}

#[test]
fn packs_are_valid() {
    let pack = validator_of(&printed("pack"));
    let packs = files(&root().join("config/packs"), ".yaml");
    assert!(packs.len() >= 4, "{packs:?}");
    for path in packs {
        let text = std::fs::read_to_string(&path).expect("a pack");
        let value: Value = serde_saphyr::from_str(&text).expect("YAML");
        is_valid_by(&pack, &value, &path.display().to_string());
    }
}

#[test]
fn snapshots_are_valid_line_by_line() {
    let schema = printed("snapshot");
    let line = validator_of(&schema);
    for scenario in SCENARIOS {
        let lines = Sandbox::recorded(scenario).read("snapshot.jsonl");
        assert!(lines.lines().count() > 20, "{scenario}");
        for (number, text) in lines.lines().enumerate() {
            let value: Value = serde_json::from_str(text).expect("JSON");
            is_valid_by(&line, &value, &format!("{scenario}, line {}", number + 1));
            // What makes the line what it is can neither be left out nor be another word.
            let keys = ["schema", "type", "data", "application", "user", "group", "records", "collected_at"];
            for key in keys.into_iter().filter(|key| value.get(key).is_some()) {
                let mut lacking = value.clone();
                lacking.as_object_mut().expect("an object").remove(key);
                assert!(!line.is_valid(&lacking), "{scenario}, line {} without {key}", number + 1);
                let mut wrong = value.clone();
                wrong[key] = json!(["weather"]);
                assert!(!line.is_valid(&wrong), "{scenario}, line {} with another {key}", number + 1);
            }
        }
    }
}

#[test]
fn words_of_snapshots_are_those_of_the_program() {
    let schema = printed("snapshot");
    let words = |at: &str| schema.pointer(at).cloned().unwrap_or_else(|| panic!("{at}"));
    let sources: Vec<&str> = SourceId::ALL.iter().map(|source| source.as_str()).collect();
    assert_eq!(words("/$defs/source/properties/data/properties/id/enum"), json!(sources));
    let outcomes: Vec<&str> = TryOutcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
    let tries = "/$defs/canary/properties/lives/items/properties/tries/items/properties";
    assert_eq!(words(&format!("{tries}/outcome/enum")), json!(outcomes));
}

#[test]
fn canaries_of_snapshots_are_valid() {
    let line = validator_of(&printed("snapshot"));
    let written = json!({
        "id": "sales-untrusted", "org_unit": "/Sales", "role": "untrusted", "client_id": "1-a",
        "user": "canary@example.com", "user_id": "1", "below": "inherit", "added_at": "2026-11-20T10:00:00Z",
        "org_unit_checked_at": "2026-11-21T10:00:00Z",
        "lives": [{"authorized_at": "2026-11-20T10:00:00Z", "tries": [
            {"at": "2026-11-21T10:00:01Z", "outcome": "invalid_rapt", "detail": "invalid_grant", "clock": "machine"},
        ]}],
    });
    let record: CanaryRecord = serde_json::from_value(written.clone()).expect("a record");
    let record = serde_json::to_value(record).expect("JSON");
    assert_eq!(record, written, "nothing is left out, nothing added");
    is_valid_by(&line, &json!({"type": "canary", "data": record}), "a canary");
    for (at, wrong) in [("/role", "somewhat"), ("/lives/0/tries/0/outcome", "weather"), ("/added_at", "yesterday")] {
        let mut other = record.clone();
        *other.pointer_mut(at).expect("it is there") = wrong.into();
        assert!(!line.is_valid(&json!({"type": "canary", "data": other})), "{at}");
    }
}
