//! Facts as the inputs of conditions: one file per family, each shaped as the schema says.

mod app;
mod log;
mod org_unit;
mod settings;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use app::app;
pub(crate) use log::log;
pub(crate) use org_unit::org_unit;
pub(crate) use settings::{setting_field, setting_rules};

use super::{Datum, Val};
use crate::evidence::Item;
use crate::facts::{Fact, Gap, Standing};

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
    /// A fact as a value, with what it rests on and what it lacks.
    pub(crate) fn fact<T>(&mut self, fact: &Fact<T>, datum: impl FnOnce(&T) -> Datum) -> Val {
        self.items.extend(fact.evidence.iter().cloned());
        if fact.in_conflict() {
            self.disputed.extend(fact.evidence.iter().cloned());
        }
        self.gaps.extend(fact.gaps.iter().cloned());
        match &fact.standing {
            Standing::Known(value, strength) => Val::Known(datum(value), *strength),
            Standing::OneOf(..) | Standing::Unknown | Standing::Conflict => Val::Unknown,
        }
    }

    /// Takes in another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.items.extend(other.items);
        self.disputed.extend(other.disputed);
        self.gaps.extend(other.gaps);
    }
}

pub(crate) fn tenant(_: &crate::facts::Facts, _: &str, _: &mut Trace) -> Val {
    Val::Unknown
}
pub(crate) fn user<T>(_: &T, _: &str, _: &mut Trace) -> Val {
    Val::Unknown
}
