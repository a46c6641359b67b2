//! Checks about org units: what is in force for everybody in them, folded where an org unit only inherits, and for the
//! members of groups that policies make exceptions for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::DeclaredCheck;
use super::evaluation::{Fared, InForce, Rule};
use super::others::unlisted;
use super::subjects::{About, Inputs, group_subject, org_unit_subject};
use crate::checks::engine::Inquiry;
use crate::checks::language::Root;
use crate::evidence::Cohort;
use crate::facts::{Facts, InGroups, Licences, Person, Truth, UnitIndex};
use crate::policy::{GroupId, Sku};
use crate::report::model::{CheckResult, Covers};
use crate::snapshot::SourceId;

/// What tells people apart in the settings that one check reads.
struct Distinctions {
    groups: BTreeSet<GroupId>,
    skus: BTreeSet<Sku>,
}

/// What is in force for somebody, told apart by where it is kept.
type Key = Vec<usize>;

/// Outcomes by what is in force, so that all who are alike are judged once.
struct Judge<'a> {
    rule: &'a Rule<'a>,
    facts: &'a Facts,
    /// Whether the condition reads nothing that differs from org unit to org unit but settings.
    settings_alone: bool,
    known: HashMap<Key, Arc<Fared>>,
}

impl Judge<'_> {
    fn key(in_force: &InForce) -> Key {
        in_force.iter().map(|effective| Arc::as_ptr(effective).addr()).collect()
    }

    fn fared(&mut self, person: &Person<'_>) -> (Key, Arc<Fared>) {
        let facts = self.facts;
        let in_force: InForce = self
            .rule
            .settings
            .iter()
            .map(|setting| facts.policies.in_force(&facts.evidence, setting, person))
            .collect();
        let key = Self::key(&in_force);
        if self.settings_alone
            && let Some(known) = self.known.get(&key)
        {
            return (key, Arc::clone(known));
        }
        let inputs = Inputs { facts, rule: self.rule, unit: person.unit, about: About::OrgUnit };
        let fared = Arc::new(self.rule.evaluate(facts, &in_force, &inputs));
        if self.settings_alone {
            self.known.insert(key.clone(), Arc::clone(&fared));
        }
        (key, fared)
    }
}

/// How an org unit fares, and by what it is told from the one above.
struct UnitFared {
    fared: Arc<Fared>,
    keys: BTreeSet<Key>,
    users: u64,
    /// How many of them fail; licences tell them from the others.
    failing: u64,
}

impl UnitFared {
    /// How it fares, with whom it concerns where that is not everybody.
    fn told(self) -> Arc<Fared> {
        let mut fared = self.fared;
        if 0 < self.failing && self.failing < self.users {
            let so = format!(" It is so for {} of {} users, by the licences that they hold.", self.failing, self.users);
            if let Some(message) = &mut Arc::make_mut(&mut fared).message {
                message.push_str(&so);
            }
        }
        fared
    }
}

pub(super) fn judge(check: &DeclaredCheck, rule: &Rule<'_>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let facts = inquiry.facts;
    let populace = &facts.evidence.populace;
    let distinctions = Distinctions {
        groups: populace.policies.groups_named(Some(&rule.settings)),
        skus: populace.policies.skus_named(Some(&rule.settings)),
    };
    let settings_alone = !rule.reads.contains(&Root::OrgUnit) && !rule.reads.contains(&Root::Log);
    let mut judge = Judge { rule, facts, settings_alone, known: HashMap::new() };
    let mut results = by_unit(check, &mut judge, &distinctions, inquiry);
    // A selection of org units is a question about these.
    if inquiry.selection.org_units.is_empty() {
        results.extend(by_group(check, &mut judge, &distinctions, inquiry));
    }
    // What holds for org units that nobody could list is not known, however those fare that are.
    results.extend(unlisted(check, &[SourceId::OrgUnits], facts));
    results
}

/// One row per org unit that fares for other reasons than the one above.
fn by_unit(
    check: &DeclaredCheck,
    judge: &mut Judge<'_>,
    distinctions: &Distinctions,
    inquiry: &Inquiry<'_>,
) -> Vec<CheckResult> {
    let (facts, tree) = (inquiry.facts, &inquiry.facts.tree);
    let users_whole = facts.evidence.is_complete(SourceId::Users);
    let tenant_wide = licences_held(facts.evidence.populace.cohorts.iter(), distinctions);
    let mut rows: Vec<(UnitIndex, UnitFared, Covers)> = Vec::new();
    // Which row speaks for an org unit.
    let mut row_of: HashMap<UnitIndex, usize> = HashMap::new();
    for unit in tree.top_down() {
        if !inquiry.selection.includes(tree.path(unit)) {
            continue;
        }
        let own = of_unit(judge, unit, distinctions, &tenant_wide);
        let above = tree.parent(unit).and_then(|parent| row_of.get(&parent)).copied();
        let row = above.filter(|row| {
            let (_, head, _) = &rows[*row];
            let alike = if judge.settings_alone { head.keys == own.keys } else { head.fared == own.fared };
            alike && !inquiry.selection.stands_apart(tree.path(unit))
        });
        let row = row.unwrap_or_else(|| {
            let covers = Covers { org_units: 0, users: users_whole.then_some(0) };
            let head = UnitFared { fared: Arc::clone(&own.fared), keys: own.keys.clone(), users: 0, failing: 0 };
            rows.push((unit, head, covers));
            rows.len() - 1
        });
        let (_, head, covers) = &mut rows[row];
        head.users += own.users;
        head.failing += own.failing;
        covers.org_units += 1;
        covers.users = users_whole.then_some(head.users);
        row_of.insert(unit, row);
    }
    rows.into_iter()
        .filter_map(|(unit, own, covers)| {
            check.result(org_unit_subject(facts, unit), &own.told(), Some(covers), inquiry.acceptance)
        })
        .collect()
}

/// The people of an org unit who are in no group that makes a difference.
fn of_unit(
    judge: &mut Judge<'_>,
    unit: UnitIndex,
    distinctions: &Distinctions,
    tenant_wide: &BTreeMap<BTreeSet<Sku>, u64>,
) -> UnitFared {
    let facts = judge.facts;
    let ordinary = |cohort: &&Cohort| cohort.groups.is_disjoint(&distinctions.groups);
    let cohorts = || facts.policies.cohorts_in(&facts.evidence, unit).filter(ordinary);
    let users = cohorts().map(|cohort| cohort.users).sum();
    let unread = !facts.evidence.is_complete(SourceId::Users);
    // Of whom it is not known whether they are in such a group, nobody can say that they are among these people.
    let unsure = distinctions.groups.iter().any(|group| facts.evidence.populace.open_groups.contains(group));
    let mut licences = licences_held(cohorts(), distinctions);
    if unsure || (licences.is_empty() && !unread) {
        // Nobody is there yet: whoever may come, as people are elsewhere.
        licences.clone_from(tenant_wide);
    }
    let everybody = if distinctions.skus.is_empty() || licences.is_empty() {
        vec![(Licences::Unknown, users)]
    } else {
        let held = licences.iter().map(|(held, users)| (Licences::These(held), *users));
        held.chain(unread.then_some((Licences::Unknown, 0))).collect()
    };
    let mut keys = BTreeSet::new();
    let mut together: Option<Arc<Fared>> = None;
    let mut failing = 0;
    for (licences, holders) in everybody {
        let (key, fared) = judge.fared(&Person { unit, groups: InGroups::None, licences });
        if users > 0 && !unsure && (fared.applicable & !fared.healthy).is_true() {
            failing += holders;
        }
        if keys.insert(key) {
            together = Some(joined(together, fared, if unsure { Fared::or_else } else { Fared::and }));
        }
    }
    UnitFared { fared: together.expect("there is somebody, if imaginary"), keys, users, failing }
}

/// Sets of licences that make a difference, as people hold them, and how many do.
fn licences_held<'e>(
    cohorts: impl Iterator<Item = &'e Cohort>,
    distinctions: &Distinctions,
) -> BTreeMap<BTreeSet<Sku>, u64> {
    let mut held = BTreeMap::new();
    if distinctions.skus.is_empty() {
        return held;
    }
    for cohort in cohorts {
        let those: BTreeSet<Sku> = cohort.licences.intersection(&distinctions.skus).cloned().collect();
        *held.entry(those).or_default() += cohort.users;
    }
    held
}

/// One row per group that a policy of these settings makes an exception for.
fn by_group(
    check: &DeclaredCheck,
    judge: &mut Judge<'_>,
    distinctions: &Distinctions,
    inquiry: &Inquiry<'_>,
) -> Vec<CheckResult> {
    let facts = inquiry.facts;
    let of = |group: &GroupId| {
        let members: Vec<_> = facts.policies.cohorts_of(&facts.evidence, group).collect();
        let (fared, covers) = of_group(judge, group, &members)?;
        check.result(group_subject(facts, group), &fared, Some(covers), inquiry.acceptance)
    };
    distinctions.groups.iter().filter_map(of).collect()
}

fn of_group(
    judge: &mut Judge<'_>,
    group: &GroupId,
    members: &[(Option<UnitIndex>, &Cohort)],
) -> Option<(Arc<Fared>, Covers)> {
    let facts = judge.facts;
    let everybody_known = facts.evidence.is_complete(SourceId::Users)
        && !facts.evidence.populace.open_groups.contains(group)
        && members.iter().all(|(unit, _)| unit.is_some());
    let mut together: Option<Arc<Fared>> = None;
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    let mut units: BTreeSet<UnitIndex> = BTreeSet::new();
    for (unit, cohort) in members {
        let Some(unit) = *unit else { continue };
        units.insert(unit);
        let (groups, licences) = (InGroups::These(&cohort.groups), Licences::These(&cohort.licences));
        let (key, fared) = judge.fared(&Person { unit, groups, licences });
        if seen.insert(key) || !judge.settings_alone {
            together = Some(joined(together, fared, Fared::and));
        }
    }
    let users = members.iter().map(|(_, cohort)| cohort.users).sum();
    let covers =
        Covers { org_units: u64::try_from(units.len()).unwrap_or(u64::MAX), users: everybody_known.then_some(users) };
    if everybody_known && let Some(fared) = together {
        return Some((fared, covers));
    }
    // Members whom nobody knows may be anywhere, and there may be none at all.
    let unseen = anywhere(judge, group)?;
    Some((
        match together {
            None => unseen,
            Some(known) => {
                let spoiled = (unseen.applicable & !unseen.healthy) > Truth::FalseProven;
                if spoiled && !(known.applicable & !known.healthy).is_true() {
                    Arc::new(Fared { healthy: Truth::Unknown, ..(*known).clone().or_else(&unseen) })
                } else {
                    Arc::new((*known).clone().and(&unseen))
                }
            }
        },
        covers,
    ))
}

/// A member of the group in whichever org unit: only what is so in all of them is known.
fn anywhere(judge: &mut Judge<'_>, group: &GroupId) -> Option<Arc<Fared>> {
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    let mut somewhere: Option<Arc<Fared>> = None;
    for unit in 0..judge.facts.tree.units().len() {
        let (key, fared) = judge.fared(&Person { unit, groups: InGroups::One(group), licences: Licences::Unknown });
        if seen.insert(key) || !judge.settings_alone {
            somewhere = Some(joined(somewhere, fared, Fared::or_else));
        }
    }
    let known = somewhere?;
    let (facts, rule) = (judge.facts, judge.rule);
    let inputs = Inputs { facts, rule, unit: facts.tree.root().unwrap_or_default(), about: About::OrgUnit };
    Some(match rule.where_nobody_looked(facts, &inputs) {
        Some(unlisted) => joined(Some(known), Arc::new(unlisted), Fared::or_else),
        None => known,
    })
}

/// What was known before, and one more; the same thing, not a copy of it, while there is one alone.
fn joined(before: Option<Arc<Fared>>, one: Arc<Fared>, join: impl Fn(Fared, &Fared) -> Fared) -> Arc<Fared> {
    match before {
        None => one,
        Some(before) => Arc::new(join((*before).clone(), &one)),
    }
}
