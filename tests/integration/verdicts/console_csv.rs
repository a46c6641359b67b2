//! The console's list of configured apps as a baseline: what its rows prove, and what they leave open.

use gwsaudit::evidence::{Dating, Extent};

use super::tenant::{OKTA, OTHER, Tenant, listing, tenant};

const T0: &str = "2026-10-01T09:00:00Z";
const BEFORE: &str = "2026-09-01T09:00:00Z";
const LATER: &str = "2026-11-01T09:00:00Z";

fn three() -> Tenant {
    tenant().unit("/Sales").unit("/Sales/EMEA").attest(
        "/",
        BEFORE,
        "setting = \"cloud-session-control\"\nbelow = \"inherit\"\nvalue = { reauth = \"required\", frequency = \"16h\", \
         method = \"password\", exempt_trusted_apps = true }",
    )
}

#[test]
fn a_whole_list_settles_the_tree() {
    let judged = three().listed(T0, Extent::Whole, &[(OKTA, "trusted", "/")]).judge();
    assert_eq!(judged.access("/"), "trusted proven");
    assert_eq!(judged.access("/Sales/EMEA"), "trusted proven from /");
    assert_eq!(judged.trusted("/Sales/EMEA"), "pass proven");
    let result = judged.result("app-trusted", "/").expect("a result").to_string();
    assert!(result.contains("configured-apps.csv:2") && result.contains("configured-apps-csv"), "{result}");

    let judged = three().listed(T0, Extent::Whole, &[(OKTA, "trusted", "/"), (OKTA, "limited", "/Sales")]).judge();
    assert_eq!(judged.access("/Sales"), "limited proven");
    assert_eq!(judged.access("/Sales/EMEA"), "limited proven from /Sales");
    assert_eq!(judged.trusted("/Sales/EMEA"), "fail proven");
}

#[test]
fn an_app_that_a_whole_list_lacks_is_not_configured() {
    let judged = three().listed(T0, Extent::Whole, &[(OTHER, "trusted", "/")]).judge();
    assert_eq!(judged.access("/Sales"), "unconfigured proven from /");
    let judged = three().listed(T0, Extent::Unsaid, &[(OTHER, "trusted", "/")]).judge();
    assert_eq!(judged.access("/Sales"), "unknown unknown", "filters on the page may have left it out");
}

#[test]
fn a_list_that_may_be_narrowed_speaks_of_its_rows_alone() {
    let judged = three().listed(T0, Extent::Unsaid, &[(OKTA, "trusted", "/")]).judge();
    assert_eq!(judged.access("/"), "trusted proven");
    assert_eq!(judged.access("/Sales"), "trusted presumed from /");
    let judged = three().listed(T0, Extent::Unsaid, &[(OKTA, "limited", "/Sales")]).judge();
    assert_eq!(judged.access("/"), "unknown unknown");
    assert_eq!(judged.access("/Sales"), "limited proven", "own or inherited, that is its level");
}

#[test]
fn a_row_that_repeats_the_one_above_may_be_inherited() {
    let rows = [(OKTA, "trusted", "/"), (OKTA, "trusted", "/Sales")];
    let same = three().listed(T0, Extent::Whole, &rows);
    assert_eq!(same.judge().access("/Sales").replace(" from /", ""), "trusted proven");
    let changed = same.admin(LATER, &[listing("ADD_TO_BLOCKED_OAUTH2_APPS", "Example Org")]).judge();
    assert_eq!(changed.access("/"), "blocked proven");
    assert_eq!(changed.access("/Sales"), "unknown unknown");
    assert_eq!(changed.one_of("/Sales"), ["blocked", "trusted"], "Trusted of its own, or Blocked by the root");
}

#[test]
fn of_a_narrowed_list_the_row_it_is_inherited_from_may_be_missing() {
    let rows = [(OKTA, "limited", "/"), (OKTA, "trusted", "/Sales/EMEA")];
    let narrowed = three().listed(T0, Extent::Unsaid, &rows);
    assert_eq!(narrowed.judge().access("/Sales/EMEA"), "trusted proven");
    let changed = |tenant: Tenant| {
        tenant.admin(LATER, &[listing("ADD_TO_BLOCKED_OAUTH2_APPS", "Sales")]).judge().access("/Sales/EMEA")
    };
    assert_eq!(changed(narrowed), "unknown unknown", "Trusted of its own, or by /Sales until now");
    assert_eq!(changed(three().listed(T0, Extent::Whole, &rows)), "trusted proven", "a whole list has no such row");
}

#[test]
fn the_log_is_replayed_on_top_and_a_gap_breaks_the_proof() {
    let rows = [(OKTA, "trusted", "/")];
    let later =
        three().listed(T0, Extent::Whole, &rows).admin(LATER, &[listing("ADD_TO_LIMITED_OAUTH2_APPS", "Sales")]);
    assert_eq!(later.judge().access("/Sales"), "limited proven");
    let earlier =
        three().admin(BEFORE, &[listing("ADD_TO_LIMITED_OAUTH2_APPS", "Sales")]).listed(T0, Extent::Whole, &rows);
    assert_eq!(earlier.judge().access("/Sales"), "trusted proven from /");
    let older = three().listed("2026-05-01T00:00:00Z", Extent::Whole, &rows).judge();
    assert_eq!(older.access("/"), "unknown unknown");
    let unwatched = three().listed(T0, Extent::Whole, &rows).source("reports.admin", "partial").judge();
    assert_eq!(unwatched.access("/"), "unknown unknown");
}

#[test]
fn without_a_stated_time_it_is_presumed_at_most() {
    let mut tenant = three().listed(T0, Extent::Whole, &[(OKTA, "trusted", "/")]);
    tenant.csv.as_mut().expect("a list").dating = Dating::FileTime;
    let judged = tenant.judge();
    assert_eq!(judged.access("/Sales"), "trusted presumed from /");
    assert_eq!(judged.trusted("/Sales"), "undetermined -");
    let result = judged.result("app-trusted", "/").expect("a result").to_string();
    assert!(result.contains("--csv-taken-at"), "{result}");
}

#[test]
fn what_an_attestation_and_the_list_say_must_agree() {
    let rows = [(OKTA, "trusted", "/")];
    let agreed = three().attest_access("/", BEFORE, "trusted").listed(T0, Extent::Whole, &rows).judge();
    assert_eq!(agreed.access("/"), "trusted proven");
    let differs = three().attest_access("/", LATER, "blocked").listed(T0, Extent::Whole, &rows).judge();
    assert_eq!(differs.access("/"), "unknown unknown conflict");
    let settled = three()
        .listed(T0, Extent::Whole, &[(OKTA, "trusted", "/"), (OKTA, "trusted", "/Sales")])
        .attest_access("/Sales", LATER, "trusted");
    let changed =
        settled.admin("2026-11-05T09:00:00Z", &[listing("ADD_TO_BLOCKED_OAUTH2_APPS", "Example Org")]).judge();
    assert_eq!(changed.access("/Sales"), "trusted proven", "the attestation tells that the level is its own");
}

#[test]
fn two_rows_that_differ_and_a_word_that_nobody_documents_prove_nothing() {
    let two = three().listed(T0, Extent::Whole, &[(OKTA, "trusted", "/"), (OKTA, "blocked", "/")]).judge();
    assert_eq!(two.access("/"), "unknown unknown conflict");
    let word = three().listed(T0, Extent::Whole, &[(OKTA, "Specific Google data", "/")]).judge();
    assert_eq!(word.access("/"), "unknown unknown");
    assert_ne!(word.trusted("/Sales"), "pass proven");
}

#[test]
fn a_path_that_is_no_more_or_cannot_be_placed_says_so() {
    let judged = three().listed(T0, Extent::Whole, &[(OKTA, "trusted", "/"), (OKTA, "blocked", "/Nowhere")]).judge();
    assert_eq!(judged.access("/"), "trusted proven");
    assert_ne!(judged.trusted("/Sales"), "pass proven", "the row may be about any org unit");
    assert!(judged.json["notices"].to_string().contains("/Nowhere"), "{}", judged.json["notices"]);
    let renamed = three()
        .listed(T0, Extent::Whole, &[(OKTA, "trusted", "/"), (OKTA, "limited", "/Vendite")])
        .admin(
            LATER,
            &[super::tenant::event("EDIT_ORG_UNIT_NAME", &[("ORG_UNIT_NAME", "Vendite"), ("NEW_VALUE", "Sales")])],
        )
        .judge();
    assert_eq!(renamed.access("/Sales"), "limited proven", "by the path of that time");
}

#[test]
fn of_an_app_known_by_name_it_is_presumed() {
    let tenant = three().unpinned().grant("a@example.com", OKTA, super::tenant::NAME, &[super::tenant::MAIL]).listed(
        T0,
        Extent::Whole,
        &[(OKTA, "trusted", "/")],
    );
    assert_eq!(tenant.judge().access("/"), "trusted presumed");
}
