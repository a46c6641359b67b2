use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What kind of value an expression has, known before anything is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A text.
    Text,
    /// One word of several.
    Enum(Arc<EnumType>),
    /// A length of time.
    Duration,
    /// A moment.
    Timestamp,
    /// Any number of values of one type.
    List(Arc<Self>),
    /// Named fields, each of its own type.
    Record(Arc<RecordType>),
    /// Values of one type, each under a text that nobody can list beforehand: `log.settings["…"]`. A key that is not there
    /// is not known to be absent.
    Map(Arc<Self>),
    /// JSON of a shape that no catalogue knows. Its fields may be read and compared with anything; what turns out to be
    /// of another type is unknown.
    Dynamic,
}

/// The words of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// What holds it, for messages: `gmail.service_status.serviceState`.
    pub name: Arc<str>,
    /// The words that are known.
    pub words: Vec<Arc<str>>,
    /// Whether there may be others, so that a comparison with an unlisted word is no mistake.
    pub openness: Openness,
}

/// Whether a list of words is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// All words are listed.
    Closed,
    /// There may be others.
    Open,
}

/// The fields of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordType {
    /// What it is, for messages: `user`, `gmail.pop_access`.
    pub name: Arc<str>,
    /// Its fields.
    pub fields: BTreeMap<Arc<str>, Type>,
}

impl RecordType {
    /// From name and fields.
    #[must_use]
    pub fn new<'f>(name: &str, fields: impl IntoIterator<Item = (&'f str, Type)>) -> Self {
        Self { name: name.into(), fields: fields.into_iter().map(|(field, of)| (field.into(), of)).collect() }
    }
}

impl Type {
    /// A list of these.
    #[must_use]
    pub fn list(items: Self) -> Self {
        Self::List(Arc::new(items))
    }

    /// A record of these fields.
    #[must_use]
    pub fn record<'f>(name: &str, fields: impl IntoIterator<Item = (&'f str, Self)>) -> Self {
        Self::Record(Arc::new(RecordType::new(name, fields)))
    }

    /// One of exactly these words.
    #[must_use]
    pub fn closed_enum(name: &str, words: &[&str]) -> Self {
        let words = words.iter().map(|word| Arc::from(*word)).collect();
        Self::Enum(Arc::new(EnumType { name: name.into(), words, openness: Openness::Closed }))
    }

    /// Whether values of both can be compared for equality, as far as can be told before they are known.
    pub(super) fn comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dynamic, _) | (_, Self::Dynamic) => true,
            (Self::Text | Self::Enum(_), Self::Text | Self::Enum(_))
            | (Self::Bool, Self::Bool)
            | (Self::Int, Self::Int)
            | (Self::Duration, Self::Duration)
            | (Self::Timestamp, Self::Timestamp) => true,
            (Self::List(one), Self::List(other)) => one.comparable(other),
            // Of a record some fields may be unset and others unknown: a check says which of them it means.
            (Self::Record(_) | Self::Map(_), _)
            | (
                Self::Bool | Self::Int | Self::Text | Self::Enum(_) | Self::Duration | Self::Timestamp | Self::List(_),
                _,
            ) => false,
        }
    }

    /// Whether values of both have an order.
    pub(super) fn ordered(&self, other: &Self) -> bool {
        let of = |one: &Self| match one {
            Self::Int | Self::Text | Self::Duration | Self::Timestamp | Self::Dynamic => true,
            Self::Bool | Self::Enum(_) | Self::List(_) | Self::Record(_) | Self::Map(_) => false,
        };
        of(self) && of(other) && self.comparable(other)
    }

    /// The type that values of both have, such as the items of one list or the two outcomes of `?:`.
    pub(super) fn common(&self, other: &Self) -> Option<Self> {
        if self == other {
            return Some(self.clone());
        }
        match (self, other) {
            (Self::Dynamic, other) | (other, Self::Dynamic) => Some(other.clone()),
            (Self::Text | Self::Enum(_), Self::Text | Self::Enum(_)) => Some(Self::Text),
            (Self::List(one), Self::List(other)) => one.common(other).map(Self::list),
            (
                Self::Bool
                | Self::Int
                | Self::Text
                | Self::Enum(_)
                | Self::Duration
                | Self::Timestamp
                | Self::List(_)
                | Self::Record(_)
                | Self::Map(_),
                _,
            ) => None,
        }
    }

    /// Whether a place that wants `wanted` takes a value of this type.
    pub(super) fn is(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Dynamic, _) | (_, Self::Dynamic) | (Self::Enum(_), Self::Text) => true,
            (Self::List(items), Self::List(wanted)) => items.is(wanted),
            (
                Self::Bool
                | Self::Int
                | Self::Text
                | Self::Enum(_)
                | Self::Duration
                | Self::Timestamp
                | Self::List(_)
                | Self::Record(_)
                | Self::Map(_),
                wanted,
            ) => self == wanted,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Text => f.write_str("string"),
            Self::Enum(of) => write!(f, "{} (a word)", of.name),
            Self::Duration => f.write_str("duration"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::List(items) => write!(f, "list({items})"),
            Self::Record(of) => write!(f, "{} (a record)", of.name),
            Self::Map(values) => write!(f, "map(string, {values})"),
            Self::Dynamic => f.write_str("dynamic"),
        }
    }
}
