//! The truth rules of every check: what passes, what fails, what stays open, and how sure it is.

use super::tenant::{CLOUD, FLOWS, NAME, OKTA, session, tenant};
use serde_json::json;

const T0: &str = "2026-10-01T09:00:00Z";

#[test]
fn proven_facts_pass() {
    let judged = tenant().unit("/Sales").connection().healthy(T0).judge();
    assert_eq!(judged.session("/"), "required proven, exempt yes proven");
    assert_eq!(judged.session("/Sales"), "required proven, exempt yes proven from /");
    assert_eq!(judged.length("/Sales"), "57600 password");
    assert_eq!(judged.access("/Sales"), "trusted proven from /");
    for path in ["/", "/Sales"] {
        assert_eq!((judged.exempt(path), judged.trusted(path)), ("pass proven".into(), "pass proven".into()));
    }
    assert_eq!(judged.survives(FLOWS), "pass proven");
    assert_eq!(judged.connection(FLOWS), "yes survives");
    assert_eq!(judged.pinned(), "pass proven");
    assert_eq!(judged.repeated(FLOWS), "not_applicable proven");
}

#[test]
fn confidence_is_null_where_nothing_is_settled() {
    let judged = tenant().unit("/Sales").connection().judge();
    for result in judged.json["results"].as_array().expect("a list") {
        let settled = ["pass", "fail", "not_applicable"].contains(&result["status"].as_str().expect("text"));
        assert_eq!(result["confidence"].is_null(), !settled, "{result}");
        assert_eq!(result["missing"].as_array().expect("a list").is_empty(), settled, "{result}");
    }
    assert_eq!(judged.session("/"), "unknown unknown, exempt unknown unknown");
    assert_eq!(judged.access("/"), "unknown unknown");
    assert_eq!(judged.exempt("/Sales"), "undetermined -");
    assert_eq!(judged.survives(FLOWS), "undetermined -");
    assert_eq!(judged.connection(FLOWS), "yes undetermined");
}

#[test]
fn not_applicable_needs_proof() {
    let attested = tenant().connection().attest_session("/", T0, r#"reauth = "not_required""#);
    let judged = attested.judge();
    assert_eq!(judged.session("/"), "not_required proven, exempt - -");
    assert_eq!(judged.length("/"), "- -");
    assert_eq!(judged.exempt("/"), "not_applicable proven");
    assert_eq!(judged.trusted("/"), "not_applicable proven");
    assert_eq!(judged.survives(FLOWS), "pass proven", "a connection that nothing limits survives");

    let presumed = tenant().connection().admin("2026-10-02T09:00:00Z", &[session("Example Org", "INHERIT", "NEVER")]);
    let judged = presumed.judge();
    assert_eq!(judged.session("/"), "not_required presumed, exempt - -");
    assert_eq!(judged.exempt("/"), "undetermined -");
    assert_eq!(judged.trusted("/"), "undetermined -");
    assert_eq!(judged.survives(FLOWS), "undetermined -");
    assert_eq!(presumed.accepting_presumed().judge().exempt("/"), "not_applicable presumed");
}

#[test]
fn a_failure_may_rest_on_presumptions_and_says_so() {
    let tenant = tenant()
        .connection()
        .attest_session("/", T0, r#"reauth = "required", frequency = "4h", exempt_trusted_apps = false"#)
        .attest_access("/", T0, "trusted");
    let judged = tenant.judge();
    assert_eq!(judged.exempt("/"), "fail proven");
    assert_eq!(judged.trusted("/"), "pass proven");
    assert_eq!(judged.survives(FLOWS), "fail proven");
    assert_eq!(judged.connection(FLOWS), "yes breaks");

    let later = tenant.admin("2026-11-01T09:00:00Z", &[session("Example Org", "4 hours", "16 hours")]).judge();
    assert_eq!(later.session("/"), "required presumed, exempt no presumed");
    assert_eq!(later.length("/"), "- unknown");
    assert_eq!(later.exempt("/"), "fail presumed");
    assert_eq!(later.trusted("/"), "undetermined -");
    assert_eq!(later.survives(FLOWS), "fail presumed");
    assert_eq!(later.connection(FLOWS), "yes undetermined", "breaks needs proof");
    assert_eq!(later.missing("trusted-apps-exempt", "/"), ["cloud-session-control"]);
}

#[test]
fn presumed_facts_pass_only_where_that_is_accepted() {
    let tenant =
        tenant().connection().healthy(T0).admin("2026-11-01T09:00:00Z", &[session("/", "16 hours", "8 hours")]);
    let judged = tenant.judge();
    assert_eq!(judged.exempt("/"), "undetermined -");
    assert_eq!(judged.trusted("/"), "undetermined -");
    assert_eq!(judged.survives(FLOWS), "undetermined -");
    let judged = tenant.accepting_presumed().judge();
    assert_eq!(judged.exempt("/"), "pass presumed");
    assert_eq!(judged.trusted("/"), "pass presumed");
    assert_eq!(judged.survives(FLOWS), "pass presumed");
    assert_eq!(judged.connection(FLOWS), "yes undetermined", "survives needs proof, whatever is accepted");
}

#[test]
fn what_is_unknown_and_could_flip_the_answer_leaves_it_open() {
    // Exempt is known, required is not; required is known, exempt is not; trusted is known, exempt is not.
    let judged = tenant().connection().attest_session("/", T0, r#"reauth = "required""#).judge();
    assert_eq!(judged.session("/"), "required proven, exempt unknown unknown");
    assert_eq!(judged.exempt("/"), "undetermined -");
    assert_eq!(judged.trusted("/"), "undetermined -");
    let judged = tenant()
        .connection()
        .attest_session("/", T0, r#"reauth = "required""#)
        .attest_access("/", T0, "blocked")
        .judge();
    assert_eq!(judged.trusted("/"), "fail proven");
    assert_eq!(judged.survives(FLOWS), "fail proven", "without trust the exemption cannot help");
    let judged = tenant().connection().attest_access("/", T0, "trusted").judge();
    assert_eq!(judged.trusted("/"), "undetermined -");
}

#[test]
fn every_level_but_trusted_fails() {
    for level in ["limited", "specific_data", "blocked", "unconfigured"] {
        let judged = tenant()
            .connection()
            .attest_session("/", T0, r#"reauth = "required", exempt_trusted_apps = true"#)
            .attest_access("/", T0, level)
            .judge();
        assert_eq!(judged.access("/"), format!("{level} proven"));
        assert_eq!(judged.trusted("/"), "fail proven", "{level}");
        assert_eq!(judged.survives(FLOWS), "fail proven", "{level}");
    }
}

#[test]
fn suspended_and_deleted_users_are_out_of_use() {
    let suspended = tenant()
        .record("user", json!({"id": "7", "primaryEmail": FLOWS, "orgUnitPath": "/", "suspended": true}))
        .grant(FLOWS, OKTA, NAME, &[CLOUD])
        .healthy(T0)
        .judge();
    assert_eq!(suspended.survives(FLOWS), "not_applicable proven");
    assert_eq!(suspended.connection(FLOWS), "yes undetermined");

    let deleted = tenant().grant(FLOWS, OKTA, NAME, &[CLOUD]).healthy(T0).judge();
    assert_eq!(deleted.survives(FLOWS), "not_applicable proven");
    assert_eq!(deleted.connection(FLOWS), "yes undetermined");

    let logged = tenant().authorizes("2026-11-01T09:00:00Z", "gone@example.com").healthy(T0).judge();
    assert_eq!(logged.survives("gone@example.com"), "not_applicable proven");

    let unread = tenant().source("directory.users", "denied").grant(FLOWS, OKTA, NAME, &[CLOUD]).healthy(T0).judge();
    assert_eq!(unread.survives(FLOWS), "undetermined -", "an account that could not be read is not a deleted one");
}

#[test]
fn severities_kinds_and_order() {
    let judged = tenant().unit("/a").unit("/B").connection().healthy(T0).judge();
    for result in judged.json["results"].as_array().expect("a list") {
        let severity = match result["check"].as_str().expect("text") {
            "trusted-apps-exempt" | "app-trusted" | "connection-survives-reauth" => "high",
            _ => "medium",
        };
        assert_eq!(result["severity"], json!(severity));
    }
    let kind = |check: &str, subject: &str| judged.result(check, subject).expect("a result")["subject"]["kind"].clone();
    assert_eq!(kind("app-trusted", "/B"), json!("app"));
    assert_eq!(kind("trusted-apps-exempt", "/B"), json!("org_unit"));
    assert_eq!(kind("connection-survives-reauth", FLOWS), json!("connection"));
    let paths: Vec<&str> =
        judged.json["org_units"].as_array().expect("a list").iter().filter_map(|unit| unit["path"].as_str()).collect();
    assert_eq!(paths, ["/", "/B", "/a"], "by code point");
    assert_eq!(judged.json["audited_at"], json!("2026-11-23T10:00:00Z"));
    assert_eq!(judged.json["evidence_from"], json!("2026-05-27T10:00:00Z"));
}
