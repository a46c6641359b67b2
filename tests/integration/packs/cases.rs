//! Each automated check shows what it says: that it can pass, fail and stay open, and what an org unit of its own does.

use gwsaudit::checks::language::{Declared, Example, ExampleSubject, SubjectKind};
use gwsaudit::report::model::Status;

use super::{DECLARED, declared, gives};

/// Checks whose inputs are known as a whole or not at all, so that nothing but a refused source leaves them open.
const NOTHING_MISSING: [&str; 8] = [
    // The list of super admins comes from two listings, and is open only where one of these is.
    "cis-gws-1.3-1.1.1",
    "cis-gws-1.3-1.1.2",
    "cis-gws-1.3-1.1.3",
    "cis-gws-1.4-1.1.1",
    "cis-gws-1.4-1.1.2",
    "scuba-gws-1-commoncontrols.6.2v1",
    // Google publishes the whole list of restricted scopes: one that is not on it is none.
    "app-restricted-scopes",
    // The names of an app are whole once grants and token log are.
    "app-look-alike",
];

fn denied(example: &Example) -> bool {
    !example.denied.is_empty()
}

/// Whether an org unit below fares otherwise than the top one.
fn differs_below(example: &Example) -> bool {
    let of_units = || {
        example.expect.iter().filter_map(|(subject, status)| match subject {
            ExampleSubject::OrgUnit(path) => Some((path, status)),
            ExampleSubject::Tenant | ExampleSubject::Group(_) | ExampleSubject::User(_) | ExampleSubject::App(_) => {
                None
            }
        })
    };
    let top = of_units().find(|(path, _)| path.is_root());
    top.is_some_and(|(_, top)| of_units().any(|(path, status)| !path.is_root() && status != top))
}

/// The cases that a check lacks.
fn lacks(check: &Declared) -> Vec<&'static str> {
    let shows = |wanted: &dyn Fn(&Example) -> bool| check.examples.iter().any(wanted);
    let mut lacks = Vec::new();
    if !shows(&|example| gives(example, Status::Pass)) {
        lacks.push("one that passes");
    }
    if !shows(&|example| gives(example, Status::Fail)) {
        lacks.push("one that fails");
    }
    if !shows(&|example| gives(example, Status::Undetermined) && denied(example)) {
        lacks.push("an open one with a source denied");
    }
    if !shows(&|example| gives(example, Status::Undetermined) && !denied(example)) {
        lacks.push("an open one with something missing");
    }
    if check.subject == SubjectKind::OrgUnit && !shows(&differs_below) {
        lacks.push("one in which an org unit below differs from /");
    }
    if check.not_applicable.is_some() && !shows(&|example| gives(example, Status::NotApplicable)) {
        lacks.push("one in which the question does not arise");
    }
    lacks
}

fn automated() -> impl Iterator<Item = &'static Declared> {
    DECLARED.into_iter().flat_map(declared).filter(|check| check.condition().is_some())
}

#[test]
fn each_automated_check_has_its_cases() {
    let mut told = String::new();
    for check in automated() {
        let mut lacks = lacks(check);
        if NOTHING_MISSING.contains(&check.id.as_str()) {
            lacks.retain(|lack| *lack != "an open one with something missing");
        }
        if !lacks.is_empty() {
            let (file, line) = &check.declared_at;
            told += &format!("\n{file}:{line}: {} lacks {}", check.id, lacks.join(", "));
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn exceptions_are_needed() {
    for id in NOTHING_MISSING {
        let check = automated().find(|check| check.id.as_str() == id).unwrap_or_else(|| panic!("{id} is a check"));
        assert_eq!(lacks(check), ["an open one with something missing"], "{id} is no exception any more");
    }
}

#[test]
fn missing_cases_are_seen() {
    let mut bare = automated().next().expect("there are checks").clone();
    bare.subject = SubjectKind::OrgUnit;
    bare.not_applicable = bare.condition().cloned();
    bare.examples.clear();
    assert_eq!(lacks(&bare).len(), 6);
}

#[test]
fn checks_for_a_person_carry_no_examples() {
    for check in DECLARED.into_iter().flat_map(declared).filter(|check| check.manual().is_some()) {
        assert!(check.examples.is_empty() && check.not_applicable.is_none(), "{}", check.id);
        let manual = check.manual().expect("it is manual");
        assert!(!manual.reason.is_empty() && !manual.look_for.is_empty(), "{}", check.id);
    }
}
