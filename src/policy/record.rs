use std::fmt;

use serde_json::Value;

use super::by_name::ByName;
use super::query::Query;
use super::sort_order::SortOrder;
use crate::domain::SettingType;
use crate::google::policies::{Part, Policy, PolicyQuery};

/// Which policy of [`Policies`](super::Policies).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyIndex(pub(super) usize);

/// One policy, as far as it can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRecord {
    /// `policies/…`. Not lasting: Google renames policies it supplies.
    pub name: String,
    /// Who set it. Takes no part in the reduction.
    pub origin: Origin,
    /// What it sets.
    pub setting: SettingType,
    /// Whom it applies to.
    pub query: Query,
    /// Which one wins; why there is none, where it cannot be read.
    pub order: Result<SortOrder, String>,
    /// Its fields; why there are none, where they cannot be read.
    pub value: Result<ByName<Value>, String>,
}

/// Who set a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Google, as the base.
    System,
    /// An administrator.
    Admin,
    /// Something else, or nobody says.
    Other(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "SYSTEM",
            Self::Admin => "ADMIN",
            Self::Other(other) => other,
        })
    }
}

impl PolicyRecord {
    /// From what Google sent; `None` where not even the type of the setting can be read.
    pub(super) fn from_google(policy: Policy) -> Option<Self> {
        let setting = policy.setting.sound()?;
        let setting_type = SettingType::from_google(setting.setting_type.sound()?);
        Some(Self {
            origin: match policy.policy_type {
                Part::Sound(origin) if origin == "SYSTEM" => Origin::System,
                Part::Sound(origin) if origin == "ADMIN" => Origin::Admin,
                Part::Sound(origin) => Origin::Other(origin),
                Part::Missing | Part::Odd(_) => Origin::Other(String::new()),
            },
            query: Query::from_google(&policy.policy_query),
            order: order(&policy.policy_query),
            value: match &setting.value {
                Some(Value::Object(fields)) => {
                    Ok(fields.iter().map(|(name, value)| (name.as_str().into(), value.clone())).collect())
                }
                Some(odd @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_))) => {
                    Err(format!("its value is no object but {}", super::setting_spec::shown(odd)))
                }
                // An object of nothing but defaults may be left out.
                None => Ok(ByName::from_iter([])),
            },
            setting: setting_type,
            name: policy.name,
        })
    }
}

fn order(query: &Part<PolicyQuery>) -> Result<SortOrder, String> {
    match query.sound().and_then(|query| query.sort_order.as_deref()) {
        Some(order) => SortOrder::from_json(order).map_err(|error| error.to_string()),
        None => Err("there is no sortOrder".to_owned()),
    }
}
