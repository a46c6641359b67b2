use std::collections::BTreeSet;
use std::fmt;

use super::ids::{GroupId, OrgUnitId, Sku};
use super::who::{Chain, Holds, Membership, Who};

/// A condition on the entity, as far as it is understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Clause {
    /// Whoever it is.
    Always(bool),
    /// In one of those org units, or below it.
    OrgUnits(Box<[OrgUnitId]>),
    /// In one of those groups.
    Groups(Box<[GroupId]>),
    /// Holds one of those licences.
    Licences(Box<[Sku]>),
    /// Not so.
    Not(Box<Self>),
    /// All of them.
    All(Vec<Self>),
    /// Any of them.
    Any(Vec<Self>),
    /// If the first, then the second, else the third.
    Choice(Box<[Self; 3]>),
    /// Nobody knows, and why.
    Unknown(String),
}

/// Why it is not known whether a policy applies to somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Not all org units above them are known.
    OrgUnits,
    /// It is not known whether they are a member of that group.
    Group(GroupId),
    /// It is not known whether they hold that licence.
    Licence(Sku),
    /// Its query, or a part of it, is not understood; what of it.
    Query(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OrgUnits => f.write_str("not all org units above are known"),
            Self::Group(group) => write!(f, "membership of the group {group} is not known"),
            Self::Licence(sku) => write!(f, "it is not known who holds the licence {sku}"),
            Self::Query(what) => f.write_str(what),
        }
    }
}

impl Clause {
    /// Whether it is so for them. Where nobody knows, the reasons are added.
    pub(super) fn of(&self, who: &Who<'_>, whys: &mut BTreeSet<Why>) -> Holds {
        match self {
            Self::Always(answer) => (*answer).into(),
            Self::OrgUnits(ids) => match (who.org_units.iter().any(|unit| ids.contains(unit)), who.chain) {
                (true, _) => Holds::Yes,
                (false, Chain::Whole) => Holds::No,
                (false, Chain::Partial) => {
                    whys.insert(Why::OrgUnits);
                    Holds::Unknown
                }
            },
            Self::Groups(ids) => any_held(ids, who.groups, Why::Group, whys),
            Self::Licences(ids) => any_held(ids, who.licences, Why::Licence, whys),
            Self::Not(clause) => !clause.of(who, whys),
            Self::All(clauses) => settled(clauses, Holds::No, who, whys),
            Self::Any(clauses) => settled(clauses, Holds::Yes, who, whys),
            Self::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                let mut open = BTreeSet::new();
                match condition.of(who, &mut open) {
                    Holds::Yes => then.of(who, whys),
                    Holds::No => otherwise.of(who, whys),
                    Holds::Unknown => match (then.of(who, &mut open), otherwise.of(who, &mut open)) {
                        (one, other) if one == other && one != Holds::Unknown => one,
                        (Holds::Yes | Holds::No | Holds::Unknown, _) => {
                            whys.append(&mut open);
                            Holds::Unknown
                        }
                    },
                }
            }
            Self::Unknown(what) => {
                whys.insert(Why::Query(what.clone()));
                Holds::Unknown
            }
        }
    }

    /// The org unit, if being in it or below it is all that is asked.
    pub(super) fn one_org_unit(&self) -> Option<&OrgUnitId> {
        match self {
            Self::OrgUnits(ids) if ids.len() == 1 => ids.first(),
            Self::OrgUnits(_)
            | Self::Always(_)
            | Self::Groups(_)
            | Self::Licences(_)
            | Self::Not(_)
            | Self::All(_)
            | Self::Any(_)
            | Self::Choice(_)
            | Self::Unknown(_) => None,
        }
    }

    /// Groups of which somebody must be in one, or it is not so for them, whatever else it asks.
    pub(super) fn one_of_groups(&self) -> Option<&[GroupId]> {
        match self {
            Self::Groups(ids) => Some(ids),
            Self::All(clauses) => clauses.iter().find_map(Self::one_of_groups),
            Self::OrgUnits(_)
            | Self::Always(_)
            | Self::Licences(_)
            | Self::Not(_)
            | Self::Any(_)
            | Self::Choice(_)
            | Self::Unknown(_) => None,
        }
    }

    /// Adds all ids in it.
    pub(super) fn name(&self, named: &mut Named) {
        match self {
            Self::Always(_) | Self::Unknown(_) => {}
            Self::OrgUnits(ids) => named.org_units.extend(ids.iter().cloned()),
            Self::Groups(ids) => named.groups.extend(ids.iter().cloned()),
            Self::Licences(ids) => named.skus.extend(ids.iter().cloned()),
            Self::Not(clause) => clause.name(named),
            Self::Choice(parts) => parts.iter().for_each(|clause| clause.name(named)),
            Self::All(clauses) | Self::Any(clauses) => clauses.iter().for_each(|clause| clause.name(named)),
        }
    }
}

/// The ids in a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Of org units.
    pub org_units: BTreeSet<OrgUnitId>,
    /// Of groups.
    pub groups: BTreeSet<GroupId>,
    /// Of licences.
    pub skus: BTreeSet<Sku>,
}

fn any_held<T: Clone>(ids: &[T], held: &dyn Membership<T>, why: fn(T) -> Why, whys: &mut BTreeSet<Why>) -> Holds {
    let mut open = Vec::new();
    for id in ids {
        match held.holds(id) {
            Holds::Yes => return Holds::Yes,
            Holds::No => {}
            Holds::Unknown => open.push(why(id.clone())),
        }
    }
    if open.is_empty() {
        return Holds::No;
    }
    whys.extend(open);
    Holds::Unknown
}

/// What of several clauses: the one answer that settles it if any gives it, else unknown if any is, else the opposite.
fn settled(clauses: &[Clause], settles: Holds, who: &Who<'_>, whys: &mut BTreeSet<Why>) -> Holds {
    let mut open = BTreeSet::new();
    let mut answer = !settles;
    for clause in clauses {
        match clause.of(who, &mut open) {
            it if it == settles => return settles,
            Holds::Unknown => answer = Holds::Unknown,
            Holds::Yes | Holds::No => {}
        }
    }
    whys.extend(open);
    answer
}
