//! Where to make an app Trusted so that it is in all org units that need it: in as few places as can be, none of which
//! overrides what somebody chose for an org unit that does not need it; of as few, the deepest.

use std::collections::BTreeSet;

use super::scene::{LevelAt, Tree};
use crate::facts::{Truth, UnitIndex};

/// The places, for these org units.
pub(super) fn places(needy: &BTreeSet<UnitIndex>, tree: &Tree, levels: &[LevelAt]) -> BTreeSet<UnitIndex> {
    let mut children: Vec<Vec<UnitIndex>> = vec![Vec::new(); tree.parents.len()];
    let mut tops = Vec::new();
    for (unit, parent) in tree.parents.iter().enumerate() {
        match parent {
            Some(parent) => children[*parent].push(unit),
            None => tops.push(unit),
        }
    }
    let ground = Ground { needy, children: &children, levels };
    tops.into_iter().flat_map(|top| ground.least(top)).collect()
}

struct Ground<'g> {
    needy: &'g BTreeSet<UnitIndex>,
    children: &'g [Vec<UnitIndex>],
    levels: &'g [LevelAt],
}

impl Ground<'_> {
    /// As few places as can be for an org unit and those below it, with nothing set above them.
    fn least(&self, unit: UnitIndex) -> Vec<UnitIndex> {
        let below: Vec<UnitIndex> = self.children[unit].iter().flat_map(|child| self.least(*child)).collect();
        let needs_it = self.needy.contains(&unit);
        if !needs_it && below.len() < 2 {
            return below;
        }
        let may = needs_it || self.levels.get(unit).is_some_and(|level| !level.restricted);
        let here = || {
            let rest = self.children[unit].iter().flat_map(|child| self.left_by_trust_above(*child));
            std::iter::once(unit).chain(rest).collect::<Vec<_>>()
        };
        if needs_it {
            return here();
        }
        let with_it = if may { here() } else { return below };
        if with_it.len() < below.len() { with_it } else { below }
    }

    /// What is still needed in an org unit and below it where the one above is Trusted.
    fn left_by_trust_above(&self, unit: UnitIndex) -> Vec<UnitIndex> {
        let inherits = self.levels.get(unit).is_some_and(|level| level.inherits >= Truth::TruePresumed);
        if !inherits {
            return self.least(unit);
        }
        self.children[unit].iter().flat_map(|child| self.left_by_trust_above(*child)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INHERITS: LevelAt = LevelAt { inherits: Truth::TrueProven, restricted: false };
    const LIMITED: LevelAt = LevelAt { inherits: Truth::FalseProven, restricted: true };

    /// 0 above 1 and 4, 1 above 2 and 3.
    fn tree() -> Tree {
        let paths = ["/", "/A", "/A/B", "/A/C", "/D"].map(|path| path.parse().expect("a path"));
        Tree { paths: paths.to_vec(), parents: vec![None, Some(0), Some(1), Some(1), Some(0)] }
    }

    fn placed(needy: &[UnitIndex], levels: [LevelAt; 5]) -> Vec<UnitIndex> {
        places(&needy.iter().copied().collect(), &tree(), &levels).into_iter().collect()
    }

    #[test]
    fn one_org_unit_is_set_itself_and_several_by_the_one_they_have_in_common() {
        let all = [INHERITS; 5];
        assert_eq!(placed(&[2], all), [2]);
        assert_eq!(placed(&[2, 3], all), [1]);
        assert_eq!(placed(&[2, 4], all), [0]);
        assert_eq!(placed(&[1, 2], all), [1]);
        assert_eq!(placed(&[], all), [0; 0]);
    }

    #[test]
    fn what_has_a_level_of_its_own_needs_its_own_place() {
        let mut levels = [INHERITS; 5];
        levels[2] = LIMITED;
        assert_eq!(placed(&[2, 3], levels), [2, 3]);
        assert_eq!(placed(&[2, 3, 4], levels), [0, 2]);
    }

    #[test]
    fn what_somebody_restricted_is_not_overridden_for_the_sake_of_others() {
        let mut levels = [INHERITS; 5];
        levels[1] = LIMITED;
        levels[2].restricted = true;
        levels[3].restricted = true;
        assert_eq!(placed(&[2, 3], levels), [2, 3]);
        assert_eq!(placed(&[1, 2, 3], levels), [1]);
    }
}
