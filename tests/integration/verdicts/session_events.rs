//! `SESSION_CONTROL_SETTINGS_CHANGE` and its kin: what they prove, suggest, and overtake.

use super::tenant::{Tenant, event, session, tenant, with_status};
use serde_json::{Value, json};

const BEFORE_SPLIT: &str = "2026-02-16T23:59:59.999Z";
const AFTER_SPLIT: &str = "2026-02-17T00:00:00Z";
/// Within the window that the rest of the tests use.
const LATER: &str = "2026-11-01T09:00:00Z";
const T0: &str = "2026-10-01T09:00:00Z";

fn early() -> Tenant {
    tenant().unit("/Sales").judged("2025-09-01T00:00:00Z", "2026-02-27T00:00:00Z")
}

fn attested() -> Tenant {
    tenant()
        .unit("/Sales")
        .attest_session("/", T0, r#"reauth = "required", frequency = "16h", exempt_trusted_apps = true"#)
        .attest_session("/Sales", T0, r#"reauth = "required", frequency = "4h", exempt_trusted_apps = true"#)
}

#[test]
fn never_proves_before_the_split_and_suggests_after_it() {
    let judged = early().admin(BEFORE_SPLIT, &[session("Sales", "INHERIT", "NEVER")]).judge();
    assert_eq!(judged.session("/Sales"), "not_required proven, exempt - -");
    assert_eq!(judged.exempt("/Sales"), "not_applicable proven");
    assert!(judged.unread().is_empty());
    let judged = early().admin(AFTER_SPLIT, &[session("Sales", "INHERIT", "NEVER")]).judge();
    assert_eq!(judged.session("/Sales"), "not_required presumed, exempt - -");
    assert_eq!(judged.exempt("/Sales"), "undetermined -");
    assert_eq!(
        judged.unread(),
        ["SESSION_CONTROL_SETTINGS_CHANGE ×1 [REAUTH_SETTING_NEW] cloud-session-control@/Sales:-"]
    );
}

#[test]
fn inherit_proves_before_the_split_and_suggests_after_it() {
    let root =
        || early().attest_session("/", "2026-01-01T00:00:00Z", r#"reauth = "required", exempt_trusted_apps = true"#);
    let judged = root().admin(BEFORE_SPLIT, &[session("Sales", "NEVER", "INHERIT")]).judge();
    assert_eq!(judged.session("/Sales"), "required proven, exempt yes proven from /");
    assert_eq!(judged.exempt("/Sales"), "pass proven");
    let judged = root().admin(AFTER_SPLIT, &[session("Sales", "NEVER", "INHERIT")]).judge();
    assert_eq!(judged.session("/Sales"), "required presumed, exempt yes presumed from /");
    assert_eq!(judged.exempt("/Sales"), "undetermined -");
}

#[test]
fn a_parameter_that_nobody_documented_makes_it_a_presumption() {
    let mut extra = session("Sales", "INHERIT", "NEVER");
    extra["parameters"].as_array_mut().expect("a list").push(json!({"name": "GROUP_EMAIL", "value": "g@example.com"}));
    let judged = early().admin(BEFORE_SPLIT, &[extra]).judge();
    assert_eq!(judged.session("/Sales"), "not_required presumed, exempt - -");
    assert_eq!(
        judged.unread(),
        ["SESSION_CONTROL_SETTINGS_CHANGE ×1 [GROUP_EMAIL REAUTH_SETTING_NEW] cloud-session-control@/Sales:-"]
    );
}

#[test]
fn the_console_s_own_session_says_nothing() {
    let console = event(
        "SESSION_CONTROL_SETTINGS_CHANGE",
        &[("REAUTH_APPLICATION", "ADMIN_CONSOLE"), ("REAUTH_SETTING_NEW", "NEVER"), ("ORG_UNIT_NAME", "Sales")],
    );
    let judged = attested().admin(LATER, &[console]).judge();
    assert_eq!(judged.session("/Sales"), "required proven, exempt yes proven");
    assert!(judged.unread().is_empty());
}

#[test]
fn another_application_or_none_proves_nothing_and_overtakes() {
    for application in [Some("SOMETHING_NEW"), Some(""), None] {
        let mut parameters = vec![("REAUTH_SETTING_NEW", "NEVER"), ("ORG_UNIT_NAME", "Sales")];
        parameters.extend(application.map(|value| ("REAUTH_APPLICATION", value)));
        let unsure = event("SESSION_CONTROL_SETTINGS_CHANGE", &parameters);
        let judged = attested().admin(LATER, std::slice::from_ref(&unsure)).judge();
        assert_eq!(judged.session("/Sales"), "unknown unknown, exempt yes presumed", "{application:?}");
        assert_eq!(judged.exempt("/Sales"), "undetermined -");
        assert_eq!(judged.exempt("/"), "pass proven");
        let judged = early().admin(BEFORE_SPLIT, &[unsure]).judge();
        assert_eq!(judged.session("/Sales"), "unknown unknown, exempt unknown unknown", "{application:?}");
    }
}

#[test]
fn an_opaque_value_suggests_that_it_is_required() {
    let judged = early().admin(BEFORE_SPLIT, &[session("Sales", "NEVER", "16 hours, password")]).judge();
    assert_eq!(judged.session("/Sales"), "required presumed, exempt unknown unknown");
    assert_eq!(judged.length("/Sales"), "- unknown");
    let judged = attested().admin(LATER, &[session("Sales", "4 hours", "something")]).judge();
    assert_eq!(judged.session("/Sales"), "required presumed, exempt yes presumed");
    assert_eq!(judged.exempt("/Sales"), "undetermined -");
}

#[test]
fn empty_values_and_the_split_shape_are_unreadable() {
    let split = event(
        "SESSION_CONTROL_SETTINGS_CHANGE",
        &[
            ("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
            ("SETTING_NAME", "Some label Google chose"),
            ("OLD_VALUE", "16 hours"),
            ("NEW_VALUE", "4 hours"),
            ("ORG_UNIT_NAME", "Sales"),
        ],
    );
    for change in [split, session("Sales", "NEVER", "")] {
        let judged = attested().admin(LATER, std::slice::from_ref(&change)).judge();
        assert_eq!(judged.session("/Sales"), "unknown unknown, exempt yes presumed", "{change}");
        assert_eq!(judged.exempt("/Sales"), "undetermined -");
        assert_eq!(judged.session("/"), "required proven, exempt yes proven");
    }
}

#[test]
fn unnamed_org_units_may_be_any() {
    let unnamed = event(
        "SESSION_CONTROL_SETTINGS_CHANGE",
        &[("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"), ("REAUTH_SETTING_NEW", "NEVER")],
    );
    let judged = attested().admin(LATER, &[unnamed]).judge();
    for path in ["/", "/Sales"] {
        assert_eq!(judged.session(path), "unknown unknown, exempt yes presumed");
    }
    assert_eq!(
        judged.unread(),
        ["SESSION_CONTROL_SETTINGS_CHANGE ×1 [ORG_UNIT_NAME REAUTH_SETTING_NEW] cloud-session-control@-:-"]
    );
}

#[test]
fn status_decides_whether_it_happened() {
    let of = |status: &str| {
        let change = with_status(session("Sales", "NEVER", "16 hours"), status);
        attested().admin(LATER, &[change]).judge().session("/Sales")
    };
    assert_eq!(of("FAILED"), "required proven, exempt yes proven");
    assert_eq!(of("SKIPPED"), "required proven, exempt yes proven");
    assert_eq!(of("SUCCEEDED"), "required presumed, exempt yes presumed");
    assert_eq!(of("SUCCEEDED_WITH_WARNINGS"), "required presumed, exempt yes presumed");
    assert_eq!(of("UNKNOWN_EVENT_STATUS"), "required presumed, exempt yes presumed");
    let open = with_status(session("Sales", "16 hours", "NEVER"), "UNKNOWN_EVENT_STATUS");
    let judged = attested().admin(LATER, &[open]).judge();
    assert_eq!(judged.session("/Sales"), "unknown unknown, exempt yes presumed");
}

#[test]
fn unknown_events_that_speak_of_it_overtake() {
    let speaking: [Value; 4] = [
        event("CLOUD_SESSION_CONTROL_EXEMPTION_CHANGE", &[("ORG_UNIT_NAME", "Sales")]),
        event("CHANGE_REAUTH_POLICY", &[("ORG_UNIT_NAME", "Sales"), ("NEW_VALUE", "NEVER")]),
        event("SOMETHING_ELSE", &[("ORG_UNIT_NAME", "Sales"), ("REAUTH_TRUSTED_APPS", "true")]),
        event("SOMETHING_ELSE", &[("ORG_UNIT_NAME", "Sales"), ("OLD_SESSION_CONTROL_POLICY", "x")]),
    ];
    for change in speaking {
        let judged = attested().admin(LATER, std::slice::from_ref(&change)).judge();
        assert_eq!(judged.session("/Sales"), "unknown unknown, exempt yes presumed", "{change}");
        assert_eq!(judged.exempt("/Sales"), "undetermined -", "{change}");
        assert_eq!(judged.exempt("/"), "pass proven", "{change}");
        assert_eq!(judged.unread().len(), 1, "{change}");
    }
    for silent in ["CHANGE_SESSION_LENGTH", "CHANGE_APPLICATION_SETTING"] {
        let judged =
            attested().admin(LATER, &[event(silent, &[("ORG_UNIT_NAME", "Sales"), ("NEW_VALUE", "1")])]).judge();
        assert_eq!(judged.exempt("/Sales"), "pass proven", "the web session is another page");
    }
}

#[test]
fn an_event_may_speak_of_both_settings() {
    let both = [
        event("CHANGE_APP_ACCESS_REAUTH_EXEMPTION", &[("ORG_UNIT_NAME", "Example Org")]),
        event("SOMETHING_ELSE", &[("OAUTH2_APP_ID", "x"), ("REAUTH_EXEMPT", "x"), ("ORG_UNIT_NAME", "Example Org")]),
        event("ADD_TO_BLOCKED_OAUTH2_APPS", &[("OAUTH2_APP_ID", "x"), ("REAUTH_EXEMPT", "x")]),
    ];
    for change in both {
        let judged = tenant().healthy(T0).admin(LATER, std::slice::from_ref(&change)).judge();
        assert_eq!(judged.exempt("/"), "undetermined -", "{change}");
        let trusted = judged.access("/");
        let expected =
            if change["name"] == json!("ADD_TO_BLOCKED_OAUTH2_APPS") { "trusted proven" } else { "unknown unknown" };
        assert_eq!(trusted, expected, "{change}");
    }
    let blocked = event(
        "ADD_TO_BLOCKED_OAUTH2_APPS",
        &[("OAUTH2_APP_ID", super::tenant::OKTA), ("REAUTH_EXEMPT", "x"), ("ORG_UNIT_NAME", "Example Org")],
    );
    let judged = tenant().healthy(T0).admin(LATER, &[blocked]).judge();
    assert_eq!(judged.access("/"), "blocked presumed");
}

#[test]
fn two_pieces_of_one_save_that_differ_leave_it_open() {
    let judged = early()
        .admin(BEFORE_SPLIT, &[session("Sales", "INHERIT", "NEVER"), session("Sales", "INHERIT", "16 hours")])
        .judge();
    assert_eq!(judged.session("/Sales"), "unknown unknown, exempt unknown unknown");
}

#[test]
fn a_parameter_given_twice_is_not_read() {
    let mut twice = session("Sales", "4 hours", "1 hour");
    twice["parameters"]
        .as_array_mut()
        .expect("a list")
        .insert(0, json!({"name": "REAUTH_APPLICATION", "value": "ADMIN_CONSOLE"}));
    let judged = attested().admin(LATER, &[twice]).judge();
    assert_eq!(judged.exempt("/Sales"), "undetermined -");
}
