//! Resource Manager (Discovery document `cloudresourcemanager v3`): which organization belongs to the tenant.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

use super::call::Call;
use super::client::Session;
use super::endpoint::Api;
use super::pages::{List, Pages, pages};

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

/// An organization's name: `organizations/` and a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationName(String);

/// Not an organization's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no organization; write it as organizations/123456")]
pub struct InvalidOrganizationName(String);

impl OrganizationName {
    const PREFIX: &str = "organizations/";

    /// As Google's resource names are.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn number(&self) -> &str {
        self.0.strip_prefix(Self::PREFIX).unwrap_or(&self.0)
    }
}

impl FromStr for OrganizationName {
    type Err = InvalidOrganizationName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sound = text
            .strip_prefix(Self::PREFIX)
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if sound { Ok(Self(text.to_owned())) } else { Err(InvalidOrganizationName(text.to_owned())) }
    }
}

impl fmt::Display for OrganizationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The organizations that the administrator acted for can see. None is no error: the role to see one is missing, or
/// there is none.
#[must_use]
pub fn organizations(session: &Session) -> Pages<Organization> {
    let call =
        Call::new(Api::ResourceManager, "cloudresourcemanager.organizations.search", "/v3/organizations:search", &[]);
    pages(session, call.with("pageSize", "50"), List { items: "organizations", id: "name" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_a_prefix_and_a_number() {
        assert_eq!(
            "organizations/12".parse::<OrganizationName>().map(|name| name.number().to_owned()),
            Ok("12".to_owned())
        );
        for bad in ["", "organizations/", "12", "organizations/12/x", "folders/12"] {
            assert!(bad.parse::<OrganizationName>().is_err(), "{bad}");
        }
    }
}
