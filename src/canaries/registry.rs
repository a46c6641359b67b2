//! Which canaries there are: a file for people to read, without a secret in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keeping::Kept;
use crate::domain::{CanaryBelow, CanaryId, CanaryRole, ClientId, Email, OrgUnitPath};

/// A canary as it was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// Which.
    pub id: CanaryId,
    /// The org unit that its user is in.
    pub org_unit: OrgUnitPath,
    /// What its client is there.
    pub role: CanaryRole,
    /// What was seen of the org units below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<CanaryBelow>,
    /// Its user, as the ID token named them.
    pub user: Email,
    /// The same by their stable id, which is what later answers are compared with.
    pub user_id: String,
    /// The user's Workspace domain.
    pub hosted_domain: String,
    /// The tenant's ID, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Its client.
    pub client_id: ClientId,
    /// What replaced Google's hosts then. Its token is never sent anywhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// When it was added, by Google's clock where that was told.
    pub added_at: Timestamp,
    /// When its user last authorised it.
    pub authorized_at: Timestamp,
    /// When the Directory API showed its user in that org unit; none where that was not asked (`--offline`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_unit_checked_at: Option<Timestamp>,
    /// Where its token is.
    pub kept: Kept,
}

/// All canaries, sorted by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The canaries.
    #[serde(default, rename = "canary")]
    pub canaries: Vec<Registered>,
}

impl Registry {
    /// The canary of that id.
    #[must_use]
    pub fn find(&self, id: &CanaryId) -> Option<&Registered> {
        self.canaries.iter().find(|canary| canary.id == *id)
    }

    /// Adds a canary, or puts it in the place of its former self.
    pub fn put(&mut self, canary: Registered) {
        self.remove(&canary.id);
        self.canaries.push(canary);
        self.canaries.sort_by(|one, other| one.id.cmp(&other.id));
    }

    /// Takes a canary out.
    pub fn remove(&mut self, id: &CanaryId) -> Option<Registered> {
        let at = self.canaries.iter().position(|canary| canary.id == *id)?;
        Some(self.canaries.remove(at))
    }

    /// Why a canary cannot be added: a pair of canaries has two clients, and an org unit one pair. A canary of the same
    /// id is itself, about to begin another life.
    ///
    /// # Errors
    /// In words, with what to do.
    pub fn admit(
        &self,
        id: &CanaryId,
        org_unit: &OrgUnitPath,
        role: CanaryRole,
        client_id: &ClientId,
    ) -> Result<(), String> {
        for canary in &self.canaries {
            let other = &canary.id;
            if other == id {
                if (&canary.org_unit, canary.role) != (org_unit, role) {
                    return Err(format!(
                        "the canary {other} is the {} one of {}; choose another --id, or remove it first with `gwsaudit canary remove {other}`",
                        canary.role, canary.org_unit
                    ));
                }
                if canary.client_id != *client_id {
                    return Err(format!(
                        "the canary {other} has another client ({}); remove it first with `gwsaudit canary remove {other}`",
                        canary.client_id
                    ));
                }
            } else if (&canary.org_unit, canary.role) == (org_unit, role) {
                return Err(format!(
                    "{org_unit} has a canary of role {role} already: {other}; to authorise it again, add --id {other}"
                ));
            }
            if canary.role != role && canary.client_id == *client_id {
                return Err(format!(
                    "the client is that of the {} canary {other}; a client is trusted or it is not, so the {role} role needs a client of its own",
                    canary.role
                ));
            }
        }
        Ok(())
    }
}

impl Registered {
    /// The id that a canary gets if nobody chooses one: `sales-emea-untrusted`.
    #[must_use]
    pub fn default_id(org_unit: &OrgUnitPath, role: CanaryRole) -> CanaryId {
        let mut slug: String = org_unit
            .as_str()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        while slug.contains("--") {
            slug = slug.replace("--", "-");
        }
        let slug: String = slug.trim_matches('-').chars().take(40).collect();
        let slug = if org_unit.is_root() {
            "root"
        } else if slug.is_empty() {
            "unit"
        } else {
            slug.trim_matches('-')
        };
        format!("{slug}-{role}").parse().expect("lower-case letters, digits and hyphens, and not too many")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(id: &str, org_unit: &str, role: CanaryRole, client: &str) -> Registered {
        let at: Timestamp = "2026-11-20T10:00:00Z".parse().expect("a time");
        Registered {
            id: id.parse().expect("an id"),
            org_unit: org_unit.parse().expect("a path"),
            role,
            below: None,
            user: "canary@example.com".parse().expect("an address"),
            user_id: "117".to_owned(),
            hosted_domain: "example.com".to_owned(),
            customer: None,
            client_id: client.parse().expect("a client"),
            endpoint: None,
            added_at: at,
            authorized_at: at,
            org_unit_checked_at: None,
            kept: Kept::File,
        }
    }

    #[test]
    fn a_pair_has_two_clients_and_an_org_unit_one_pair() {
        use CanaryRole::{Trusted, Untrusted};
        let registry = Registry { canaries: vec![canary("a", "/Sales", Untrusted, "1")] };
        let admit = |id: &str, org_unit: &str, role, client: &str| {
            let client: ClientId = client.parse().expect("a client");
            registry.admit(&id.parse().expect("an id"), &org_unit.parse().expect("a path"), role, &client)
        };
        assert_eq!(admit("a", "/Sales", Untrusted, "1"), Ok(()));
        assert_eq!(admit("b", "/Sales", Trusted, "2"), Ok(()));
        assert_eq!(admit("b", "/Lab", Untrusted, "1"), Ok(()));
        for (id, org_unit, role, client, words) in [
            ("b", "/Sales", Untrusted, "1", "--id a"),
            ("a", "/Lab", Untrusted, "1", "choose another --id"),
            ("a", "/Sales", Trusted, "2", "choose another --id"),
            ("a", "/Sales", Untrusted, "2", "another client"),
            ("b", "/Sales", Trusted, "1", "client of its own"),
            ("b", "/Lab", Trusted, "1", "client of its own"),
        ] {
            let said = admit(id, org_unit, role, client).expect_err(words);
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn ids_come_from_org_units() {
        let of = |path: &str| Registered::default_id(&path.parse().expect("a path"), CanaryRole::Untrusted).to_string();
        assert_eq!(of("/"), "root-untrusted");
        assert_eq!(of("/Sales/EMEA & Co."), "sales-emea-co-untrusted");
        assert_eq!(of("/営業"), "unit-untrusted");
        assert!(of(&format!("/{}", "x/y".repeat(90))).len() <= 64);
    }
}
