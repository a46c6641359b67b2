//! Events about app access control (API controls), legacy and new names.
//!
//! Google documents the parameters of the legacy events; of the new ones (`CHANGE_APP_ACCESS`) only the name. Events
//! on services, unconfigured apps, internal apps, approval workflows and the context-aware exemption leave an app's
//! level alone.

use super::admin_events::{
    AppScope, Change, LevelChange, Read, Reading, UnitRef, describe_unit, undocumented, unit_of,
};
use super::attestation::OwnAccess;
use crate::domain::ClientId;
use crate::google::reports::Event;

const DOCUMENTED: [&str; 4] = ["OAUTH2_APP_ID", "OAUTH2_APP_NAME", "OAUTH2_APP_TYPE", "ORG_UNIT_NAME"];
const APP_TYPES: [&str; 4] = ["ANDROID", "CHROME_EXTENSION", "IOS", "OAUTH2_CLIENT"];

/// Documented events of API controls that change no app's level.
const HARMLESS: [&str; 16] = [
    "ADD_TO_CAA_EXEMPT_OAUTH2_APPS",
    "REMOVE_FROM_CAA_EXEMPT_OAUTH2_APPS",
    "TRUST_DOMAIN_OWNED_OAUTH2_APPS",
    "UNTRUST_DOMAIN_OWNED_OAUTH2_APPS",
    "UPDATE_ERROR_MSG_FOR_RESTRICTED_OAUTH2_APPS",
    "DOWNLOAD_PENDING_APP_USER_REQUESTS",
    "OAUTH_APPS_BULK_UPLOAD_NOTIFICATION_SENT",
    "ALLOW_SERVICE_FOR_OAUTH2_ACCESS",
    "DISALLOW_SERVICE_FOR_OAUTH2_ACCESS",
    "BLOCK_ON_DEVICE_ACCESS",
    "UNBLOCK_ON_DEVICE_ACCESS",
    "BLOCK_ALL_THIRD_PARTY_API_ACCESS",
    "UNBLOCK_ALL_THIRD_PARTY_API_ACCESS",
    "SIGN_IN_ONLY_THIRD_PARTY_API_ACCESS",
    "UNDERAGE_BLOCK_ALL_THIRD_PARTY_API_ACCESS",
    "UNDERAGE_SIGN_IN_ONLY_THIRD_PARTY_API_ACCESS",
];

fn list_level(list: &str) -> Option<OwnAccess> {
    match list {
        "TRUSTED_OAUTH2_APPS" => Some(OwnAccess::Trusted),
        "LIMITED_OAUTH2_APPS" => Some(OwnAccess::Limited),
        "BLOCKED_OAUTH2_APPS" => Some(OwnAccess::Blocked),
        "TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS" => Some(OwnAccess::SpecificData),
        _ => None,
    }
}

/// Reads an event that changed an app's level, or may have; `None` for every other.
pub(super) fn read(event: &Event) -> Option<Read> {
    let name = event.name.as_str();
    if HARMLESS.contains(&name) {
        return None;
    }
    if let Some(level) = name.strip_prefix("MULTIPLE_ADD_TO_").and_then(list_level) {
        let unit = unit_of(event);
        let says = format!("several unnamed apps set to {} at {}", level.describe(), describe_unit(&unit));
        let unread = undocumented(event, &["OAUTH2_NUM_APPS", "ORG_UNIT_NAME"]);
        let reading = if unread.is_empty() { Reading::Proven(level) } else { Reading::Presumed(level) };
        return Some(Read {
            change: Change::Access { unit, app: AppScope::All, change: LevelChange::Set(reading) },
            unread,
            certain: false,
            says,
        });
    }
    if let Some(level) = name.strip_prefix("ADD_TO_").and_then(list_level) {
        return Some(read_legacy(event, level, LevelChange::Set));
    }
    if let Some(level) = name.strip_prefix("REMOVE_FROM_").and_then(list_level) {
        return Some(read_legacy(event, level, LevelChange::RemovedFrom));
    }
    match name {
        "OAUTH_APPS_BULK_UPLOAD" => Some(Read {
            change: Change::Access {
                unit: UnitRef::Unnamed,
                app: AppScope::All,
                change: LevelChange::Set(Reading::Unreadable),
            },
            unread: undocumented(
                event,
                &["BULK_UPLOAD_SUCCESS_OAUTH_APPS_NUMBER", "BULK_UPLOAD_TOTAL_OAUTH_APPS_NUMBER"],
            ),
            certain: false,
            says: "levels of unnamed apps uploaded in bulk, for unnamed org units".to_owned(),
        }),
        // What it does to single apps is documented nowhere, so it counts as a change of the whole org unit.
        "CHANGE_APP_ACCESS_SETTINGS_COLLECTION_ID" => {
            let unit = unit_of(event);
            let says = format!("the collection of app access settings changed at {}", describe_unit(&unit));
            Some(Read {
                change: Change::Access { unit, app: AppScope::All, change: LevelChange::Set(Reading::Unreadable) },
                unread: undocumented(
                    event,
                    &["DOMAIN_NAME", "SETTING_NAME", "OLD_VALUE", "NEW_VALUE", "ORG_UNIT_NAME"],
                ),
                certain: false,
                says,
            })
        }
        "CHANGE_APP_ACCESS" => Some(read_new(event)),
        _ => read_unknown(event),
    }
}

/// `ADD_TO_…` and `REMOVE_FROM_…`, whose parameters are documented.
fn read_legacy(event: &Event, level: OwnAccess, change: fn(Reading<OwnAccess>) -> LevelChange) -> Read {
    let mut unread = undocumented(event, &DOCUMENTED);
    if event.parameter("OAUTH2_APP_TYPE").is_some()
        && !event.text("OAUTH2_APP_TYPE").is_some_and(|text| APP_TYPES.contains(&text))
    {
        unread.push("OAUTH2_APP_TYPE".to_owned());
    }
    // A parameter that nobody documented may narrow the change, to a group for instance.
    let reading = if unread.is_empty() { Reading::Proven(level) } else { Reading::Presumed(level) };
    let unit = unit_of(event);
    if unit == UnitRef::Unnamed {
        unread.push("ORG_UNIT_NAME".to_owned());
    }
    let name = event.text("OAUTH2_APP_NAME").map(str::to_owned);
    let app = match event.text("OAUTH2_APP_ID").and_then(ClientId::from_google) {
        Some(id) => AppScope::Client { id, name },
        None => {
            unread.push("OAUTH2_APP_ID".to_owned());
            AppScope::Undeclared { values: texts(event) }
        }
    };
    let what = match &app {
        AppScope::Client { id, name: Some(name) } => format!("{name:?} ({id})"),
        AppScope::Client { id, name: None } => id.to_string(),
        AppScope::Undeclared { .. } | AppScope::All => "an app that is not named".to_owned(),
    };
    let place = describe_unit(&unit);
    let change = change(reading);
    let says = match change {
        LevelChange::Set(_) => format!("{what} set to {} at {place}", level.describe()),
        LevelChange::RemovedFrom(_) => format!("{what} no longer {} at {place}", level.describe()),
    };
    unread.sort();
    Read { certain: unread.is_empty(), change: Change::Access { unit, app, change }, unread, says }
}

/// `CHANGE_APP_ACCESS`: one value in a parameter whose name contains `NEW` that is, as a whole, one of the console's
/// words may be taken as the new level, presumed. Part of a word is a trap: "Untrusted" contains "trust".
fn read_new(event: &Event) -> Read {
    let mut levels: Vec<OwnAccess> = Vec::new();
    for parameter in event.parameters.iter().filter(|parameter| parameter.name.to_uppercase().contains("NEW")) {
        levels.extend(parameter.texts().filter_map(console_word));
    }
    let reading = match levels.as_slice() {
        [level] => Reading::Presumed(*level),
        [] | [_, ..] => Reading::Unreadable,
    };
    let unit = unit_of(event);
    let place = describe_unit(&unit);
    let says = match reading {
        Reading::Proven(level) | Reading::Presumed(level) => {
            format!("access of an app changed at {place}, which suggests: {}", level.describe())
        }
        Reading::Unreadable => format!("access of an app changed at {place}; to what, the event does not say"),
    };
    let mut unread = undocumented(event, &["ORG_UNIT_NAME"]);
    if unit == UnitRef::Unnamed {
        unread.push("ORG_UNIT_NAME".to_owned());
        unread.sort();
    }
    let change =
        Change::Access { unit, app: AppScope::Undeclared { values: texts(event) }, change: LevelChange::Set(reading) };
    Read { change, unread, certain: false, says }
}

fn console_word(text: &str) -> Option<OwnAccess> {
    match text.to_lowercase().as_str() {
        "trusted" => Some(OwnAccess::Trusted),
        "limited" => Some(OwnAccess::Limited),
        "blocked" => Some(OwnAccess::Blocked),
        "specific google data" => Some(OwnAccess::SpecificData),
        "unconfigured" => Some(OwnAccess::Inherit),
        _ => None,
    }
}

/// An event that nobody documented, with a name or a parameter that speaks of this setting.
fn read_unknown(event: &Event) -> Option<Read> {
    let speaks = |text: &str| text.contains("APP_ACCESS") || text.contains("OAUTH2_APP");
    let named = event.setting_name().is_some_and(|name| speaks(&name));
    if !named && !speaks(&event.name) && !event.parameters.iter().any(|parameter| speaks(&parameter.name)) {
        return None;
    }
    let unit = unit_of(event);
    let says = format!("an event unknown to this version that may have changed app access at {}", describe_unit(&unit));
    Some(Read {
        change: Change::Access {
            unit,
            app: AppScope::Undeclared { values: texts(event) },
            change: LevelChange::Set(Reading::Unreadable),
        },
        unread: undocumented(event, &["ORG_UNIT_NAME"]),
        certain: false,
        says,
    })
}

fn texts(event: &Event) -> Vec<String> {
    let mut values: Vec<String> =
        event.parameters.iter().flat_map(|parameter| parameter.texts().map(str::to_owned)).collect();
    values.sort();
    values.dedup();
    values
}
