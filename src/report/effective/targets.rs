//! For whom settings are asked: a user as they are, or an imaginary user of an org unit who is in no group.

use thiserror::Error;

use super::model::Whom;
use crate::domain::{Email, OrgUnitPath};
use crate::evidence::{Account, AccountState, Administers, Standing};
use crate::facts::{Facts, InGroups, Licences, Person, UnitIndex};
use crate::policy::GroupId;
use crate::snapshot::SourceId;

/// For whom settings are asked.
#[derive(Debug)]
pub enum Target {
    /// A user of that org unit, in no group; which licences they hold is left open.
    OrgUnit(UnitIndex),
    /// A user.
    User(Box<User>),
    /// Somebody of whom too little could be read.
    Untold {
        /// Who was asked for.
        whom: Whom,
        /// What could not be read.
        why: String,
        /// What to do about it.
        next_step: String,
    },
}

/// A user, as policies tell people apart.
#[derive(Debug)]
pub struct User {
    pub(super) whom: Whom,
    pub(super) unit: UnitIndex,
    pub(super) standing: Standing,
    /// Whether they count among all administrators is not known.
    pub(super) perhaps_administrator: bool,
}

/// The operator named somebody whom the tenant does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSuchTarget {
    /// No such org unit.
    #[error("--org-unit: the tenant has no org unit {0}")]
    OrgUnit(OrgUnitPath),
    /// No such user.
    #[error("--user: the tenant has no user {0}, neither by primary address nor by alias")]
    User(Email),
}

impl Target {
    /// An org unit.
    ///
    /// # Errors
    /// [`NoSuchTarget`] where all org units are known and it is none of them.
    pub fn org_unit(facts: &Facts, path: &OrgUnitPath) -> Result<Self, NoSuchTarget> {
        match (facts.tree.find(path), not_read(facts, SourceId::OrgUnits)) {
            (Some(unit), _) => Ok(Self::OrgUnit(unit)),
            (None, None) => Err(NoSuchTarget::OrgUnit(path.clone())),
            (None, Some((why, next_step))) => {
                let whom = Whom { org_unit: Some(path.clone()), ..nobody() };
                Ok(Self::Untold { whom, why, next_step })
            }
        }
    }

    /// All org units, sorted by path.
    #[must_use]
    pub fn all_org_units(facts: &Facts) -> Vec<Self> {
        let units: Vec<Self> = (0..facts.tree.units().len()).map(Self::OrgUnit).collect();
        if units.is_empty() {
            let top = OrgUnitPath::root();
            return Self::org_unit(facts, &top).into_iter().collect();
        }
        units
    }

    /// A user, of whom that account was found.
    ///
    /// # Errors
    /// [`NoSuchTarget`] where all users are known and none has that address.
    pub fn user(facts: &Facts, asked: &Email, account: Option<&Account>) -> Result<Self, NoSuchTarget> {
        let Some(account) = account else {
            let Some((why, next_step)) = not_read(facts, SourceId::Users) else {
                return Err(NoSuchTarget::User(asked.clone()));
            };
            let whom = Whom { user: Some(asked.clone()), ..nobody() };
            return Ok(Self::Untold { whom, why, next_step });
        };
        let populace = &facts.evidence.populace;
        let addresses = std::iter::once(&account.email).chain(&account.aliases);
        let mut standing = populace.standing(account.id.as_deref(), addresses);
        if matches!(account.administers, Administers::Everything | Administers::ByRole) {
            standing.groups.extend(populace.policies.groups_named(None).into_iter().filter(GroupId::is_all_admins));
        }
        let whom = Whom {
            org_unit: account.org_unit.clone(),
            user: Some(account.email.clone()),
            groups: Some(standing.groups.iter().map(|group| group_name(facts, group)).collect()),
            licences: Some(standing.licences.iter().map(ToString::to_string).collect()),
            state: Some(match account.state {
                AccountState::Active => "active",
                AccountState::Suspended => "suspended",
                AccountState::Archived => "archived",
            }),
        };
        let Some(unit) = account.org_unit.as_ref().and_then(|path| facts.tree.find(path)) else {
            let (why, next_step) = not_read(facts, SourceId::OrgUnits).unwrap_or_else(|| {
                let why = "their record names no org unit that is there";
                (why.to_owned(), "look up the user's org unit in the Admin console, and ask for that".to_owned())
            });
            return Ok(Self::Untold { whom, why, next_step });
        };
        let perhaps_administrator = account.administers == Administers::Unknown;
        Ok(Self::User(Box::new(User { whom, unit, standing, perhaps_administrator })))
    }

    /// Who that is.
    pub(super) fn whom(&self, facts: &Facts) -> Whom {
        match self {
            Self::OrgUnit(unit) => Whom { org_unit: Some(facts.tree.path(*unit).clone()), ..nobody() },
            Self::User(user) => user.whom.clone(),
            Self::Untold { whom, .. } => whom.clone(),
        }
    }

    /// As policies tell people apart; `None` where that is not known.
    pub(super) fn person(&self) -> Option<Person<'_>> {
        match self {
            Self::OrgUnit(unit) => Some(Person { unit: *unit, groups: InGroups::None, licences: Licences::Unknown }),
            Self::User(user) => Some(Person {
                unit: user.unit,
                groups: InGroups::These(&user.standing.groups),
                licences: Licences::These(&user.standing.licences),
            }),
            Self::Untold { .. } => None,
        }
    }
}

fn nobody() -> Whom {
    Whom { org_unit: None, user: None, groups: None, licences: None, state: None }
}

/// A group's address, else its id.
pub(super) fn group_name(facts: &Facts, group: &GroupId) -> String {
    facts.evidence.populace.group_names.get(group).cloned().unwrap_or_else(|| group.to_string())
}

/// Why a source is not whole, and what to do about it; `None` where it is.
pub(super) fn not_read(facts: &Facts, id: SourceId) -> Option<(String, String)> {
    if facts.evidence.is_complete(id) {
        return None;
    }
    let source = facts.evidence.source(id);
    let why = match source.and_then(|source| source.error.as_ref().or(source.note.as_ref())) {
        Some(error) => format!("{id} could not be read in full: {error}"),
        None => format!("{id} was not read"),
    };
    let next_step = source
        .and_then(|source| source.next_step.clone())
        .unwrap_or_else(|| format!("make {id} readable, then ask again"));
    Some((why, next_step))
}
