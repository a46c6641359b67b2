//! Expressions after type-checking: what is left to do is to evaluate them.

use std::sync::Arc;

use regex::Regex;

use super::schema::Root;
use super::value::Datum;
use crate::domain::SettingType;

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// A constant.
    Literal(Datum),
    /// `settings.gmail.pop_access.enablePopAccess`
    Setting(SettingType, Arc<str>),
    /// `settings.rule.dlp`
    Rules(SettingType),
    /// `tenant`
    Root(Root),
    /// `unknown("why")`
    Unknown(Arc<str>),
    /// A name that a macro binds; the number counts the macros around it, the outermost is 0.
    Variable(usize),
    /// `user.email`, and `log.last["EVENT"]` with a literal key.
    Field(Box<Self>, Arc<str>),
    /// `has(settings.gmail.pop_access.enablePopAccess)`
    HasSetting(SettingType, Arc<str>),
    /// `has(rule.state)`
    HasField(Box<Self>, Arc<str>, Lack),
    /// `list[0]`, `map[text]`
    Index(Box<Self>, Box<Self>),
    /// `[a, b]`
    List(Vec<Self>),
    /// `!a`
    Not(Box<Self>),
    /// `a && b && …`
    And(Vec<Self>),
    /// `a || b || …`
    Or(Vec<Self>),
    /// `a ? b : c`
    If(Box<[Self; 3]>),
    /// `a == b`
    Compare(Comparison, Box<[Self; 2]>),
    /// `a in b`
    In(Box<[Self; 2]>, Lack),
    /// `a + b`
    Add(Box<[Self; 2]>),
    /// `a - b`
    Subtract(Box<[Self; 2]>),
    /// `-a`
    Negate(Box<Self>),
    /// `a.size()`
    Size(Box<Self>),
    /// `a.startsWith(b)`
    Text(TextTest, Box<[Self; 2]>),
    /// `a.matches("…")`
    Matches(Box<Self>, Regex),
    /// `a.matches(b)`
    MatchesComputed(Box<[Self; 2]>),
    /// `a.lowerAscii()`, `duration(a)` and others of one text.
    Convert(Conversion, Box<Self>),
    /// `list.exists(x, …)`
    Quantified(Quantifier, Box<[Self; 2]>),
    /// `list.filter(x, …)`
    Filter(Box<[Self; 2]>),
    /// `list.map(x, …)`
    Map(Box<[Self; 2]>),
}

/// What it means that a record or a map has no such key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// The field is not set.
    Unset,
    /// Nobody knows.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A question about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// What is made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    LowerAscii,
    Duration,
    Timestamp,
    Int,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    Exists,
    All,
    ExistsOne,
}
