//! Admin SDK Directory API (Discovery document `admin directory_v1`).

use serde::Deserialize;

/// `customers.get`: the tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// `C0123abcd`.
    pub id: String,
    /// The primary domain.
    pub customer_domain: Option<String>,
    /// `postalAddress.organizationName`: the display name, which the root org unit may bear in log events.
    pub postal_address: Option<PostalAddress>,
}

/// The part of a customer's address that gwsaudit reads.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostalAddress {
    /// The organisation's name.
    pub organization_name: Option<String>,
}

/// `orgunits.list`: one org unit.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrgUnit {
    /// `id:03ph8a2z…`
    pub org_unit_id: Option<String>,
    /// `/Sales/EMEA`
    pub org_unit_path: String,
    /// The last part of the path; for the root the organisation's name.
    pub name: Option<String>,
    /// `id:…` of the org unit above; absent for the root.
    pub parent_org_unit_id: Option<String>,
    /// Path of the org unit above; absent for the root.
    pub parent_org_unit_path: Option<String>,
}

/// `users.list`: one account.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Stable numeric id; the `profileId` of log events.
    pub id: Option<String>,
    /// Current primary address.
    pub primary_email: String,
    /// Path of the account's org unit.
    pub org_unit_path: Option<String>,
    /// Absent reads as not suspended, as Google leaves the field out of partial answers only.
    pub suspended: Option<bool>,
    /// Archived accounts cannot sign in.
    pub archived: Option<bool>,
    /// Other addresses of the account.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// `tokens.list`: one grant of one user.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// The app.
    pub client_id: String,
    /// The name that the app's developer chose: hostile.
    pub display_text: Option<String>,
    /// The granted scopes.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The user's id or address.
    pub user_key: Option<String>,
}

/// `groups.list`: one group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Opaque id, as Access Context Manager's `groupKey` names it.
    pub id: String,
    /// The group's address.
    pub email: Option<String>,
}

/// `members.list`: one member of a group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The member's id; a user's `id` where `type` is `USER`.
    pub id: Option<String>,
    /// The member's address.
    pub email: Option<String>,
    /// `USER`, `GROUP`, `CUSTOMER`, `EXTERNAL`, or whatever Google adds.
    #[serde(rename = "type")]
    pub member_type: Option<String>,
}
