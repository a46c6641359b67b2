//! The org units of a report as a tree, and lists of them as people would write them.
//!
//! Built from the paths alone. A unit whose parent is not in the report hangs from its nearest ancestor that is.

use std::collections::{BTreeMap, BTreeSet};

use super::escape::Visible;
use super::model::OrgUnit;
use super::wording::number;
use crate::domain::{AppId, OrgUnitPath};

/// Names longer than this lose their middle inside a sentence.
pub(super) const NAME_IN_TEXT: usize = 60;

/// The tree; units are known by their place in the report's list.
pub(super) struct OrgTree<'a> {
    pub(super) units: &'a [OrgUnit],
    place: BTreeMap<&'a str, usize>,
    parent: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    tops: Vec<usize>,
}

impl<'a> OrgTree<'a> {
    pub(super) fn of(units: &'a [OrgUnit]) -> Self {
        let place: BTreeMap<&str, usize> = units.iter().enumerate().map(|(n, unit)| (unit.path.as_str(), n)).collect();
        let mut tree =
            Self { units, place, parent: Vec::new(), children: vec![Vec::new(); units.len()], tops: Vec::new() };
        for (n, unit) in units.iter().enumerate() {
            let mut above = unit.path.parent();
            let mut found = None;
            while let Some(path) = above {
                found = tree.place.get(path.as_str()).copied();
                if found.is_some() {
                    break;
                }
                above = path.parent();
            }
            tree.parent.push(found);
            match found {
                Some(parent) => tree.children[parent].push(n),
                None => tree.tops.push(n),
            }
        }
        tree
    }

    pub(super) fn unit(&self, path: &OrgUnitPath) -> Option<&'a OrgUnit> {
        self.place.get(path.as_str()).map(|&n| &self.units[n])
    }

    pub(super) fn tops(&self) -> &[usize] {
        &self.tops
    }

    pub(super) fn children(&self, unit: usize) -> &[usize] {
        &self.children[unit]
    }

    /// The path below the parent in the tree, which is the last name unless units between are missing.
    pub(super) fn name(&self, unit: usize) -> &'a str {
        let path = self.units[unit].path.as_str();
        match self.parent[unit].map(|parent| self.units[parent].path.as_str()) {
            Some("/") => path.get(1..).unwrap_or(path),
            Some(above) => path.get(above.len() + 1..).unwrap_or(path),
            None => path,
        }
    }

    /// Parents before children.
    pub(super) fn top_down(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.units.len());
        let mut waiting: Vec<usize> = self.tops.iter().rev().copied().collect();
        while let Some(unit) = waiting.pop() {
            order.push(unit);
            waiting.extend(self.children[unit].iter().rev());
        }
        order
    }

    /// The org unit where a setting would have to be changed: the one it is inherited from, or the unit itself.
    pub(super) fn owner<'b>(&'b self, unit: &'b OrgUnitPath, app: Option<&AppId>) -> &'b OrgUnitPath {
        let from = self.unit(unit).and_then(|found| match app {
            Some(app) => found.apps.get(app).and_then(|access| access.inherited_from.as_ref()),
            None => found.cloud_session.inherited_from.as_ref(),
        });
        from.unwrap_or(unit)
    }

    /// Such as `/Lab, /Sales (and 12 below) and 3 more`; whole subtrees are named by their top, and nearly everything
    /// by its exceptions.
    pub(super) fn list(&self, wanted: &BTreeSet<&OrgUnitPath>, limit: usize) -> Visible {
        let known: BTreeSet<&OrgUnitPath> = self.units.iter().map(|unit| &unit.path).collect();
        if wanted.len() > 2 && *wanted == known {
            return Visible::of(&format!("all {} org units", number(wanted.len())));
        }
        let items = self.items(wanted);
        if items.len() > 2 && wanted.is_subset(&known) {
            let exceptions = self.items(&known.difference(wanted).copied().collect());
            if exceptions.len() <= 2 && 2 * exceptions.len() < items.len() {
                let mut text = Visible::of("all org units but ");
                text.push(&and(exceptions.iter().map(|(path, below)| named(path, *below)).collect()));
                return text;
            }
        }
        let shown = if items.len() <= limit + 1 { items.len() } else { limit };
        let mut parts: Vec<Visible> = items.iter().take(shown).map(|(path, below)| named(path, *below)).collect();
        let left: usize = items.iter().skip(shown).map(|(_, below)| below + 1).sum();
        if left > 0 {
            parts.push(Visible::of(&format!("{} more", number(left))));
        }
        and(parts)
    }

    /// Every wanted unit, those of a wholly wanted subtree under its top with their number.
    fn items<'b>(&self, wanted: &BTreeSet<&'b OrgUnitPath>) -> Vec<(&'b OrgUnitPath, usize)> {
        let order = self.top_down();
        let mut missing = vec![0_usize; self.units.len()];
        let mut size = vec![1_usize; self.units.len()];
        for &unit in order.iter().rev() {
            missing[unit] += usize::from(!wanted.contains(&self.units[unit].path));
            if let Some(parent) = self.parent[unit] {
                missing[parent] += missing[unit];
                size[parent] += size[unit];
            }
        }
        let whole = |unit: usize| missing[unit] == 0;
        let mut items = Vec::new();
        for unit in order {
            if self.parent[unit].is_some_and(whole) {
                continue;
            }
            if let Some(path) = wanted.get(&self.units[unit].path) {
                items.push((*path, if whole(unit) { size[unit] - 1 } else { 0 }));
            }
        }
        items.extend(wanted.iter().filter(|path| !self.place.contains_key(path.as_str())).map(|path| (*path, 0)));
        items
    }
}

fn named(path: &OrgUnitPath, below: usize) -> Visible {
    let mut item = Visible::of(path.as_str()).shortened(NAME_IN_TEXT);
    if below > 0 {
        item.push(&Visible::of(&format!(" (and {} below)", number(below))));
    }
    item
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(mut parts: Vec<Visible>) -> Visible {
    let Some(last) = parts.pop() else { return Visible::default() };
    if parts.is_empty() {
        return last;
    }
    let mut text = Visible::join(&parts, ", ");
    text.push(&Visible::of(" and "));
    text.push(&last);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Certainty, CloudSession, ReauthState};

    fn units(paths: &[&str]) -> Vec<OrgUnit> {
        let cloud_session = CloudSession {
            reauth: ReauthState::Unknown,
            frequency_seconds: None,
            frequency_at_least_seconds: None,
            frequency_at_most_seconds: None,
            method: None,
            exempt_trusted_apps: None,
            exempt_confidence: None,
            inherited_from: None,
            confidence: Certainty::Unknown,
            conflict: false,
            sides: Vec::new(),
        };
        let unit = |path: &&str| OrgUnit {
            path: OrgUnitPath::from_google(path).expect("a path"),
            cloud_session: cloud_session.clone(),
            apps: BTreeMap::new(),
        };
        paths.iter().map(unit).collect()
    }

    fn list(all: &[&str], wanted: &[&str], limit: usize) -> String {
        let (all, wanted) = (units(all), units(wanted));
        OrgTree::of(&all).list(&wanted.iter().map(|unit| &unit.path).collect(), limit).to_string()
    }

    const ALL: [&str; 7] = ["/", "/Lab", "/Sales", "/Sales Ops", "/Sales/APAC", "/Sales/EMEA", "/Sales/EMEA/Berlin"];

    #[test]
    fn subtrees_are_named_by_their_top() {
        assert_eq!(
            list(&ALL, &["/Sales", "/Sales/APAC", "/Sales/EMEA", "/Sales/EMEA/Berlin"], 4),
            "/Sales (and 3 below)"
        );
        assert_eq!(list(&ALL, &["/Lab", "/Sales", "/Sales Ops"], 4), "/Lab, /Sales and /Sales Ops");
        assert_eq!(list(&ALL, &["/Lab", "/Sales", "/Sales Ops", "/Gone"], 2), "/Lab, /Sales and 2 more");
        assert_eq!(list(&ALL, &ALL, 4), "all 7 org units");
        assert_eq!(
            list(&ALL, &["/", "/Sales", "/Sales Ops", "/Sales/APAC"], 4),
            "/, /Sales, /Sales/APAC and /Sales Ops"
        );
        assert_eq!(list(&ALL, &["/", "/Lab", "/Sales Ops"], 4), "all org units but /Sales (and 3 below)");
    }

    #[test]
    fn a_missing_parent_is_bridged() {
        let all = units(&["/Sales", "/Sales/EMEA/Berlin"]);
        let tree = OrgTree::of(&all);
        assert_eq!(tree.children(0), [1]);
        assert_eq!(tree.name(1), "EMEA/Berlin");
        assert_eq!(tree.top_down(), [0, 1]);
    }
}
