//! What the loader cannot know: sources that exist, pages that are named, ids that fit.

use gwsaudit::snapshot::SourceId;

use super::{DECLARED, declared, place};

#[test]
fn sources_exist() {
    for check in DECLARED.into_iter().flat_map(declared) {
        for source in &check.sources {
            assert!(source.parse::<SourceId>().is_ok(), "{}: {source}", check.id);
        }
        for example in &check.examples {
            for source in &example.denied {
                assert!(source.parse::<SourceId>().is_ok(), "{}: {source}", place(check, example));
            }
        }
    }
}

#[test]
fn pages_of_the_console_are_named() {
    for check in DECLARED.into_iter().flat_map(declared) {
        let console = check.remediation.console.as_deref().unwrap_or_default();
        assert!(!console.trim().is_empty() && console.trim() == console, "{} names a page: {console:?}", check.id);
        assert!(check.remediation.steps.iter().all(|step| !step.trim().is_empty()), "{}", check.id);
        assert!(check.condition().is_none() || !check.remediation.steps.is_empty(), "{} says what to do", check.id);
    }
}

#[test]
fn texts_are_there_and_ids_fit() {
    for check in DECLARED.into_iter().flat_map(declared) {
        let id = check.id.as_str();
        assert!(id.len() <= 64, "{id} has {} characters", id.len());
        assert!(!check.title.trim().is_empty() && !check.title.ends_with('.'), "{id}: {:?}", check.title);
        assert!(check.rationale.split_whitespace().count() >= 10, "{id}: {:?}", check.rationale);
    }
}

/// Where an example shows something, its file and line lead there.
#[test]
fn lines_of_examples_are_right() {
    for (file, text) in [("config/packs/app-exposure.yaml", include_str!("../../../config/packs/app-exposure.yaml"))] {
        let lines: Vec<&str> = text.lines().collect();
        for check in declared("app-exposure") {
            assert_eq!(check.declared_at.0, file);
            for example in &check.examples {
                let line = lines.get(example.line - 1).copied().unwrap_or_default();
                assert!(line.trim_start().starts_with("- "), "{}: {line}", place(check, example));
            }
        }
    }
}
