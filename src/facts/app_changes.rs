//! Changes of app access in the log, each action once: for some months Google logged every action under two names.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::placed::{Bearing, Placed, Placing};
use crate::evidence::{AdminEvent, AppScope, Change, LevelChange, OwnAccess, Reading};

/// One action logged under its old and its new name shows up twice within this time.
pub(super) const ONE_ACTION: SignedDuration = SignedDuration::from_secs(10);
/// Both names were in use from 17 February to the end of August 2026, in seconds since the epoch.
const BOTH_SCHEMAS: std::ops::Range<i64> = 1_771_286_400..1_788_220_800;

/// The log's changes of app access, at today's org units, each action once.
pub(super) fn place_changes<'e>(placing: &Placing<'e>) -> Placed<'e, AdminEvent> {
    let mut placed = placing.place_events(|event| match &event.change {
        Change::Access { unit, .. } => Some(unit),
        Change::Session { .. } | Change::Tree(_) | Change::UserMoved { .. } | Change::TokensEnded { .. } => None,
    });
    placed.retain_per_unit(drop_second_names);
    placed
}

/// Drops events under the new name that tell of an action which the old name tells of too, and tells better.
fn drop_second_names(events: &mut Vec<(&AdminEvent, Bearing)>) {
    let is_new = |event: &AdminEvent| event.name == "CHANGE_APP_ACCESS";
    if !events.iter().any(|(event, _)| is_new(event)) {
        return;
    }
    let mut taken = HashSet::new();
    let mut doubles = HashSet::new();
    for (position, (event, bearing)) in events.iter().enumerate() {
        if !is_new(event) || !BOTH_SCHEMAS.contains(&event.at.as_second()) {
            continue;
        }
        let twin = events.iter().enumerate().find(|(other_position, (other, other_bearing))| {
            !is_new(other)
                && !taken.contains(other_position)
                && bearing == other_bearing
                && other.actor == event.actor
                && other.at.duration_since(event.at).abs() <= ONE_ACTION
                && tells_the_same(event, other)
        });
        if let Some((other_position, _)) = twin {
            taken.insert(other_position);
            doubles.insert(position);
        }
    }
    let mut position = 0;
    events.retain(|_| {
        position += 1;
        !doubles.contains(&(position - 1))
    });
}

/// Whether an event under the new name may be the same action as one under an old name.
fn tells_the_same(new: &AdminEvent, old: &AdminEvent) -> bool {
    let (
        Change::Access { app: AppScope::Undeclared { values }, change: LevelChange::Set(reading), .. },
        Change::Access { app: AppScope::Client { id, .. }, change, .. },
    ) = (&new.change, &old.change)
    else {
        return false;
    };
    let same_app = values.iter().any(|value| value == id.as_str())
        || !values.iter().any(|value| value.ends_with(".apps.googleusercontent.com"));
    let same_level = match (reading, change) {
        (Reading::Unreadable, _) => true,
        (
            Reading::Proven(new) | Reading::Presumed(new),
            LevelChange::Set(Reading::Proven(old) | Reading::Presumed(old)),
        ) => new == old,
        (Reading::Proven(new) | Reading::Presumed(new), LevelChange::RemovedFrom(_)) => *new == OwnAccess::Inherit,
        (Reading::Proven(_) | Reading::Presumed(_), LevelChange::Set(Reading::Unreadable)) => false,
    };
    same_app && same_level
}
