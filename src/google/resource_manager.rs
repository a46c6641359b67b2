//! Resource Manager (Discovery document `cloudresourcemanager v3`): which organization belongs to the tenant.

use serde::Deserialize;

/// `organizations.search`: one organization.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// `organizations/123456`
    pub name: String,
    /// The primary domain, mostly.
    pub display_name: Option<String>,
    /// The tenant's customer ID.
    pub directory_customer_id: Option<String>,
    /// `ACTIVE`, `DELETE_REQUESTED`, or whatever Google adds.
    pub state: Option<String>,
}
