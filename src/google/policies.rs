//! Cloud Identity Policy API (Discovery document `cloudidentity v1`).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::call::Call;
use super::client::Session;
use super::customer::CustomerKey;
use super::endpoint::Api;
use super::pages::{List, Pages, pages};

/// `policies.list`: one explicit policy.
///
/// Only its name must be there and be a text. A part of another shape is [`Part::Odd`]: the policy exists all the same,
/// and whoever it might touch must not look as if it did not.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// `policies/…`
    pub name: String,
    /// `customers/C…`
    #[serde(default)]
    pub customer: Part<String>,
    /// `SYSTEM`, `ADMIN`, or whatever Google adds.
    #[serde(rename = "type", default)]
    pub policy_type: Part<String>,
    /// Whom it applies to.
    #[serde(default)]
    pub policy_query: Part<PolicyQuery>,
    /// What it says.
    #[serde(default)]
    pub setting: Part<Setting>,
}

/// Whom a policy applies to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyQuery {
    /// A condition on the entity, in CEL. It alone decides.
    #[serde(default)]
    pub query: Part<String>,
    /// `orgUnits/…`, set where one org unit alone satisfies the query.
    #[serde(default)]
    pub org_unit: Part<String>,
    /// `groups/…`, likewise.
    #[serde(default)]
    pub group: Part<String>,
    /// Which policy of a type wins: the greater. Kept as it was written, as neighbours differ far behind the point.
    pub sort_order: Option<Box<RawValue>>,
}

/// What a policy says.
#[derive(Debug, Clone, Deserialize)]
pub struct Setting {
    /// `settings/…`
    #[serde(rename = "type", default)]
    pub setting_type: Part<String>,
    /// Its fields, as the type has them.
    pub value: Option<Value>,
}

/// A part of a record that may be missing, or of a shape that nobody documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<T> {
    /// It is not there, or `null`.
    Missing,
    /// It is as documented.
    Sound(T),
    /// It is something else; why it could not be read.
    Odd(String),
}

impl<T> Part<T> {
    /// What it holds, if it is as documented.
    pub fn sound(&self) -> Option<&T> {
        match self {
            Self::Sound(part) => Some(part),
            Self::Missing | Self::Odd(_) => None,
        }
    }
}

#[expect(clippy::derivable_impls, reason = "deriving would ask for T: Default")]
impl<T> Default for Part<T> {
    fn default() -> Self {
        Self::Missing
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(match serde_json::from_str::<Option<T>>(raw.get()) {
            Ok(None) => Self::Missing,
            Ok(Some(part)) => Self::Sound(part),
            Err(error) => Self::Odd(error.to_string()),
        })
    }
}

/// All explicit policies of a customer, of every type, in no order. Only a super administrator may read them.
#[must_use]
pub fn list(session: &Session, customer: &CustomerKey) -> Pages<Policy> {
    let call = Call::new(Api::Policies, "cloudidentity.policies.list", "/v1/policies", &[])
        .with("pageSize", "100")
        .with("filter", format!("customer==\"customers/{customer}\""))
        .about(customer);
    pages(session, call, List { items: "policies", id: "name" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_part_leaves_the_rest_readable() {
        let text = r#"{"name": "policies/a", "type": 7, "customer": null, "policyQuery":
            {"query": ["?"], "orgUnit": "orgUnits/x", "sortOrder": 201.000340000000000000001}, "setting": "none"}"#;
        let policy: Policy = serde_json::from_str(text).unwrap();
        assert!(matches!(policy.policy_type, Part::Odd(_)));
        assert_eq!(policy.customer, Part::Missing);
        assert!(matches!(policy.setting, Part::Odd(_)));
        let query = policy.policy_query.sound().unwrap();
        assert!(matches!(query.query, Part::Odd(_)));
        assert_eq!(query.org_unit.sound().map(String::as_str), Some("orgUnits/x"));
        assert_eq!(query.sort_order.as_deref().map(RawValue::get), Some("201.000340000000000000001"));
    }

    #[test]
    fn it_is_read_from_values_too() {
        let value = serde_json::json!({"name": "policies/a", "policyQuery": {"query": "", "sortOrder": 101.5},
            "setting": {"type": "settings/a.b", "value": {"c": 1}}});
        let policy = Policy::deserialize(&value).unwrap();
        let query = policy.policy_query.sound().unwrap();
        assert_eq!(query.sort_order.as_deref().map(RawValue::get), Some("101.5"));
        assert_eq!(policy.setting.sound().unwrap().value, Some(serde_json::json!({"c": 1})));
    }
}
