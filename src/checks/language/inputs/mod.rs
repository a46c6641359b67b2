//! Facts as the inputs of conditions: one file per family, each shaped as the schema says.

mod org_unit;
mod settings;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use org_unit::org_unit;
pub(crate) use settings::{setting_field, setting_rules};

use crate::evidence::Item;
use crate::facts::Gap;

/// What an evaluation looked at: evidence, and what was missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// What the inputs rest on.
    pub(crate) items: BTreeSet<Arc<Item>>,
    /// Those of them on which the evidence contradicts itself.
    pub(crate) disputed: BTreeSet<Arc<Item>>,
    /// What would settle inputs that are not known, or not proven.
    pub(crate) gaps: BTreeSet<Gap>,
}

impl Trace {
    /// Takes in another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.items.extend(other.items);
        self.disputed.extend(other.disputed);
        self.gaps.extend(other.gaps);
    }
}
