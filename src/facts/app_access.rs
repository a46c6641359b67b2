//! An app's access level for every org unit: own levels replayed, then inherited down the tree.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::fact::{Fact, Standing, Strength};
use super::org_tree::UnitIndex;
use super::placed::{Bearing, Placed, Placing};
use super::track::{Horizon, Own, Question, Slot, Track};
use crate::domain::{AppId, ClientId};
use crate::evidence::{
    APP_ACCESS_MENU, AdminEvent, AppRef, AppScope, Attestation, AttestedValue, Change, Effect, Item, LevelChange,
    OwnAccess, Reading, Sighting,
};

/// Name of this setting in `missing` and `unread_events`.
pub const APP_ACCESS: &str = "app-access";

/// One action logged under its old and its new name shows up twice within this time.
const ONE_ACTION: SignedDuration = SignedDuration::from_secs(10);
/// Both names were in use from 17 February to the end of August 2026, in seconds since the epoch.
const BOTH_SCHEMAS: std::ops::Range<i64> = 1_771_286_400..1_788_220_800;

/// An app's access level in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Trusted: may ask for every Google service, and is exempt where *Exempt trusted apps* is ticked.
    Trusted,
    /// Limited: services that are unrestricted.
    Limited,
    /// Specific Google data: scopes that an administrator lists. Not Trusted.
    SpecificData,
    /// Blocked.
    Blocked,
    /// On no list.
    Unconfigured,
}

impl Access {
    /// The level that an org unit's own choice amounts to; `None` where it inherits.
    fn of(own: OwnAccess) -> Option<Self> {
        match own {
            OwnAccess::Inherit => None,
            OwnAccess::Trusted => Some(Self::Trusted),
            OwnAccess::Limited => Some(Self::Limited),
            OwnAccess::SpecificData => Some(Self::SpecificData),
            OwnAccess::Blocked => Some(Self::Blocked),
            OwnAccess::Unconfigured => Some(Self::Unconfigured),
        }
    }

    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Limited => "limited",
            Self::SpecificData => "specific_data",
            Self::Blocked => "blocked",
            Self::Unconfigured => "unconfigured",
        }
    }

    /// The level as the console words it.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Trusted => "Trusted",
            Self::Limited => "Limited",
            Self::SpecificData => "Specific Google data",
            Self::Blocked => "Blocked",
            Self::Unconfigured => "not configured",
        }
    }
}

/// Whose level is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A client that is the app because the operator or the catalogue says so.
    Pinned { app: AppId, client: ClientId },
    /// A client that goes by the app's name.
    Named { app: AppId, client: ClientId },
    /// The app itself, no client of which is pinned; `lead` is the one client that goes by its name, if there is one.
    Unpinned { app: AppId, lead: Option<ClientId>, others: Vec<ClientId> },
}

/// How an event concerns a target.
enum Concern {
    Surely,
    Perhaps,
    /// Surely the client that goes by the app's name.
    ByName,
    /// Perhaps one that goes by the app's name.
    PerhapsByName,
}

impl Target {
    fn app(&self) -> &AppId {
        match self {
            Self::Pinned { app, .. } | Self::Named { app, .. } | Self::Unpinned { app, .. } => app,
        }
    }

    /// `None` if an attestation is about something else; else why it may be, if so.
    fn attested_by(&self, attestation: &Attestation) -> Option<Option<&'static str>> {
        let AttestedValue::AppAccess { app: named, .. } = &attestation.value else { return None };
        const BY_NAME: Option<&str> = Some("the app is recognised by its display name alone; pin its client ID");
        match (self, named) {
            (Self::Pinned { client, .. } | Self::Named { client, .. }, AppRef::Client(other)) => {
                (client == other).then_some(None)
            }
            (Self::Pinned { app, .. } | Self::Unpinned { app, .. }, AppRef::Catalogue(other)) => {
                (app == other).then_some(None)
            }
            (Self::Named { app, .. }, AppRef::Catalogue(other)) => (app == other).then_some(BY_NAME),
            (Self::Unpinned { lead, .. }, AppRef::Client(other)) => (lead.as_ref() == Some(other)).then_some(BY_NAME),
        }
    }

    fn concern(&self, scope: &AppScope, sightings: &BTreeMap<ClientId, Sighting>) -> Option<Concern> {
        let named: Vec<&str> = match scope {
            AppScope::All => return Some(Concern::Perhaps),
            AppScope::Client { id, .. } => vec![id.as_str()],
            AppScope::Undeclared { values } => {
                let known: Vec<&str> =
                    values.iter().map(String::as_str).filter(|value| self.knows(value, sightings)).collect();
                if known.is_empty() {
                    return Some(Concern::Perhaps);
                }
                known
            }
        };
        let one = named.len() == 1;
        match self {
            Self::Pinned { client, .. } | Self::Named { client, .. } => {
                named.contains(&client.as_str()).then_some(if one { Concern::Surely } else { Concern::Perhaps })
            }
            Self::Unpinned { lead, others, .. } => {
                if let Some(lead) = lead
                    && named.contains(&lead.as_str())
                {
                    return Some(if one { Concern::ByName } else { Concern::PerhapsByName });
                }
                let may_be = |id: &&str| {
                    others.iter().any(|other| other.as_str() == *id)
                        // A client that no record gives a name to may be any app.
                        || sightings.get(*id).is_none_or(|sighting| sighting.names.is_empty())
                };
                named.iter().any(may_be).then_some(Concern::PerhapsByName)
            }
        }
    }

    fn knows(&self, value: &str, sightings: &BTreeMap<ClientId, Sighting>) -> bool {
        sightings.contains_key(value)
            || match self {
                Self::Pinned { client, .. } | Self::Named { client, .. } => client.as_str() == value,
                Self::Unpinned { .. } => false,
            }
    }
}

/// The log's changes of app access, at today's org units, each action once.
pub(super) fn place_changes<'e>(placing: &Placing<'e>) -> Placed<'e, AdminEvent> {
    let mut placed = placing.place_events(|event| match &event.change {
        Change::Access { unit, .. } => Some(unit),
        Change::Session { .. } | Change::Tree(_) | Change::TokensEnded { .. } => None,
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

enum Step<'e> {
    Born(Arc<Item>),
    Attested { level: OwnAccess, doubt: Option<&'static str>, item: Arc<Item> },
    Event { change: LevelChange, concern: Concern, sure: bool, event: &'e AdminEvent },
}

impl Step<'_> {
    /// At one moment: birth, what was seen, then what was logged; of that, removals before additions.
    fn rank(&self) -> (u8, &str, u8, usize) {
        match self {
            Self::Born(_) => (0, "", 0, 0),
            Self::Attested { .. } => (1, "", 0, 0),
            Self::Event { change: LevelChange::RemovedFrom(_), event, .. } => (2, &event.qualifier, 0, event.index),
            Self::Event { change: LevelChange::Set(_), event, .. } => (2, &event.qualifier, 1, event.index),
        }
    }
}

/// Derives the level of one target for every org unit, in the tree's order.
pub(super) fn derive(
    target: &Target,
    placing: &Placing<'_>,
    changes: &Placed<'_, AdminEvent>,
    sightings: &BTreeMap<ClientId, Sighting>,
    horizon: Horizon,
) -> Vec<Fact<Access>> {
    let baselines =
        placing.place_attestations(|attestation| target.attested_by(attestation).map(|_| ()), placing.attestations());
    let tree = placing.tree();
    let mut in_force: Vec<Option<Fact<Access>>> = vec![None; tree.units().len()];
    for unit in tree.top_down() {
        let own = replay(unit, target, placing, changes, &baselines, sightings, horizon);
        let above = tree.parent(unit).and_then(|parent| Some((parent, in_force[parent].clone()?)));
        in_force[unit] = Some(combine(unit, target, own, above, placing));
    }
    in_force.into_iter().map(|fact| fact.unwrap_or_else(Fact::unknown)).collect()
}

fn replay(
    unit: UnitIndex,
    target: &Target,
    placing: &Placing<'_>,
    changes: &Placed<'_, AdminEvent>,
    baselines: &Placed<'_, Attestation>,
    sightings: &BTreeMap<ClientId, Sighting>,
    horizon: Horizon,
) -> Own<OwnAccess> {
    let mut steps: Vec<(Timestamp, Step<'_>)> = Vec::new();
    let mut lapsed = None;
    if let Some((at, item)) = placing.birth(unit) {
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
        steps.push((attestation.attested_at, Step::Attested { level, doubt, item: Arc::new(attestation.item()) }));
    }
    for (event, bearing) in changes.of(unit) {
        let Change::Access { app, change, .. } = &event.change else { continue };
        if let Some(concern) = target.concern(app, sightings) {
            let sure = bearing.is_sure() && event.effect == Effect::Took;
            steps.push((event.at, Step::Event { change: *change, concern, sure, event }));
        }
    }
    steps.sort_by(|(at, step), (other_at, other)| (at, step.rank()).cmp(&(other_at, other.rank())));

    let mut track = Track::new(horizon);
    let mut last_set: Option<(&AdminEvent, OwnAccess)> = None;
    for (at, step) in steps {
        match step {
            Step::Born(item) => track.begin(OwnAccess::Inherit, at, &item),
            Step::Attested { level, doubt, item } => {
                last_set = None;
                track.attest(level, doubt, at, &item);
            }
            Step::Event { change, concern, sure, event } => {
                apply(&mut track, change, &concern, sure, event, last_set);
                last_set = match change {
                    LevelChange::Set(Reading::Proven(level) | Reading::Presumed(level)) if sure => Some((event, level)),
                    LevelChange::Set(_) | LevelChange::RemovedFrom(_) => last_set,
                };
            }
        }
    }
    track.finish(lapsed)
}

fn apply(
    track: &mut Track<OwnAccess>,
    change: LevelChange,
    concern: &Concern,
    sure: bool,
    event: &AdminEvent,
    last_set: Option<(&AdminEvent, OwnAccess)>,
) {
    let (at, item) = (event.at, &event.item);
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
    let perhaps = !sure || matches!(concern, Concern::Perhaps | Concern::PerhapsByName);
    if let (Some(from), Slot::Among(held, held_strength)) = (removed_from, track.slot())
        && !held.contains(&from)
    {
        // Whatever was taken off that list was something else.
        if perhaps && *held_strength == Strength::Proven {
            return;
        }
        if !perhaps && held.iter().any(|level| *level != OwnAccess::Inherit) {
            // The other half of a change of level, logged a moment late: what was added stands.
            let other_half = last_set.is_some_and(|(set, level)| {
                held.contains(&level) && set.actor == event.actor && at.duration_since(set.at) <= ONE_ACTION
            });
            if !other_half {
                // It was on another list than anything known says: the evidence has a hole.
                track.blur(at, item);
            }
            return;
        }
    }
    if perhaps {
        return track.maybe(value, strength, at, item);
    }
    // Of two activities of one moment, or of two pieces of one, neither is known to be the later.
    let unordered = |set: &AdminEvent| set.at == at && (set.qualifier != event.qualifier || set.index == event.index);
    let at_odds = removed_from.is_none() && last_set.is_some_and(|(set, level)| unordered(set) && level != value);
    if at_odds { track.blur(at, item) } else { track.set(value, strength, at, item) }
}

fn combine(
    unit: UnitIndex,
    target: &Target,
    own: Own<OwnAccess>,
    above: Option<(UnitIndex, Fact<Access>)>,
    placing: &Placing<'_>,
) -> Fact<Access> {
    let path = placing.tree().path(unit);
    let about = format!("access of {} at {path}", target.app());
    let supply = format!("open {APP_ACCESS_MENU}, look up the app for {path}, and attest the level shown");
    let question = Question { fact: APP_ACCESS, about: &about, supply: &supply };
    let (levels, strength) = match own.slot.clone() {
        Slot::Among(levels, strength) => (levels, strength),
        Slot::Nothing if above.is_some() => (BTreeSet::from([OwnAccess::Inherit]), Strength::Presumed),
        Slot::Nothing | Slot::Overtaken | Slot::Lapsed => return open(own, Standing::Unknown, &question),
        Slot::Conflict => return open(own, Standing::Conflict, &question),
    };
    let mut of_its_own: BTreeSet<Access> = levels.iter().filter_map(|level| Access::of(*level)).collect();
    let inherits = levels.contains(&OwnAccess::Inherit);
    let inherited = match above {
        Some((parent, fact)) if inherits => Some(inherit(fact, parent, &own, strength, &question, placing)),
        // What it inherits from, no record shows.
        None if inherits && !path.is_root() => Some(open(own.clone(), Standing::Unknown, &question)),
        Some(_) | None => None,
    };
    if inherits && inherited.is_none() {
        // Off every list at the root is what "unconfigured" means.
        of_its_own.insert(Access::Unconfigured);
    }
    let direct = (!of_its_own.is_empty()).then(|| Fact {
        standing: Standing::among(of_its_own, strength),
        gaps: own.why.iter().map(|why| question.gap(format!("{about}: {why}"))).collect(),
        evidence: own.evidence,
        inherited_from: None,
    });
    direct.into_iter().chain(inherited).reduce(Fact::or_else).unwrap_or_else(Fact::unknown)
}

fn open(own: Own<OwnAccess>, standing: Standing<Access>, question: &Question<'_>) -> Fact<Access> {
    let why = own.why.unwrap_or_else(|| "no attestation, and no event in the log at hand".to_owned());
    let gaps = BTreeSet::from([question.gap(format!("{}: {why}", question.about))]);
    Fact { standing, evidence: own.evidence, gaps, inherited_from: None }
}

fn inherit(
    mut fact: Fact<Access>,
    parent: UnitIndex,
    own: &Own<OwnAccess>,
    cap: Strength,
    question: &Question<'_>,
    placing: &Placing<'_>,
) -> Fact<Access> {
    if fact.value().is_some() && fact.inherited_from.is_none() {
        fact.inherited_from = Some(placing.tree().path(parent).clone());
    }
    if cap == Strength::Presumed {
        let why = own.why.as_deref().unwrap_or("nothing is known of the org unit itself");
        fact.gaps.insert(question.gap(format!("{}: {why}, so it is presumed to inherit", question.about)));
    }
    fact.evidence.extend(own.evidence.iter().cloned());
    fact.at_most(cap)
}
