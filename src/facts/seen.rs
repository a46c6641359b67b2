use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fact::{Gap, Strength};
use super::truth::Truth;

/// Things of one kind, as far as the evidence shows them: what is on it is so, and whether there are others may be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<T> {
    /// Those that are known, and how well.
    pub items: BTreeMap<T, Strength>,
    /// Why there may be others; nothing where these are all.
    pub gaps: Arc<BTreeSet<Gap>>,
}

impl<T: Ord> Seen<T> {
    /// These, all proven; there may be others for these reasons.
    #[must_use]
    pub fn proven(items: impl IntoIterator<Item = T>, gaps: Arc<BTreeSet<Gap>>) -> Self {
        Self { items: items.into_iter().map(|item| (item, Strength::Proven)).collect(), gaps }
    }

    /// Nothing is known, for this reason.
    #[must_use]
    pub fn unknown(gap: Gap) -> Self {
        Self { items: BTreeMap::new(), gaps: Arc::new(BTreeSet::from([gap])) }
    }

    /// Whether these are surely all.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Whether a statement holds of one of them. Of those that are not known it may.
    #[must_use]
    pub fn any(&self, holds: impl Fn(&T) -> bool) -> Truth {
        let others = if self.is_whole() { Truth::FalseProven } else { Truth::Unknown };
        self.items.iter().filter(|(item, _)| holds(item)).fold(others, |truth, (_, strength)| {
            truth
                | match strength {
                    Strength::Proven => Truth::TrueProven,
                    Strength::Presumed => Truth::TruePresumed,
                }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap() -> Gap {
        Gap { fact: "x".into(), why: String::new(), supply: String::new() }
    }

    #[test]
    fn what_may_be_missing_leaves_only_what_is_there_known() {
        let whole = Seen::proven([1, 2], Arc::default());
        assert_eq!(whole.any(|item| *item == 1), Truth::TrueProven);
        assert_eq!(whole.any(|item| *item == 3), Truth::FalseProven);
        let open = Seen { gaps: Arc::new(BTreeSet::from([gap()])), ..whole };
        assert_eq!(open.any(|item| *item == 1), Truth::TrueProven);
        assert_eq!(open.any(|item| *item == 3), Truth::Unknown);
        assert_eq!(Seen::<u8>::unknown(gap()).any(|_| true), Truth::Unknown);
        let presumed = Seen { items: BTreeMap::from([(1, Strength::Presumed)]), gaps: Arc::default() };
        assert_eq!(presumed.any(|item| *item == 1), Truth::TruePresumed);
    }
}
