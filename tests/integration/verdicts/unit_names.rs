//! Which org unit a log event means: by name, by path, through renames, moves, removals and creations.

use super::tenant::{FLOWS, Judged, Tenant, event, listing, tenant};
use serde_json::{Value, json};

const T0: &str = "2026-10-01T09:00:00Z";
const T1: &str = "2026-10-15T09:00:00Z";
const LATER: &str = "2026-11-01T09:00:00Z";

fn block(unit: &str) -> Value {
    listing("ADD_TO_BLOCKED_OAUTH2_APPS", unit)
}

fn tree_event(name: &str, unit: &str, new: &str) -> Value {
    let mut parameters = vec![("ORG_UNIT_NAME", unit)];
    if !new.is_empty() {
        parameters.push(("NEW_VALUE", new));
    }
    event(name, &parameters)
}

/// Every org unit with a level, in words.
fn levels(judged: &Judged) -> String {
    let units = judged.json["org_units"].as_array().expect("a list").clone();
    let one = |unit: &Value| {
        let path = unit["path"].as_str().expect("text");
        format!("{path} {}", judged.access(path))
    };
    units.iter().map(one).filter(|line| !line.ends_with("unknown unknown")).collect::<Vec<_>>().join("; ")
}

fn plain() -> Tenant {
    tenant().unit("/Sales").unit("/Sales/EMEA").unit("/Lab")
}

#[test]
fn bare_names_and_paths() {
    assert_eq!(levels(&plain().admin(LATER, &[block("EMEA")]).judge()), "/Sales/EMEA blocked proven");
    assert_eq!(levels(&plain().admin(LATER, &[block("/Sales/EMEA")]).judge()), "/Sales/EMEA blocked proven");
    let other_place = plain().admin(LATER, &[block("/Lab/EMEA")]).judge();
    assert_eq!(levels(&other_place), "", "a path that nobody has is nobody's");
    assert!(!other_place.unread().is_empty());
}

#[test]
fn the_root_goes_by_several_names() {
    for name in ["/", "Example Root", "Example Org", "example org", "example.com", "EXAMPLE.COM"] {
        let judged = plain().admin(LATER, &[block(name)]).judge();
        assert_eq!(judged.access("/"), "blocked proven", "{name}");
        assert_eq!(judged.access("/Sales/EMEA"), "blocked presumed from /", "{name}");
    }
    let judged = plain().user("bob@sub.example.org", "/").admin(LATER, &[block("sub.example.org")]).judge();
    assert_eq!(judged.access("/"), "blocked proven", "another domain of the tenant");
    let judged = plain().unit("/Example Org").admin(LATER, &[block("Example Org")]).judge();
    assert_eq!(levels(&judged), "", "the root, or an org unit of that name");
}

#[test]
fn of_two_units_of_one_name_neither_is_known() {
    let two = || tenant().unit("/A").unit("/B").unit("/A/X").unit("/B/X").healthy(T0);
    let judged = two().admin(LATER, &[block("X")]).judge();
    for path in ["/A/X", "/B/X"] {
        assert_eq!(judged.access(path), "unknown unknown");
        assert_eq!(judged.trusted(path), "undetermined -");
    }
    assert_eq!(judged.trusted("/A"), "pass proven");
    assert_eq!(
        judged.unread(),
        [
            "ADD_TO_BLOCKED_OAUTH2_APPS ×1 [ORG_UNIT_NAME] app-access@/A/X:okta-workflows-gmail app-access@/B/X:okta-workflows-gmail"
        ]
    );
    let by_path = two().admin(LATER, &[block("/B/X")]).judge();
    assert_eq!(
        (by_path.access("/A/X"), by_path.access("/B/X")),
        ("trusted proven from /".into(), "blocked proven".into())
    );
}

#[test]
fn an_event_of_a_unit_that_nobody_knows_may_be_of_any() {
    let judged = plain().healthy(T0).connection().admin(LATER, &[block("Nowhere")]).judge();
    for path in ["/", "/Lab", "/Sales", "/Sales/EMEA"] {
        assert_eq!(judged.access(path), "unknown unknown");
    }
    assert_eq!(judged.survives(FLOWS), "undetermined -");
    assert_eq!(judged.unread(), ["ADD_TO_BLOCKED_OAUTH2_APPS ×1 [ORG_UNIT_NAME] app-access@-:okta-workflows-gmail"]);
}

#[test]
fn renamed_since_it_is_found_under_its_new_name() {
    for (from, to) in [("Old", "EMEA"), ("/Sales/Old", "EMEA"), ("Old", "/Sales/EMEA")] {
        let rename = tree_event("EDIT_ORG_UNIT_NAME", from, to);
        let tenant = plain().admin(T1, &[block("Old")]).admin(LATER, &[rename]);
        assert_eq!(levels(&tenant.judge()), "/Sales/EMEA blocked proven", "{from} {to}");
        let twice = tenant.admin("2026-11-02T09:00:00Z", &[listing("REMOVE_FROM_BLOCKED_OAUTH2_APPS", "EMEA")]);
        let twice = twice.attest_access("/", T0, "trusted").attest_access("/Sales", T0, "inherit");
        assert_eq!(twice.judge().access("/Sales/EMEA"), "trusted proven from /");
    }
    // Attested under its old path.
    let judged = plain()
        .attest_access("/Sales/Old", T0, "limited")
        .admin(LATER, &[tree_event("EDIT_ORG_UNIT_NAME", "Old", "EMEA")])
        .judge();
    assert_eq!(judged.access("/Sales/EMEA"), "limited proven");
}

#[test]
fn removed_since_its_events_are_nobody_s() {
    let removed = |at: &str| {
        plain().healthy(T0).admin(T1, &[block("Gone")]).admin(at, &[tree_event("REMOVE_ORG_UNIT", "Gone", "")])
    };
    assert_eq!(removed(LATER).judge().trusted("/Sales"), "pass proven");
    assert!(removed(LATER).judge().unread().is_empty());
    let judged = removed("2026-10-02T09:00:00Z").judge();
    assert_eq!(judged.access("/Sales"), "unknown unknown", "an event after the removal is of some other org unit");
    let namesake =
        plain().healthy(T0).admin(T1, &[block("Lab")]).admin(LATER, &[tree_event("REMOVE_ORG_UNIT", "Lab", "")]);
    assert_eq!(namesake.judge().access("/Lab"), "unknown unknown", "the one that is gone, or its namesake of today");
}

#[test]
fn created_in_the_window_it_inherits_and_is_known_to() {
    let created = || plain().admin(T0, &[tree_event("CREATE_ORG_UNIT", "Lab", "")]);
    let attested = created().attest_access("/", T1, "trusted").attest_session(
        "/",
        T1,
        r#"reauth = "required", exempt_trusted_apps = true"#,
    );
    let judged = attested.judge();
    assert_eq!(judged.access("/Lab"), "trusted proven from /");
    assert_eq!(judged.session("/Lab"), "required proven, exempt yes proven from /");
    assert_eq!(judged.trusted("/Lab"), "pass proven");
    assert_eq!(judged.access("/Sales"), "trusted presumed from /");
    assert_eq!(attested.admin(LATER, &[block("Lab")]).judge().access("/Lab"), "blocked proven");
    // An org unit that bore the name before was another.
    let reused = created().admin("2026-09-01T09:00:00Z", &[block("Lab")]).attest_access("/", T1, "trusted");
    let reused = reused.admin("2026-09-15T09:00:00Z", &[tree_event("REMOVE_ORG_UNIT", "Lab", "")]);
    assert_eq!(reused.judge().access("/Lab"), "trusted proven from /");
}

#[test]
fn a_creation_that_may_be_of_another_unit_proves_nothing() {
    let two = tenant()
        .unit("/A")
        .unit("/B")
        .unit("/A/X")
        .unit("/B/X")
        .admin(T0, &[tree_event("CREATE_ORG_UNIT", "X", "")])
        .attest_access("/", T1, "trusted")
        .attest_access("/A", T1, "inherit")
        .attest_access("/B", T1, "inherit");
    assert_eq!(
        (two.judge().access("/A/X"), two.judge().access("/B/X")),
        ("trusted presumed from /".into(), "trusted presumed from /".into())
    );
    // One of the two is missing from the list of org units: the other is not therefore the one that was created.
    let mut partial = two.clone();
    partial.sources.get_mut("directory.orgunits").expect("a source")["items"] = json!(5);
    partial.lines.retain(|line| line["data"]["orgUnitPath"] != json!("/A/X"));
    assert_eq!(partial.judge().access("/B/X"), "trusted presumed from /");
    let open = super::tenant::with_status(tree_event("CREATE_ORG_UNIT", "Lab", ""), "UNKNOWN_EVENT_STATUS");
    assert_eq!(
        plain().admin(T0, &[open]).attest_access("/", T1, "trusted").judge().access("/Lab"),
        "trusted presumed from /"
    );
}

#[test]
fn with_org_units_missing_a_name_may_be_theirs() {
    let mut tenant = plain().admin(LATER, &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Lab")]);
    assert_eq!(tenant.judge().access("/Lab"), "trusted proven");
    tenant.sources.get_mut("directory.orgunits").expect("a source")["items"] = json!(9);
    assert_eq!(tenant.judge().access("/Lab"), "unknown unknown");
}

#[test]
fn without_the_tenant_s_record_a_name_may_be_the_root_s() {
    let events = || plain().healthy(T0).unit("/Example Org").admin(LATER, &[block("Example Org")]);
    assert_eq!(events().judge().access("/"), "unknown unknown");
    let mut without = events();
    without.lines.retain(|line| line["type"] != json!("customer"));
    without.sources.get_mut("directory.customers").expect("a source")["items"] = json!(1);
    assert_eq!(without.judge().access("/"), "unknown unknown");
    assert_eq!(without.judge().access("/Example Org"), "unknown unknown");
}

#[test]
fn moved_since_below_does_not_reach_it() {
    let moved = |at: &str| plain().healthy(T0).admin(at, &[tree_event("MOVE_ORG_UNIT", "EMEA", "Sales")]);
    let under_sales = |tenant: Tenant| {
        tenant.attest(
            "/Sales",
            T1,
            "setting = \"app-access\"\napp = \"okta-workflows-gmail\"\nbelow = \"inherit\"\nvalue = \"limited\"",
        )
    };
    let before = under_sales(moved("2026-10-02T09:00:00Z")).admin("2026-10-03T09:00:00Z", &[block("Lab")]).judge();
    assert_eq!(before.access("/Sales/EMEA"), "limited proven from /Sales");
    let after = under_sales(plain()).admin(LATER, &[tree_event("MOVE_ORG_UNIT", "EMEA", "Sales")]).judge();
    assert_eq!(after.access("/Sales/EMEA"), "limited presumed from /Sales", "where it lay before is not known");
}

#[test]
fn an_attestation_of_a_path_that_nobody_had_is_said_to_be_unused() {
    let judged = plain().attest_access("/Typo", T0, "trusted").judge();
    assert_eq!(levels(&judged), "");
    assert!(judged.json["notices"][0].as_str().expect("a notice").contains("/Typo"));
}
