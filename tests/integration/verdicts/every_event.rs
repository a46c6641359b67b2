//! Every event of the administrators' log that bears on a fact, or looks as if it did, once: what it leaves of a tenant in
//! which both settings were proven the day before. The parameters are those that Google documents, in the JSON types that
//! the API uses; for the new names, of which only the names are documented, visibly invented ones.

use serde_json::{Value, json};

use super::tenant::{FLOWS, OKTA, Tenant, tenant, token_event};

const T0: &str = "2026-10-01T09:00:00Z";
const LATER: &str = "2026-11-01T09:00:00Z";

/// Both settings as they were.
const SESSION: &str = "required proven, exempt yes proven";
const LEVEL: &str = "trusted proven";

fn healthy() -> Tenant {
    tenant().unit("/Sales").connection().healthy(T0)
}

fn text(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn unit() -> Value {
    text("ORG_UNIT_NAME", "Example Org")
}

fn app() -> [Value; 4] {
    [
        text("OAUTH2_APP_ID", OKTA),
        text("OAUTH2_APP_NAME", "Okta Workflows"),
        text("OAUTH2_APP_TYPE", "OAUTH2_CLIENT"),
        unit(),
    ]
}

/// Judges one event and says what became of session control, of the app's level, and whether it is shown as unread.
fn after(kind: &str, name: &str, parameters: &[Value]) -> (String, String, bool) {
    let event = json!({"type": kind, "name": name, "parameters": parameters});
    let judged = healthy().admin(LATER, &[event]).judge();
    let shown = judged.unread().iter().any(|entry| entry.to_string().contains(name));
    (judged.session("/"), judged.access("/"), shown)
}

#[track_caller]
fn leaves(kind: &str, name: &str, parameters: &[Value], session: &str, level: &str, shown: bool) {
    assert_eq!(after(kind, name, parameters), (session.to_owned(), level.to_owned(), shown), "{name} {parameters:?}");
}

#[test]
fn app_lists() {
    for (list, level) in [
        ("TRUSTED_OAUTH2_APPS", "trusted proven"),
        ("LIMITED_OAUTH2_APPS", "limited proven"),
        ("BLOCKED_OAUTH2_APPS", "blocked proven"),
        ("TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS", "specific_data proven"),
    ] {
        leaves("SECURITY_SETTINGS", &format!("ADD_TO_{list}"), &app(), SESSION, level, false);
        let removed = if list == "TRUSTED_OAUTH2_APPS" { "unconfigured proven" } else { "unknown unknown" };
        leaves("SECURITY_SETTINGS", &format!("REMOVE_FROM_{list}"), &app(), SESSION, removed, false);
        // Which apps it was, no parameter tells: this one may have the new level, or the old.
        let several = [json!({"name": "OAUTH2_NUM_APPS", "intValue": "3"}), unit()];
        let left = if list == "TRUSTED_OAUTH2_APPS" { LEVEL } else { "unknown unknown" };
        leaves("SECURITY_SETTINGS", &format!("MULTIPLE_ADD_TO_{list}"), &several, SESSION, left, true);
    }
    for list in ["ADD_TO_CAA_EXEMPT_OAUTH2_APPS", "REMOVE_FROM_CAA_EXEMPT_OAUTH2_APPS"] {
        leaves("SECURITY_SETTINGS", list, &app(), SESSION, LEVEL, false);
    }
}

#[test]
fn bulk_changes_and_the_settings_collection() {
    let numbers =
        [text("BULK_UPLOAD_SUCCESS_OAUTH_APPS_NUMBER", "12"), text("BULK_UPLOAD_TOTAL_OAUTH_APPS_NUMBER", "12")];
    leaves("SECURITY_SETTINGS", "OAUTH_APPS_BULK_UPLOAD", &numbers, SESSION, "unknown unknown", true);
    let sent = [text("USER_EMAIL", "admin@example.com")];
    leaves("SECURITY_SETTINGS", "OAUTH_APPS_BULK_UPLOAD_NOTIFICATION_SENT", &sent, SESSION, LEVEL, false);
    let collection = [
        text("DOMAIN_NAME", "example.com"),
        text("SETTING_NAME", "x"),
        text("OLD_VALUE", "1"),
        text("NEW_VALUE", "2"),
        unit(),
    ];
    let name = "CHANGE_APP_ACCESS_SETTINGS_COLLECTION_ID";
    leaves("SECURITY_SETTINGS", name, &collection, SESSION, "unknown unknown", true);
}

#[test]
fn what_leaves_every_level_alone() {
    let service = [text("OAUTH2_SERVICE_NAME", "CLOUD_PLATFORM"), unit()];
    for name in [
        "ALLOW_SERVICE_FOR_OAUTH2_ACCESS",
        "DISALLOW_SERVICE_FOR_OAUTH2_ACCESS",
        "BLOCK_ON_DEVICE_ACCESS",
        "UNBLOCK_ON_DEVICE_ACCESS",
    ] {
        leaves("SECURITY_SETTINGS", name, &service, SESSION, LEVEL, false);
    }
    for name in [
        "BLOCK_ALL_THIRD_PARTY_API_ACCESS",
        "UNBLOCK_ALL_THIRD_PARTY_API_ACCESS",
        "SIGN_IN_ONLY_THIRD_PARTY_API_ACCESS",
        "UNDERAGE_BLOCK_ALL_THIRD_PARTY_API_ACCESS",
        "UNDERAGE_SIGN_IN_ONLY_THIRD_PARTY_API_ACCESS",
        "TRUST_DOMAIN_OWNED_OAUTH2_APPS",
        "UNTRUST_DOMAIN_OWNED_OAUTH2_APPS",
        "USER_APPROVAL_WORKFLOW_ENABLED",
        "UNDERAGE_USER_APPROVAL_WORKFLOW_DISABLED",
        "EDU_OVER_18_APPROVAL_WORKFLOW_ENABLED",
        "EDU_DELEGATED_USER_APPROVAL_WORKFLOW_DISABLED",
    ] {
        leaves("SECURITY_SETTINGS", name, &[unit()], SESSION, LEVEL, false);
    }
    let message = [text("OLD_VALUE", "a"), text("NEW_VALUE", "b"), unit()];
    leaves("SECURITY_SETTINGS", "UPDATE_ERROR_MSG_FOR_RESTRICTED_OAUTH2_APPS", &message, SESSION, LEVEL, false);
    leaves("SECURITY_SETTINGS", "DOWNLOAD_PENDING_APP_USER_REQUESTS", &app()[..2], SESSION, LEVEL, false);
}

#[test]
fn new_names() {
    let invented = [text("SOME_APP_FIELD", OKTA), text("SOME_NEW_FIELD", "A label Google chose"), unit()];
    leaves("SECURITY_SETTINGS", "CHANGE_APP_ACCESS", &invented, SESSION, "unknown unknown", true);
    let word = [text("SOME_APP_FIELD", OKTA), text("SOME_NEW_FIELD", "Limited"), unit()];
    leaves("SECURITY_SETTINGS", "CHANGE_APP_ACCESS", &word, SESSION, "limited presumed", true);
    let part_of_a_word = [text("SOME_APP_FIELD", OKTA), text("SOME_NEW_FIELD", "Untrusted"), unit()];
    leaves("SECURITY_SETTINGS", "CHANGE_APP_ACCESS", &part_of_a_word, SESSION, "unknown unknown", true);
    // Services and unconfigured apps: other settings, whatever their parameters are called.
    for name in ["CHANGE_API_ACCESS", "CHANGE_UNCONFIGURED_APPS_ACCESS", "CHANGE_UNDERAGE_UNCONFIGURED_APPS_ACCESS"] {
        leaves("SECURITY_SETTINGS", name, &[text("NEW_VALUE", "Don't allow"), unit()], SESSION, LEVEL, false);
    }
}

#[test]
fn session_control() {
    let change = |new: &str| {
        [
            text("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
            text("REAUTH_SETTING_OLD", "INHERIT"),
            text("REAUTH_SETTING_NEW", new),
            unit(),
        ]
    };
    let name = "SESSION_CONTROL_SETTINGS_CHANGE";
    leaves("SECURITY_SETTINGS", name, &change("NEVER"), "not_required presumed, exempt - -", LEVEL, true);
    let required = "required presumed, exempt yes presumed";
    leaves("SECURITY_SETTINGS", name, &change("16 hours, password"), required, LEVEL, true);
    let open = "unknown unknown, exempt yes presumed";
    leaves("SECURITY_SETTINGS", name, &change(""), open, LEVEL, true);
    let split = [
        text("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
        text("SETTING_NAME", "Some label Google chose"),
        text("OLD_VALUE", "16 hours"),
        text("NEW_VALUE", "4 hours"),
        unit(),
    ];
    leaves("SECURITY_SETTINGS", name, &split, open, LEVEL, true);
    let console = [text("REAUTH_APPLICATION", "ADMIN_CONSOLE"), text("REAUTH_SETTING_NEW", "NEVER"), unit()];
    leaves("SECURITY_SETTINGS", name, &console, SESSION, LEVEL, false);
    // The session of the web, which is another page.
    let web = [text("OLD_VALUE", "12h"), text("NEW_VALUE", "8h"), unit()];
    leaves("SECURITY_SETTINGS", "CHANGE_SESSION_LENGTH", &web, SESSION, LEVEL, false);
}

#[test]
fn application_settings_are_told_apart_by_the_setting_s_name() {
    let setting = |name: &str| {
        [
            text("APPLICATION_NAME", "Security"),
            text("SETTING_NAME", name),
            text("OLD_VALUE", "a"),
            text("NEW_VALUE", "b"),
            unit(),
            json!({"name": "SETTING_METADATA", "messageValue": {"parameter": [{"name": "x", "value": "y"}]}}),
        ]
    };
    for name in ["CREATE_APPLICATION_SETTING", "CHANGE_APPLICATION_SETTING", "DELETE_APPLICATION_SETTING"] {
        let kind = "APPLICATION_SETTINGS";
        leaves(kind, name, &setting("SessionManagement Web session duration"), SESSION, LEVEL, false);
        let open = "unknown unknown, exempt yes presumed";
        leaves(kind, name, &setting("Google Cloud session frequency"), open, LEVEL, true);
        leaves(kind, name, &setting("reauth-frequency"), open, LEVEL, true);
        leaves(kind, name, &setting("App access level"), SESSION, "unknown unknown", true);
    }
}

#[test]
fn the_tree_users_and_tokens() {
    let kind = "ORG_SETTINGS";
    let sales = text("ORG_UNIT_NAME", "Sales");
    leaves(kind, "EDIT_ORG_UNIT_DESCRIPTION", std::slice::from_ref(&sales), SESSION, LEVEL, false);
    leaves(kind, "CREATE_ORG_UNIT", std::slice::from_ref(&sales), SESSION, LEVEL, false);
    leaves(kind, "REMOVE_ORG_UNIT", &[text("ORG_UNIT_NAME", "Old")], SESSION, LEVEL, false);
    leaves(
        kind,
        "EDIT_ORG_UNIT_NAME",
        &[text("ORG_UNIT_NAME", "Vendite"), text("NEW_VALUE", "Sales")],
        SESSION,
        LEVEL,
        false,
    );
    leaves(kind, "MOVE_ORG_UNIT", &[sales.clone(), text("NEW_VALUE", "Example Org")], SESSION, LEVEL, false);
    let user = text("USER_EMAIL", FLOWS);
    let moved = [user.clone(), sales, text("NEW_VALUE", "Example Org")];
    leaves("USER_SETTINGS", "MOVE_USER_TO_ORG_UNIT", &moved, SESSION, LEVEL, false);
    for name in ["CHANGE_PASSWORD", "SUSPEND_USER"] {
        leaves("USER_SETTINGS", name, std::slice::from_ref(&user), SESSION, LEVEL, false);
    }
    leaves("USER_SETTINGS", "REVOKE_3LO_TOKEN", &[user.clone(), text("APP_ID", OKTA)], SESSION, LEVEL, false);
    let device = [user, text("DEVICE_ID", "d"), text("DEVICE_TYPE", "t")];
    leaves("USER_SETTINGS", "REVOKE_3LO_DEVICE_TOKENS", &device, SESSION, LEVEL, false);
    let client = [text("API_CLIENT_NAME", "1"), text("API_SCOPES", "x"), text("DOMAIN_NAME", "example.com")];
    for name in ["AUTHORIZE_API_CLIENT_ACCESS", "REMOVE_API_CLIENT_ACCESS"] {
        leaves("DOMAIN_SETTINGS", name, &client, SESSION, LEVEL, false);
    }
}

#[test]
fn names_of_tomorrow_are_kept_under_the_fact_that_they_may_touch() {
    let open = "unknown unknown, exempt yes presumed";
    leaves("SECURITY_SETTINGS", "CLOUD_REAUTH_POLICY_UPDATED", &[unit()], open, LEVEL, true);
    leaves("NEW_TYPE", "SOMETHING", &[text("SESSION_CONTROL_PART", "x"), unit()], open, LEVEL, true);
    leaves("SECURITY_SETTINGS", "UPDATE_APP_ACCESS_POLICY", &[unit()], SESSION, "unknown unknown", true);
    leaves("NEW_TYPE", "SOMETHING", &[text("OAUTH2_APP_LEVEL", "x"), unit()], SESSION, "unknown unknown", true);
    leaves("SECURITY_SETTINGS", "SOMETHING_ELSE", &[text("A", "b"), unit()], SESSION, LEVEL, false);
}

#[test]
fn token_events_that_authorise_nothing_are_no_authorisation() {
    let with =
        |name: &str| healthy().token("2026-11-20T08:00:00Z", FLOWS, token_event(name, OKTA, "Okta Workflows", &[]));
    let last = |tenant: Tenant| tenant.judge().json["connections"][0]["last_authorized_at"].clone();
    assert_eq!(last(with("authorize")), json!("2026-11-20T08:00:00Z"));
    for name in ["revoke", "deny", "request", "activity"] {
        assert_eq!(last(with(name)), Value::Null, "{name}");
    }
}
