//! Cloud Identity Policy API (Discovery document `cloudidentity v1`).

use serde::Deserialize;
use serde_json::Value;

use super::call::Call;
use super::client::Session;
use super::customer::CustomerKey;
use super::endpoint::Api;
use super::pages::{Pages, pages};

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

/// All explicit policies of a customer, of every type, in no order. Only a super administrator may read them.
#[must_use]
pub fn list(session: &Session, customer: &CustomerKey) -> Pages<Policy> {
    let call = Call::new(Api::Policies, "cloudidentity.policies.list", "/v1/policies", &[])
        .with("pageSize", "100")
        .with("filter", format!("customer==\"customers/{customer}\""))
        .about(customer);
    pages(session, call, "policies")
}
