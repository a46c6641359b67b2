//! Every example of every pack gets the verdicts that it says. One test a half of a pack, so that they run side by side.

use gwsaudit::domain::PackId;

use super::{DECLARED, REGISTRY, catalogue, declared};

/// Those checks of a pack whose position leaves this remainder.
fn hold(pack: &str, remainder: usize, of: usize) {
    let (catalogue, mut tried, mut wrong) = (catalogue(), 0, String::new());
    for check in declared(pack).enumerate().filter(|(nth, _)| nth % of == remainder).map(|(_, check)| check) {
        for example in &check.examples {
            let outcome =
                REGISTRY.try_example(check.id.as_str(), example, &catalogue).expect("temporary storage works");
            let outcome = outcome.expect("the check is there");
            tried += 1;
            for difference in outcome.wrong {
                let (file, line) = &outcome.at;
                wrong += &format!("\n{file}:{line}: {}: {difference}", outcome.check);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tried > 0, "{pack} has examples");
}

#[test]
fn app_exposure() {
    hold("app-exposure", 0, 1);
}

#[test]
fn cis_1_3_first_half() {
    hold("cis-gws-1.3", 0, 2);
}

#[test]
fn cis_1_3_second_half() {
    hold("cis-gws-1.3", 1, 2);
}

#[test]
fn cis_1_4_first_half() {
    hold("cis-gws-1.4", 0, 2);
}

#[test]
fn cis_1_4_second_half() {
    hold("cis-gws-1.4", 1, 2);
}

#[test]
fn scuba_first_third() {
    hold("scuba-gws-1", 0, 3);
}

#[test]
fn scuba_second_third() {
    hold("scuba-gws-1", 1, 3);
}

#[test]
fn scuba_last_third() {
    hold("scuba-gws-1", 2, 3);
}

#[test]
fn every_pack_that_declares_checks_is_tried() {
    let packs: Vec<&str> = REGISTRY.packs().iter().map(|pack| pack.id.as_str()).collect();
    let declared: Vec<&str> = packs.into_iter().filter(|pack| declared(pack).next().is_some()).collect();
    assert_eq!(declared, DECLARED);
}

#[test]
fn an_example_that_is_wrong_is_seen() {
    let check = declared("cis-gws-1.3").find(|check| check.id.as_str() == "cis-gws-1.3-1.1.1").expect("it is there");
    let right = check.examples.first().expect("it has examples");
    let mut wrong = right.clone();
    wrong.users.truncate(1);
    let outcome = REGISTRY.try_example(check.id.as_str(), &wrong, &catalogue()).expect("storage").expect("the check");
    assert_eq!(outcome.wrong.len(), 1, "{outcome:?}");
    assert_eq!(outcome.at, (check.declared_at.0.clone(), right.line));
    assert!(outcome.wrong[0].to_string().starts_with("tenant: expected pass, got fail ("), "{}", outcome.wrong[0]);
    let packs: Vec<PackId> = vec!["app-exposure".parse().expect("an id")];
    let tried = REGISTRY.try_examples(&packs, &catalogue()).expect("storage");
    assert_eq!(tried.len(), declared("app-exposure").map(|check| check.examples.len()).sum::<usize>());
}
