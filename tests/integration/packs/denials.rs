//! What rests on a source stays open where Google refuses it: each passing example again, without what it rests on.

use std::collections::BTreeSet;

use gwsaudit::checks::language::{Declared, ExampleSubject, Root};
use gwsaudit::report::model::Status;
use gwsaudit::snapshot::SourceId;

use super::{DECLARED, REGISTRY, catalogue, declared, place};

/// The sources without which a condition cannot be decided, by what it reads.
fn indispensable(check: &Declared) -> BTreeSet<SourceId> {
    let Some(condition) = check.condition() else { return BTreeSet::new() };
    let reads = condition.reads();
    let mut sources = BTreeSet::new();
    if reads.roots.contains(&Root::Settings) {
        sources.insert(SourceId::Policies);
    }
    if !reads.log_settings.is_empty() || !reads.log_events.is_empty() {
        sources.insert(SourceId::AdminLog);
    }
    for (root, field) in &reads.fields {
        match (root, &**field) {
            (Root::Tenant, "domains") => sources.extend([SourceId::Domains, SourceId::Dns]),
            (Root::Tenant, "super_admins" | "admins") => sources.extend([SourceId::Users]),
            (Root::User, _) => sources.extend([SourceId::Users]),
            (Root::App, _) => sources.extend([SourceId::Grants]),
            (Root::OrgUnit, "cloud_session") => sources.extend([SourceId::AdminLog]),
            (Root::Settings | Root::Tenant | Root::OrgUnit | Root::Group | Root::Log | Root::Now, _) => {}
        }
    }
    sources
}

fn hold(pack: &str) {
    let (catalogue, mut tried, mut wrong) = (catalogue(), 0, String::new());
    for check in declared(pack) {
        for source in indispensable(check) {
            let passing = check.examples.iter().find(|example| {
                example.denied.is_empty() && example.expect.values().any(|status| *status == Status::Pass)
            });
            let Some(passing) = passing else { continue };
            let mut example = passing.clone();
            example.denied = vec![source.to_string()];
            example.expect.retain(|_, status| *status == Status::Pass);
            for status in example.expect.values_mut() {
                *status = Status::Undetermined;
            }
            if check.subject == gwsaudit::checks::language::SubjectKind::App {
                // Whose grants are not read nobody has a row of; one about the tenant says so.
                example.expect = [(ExampleSubject::Tenant, Status::Undetermined)].into();
            }
            let outcome = REGISTRY.try_example(check.id.as_str(), &example, &catalogue).expect("storage");
            tried += 1;
            for difference in outcome.expect("the check is there").wrong {
                wrong += &format!("\n{}, {source} denied: {difference}", place(check, passing));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tried > 0, "{pack} has checks that pass");
}

#[test]
fn app_exposure() {
    hold("app-exposure");
}

#[test]
fn cis_1_3() {
    hold("cis-gws-1.3");
}

#[test]
fn cis_1_4() {
    hold("cis-gws-1.4");
}

#[test]
fn scuba() {
    hold("scuba-gws-1");
}

#[test]
fn every_automated_check_rests_on_something() {
    for check in DECLARED.into_iter().flat_map(declared).filter(|check| check.condition().is_some()) {
        assert!(!indispensable(check).is_empty(), "{}", check.id);
    }
}
