//! Admin SDK Directory API (Discovery document `admin directory_v1`): the tenant's domains.

use serde::Deserialize;

use super::call::Call;
use super::client::Session;
use super::customer::CustomerKey;
use super::endpoint::Api;
use super::error::ApiError;
use super::pages::{List, whole};
use super::raw::Raw;

/// `domains.list`: one domain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// `example.com`
    pub domain_name: String,
    /// The one primary domain; the others are secondary ones.
    pub is_primary: Option<bool>,
    /// Whether the tenant has shown that the domain is its own. Google handles no mail of one that is not verified.
    pub verified: Option<bool>,
    /// Other names for the same users.
    #[serde(default)]
    pub domain_aliases: Vec<DomainAlias>,
}

/// Another name of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainAlias {
    /// `example.net`
    pub domain_alias_name: String,
    /// The domain that it stands for.
    pub parent_domain_name: Option<String>,
    /// As for a domain.
    pub verified: Option<bool>,
}

/// All domains, with their aliases. Google does not page this list.
///
/// # Errors
/// [`ApiError`].
pub async fn list(session: &Session, customer: &CustomerKey) -> Result<Vec<Raw<Domain>>, ApiError> {
    let call = Call::new(
        Api::Directory,
        "directory.domains.list",
        "/admin/directory/v1/customer/{customer}/domains",
        &[customer.as_str()],
    );
    whole(session, call.about(customer), List { items: "domains", id: "domainName" }).await
}
