//! Comparisons of values that may be known in part.

use std::cmp::Ordering;

use super::evaluate::{Bounded, capped};
use super::node::Comparison;
use super::value::{Datum, Val};
use crate::facts::{Strength, Truth};

/// Whether a comparison holds.
pub(super) fn compare(how: Comparison, one: &Bounded, other: &Bounded) -> Truth {
    match how {
        Comparison::Equal => alike(one, other),
        Comparison::Unequal => !alike(one, other),
        Comparison::Less => less(one, other),
        Comparison::Greater => less(other, one),
        Comparison::AtLeast => !less(one, other),
        Comparison::AtMost => !less(other, one),
    }
}

fn alike(one: &Bounded, other: &Bounded) -> Truth {
    match (one, other) {
        (Bounded::Exactly(one), Bounded::Exactly(other)) => equal(one, other),
        (Bounded::AtLeast(least, strength), Bounded::Exactly(value))
        | (Bounded::Exactly(value), Bounded::AtLeast(least, strength)) => match value {
            Val::Known(Datum::Int(number), of_number) if number < least => {
                capped(Truth::FalseProven, (*strength).min(*of_number))
            }
            Val::Known(..) | Val::Unknown => Truth::Unknown,
        },
        (Bounded::AtLeast(..), Bounded::AtLeast(..)) => Truth::Unknown,
    }
}

/// `one < other`
fn less(one: &Bounded, other: &Bounded) -> Truth {
    match (one, other) {
        (Bounded::Exactly(one), Bounded::Exactly(other)) => match (one, other) {
            (Val::Known(one, first), Val::Known(other, second)) => match order(one, other) {
                Some(order) => known(order == Ordering::Less, (*first).min(*second)),
                None => Truth::Unknown,
            },
            (Val::Known(..) | Val::Unknown, _) => Truth::Unknown,
        },
        (Bounded::AtLeast(least, strength), Bounded::Exactly(Val::Known(Datum::Int(number), of_number)))
            if least >= number =>
        {
            known(false, (*strength).min(*of_number))
        }
        (Bounded::Exactly(Val::Known(Datum::Int(number), of_number)), Bounded::AtLeast(least, strength))
            if number < least =>
        {
            known(true, (*strength).min(*of_number))
        }
        (Bounded::AtLeast(..) | Bounded::Exactly(_), _) => Truth::Unknown,
    }
}

fn known(answer: bool, strength: Strength) -> Truth {
    capped(Truth::proven(answer), strength)
}

/// The order of two values of one type that has one.
fn order(one: &Datum, other: &Datum) -> Option<Ordering> {
    match (one, other) {
        (Datum::Int(one), Datum::Int(other)) => Some(one.cmp(other)),
        (Datum::Text(one), Datum::Text(other)) => Some(one.cmp(other)),
        (Datum::Duration(one), Datum::Duration(other)) => Some(one.cmp(other)),
        (Datum::Timestamp(one), Datum::Timestamp(other)) => Some(one.cmp(other)),
        (
            Datum::Bool(_)
            | Datum::Int(_)
            | Datum::Text(_)
            | Datum::Duration(_)
            | Datum::Timestamp(_)
            | Datum::List { .. }
            | Datum::Record(_),
            _,
        ) => None,
    }
}

/// Whether two values are the same. Of two types, or of records, nobody can say: JSON of an unforeseen shape must not
/// turn a question into an answer.
pub(super) fn equal(one: &Val, other: &Val) -> Truth {
    let (Val::Known(one, first), Val::Known(other, second)) = (one, other) else { return Truth::Unknown };
    let strength = (*first).min(*second);
    match (one, other) {
        (Datum::Bool(one), Datum::Bool(other)) => known(one == other, strength),
        (Datum::List { items: one, open: false }, Datum::List { items: other, open: false }) => {
            if one.len() != other.len() {
                return known(false, strength);
            }
            let all = one.iter().zip(other.iter()).map(|(one, other)| equal(one, other));
            capped(all.fold(Truth::TrueProven, |one, other| one & other), strength)
        }
        (
            Datum::Bool(_)
            | Datum::Int(_)
            | Datum::Text(_)
            | Datum::Duration(_)
            | Datum::Timestamp(_)
            | Datum::List { .. }
            | Datum::Record(_),
            _,
        ) => order(one, other).map_or(Truth::Unknown, |order| known(order == Ordering::Equal, strength)),
    }
}
