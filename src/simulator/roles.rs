//! Admin SDK Directory API: administrator roles and who holds them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::ids;
use super::pages::{Beyond, Size};
use super::people::People;
use super::scenario::{Contradiction, File, Role};
use super::server::Shared;
use super::tree::Tree;
use crate::domain::OrgUnitPath;

/// A role beside the predefined ones that users' `role` brings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdminRole {
    pub(super) name: String,
    /// Google predefined it.
    #[serde(default)]
    pub(super) system: bool,
}

/// A role in the hands of a user or of a group.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleAssignment {
    /// A name from `[[role]]`, or a predefined one.
    pub(super) role: String,
    pub(super) user: Option<String>,
    pub(super) group: Option<String>,
    /// The role reaches no further; everywhere unless said.
    pub(super) org_unit: Option<OrgUnitPath>,
}

/// Super administrators hold it.
const SUPER: &str = "_SEED_ADMIN_ROLE";
/// What a delegated administrator holds of whom the file says nothing more.
const DELEGATED: &str = "_HELP_DESK_ADMIN_ROLE";

const SCOPES: &[&str] = &["admin.directory.rolemanagement", "admin.directory.rolemanagement.readonly"];
const API: Api = Api::AdminSdk;
const ROLES_LIST: Endpoint =
    Endpoint { method: "directory.roles.list", api: API, scopes: SCOPES, needs: Needs::SuperAdministrator };
const ASSIGNMENTS_LIST: Endpoint =
    Endpoint { method: "directory.roleAssignments.list", api: API, scopes: SCOPES, needs: Needs::SuperAdministrator };
const ROLES_SIZE: Size = Size { parameter: "maxResults", default: 100, maximum: 100, beyond: Beyond::Cut };
const ASSIGNMENTS_SIZE: Size = Size { parameter: "maxResults", default: 200, maximum: 200, beyond: Beyond::Cut };

/// Records of roles and of who holds them.
pub(super) struct Roles {
    roles: Vec<Value>,
    assignments: Vec<Value>,
}

impl Roles {
    /// Who holds what. Whom no `[[role_assignment]]` names holds what their `role` says.
    pub(super) fn derive(file: &File, people: &People, tree: &Tree) -> Result<Self, Contradiction> {
        let customer = &file.customer.get_ref().id;
        let mut names = vec![(SUPER, true), (DELEGATED, true)];
        for role in &file.role {
            let (place, role) = (role.span().start, role.get_ref());
            if names.iter().any(|(name, _)| *name == role.name) {
                return Err(Contradiction::new(place, format!("the role {} is there twice", role.name)));
            }
            names.push((&role.name, role.system));
        }
        let roles = names.iter().map(|(name, system)| {
            tagged(json!({
                "kind": "admin#directory#role",
                "roleId": ids::number(customer, "role", name),
                "roleName": name,
                "roleDescription": name,
                "isSystemRole": system,
                "isSuperAdminRole": *name == SUPER,
                "rolePrivileges": [],
            }))
        });
        let roles = roles.collect();
        let mut assignments = Vec::new();
        for account in people.accounts.iter().filter(|account| !account.deleted) {
            let named = file.role_assignment.iter().any(|assignment| {
                let user = assignment.get_ref().user.as_deref();
                user.is_some_and(|user| user.eq_ignore_ascii_case(&account.email))
            });
            let role = match account.role {
                Role::SuperAdmin => SUPER,
                Role::DelegatedAdmin if !named => DELEGATED,
                Role::DelegatedAdmin | Role::User => continue,
            };
            assignments.push(assignment(customer, role, ("user", &account.id), None));
        }
        for assigned in &file.role_assignment {
            let (place, assigned) = (assigned.span().start, assigned.get_ref());
            let made = assigned.record(customer, &names, people, tree);
            assignments.extend(made.map_err(|what| Contradiction::new(place, what))?);
        }
        Ok(Self { roles, assignments })
    }
}

impl RoleAssignment {
    /// `None` where the holder is gone by now.
    fn record(
        &self,
        customer: &str,
        names: &[(&str, bool)],
        people: &People,
        tree: &Tree,
    ) -> Result<Option<Value>, String> {
        if !names.iter().any(|(name, _)| *name == self.role) {
            return Err(format!("there is no role {}", self.role));
        }
        let unit = match &self.org_unit {
            Some(path) => Some(tree.unit(tree.find(path)?).id.as_str()),
            None => None,
        };
        let holder = match (&self.user, &self.group) {
            (Some(email), None) if people.knows(email) => match people.account(email) {
                Some(account) => ("user", account.id.as_str()),
                None => return Ok(None),
            },
            (Some(email), None) => return Err(format!("there is no user {email}")),
            (None, Some(email)) => {
                let group = people.group(email).ok_or_else(|| format!("there is no group {email}"))?;
                ("group", group.id.as_str())
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err("a role is in the hands of a user or of a group".to_owned());
            }
        };
        Ok(Some(assignment(customer, &self.role, holder, unit)))
    }
}

fn assignment(customer: &str, role: &str, (kind, holder): (&str, &str), unit: Option<&str>) -> Value {
    let mut record = json!({
        "kind": "admin#directory#roleAssignment",
        "roleAssignmentId": ids::number(customer, "role_assignment", &format!("{role} {holder}")),
        "roleId": ids::number(customer, "role", role),
        "assignedTo": holder,
        "assigneeType": kind,
        "scopeType": if unit.is_some() { "ORG_UNIT" } else { "CUSTOMER" },
    });
    if let Some(unit) = unit {
        record["orgUnitId"] = unit.into();
    }
    tagged(record)
}

fn tagged(mut record: Value) -> Value {
    record["etag"] = ids::etag(&record).into();
    record
}

/// `GET /admin/directory/v1/customer/{customer}/roles`
pub(super) async fn roles(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    call: Call,
) -> Result<Json<Value>, Refusal> {
    let tenant = shared.admit(&call, &ROLES_LIST)?.tenant;
    if !shared.is_customer(&key) {
        return Err(Refusal::bad_request(API, "Invalid Customer Id"));
    }
    let page = shared.page(&call, API, &ROLES_SIZE, &tenant.roles.roles.iter().collect::<Vec<_>>())?;
    Ok(Json(page.tagged_body("admin#directory#roles", "items")))
}

/// `GET /admin/directory/v1/customer/{customer}/roleassignments`
pub(super) async fn assignments(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    call: Call,
) -> Result<Json<Value>, Refusal> {
    let tenant = shared.admit(&call, &ASSIGNMENTS_LIST)?.tenant;
    if !shared.is_customer(&key) {
        return Err(Refusal::bad_request(API, "Invalid Customer Id"));
    }
    let asked = call.get("userKey").map(|key| tenant.people.account(key).map_or(key, |account| &account.id));
    let all = tenant.roles.assignments.iter();
    let chosen: Vec<_> = all
        .filter(|record| call.get("roleId").is_none_or(|id| record["roleId"] == id))
        .filter(|record| asked.is_none_or(|id| record["assignedTo"] == id))
        .collect();
    let page = shared.page(&call, API, &ASSIGNMENTS_SIZE, &chosen)?;
    Ok(Json(page.tagged_body("admin#directory#roleAssignments", "items")))
}
