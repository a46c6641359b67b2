//! The pack as its file is written; that its conditions mean what its examples say is for the language's own tests.

use std::collections::BTreeSet;

use serde_json::Value;

const PACK: &str = include_str!("../../../config/packs/app-exposure.yaml");

fn checks() -> Vec<Value> {
    let pack: Value = serde_saphyr::from_str(PACK).expect("YAML");
    assert_eq!(pack["pack"], "app-exposure");
    pack["checks"].as_array().expect("a list").clone()
}

fn text<'v>(check: &'v Value, key: &str) -> &'v str {
    check[key].as_str().unwrap_or_default()
}

#[test]
fn every_check_is_named_and_told() {
    let mut ids = BTreeSet::new();
    for check in checks() {
        let id = text(&check, "id").to_owned();
        let kebab = id.split('-').all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()));
        assert!(kebab && id.starts_with("app-"), "{id}");
        for key in ["title", "severity", "subject", "rationale"] {
            assert!(!text(&check, key).is_empty(), "{id}: {key}");
        }
        assert!(!text(&check["remediation"], "console").is_empty(), "{id}");
        assert!(ids.insert(id.clone()), "{id} is there twice");
    }
    assert!(ids.len() >= 7, "{ids:?}");
}

#[test]
fn every_condition_has_cases_of_every_kind() {
    for check in checks().iter().filter(|check| check["manual"].is_null()) {
        let id = text(check, "id");
        assert!(!text(check, "condition").is_empty() && !text(check, "message").is_empty(), "{id}");
        let examples = check["examples"].as_array().expect("a list");
        let statuses: BTreeSet<&str> = examples
            .iter()
            .flat_map(|example| {
                let by_subject = example["status"].as_object().into_iter().flat_map(|map| map.values());
                by_subject.chain([&example["status"]]).filter_map(Value::as_str)
            })
            .collect();
        for status in ["pass", "fail", "undetermined"] {
            assert!(statuses.contains(status), "{id} has no case that is {status}");
        }
        assert!(examples.iter().any(|example| !example["denied"].is_null()), "{id}: what if a source is refused?");
    }
}
