//! Schemas that are written by hand, and the readers that they describe: whatever is done to a document, both accept it
//! or both refuse it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gwsaudit::checks::language::{SubjectKind, load_builtin};
use gwsaudit::config::{ACCESS_WORDS, METHOD_WORDS, REAUTH_WORDS, load, read_attestations};
use gwsaudit::domain::Severity;
use gwsaudit::policy::SettingCatalogue;
use regex::Regex;
use serde_json::{Map, Value, json};

use super::schema::{from_toml, printed, validator_of};

/// What is wrong with a document, in the reader's own words.
type Reader = fn(&Value) -> Result<(), String>;

/// A key that nobody knows, nor anything near it.
const STRANGER: &str = "qqqqqqqqqqqq";

fn toml(value: &Value) -> String {
    toml::Table::try_from(value).expect("TOML").to_string()
}

fn config(value: &Value) -> Result<(), String> {
    let read = load(Some(Path::new("gwsaudit.toml")), &toml(value), BTreeMap::new());
    read.map(drop).map_err(|error| error.to_string())
}

fn attestations(value: &Value) -> Result<(), String> {
    let apps = ["okta-workflows-gmail".parse().expect("an id")];
    read_attestations("attestations.toml", &toml(value), &apps).map(drop).map_err(|error| error.to_string())
}

fn pack(value: &Value) -> Result<(), String> {
    // JSON is YAML.
    let text = value.to_string();
    let base = packs().swap_remove(0).to_string();
    let mut files = vec![("own.yaml", text.as_str())];
    if value.get("extends").is_some() {
        files.push(("base.yaml", base.as_str()));
    }
    load_builtin(&files, SettingCatalogue::builtin(), &[]).map(drop).map_err(|error| error.to_string())
}

/// Together they say all that a configuration can say.
fn configs() -> Vec<Value> {
    let others = json!({
        "tenant": {"customer": "C0123abcd", "admin": "a@example.com"},
        "credentials": {"impersonate": "auditor@project.iam.gserviceaccount.com"},
        "evidence": {"gcp_organization": "none"},
        "suppress": [{
            "check": "app-trusted", "org_unit": "/Lab/A", "user": "a@example.com", "group": "groups/1",
            "app": "okta-workflows-gmail", "client_id": "1-a.apps.googleusercontent.com",
            "reason": "r", "owner": "o", "expires": "2027-03-31",
        }],
        "dns": {"servers": ["127.0.0.1:5353", "2001:db8::53", "[2001:db8::53]:53"]},
        "google": {"endpoint": "https://example.com/google/"},
    });
    vec![from_toml(include_str!("../../../config/example.toml")), others]
}

fn attested() -> Vec<Value> {
    let of = |org_unit: &str| {
        json!({"attestation": [
            {
                "setting": "cloud-session-control", "org_unit": org_unit,
                "value": {"reauth": "required", "frequency": "16h", "method": "password", "exempt_trusted_apps": true},
                "below": "inherit", "attested_by": "a@example.com", "attested_at": "2026-11-20T10:00:00Z",
                "expires_at": "2027-11-20T10:00:00Z", "note": "n",
            },
            {
                "setting": "app-access", "app": "okta-workflows-gmail", "org_unit": org_unit, "value": "trusted",
                "below": "inherit", "attested_by": "a@example.com", "attested_at": "2026-11-20T10:00:00Z",
                "expires_at": "2027-11-20T10:00:00Z", "note": "n",
            },
        ]})
    };
    vec![of("/"), of("/Sales")]
}

fn packs() -> Vec<Value> {
    let imap = json!({"gmail.imap_access": {"enableImapAccess": false}});
    let example = json!({
        "name": "n", "status": {"/": "pass", "/Lab": "fail", "group:g@example.com": "undetermined"},
        "settings": imap,
        "org_units": {"/Lab": imap},
        "groups": {"g@example.com": {"members": ["a@example.com"], "settings": imap}},
        "licensed_settings": [
            {"sku": "1", "setting": "gmail.imap_access", "value": {"enableImapAccess": true}, "org_unit": "/Lab"},
        ],
        "list_settings": [{"type": "rule.dlp", "value": {"displayName": "x"}, "org_unit": "/Lab"}],
        "users": [{
            "email": "a@example.com", "org_unit": "/Lab", "super_admin": true, "roles": ["r"], "suspended": false,
            "archived": false, "two_step_enrolled": true, "two_step_enforced": true, "licences": ["1"],
        }],
        "domains": [{"name": "example.com", "kind": "primary", "verified": true}],
        "dns": {"example.com": ["v=spf1 -all"], "_dmarc.example.com": "failed"},
        "log": [
            {"setting": "s", "value": "v", "deleted": false, "days_ago": 2, "org_unit": "/Lab"},
            {"setting": "s", "deleted": true},
            {"event": "E", "parameters": {"A": "b"}},
        ],
        "cloud_session": {
            "/": {"reauth": "required", "frequency": "16h", "method": "password", "exempt_trusted_apps": true},
        },
        "grants": [{
            "user": "a@example.com", "client_id": "1-a", "name": "n", "scopes": ["openid"], "last_used_days_ago": 3,
        }],
        "trusted": [{"client_id": "1-a", "org_unit": "/"}],
        "sso": [{"target": "/", "mode": "SAML_SSO"}, {"target": "group:g@example.com", "mode": "SSO_OFF"}],
        "denied": ["directory.users"],
    });
    let whole = json!({
        "pack": "own", "title": "t", "framework": "f", "checks": [
            {
                "control": "GWS.1.1", "title": "t", "severity": "high", "level": 1, "subject": "org_unit", "rationale": "r",
                "condition": "settings.gmail.imap_access.enableImapAccess == false",
                "message": "IMAP is {settings.gmail.imap_access.enableImapAccess}.",
                "not_applicable": "settings.gmail.service_status.serviceState == 'DISABLED'",
                "sources": ["directory.users"],
                "remediation": {"console": "c", "url": "https://example.com/", "steps": ["s"]},
                "limits": "l", "references": ["r"], "conflicts": [{"check": "other", "trade": "t"}],
                "examples": [example, {"status": "pass"}],
            },
            {
                "id": "own-manual", "title": "t", "severity": "info", "level": "SHOULD", "subject": "tenant",
                "rationale": "r", "manual": {"reason": "r", "look_for": "l"}, "remediation": {},
            },
        ],
    });
    let above = json!({
        "pack": "above", "extends": "own", "drop": ["own-manual"], "renumber": {"GWS.1.1": "1.2"},
    });
    vec![whole, above]
}

/// Keys of objects below a value, those under `properties` alone where it is a schema.
fn keys(value: &Value, schema: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                if !schema {
                    found.insert(key.clone());
                } else if let ("properties", Some(properties)) = (key.as_str(), field.as_object()) {
                    found.extend(properties.keys().cloned());
                }
                keys(field, schema, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, schema, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Words that a schema names.
fn words(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            for (key, field) in fields {
                match (key.as_str(), field) {
                    ("enum", Value::Array(named)) => {
                        found.extend(named.iter().filter_map(Value::as_str).map(str::to_owned))
                    }
                    ("const", Value::String(word)) => {
                        found.insert(word.clone());
                    }
                    _ => words(field, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| words(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Pointers to every value below the whole.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(at.clone());
        places(value, &at, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, field)| below(key, field)),
        Value::Array(items) => items.iter().enumerate().for_each(|(nth, item)| below(&nth.to_string(), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Everything that is done to a document, each with a word about it.
fn variants(document: &Value, words: &BTreeSet<String>, nothing: bool) -> Vec<(String, Value)> {
    let mut made = Vec::new();
    let mut all = vec![String::new()];
    places(document, "", &mut all);
    for at in all {
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut other = document.clone();
            change(other.pointer_mut(&at).expect("a place of it"));
            other
        };
        let here = document.pointer(&at).expect("a place of it");
        for key in here.as_object().into_iter().flat_map(Map::keys) {
            let without = changed(&|value| drop(value.as_object_mut().expect("an object").remove(key)));
            made.push((format!("without {at}/{key}"), without));
        }
        if here.is_object() {
            made.push((format!("with {at}/{STRANGER}"), changed(&|value| value[STRANGER] = 1.into())));
        }
        if at.is_empty() {
            continue;
        }
        let mut others = vec![json!(1), json!(1.5), json!(true), json!(false), json!("no such word"), json!("")];
        others.extend([json!([]), json!({}), json!([1])]);
        others.extend(nothing.then_some(Value::Null));
        if here.as_str().is_some_and(|word| words.contains(word)) {
            others.extend(words.iter().map(|word| json!(word)));
        }
        for other in others {
            made.push((format!("{at} = {other}"), changed(&|value| *value = other.clone())));
        }
    }
    made
}

/// Reader and schema agree on the documents and on everything that is done to them; `beyond` are places of which a reader
/// knows more than a schema can say.
fn agree(word: &str, read: Reader, documents: &[Value], beyond: Option<&Regex>) {
    let schema = printed(word);
    let validator = validator_of(&schema);
    let (mut named, mut said) = (BTreeSet::new(), BTreeSet::new());
    keys(&schema, true, &mut named);
    documents.iter().for_each(|document| keys(document, false, &mut said));
    let unsaid: Vec<&String> = named.difference(&said).collect();
    assert!(unsaid.is_empty(), "keys of the schema that no document here has: {unsaid:?}");
    let mut known = BTreeSet::new();
    words(&schema, &mut known);
    let (mut disagreements, mut refused, mut accepted) = (Vec::new(), 0, 0);
    for document in documents {
        assert_eq!(read(document), Ok(()), "{document:#}");
        let faults: Vec<String> = validator.iter_errors(document).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        for (what, variant) in variants(document, &known, word == "pack") {
            match (read(&variant), validator.is_valid(&variant)) {
                (Ok(()), true) => accepted += 1,
                (Err(_), false) => refused += 1,
                (Err(_), true) if beyond.is_some_and(|beyond| beyond.is_match(&what)) => {}
                (Err(why), true) => disagreements.push(format!("{what}: only the reader refuses it: {why}")),
                (Ok(()), false) => disagreements.push(format!("{what}: only the schema refuses it")),
            }
        }
    }
    assert!(disagreements.is_empty(), "{} disagreements: {disagreements:#?}", disagreements.len());
    assert!(accepted > 20 && refused > 200, "{accepted} accepted, {refused} refused");
}

#[test]
fn of_configurations() {
    agree("config", config, &configs(), None);
}

#[test]
fn of_attestations() {
    agree("attestations", attestations, &attested(), None);
}

#[test]
fn of_packs() {
    // Expressions are parsed and type-checked against the subject, names are looked up.
    let beyond = "/(condition|not_applicable|message|subject|extends)( |$)|/drop/0|/renumber/|\
                  /(gmail.imap_access|value)/[^/]* *|without /checks/0/subject";
    agree("pack", pack, &packs(), Some(&Regex::new(beyond).expect("a pattern")));
}

/// The known keys that a reader tells of a stranger.
fn known_keys(told: &str) -> BTreeSet<String> {
    let line = told.lines().find(|line| line.contains(STRANGER)).unwrap_or_else(|| panic!("no stranger: {told}"));
    let (_, known) = line.split_once("known keys are ").unwrap_or_else(|| panic!("{line}"));
    known.split(", ").map(|key| key.trim_matches('`').to_owned()).collect()
}

/// What the readers of TOML know, table by table, is what the schemas name: no key is missing in them.
#[test]
fn no_key_is_missing() {
    let cases: [(&str, Reader, Vec<Value>); 2] =
        [("config", config, configs()), ("attestations", attestations, attested())];
    for (word, read, documents) in cases {
        let schema = printed(word);
        let validator = validator_of(&schema);
        let mut tables = 0;
        for document in &documents {
            let mut all = vec![String::new()];
            places(document, "", &mut all);
            for at in all.iter().filter(|at| document.pointer(at).is_some_and(Value::is_object)) {
                let mut stranger = document.clone();
                stranger.pointer_mut(at).expect("a place of it")[STRANGER] = 1.into();
                let known = known_keys(&read(&stranger).expect_err("a stranger"));
                let here = document.pointer(at).and_then(Value::as_object).expect("a table");
                assert!(here.keys().all(|key| known.contains(key)), "{word}{at}");
                let further: Vec<&String> = known.iter().filter(|key| !here.contains_key(*key)).collect();
                // Where a table is one of two kinds, the schema's faults do not name the key; but there all are said.
                assert!(further.is_empty() || word == "config", "{word}{at}: {further:?}");
                for key in further {
                    let mut other = document.clone();
                    other.pointer_mut(at).expect("a place of it")[key] = json!({STRANGER: 1.5});
                    let unknown = format!("'{key}' was unexpected");
                    let told: Vec<String> = validator.iter_errors(&other).map(|fault| fault.to_string()).collect();
                    assert!(!told.is_empty(), "{word}{at}/{key}");
                    assert!(!told.iter().any(|fault| fault.contains(&unknown)), "{word}{at}: {told:?}");
                }
                tables += 1;
            }
        }
        assert!(tables >= 6, "{word}: {tables} tables");
    }
}

/// The readers of packs tell too little of what they know, so that their texts are asked.
#[test]
fn no_key_of_packs_is_missing() {
    let mut named = BTreeSet::new();
    keys(&printed("pack"), true, &mut named);
    let asked = r#"(?:take|require|tree|flag|each|keyed|parsed|required|named_setting)(?:::<[^(]*>)?\((?:&mut fields, |fields, )?"([a-z_]+)""#;
    let asked = Regex::new(asked).expect("a pattern");
    let texts = [
        include_str!("../../../src/checks/language/raw.rs"),
        include_str!("../../../src/checks/language/example_text.rs"),
    ];
    let read: BTreeSet<String> =
        texts.iter().flat_map(|text| asked.captures_iter(text)).map(|found| found[1].to_owned()).collect();
    assert!(read.len() >= 60, "{} keys: {read:?}", read.len());
    let missing: Vec<&String> = read.symmetric_difference(&named).filter(|key| *key != "org_unit").collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn words_are_those_of_the_program() {
    let of = |word: &str, at: &str| printed(word).pointer(at).cloned().unwrap_or_else(|| panic!("{word}{at}"));
    let severities = json!(Severity::ALL.map(Severity::as_str));
    assert_eq!(of("config", "/properties/audit/properties/fail_on/enum"), severities);
    assert_eq!(of("pack", "/$defs/check/properties/severity/enum"), severities);
    assert_eq!(of("pack", "/$defs/check/properties/subject/enum"), json!(SubjectKind::ALL.map(SubjectKind::as_str)));
    let session = "/$defs/cloud_session_control/properties/value/properties";
    assert_eq!(of("attestations", &format!("{session}/reauth/enum")), json!(REAUTH_WORDS.map(|(word, _)| word)));
    assert_eq!(of("attestations", &format!("{session}/method/enum")), json!(METHOD_WORDS.map(|(word, _)| word)));
    let access = json!(ACCESS_WORDS.map(|(word, _)| word));
    assert_eq!(of("attestations", "/$defs/app_access/properties/value/enum"), access);
}
