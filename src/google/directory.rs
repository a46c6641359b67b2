//! Admin SDK Directory API (Discovery document `admin directory_v1`).

use serde::Deserialize;

use super::call::Call;
use super::client::Session;
use super::customer::CustomerKey;
use super::endpoint::Api;
use super::error::ApiError;
use super::pages::{List, Pages, pages, whole};
use super::raw::Raw;

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
    /// Super administrators.
    pub is_admin: Option<bool>,
    /// Administrators with roles of less than everything.
    pub is_delegated_admin: Option<bool>,
    /// Whether the account has enrolled in 2-Step Verification.
    pub is_enrolled_in_2_sv: Option<bool>,
    /// Whether 2-Step Verification is enforced for the account.
    pub is_enforced_in_2_sv: Option<bool>,
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

/// How much of each account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// All but custom schemas.
    Basic,
    /// Everything.
    Full,
}

/// Which accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accounts {
    /// Those that exist, suspended and archived ones included.
    Existing,
    /// Those deleted in the last 20 days, and no other.
    Deleted,
}

/// Which groups.
#[derive(Debug, Clone, Copy)]
pub enum GroupsOf<'a> {
    /// All of a customer.
    Customer(&'a CustomerKey),
    /// Those that a user (id or address) is a direct member of.
    User(&'a str),
}

/// Which members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// The group's own.
    Direct,
    /// Also those of groups within it.
    Derived,
}

/// The tenant.
///
/// # Errors
/// [`ApiError`].
pub async fn customer(session: &Session, customer: &CustomerKey) -> Result<Raw<Customer>, ApiError> {
    let call = Call::new(
        Api::Directory,
        "directory.customers.get",
        "/admin/directory/v1/customers/{customerKey}",
        &[customer.as_str()],
    );
    session.get(call.about(customer)).await.map(Raw::new)
}

/// All org units, the root among them. Google does not page this list (40,000 units at most).
///
/// # Errors
/// [`ApiError`].
pub async fn org_units(session: &Session, customer: &CustomerKey) -> Result<Vec<Raw<OrgUnit>>, ApiError> {
    let call = Call::new(
        Api::Directory,
        "directory.orgunits.list",
        "/admin/directory/v1/customer/{customerId}/orgunits",
        &[customer.as_str()],
    )
    .with("type", "allIncludingParent")
    .with("orgUnitPath", "/")
    .about(customer);
    whole(session, call, List { items: "organizationUnits", id: "orgUnitId" }).await
}

/// Accounts, by address.
#[must_use]
pub fn users(session: &Session, customer: &CustomerKey, projection: Projection, accounts: Accounts) -> Pages<User> {
    let call = Call::new(Api::Directory, "directory.users.list", "/admin/directory/v1/users", &[])
        .with("customer", customer.as_str())
        .with("maxResults", "500")
        .with("orderBy", "email")
        .with(
            "projection",
            match projection {
                Projection::Basic => "basic",
                Projection::Full => "full",
            },
        )
        .with_some(
            "showDeleted",
            match accounts {
                Accounts::Existing => None,
                Accounts::Deleted => Some("true"),
            },
        )
        .about(customer);
    pages(session, call, List { items: "users", id: "id" })
}

/// One account, by id or address.
///
/// # Errors
/// [`ApiError`]; [`NotFound`](super::ErrorKind::NotFound) where there is none.
pub async fn user(session: &Session, user_key: &str) -> Result<Raw<User>, ApiError> {
    let call = Call::new(Api::Directory, "directory.users.get", "/admin/directory/v1/users/{userKey}", &[user_key]);
    session.get(call.with("projection", "basic")).await.map(Raw::new)
}

/// The grants of one account (id or address). Google does not page this list.
///
/// # Errors
/// [`ApiError`]; [`NotFound`](super::ErrorKind::NotFound) where the account is gone.
pub async fn tokens(session: &Session, user_key: &str) -> Result<Vec<Raw<Token>>, ApiError> {
    let call =
        Call::new(Api::Directory, "directory.tokens.list", "/admin/directory/v1/users/{userKey}/tokens", &[user_key]);
    whole(session, call, List { items: "items", id: "clientId" }).await
}

/// Groups.
#[must_use]
pub fn groups(session: &Session, of: GroupsOf<'_>) -> Pages<Group> {
    let call =
        Call::new(Api::Directory, "directory.groups.list", "/admin/directory/v1/groups", &[]).with("maxResults", "200");
    let call = match of {
        GroupsOf::Customer(customer) => call.with("customer", customer.as_str()).about(customer),
        GroupsOf::User(user_key) => call.with("userKey", user_key),
    };
    pages(session, call, List { items: "groups", id: "id" })
}

/// The members of a group (id or address).
#[must_use]
pub fn members(session: &Session, group_key: &str, membership: Membership) -> Pages<Member> {
    let call = Call::new(
        Api::Directory,
        "directory.members.list",
        "/admin/directory/v1/groups/{groupKey}/members",
        &[group_key],
    )
    .with("maxResults", "200")
    .with_some(
        "includeDerivedMembership",
        match membership {
            Membership::Direct => None,
            Membership::Derived => Some("true"),
        },
    );
    pages(session, call, List { items: "members", id: "id" })
}
