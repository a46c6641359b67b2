//! Effective settings for anybody: an org unit's users, a group's members, one user.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::org_tree::{OrgTree, UnitIndex};
use crate::domain::SettingType;
use crate::evidence::{Cohort, Evidence};
use crate::policy::{
    Applicable, Chain, Effective, GroupId, Holds, Membership, OrgUnitId, PolicyRecord, SettingCatalogue, Sku, Who,
};
use crate::snapshot::SourceId;

/// Which groups somebody is in, of those that policies name.
#[derive(Debug, Clone, Copy)]
pub enum InGroups<'p> {
    /// None of them.
    None,
    /// These; of groups whose members are not all known, perhaps others too.
    These(&'p BTreeSet<GroupId>),
    /// This one; of groups whose members are not all known, perhaps others too.
    One(&'p GroupId),
}

/// Which licences somebody holds, of those that policies name.
#[derive(Debug, Clone, Copy)]
pub enum Licences<'p> {
    /// These, as far as licences could be read.
    These(&'p BTreeSet<Sku>),
    /// Nobody knows.
    Unknown,
}

/// Somebody, real or imagined, as policies tell people apart.
#[derive(Debug, Clone, Copy)]
pub struct Person<'p> {
    /// Where.
    pub unit: UnitIndex,
    /// In which groups.
    pub groups: InGroups<'p>,
    /// With which licences.
    pub licences: Licences<'p>,
}

/// The org units of somebody: the own one first, the top last.
#[derive(Debug)]
struct Above {
    ids: Vec<OrgUnitId>,
    /// Whether the top was reached.
    whole: bool,
}

struct Groups<'p> {
    of: InGroups<'p>,
    /// Groups of which not all members are known.
    open: &'p BTreeSet<GroupId>,
}

impl Membership<GroupId> for Groups<'_> {
    fn holds(&self, group: &GroupId) -> Holds {
        let not_seen_in = || if self.open.contains(group) { Holds::Unknown } else { Holds::No };
        match self.of {
            InGroups::None => Holds::No,
            InGroups::These(groups) if groups.contains(group) => Holds::Yes,
            InGroups::One(one) if one == group => Holds::Yes,
            InGroups::These(_) | InGroups::One(_) => not_seen_in(),
        }
    }

    fn possible(&self) -> Option<Vec<&GroupId>> {
        Some(match self.of {
            InGroups::None => Vec::new(),
            InGroups::These(groups) => groups.iter().chain(self.open).collect(),
            InGroups::One(group) => std::iter::once(group).chain(self.open).collect(),
        })
    }
}

struct Held<'p> {
    of: Licences<'p>,
    whole: bool,
}

impl Membership<Sku> for Held<'_> {
    fn holds(&self, sku: &Sku) -> Holds {
        match self.of {
            Licences::These(held) if held.contains(sku) => Holds::Yes,
            Licences::These(_) if self.whole => Holds::No,
            Licences::These(_) | Licences::Unknown => Holds::Unknown,
        }
    }
}

/// What is in force for whom, worked out when asked for, once for all who are alike.
#[derive(Debug)]
pub struct PolicyFacts {
    chains: Vec<Above>,
    /// Positions of cohorts, by org unit.
    by_unit: Vec<Vec<usize>>,
    /// Cohorts by group, each with its org unit: in the tree's order, those without one last.
    by_group: HashMap<GroupId, Vec<(Option<UnitIndex>, usize)>>,
    licences_whole: bool,
    by_id: HashMap<OrgUnitId, UnitIndex>,
    memo: RefCell<HashMap<SettingType, HashMap<Applicable, Arc<Effective>>>>,
    work: Cell<Work>,
}

/// What it took to say what is in force, in numbers that do not depend on the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// How often [`PolicyFacts::in_force`] was asked.
    pub questions: usize,
    /// How many reductions that took.
    pub reductions: usize,
}

impl PolicyFacts {
    pub(super) fn new(evidence: &Evidence, tree: &OrgTree) -> Self {
        let chain = |unit: UnitIndex| {
            let units: Vec<UnitIndex> = std::iter::successors(Some(unit), |at| tree.parent(*at)).collect();
            Above {
                whole: units.last().copied() == tree.root(),
                ids: units.into_iter().map(|at| OrgUnitId::from_google(&tree.units()[at].id)).collect(),
            }
        };
        let mut by_unit = vec![Vec::new(); tree.units().len()];
        let mut adrift = Vec::new();
        for (position, cohort) in evidence.populace.cohorts.iter().enumerate() {
            match cohort.org_unit.as_ref().and_then(|path| tree.find(path)) {
                Some(unit) => by_unit[unit].push(position),
                None => adrift.push(position),
            }
        }
        let placed =
            by_unit.iter().enumerate().flat_map(|(unit, cohorts)| cohorts.iter().map(move |at| (Some(unit), *at)));
        let mut by_group: HashMap<GroupId, Vec<(Option<UnitIndex>, usize)>> = HashMap::new();
        for (unit, position) in placed.chain(adrift.iter().map(|at| (None, *at))) {
            for group in &evidence.populace.cohorts[position].groups {
                by_group.entry(group.clone()).or_default().push((unit, position));
            }
        }
        Self {
            chains: (0..tree.units().len()).map(chain).collect(),
            by_unit,
            by_group,
            licences_whole: evidence.is_complete(SourceId::Licences),
            by_id: tree
                .units()
                .iter()
                .enumerate()
                .map(|(unit, known)| (OrgUnitId::from_google(&known.id), unit))
                .collect(),
            memo: RefCell::default(),
            work: Cell::default(),
        }
    }

    /// The org unit that a policy names so; `None` where there is none any more.
    #[must_use]
    pub fn unit_of(&self, id: &OrgUnitId) -> Option<UnitIndex> {
        self.by_id.get(id).copied()
    }

    /// For whom a policy is, in a few words: `in /Sales`, `in / for the group staff@example.com`.
    #[must_use]
    pub fn place(&self, evidence: &Evidence, tree: &OrgTree, record: &PolicyRecord) -> String {
        let named = record.query.named();
        let mut parts = Vec::new();
        if !named.org_units.is_empty() {
            let paths = named.org_units.iter().map(|id| match self.by_id.get(id) {
                Some(unit) => tree.path(*unit).to_string(),
                None => format!("the org unit {id}, which is not there any more"),
            });
            parts.push(format!("in {}", paths.collect::<Vec<_>>().join(", ")));
        }
        if !named.groups.is_empty() {
            let names = &evidence.populace.group_names;
            let groups = named.groups.iter().map(|id| names.get(id).cloned().unwrap_or_else(|| id.to_string()));
            parts.push(format!("for the group {}", groups.collect::<Vec<_>>().join(", ")));
        }
        if !named.skus.is_empty() {
            let licences = named.skus.iter().map(ToString::to_string);
            parts.push(format!("by the licence {}", licences.collect::<Vec<_>>().join(", ")));
        }
        if parts.is_empty() { "for everybody".to_owned() } else { parts.join(" ") }
    }

    /// What it has taken so far.
    #[must_use]
    pub fn work(&self) -> Work {
        self.work.get()
    }

    /// What is in force for somebody.
    #[must_use]
    pub fn in_force(&self, evidence: &Evidence, setting: &SettingType, person: &Person<'_>) -> Arc<Effective> {
        let populace = &evidence.populace;
        let above = &self.chains[person.unit];
        let who = Who {
            org_units: &above.ids,
            chain: if above.whole { Chain::Whole } else { Chain::Partial },
            groups: &Groups { of: person.groups, open: &populace.open_groups },
            licences: &Held { of: person.licences, whole: self.licences_whole },
        };
        let applicable = populace.policies.applicable(setting, &who);
        let mut memo = self.memo.borrow_mut();
        let of_type = match memo.get_mut(setting) {
            Some(of_type) => of_type,
            None => memo.entry(setting.clone()).or_default(),
        };
        let Work { questions, reductions } = self.work.get();
        if let Some(known) = of_type.get(&applicable) {
            self.work.set(Work { questions: questions + 1, reductions });
            return Arc::clone(known);
        }
        self.work.set(Work { questions: questions + 1, reductions: reductions + 1 });
        let effective = Arc::new(populace.policies.reduce(setting, &applicable, SettingCatalogue::builtin()));
        of_type.insert(applicable, Arc::clone(&effective));
        effective
    }

    /// The cohorts of an org unit.
    pub fn cohorts_in<'e>(&self, evidence: &'e Evidence, unit: UnitIndex) -> impl Iterator<Item = &'e Cohort> {
        self.by_unit[unit].iter().map(|position| &evidence.populace.cohorts[*position])
    }

    /// The cohorts of a group that policies name, each with its org unit, where that is known.
    pub fn cohorts_of<'e>(
        &self,
        evidence: &'e Evidence,
        group: &GroupId,
    ) -> impl Iterator<Item = (Option<UnitIndex>, &'e Cohort)> {
        let cohorts = self.by_group.get(group).into_iter().flatten();
        cohorts.map(|(unit, position)| (*unit, &evidence.populace.cohorts[*position]))
    }
}
