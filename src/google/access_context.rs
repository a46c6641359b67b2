//! Access Context Manager (Discovery document `accesscontextmanager v1`): session settings bound to groups.

use serde::Deserialize;
use serde_json::Value;

use super::call::Call;
use super::client::Session;
use super::endpoint::Api;
use super::pages::{List, Pages, pages};
use super::resource_manager::OrganizationName;

/// `gcpUserAccessBindings.list`: one binding.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GcpUserAccessBinding {
    /// `organizations/{id}/gcpUserAccessBindings/{id}`
    pub name: String,
    /// A group's opaque id, not an address.
    pub group_key: Option<String>,
    /// Another kind of principal, kept as sent.
    pub principal: Option<Value>,
    /// Session length and method; absent leaves the console's policy in force.
    pub session_settings: Option<SessionSettings>,
    /// Settings for single clients, which override the binding's own.
    #[serde(default)]
    pub scoped_access_settings: Vec<ScopedAccessSettings>,
}

/// Session length and method of a binding.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionSettings {
    /// A duration such as `57600s`; `0s` means no limit.
    pub session_length: Option<String>,
    /// False means no limit.
    pub session_length_enabled: Option<bool>,
    /// `LOGIN`, `PASSWORD`, `SECURITY_KEY`, or whatever Google adds.
    pub session_reauth_method: Option<String>,
}

/// Settings for one client or project.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopedAccessSettings {
    /// `clientScope.restrictedClientApplication {clientId | name}`, or another scope.
    pub scope: Option<Value>,
    /// In force.
    pub active_settings: Option<AccessSettings>,
}

/// The settings of a scope.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessSettings {
    /// Session length and method.
    pub session_settings: Option<SessionSettings>,
}

/// The session settings that an organization binds to groups.
#[must_use]
pub fn bindings(session: &Session, organization: &OrganizationName) -> Pages<GcpUserAccessBinding> {
    let call = Call::new(
        Api::AccessContext,
        "accesscontextmanager.organizations.gcpUserAccessBindings.list",
        "/v1/organizations/{organization}/gcpUserAccessBindings",
        &[organization.number()],
    );
    pages(session, call.with("pageSize", "100"), List { items: "gcpUserAccessBindings", id: "name" })
}
