//! Admin SDK Directory API (Discovery document `admin directory_v1`): administrator roles and who holds them.

use serde::Deserialize;

use super::call::Call;
use super::client::Session;
use super::customer::CustomerKey;
use super::endpoint::Api;
use super::pages::{List, Pages, pages};

/// `roles.list`: one role, a predefined or a custom one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// An int64 as text.
    pub role_id: String,
    /// `_SEED_ADMIN_ROLE` for super administrators, `_GROUPS_ADMIN_ROLE`, …; a custom role's own name.
    pub role_name: Option<String>,
    /// Whether it is the role of super administrators.
    pub is_super_admin_role: Option<bool>,
    /// Whether Google predefined it.
    pub is_system_role: Option<bool>,
}

/// Who holds a role.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Assignee {
    /// One account. Service accounts bear this type too, with an id that no account has.
    User,
    /// Every member of a group.
    Group,
    /// Whatever Google adds, as sent.
    Other(String),
}

impl From<String> for Assignee {
    /// Google's pages write the words in capitals, its answers do not always.
    fn from(text: String) -> Self {
        if text.eq_ignore_ascii_case("user") {
            Self::User
        } else if text.eq_ignore_ascii_case("group") {
            Self::Group
        } else {
            Self::Other(text)
        }
    }
}

/// `roleAssignments.list`: one role in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignment {
    /// An int64 as text.
    pub role_assignment_id: Option<String>,
    /// The role.
    pub role_id: String,
    /// The holder's id: a user's, a group's, or a service account's.
    pub assigned_to: String,
    /// What the holder is.
    pub assignee_type: Option<Assignee>,
    /// `CUSTOMER`, `ORG_UNIT`, or whatever Google adds.
    pub scope_type: Option<String>,
    /// The org unit that the role is limited to, where `scope_type` says so; without `id:` before it.
    pub org_unit_id: Option<String>,
    /// A condition that limits the role to some resources.
    pub condition: Option<String>,
}

/// Administrator roles, predefined and custom ones.
#[must_use]
pub fn roles(session: &Session, customer: &CustomerKey) -> Pages<Role> {
    let call = Call::new(
        Api::Directory,
        "directory.roles.list",
        "/admin/directory/v1/customer/{customer}/roles",
        &[customer.as_str()],
    );
    pages(session, call.with("maxResults", "100").about(customer), List { items: "items", id: "roleId" })
}

/// Who holds them. What groups hold is listed as theirs, not as their members'.
#[must_use]
pub fn assignments(session: &Session, customer: &CustomerKey) -> Pages<RoleAssignment> {
    let call = Call::new(
        Api::Directory,
        "directory.roleAssignments.list",
        "/admin/directory/v1/customer/{customer}/roleassignments",
        &[customer.as_str()],
    );
    pages(session, call.with("maxResults", "200").about(customer), List { items: "items", id: "roleAssignmentId" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignees_are_known_in_either_case() {
        for (text, wanted) in [
            ("USER", Assignee::User),
            ("user", Assignee::User),
            ("Group", Assignee::Group),
            ("ROBOT", Assignee::Other("ROBOT".to_owned())),
        ] {
            let sent = serde_json::json!({"roleId": "1", "assignedTo": "2", "assigneeType": text});
            let read: RoleAssignment = serde_json::from_value(sent).expect("an assignment");
            assert_eq!(read.assignee_type, Some(wanted));
        }
    }
}
