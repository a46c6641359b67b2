//! The console's list of configured apps, brought to today's org units.
//!
//! A row shows the level in force for an org unit when the list was downloaded. That it is the org unit's own is certain
//! only where no org unit above has the same: inherited rows are not excluded by anything that Google documents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::app_access::{Access, Observation};
use super::fact::Strength;
use super::org_tree::{OrgTree, UnitIndex};
use super::placed::Placing;
use super::unit_history::Place;
use crate::domain::{ClientId, OrgUnitPath};
use crate::evidence::{ConfiguredApp, ConfiguredApps, Extent, Item, ListedAccess, OwnAccess};

/// What the list says of an org unit's own level.
pub(super) struct Listing {
    pub(super) at: Timestamp,
    /// One of these; `None` where the list's word cannot be read.
    pub(super) levels: Option<BTreeSet<OwnAccess>>,
    pub(super) doubt: Option<&'static str>,
    pub(super) item: Arc<Item>,
}

/// Where the rows of one client lie today.
#[derive(Debug, Default)]
struct Rows<'e> {
    /// The first row of each path, as paths were when the list was taken.
    by_path: BTreeMap<&'e OrgUnitPath, &'e ConfiguredApp>,
    by_unit: BTreeMap<UnitIndex, Vec<&'e ConfiguredApp>>,
    /// Org units of which one has a row, and it cannot be told which.
    perhaps: BTreeSet<UnitIndex>,
    /// Whether a row may be about any org unit.
    anywhere: bool,
}

impl<'e> Rows<'e> {
    /// The row of the nearest org unit above.
    fn nearest_above(&self, path: &OrgUnitPath) -> Option<&'e ConfiguredApp> {
        path.ancestors().find_map(|above| self.by_path.get(&above).copied())
    }
}

/// The list at today's org units.
#[derive(Debug)]
pub(super) struct Listed<'e> {
    list: &'e ConfiguredApps,
    clients: BTreeMap<&'e ClientId, Rows<'e>>,
    /// Where each path of the list lies today.
    places: BTreeMap<&'e OrgUnitPath, Place>,
}

impl<'e> Listed<'e> {
    pub(super) fn new(list: &'e ConfiguredApps, placing: &Placing<'_>) -> Self {
        let mut places: BTreeMap<&OrgUnitPath, Place> = BTreeMap::new();
        let mut clients: BTreeMap<&ClientId, Rows<'_>> = BTreeMap::new();
        for (client, rows) in &list.rows {
            let here = clients.entry(client).or_default();
            for row in rows {
                here.by_path.entry(&row.org_unit).or_insert(row);
                let place =
                    places.entry(&row.org_unit).or_insert_with(|| placing.place_path(&row.org_unit, list.taken_at));
                match place {
                    Place::One(unit) => here.by_unit.entry(*unit).or_default().push(row),
                    Place::Among(units) => here.perhaps.extend(units.iter()),
                    Place::Gone => {}
                    Place::Anywhere => here.anywhere = true,
                }
            }
        }
        Self { list, clients, places }
    }

    /// Org units that the list names and no record shows.
    pub(super) fn unplaced(&self) -> Vec<&'e OrgUnitPath> {
        let unknown = self.places.iter().filter(|(_, place)| matches!(place, Place::Anywhere | Place::Among(_)));
        unknown.map(|(path, _)| *path).collect()
    }

    /// What it says of the own level of an org unit. `doubt` says why the client may be another than the one asked for.
    pub(super) fn listings(
        &self,
        client: &ClientId,
        doubt: Option<&'static str>,
        unit: UnitIndex,
        tree: &OrgTree,
    ) -> Vec<Listing> {
        let doubt = self.list.doubt().or(doubt);
        let listing = |levels, item| Listing { at: self.list.taken_at, levels, doubt, item };
        let rows = self.clients.get(client);
        let own: Vec<Listing> = rows
            .and_then(|rows| rows.by_unit.get(&unit))
            .into_iter()
            .flatten()
            .map(|row| listing(rows.and_then(|rows| self.own_levels(rows, row)), self.list.item(client, row)))
            .collect();
        let hidden = rows.is_some_and(|rows| rows.anywhere || rows.perhaps.contains(&unit));
        if own.is_empty() && !hidden && self.list.extent == Extent::Whole {
            let level = if tree.root() == Some(unit) { OwnAccess::Unconfigured } else { OwnAccess::Inherit };
            let item = self.list.silence(client, tree.path(unit));
            return vec![listing(Some(BTreeSet::from([level])), item)];
        }
        own
    }

    fn own_levels(&self, rows: &Rows<'_>, row: &ConfiguredApp) -> Option<BTreeSet<OwnAccess>> {
        let ListedAccess::Level(level) = &row.access else { return None };
        if row.org_unit.is_root() {
            return Some(BTreeSet::from([*level]));
        }
        if *level == OwnAccess::Unconfigured {
            return Some(BTreeSet::from([OwnAccess::Inherit]));
        }
        // Of a list that may be narrowed, the row from which it is inherited may be one that is not there.
        let surely_own = self.list.extent == Extent::Whole
            && rows
                .nearest_above(&row.org_unit)
                .is_none_or(|above| above.access != row.access && matches!(above.access, ListedAccess::Level(_)));
        let mut levels = BTreeSet::from([*level]);
        if !surely_own {
            levels.insert(OwnAccess::Inherit);
        }
        Some(levels)
    }

    /// What it shows of the level in force in an org unit.
    pub(super) fn observations(
        &self,
        client: &ClientId,
        doubt: Option<&'static str>,
        unit: UnitIndex,
    ) -> Vec<Observation> {
        let hint = if self.list.doubt().or(doubt).is_some() { Strength::Presumed } else { Strength::Proven };
        let rows = self.clients.get(client).and_then(|rows| rows.by_unit.get(&unit));
        rows.into_iter()
            .flatten()
            .filter_map(|row| {
                let ListedAccess::Level(level) = &row.access else { return None };
                Some(Observation {
                    at: self.list.taken_at,
                    lag: SignedDuration::ZERO,
                    left: BTreeSet::from([Access::of(*level)?]),
                    hint,
                    item: self.list.item(client, row),
                })
            })
            .collect()
    }
}
