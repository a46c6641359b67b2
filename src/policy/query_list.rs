//! The lists of an entity that queries ask about, and how their members are named.

use super::clause::Clause;
use super::ids::{GroupId, OrgUnitId, Sku};

/// A list of the entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntityList {
    /// Their own org unit and all above.
    OrgUnits,
    /// The groups they are in.
    Groups,
    /// The licences they hold.
    Licences,
}

/// An id as the query has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id(pub(super) String);

impl EntityList {
    /// By the name that queries give it.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "org_units" => Some(Self::OrgUnits),
            "groups" => Some(Self::Groups),
            "licenses" => Some(Self::Licences),
            _ => None,
        }
    }

    /// Which field of a member is its id; licences are texts themselves.
    pub(super) fn field(self) -> Option<&'static str> {
        match self {
            Self::OrgUnits => Some("org_unit_id"),
            Self::Groups => Some("group_id"),
            Self::Licences => None,
        }
    }

    /// Which function makes an id of a text.
    pub(super) fn function(self) -> Option<&'static str> {
        match self {
            Self::OrgUnits => Some("orgUnitId"),
            Self::Groups => Some("groupId"),
            Self::Licences => None,
        }
    }

    /// That one of the ids is in it. `None` where an id cannot be one.
    pub(super) fn clause(self, ids: Vec<Id>) -> Option<Clause> {
        if ids.iter().any(|id| id.0.is_empty()) {
            return None;
        }
        let ids = ids.iter().map(|id| id.0.as_str());
        Some(match self {
            Self::OrgUnits => Clause::OrgUnits(ids.map(OrgUnitId::from_google).collect()),
            Self::Groups => Clause::Groups(ids.map(GroupId::from_google).collect()),
            Self::Licences => Clause::Licences(ids.map(Sku::from_google).collect::<Option<_>>()?),
        })
    }
}
