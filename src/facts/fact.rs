use std::collections::BTreeSet;
use std::sync::Arc;

use super::truth::Truth;
use crate::domain::OrgUnitPath;
use crate::evidence::Item;

/// How well a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Evidence suggests it.
    Presumed,
    /// Evidence proves it.
    Proven,
}

/// What the evidence says about one setting for one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<T> {
    /// It is so.
    Known(T, Strength),
    /// The evidence does not say.
    Unknown,
    /// The evidence says two things.
    Conflict,
}

/// What is not known about a setting, and what would settle it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    /// Which setting.
    pub fact: &'static str,
    /// Why it is not known.
    pub why: String,
    /// What to do so that it is.
    pub supply: String,
}

/// A three-valued fact with the evidence that made it and, unless it is proven, what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T> {
    /// What is known.
    pub standing: Standing<T>,
    /// What made it so.
    pub evidence: BTreeSet<Arc<Item>>,
    /// What would prove it.
    pub gaps: BTreeSet<Gap>,
    /// The org unit whose own setting it is; `None` for an own or unknown value.
    pub inherited_from: Option<OrgUnitPath>,
}

impl<T> Fact<T> {
    /// A fact about which there is nothing.
    #[must_use]
    pub fn unknown() -> Self {
        Self { standing: Standing::Unknown, evidence: BTreeSet::new(), gaps: BTreeSet::new(), inherited_from: None }
    }

    /// A fact of this strength.
    #[must_use]
    pub fn known(value: T, strength: Strength) -> Self {
        Self { standing: Standing::Known(value, strength), ..Self::unknown() }
    }

    /// The value, proven or presumed.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match &self.standing {
            Standing::Known(value, _) => Some(value),
            Standing::Unknown | Standing::Conflict => None,
        }
    }

    /// The value and how well it is known.
    #[must_use]
    pub fn strength(&self) -> Option<Strength> {
        match &self.standing {
            Standing::Known(_, strength) => Some(*strength),
            Standing::Unknown | Standing::Conflict => None,
        }
    }

    /// `proven`, `presumed` or `unknown`.
    #[must_use]
    pub fn confidence(&self) -> &'static str {
        match self.strength() {
            Some(Strength::Proven) => "proven",
            Some(Strength::Presumed) => "presumed",
            None => "unknown",
        }
    }

    /// Whether the evidence says two things.
    #[must_use]
    pub fn in_conflict(&self) -> bool {
        matches!(self.standing, Standing::Conflict)
    }

    /// Whether a statement about the value holds.
    #[must_use]
    pub fn truth(&self, holds: impl FnOnce(&T) -> bool) -> Truth {
        match &self.standing {
            Standing::Known(value, Strength::Proven) => Truth::proven(holds(value)),
            Standing::Known(value, Strength::Presumed) => Truth::presumed(holds(value)),
            Standing::Unknown | Standing::Conflict => Truth::Unknown,
        }
    }

    /// The same fact, known no better than this.
    #[must_use]
    pub fn at_most(mut self, cap: Strength) -> Self {
        if let Standing::Known(_, strength) = &mut self.standing {
            *strength = (*strength).min(cap);
        }
        self
    }
}
