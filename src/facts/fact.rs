use std::borrow::Cow;
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
    /// It is one of these, two or more; which, is open.
    OneOf(BTreeSet<T>, Strength),
    /// The evidence does not say.
    Unknown,
    /// The evidence says two things.
    Conflict,
}

impl<T: Ord> Standing<T> {
    /// What is left of the possible values; none at all is a contradiction.
    #[must_use]
    pub fn among(mut values: BTreeSet<T>, strength: Strength) -> Self {
        match (values.len(), values.pop_first()) {
            (_, None) => Self::Conflict,
            (1, Some(only)) => Self::Known(only, strength),
            (_, Some(first)) => {
                values.insert(first);
                Self::OneOf(values, strength)
            }
        }
    }
}

/// What is not known about a setting, and what would settle it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    /// Which setting.
    pub fact: Cow<'static, str>,
    /// Why it is not known.
    pub why: String,
    /// What to do so that it is.
    pub supply: String,
}

/// Whose setting a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The org unit's own; also where the value is not known.
    Own,
    /// That of this org unit above.
    Above(OrgUnitPath),
    /// The value is known, and not whose it is.
    Open,
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
    /// Whose setting it is.
    pub origin: Origin,
}

impl<T> Fact<T> {
    /// A fact about which there is nothing.
    #[must_use]
    pub fn unknown() -> Self {
        Self { standing: Standing::Unknown, evidence: BTreeSet::new(), gaps: BTreeSet::new(), origin: Origin::Own }
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
            Standing::OneOf(..) | Standing::Unknown | Standing::Conflict => None,
        }
    }

    /// The values of which it is one, where it is known to be one of several.
    pub fn candidates(&self) -> impl Iterator<Item = &T> {
        match &self.standing {
            Standing::OneOf(values, _) => Some(values),
            Standing::Known(..) | Standing::Unknown | Standing::Conflict => None,
        }
        .into_iter()
        .flatten()
    }

    /// The value and how well it is known.
    #[must_use]
    pub fn strength(&self) -> Option<Strength> {
        match &self.standing {
            Standing::Known(_, strength) => Some(*strength),
            Standing::OneOf(..) | Standing::Unknown | Standing::Conflict => None,
        }
    }

    /// Whether the evidence says two things.
    #[must_use]
    pub fn in_conflict(&self) -> bool {
        matches!(self.standing, Standing::Conflict)
    }

    /// The org unit whose own setting it is; `None` for an own or unknown value, and where that is open.
    #[must_use]
    pub fn inherited_from(&self) -> Option<&OrgUnitPath> {
        match &self.origin {
            Origin::Above(path) => Some(path),
            Origin::Own | Origin::Open => None,
        }
    }

    /// The value reaches an org unit below: an own one is now that of `above`.
    pub fn pass_down(&mut self, above: &OrgUnitPath) {
        if self.value().is_some() && self.origin == Origin::Own {
            self.origin = Origin::Above(above.clone());
        }
    }

    /// The evidence that contradicts itself, where it does.
    pub fn sides(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.evidence.iter().filter(|_| self.in_conflict())
    }

    /// Whether a statement about the value holds. Of one of several it does where it does of each.
    #[must_use]
    pub fn truth(&self, holds: impl Fn(&T) -> bool) -> Truth {
        let of = |answer, strength| match strength {
            Strength::Proven => Truth::proven(answer),
            Strength::Presumed => Truth::presumed(answer),
        };
        match &self.standing {
            Standing::Known(value, strength) => of(holds(value), *strength),
            Standing::OneOf(values, strength) => match (values.iter().any(&holds), values.iter().all(&holds)) {
                (true, false) => Truth::Unknown,
                (_, answer) => of(answer, *strength),
            },
            Standing::Unknown | Standing::Conflict => Truth::Unknown,
        }
    }

    /// The same fact, known no better than this.
    #[must_use]
    pub fn at_most(mut self, cap: Strength) -> Self {
        self.cap(cap);
        self
    }

    /// Makes it known no better than this.
    pub fn cap(&mut self, cap: Strength) {
        if let Standing::Known(_, strength) | Standing::OneOf(_, strength) = &mut self.standing {
            *strength = (*strength).min(cap);
        }
    }
}

impl<T: Ord + Clone> Fact<T> {
    /// The values that are possible, where that is known.
    fn possible(&self) -> Option<(BTreeSet<T>, Strength)> {
        match &self.standing {
            Standing::Known(value, strength) => Some((BTreeSet::from([value.clone()]), *strength)),
            Standing::OneOf(values, strength) => Some((values.clone(), *strength)),
            Standing::Unknown | Standing::Conflict => None,
        }
    }

    /// What holds where either this or the other is the case, and it is open which.
    #[must_use]
    pub fn or_else(mut self, other: Self) -> Self {
        self.standing = match (self.possible(), other.possible()) {
            (Some((mut values, strength)), Some((more, other_strength))) => {
                values.extend(more);
                Standing::among(values, strength.min(other_strength))
            }
            _ if self.in_conflict() || other.in_conflict() => Standing::Conflict,
            (None, _) | (_, None) => Standing::Unknown,
        };
        if self.value().is_none() {
            self.origin = Origin::Own;
        } else if self.origin != other.origin {
            self.origin = Origin::Open;
        }
        self.evidence.extend(other.evidence);
        self.gaps.extend(other.gaps);
        self
    }

    /// Where nothing but ignorance spoke for the value, an observation that does not go with it contradicts nothing: what
    /// was presumed was wrong, and nothing is presumed any more.
    #[must_use]
    pub fn unless_refuted_by(self, left: &BTreeSet<T>) -> Self {
        match self.possible() {
            Some((values, Strength::Presumed)) if values.is_disjoint(left) => {
                Self { standing: Standing::Unknown, origin: Origin::Own, ..self }
            }
            Some(_) | None => self,
        }
    }

    /// The same fact in the light of an observation that leaves only these values: one that leaves none of the possible
    /// ones contradicts it, unless it proves what was only presumed to be otherwise. `hint` says how far it goes alone.
    #[must_use]
    pub fn narrowed_to(mut self, left: &BTreeSet<T>, hint: Strength) -> Self {
        let unknown_before = self.possible().is_none();
        let (before, strength) = match self.possible() {
            Some(possible) => possible,
            None if self.in_conflict() => return self,
            None => (left.clone(), hint),
        };
        let both: BTreeSet<T> = before.intersection(left).cloned().collect();
        self.standing = if both.is_empty() && hint > strength {
            Standing::among(left.clone(), hint)
        } else {
            // Where one of the two says it all alone, the other makes it no weaker.
            let by_what_was_known = (both.len() == before.len()).then_some(strength);
            let by_observation = (both.len() == left.len()).then_some(hint);
            let strength = by_what_was_known.max(by_observation).unwrap_or(strength.min(hint));
            Standing::among(both, strength)
        };
        match (self.value(), before.len()) {
            (None, _) => self.origin = Origin::Own,
            // What is in force was seen; whose setting it is was not.
            (Some(value), known) if known > 1 || unknown_before || !before.contains(value) => {
                self.origin = Origin::Open
            }
            (Some(_), _) => {}
        }
        self
    }

    /// The same fact in the light of such an observation, which is evidence for it from now on. `contradiction` is what is
    /// missing where the two do not go together.
    #[must_use]
    pub fn confronted_with(
        self,
        left: &BTreeSet<T>,
        hint: Strength,
        items: impl IntoIterator<Item = Arc<Item>>,
        contradiction: impl FnOnce() -> Gap,
    ) -> Self {
        let agreed = !self.in_conflict();
        let mut fact = self.narrowed_to(left, hint);
        fact.evidence.extend(items);
        if agreed && fact.in_conflict() {
            fact.gaps.insert(contradiction());
        }
        fact
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of(values: &[u8], strength: Strength) -> Fact<u8> {
        Fact { standing: Standing::among(values.iter().copied().collect(), strength), ..Fact::unknown() }
    }

    #[test]
    fn a_statement_holds_of_one_of_several_where_it_holds_of_each() {
        let odd = |value: &u8| value % 2 == 1;
        assert_eq!(one_of(&[1, 3], Strength::Proven).truth(odd), Truth::TrueProven);
        assert_eq!(one_of(&[2, 4], Strength::Presumed).truth(odd), Truth::FalsePresumed);
        assert_eq!(one_of(&[1, 2], Strength::Proven).truth(odd), Truth::Unknown);
        assert_eq!(one_of(&[], Strength::Proven).truth(odd), Truth::Unknown);
    }

    #[test]
    fn of_two_cases_the_weaker_counts() {
        let either = one_of(&[1], Strength::Proven).or_else(one_of(&[1], Strength::Presumed));
        assert_eq!(either.standing, Standing::Known(1, Strength::Presumed));
        let either = one_of(&[1], Strength::Proven).or_else(one_of(&[2], Strength::Proven));
        assert_eq!(either.candidates().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(one_of(&[1], Strength::Proven).or_else(Fact::unknown()).standing, Standing::Unknown);
        assert_eq!(one_of(&[], Strength::Proven).or_else(Fact::unknown()).standing, Standing::Conflict);
    }

    #[test]
    fn an_observation_narrows_supports_or_contradicts() {
        let left = BTreeSet::from([1, 2]);
        let narrowed = |fact: Fact<u8>| fact.narrowed_to(&left, Strength::Presumed).standing;
        assert_eq!(narrowed(one_of(&[1], Strength::Proven)), Standing::Known(1, Strength::Proven));
        assert_eq!(narrowed(one_of(&[1, 3], Strength::Proven)), Standing::Known(1, Strength::Presumed));
        assert_eq!(narrowed(one_of(&[3], Strength::Proven)), Standing::Conflict);
        assert_eq!(narrowed(one_of(&[3], Strength::Presumed)), Standing::Conflict);
        let guessed = one_of(&[3], Strength::Presumed).unless_refuted_by(&left);
        assert_eq!(narrowed(guessed), Standing::OneOf(left.clone(), Strength::Presumed));
        assert_eq!(narrowed(one_of(&[3], Strength::Proven).unless_refuted_by(&left)), Standing::Conflict);
        let proven = |fact: Fact<u8>| fact.narrowed_to(&BTreeSet::from([1]), Strength::Proven).standing;
        assert_eq!(proven(one_of(&[1], Strength::Presumed)), Standing::Known(1, Strength::Proven));
        assert_eq!(proven(one_of(&[1, 2], Strength::Presumed)), Standing::Known(1, Strength::Proven));
        assert_eq!(proven(one_of(&[2], Strength::Presumed)), Standing::Known(1, Strength::Proven));
        assert_eq!(proven(one_of(&[2], Strength::Proven)), Standing::Conflict);
        assert_eq!(narrowed(Fact::unknown()), Standing::OneOf(left.clone(), Strength::Presumed));
    }
}
