//! The org-unit tree through time: which of today's org units a log event or an attestation of the past means.
//!
//! Events name an org unit by its bare name (seen in every live log), perhaps by path, and the root by the
//! organisation's name or a domain. Starting from today's tree, the logged creations, renames, moves and removals are
//! undone from the newest to the oldest; what a name may have meant at a time follows. Where two org units may be meant,
//! both are returned, never one of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::org_tree::{OrgTree, UnitIndex};
use crate::domain::OrgUnitPath;
use crate::evidence::{AdminEvent, Change, Effect, Evidence, Item, TreeChange, UnitRef};
use crate::snapshot::SourceId;

/// Which of today's org units a name of the past means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Exactly this one.
    One(UnitIndex),
    /// One of these, or one that is gone.
    Among(BTreeSet<UnitIndex>),
    /// An org unit that was removed since.
    Gone,
    /// No org unit is known to have borne the name: it may be any.
    Anywhere,
}

/// Who bore a name, and when. `None` as a holder is an org unit that is gone.
#[derive(Debug, Clone)]
struct Holding {
    holder: Option<UnitIndex>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

/// Names, births and moves of today's org units, as far as the log shows them.
#[derive(Debug)]
pub(super) struct UnitHistory {
    holdings: HashMap<String, Vec<Holding>>,
    born: HashMap<UnitIndex, (Timestamp, Arc<Item>)>,
    /// Latest logged move that may have been of this org unit.
    moved: HashMap<UnitIndex, Timestamp>,
    /// Latest logged rename that may have been of this org unit.
    renamed: HashMap<UnitIndex, Timestamp>,
    /// Names that bore a tree event which could not be placed; what they meant before is anybody's guess.
    lost: HashMap<String, Timestamp>,
    /// Names of which an org unit may have been created then, or another of the name: the latest such moment.
    maybe_born: HashMap<String, Timestamp>,
    root: Option<UnitIndex>,
    root_names: BTreeSet<String>,
    /// Whether all org units are at hand; where some are missing, a name may be one of theirs.
    knows_all_units: bool,
    /// Whether the root's own record is at hand, with its name.
    knows_root_name: bool,
    /// Whether the tenant's own record is at hand; without it any name may be the root's.
    knows_tenant: bool,
    /// Whether all accounts, and with them all domains, are at hand.
    knows_domains: bool,
}

/// Where no record tells which domains are the tenant's, whatever looks like one may be the root's name.
fn looks_like_domain(name: &str) -> bool {
    name.contains('.') && !name.contains(char::is_whitespace)
}

/// The part of a name or path that a tree event would call the org unit by.
fn bare(name: &str) -> &str {
    if name.starts_with('/') { name.rsplit('/').find(|part| !part.is_empty()).unwrap_or("/") } else { name }
}

impl UnitHistory {
    /// Undoes the logged tree events, newest first.
    #[must_use]
    pub(super) fn new(tree: &OrgTree, evidence: &Evidence) -> Self {
        let mut history = Self {
            holdings: HashMap::new(),
            born: HashMap::new(),
            moved: HashMap::new(),
            renamed: HashMap::new(),
            lost: HashMap::new(),
            maybe_born: HashMap::new(),
            root: tree.root(),
            root_names: BTreeSet::new(),
            knows_all_units: evidence.is_complete(SourceId::OrgUnits),
            knows_root_name: tree.root().is_some_and(|root| tree.units()[root].name.is_some()),
            knows_tenant: evidence.is_complete(SourceId::Customer),
            knows_domains: evidence.is_complete(SourceId::Users),
        };
        history.root_names.extend(evidence.domains.iter().cloned());
        if let Some(tenant) = &evidence.tenant {
            history.root_names.extend(tenant.primary_domain.clone());
            history.root_names.extend(tenant.organization_name.clone());
        }
        for (index, unit) in tree.units().iter().enumerate() {
            if unit.path.is_root() {
                history.root_names.extend(unit.name.clone());
            } else if let Some(name) = &unit.name {
                history.hold(name, Some(index), None, None);
            }
        }
        for event in evidence.admin_events.iter().rev() {
            if let Change::Tree(change) = &event.change {
                history.undo(change, event, tree);
            }
        }
        history
    }

    fn hold(&mut self, name: &str, holder: Option<UnitIndex>, from: Option<Timestamp>, to: Option<Timestamp>) {
        self.holdings.entry(name.to_owned()).or_default().push(Holding { holder, from, to });
    }

    /// Positions of the holdings of `name` just after `at`.
    fn held_after(&self, name: &str, at: Timestamp) -> Vec<usize> {
        self.holdings.get(name).map_or_else(Vec::new, |holdings| {
            (0..holdings.len())
                .filter(|position| {
                    let holding = &holdings[*position];
                    holding.from.is_none_or(|from| from <= at) && holding.to.is_none_or(|to| to > at)
                })
                .collect()
        })
    }

    /// The org units of today that had a name just after that time.
    fn holders_after(&self, name: &str, at: Timestamp) -> impl Iterator<Item = UnitIndex> {
        self.held_after(name, at).into_iter().filter_map(|position| self.holdings.get(name)?.get(position)?.holder)
    }

    fn undo(&mut self, change: &TreeChange, event: &AdminEvent, tree: &OrgTree) {
        let (at, effect) = (event.at, event.effect);
        match change {
            TreeChange::Created { unit } => {
                let name = bare(unit);
                let held = self.held_after(name, at);
                if effect == Effect::Open || held.len() != 1 {
                    self.maybe_born.entry(name.to_owned()).or_insert(at);
                }
                if let [only] = held.as_slice()
                    && effect == Effect::Took
                    && let Some(holding) = self.holdings.get_mut(name).and_then(|all| all.get_mut(*only))
                {
                    holding.from = Some(at);
                    if let Some(unit) = holding.holder {
                        self.born.insert(unit, (at, Arc::clone(&event.item)));
                    }
                }
            }
            TreeChange::Removed { unit } => self.hold(bare(unit), None, None, Some(at)),
            TreeChange::Renamed { from, to } => {
                let (before, after) = (bare(from).to_owned(), bare(to).to_owned());
                let held = self.held_after(&after, at);
                let sure = held.len() == 1 && effect == Effect::Took;
                // What may not have happened leaves nothing lost, unless its org unit is one that no record shows.
                if held.is_empty() && (effect == Effect::Took || !self.knows_all_units) {
                    self.lost.entry(before.clone()).or_insert(at);
                }
                for position in held {
                    let Some(holding) = self.holdings.get_mut(&after).and_then(|all| all.get_mut(position)) else {
                        continue;
                    };
                    let holder = holding.holder;
                    // Where it may have been another that was renamed, this one may have borne the new name all along.
                    if sure {
                        holding.from = Some(at);
                    }
                    self.hold(&before, holder, None, Some(at));
                    if let Some(unit) = holder {
                        self.renamed.entry(unit).or_insert(at);
                    }
                }
            }
            TreeChange::Moved { unit, to } => {
                let name = bare(unit);
                if self.held_after(name, at).is_empty() {
                    self.lost.entry(name.to_owned()).or_insert(at);
                }
                let holders: Vec<UnitIndex> = self.holders_after(name, at).collect();
                for holder in self.only_those_moved_to(to, holders, at, tree) {
                    self.moved.entry(holder).or_insert(at);
                }
            }
        }
    }

    /// Of several org units of one name, those that lay where a move says just after it. Where none does, the evidence has
    /// a hole, and it may have been any.
    fn only_those_moved_to(&self, to: &str, holders: Vec<UnitIndex>, at: Timestamp, tree: &OrgTree) -> Vec<UnitIndex> {
        let name = bare(to);
        let mut parents: BTreeSet<UnitIndex> = self.holders_after(name, at).collect();
        if to == "/" || self.may_be_root(name).is_some() {
            parents.extend(self.root);
        }
        if parents.is_empty() || !self.knows_all_units {
            return holders;
        }
        // Whoever was moved again later may have lain anywhere in between.
        let fits = |holder: &UnitIndex| {
            self.moved.contains_key(holder) || tree.parent(*holder).is_none_or(|parent| parents.contains(&parent))
        };
        let fitting: Vec<UnitIndex> = holders.iter().copied().filter(fits).collect();
        if fitting.is_empty() { holders } else { fitting }
    }

    /// Which org unit a log event at that time means.
    #[must_use]
    pub(super) fn place(&self, unit: &UnitRef, at: Timestamp, tree: &OrgTree) -> Place {
        let name = match unit {
            UnitRef::Unnamed => return Place::Anywhere,
            UnitRef::Named(name) => name,
        };
        if name.starts_with('/')
            && let Some(path) = OrgUnitPath::from_google(name)
        {
            return self.place_path(&path, at, tree);
        }
        let place = self.place_name(name, at);
        let place = match (self.root, self.may_be_root(name)) {
            (Some(root), Some(sure)) => match place {
                Place::One(other) => Place::Among(BTreeSet::from([root, other])),
                Place::Among(mut others) => {
                    others.insert(root);
                    Place::Among(others)
                }
                Place::Gone => Place::Among(BTreeSet::from([root])),
                Place::Anywhere if sure => Place::One(root),
                Place::Anywhere => Place::Anywhere,
            },
            (None, _) | (_, None) => place,
        };
        match place {
            Place::One(only) if !self.knows_all_units => Place::Among(BTreeSet::from([only])),
            Place::One(_) | Place::Among(_) | Place::Gone | Place::Anywhere => place,
        }
    }

    /// Whether the root goes by that name: `Some(true)` if it does, `Some(false)` if it may.
    fn may_be_root(&self, name: &str) -> Option<bool> {
        if self.root_names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Some(true);
        }
        (!self.knows_root_name || !self.knows_tenant || (!self.knows_domains && looks_like_domain(name)))
            .then_some(false)
    }

    fn place_name(&self, name: &str, at: Timestamp) -> Place {
        if self.lost.get(name).is_some_and(|lost| at <= *lost) {
            return Place::Anywhere;
        }
        let mut living = BTreeSet::new();
        let mut gone = false;
        for holding in self.holdings.get(name).into_iter().flatten() {
            // Both ends count: an event at the very moment of a rename may use either name.
            if holding.from.is_none_or(|from| from <= at) && holding.to.is_none_or(|to| at <= to) {
                match holding.holder {
                    Some(unit) => {
                        living.insert(unit);
                    }
                    None => gone = true,
                }
            }
        }
        match (living.len(), living.first().copied(), gone) {
            (0, _, true) => Place::Gone,
            (0, _, false) | (_, None, _) => Place::Anywhere,
            (1, Some(only), false) => Place::One(only),
            (_, Some(_), _) => Place::Among(living),
        }
    }

    /// Which org unit had that path at that time.
    #[must_use]
    pub(super) fn place_path(&self, path: &OrgUnitPath, at: Timestamp, tree: &OrgTree) -> Place {
        if path.is_root() {
            return self.root.map_or(Place::Anywhere, Place::One);
        }
        let candidates = match self.place_name(path.name(), at) {
            Place::One(only) => BTreeSet::from([only]),
            Place::Among(some) => some,
            Place::Gone => return Place::Gone,
            Place::Anywhere => return Place::Anywhere,
        };
        // An org unit whose whole way up stayed as it is since then had today's path.
        let settled = |unit: &UnitIndex| self.path_is_settled_since(*unit, at, tree);
        if let Some(sure) = candidates.iter().find(|unit| settled(unit) && tree.path(**unit) == path) {
            // It may have come into being later, and another have had the path then.
            if self.maybe_born.get(path.name()).is_some_and(|born| at <= *born) {
                return Place::Among(candidates);
            }
            return Place::One(*sure);
        }
        let possible: BTreeSet<UnitIndex> = candidates.into_iter().filter(|unit| !settled(unit)).collect();
        let gone = self
            .holdings
            .get(path.name())
            .into_iter()
            .flatten()
            .any(|holding| holding.holder.is_none() && holding.to.is_none_or(|to| at <= to));
        match (possible.len(), possible.first().copied(), gone) {
            (0, _, true) => Place::Gone,
            (0, _, false) | (_, None, _) => Place::Anywhere,
            (1, Some(only), false) if self.knows_all_units => Place::One(only),
            (_, Some(_), _) => Place::Among(possible),
        }
    }

    /// Whether an org unit had the path at that time that it has today.
    fn path_is_settled_since(&self, unit: UnitIndex, at: Timestamp, tree: &OrgTree) -> bool {
        std::iter::successors(Some(unit), |above| tree.parent(*above)).all(|above| {
            self.renamed.get(&above).is_none_or(|renamed| *renamed < at)
                && self.moved.get(&above).is_none_or(|moved| *moved < at)
        })
    }

    /// Whether all org units and all of the root's names are at hand.
    #[must_use]
    pub(super) fn knows_every_name(&self) -> bool {
        self.knows_all_units && self.knows_root_name && self.knows_tenant && self.knows_domains
    }

    /// The last logged move that may have been of this org unit.
    #[must_use]
    pub(super) fn moved(&self, unit: UnitIndex) -> Option<Timestamp> {
        self.moved.get(&unit).copied()
    }

    /// When an org unit was created, and what says so, where the log shows it.
    #[must_use]
    pub(super) fn born(&self, unit: UnitIndex) -> Option<&(Timestamp, Arc<Item>)> {
        self.born.get(&unit)
    }

    /// Whether `unit` surely lay below `above` at that time.
    #[must_use]
    pub(super) fn was_below(&self, unit: UnitIndex, above: UnitIndex, at: Timestamp, tree: &OrgTree) -> bool {
        if unit == above || self.born(unit).is_some_and(|(born, _)| at < *born) {
            return false;
        }
        if Some(above) == self.root {
            return true;
        }
        let mut here = unit;
        loop {
            // Where it moved since, what it lay in before is not known.
            if self.moved.get(&here).is_some_and(|moved| at <= *moved) {
                return false;
            }
            match tree.parent(here) {
                Some(parent) if parent == above => return true,
                Some(parent) => here = parent,
                None => return false,
            }
        }
    }
}
