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
