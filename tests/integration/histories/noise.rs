//! Events that leave both settings alone, with the parameters that Google documents.

use serde_json::Value;

use super::log::{event as any_event, security};
use crate::verdicts::tenant::{NAME, OKTA};

/// How many kinds there are.
pub(super) const KINDS: u8 = 14;

/// One of them, about this org unit where it names one.
pub(super) fn event(kind: u8, unit: &str) -> Value {
    let place = ("ORG_UNIT_NAME", unit);
    let app = [("OAUTH2_APP_ID", OKTA), ("OAUTH2_APP_NAME", NAME), ("OAUTH2_APP_TYPE", "OAUTH2_CLIENT"), place];
    match kind % KINDS {
        0 => security(
            "SESSION_CONTROL_SETTINGS_CHANGE",
            &[
                ("REAUTH_APPLICATION", "ADMIN_CONSOLE"),
                ("REAUTH_SETTING_OLD", "INHERIT"),
                ("REAUTH_SETTING_NEW", "NEVER"),
                place,
            ],
        ),
        1 => security("ADD_TO_CAA_EXEMPT_OAUTH2_APPS", &app),
        2 => security("REMOVE_FROM_CAA_EXEMPT_OAUTH2_APPS", &app),
        3 => security("TRUST_DOMAIN_OWNED_OAUTH2_APPS", &[place]),
        4 => security("UNTRUST_DOMAIN_OWNED_OAUTH2_APPS", &[place]),
        5 => security("DISALLOW_SERVICE_FOR_OAUTH2_ACCESS", &[("OAUTH2_SERVICE_NAME", "CLOUD_PLATFORM"), place]),
        6 => security("BLOCK_ALL_THIRD_PARTY_API_ACCESS", &[place]),
        7 => security("SIGN_IN_ONLY_THIRD_PARTY_API_ACCESS", &[place]),
        8 => security("USER_APPROVAL_WORKFLOW_ENABLED", &[place]),
        9 => security("UPDATE_ERROR_MSG_FOR_RESTRICTED_OAUTH2_APPS", &[("OLD_VALUE", "a"), ("NEW_VALUE", "b"), place]),
        10 => security("DOWNLOAD_PENDING_APP_USER_REQUESTS", &[("OAUTH2_APP_ID", OKTA), ("OAUTH2_APP_NAME", NAME)]),
        11 => security("OAUTH_APPS_BULK_UPLOAD_NOTIFICATION_SENT", &[("USER_EMAIL", "root-admin@example.com")]),
        12 => any_event("ORG_SETTINGS", "EDIT_ORG_UNIT_DESCRIPTION", &[place]),
        _ => any_event(
            "APPLICATION_SETTINGS",
            "CREATE_APPLICATION_SETTING",
            &[("APPLICATION_NAME", "Security"), ("SETTING_NAME", "SessionManagement"), ("NEW_VALUE", "NEVER"), place],
        ),
    }
}
