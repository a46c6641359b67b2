//! Events about Google Cloud session control.
//!
//! `SESSION_CONTROL_SETTINGS_CHANGE` is documented with `REAUTH_APPLICATION` (`CLOUD_ADMIN_TOOLS` is Cloud session
//! control, `ADMIN_CONSOLE` is not), `REAUTH_SETTING_OLD`, `REAUTH_SETTING_NEW` (`INHERIT`, `NEVER`; the text for a
//! required policy is documented nowhere) and `ORG_UNIT_NAME`. From 17 February 2026 Google splits the event, and a
//! `NEVER` may then be about the idle time-out. *Exempt trusted apps* is in no parameter at all.

use jiff::Timestamp;

use super::admin_events::{Change, Read, Reading, UnitRef, describe_unit, undocumented, unit_of};
use super::attestation::OwnReauth;
use crate::google::reports::Event;

const NAME: &str = "SESSION_CONTROL_SETTINGS_CHANGE";
const DOCUMENTED: [&str; 4] = ["REAUTH_APPLICATION", "REAUTH_SETTING_OLD", "REAUTH_SETTING_NEW", "ORG_UNIT_NAME"];

/// Words in a value that make it unlikely to mean "reauthentication is required".
const DOUBTFUL: [&str; 12] = [
    "never",
    "inherit",
    "none",
    "not",
    "off",
    "disable",
    "unspecified",
    "default",
    "unset",
    "no ",
    "remove",
    "unlimited",
];

/// 17 February 2026, midnight UTC, in seconds since the epoch: when the split schema was first seen rolling out.
const SPLIT_SCHEMA_BEGINS: i64 = 1_771_286_400;

/// Reads an event that is about Cloud session control, or may be; `None` for every other.
pub(super) fn read(event: &Event, at: Timestamp) -> Option<Read> {
    if event.name == NAME { read_known(event, at) } else { read_unknown(event) }
}

fn read_known(event: &Event, at: Timestamp) -> Option<Read> {
    let sure = match event.text("REAUTH_APPLICATION") {
        // The Admin console's own session: says nothing about Google Cloud.
        Some("ADMIN_CONSOLE") => return None,
        Some("CLOUD_ADMIN_TOOLS") => true,
        Some(_) | None => false,
    };
    let mut unread = undocumented(event, &DOCUMENTED);
    let documented_shape = unread.is_empty();
    if !sure {
        unread.push("REAUTH_APPLICATION".to_owned());
    }
    let unit = unit_of(event);
    if unit == UnitRef::Unnamed {
        unread.push("ORG_UNIT_NAME".to_owned());
    }
    let value = event.text("REAUTH_SETTING_NEW").unwrap_or_default();
    let before_split = at.as_second() < SPLIT_SCHEMA_BEGINS;
    let settled =
        |own| if documented_shape && before_split && sure { Reading::Proven(own) } else { Reading::Presumed(own) };
    let reading = match value {
        "" => Reading::Unreadable,
        "NEVER" => settled(OwnReauth::NotRequired),
        "INHERIT" => settled(OwnReauth::Inherit),
        other => {
            let folded = other.to_lowercase();
            if DOUBTFUL.iter().any(|word| folded.contains(word)) {
                Reading::Unreadable
            } else {
                Reading::Presumed(OwnReauth::Required)
            }
        }
    };
    if !matches!(reading, Reading::Proven(_)) {
        unread.push("REAUTH_SETTING_NEW".to_owned());
    }
    unread.sort();
    unread.dedup();
    let place = describe_unit(&unit);
    let says = match reading {
        Reading::Proven(own) => format!("{} at {place}", own.describe()),
        Reading::Presumed(own) => format!("value {value:?} at {place}, which suggests: {}", own.describe()),
        Reading::Unreadable => format!("session control of {place} changed; to what, the event does not say"),
    };
    Some(Read {
        certain: matches!(reading, Reading::Proven(_)) && unread.is_empty(),
        change: Change::Session { unit, reading, sure },
        unread,
        says,
    })
}

/// An event that nobody documented, with a name or a parameter that speaks of this setting.
fn read_unknown(event: &Event) -> Option<Read> {
    let speaks = |text: &str| text.contains("REAUTH") || text.contains("SESSION_CONTROL");
    let named = event.setting_name().is_some_and(|name| name.contains("REAUTH") || name.contains("CLOUD_SESSION"));
    if !named && !speaks(&event.name) && !event.parameters.iter().any(|parameter| speaks(&parameter.name)) {
        return None;
    }
    if event.text("REAUTH_APPLICATION") == Some("ADMIN_CONSOLE") {
        return None;
    }
    let unit = unit_of(event);
    let says =
        format!("an event unknown to this version that may have changed session control of {}", describe_unit(&unit));
    let sure = event.text("REAUTH_APPLICATION") == Some("CLOUD_ADMIN_TOOLS");
    Some(Read {
        change: Change::Session { unit, reading: Reading::Unreadable, sure },
        unread: undocumented(event, &["ORG_UNIT_NAME"]),
        certain: false,
        says,
    })
}
