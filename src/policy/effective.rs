use serde_json::Value;

use super::applicable::Doubt;
use super::by_name::ByName;
use super::policies::Listing;
use super::record::PolicyIndex;

/// What is in force of one type of setting, as far as anybody can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    /// What may be.
    pub worlds: Worlds,
    /// Policies of which nobody knows whether they apply, and where that makes a difference.
    pub doubts: Vec<Doubt>,
}

/// The states of a setting that agree with all that is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Worlds {
    /// One of these, at least one; no two say the same.
    Known(Vec<World>),
    /// These cannot be told.
    Open {
        /// What it would be by the policies that apply for certain and can be read. For people: it decides nothing.
        otherwise: World,
        /// Why.
        why: Openness,
    },
}

/// Why the states of a setting cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Openness {
    /// There may be policies that were not read.
    Listing(Listing),
    /// These policies apply, or may, and cannot be read.
    Unreadable(Vec<PolicyIndex>),
    /// More policies are in doubt than can be tried.
    Doubts(usize),
}

/// One state that a setting may be in.
#[derive(Debug, Clone, PartialEq)]
pub enum World {
    /// No policy of the type applies. That is not the same as off.
    Absent,
    /// By field: those that the catalogue or a policy knows.
    Fields(ByName<FieldValue>),
    /// Of a type that is not reduced: each policy that applies. None is an answer too.
    Rules(Vec<Rule>),
}

/// A policy that stands for itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which.
    pub policy: PolicyIndex,
    /// What it says, by field.
    pub fields: ByName<FieldValue>,
}

/// One field of a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldValue {
    /// What it is.
    pub state: FieldState,
    /// The policies that set it: several where lists are joined, or where equals say the same.
    pub set_by: Vec<PolicyIndex>,
    /// Policies that set it too and did not win, the greatest sortOrder first.
    pub overridden: Vec<PolicyIndex>,
}

/// What a field is.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldState {
    /// It is this.
    Set {
        /// In its normal form: of the JSON type that the catalogue has for the field.
        value: Value,
        /// How sure that is.
        certainty: Certainty,
    },
    /// No policy sets it, and Google documents what it is then. Presumed at best.
    Default {
        /// What.
        value: Value,
    },
    /// No policy sets it, and Google does not say what it is then.
    Unset {
        /// What somebody else assumes. It decides nothing.
        assumed: Option<Value>,
    },
    /// Nobody knows.
    Unknown {
        /// Why.
        why: String,
        /// What Google sent, if one value alone is the trouble.
        raw: Option<Value>,
    },
}

/// How sure a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// By documented rules alone it might be another.
    Presumed,
    /// Documented rules give it.
    Sure,
}

impl FieldState {
    /// What is not known is not known, whatever the reason.
    fn says_the_same_as(&self, other: &Self) -> bool {
        self == other || matches!((self, other), (Self::Unknown { .. }, Self::Unknown { .. }))
    }
}

impl World {
    /// Whether two say the same, whichever policies make it so.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let same_fields = |one: &ByName<FieldValue>, other: &ByName<FieldValue>| {
            one.iter().count() == other.iter().count()
                && one.iter().zip(other.iter()).all(|((name, one), (its_name, other))| {
                    name == its_name && one.state.says_the_same_as(&other.state)
                })
        };
        match (self, other) {
            (Self::Absent, Self::Absent) => true,
            (Self::Fields(one), Self::Fields(other)) => same_fields(one, other),
            (Self::Rules(one), Self::Rules(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .zip(other)
                        .all(|(one, other)| one.policy == other.policy && same_fields(&one.fields, &other.fields))
            }
            (Self::Absent | Self::Fields(_) | Self::Rules(_), _) => false,
        }
    }
}
