//! Evidence brought to today's org units.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::org_tree::{OrgTree, UnitIndex};
use super::unit_history::{Place, UnitHistory};
use crate::domain::OrgUnitPath;
use crate::evidence::{AdminEvent, Attestation, Below, Evidence, Item, UnitRef};
use crate::snapshot::SourceId;

/// How sure it is that a piece of evidence is about an org unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearing {
    /// About exactly this one.
    Sure,
    /// About this one, or another of the same name that is at hand or known to be gone.
    Namesake,
    /// About this one, or another, or one that no record shows.
    Possible,
    /// About one above, and `below = "inherit"` extends it to this one.
    Below,
}

impl Bearing {
    pub(super) fn is_sure(self) -> bool {
        self == Self::Sure
    }

    pub(super) fn is_below(self) -> bool {
        self == Self::Below
    }
}

/// Pieces of evidence by org unit; those that may be about any are kept once.
#[derive(Debug)]
pub(super) struct Placed<'e, T> {
    by_unit: Vec<Vec<(&'e T, Bearing)>>,
    anywhere: Vec<&'e T>,
}

impl<'e, T> Placed<'e, T> {
    fn new(units: usize) -> Self {
        Self { by_unit: (0..units).map(|_| Vec::new()).collect(), anywhere: Vec::new() }
    }

    /// Lets `keep` throw out pieces of evidence, org unit by org unit, and among those that may be about any.
    pub(super) fn retain_per_unit(&mut self, keep: impl Fn(&mut Vec<(&'e T, Bearing)>)) {
        for things in &mut self.by_unit {
            keep(things);
        }
        let mut anywhere = self.anywhere.drain(..).map(|thing| (thing, Bearing::Possible)).collect();
        keep(&mut anywhere);
        self.anywhere = anywhere.into_iter().map(|(thing, _)| thing).collect();
    }

    /// Everything that is, or may be, about that org unit; in no particular order.
    pub(super) fn of(&self, unit: UnitIndex) -> impl Iterator<Item = (&'e T, Bearing)> + '_ {
        let anywhere = self.anywhere.iter().map(|thing| (*thing, Bearing::Possible));
        self.by_unit[unit].iter().copied().chain(anywhere)
    }
}

/// Brings log events and attestations to today's org units.
#[derive(Debug)]
pub(super) struct Placing<'e> {
    tree: &'e OrgTree,
    history: UnitHistory,
    evidence: &'e Evidence,
    attestations: &'e [Attestation],
    births: Vec<Option<(Timestamp, Arc<Item>)>>,
}

impl<'e> Placing<'e> {
    pub(super) fn new(tree: &'e OrgTree, evidence: &'e Evidence, attestations: &'e [Attestation]) -> Self {
        let history = UnitHistory::new(tree, evidence);
        // Where org units are missing, it may have been one of these that was created.
        let whole = evidence.is_complete(SourceId::OrgUnits);
        let births = (0..tree.units().len()).map(|unit| history.born(unit).filter(|_| whole).cloned()).collect();
        Self { tree, history, evidence, attestations, births }
    }

    pub(super) fn tree(&self) -> &'e OrgTree {
        self.tree
    }

    pub(super) fn attestations(&self) -> &'e [Attestation] {
        self.attestations
    }

    /// When an org unit came into being, inside the log at hand.
    pub(super) fn birth(&self, unit: UnitIndex) -> Option<(Timestamp, Arc<Item>)> {
        self.births[unit].clone()
    }

    /// The last logged move that may have been of this org unit.
    pub(super) fn moved(&self, unit: UnitIndex) -> Option<Timestamp> {
        self.history.moved(unit)
    }

    /// Which org unit had that path at that time.
    pub(super) fn place_path(&self, path: &OrgUnitPath, at: Timestamp) -> Place {
        self.history.place_path(path, at, self.tree)
    }

    /// Where an event happened.
    pub(super) fn place(&self, unit: &UnitRef, at: Timestamp) -> Place {
        self.history.place(unit, at, self.tree)
    }

    /// Brings the events that `unit_of` wants to their org units.
    pub(super) fn place_events(
        &self,
        unit_of: impl Fn(&'e AdminEvent) -> Option<&'e UnitRef>,
    ) -> Placed<'e, AdminEvent> {
        let mut placed = Placed::new(self.tree.units().len());
        for event in &self.evidence.admin_events {
            let Some(unit) = unit_of(event) else { continue };
            match self.place(unit, event.at) {
                Place::One(only) => placed.by_unit[only].push((event, Bearing::Sure)),
                Place::Among(some) => {
                    let bearing = if self.history.knows_every_name() { Bearing::Namesake } else { Bearing::Possible };
                    for unit in some {
                        placed.by_unit[unit].push((event, bearing));
                    }
                }
                Place::Gone => {}
                Place::Anywhere => placed.anywhere.push(event),
            }
        }
        placed
    }

    /// Brings attestations of one setting to their org units, `below` included. `wanted` picks the setting (and app).
    pub(super) fn place_attestations(
        &self,
        wanted: impl Fn(&Attestation) -> Option<()>,
        attestations: &'e [Attestation],
    ) -> Placed<'e, Attestation> {
        let mut placed: Placed<'e, Attestation> = Placed::new(self.tree.units().len());
        let wanted: Vec<&Attestation> = attestations.iter().filter(|one| wanted(one).is_some()).collect();
        let mut extending = Vec::new();
        // Of these an attestation may speak, and cannot be told to.
        let mut perhaps: Vec<(BTreeSet<UnitIndex>, Timestamp)> = Vec::new();
        for attestation in wanted {
            match self.place_path(&attestation.org_unit, attestation.attested_at) {
                Place::One(unit) => {
                    placed.by_unit[unit].push((attestation, Bearing::Sure));
                    if attestation.below == Below::Inherit {
                        extending.push((unit, attestation));
                    }
                }
                Place::Among(units) => perhaps.push((units, attestation.attested_at)),
                // It may be about any org unit, and then excepts that one.
                Place::Anywhere => {
                    perhaps.push(((0..self.tree.units().len()).collect(), attestation.attested_at));
                }
                Place::Gone => {}
            }
        }
        for (above, attestation) in extending {
            for unit in 0..self.tree.units().len() {
                // An attestation of its own, of then or later, excepts an org unit, even one that has expired since.
                let excepted = placed.by_unit[unit]
                    .iter()
                    .any(|(own, bearing)| bearing.is_sure() && own.attested_at >= attestation.attested_at)
                    || perhaps.iter().any(|(units, at)| units.contains(&unit) && *at >= attestation.attested_at);
                if !excepted && self.history.was_below(unit, above, attestation.attested_at, self.tree) {
                    placed.by_unit[unit].push((attestation, Bearing::Below));
                }
            }
        }
        placed
    }

    /// Attestations of org units that no record shows: nothing can be made of them.
    pub(super) fn unplaced_attestations(&self) -> Vec<&'e Attestation> {
        self.attestations
            .iter()
            .filter(|attestation| {
                matches!(
                    self.place_path(&attestation.org_unit, attestation.attested_at),
                    Place::Anywhere | Place::Among(_)
                )
            })
            .collect()
    }
}
