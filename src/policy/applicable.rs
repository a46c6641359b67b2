use std::collections::BTreeSet;

use super::clause::Why;
use super::record::PolicyIndex;

/// Which policies of a type apply to somebody. Whoever has the same has the same effective setting.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Applicable {
    /// Those that do, ascending.
    pub certain: Vec<PolicyIndex>,
    /// Those that may, ascending by policy.
    pub doubtful: Vec<Doubt>,
}

/// A policy of which nobody knows whether it applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Doubt {
    /// Which.
    pub policy: PolicyIndex,
    /// What would have to be known.
    pub why: BTreeSet<Why>,
}
