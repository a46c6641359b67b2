//! Cloud Identity API (Discovery document `cloudidentity v1`): who signs in through an identity provider of the tenant's
//! own.

use serde::Deserialize;
use serde_json::Value;

use super::call::Call;
use super::client::Session;
use super::customer::CustomerKey;
use super::endpoint::Api;
use super::pages::{List, Pages, pages};

/// `inboundSsoAssignments.list`: how the users of a group or of an org unit sign in.
///
/// Of several that apply to a user, the group's with the smallest rank decides, else that of the innermost org unit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundSsoAssignment {
    /// `inboundSsoAssignments/…`
    pub name: String,
    /// `customers/C…`
    pub customer: Option<String>,
    /// From 1 for groups; 0, or absent, for org units.
    pub rank: Option<i64>,
    /// `SSO_OFF`, `SAML_SSO`, `OIDC_SSO`, `DOMAIN_WIDE_SAML_IF_ENABLED`, or whatever Google adds.
    pub sso_mode: Option<String>,
    /// `groups/…`, the group's id; this or the next.
    pub target_group: Option<String>,
    /// `orgUnits/…`, the org unit's id without `id:`.
    pub target_org_unit: Option<String>,
    /// `{inboundSamlSsoProfile}`
    pub saml_sso_info: Option<Value>,
    /// `{inboundOidcSsoProfile}`
    pub oidc_sso_info: Option<Value>,
    /// When Google sends a user to the identity provider.
    pub sign_in_behavior: Option<Value>,
}

/// All assignments of a customer.
#[must_use]
pub fn assignments(session: &Session, customer: &CustomerKey) -> Pages<InboundSsoAssignment> {
    let call = Call::new(Api::InboundSso, "cloudidentity.inboundSsoAssignments.list", "/v1/inboundSsoAssignments", &[])
        .with("pageSize", "100")
        .with("filter", format!("customer==\"customers/{customer}\""))
        .about(customer);
    pages(session, call, List { items: "inboundSsoAssignments", id: "name" })
}
