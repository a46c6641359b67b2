//! The users, groups and roles of an example.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::checks::language::{Example, ExampleUser};
use crate::domain::{Email, OrgUnitPath};
use crate::snapshot::RecordKind;

const SUPER_ADMIN: &str = "_SEED_ADMIN_ROLE";

/// Everybody whom an example names.
pub(super) struct People {
    users: BTreeMap<String, ExampleUser>,
    groups: BTreeMap<String, Vec<Email>>,
    roles: BTreeSet<String>,
}

impl People {
    pub(super) fn of(example: &Example) -> Self {
        let mut users: BTreeMap<String, ExampleUser> = BTreeMap::new();
        for user in &example.users {
            users.insert(key(&user.email), user.clone());
        }
        let groups: BTreeMap<String, Vec<Email>> =
            example.groups.iter().map(|(address, group)| (key(address), group.members.clone())).collect();
        // Whoever is named somewhere is there.
        let granting = example.grants.iter().map(|grant| &grant.user);
        for email in groups.values().flatten().chain(granting) {
            if !groups.contains_key(&key(email)) {
                users.entry(key(email)).or_insert_with(|| plain(email));
            }
        }
        let mut roles: BTreeSet<String> = users.values().flat_map(|user| user.roles.iter().cloned()).collect();
        roles.insert(SUPER_ADMIN.to_owned());
        Self { users, groups, roles }
    }

    pub(super) fn org_units(&self) -> impl Iterator<Item = &OrgUnitPath> {
        self.users.values().map(|user| &user.org_unit)
    }

    /// The stable id of a user.
    pub(super) fn id(&self, email: &Email) -> String {
        let nth = self.users.keys().position(|known| *known == key(email)).unwrap_or(self.users.len());
        format!("10000000000000000{nth:04}")
    }

    pub(super) fn group_id(&self, address: &Email) -> String {
        let nth = self.groups.keys().position(|known| *known == key(address)).unwrap_or(self.groups.len());
        format!("group{nth}")
    }

    pub(super) fn records(&self) -> Vec<(RecordKind, Value)> {
        let mut records = Vec::new();
        for user in self.users.values() {
            let delegated = !user.super_admin && !user.roles.is_empty();
            records.push((
                RecordKind::User,
                json!({
                    "id": self.id(&user.email),
                    "primaryEmail": user.email,
                    "orgUnitPath": user.org_unit,
                    "suspended": user.suspended,
                    "archived": user.archived,
                    "isAdmin": user.super_admin,
                    "isDelegatedAdmin": delegated,
                    "isEnrolledIn2Sv": user.two_step_enrolled,
                    "isEnforcedIn2Sv": user.two_step_enforced,
                }),
            ));
            for licence in &user.licences {
                if let Some((product, sku)) = product_and_sku(licence) {
                    records
                        .push((RecordKind::License, json!({"productId": product, "skuId": sku, "userId": user.email})));
                }
            }
            let held = user.roles.iter().map(String::as_str).chain(user.super_admin.then_some(SUPER_ADMIN));
            for role in held.collect::<BTreeSet<_>>() {
                records.push((
                    RecordKind::RoleAssignment,
                    json!({
                        "roleAssignmentId": format!("{}-{}", self.id(&user.email), self.role_id(role)),
                        "roleId": self.role_id(role),
                        "assignedTo": self.id(&user.email),
                        "assigneeType": "user",
                        "scopeType": "CUSTOMER",
                    }),
                ));
            }
        }
        for role in &self.roles {
            records.push((
                RecordKind::Role,
                json!({
                    "roleId": self.role_id(role),
                    "roleName": role,
                    "isSuperAdminRole": role == SUPER_ADMIN,
                    "isSystemRole": role.starts_with('_'),
                }),
            ));
        }
        for address in self.groups.keys() {
            let email = address.parse::<Email>().expect("it was one before");
            records.push((RecordKind::Group, json!({"id": self.group_id(&email), "email": address})));
        }
        records
    }

    /// Members, each with the id of its group.
    pub(super) fn members(&self) -> Vec<(String, Value)> {
        let mut members = Vec::new();
        for (address, emails) in &self.groups {
            let group = address.parse::<Email>().expect("it was one before");
            for email in emails {
                let (kind, id) = if self.groups.contains_key(&key(email)) {
                    ("GROUP", self.group_id(email))
                } else {
                    ("USER", self.id(email))
                };
                members
                    .push((self.group_id(&group), json!({"id": id, "email": email, "type": kind, "role": "MEMBER"})));
            }
        }
        members
    }

    fn role_id(&self, role: &str) -> String {
        let nth = self.roles.iter().position(|known| known == role).unwrap_or(self.roles.len());
        format!("77{nth}")
    }
}

fn key(email: &Email) -> String {
    email.as_str().to_ascii_lowercase()
}

fn plain(email: &Email) -> ExampleUser {
    ExampleUser {
        email: email.clone(),
        org_unit: OrgUnitPath::root(),
        super_admin: false,
        roles: Vec::new(),
        suspended: false,
        archived: false,
        two_step_enrolled: false,
        two_step_enforced: false,
        licences: Vec::new(),
    }
}

/// `/product/P/sku/S`, or `P/S`.
pub(super) fn product_and_sku(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix("/product/") {
        Some(rest) => rest.split_once("/sku/"),
        None => text.split_once('/'),
    }
}
