//! Attestations through time: baselines, what watches over them, what overtakes and what contradicts them.

use super::tenant::{AS_OF, FLOWS, FROM, OKTA, Tenant, listing, session, tenant};

const T0: &str = "2026-10-01T09:00:00Z";
const T1: &str = "2026-10-15T09:00:00Z";
const LATER: &str = "2026-11-01T09:00:00Z";
const EXEMPT: &str = r#"reauth = "required", frequency = "16h", method = "password", exempt_trusted_apps = true"#;
const NOT_EXEMPT: &str = r#"reauth = "required", frequency = "16h", method = "password", exempt_trusted_apps = false"#;
const BELOW: &str = "setting = \"cloud-session-control\"\nbelow = \"inherit\"\n";
const ACCESS_BELOW: &str = "setting = \"app-access\"\nbelow = \"inherit\"\napp = \"okta-workflows-gmail\"\n";

fn below(session: &str) -> String {
    format!("{BELOW}value = {{ {session} }}")
}

fn three() -> Tenant {
    tenant().unit("/Sales").unit("/Sales/EMEA")
}

#[test]
fn a_later_event_wins_over_a_baseline_and_a_later_baseline_over_an_event() {
    let before =
        three().attest_access("/", T0, "blocked").admin(LATER, &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org")]);
    assert_eq!(before.judge().access("/"), "trusted proven");
    let settled = before.admin(LATER, &[listing("REMOVE_FROM_BLOCKED_OAUTH2_APPS", "Example Org")]);
    assert_eq!(settled.judge().access("/"), "trusted proven");
    let after = settled.attest_access("/", "2026-11-02T09:00:00Z", "limited");
    assert_eq!(after.judge().access("/"), "limited proven", "no conflict with what the log proved before it");
    assert_eq!(after.judge().trusted("/"), "undetermined -");
}

#[test]
fn an_event_at_the_attested_moment_leaves_a_doubt() {
    let judged =
        three().attest_session("/", T0, EXEMPT).admin(T0, &[session("Example Org", "NEVER", "16 hours")]).judge();
    assert_eq!(judged.session("/"), "required presumed, exempt yes presumed");
}

#[test]
fn an_exemption_ages_with_every_later_save() {
    let judged =
        three().attest("/", T0, &below(EXEMPT)).admin(LATER, &[session("Sales", "INHERIT", "INHERIT")]).judge();
    assert_eq!(judged.session("/"), "required proven, exempt yes proven");
    assert_eq!(judged.session("/Sales"), "required presumed, exempt yes presumed from /", "on the same org unit");
    assert_eq!(judged.session("/Sales/EMEA"), "required presumed, exempt yes presumed from /", "on one above");
    assert_eq!(judged.exempt("/Sales/EMEA"), "undetermined -");

    let judged =
        three().attest("/", T0, &below(EXEMPT)).admin(LATER, &[session("Example Org", "16 hours", "8 hours")]).judge();
    for path in ["/Sales", "/Sales/EMEA"] {
        assert_eq!(judged.session(path), "required presumed, exempt yes presumed from /", "on the one inherited from");
        assert_eq!(judged.exempt(path), "undetermined -");
    }
    let judged = three().attest("/", T0, &below(EXEMPT)).admin(T1, &[session("Sales", "x", "y")]).attest(
        "/",
        LATER,
        &below(EXEMPT),
    );
    assert_eq!(
        judged.judge().session("/Sales"),
        "required proven, exempt yes proven from /",
        "until it is attested anew"
    );
    let judged = three().attest("/", LATER, &below(EXEMPT)).admin(T0, &[session("Example Org", "x", "y")]).judge();
    assert_eq!(judged.exempt("/"), "pass proven", "an earlier save does not matter");
}

#[test]
fn a_later_attestation_that_leaves_the_exemption_out_does_not_renew_it() {
    let tenant = three().attest_session("/", T0, EXEMPT).admin(T1, &[session("Example Org", "x", "y")]).attest_session(
        "/",
        LATER,
        r#"reauth = "required""#,
    );
    assert_eq!(tenant.judge().session("/"), "required proven, exempt yes presumed");
    assert_eq!(tenant.judge().exempt("/"), "undetermined -");
}

#[test]
fn below_covers_units_without_an_attestation_of_then_or_later() {
    let judged = three().attest("/", T0, &below(EXEMPT)).attest_session("/Sales", T0, NOT_EXEMPT).judge();
    assert_eq!(judged.session("/Sales"), "required proven, exempt no proven", "of the same time");
    assert_eq!(judged.session("/Sales/EMEA"), "required proven, exempt no proven from /Sales");
    let judged = three().attest("/", T0, &below(EXEMPT)).attest_session("/Sales", LATER, NOT_EXEMPT).judge();
    assert_eq!(judged.session("/Sales"), "required proven, exempt no proven", "of a later time");
    assert_eq!(judged.exempt("/Sales/EMEA"), "fail proven");
    let earlier = three().attest("/", LATER, &below(EXEMPT)).attest_session("/Sales", T0, NOT_EXEMPT).judge();
    assert_eq!(
        earlier.session("/Sales"),
        "unknown unknown, exempt unknown unknown conflict",
        "two that differ, the log showing nothing between"
    );
    let changed = three()
        .attest("/", LATER, &below(EXEMPT))
        .attest_session("/Sales", T0, NOT_EXEMPT)
        .admin(T1, &[session("Sales", "16 hours", "INHERIT")])
        .judge();
    assert_eq!(changed.session("/Sales"), "required proven, exempt yes proven from /", "the log shows the change");
}

#[test]
fn below_speaks_of_the_tree_below_alone_and_of_its_setting() {
    let tenant = three().unit("/SalesOps").attest_session("/", T0, NOT_EXEMPT).attest("/Sales", T0, &below(EXEMPT));
    let judged = tenant.judge();
    assert_eq!(judged.session("/Sales/EMEA"), "required proven, exempt yes proven from /Sales");
    assert_eq!(judged.session("/SalesOps"), "required presumed, exempt no presumed from /");
    assert_eq!(judged.access("/Sales/EMEA"), "unknown unknown");
    let without = three().attest_session("/", T0, EXEMPT).judge();
    assert_eq!(without.session("/Sales"), "required presumed, exempt yes presumed from /");
    assert_eq!(without.exempt("/Sales"), "undetermined -", "an org unit about which nothing is known");
}

#[test]
fn an_expired_attestation_of_its_own_still_excepts_a_unit_from_below() {
    let own = |expiry: &str| {
        let rest = format!("setting = \"cloud-session-control\"\nexpires_at = {expiry}\nvalue = {{ {NOT_EXEMPT} }}");
        three().attest("/", T0, &below(EXEMPT)).attest("/Sales", T1, &rest).judge()
    };
    assert_eq!(own("2026-11-23T10:00:01Z").session("/Sales"), "required proven, exempt no proven");
    for expiry in ["2026-11-20T00:00:00Z", AS_OF] {
        let judged = own(expiry);
        assert_eq!(judged.session("/Sales"), "unknown unknown, exempt unknown unknown", "{expiry}");
        assert_eq!(judged.exempt("/Sales"), "undetermined -");
        assert_eq!(judged.exempt("/"), "pass proven");
    }
}

#[test]
fn after_its_expiry_it_proves_nothing_and_contradicts_nothing() {
    let rest =
        format!("setting = \"cloud-session-control\"\nexpires_at = 2026-11-01T00:00:00Z\nvalue = {{ {EXEMPT} }}");
    let judged = three().attest("/", T0, &rest).judge();
    assert_eq!(judged.session("/"), "unknown unknown, exempt unknown unknown");
    assert_eq!(judged.exempt("/"), "undetermined -");
    let gaps = judged.result("trusted-apps-exempt", "/").expect("a result")["missing"].to_string();
    assert!(gaps.contains("expired"), "{gaps}");
    let judged = three().attest("/", T0, &rest).attest_session("/", T1, NOT_EXEMPT).judge();
    assert_eq!(judged.session("/"), "required proven, exempt no proven");
    let judged = three().attest("/", T1, &rest).attest_session("/", T0, NOT_EXEMPT).judge();
    assert_eq!(judged.session("/"), "required proven, exempt no proven");
}

#[test]
fn two_that_differ_are_a_conflict_until_the_next() {
    let two = three().attest_session("/", T0, EXEMPT).attest_session("/", T1, NOT_EXEMPT);
    let judged = two.judge();
    assert_eq!(judged.session("/"), "required proven, exempt unknown unknown conflict");
    assert_eq!(judged.exempt("/"), "undetermined -");
    let third = two.clone().attest_session("/", LATER, EXEMPT);
    assert_eq!(third.judge().exempt("/"), "pass proven");
    let event = two.admin(LATER, &[session("Example Org", "x", "y")]);
    assert_eq!(
        event.judge().session("/"),
        "required presumed, exempt unknown unknown conflict",
        "an event is no attestation"
    );

    let access = three().attest_access("/", T0, "trusted").attest_access("/", T1, "blocked");
    assert_eq!(access.judge().access("/"), "unknown unknown conflict");
    let event = access.admin(LATER, &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org")]);
    assert_eq!(event.judge().access("/"), "unknown unknown conflict");

    let explained = three()
        .attest_session("/", T0, EXEMPT)
        .admin("2026-10-07T09:00:00Z", &[session("Example Org", "x", "y")])
        .attest_session("/", T1, NOT_EXEMPT);
    assert_eq!(explained.judge().session("/"), "required proven, exempt no proven");
}

#[test]
fn two_of_the_same_moment_that_differ_are_a_conflict_in_any_order() {
    let levels = ["trusted", "blocked"];
    for (one, other) in [(levels[0], levels[1]), (levels[1], levels[0])] {
        let judged = three().attest_access("/", T0, one).attest_access("/", T0, other).judge();
        assert_eq!(judged.access("/"), "unknown unknown conflict");
        let third =
            three().attest_access("/", T0, one).attest_access("/", T0, other).attest_access("/", T0, one).judge();
        assert_eq!(third.access("/"), "unknown unknown conflict", "one of the same moment is not the next");
    }
    for (one, other) in [(EXEMPT, NOT_EXEMPT), (EXEMPT, r#"reauth = "not_required""#)] {
        for (first, second) in [(one, other), (other, one)] {
            let judged = three().attest_session("/", T0, first).attest_session("/", T0, second).judge();
            assert_eq!(judged.exempt("/"), "undetermined -");
            assert!(judged.session("/").ends_with("conflict"));
        }
    }
}

#[test]
fn by_catalogue_id_and_by_client_id_are_the_same_app_where_it_is_pinned() {
    let by_client = |at: &str, level: &str| {
        three().attest("/", at, &format!("setting = \"app-access\"\napp = {OKTA:?}\nvalue = {level:?}"))
    };
    assert_eq!(by_client(T0, "trusted").judge().access("/"), "trusted proven");
    assert_eq!(
        by_client(T0, "trusted").attest_access("/", T1, "blocked").judge().access("/"),
        "unknown unknown conflict"
    );
}

#[test]
fn older_than_the_log_it_has_no_watch() {
    let older = three().healthy("2026-05-27T09:59:59Z").connection().judge();
    assert_eq!(older.session("/"), "unknown unknown, exempt unknown unknown");
    assert_eq!(older.access("/"), "unknown unknown");
    assert_eq!(older.survives(FLOWS), "undetermined -");
    let at_its_begin = three().healthy(FROM).judge();
    assert_eq!(at_its_begin.exempt("/"), "pass proven");
    // Two from before the log contradict nothing that holds today.
    let renewed =
        three().attest_session("/", "2026-01-01T00:00:00Z", NOT_EXEMPT).attest_session("/", T0, EXEMPT).judge();
    assert_eq!(renewed.session("/"), "required proven, exempt yes proven");
}

#[test]
fn later_than_the_moment_of_judgement_it_proves_nothing() {
    let judged = three().attest_session("/", "2026-11-23T10:00:01Z", EXEMPT).judge();
    assert_eq!(judged.session("/"), "required presumed, exempt yes presumed");
    assert_eq!(judged.exempt("/"), "undetermined -");
    let judged = three().attest_session("/", AS_OF, EXEMPT).judge();
    assert_eq!(judged.exempt("/"), "pass proven", "of that very moment it does");
    let judged =
        three().attest_session("/", T0, NOT_EXEMPT).attest_session("/", "2026-12-01T00:00:00Z", EXEMPT).judge();
    assert_ne!(judged.exempt("/"), "pass proven");
}

#[test]
fn inherit_drops_what_the_unit_had_of_its_own() {
    let judged = three()
        .attest_session("/", T0, NOT_EXEMPT)
        .attest_session("/Sales", T0, r#"reauth = "inherit""#)
        .attest_access("/", T0, "limited")
        .attest_access("/Sales", T0, "inherit")
        .judge();
    assert_eq!(judged.session("/Sales"), "required proven, exempt no proven from /");
    assert_eq!(judged.access("/Sales"), "limited proven from /");
}

#[test]
fn an_attestation_that_may_be_about_a_unit_excepts_it_from_below() {
    // Two org units called Old by turns: which of them was /Old on 1 October cannot be told.
    let rename = |from: &str, to: &str| {
        super::tenant::event("EDIT_ORG_UNIT_NAME", &[("ORG_UNIT_NAME", from), ("NEW_VALUE", to)])
    };
    let judged = tenant()
        .unit("/A")
        .unit("/B")
        .unit("/A/New")
        .unit("/B/New")
        .attest("/", T0, &format!("{ACCESS_BELOW}value = \"trusted\""))
        .attest("/", T0, &below(EXEMPT))
        .attest_access("/A/Old", T0, "blocked")
        .attest_session("/A/Old", T0, NOT_EXEMPT)
        .admin(LATER, &[rename("Old", "New")])
        .judge();
    for path in ["/A/New", "/B/New"] {
        assert_ne!(judged.trusted(path), "pass proven", "{path}");
        assert_ne!(judged.exempt(path), "pass proven", "{path}");
    }
    assert_eq!(judged.exempt("/B"), "pass proven");
}

#[test]
fn a_page_in_conflict_proves_no_part_of_it() {
    let judged = three()
        .connection()
        .healthy(T0)
        .attest_session("/", T1, r#"reauth = "not_required""#)
        .attest_session("/", T1, EXEMPT)
        .judge();
    assert_eq!(judged.session("/"), "unknown unknown, exempt yes presumed conflict");
    assert_eq!(judged.survives(FLOWS), "undetermined -");
}
