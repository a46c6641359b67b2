use std::collections::HashMap;

use crate::domain::OrgUnitPath;
use crate::evidence::Unit;

/// An org unit's place in [`OrgTree::units`].
pub type UnitIndex = usize;

/// Google allows 35 levels; a longer way up goes in a circle.
const DEEPEST: usize = 64;

/// Today's org units: who lies in whom, and who is called what.
#[derive(Debug)]
pub struct OrgTree {
    units: Vec<Unit>,
    parents: Vec<Option<UnitIndex>>,
    by_path: HashMap<OrgUnitPath, UnitIndex>,
    root: Option<UnitIndex>,
}

impl OrgTree {
    /// Builds the tree. Where Google left the root's own record out, a nameless one stands in; an org unit whose parent
    /// is named by no record hangs from the one that its path names, else from nothing.
    #[must_use]
    pub fn new(mut units: Vec<Unit>) -> Self {
        if !units.is_empty() && !units.iter().any(|unit| unit.path.is_root()) {
            let ids: std::collections::HashSet<&str> = units.iter().map(|unit| unit.id.as_str()).collect();
            let top = units.iter().find(|unit| unit.path.parent().is_some_and(|parent| parent.is_root()));
            let id = top
                .and_then(|unit| unit.parent_id.clone())
                .filter(|id| !ids.contains(id.as_str()))
                .unwrap_or_else(|| "/".to_owned());
            units.push(Unit { path: OrgUnitPath::root(), id, parent_id: None, name: None });
        }
        units.sort();
        let by_id: HashMap<&str, UnitIndex> =
            units.iter().enumerate().map(|(index, unit)| (unit.id.as_str(), index)).collect();
        let by_path: HashMap<OrgUnitPath, UnitIndex> =
            units.iter().enumerate().map(|(index, unit)| (unit.path.clone(), index)).collect();
        let parents = units
            .iter()
            .enumerate()
            .map(|(index, unit)| {
                if unit.path.is_root() {
                    return None;
                }
                let by_parent_id = unit.parent_id.as_deref().and_then(|id| by_id.get(id)).copied();
                by_parent_id
                    .or_else(|| unit.path.parent().and_then(|path| by_path.get(&path)).copied())
                    // A record that names itself as its parent must not make a circle.
                    .filter(|parent| *parent != index)
            })
            .collect();
        let root = by_path.get("/").copied();
        let mut tree = Self { parents, root, units: Vec::new(), by_path };
        tree.units = units;
        tree.cut_circles();
        tree
    }

    /// Hostile or garbled records could name each other as parents; whoever does not reach the root hangs from nothing.
    fn cut_circles(&mut self) {
        for start in 0..self.units.len() {
            let mut at = start;
            for _ in 0..DEEPEST {
                match self.parents[at] {
                    Some(parent) => at = parent,
                    None => break,
                }
            }
            if self.parents[at].is_some() {
                self.parents[start] = None;
            }
        }
    }

    /// Gives the org units back.
    pub(super) fn into_units(self) -> Vec<Unit> {
        self.units
    }

    /// All org units, sorted by path.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The org unit at that path.
    #[must_use]
    pub fn find(&self, path: &OrgUnitPath) -> Option<UnitIndex> {
        self.by_path.get(path).copied()
    }

    /// The top.
    #[must_use]
    pub fn root(&self) -> Option<UnitIndex> {
        self.root
    }

    /// The org unit directly above.
    #[must_use]
    pub fn parent(&self, unit: UnitIndex) -> Option<UnitIndex> {
        self.parents[unit]
    }

    /// The path of an org unit.
    #[must_use]
    pub fn path(&self, unit: UnitIndex) -> &OrgUnitPath {
        &self.units[unit].path
    }

    /// Every org unit, parents before children.
    #[must_use]
    pub fn top_down(&self) -> Vec<UnitIndex> {
        let mut depths: Vec<(usize, UnitIndex)> = (0..self.units.len()).map(|unit| (self.depth(unit), unit)).collect();
        depths.sort_unstable();
        depths.into_iter().map(|(_, unit)| unit).collect()
    }

    fn depth(&self, unit: UnitIndex) -> usize {
        std::iter::successors(Some(unit), |at| self.parents[*at]).count()
    }
}
