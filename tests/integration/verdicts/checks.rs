//! `client-id-pinned` and `repeated-reauthorization`, in every status.

use super::tenant::{CLOUD, FLOWS, MAIL, NAME, OKTA, OTHER, Tenant, event, listing_of, tenant, token_event};
use serde_json::json;

const T0: &str = "2026-10-01T09:00:00Z";

#[test]
fn pinned_and_alone_it_passes() {
    assert_eq!(tenant().connection().judge().pinned(), "pass proven");
    let stranger = tenant().connection().grant("bob@example.com", OTHER, "Other Tool", &[MAIL]);
    assert_eq!(stranger.judge().pinned(), "pass proven");
}

#[test]
fn recognised_by_name_alone_it_fails() {
    assert_eq!(tenant().connection().unpinned().judge().pinned(), "fail proven");
    let in_the_log = tenant().unpinned().authorizes("2026-11-01T09:00:00Z", FLOWS);
    assert_eq!(in_the_log.judge().pinned(), "fail proven");
    let named_by_an_admin =
        tenant().unpinned().admin("2026-11-01T09:00:00Z", &[listing_of("ADD_TO_TRUSTED_OAUTH2_APPS", OKTA, NAME, "/")]);
    assert_eq!(named_by_an_admin.judge().pinned(), "fail proven");
}

#[test]
fn a_second_client_of_the_name_fails() {
    for name in [NAME, "okta  WORKFLOWS", "Okta-Workflows"] {
        let two = tenant().connection().grant("bob@example.com", OTHER, name, &[MAIL]);
        assert_eq!(two.judge().pinned(), "fail proven", "{name}");
    }
    let logged =
        tenant().connection().token("2026-11-01T09:00:00Z", FLOWS, token_event("authorize", OTHER, NAME, &[MAIL]));
    assert_eq!(logged.judge().pinned(), "fail proven");
    let denied = tenant().connection().grant("bob@example.com", OTHER, NAME, &[MAIL]).source("reports.token", "denied");
    assert_eq!(denied.judge().pinned(), "fail proven", "what is seen is seen");
}

#[test]
fn a_client_whose_name_only_looks_like_it_is_told_and_not_merged() {
    let looks =
        ["Оktа Wоrkflоws", "Ｏｋｔａ Ｗｏｒｋｆｌｏｗｓ", "Ok\u{200d}ta Workflows", "0kta Workf1ows", "Okta Workflow"];
    for name in looks {
        let two = tenant().connection().grant("bob@example.com", OTHER, name, &[MAIL]).judge();
        assert_eq!(two.pinned(), "fail presumed", "{name}");
        let result = two.result("client-id-pinned", "okta-workflows-gmail").expect("a result");
        assert!(result["missing"].to_string().contains(OTHER), "{result:#}");
        let denied =
            tenant().connection().grant("bob@example.com", OTHER, name, &[MAIL]).source("reports.token", "denied");
        assert_eq!(denied.judge().pinned(), "fail presumed", "{name}: what is seen is seen");
        // Of an app that nobody saw, a look-alike proves neither that it is there nor that it is not.
        let alone = tenant().grant("bob@example.com", OTHER, name, &[MAIL]);
        assert_eq!(alone.judge().pinned(), "undetermined -", "{name}");
        let unpinned = alone.unpinned().judge();
        assert_eq!(unpinned.pinned(), "undetermined -", "{name}");
        assert_eq!(unpinned.survives("bob@example.com"), "absent", "{name} is no connection of the app's");
    }
    // Unpinned, the one that bears the very name is what fails.
    let both = tenant().connection().unpinned().grant("bob@example.com", OTHER, looks[0], &[MAIL]);
    assert_eq!(both.judge().pinned(), "fail proven");
}

#[test]
fn never_named_it_does_not_apply() {
    assert_eq!(tenant().judge().pinned(), "not_applicable proven");
    assert_eq!(tenant().unpinned().judge().pinned(), "not_applicable proven");
}

#[test]
fn with_a_witness_missing_it_stays_open() {
    for id in ["directory.tokens", "reports.token", "reports.admin"] {
        for status in ["denied", "partial", "failed", "skipped"] {
            assert_eq!(tenant().connection().source(id, status).judge().pinned(), "undetermined -", "{id} {status}");
            assert_eq!(tenant().source(id, status).judge().pinned(), "undetermined -", "{id} {status}");
        }
    }
    let mut not_asked = tenant().connection();
    not_asked.sources.get_mut("directory.tokens").expect("a source")["users_not_asked"] = json!(3);
    assert_eq!(not_asked.judge().pinned(), "undetermined -");
}

#[test]
fn a_name_of_the_catalogue_s_is_not_yet_the_pinned_client_s() {
    let tenant = tenant().connection().grant("bob@example.com", OTHER, "Okta Workflows Drive", &[MAIL]);
    assert_eq!(tenant.judge().pinned(), "pass proven", "another name");
    let mut without = tenant.clone();
    without.lines.retain(|line| line["data"]["clientId"] != json!(OKTA));
    without.sources.get_mut("directory.tokens").expect("a source")["items"] = json!(2);
    assert_eq!(without.judge().pinned(), "undetermined -", "by which name the app goes cannot be seen any more");
}

fn connected() -> Tenant {
    tenant().connection().attest_session(
        "/",
        T0,
        r#"reauth = "required", frequency = "16h", exempt_trusted_apps = false"#,
    )
}

fn authorized(mut tenant: Tenant, times: &[&str]) -> Tenant {
    for at in times {
        tenant = tenant.authorizes(at, FLOWS);
    }
    tenant
}

const DAILY: [&str; 4] =
    ["2026-11-16T09:00:00Z", "2026-11-17T09:05:00Z", "2026-11-18T08:50:00Z", "2026-11-19T09:20:00Z"];

#[test]
fn at_the_session_s_rhythm_it_fails() {
    assert_eq!(authorized(connected(), &DAILY).judge().repeated(FLOWS), "fail proven");
    let old_length =
        authorized(connected(), &DAILY).admin("2026-11-20T09:00:00Z", &[super::tenant::session("/", "x", "y")]);
    assert_eq!(old_length.judge().repeated(FLOWS), "fail presumed", "the session length is not known any more");
    assert_eq!(authorized(tenant().connection(), &DAILY).judge().repeated(FLOWS), "fail presumed");
    let cut = authorized(connected(), &DAILY).source("reports.token", "partial");
    assert_eq!(cut.judge().repeated(FLOWS), "fail proven", "what is seen is seen");
}

#[test]
fn what_else_explains_it_makes_it_a_presumption() {
    let revoked = authorized(connected(), &DAILY).token(
        "2026-11-17T09:00:00Z",
        FLOWS,
        token_event("revoke", OKTA, NAME, &[CLOUD]),
    );
    assert_eq!(revoked.judge().repeated(FLOWS), "fail presumed");
    let endings = [
        event("CHANGE_PASSWORD", &[("USER_EMAIL", FLOWS)]),
        event("SUSPEND_USER", &[("USER_EMAIL", FLOWS)]),
        event("REVOKE_3LO_TOKEN", &[("USER_EMAIL", FLOWS), ("APP_ID", OKTA)]),
        event("REVOKE_3LO_DEVICE_TOKENS", &[("USER_EMAIL", FLOWS), ("DEVICE_ID", "x")]),
    ];
    for ending in endings {
        let judged = authorized(connected(), &DAILY).admin("2026-11-17T09:00:00Z", &[ending]).judge();
        assert_eq!(judged.repeated(FLOWS), "fail presumed");
    }
    let other = event("REVOKE_3LO_TOKEN", &[("USER_EMAIL", FLOWS), ("APP_ID", OTHER)]);
    let judged = authorized(connected(), &DAILY).admin("2026-11-17T09:00:00Z", &[other]).judge();
    assert_eq!(judged.repeated(FLOWS), "fail proven", "another client's token");
    let weekly = ["2026-10-29T09:00:00Z", "2026-11-05T09:00:00Z", "2026-11-12T09:00:00Z", "2026-11-19T09:00:00Z"];
    assert_eq!(authorized(connected(), &weekly).judge().repeated(FLOWS), "fail presumed", "a client in testing mode");
    let slow = ["2026-11-01T09:00:00Z", "2026-11-09T09:00:00Z", "2026-11-19T09:00:00Z"];
    assert_eq!(authorized(connected(), &slow).judge().repeated(FLOWS), "fail presumed");
}

#[test]
fn a_rhythm_of_long_ago_is_no_rhythm() {
    // A log that was carried forward for two years.
    let carried =
        |times: &[&str]| authorized(connected(), times).judged("2024-11-23T10:00:00Z", "2026-11-23T10:00:00Z");
    let then = ["2025-11-02T09:00:00Z", "2025-11-03T09:00:00Z", "2025-11-04T09:00:00Z", "2025-11-05T09:00:00Z"];
    let judged = carried(&then).judge();
    assert_eq!(judged.repeated(FLOWS), "pass proven");
    let summary = &judged.result("repeated-reauthorization", FLOWS).expect("a result")["summary"];
    let says =
        "flows@example.com authorised the connection 4 times, not at the rhythm of a session in the last 180 days.";
    assert_eq!(summary, says);
    assert_eq!(carried(&DAILY).judge().repeated(FLOWS), "fail proven");
}

#[test]
fn otherwise_it_passes() {
    let passing: [&[&str]; 4] = [
        &["2026-11-16T09:00:00Z", "2026-11-17T09:00:00Z"],
        &["2026-11-16T09:00:00Z", "2026-11-16T09:05:00Z", "2026-11-16T09:10:00Z"],
        &["2026-11-16T09:00:00Z", "2026-11-16T10:00:00Z", "2026-11-16T11:00:00Z", "2026-11-16T12:00:00Z"],
        &["2026-09-01T09:00:00Z", "2026-10-02T09:00:00Z", "2026-11-03T09:00:00Z"],
    ];
    for times in passing {
        assert_eq!(authorized(connected(), times).judge().repeated(FLOWS), "pass proven", "{times:?}");
    }
    let mut mail = connected();
    for at in DAILY {
        mail = mail.token(at, FLOWS, token_event("authorize", OKTA, NAME, &[MAIL]));
    }
    assert_eq!(mail.judge().repeated(FLOWS), "pass proven", "no Cloud scope, no session");
}

#[test]
fn whether_it_is_a_rhythm_hangs_on_the_session_s_length() {
    let hours = ["2026-11-16T09:00:00Z", "2026-11-16T12:00:00Z", "2026-11-16T15:00:00Z", "2026-11-16T18:00:00Z"];
    assert_eq!(authorized(connected(), &hours).judge().repeated(FLOWS), "pass proven", "16 hours");
    let two_hours = tenant().connection().attest_session("/", T0, r#"reauth = "required", frequency = "2h""#);
    assert_eq!(authorized(two_hours, &hours).judge().repeated(FLOWS), "fail proven");
    assert_eq!(authorized(tenant().connection(), &hours).judge().repeated(FLOWS), "undetermined -", "nobody knows");
    let never = tenant().connection().attest_session("/", T0, r#"reauth = "not_required""#);
    assert_eq!(authorized(never, &hours).judge().repeated(FLOWS), "pass proven", "no session, no rhythm");
}

#[test]
fn with_less_than_two_at_hand_it_does_not_apply() {
    assert_eq!(connected().judge().repeated(FLOWS), "not_applicable proven");
    assert_eq!(authorized(connected(), &DAILY[..1]).judge().repeated(FLOWS), "not_applicable proven");
    for status in ["denied", "partial", "failed", "skipped"] {
        for times in [&DAILY[..1], &DAILY[..2]] {
            let judged = authorized(connected(), times).source("reports.token", status).judge();
            assert_eq!(judged.repeated(FLOWS), "undetermined -", "{status}");
        }
    }
}

#[test]
fn without_the_directory_old_addresses_cannot_be_told() {
    let judged = authorized(connected(), &DAILY[..2]).source("directory.users", "partial").judge();
    assert_eq!(judged.repeated(FLOWS), "undetermined -");
}

#[test]
fn pieces_of_one_activity_are_all_counted() {
    // Google's filters may hand out one activity in two pieces, and twice.
    let mut tenant = authorized(connected(), &DAILY);
    let first = tenant.lines.iter().position(|line| line["application"] == json!("token")).expect("an activity");
    let mut piece = tenant.lines[first].clone();
    piece["data"]["events"] = json!([token_event("authorize", OTHER, NAME, &[CLOUD])]);
    tenant.lines.insert(first, piece);
    assert_eq!(tenant.judge().repeated(FLOWS), "fail proven");
    assert_eq!(tenant.judge().pinned(), "fail proven");
}
