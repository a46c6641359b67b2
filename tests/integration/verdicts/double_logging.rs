//! One action under its old and its new name, in the months in which Google wrote both.

use super::tenant::{NAME, OKTA, OTHER, Tenant, event, listing, listing_of, tenant};
use serde_json::Value;

const T0: &str = "2026-06-01T09:00:00Z";
const OVERLAP: &str = "2026-07-08T13:40:02.771Z";
const SECONDS_LATER: &str = "2026-07-08T13:40:05Z";
const AFTERWARDS: &str = "2026-09-08T13:40:02.771Z";
const AFTERWARDS_SECONDS_LATER: &str = "2026-09-08T13:40:05Z";

fn new_name(parameters: &[(&str, &str)]) -> Value {
    let mut all = parameters.to_vec();
    all.push(("ORG_UNIT_NAME", "Example Org"));
    event("CHANGE_APP_ACCESS", &all)
}

fn plain() -> Tenant {
    tenant().attest_access("/", T0, "limited")
}

fn trust() -> [Value; 2] {
    [listing("REMOVE_FROM_LIMITED_OAUTH2_APPS", "Example Org"), listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org")]
}

#[test]
fn told_twice_it_is_applied_once() {
    for parameters in [
        vec![("APP", OKTA), ("NEW_VALUE", "Trusted")],
        vec![("APP", OKTA), ("SOME_NEW_FIELD", "A label Google chose")],
        vec![("APP", NAME), ("SOME_NEW_FIELD", "A label Google chose")],
    ] {
        let twin = new_name(&parameters);
        let apart = plain().admin(OVERLAP, &trust()).admin(SECONDS_LATER, std::slice::from_ref(&twin)).judge();
        assert_eq!(apart.access("/"), "trusted proven", "{parameters:?}");
        assert_eq!(apart.unread().len(), 1, "the second name is still shown");
        let [remove, add] = trust();
        let together = plain().admin(OVERLAP, &[twin, remove, add]).judge();
        assert_eq!(together.access("/"), "trusted proven", "{parameters:?}");
    }
}

#[test]
fn what_differs_is_another_action() {
    let of = |at: &str, second: &str, parameters: &[(&str, &str)]| {
        plain().admin(at, &trust()).admin(second, &[new_name(parameters)]).judge().access("/")
    };
    assert_eq!(
        of(OVERLAP, SECONDS_LATER, &[("APP", OKTA), ("NEW_VALUE", "Blocked")]),
        "blocked presumed",
        "another level"
    );
    assert_eq!(of(OVERLAP, "2026-07-08T13:40:30Z", &[("APP", OKTA)]), "unknown unknown", "too late");
    assert_eq!(of(AFTERWARDS, AFTERWARDS_SECONDS_LATER, &[("APP", OKTA)]), "unknown unknown", "after August");
    assert_eq!(of(OVERLAP, SECONDS_LATER, &[("APP", OTHER)]), "unknown unknown", "another client, that nobody knows");
    let other_actor = plain()
        .admin(OVERLAP, &trust())
        .admin_by("second-admin@example.com", SECONDS_LATER, &[new_name(&[("APP", OKTA)])])
        .judge();
    assert_eq!(other_actor.access("/"), "unknown unknown");
}

#[test]
fn one_old_name_has_one_new_name() {
    let twin = new_name(&[("APP", OKTA), ("SOME_NEW_FIELD", "A label Google chose")]);
    let added = listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org");
    let judged = plain().admin(OVERLAP, &[added, twin.clone(), twin]).judge();
    assert_eq!(judged.access("/"), "unknown unknown", "the second tells of something else");
}

#[test]
fn an_old_name_about_another_app_is_no_twin() {
    let other = listing_of("ADD_TO_TRUSTED_OAUTH2_APPS", OTHER, "Other Tool", "Example Org");
    let judged = plain().admin(OVERLAP, &[other]).admin(SECONDS_LATER, &[new_name(&[("APP", OKTA)])]).judge();
    assert_eq!(judged.access("/"), "unknown unknown");
}
