//! `unread_events`: what may touch a fact and could not be read, by name.

use super::tenant::{OKTA, Tenant, event, listing, session, tenant};
use serde_json::json;

const T0: &str = "2026-10-01T09:00:00Z";

fn plain() -> Tenant {
    tenant().unit("/Sales").unit("/Lab")
}

#[test]
fn events_of_one_name_are_one_entry() {
    let judged = plain()
        .admin("2026-11-03T09:00:00Z", &[event("CHANGE_APP_ACCESS", &[("B", "y"), ("ORG_UNIT_NAME", "Lab")])])
        .admin("2026-11-01T09:00:00Z", &[event("CHANGE_APP_ACCESS", &[("A", OKTA), ("ORG_UNIT_NAME", "Sales")])])
        .admin("2026-11-02T09:00:00Z", &[session("Sales", "x", "y"), session("Lab", "x", "NEVER")])
        .judge();
    assert_eq!(
        judged.unread(),
        [
            "CHANGE_APP_ACCESS ×2 [A B] app-access@/Lab:- app-access@/Sales:okta-workflows-gmail",
            "SESSION_CONTROL_SETTINGS_CHANGE ×2 [REAUTH_SETTING_NEW] cloud-session-control@/Lab:- cloud-session-control@/Sales:-",
        ]
    );
    let first = &judged.json["unread_events"][0];
    assert_eq!(first["source"], json!("reports.admin"));
    assert_eq!(first["first_at"], json!("2026-11-01T09:00:00Z"));
    assert_eq!(first["last_at"], json!("2026-11-03T09:00:00Z"));
}

#[test]
fn what_was_read_for_certain_is_not_in_it() {
    let judged = plain().admin("2026-11-01T09:00:00Z", &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Sales")]).judge();
    assert_eq!(judged.json["unread_events"], json!([]));
}

#[test]
fn three_pieces_of_one_save_are_three_events() {
    let piece = |label: &str| {
        event(
            "SESSION_CONTROL_SETTINGS_CHANGE",
            &[
                ("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
                ("SETTING_NAME", label),
                ("NEW_VALUE", label),
                ("ORG_UNIT_NAME", "Lab"),
            ],
        )
    };
    let pieces = [piece("16 hours"), piece("Password"), piece("Never")];
    let judged = plain().healthy(T0).admin("2026-11-01T09:00:00Z", &pieces).judge();
    assert_eq!(judged.json["unread_events"][0]["count"], json!(3));
    assert_eq!(judged.session("/Lab"), "unknown unknown, exempt unknown unknown");
}

#[test]
fn later_evidence_settles_it() {
    let settled = |tenant: &Tenant| tenant.judge().json["unread_events"][0]["settled"].clone();
    let open = plain().healthy(T0).admin("2026-11-01T09:00:00Z", &[session("Lab", "x", "y")]);
    assert_eq!(settled(&open), json!(false));
    assert_eq!(settled(&open.healthy("2026-11-02T09:00:00Z")), json!(true));
}
