//! Cloud Identity Policy API (Discovery document `cloudidentity v1`).

use serde::Deserialize;
use serde_json::Value;

/// `policies.list`: one explicit policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// `policies/…`
    pub name: String,
    /// `customers/C…`
    pub customer: Option<String>,
    /// `SYSTEM`, `ADMIN`, or whatever Google adds.
    #[serde(rename = "type")]
    pub policy_type: Option<String>,
    /// Whom it applies to.
    pub policy_query: Option<Value>,
    /// What it says: `{type, value}`.
    pub setting: Option<Value>,
}
