//! How much it takes to judge a tenant, in numbers that do not depend on the machine: a slow release shows here first.

use gwsaudit::checks::{Acceptance, Inquiry, Registry, Selection, evaluate};
use gwsaudit::domain::PackId;
use gwsaudit::facts::Work;
use serde_json::Value;

use super::*;
use crate::verdicts::tenant::{Tenant, tenant};

const UNITS: usize = 40;
const GROUPS: usize = 30;
/// Of each group, in different org units.
const MEMBERS: usize = 4;
const POLICIES: usize = 400;
const SETTINGS: [(&str, &str); 4] = [
    ("gmail.pop_access", "enablePopAccess"),
    ("gmail.imap_access", "enableImapAccess"),
    ("gmail.auto_forwarding", "enableAutoForwarding"),
    ("drive_and_docs.drive_sdk", "enableDriveSdkApiAccess"),
];

fn unit(nth: usize) -> String {
    if nth < 5 { format!("/u{nth}") } else { format!("{}/u{nth}", unit(nth / 5 - 1)) }
}

/// A tenant with so many users of each kind: those of one org unit who are in the same groups.
fn with_users(of_each: usize) -> Tenant {
    let mut it = tenant();
    for nth in 0..UNITS {
        it = it.unit(&unit(nth));
    }
    let of_nobody = (0..UNITS).map(|nth| (unit(nth), None));
    let of_groups = (0..GROUPS * MEMBERS).map(|nth| (unit(nth * 7 % UNITS), Some(nth / MEMBERS)));
    for (kind, (path, group)) in of_nobody.chain(of_groups).enumerate() {
        for nth in 0..of_each {
            let email = format!("user{kind}-{nth}@example.com");
            it = it.user(&email, &path);
            if let Some(group) = group {
                it = it.member(&format!("g{group}"), json!({"id": format!("id-{email}"), "type": "USER"}));
            }
        }
    }
    for nth in 0..POLICIES {
        let (setting, field) = SETTINGS[nth % SETTINGS.len()];
        let (query, order) = match nth {
            0..4 => (in_unit("root"), "101".to_owned()),
            _ if nth % 3 == 0 => (in_group(&format!("g{}", nth / 3 % GROUPS)), format!("399.{nth:05}")),
            _ => (in_unit(&unit(nth % UNITS)), format!("201.{nth:05}")),
        };
        let order: Value = serde_json::from_str(&order).expect("a number");
        it = it.record(
            "policy",
            json!({"name": format!("policies/{nth}"), "type": "ADMIN", "policyQuery": {"query": query, "sortOrder": order},
                "setting": {"type": format!("settings/{setting}"), "value": {field: nth % 2 == 0}}}),
        );
    }
    let policies = json!({"id": "cloudidentity.policies", "status": "complete", "requests": 1, "items": POLICIES});
    it.sources.insert("cloudidentity.policies".to_owned(), policies);
    it
}

/// What it takes to judge it by all packs, once and again.
fn work(tenant: &Tenant) -> (Work, Work) {
    let facts = tenant.facts();
    let registry = Registry::builtin();
    let packs: Vec<PackId> = registry.packs().iter().map(|pack| pack.id.parse().expect("an id")).collect();
    let (selection, acceptance) = (Selection::default(), Acceptance::ProvenOnly);
    let judge = || evaluate(registry.checks_of(&packs), &Inquiry { facts: &facts, selection: &selection, acceptance });
    let first = judge();
    let once = facts.policies.work();
    assert!(first.iter().any(|result| result.subject.group.is_some()), "groups are judged too");
    assert_eq!(judge(), first);
    (once, facts.policies.work())
}

#[test]
fn users_who_are_alike_are_judged_once() {
    let (few, again) = work(&with_users(1));
    assert_eq!(work(&with_users(6)).0, few, "six times the users, no more work");
    assert_eq!(again, Work { questions: 2 * few.questions, reductions: few.reductions }, "what is known stays known");
}

#[test]
fn work_grows_with_kinds_of_people_and_settings_alone() {
    let (Work { questions, reductions }, _) = work(&with_users(2));
    // Of each setting: everybody of each org unit (the root too), and each group's members of each org unit.
    let kinds = UNITS + 1 + GROUPS * MEMBERS;
    let asked: usize = Registry::builtin().checks().map(|check| check.meta().settings.len()).sum();
    assert!((1..=asked * kinds).contains(&questions), "{questions} questions for {asked} settings of {kinds} kinds");
    // Settings of which there is no policy are the same for everybody.
    let read: BTreeSet<String> = Registry::builtin().checks().flat_map(|check| check.meta().settings.clone()).collect();
    let most = SETTINGS.len() * kinds + read.len();
    assert!((1..=most).contains(&reductions), "{reductions} reductions, {most} at most");
}
