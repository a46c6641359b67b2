//! What the laws found, cut down to what it takes by hand, so that it stays found whatever the plans become.

use serde_json::json;

use super::log::{event, security};
use crate::verdicts::tenant::{CLOUD, FLOWS, NAME, OKTA, Tenant, tenant};

const OPEN: &str = "UNKNOWN_EVENT_STATUS";

fn tree(tenant: Tenant, at: &str, name: &str, parameters: &[(&str, &str)], status: &str) -> Tenant {
    let mut event = event("ORG_SETTINGS", name, parameters);
    event["status"] = json!({"eventStatus": status});
    tenant.admin(at, &[event])
}

fn listed(tenant: Tenant, at: &str, name: &str, unit: &str) -> Tenant {
    let parameters = [
        ("OAUTH2_APP_ID", OKTA),
        ("OAUTH2_APP_NAME", NAME),
        ("OAUTH2_APP_TYPE", "OAUTH2_CLIENT"),
        ("ORG_UNIT_NAME", unit),
    ];
    tenant.admin(at, &[security(name, &parameters)])
}

/// The root's own record is lost, and an org unit bears its name: an event that names it may be the root's.
#[test]
fn a_root_whose_name_no_record_tells_may_bear_any() {
    let mut tenant = tenant().unit("/Example Root").attest_access("/", "2026-07-01T00:00:00Z", "trusted");
    tenant = listed(tenant, "2026-07-02T00:00:00Z", "REMOVE_FROM_TRUSTED_OAUTH2_APPS", "Example Root");
    tenant.lines.retain(|line| line["data"]["orgUnitId"] != json!("id:root"));
    assert_eq!(tenant.judge().access("/"), "unknown unknown");
}

/// Two activities of one moment have no order, so neither of two that differ is the last.
#[test]
fn of_one_moment_no_change_is_the_last() {
    let at = "2026-07-02T00:00:00Z";
    let removed = |tenant| listed(tenant, at, "REMOVE_FROM_TRUSTED_OAUTH2_APPS", "Example Root");
    let added = |tenant| listed(tenant, at, "ADD_TO_TRUSTED_OAUTH2_APPS", "Example Root");
    assert_eq!(added(removed(tenant())).judge().access("/"), "unknown unknown");
    assert_eq!(removed(added(tenant())).judge().access("/"), "unknown unknown");
    let uploaded = |tenant: Tenant| tenant.admin(at, &[security("OAUTH_APPS_BULK_UPLOAD", &[])]);
    assert_eq!(uploaded(added(tenant())).judge().access("/"), "unknown unknown");
    assert_eq!(added(uploaded(tenant())).judge().access("/"), "unknown unknown");
}

/// What was attested before the log began proves nothing, and contradicts nothing that the log shows either.
#[test]
fn what_lapsed_does_not_cast_doubt_on_a_removal() {
    let tenant = tenant().attest_access("/", "2026-05-01T00:00:00Z", "unconfigured");
    let tenant = listed(tenant, "2026-07-02T00:00:00Z", "REMOVE_FROM_TRUSTED_OAUTH2_APPS", "Example Root");
    assert_eq!(tenant.judge().access("/"), "unconfigured proven");
}

/// Of two groups' bindings the newest decides, and where it says nothing of sessions the console may: which of the
/// two is the newest no answer tells.
#[test]
fn a_binding_that_says_nothing_may_be_the_newest() {
    let member = json!({"id": format!("id-{FLOWS}"), "type": "USER"});
    let tenant = tenant()
        .user(FLOWS, "/")
        .grant(FLOWS, OKTA, NAME, &[CLOUD])
        .attest_session("/", "2026-07-01T00:00:00Z", r#"reauth = "required", exempt_trusted_apps = false"#)
        .binding("a", "g", json!({"sessionSettings": {"sessionLength": "0s", "sessionLengthEnabled": false}}))
        .binding("b", "h", json!({}))
        .member("g", member.clone())
        .member("h", member);
    assert_eq!(tenant.judge().survives(FLOWS), "undetermined -");
}

/// The org unit that was attested was removed; whether today's of that path was created later, Google leaves open.
#[test]
fn an_attestation_is_not_of_a_namesake_that_may_have_come_later() {
    let tenant = tenant().unit("/C").attest_access("/", "2026-07-01T00:00:00Z", "blocked").attest_access(
        "/C",
        "2026-07-01T00:00:00Z",
        "trusted",
    );
    let tenant = tree(tenant, "2026-07-02T00:00:00Z", "REMOVE_ORG_UNIT", &[("ORG_UNIT_NAME", "C")], "SUCCEEDED");
    let tenant = tree(tenant, "2026-07-03T00:00:00Z", "CREATE_ORG_UNIT", &[("ORG_UNIT_NAME", "C")], OPEN);
    let access = tenant.judge().access("/C");
    assert!(!access.starts_with("trusted"), "{access}");
}

/// An attestation that cannot be placed may be an org unit's own, and then `below` of one above does not speak of it.
#[test]
fn below_does_not_speak_of_whom_an_unplaced_attestation_may_be() {
    let tenant = tenant()
        .unit("/X")
        .attest(
            "/",
            "2026-07-01T00:00:00Z",
            "setting = \"app-access\"\napp = \"okta-workflows-gmail\"\nvalue = \"trusted\"\nbelow = \"inherit\"",
        )
        .attest_access("/X", "2026-07-01T00:00:00Z", "blocked");
    let renamed = [("ORG_UNIT_NAME", "X"), ("NEW_VALUE", "Y")];
    let access = tree(tenant, "2026-07-02T00:00:00Z", "EDIT_ORG_UNIT_NAME", &renamed, OPEN).judge().access("/X");
    assert!(!access.starts_with("trusted"), "{access}");
}

/// Nobody bears the new name and nobody who did was removed, so the rename did not happen.
#[test]
fn a_rename_that_nobody_bears_did_not_happen() {
    let tenant = tenant().unit("/X").unit("/Z").attest_access("/Z", "2026-07-01T00:00:00Z", "trusted");
    let tenant = listed(tenant, "2026-07-02T00:00:00Z", "ADD_TO_BLOCKED_OAUTH2_APPS", "X");
    let renamed = [("ORG_UNIT_NAME", "X"), ("NEW_VALUE", "Y")];
    let judged = tree(tenant, "2026-07-03T00:00:00Z", "EDIT_ORG_UNIT_NAME", &renamed, OPEN).judge();
    assert_eq!(judged.access("/Z"), "trusted proven");
    assert_eq!(judged.access("/X"), "blocked proven");
}
