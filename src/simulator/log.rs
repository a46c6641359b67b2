//! Shapes of log events, in the schema of the day (`reference/audit-events.md`, sections 2 to 6).
//!
//! Only what Google documents is written in Google's words. The rest (a required session policy in the legacy schema,
//! everything about values in the new one) is spelt so that it cannot be taken for real.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::actions::{Level, Method, RawEvent, Session};
use super::scenario::{App, TokenDeed};

/// Which names Google wrote at a time: legacy ones, both during the overlap, new ones alone from September 2026 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    Legacy,
    Both,
    New,
}

const ROLL_OUT: Timestamp = Timestamp::constant(1_771_286_400, 0); // 2026-02-17T00:00:00Z
const LEGACY_ENDS: Timestamp = Timestamp::constant(1_788_220_800, 0); // 2026-09-01T00:00:00Z

impl Schema {
    pub(super) fn at(time: Timestamp) -> Self {
        if time < ROLL_OUT {
            Self::Legacy
        } else if time < LEGACY_ENDS {
            Self::Both
        } else {
            Self::New
        }
    }
}

/// One activity to be written: who did what, when.
#[derive(Debug, Clone)]
pub(super) struct Activity {
    pub(super) at: Timestamp,
    pub(super) application: String,
    pub(super) actor: Option<String>,
    /// The client that the action came through: its ID and name.
    pub(super) through: Option<(String, String)>,
    pub(super) events: Vec<Value>,
}

/// In the invented shapes, where Google's own words are unknown.
const LABEL: &str = "A label Google chose";

fn event(event_type: &str, name: &str, parameters: &[(&str, &str)]) -> Value {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({"type": event_type, "name": name, "parameters": parameters})
}

/// An event about the org units themselves; never renamed.
pub(super) fn org_unit_event(name: &str, unit: &str, new_value: Option<&str>) -> Value {
    let mut parameters = vec![("ORG_UNIT_NAME", unit)];
    parameters.extend(new_value.map(|value| ("NEW_VALUE", value)));
    event("ORG_SETTINGS", name, &parameters)
}

/// An event about one user; never renamed.
pub(super) fn user_event(name: &str, user: &str, more: &[(&str, &str)]) -> Value {
    let mut parameters = vec![("USER_EMAIL", user)];
    parameters.extend(more);
    event("USER_SETTINGS", name, &parameters)
}

/// The events of one save of the session control page, one list per activity.
pub(super) fn session_saved(schema: Schema, unit: &str, old: Session, new: Session) -> Vec<Vec<Value>> {
    let legacy = || {
        vec![event(
            "SECURITY_SETTINGS",
            "SESSION_CONTROL_SETTINGS_CHANGE",
            &[
                ("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
                ("REAUTH_SETTING_OLD", &legacy_session(old)),
                ("REAUTH_SETTING_NEW", &legacy_session(new)),
                ("ORG_UNIT_NAME", unit),
            ],
        )]
    };
    let split = || {
        let part = |old: &str, new: &str| {
            event(
                "SECURITY_SETTINGS",
                "SESSION_CONTROL_SETTINGS_CHANGE",
                &[
                    ("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
                    ("SETTING_NAME", "Some label Google chose"),
                    ("OLD_VALUE", old),
                    ("NEW_VALUE", new),
                    ("ORG_UNIT_NAME", unit),
                ],
            )
        };
        let mut parts = Vec::new();
        if let (
            Session::Required { frequency: old_frequency, method: old_method, .. },
            Session::Required { frequency, method, .. },
        ) = (old, new)
        {
            if old_frequency != frequency {
                parts.push(part(&hours(old_frequency.seconds()), &hours(frequency.seconds())));
            }
            if old_method != method {
                parts.push(part(LABEL, "Another label Google chose"));
            }
        }
        // Contract, reading 6: every save of the page leaves some event.
        if parts.is_empty() {
            parts.push(part(LABEL, "Another label Google chose"));
        }
        parts
    };
    match schema {
        Schema::Legacy => vec![legacy()],
        Schema::Both => vec![legacy(), split()],
        Schema::New => vec![split()],
    }
}

/// `INHERIT` and `NEVER` are documented; how a required policy was written is not, so this text names nothing.
fn legacy_session(session: Session) -> String {
    match session {
        Session::Inherit => "INHERIT".to_owned(),
        Session::NotRequired => "NEVER".to_owned(),
        Session::Required { frequency, method, .. } => {
            let method = match method {
                Method::Password => "password",
                Method::SecurityKey => "security key",
            };
            format!("SOME_COMPOSITE_TEXT_GOOGLE_CHOSE({}, {method})", hours(frequency.seconds()))
        }
    }
}

fn hours(seconds: u32) -> String {
    format!("{} hours", f64::from(seconds) / 3600.0)
}

fn legacy_list(level: Level) -> Option<&'static str> {
    match level {
        Level::Trusted => Some("TRUSTED_OAUTH2_APPS"),
        Level::Limited => Some("LIMITED_OAUTH2_APPS"),
        Level::SpecificData => Some("TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS"),
        Level::Blocked => Some("BLOCKED_OAUTH2_APPS"),
        Level::Unconfigured | Level::Inherit => None,
    }
}

/// The events of a change of one app's access, one list per activity.
pub(super) fn access_changed(schema: Schema, unit: &str, app: &App, old: Level, new: Level) -> Vec<Vec<Value>> {
    let legacy = || {
        let one = |verb: &str, list: &str| {
            event(
                "SECURITY_SETTINGS",
                &format!("{verb}_{list}"),
                &[
                    ("OAUTH2_APP_ID", &app.client_id),
                    ("OAUTH2_APP_NAME", &app.name),
                    ("OAUTH2_APP_TYPE", "OAUTH2_CLIENT"),
                    ("ORG_UNIT_NAME", unit),
                ],
            )
        };
        let removed = legacy_list(old).map(|list| one("REMOVE_FROM", list));
        removed.into_iter().chain(legacy_list(new).map(|list| one("ADD_TO", list))).collect::<Vec<_>>()
    };
    let renamed = || {
        vec![event(
            "SECURITY_SETTINGS",
            "CHANGE_APP_ACCESS",
            &[("SOME_APP_FIELD", &app.client_id), ("SOME_NEW_FIELD", LABEL), ("ORG_UNIT_NAME", unit)],
        )]
    };
    if old == new {
        return Vec::new();
    }
    match schema {
        Schema::Legacy => vec![legacy()],
        Schema::Both => vec![legacy(), renamed()],
        Schema::New => vec![renamed()],
    }
}

/// Several apps at once. Whether this name survived August 2026 is unknown; no other is documented.
pub(super) fn multiple_added(unit: &str, level: Level, apps: usize) -> Option<Value> {
    let list = legacy_list(level)?;
    Some(json!({"type": "SECURITY_SETTINGS", "name": format!("MULTIPLE_ADD_TO_{list}"), "parameters": [
        {"name": "OAUTH2_NUM_APPS", "intValue": apps.to_string()},
        {"name": "ORG_UNIT_NAME", "value": unit},
    ]}))
}

/// A CSV of app access.
pub(super) fn bulk_uploaded(rows: usize) -> Value {
    let rows = rows.to_string();
    event(
        "SECURITY_SETTINGS",
        "OAUTH_APPS_BULK_UPLOAD",
        &[("BULK_UPLOAD_SUCCESS_OAUTH_APPS_NUMBER", &rows), ("BULK_UPLOAD_TOTAL_OAUTH_APPS_NUMBER", &rows)],
    )
}

/// An event verbatim.
pub(super) fn verbatim(raw: &RawEvent) -> Result<Value, String> {
    let json = |table: &toml::Table| serde_json::to_value(table).map_err(|error| error.to_string());
    let mut parameters = Vec::new();
    for parameter in &raw.parameters {
        if !parameter.get("name").is_some_and(toml::Value::is_str) {
            return Err(format!("a parameter of the event {} has no name", raw.name));
        }
        parameters.push(json(parameter)?);
    }
    let mut event = json!({"type": raw.event_type, "name": raw.name, "parameters": parameters});
    if let Some(status) = &raw.status {
        event["status"] = json(status)?;
    }
    Ok(event)
}

/// An event of the token log. A denial was for want of a scope.
pub(super) fn token_event(deed: TokenDeed, app: &App, scopes: &[String]) -> Value {
    token_event_because(deed, app, scopes, "SCOPE_BLOCK")
}

/// A denial in the token log because an administrator blocked the app.
pub(super) fn blocked(app: &App, scopes: &[String]) -> Value {
    token_event_because(TokenDeed::Deny, app, scopes, "EXPLICIT_ADMIN_BLOCK")
}

fn token_event_because(deed: TokenDeed, app: &App, scopes: &[String], rejection: &str) -> Value {
    let mut parameters = vec![
        json!({"name": "client_id", "value": app.client_id}),
        json!({"name": "app_name", "value": app.name}),
        json!({"name": "client_type", "value": app.client_type}),
    ];
    let name = match deed {
        TokenDeed::Authorize => "authorize",
        TokenDeed::Revoke => "revoke",
        TokenDeed::Deny => "deny",
        TokenDeed::Activity => "activity",
    };
    if deed == TokenDeed::Activity {
        parameters.extend([
            json!({"name": "api_name", "value": "gmail"}),
            json!({"name": "method_name", "value": "gmail.users.messages.list"}),
            json!({"name": "num_response_bytes", "intValue": "2048"}),
            json!({"name": "product_bucket", "value": "GMAIL"}),
        ]);
    } else {
        let data: Vec<_> = scopes
            .iter()
            .map(|scope| {
                json!({"parameter": [
                    {"name": "scope_name", "value": scope},
                    {"name": "product_bucket", "multiValue": [bucket(scope)]},
                ]})
            })
            .collect();
        parameters.push(json!({"name": "scope", "multiValue": scopes}));
        parameters.push(json!({"name": "scope_data", "multiMessageValue": data}));
    }
    if deed == TokenDeed::Deny {
        parameters.push(json!({"name": "rejection_type", "value": rejection}));
    }
    json!({"type": "auth", "name": name, "parameters": parameters})
}

fn bucket(scope: &str) -> &'static str {
    let name = scope.strip_prefix("https://www.googleapis.com/auth/").unwrap_or(scope);
    match name.split('.').next().unwrap_or_default() {
        "gmail" | "https://mail" => "GMAIL",
        "calendar" => "CALENDAR",
        "drive" => "DRIVE",
        "contacts" => "CONTACTS",
        "admin" => "GSUITE_ADMIN",
        "openid" | "email" | "profile" | "userinfo" => "IDENTITY",
        _ => "OTHER",
    }
}

/// An event of the access evaluation log.
pub(super) fn access_evaluated(app: &App, configuration_source: &str, scopes: &[String]) -> Value {
    json!({"type": "access_token_evaluation", "name": "allow_token_request", "parameters": [
        {"name": "configuration_source", "value": configuration_source},
        {"name": "client_type", "value": app.client_type},
        {"name": "scopes_requested", "multiValue": scopes},
    ]})
}

/// One action can be two activities during the overlap; the second comes this much later.
pub(super) const PAIR_DISTANCE: SignedDuration = SignedDuration::from_millis(137);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_changes_on_the_documented_days() {
        let at = |text: &str| Schema::at(text.parse().expect("a time"));
        assert_eq!(at("2026-02-16T23:59:59.999Z"), Schema::Legacy);
        assert_eq!(at("2026-02-17T00:00:00Z"), Schema::Both);
        assert_eq!(at("2026-08-31T23:59:59.999Z"), Schema::Both);
        assert_eq!(at("2026-09-01T00:00:00Z"), Schema::New);
    }
}
