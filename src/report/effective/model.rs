//! What `policy effective --format json` prints, field for field. Unknown keys must be ignored by readers.

use serde::Serialize;
use serde_json::Value;

use crate::domain::{Email, OrgUnitPath, SettingType};
use crate::report::model::Certainty;

/// One type of setting, as it is in force for one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Its type.
    #[serde(rename = "type")]
    pub setting: SettingType,
    /// Whether the catalogue knows it. Of one that it does not know nothing but the policies' own words is known.
    pub in_catalogue: bool,
    /// Where the Admin console shows it; null where the catalogue does not know.
    pub console: Option<String>,
    /// Its fields, by name.
    pub fields: Vec<Field>,
    /// Of a type that is not reduced: every policy that applies, or may.
    pub rules: Vec<Rule>,
    /// Policies of which it is not known whether they apply, where that makes a difference.
    pub doubts: Vec<Doubt>,
    /// Groups with policies of their own, which an org unit's imaginary user is in none of; addresses, sorted.
    pub groups_apart: Vec<String>,
    /// Why nothing can be told of the whole setting; null where something can.
    pub why: Option<String>,
    /// What to do about that.
    pub next_step: Option<String>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// As Google spells it.
    pub name: String,
    /// Whether the catalogue knows it.
    pub in_catalogue: bool,
    /// What it is; null where it is unset or unknown.
    pub value: Option<Value>,
    /// Where the value comes from.
    pub origin: Origin,
    /// How sure it is that this is in force.
    pub certainty: Certainty,
    /// The policies that set it: several where lists are joined or equals agree, and the rivals of a tie.
    pub set_by: Vec<Said>,
    /// The policies that set it too and did not win, the greatest sortOrder first.
    pub overrode: Vec<Said>,
    /// What it may be, where policies in doubt make the difference.
    pub possible: Vec<Possible>,
    /// What it would be by what could be read, where not everything could: it decides nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Possible>,
    /// What Google sent, where that alone is the trouble.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Value>,
    /// Why it is not plainly set; null where it is.
    pub why: Option<String>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A policy sets it.
    Set,
    /// No policy sets it, and Google documents what it is then.
    Default,
    /// No policy sets it, and Google does not document what it is then.
    Unset,
    /// Nobody knows.
    Unknown,
}

impl Origin {
    /// The word in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Default => "default",
            Self::Unset => "unset",
            Self::Unknown => "unknown",
        }
    }
}

/// One thing that a field may be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Possible {
    /// What; null where it would be unset or unknown.
    pub value: Option<Value>,
    /// Where it would come from.
    pub origin: Origin,
    /// Who would set it.
    pub set_by: Vec<Said>,
}

/// A policy, and what it has for the field in question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Said {
    /// Which.
    #[serde(flatten)]
    pub policy: Policy,
    /// As Google sent it.
    pub value: Option<Value>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Policy {
    /// `policies/…`
    pub name: String,
    /// `ADMIN`, `SYSTEM`, or what else Google sent.
    #[serde(rename = "type")]
    pub origin: String,
    /// Paths of the org units that its query names; an id where there is no such org unit any more.
    pub org_units: Vec<String>,
    /// Addresses of the groups that its query names; an id where the address is not known.
    pub groups: Vec<String>,
    /// The licences that its query names: `/product/Google-Apps/sku/1010020020`.
    pub licences: Vec<String>,
    /// Digit for digit, which a JSON number might not be; null where it cannot be read.
    pub sort_order: Option<String>,
    /// Its query as Google sent it, empty where it has none.
    pub query: String,
    /// What is odd about the query; null where nothing is.
    pub note: Option<String>,
}

/// A policy of a type that is not reduced.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// Which.
    pub policy: Policy,
    /// Whether it applies.
    pub applies: Applies,
    /// What it says.
    pub fields: Vec<Field>,
}

/// Whether a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applies {
    /// It does.
    Yes,
    /// Nobody knows.
    Perhaps,
}

/// A policy of which it is not known whether it applies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Doubt {
    /// Which.
    pub policy: Policy,
    /// What would have to be known.
    pub why: Vec<String>,
    /// How to learn it.
    pub next_step: String,
}

/// For whom it was asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Whom {
    /// The org unit, or a user's; null where the user's is not known.
    pub org_unit: Option<OrgUnitPath>,
    /// The user's primary address; null for an org unit, which stands for a user in no group.
    pub user: Option<Email>,
    /// Of a user: the groups that policies name and they are in, by address, else id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// Of a user: the licences that policies name and they hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licences: Option<Vec<String>>,
    /// Of a user: `active`, `suspended` or `archived`; null where they were not found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
}

impl Policy {
    /// Who set it, for whom, and its rank: `ADMIN in /Sales for staff@example.com, sortOrder 202`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = if self.origin.is_empty() { "of no type".to_owned() } else { self.origin.clone() };
        // What a condition negates or offers as a choice is no place that the policy is for.
        if self.query.contains(['!', '|', '?']) {
            words.push_str(&format!(" where {}", self.query));
        } else {
            let parts = [(" in ", &self.org_units), (" for ", &self.groups), (" with licence ", &self.licences)];
            for (word, names) in parts.iter().filter(|(_, names)| !names.is_empty()) {
                words.push_str(word);
                words.push_str(&names.join(", "));
            }
        }
        match &self.sort_order {
            Some(order) => words.push_str(&format!(", sortOrder {order}")),
            None => words.push_str(", no sortOrder that can be read"),
        }
        words
    }
}

impl Setting {
    /// Whether anything about it is unknown. What is known not to be set is not.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        let unknown = |fields: &[Field]| fields.iter().any(|field| field.origin == Origin::Unknown);
        self.why.is_some()
            || unknown(&self.fields)
            || self.rules.iter().any(|rule| rule.applies == Applies::Perhaps || unknown(&rule.fields))
    }

    /// Whether both say the same, whichever policies make it so.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let rules = |of: &Self| -> Vec<(String, Applies)> {
            of.rules.iter().map(|rule| (rule.policy.name.clone(), rule.applies)).collect()
        };
        same_fields(&self.fields, &other.fields)
            && rules(self) == rules(other)
            && self.rules.iter().zip(&other.rules).all(|(one, other)| same_fields(&one.fields, &other.fields))
            && self.why == other.why
    }
}

fn same_fields(one: &[Field], other: &[Field]) -> bool {
    let said = |field: &Field| {
        let possible: Vec<(Option<Value>, Origin)> =
            field.possible.iter().map(|it| (it.value.clone(), it.origin)).collect();
        (field.name.clone(), field.value.clone(), field.origin, field.certainty, possible)
    };
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| said(one) == said(other))
}
