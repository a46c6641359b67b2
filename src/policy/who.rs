use std::collections::BTreeSet;

use super::ids::{GroupId, OrgUnitId, Sku};

/// Whether something is so, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holds {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nobody knows.
    Unknown,
}

impl From<bool> for Holds {
    fn from(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }
}

impl std::ops::Not for Holds {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// What somebody belongs to: groups, or licences held.
pub trait Membership<T> {
    /// Whether they belong to that one.
    fn holds(&self, of: &T) -> Holds;

    /// Everything that they belong to, or may; `None` where each has to be asked for.
    fn possible(&self) -> Option<Vec<&T>> {
        None
    }
}

impl<T, F: Fn(&T) -> Holds> Membership<T> for F {
    fn holds(&self, of: &T) -> Holds {
        self(of)
    }
}

/// These and no others.
impl<T: Ord> Membership<T> for BTreeSet<T> {
    fn holds(&self, of: &T) -> Holds {
        self.contains(of).into()
    }

    fn possible(&self) -> Option<Vec<&T>> {
        Some(self.iter().collect())
    }
}

/// Whether the org units from somebody's own up to the root are all known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// Own, root, and all between.
    Whole,
    /// Some may be missing, so that a policy on an unknown org unit may apply.
    Partial,
}

/// For whom a setting is asked: a user, or an imaginary one in an org unit or a group.
#[derive(Clone, Copy)]
pub struct Who<'a> {
    /// Their org unit first, the root last.
    pub org_units: &'a [OrgUnitId],
    /// Whether those are all.
    pub chain: Chain,
    /// The groups they are a member of, nested ones included.
    pub groups: &'a dyn Membership<GroupId>,
    /// The licences they hold.
    pub licences: &'a dyn Membership<Sku>,
}
