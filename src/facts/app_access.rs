//! An app's access level for every org unit: own levels replayed, then inherited down the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::app_evaluated::Evaluated;
use super::app_listed::{Listed, Listing};
use super::app_replay::{Replayed, replay};
use super::app_target::Target;
use super::fact::{Fact, Origin, Standing, Strength};
use super::look_again::OwnDoubt;
use super::org_tree::UnitIndex;
use super::placed::{Placed, Placing};
use super::supposed::Supposed;
use super::track::{Horizon, Own, Question, Slot, had_settled};
use super::truth::Truth;
use crate::domain::{ClientId, OrgUnitPath};
use crate::evidence::{APP_ACCESS_MENU, AdminEvent, Attestation, Item, OwnAccess, Sighting};

/// Name of this setting in `missing` and `unread_events`.
pub const APP_ACCESS: &str = "app-access";

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
    pub(super) fn of(own: OwnAccess) -> Option<Self> {
        match own {
            OwnAccess::Inherit => None,
            OwnAccess::Trusted => Some(Self::Trusted),
            OwnAccess::Limited => Some(Self::Limited),
            OwnAccess::SpecificData => Some(Self::SpecificData),
            OwnAccess::Blocked => Some(Self::Blocked),
            OwnAccess::Unconfigured => Some(Self::Unconfigured),
        }
    }

    /// All of them.
    pub const ALL: [Self; 5] = [Self::Trusted, Self::Limited, Self::SpecificData, Self::Blocked, Self::Unconfigured];

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

/// What levels are derived from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g> {
    pub(super) placing: &'g Placing<'g>,
    pub(super) horizon: Horizon,
    /// What administrators saw.
    pub(super) attestations: &'g [Attestation],
    /// The log's changes.
    pub(super) changes: &'g Placed<'g, AdminEvent>,
    pub(super) sightings: &'g BTreeMap<ClientId, Sighting>,
    /// The console's list, where one is given.
    pub(super) listed: Option<&'g Listed<'g>>,
    pub(super) evaluated: &'g Evaluated<'g>,
    /// Levels that nobody set yet.
    pub(super) supposed: &'g Supposed<'g>,
}

impl Ground<'_> {
    /// What the console's list says of an org unit's own level.
    pub(super) fn listings(&self, target: &Target, unit: UnitIndex) -> Vec<Listing> {
        match (self.listed, target.client()) {
            (Some(listed), Some((client, doubt))) => listed.listings(client, doubt, unit, self.placing.tree()),
            (None, _) | (_, None) => Vec::new(),
        }
    }

    /// What was observed of the level in force, as far as nothing in the log has changed it since.
    fn observations(&self, target: &Target, unit: UnitIndex, last_change: Option<Timestamp>) -> Vec<Observation> {
        let (Some(log), Some((client, doubt))) = (self.horizon.log, target.client()) else { return Vec::new() };
        let listed = self.listed.into_iter().flat_map(|listed| listed.observations(client, doubt, unit));
        let watched = |Observation { at, lag, .. }: &Observation| {
            log.from <= *at && *at <= self.horizon.as_of && had_settled(last_change, *lag, *at)
        };
        listed.chain(self.evaluated.observations(client, unit)).filter(watched).collect()
    }
}

/// Something that shows the level in force at a moment, whoever set it.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    pub(super) at: Timestamp,
    /// How long after a change it may still show what was before.
    pub(super) lag: SignedDuration,
    /// The levels that go with it.
    pub(super) left: BTreeSet<Access>,
    /// How far it goes alone.
    pub(super) hint: Strength,
    pub(super) item: Arc<Item>,
}

/// The level of one target for every org unit, in the tree's order.
pub(super) struct Levels {
    pub(super) in_force: Vec<Fact<Access>>,
    /// Why an org unit's own level has to be looked at again.
    pub(super) own_doubts: Vec<Option<OwnDoubt>>,
    /// The last thing in the log that changed, or may have changed, the level in force.
    pub(super) last_changes: Vec<Option<Timestamp>>,
    /// Whether an org unit has no level of its own, and takes that of the one above.
    pub(super) inherits: Vec<Truth>,
}

/// Derives the level of one target for every org unit, in the tree's order.
pub(super) fn derive(target: &Target, ground: &Ground<'_>) -> Levels {
    let placing = ground.placing;
    let baselines =
        placing.place_attestations(|attestation| target.attested_by(attestation).map(|_| ()), ground.attestations);
    let tree = placing.tree();
    let order = tree.top_down();
    let mut replayed: Vec<Option<Replayed>> = (0..tree.units().len()).map(|_| None).collect();
    let mut supposed: Vec<Option<Own<OwnAccess>>> = vec![None; tree.units().len()];
    for unit in &order {
        let mut here = replay(*unit, target, ground, &baselines);
        supposed[*unit] = ground.supposed.level(*unit, target);
        if let Some(own) = supposed[*unit].clone() {
            here = Replayed { own, last_change: here.last_change.max(Some(ground.supposed.made_at())) };
        }
        // What happens above bears on the level in force here.
        let above = tree.parent(*unit).and_then(|parent| replayed[parent].as_ref()).and_then(|above| above.last_change);
        here.last_change = here.last_change.max(above);
        replayed[*unit] = Some(here);
    }
    let last_changes = replayed.iter().map(|here| here.as_ref().and_then(|here| here.last_change)).collect();
    let mut observed: Vec<Vec<Observation>> = replayed
        .iter()
        .enumerate()
        .map(|(unit, here)| ground.observations(target, unit, here.as_ref().and_then(|here| here.last_change)))
        .collect();
    // What was observed where a level is surely inherited was observed of the org unit above as well.
    for unit in order.iter().rev() {
        let surely = replayed[*unit].as_ref().is_some_and(|here| here.own.is_surely(&OwnAccess::Inherit));
        if let Some(parent) = tree.parent(*unit).filter(|_| surely) {
            let lifted = observed[*unit].clone();
            for observation in lifted {
                keep_latest(&mut observed[parent], observation);
            }
        }
    }
    let mut in_force: Vec<Option<Fact<Access>>> = vec![None; tree.units().len()];
    let mut own_doubts = vec![None; tree.units().len()];
    let mut inherits = vec![Truth::Unknown; tree.units().len()];
    for unit in order {
        let Some(Replayed { own, .. }) = replayed[unit].take() else { continue };
        inherits[unit] = own.truth_of(&OwnAccess::Inherit, tree.parent(unit).is_some());
        own_doubts[unit] = OwnDoubt::of(&own)
            .or_else(|| (own.slot == Slot::Nothing && tree.parent(unit).is_none()).then(OwnDoubt::never_looked_at));
        let above = tree.parent(unit).and_then(|parent| Some((parent, in_force[parent].clone()?)));
        let asked = Asked::of(target, tree.path(unit));
        let guessed = own.slot == Slot::Nothing;
        let mut fact = combine(unit, &asked, own, above, placing);
        if guessed {
            fact = observed[unit].iter().fold(fact, |fact, observation| fact.unless_refuted_by(&observation.left));
        }
        let agreed = !fact.in_conflict();
        // Of what nobody set yet nothing can have been observed.
        let mut fact =
            if supposed[unit].is_some() { fact } else { confront(fact, &asked, &observed[unit], ground.evaluated) };
        if tree.parent(unit).is_none() {
            // Nothing lies above it.
            fact.origin = Origin::Own;
        }
        if agreed && fact.in_conflict() && own_doubts[unit].is_none() {
            own_doubts[unit] = observed[unit].last().map(|observation| OwnDoubt {
                why: format!("{}, which does not go with what else is known", observation.item.says),
                since: Some(observation.at),
                by: None,
            });
        }
        in_force[unit] = Some(fact);
    }
    Levels {
        in_force: in_force.into_iter().map(|fact| fact.unwrap_or_else(Fact::unknown)).collect(),
        own_doubts,
        last_changes,
        inherits,
    }
}

/// Of observations that say the same the latest speaks for all, however many org units there are below.
fn keep_latest(kept: &mut Vec<Observation>, observation: Observation) {
    match kept.iter_mut().find(|one| one.left == observation.left && one.hint == observation.hint) {
        Some(one) if one.at < observation.at => *one = observation,
        Some(_) => {}
        None => kept.push(observation),
    }
}

/// A level that is asked for, in words.
struct Asked {
    about: String,
    supply: String,
}

impl Asked {
    fn of(target: &Target, path: &OrgUnitPath) -> Self {
        Self {
            about: format!("access of {} at {path}", target.app()),
            supply: format!("open {APP_ACCESS_MENU}, look up the app for {path}, and attest the level shown"),
        }
    }

    fn question(&self) -> Question<'_> {
        Question { fact: APP_ACCESS, about: &self.about, supply: &self.supply }
    }
}

/// What was observed supports a level, narrows it down, or contradicts it.
fn confront(
    mut fact: Fact<Access>,
    asked: &Asked,
    observed: &[Observation],
    evaluated: &Evaluated<'_>,
) -> Fact<Access> {
    for observation in observed {
        let Observation { left, hint, item, .. } = observation;
        fact = fact.confronted_with(left, *hint, [Arc::clone(item)], || {
            let why = format!("{}: {}, which does not go with what else is known", asked.about, item.says);
            asked.question().gap(why)
        });
    }
    // Of evaluations that could not be read one may contradict.
    if let Some(gap) = evaluated.doubt() {
        fact.cap(Strength::Presumed);
        fact.gaps.insert(gap.clone());
    }
    fact
}

fn combine(
    unit: UnitIndex,
    asked: &Asked,
    own: Own<OwnAccess>,
    above: Option<(UnitIndex, Fact<Access>)>,
    placing: &Placing<'_>,
) -> Fact<Access> {
    let path = placing.tree().path(unit);
    let about = &asked.about;
    let question = asked.question();
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
        origin: Origin::Own,
    });
    direct.into_iter().chain(inherited).reduce(Fact::or_else).unwrap_or_else(Fact::unknown)
}

fn open(own: Own<OwnAccess>, standing: Standing<Access>, question: &Question<'_>) -> Fact<Access> {
    let why = own.why.unwrap_or_else(|| "no attestation, and no event in the log at hand".to_owned());
    let gaps = BTreeSet::from([question.gap(format!("{}: {why}", question.about))]);
    Fact { standing, evidence: own.evidence, gaps, origin: Origin::Own }
}

fn inherit(
    mut fact: Fact<Access>,
    parent: UnitIndex,
    own: &Own<OwnAccess>,
    cap: Strength,
    question: &Question<'_>,
    placing: &Placing<'_>,
) -> Fact<Access> {
    fact.pass_down(placing.tree().path(parent));
    if cap == Strength::Presumed {
        let why = own.why.as_deref().unwrap_or("nothing is known of the org unit itself");
        fact.gaps.insert(question.gap(format!("{}: {why}, so it is presumed to inherit", question.about)));
    }
    fact.evidence.extend(own.evidence.iter().cloned());
    fact.at_most(cap)
}
