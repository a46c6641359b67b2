use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::facts::{Strength, Truth};

/// A value of an expression, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    /// It is this.
    Known(Datum, Strength),
    /// Nobody knows; what would settle it stands in the trace of the evaluation.
    Unknown,
}

/// A known value.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `string`, and the word of an enum.
    Text(Arc<str>),
    /// `duration`
    Duration(SignedDuration),
    /// `timestamp`
    Timestamp(Timestamp),
    /// A list; `open` where there may be more items than are known.
    List {
        /// Those that are known.
        items: Arc<[Val]>,
        /// Whether there may be more.
        open: bool,
    },
    /// A record. A field that is not in it is not set, which `has()` asks for; reading it gives [`Val::Unknown`].
    Record(Arc<BTreeMap<Arc<str>, Val>>),
}

impl Val {
    /// A proven one.
    #[must_use]
    pub fn proven(datum: Datum) -> Self {
        Self::Known(datum, Strength::Proven)
    }

    /// What a condition of that value amounts to. Anything but a `bool` is unknown.
    #[must_use]
    pub fn truth(&self) -> Truth {
        match self {
            Self::Known(Datum::Bool(answer), Strength::Proven) => Truth::proven(*answer),
            Self::Known(Datum::Bool(answer), Strength::Presumed) => Truth::presumed(*answer),
            Self::Known(
                Datum::Int(_)
                | Datum::Text(_)
                | Datum::Duration(_)
                | Datum::Timestamp(_)
                | Datum::List { .. }
                | Datum::Record(_),
                _,
            )
            | Self::Unknown => Truth::Unknown,
        }
    }
}

/// The items of a list, as far as they are known.
#[derive(Debug)]
pub(super) struct Items {
    /// Those that are.
    pub(super) items: Arc<[Val]>,
    /// Whether there may be more.
    pub(super) open: bool,
    /// How well the list is known.
    pub(super) strength: Strength,
}

impl Val {
    /// How well it is known; `None` where it is not.
    #[must_use]
    pub fn strength(&self) -> Option<Strength> {
        match self {
            Self::Known(_, strength) => Some(*strength),
            Self::Unknown => None,
        }
    }

    /// The same, known no better than this; unknown where this is `None`.
    #[must_use]
    pub fn at_most(self, cap: Option<Strength>) -> Self {
        match (self, cap) {
            (Self::Known(datum, strength), Some(cap)) => Self::Known(datum, strength.min(cap)),
            (Self::Known(..) | Self::Unknown, _) => Self::Unknown,
        }
    }

    /// What is made of it where it is known; unknown where nothing is.
    pub(super) fn and_then(self, make: impl FnOnce(Datum) -> Option<Datum>) -> Self {
        match self {
            Self::Known(datum, strength) => make(datum).map_or(Self::Unknown, |made| Self::Known(made, strength)),
            Self::Unknown => Self::Unknown,
        }
    }

    /// Its fields, where it is known to be a record.
    pub(super) fn record(&self) -> Option<(&BTreeMap<Arc<str>, Self>, Strength)> {
        match self {
            Self::Known(Datum::Record(fields), strength) => Some((fields, *strength)),
            Self::Known(..) | Self::Unknown => None,
        }
    }

    /// Its items, where it is known to be a list.
    pub(super) fn items(self) -> Option<Items> {
        match self {
            Self::Known(Datum::List { items, open }, strength) => Some(Items { items, open, strength }),
            Self::Known(..) | Self::Unknown => None,
        }
    }
}

impl Datum {
    /// Its text, where it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(_)
            | Self::Int(_)
            | Self::Duration(_)
            | Self::Timestamp(_)
            | Self::List { .. }
            | Self::Record(_) => None,
        }
    }
}

impl From<Truth> for Val {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::FalseProven => Self::Known(Datum::Bool(false), Strength::Proven),
            Truth::FalsePresumed => Self::Known(Datum::Bool(false), Strength::Presumed),
            Truth::Unknown => Self::Unknown,
            Truth::TruePresumed => Self::Known(Datum::Bool(true), Strength::Presumed),
            Truth::TrueProven => Self::Known(Datum::Bool(true), Strength::Proven),
        }
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_and_value_say_the_same() {
        for truth in Truth::ALL {
            assert_eq!(Val::from(truth).truth(), truth);
        }
        assert_eq!(Val::proven(Datum::Int(1)).truth(), Truth::Unknown);
    }
}
