//! Enterprise License Manager API (Discovery document `licensing v1`): which licences users hold.

use serde::Deserialize;

use super::call::Call;
use super::client::Session;
use super::customer::{CustomerId, CustomerKey};
use super::endpoint::Api;
use super::pages::{List, Pages, pages};

/// `licenseAssignments.listForProduct`: one licence of one user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LicenseAssignment {
    /// `Google-Apps`, `101031`: the first part of `/product/…/sku/…` in a policy's query.
    pub product_id: String,
    /// `1010020020`: its second part.
    pub sku_id: String,
    /// The user's primary address.
    pub user_id: String,
}

/// The licences of a product that users hold. Unlike other APIs this one does not know `my_customer`.
#[must_use]
pub fn assignments(session: &Session, customer: &CustomerId, product_id: &str) -> Pages<LicenseAssignment> {
    let call = Call::new(
        Api::Licensing,
        "licensing.licenseAssignments.listForProduct",
        "/apps/licensing/v1/product/{productId}/users",
        &[product_id],
    )
    .with("customerId", customer.as_str())
    .with("maxResults", "1000")
    .about(&CustomerKey::Id(customer.clone()));
    pages(session, call, List { items: "items", id: "userId" })
}
