//! The org units and what is set on each, as they change over time.

use std::collections::BTreeMap;

use super::actions::{Level, Session};
use super::ids;
use crate::domain::OrgUnitPath;

/// One org unit: its place, and its *own* settings.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) id: String,
    pub(super) name: String,
    parent: Option<usize>,
    /// `None`: it inherits, or on the root nobody ever set anything.
    pub(super) session: Option<Session>,
    /// By client ID.
    pub(super) access: BTreeMap<String, Level>,
}

/// The tree; a unit keeps its key through renames and moves.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    units: BTreeMap<usize, Unit>,
    customer: String,
    made: usize,
}

/// The root's key.
pub(super) const ROOT: usize = 0;

impl Tree {
    pub(super) fn new(customer: &str, organization_name: &str) -> Self {
        let root = Unit {
            id: ids::org_unit(customer, "/"),
            name: organization_name.to_owned(),
            parent: None,
            session: None,
            access: BTreeMap::new(),
        };
        Self { units: BTreeMap::from([(ROOT, root)]), customer: customer.to_owned(), made: 1 }
    }

    pub(super) fn path(&self, key: usize) -> OrgUnitPath {
        let Some(unit) = self.units.get(&key) else { return OrgUnitPath::root() };
        match unit.parent {
            Some(parent) => self.path(parent).child(&unit.name),
            None => OrgUnitPath::root(),
        }
    }

    /// The unit that bears this path at present.
    pub(super) fn find(&self, path: &OrgUnitPath) -> Result<usize, String> {
        let mut key = ROOT;
        for name in path.as_str().split('/').filter(|name| !name.is_empty()) {
            let below = self.units.iter().find(|(_, unit)| unit.parent == Some(key) && unit.name == name);
            key = *below.ok_or_else(|| format!("there is no org unit {path} at that time"))?.0;
        }
        Ok(key)
    }

    /// What is set on a unit, if it is there.
    pub(super) fn get(&self, key: usize) -> Option<&Unit> {
        self.units.get(&key)
    }

    /// A unit and those above it, the root last.
    pub(super) fn upwards(&self, key: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(key), |key| self.parent(*key))
    }

    /// A unit that [`Tree::find`] found.
    pub(super) fn unit(&self, key: usize) -> &Unit {
        &self.units[&key]
    }

    pub(super) fn unit_mut(&mut self, key: usize) -> Option<&mut Unit> {
        self.units.get_mut(&key)
    }

    pub(super) fn parent(&self, key: usize) -> Option<usize> {
        self.units.get(&key).and_then(|unit| unit.parent)
    }

    pub(super) fn create(&mut self, path: &OrgUnitPath) -> Result<usize, String> {
        let parent = path.parent().ok_or("the root is always there")?;
        if self.find(path).is_ok() {
            return Err(format!("there is already an org unit {path} at that time"));
        }
        let parent = self.find(&parent)?;
        let key = self.made;
        self.made += 1;
        // The number keeps a unit that was removed and made again apart from its predecessor.
        let id = ids::org_unit(&self.customer, &format!("{path}#{key}"));
        let name = path.name().to_owned();
        self.units.insert(key, Unit { id, name, parent: Some(parent), session: None, access: BTreeMap::new() });
        Ok(key)
    }

    pub(super) fn rename(&mut self, path: &OrgUnitPath, name: &str) -> Result<usize, String> {
        let key = self.find(path)?;
        let parent = path.parent().ok_or("the root is renamed on another page")?;
        if name.is_empty() || name.contains('/') {
            return Err(format!("{name:?} is not an org unit's name"));
        }
        if self.find(&parent.child(name)).is_ok() {
            return Err(format!("there is already an org unit {} at that time", parent.child(name)));
        }
        if let Some(unit) = self.unit_mut(key) {
            unit.name = name.to_owned();
        }
        Ok(key)
    }

    pub(super) fn relocate(&mut self, path: &OrgUnitPath, to: &OrgUnitPath) -> Result<(usize, usize), String> {
        let key = self.find(path)?;
        let parent = self.find(to)?;
        if path.contains(to) {
            return Err(format!("{path} cannot move below itself"));
        }
        if self.find(&to.child(path.name())).is_ok() {
            return Err(format!("there is already an org unit {} at that time", to.child(path.name())));
        }
        if let Some(unit) = self.unit_mut(key) {
            unit.parent = Some(parent);
        }
        Ok((key, parent))
    }

    pub(super) fn remove(&mut self, path: &OrgUnitPath) -> Result<Unit, String> {
        let key = self.find(path)?;
        if key == ROOT || self.units.values().any(|unit| unit.parent == Some(key)) {
            return Err(format!("{path} still has org units below it"));
        }
        self.units.remove(&key).ok_or_else(|| format!("there is no org unit {path}"))
    }

    /// Path and unit of each, sorted by path, so that a parent comes before what is below it.
    pub(super) fn sorted(&self) -> Vec<(OrgUnitPath, usize)> {
        let mut all: Vec<_> = self.units.keys().map(|key| (self.path(*key), *key)).collect();
        all.sort();
        all
    }
}
