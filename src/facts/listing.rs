use std::collections::BTreeSet;
use std::sync::Arc;

use super::fact::Gap;
use crate::evidence::Item;

/// A list of which there may be more than is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// What is known to be on it.
    pub items: Vec<T>,
    /// Why there may be more, and what would tell; nothing where the list is whole.
    pub open: BTreeSet<Gap>,
    /// What it rests on.
    pub evidence: BTreeSet<Arc<Item>>,
}

impl<T> Listing<T> {
    /// An empty list, and whole as yet.
    #[must_use]
    pub fn empty() -> Self {
        Self { items: Vec::new(), open: BTreeSet::new(), evidence: BTreeSet::new() }
    }

    /// A list of which nothing is known.
    #[must_use]
    pub fn unknown(gap: Gap) -> Self {
        Self { open: BTreeSet::from([gap]), ..Self::empty() }
    }

    /// Whether everything on it is known.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.open.is_empty()
    }
}
