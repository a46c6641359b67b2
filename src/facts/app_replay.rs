//! An org unit's own level for an app, replayed: what was seen in the console, and what the log shows since.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::app_access::Ground;
use super::app_changes::ONE_ACTION;
use super::app_listed::Listing;
use super::app_target::{Concern, Target};
use super::fact::Strength;
use super::org_tree::UnitIndex;
use super::placed::{Bearing, Placed};
use super::track::{Own, Slot, Track, clashing};
use crate::evidence::{AdminEvent, Attestation, AttestedValue, Change, Effect, Item, LevelChange, OwnAccess, Reading};

enum Step<'e> {
    Born(Arc<Item>),
    /// An attestation, or the console's list: one of these.
    Seen {
        levels: BTreeSet<OwnAccess>,
        doubt: Option<&'static str>,
        item: Arc<Item>,
    },
    /// The console's list, in a word that cannot be read.
    SeenUnreadable(Arc<Item>),
    Event {
        change: LevelChange,
        concern: Concern,
        bearing: Bearing,
        event: &'e AdminEvent,
    },
}

impl Step<'_> {
    /// At one moment: birth, what was seen, then what was logged; of that, removals before additions.
    fn rank(&self) -> (u8, &str, u8, usize) {
        match self {
            Self::Born(_) => (0, "", 0, 0),
            Self::Seen { .. } => (1, "", 0, 0),
            Self::SeenUnreadable(_) => (1, "", 1, 0),
            Self::Event { change: LevelChange::RemovedFrom(_), event, .. } => (2, &event.qualifier, 0, event.index),
            Self::Event { change: LevelChange::Set(_), event, .. } => (2, &event.qualifier, 1, event.index),
        }
    }

    /// Whether the order of the two decides what they leave, and nothing tells it.
    fn clashes_with(&self, other: &Self) -> bool {
        let (Self::Event { change: one, event, .. }, Self::Event { change: another, event: second, .. }) =
            (self, other)
        else {
            return false;
        };
        if event.qualifier == second.qualifier {
            return false;
        }
        match (one, another) {
            (LevelChange::Set(one), LevelChange::Set(another)) => {
                one.value() != another.value() || one.value().is_none()
            }
            (LevelChange::Set(one), LevelChange::RemovedFrom(another))
            | (LevelChange::RemovedFrom(one), LevelChange::Set(another)) => {
                one.value() == another.value() || one.value().is_none() || another.value().is_none()
            }
            (LevelChange::RemovedFrom(_), LevelChange::RemovedFrom(_)) => false,
        }
    }
}

/// An own level as the replay leaves it.
pub(super) struct Replayed {
    pub(super) own: Own<OwnAccess>,
    /// The last thing in the log that changed, or may have changed, it or its place in the tree.
    pub(super) last_change: Option<Timestamp>,
}

/// Replays the own level of one org unit.
pub(super) fn replay(
    unit: UnitIndex,
    target: &Target,
    ground: &Ground<'_>,
    baselines: &Placed<'_, Attestation>,
) -> Replayed {
    let Ground { placing, horizon, .. } = *ground;
    let mut last_change = placing.moved(unit);
    let mut steps: Vec<(Timestamp, Step<'_>)> = Vec::new();
    let mut lapsed = None;
    if let Some((at, item)) = placing.birth(unit) {
        last_change = last_change.max(Some(at));
        steps.push((at, Step::Born(item)));
    }
    for (attestation, bearing) in baselines.of(unit) {
        let AttestedValue::AppAccess { level, .. } = &attestation.value else { continue };
        let level = if bearing.is_below() { OwnAccess::Inherit } else { *level };
        if attestation.is_expired(horizon.as_of) {
            if level != OwnAccess::Inherit {
                lapsed = attestation.expiry_sentence();
            }
            continue;
        }
        let doubt = target.attested_by(attestation).flatten();
        let levels = BTreeSet::from([level]);
        steps.push((attestation.attested_at, Step::Seen { levels, doubt, item: Arc::new(attestation.item()) }));
    }
    for Listing { at, levels, doubt, item } in ground.listings(target, unit) {
        let step = match levels {
            Some(levels) => Step::Seen { levels, doubt, item },
            None => Step::SeenUnreadable(item),
        };
        steps.push((at, step));
    }
    for (event, bearing) in ground.changes.of(unit) {
        let Change::Access { app, change, .. } = &event.change else { continue };
        if let Some(concern) = target.concern(app, ground.sightings) {
            last_change = last_change.max(Some(event.at));
            steps.push((event.at, Step::Event { change: *change, concern, bearing, event }));
        }
    }
    steps.sort_by(|(at, step), (other_at, other)| (at, step.rank()).cmp(&(other_at, other.rank())));

    let clashing = clashing(&steps, Step::clashes_with);
    let mut track = Track::new(horizon);
    let mut last_set: Option<(&AdminEvent, OwnAccess)> = None;
    for ((at, step), clash) in steps.into_iter().zip(clashing) {
        match step {
            Step::Event { event, .. } if clash => track.blur(at, &event.item),
            Step::Born(item) => track.begin(OwnAccess::Inherit, at, &item),
            Step::Seen { levels, doubt, item } => {
                last_set = None;
                track.attest_one_of(levels, doubt, at, &item);
            }
            Step::SeenUnreadable(item) => {
                last_set = None;
                track.blur(at, &item);
            }
            Step::Event { change, concern, bearing, event } => {
                apply(&mut track, change, &concern, bearing, event, last_set);
                let sure = bearing.is_sure() && event.effect == Effect::Took;
                last_set = match change {
                    LevelChange::Set(Reading::Proven(level) | Reading::Presumed(level)) if sure => Some((event, level)),
                    LevelChange::Set(_) | LevelChange::RemovedFrom(_) => last_set,
                };
            }
        }
    }
    Replayed { own: track.finish(lapsed), last_change }
}

fn apply(
    track: &mut Track<OwnAccess>,
    change: LevelChange,
    concern: &Concern,
    bearing: Bearing,
    event: &AdminEvent,
    last_set: Option<(&AdminEvent, OwnAccess)>,
) {
    let (at, item) = (event.at, &event.item);
    track.lapse_before(at);
    let (reading, removed_from) = match change {
        LevelChange::Set(reading) => (reading, None),
        LevelChange::RemovedFrom(Reading::Proven(level)) => (Reading::Proven(OwnAccess::Inherit), Some(level)),
        LevelChange::RemovedFrom(Reading::Presumed(level)) => (Reading::Presumed(OwnAccess::Inherit), Some(level)),
        LevelChange::RemovedFrom(Reading::Unreadable) => (Reading::Unreadable, None),
    };
    let (value, strength) = match (reading, concern) {
        (Reading::Unreadable, _) => return track.blur(at, item),
        (Reading::Proven(value), Concern::Surely | Concern::Perhaps) => (value, Strength::Proven),
        (Reading::Proven(value), Concern::ByName | Concern::PerhapsByName) | (Reading::Presumed(value), _) => {
            (value, Strength::Presumed)
        }
    };
    let surely_here = bearing.is_sure() && event.effect == Effect::Took;
    let surely_it = matches!(concern, Concern::Surely | Concern::ByName);
    if let Slot::Among(held, held_strength) = track.slot() {
        match removed_from {
            Some(from) if !held.contains(&from) && held.iter().any(|level| *level != OwnAccess::Inherit) => {
                // It was on none of the lists that this one may be on: the namesake's level changed.
                if bearing == Bearing::Namesake && surely_it && *held_strength == Strength::Proven {
                    return;
                }
                // The other half of a change of level, logged a moment late: what was added stands.
                let other_half = last_set.is_some_and(|(set, level)| {
                    held.contains(&level) && set.actor == event.actor && at.duration_since(set.at) <= ONE_ACTION
                });
                if !(surely_here && surely_it && other_half) {
                    // It was on another list than anything known says: the evidence has a hole.
                    track.blur(at, item);
                }
                return;
            }
            // Whether it was this app or another of the name, nothing is different now.
            _ if held.len() == 1 && held.contains(&value) => {
                if let (Reading::Proven(_), Concern::ByName) = (reading, concern) {
                    return track.maybe(value, Strength::Proven, at, item);
                }
            }
            Some(_) | None => {}
        }
    }
    if !(surely_here && surely_it) {
        return track.maybe(value, strength, at, item);
    }
    // Of two activities of one moment, or of two pieces of one, neither is known to be the later.
    let unordered = |set: &AdminEvent| set.at == at && (set.qualifier != event.qualifier || set.index == event.index);
    let at_odds = removed_from.is_none() && last_set.is_some_and(|(set, level)| unordered(set) && level != value);
    if at_odds { track.blur(at, item) } else { track.set(value, strength, at, item) }
}
