//! The inputs of conditions, made from facts: values as far as they are known, and what they rest on.

mod app;
pub(crate) mod directory;
#[cfg(test)]
mod directory_tests;
mod log;
mod org_unit;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use app::app;
pub(crate) use directory::{tenant_field, user_field};
pub(crate) use log::log;
pub(crate) use org_unit::org_unit;
pub(crate) use settings::{setting_field, setting_rules};

use super::value::{Datum, Val};
use crate::evidence::Item;
use crate::facts::{Fact, Gap, Listing, Standing};

/// What the inputs that were asked for rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The evidence.
    pub(crate) items: BTreeSet<Arc<Item>>,
    /// The part of it that contradicts itself: both sides.
    pub(crate) disputed: BTreeSet<Arc<Item>>,
    /// Why some of it is not known, or not proven, and what would tell.
    pub(crate) gaps: BTreeSet<Gap>,
}

impl Trace {
    /// A fact as a value.
    pub(crate) fn fact<T>(&mut self, fact: &Fact<T>, datum: impl FnOnce(&T) -> Datum) -> Val {
        self.items.extend(fact.evidence.iter().cloned());
        if fact.in_conflict() {
            self.disputed.extend(fact.evidence.iter().cloned());
        }
        self.gaps.extend(fact.gaps.iter().cloned());
        match &fact.standing {
            Standing::Known(value, strength) => Val::Known(datum(value), *strength),
            Standing::OneOf(..) | Standing::Unknown | Standing::Conflict => {
                debug_assert!(!fact.gaps.is_empty(), "what is not known says what would tell");
                Val::Unknown
            }
        }
    }

    /// Takes in another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.items.extend(other.items);
        self.disputed.extend(other.disputed);
        self.gaps.extend(other.gaps);
    }

    /// A list as a value; unknown where nothing on it is known and there may be something.
    pub(crate) fn listing<T>(&mut self, listing: &Listing<T>, mut value: impl FnMut(&T, &mut Self) -> Val) -> Val {
        self.items.extend(listing.evidence.iter().cloned());
        let items = listing.items.iter().map(|item| value(item, self)).collect();
        self.list(items, &listing.open)
    }

    /// A list of these values, to which `open` says why there may be more.
    pub(crate) fn list(&mut self, items: Vec<Val>, open: &BTreeSet<Gap>) -> Val {
        self.gaps.extend(open.iter().cloned());
        if items.is_empty() && !open.is_empty() {
            return Val::Unknown;
        }
        Val::proven(Datum::List { items: items.into(), open: !open.is_empty() })
    }
}

/// A text.
fn text(text: &str) -> Val {
    Val::proven(Datum::from(text))
}

/// A list of texts, whole.
fn texts<'t>(all: impl IntoIterator<Item = &'t String>) -> Val {
    let items = all.into_iter().map(|one| text(one)).collect();
    Val::proven(Datum::List { items, open: false })
}

/// A record of these fields.
fn record<const N: usize>(fields: [(&str, Val); N]) -> Val {
    let fields: BTreeMap<Arc<str>, Val> = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    Val::proven(Datum::Record(Arc::new(fields)))
}
