//! Every control of a framework has its check, with the framework's own grade, and there is no other.

use std::collections::{BTreeMap, BTreeSet};

use super::declared;

/// Ids and grades of all controls: pack, id, grade.
const FRAMEWORKS: &str = include_str!("../../fixtures/frameworks.txt");

fn controls() -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let mut controls: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for line in FRAMEWORKS.lines().filter(|line| !line.starts_with('#')) {
        let (pack, rest) = line.split_once(' ').expect("a pack and a control");
        let (id, grade) = rest.split_once(' ').expect("a control and its grade");
        let before = controls.entry(pack).or_default().insert(id, grade);
        assert_eq!(before, None, "{line} is there twice");
    }
    controls
}

#[test]
fn the_list_of_controls_is_whole() {
    let sizes: BTreeMap<&str, usize> = controls().into_iter().map(|(pack, controls)| (pack, controls.len())).collect();
    assert_eq!(sizes, BTreeMap::from([("cis-gws-1.3", 89), ("cis-gws-1.4", 86), ("scuba-gws-1", 138)]));
}

#[test]
fn controls_and_checks_are_the_same() {
    for (pack, controls) in controls() {
        let controls: BTreeSet<&str> = controls.into_keys().collect();
        let checks: Vec<&str> =
            declared(pack).map(|check| check.control.as_deref().unwrap_or(check.id.as_str())).collect();
        let found: BTreeSet<&str> = checks.iter().copied().collect();
        let without_check: Vec<&&str> = controls.difference(&found).collect();
        let without_control: Vec<&&str> = found.difference(&controls).collect();
        assert!(without_check.is_empty(), "{pack}: controls without a check: {without_check:?}");
        assert!(without_control.is_empty(), "{pack}: checks without a control: {without_control:?}");
        assert_eq!(checks.len(), found.len(), "{pack}: no control has two checks");
    }
}

/// SCuBA's keyword may be followed by the directive that makes it binding.
#[test]
fn grades_are_the_frameworks() {
    for (pack, controls) in controls() {
        for check in declared(pack) {
            let control = check.control.as_deref().expect("a framework's check has a control");
            let level = check.level.as_deref().and_then(|level| level.split(", ").next());
            assert_eq!(level, controls.get(control).copied(), "{}", check.id);
        }
    }
}

#[test]
fn references_name_the_framework_first() {
    for (pack, framework) in [("cis-gws-1.3", "CIS GWS 1.3.0 "), ("cis-gws-1.4", "CIS GWS 1.4.0 ")] {
        for check in declared(pack) {
            let control = check.control.as_deref().expect("a control");
            let first = check.references.first().map(String::as_str);
            assert_eq!(first, Some(format!("{framework}{control}").as_str()), "{}", check.id);
            let others = check.references.iter().filter(|reference| reference.starts_with("CIS GWS")).count();
            assert_eq!(others, 1, "{} is of one edition", check.id);
        }
    }
}
