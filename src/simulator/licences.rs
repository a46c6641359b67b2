//! Enterprise License Manager API: `licenseAssignments.listForProduct`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::ids;
use super::pages::{Beyond, Size};
use super::server::Shared;

/// A product and one of its SKUs: `Google-Apps/1010020020`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Licence {
    product: String,
    sku: String,
}

impl Licence {
    /// As policies' queries name it.
    pub(super) fn in_a_query(&self) -> String {
        format!("/product/{}/sku/{}", self.product, self.sku)
    }
}

impl FromStr for Licence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((product, sku)) if !product.is_empty() && !sku.is_empty() && !sku.contains('/') => {
                Ok(Self { product: product.to_owned(), sku: sku.to_owned() })
            }
            Some(_) | None => Err(format!("{text:?} is not a licence; write product and SKU, Google-Apps/1010020020")),
        }
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.product, self.sku)
    }
}

impl<'de> Deserialize<'de> for Licence {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

const API: Api = Api::Licensing;
const LIST: Endpoint = Endpoint {
    method: "licensing.licenseAssignments.listForProduct",
    api: API,
    scopes: &["apps.licensing"],
    needs: Needs::SuperAdministrator,
};
const SIZE: Size = Size { parameter: "maxResults", default: 100, maximum: 1000, beyond: Beyond::Refused };

/// `GET /apps/licensing/v1/product/{productId}/users`
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(product): Path<String>,
    call: Call,
) -> Result<Json<Value>, Refusal> {
    let tenant = shared.admit(&call, &LIST)?.tenant;
    // Unlike the Directory API this one knows no `my_customer`.
    let known = call.get("customerId").is_some_and(|key| key != "my_customer" && shared.is_customer(key));
    if !known {
        return Err(Refusal::invalid(API, "Invalid Input: customerId"));
    }
    let mut found = Vec::new();
    for account in tenant.people.accounts.iter().filter(|account| !account.deleted) {
        for licence in account.licences.iter().filter(|licence| licence.product == product) {
            let mut record = json!({
                "kind": "licensing#licenseAssignment",
                "selfLink": format!(
                    "https://licensing.googleapis.com/apps/licensing/v1/product/{product}/sku/{}/user/{}",
                    licence.sku, account.email
                ),
                "userId": account.email,
                "productId": product,
                "productName": product,
                "skuId": licence.sku,
                "skuName": licence.to_string(),
            });
            record["etags"] = ids::etag(&record).into();
            found.push(record);
        }
    }
    let page = shared.page(&call, API, &SIZE, &found.iter().collect::<Vec<_>>())?;
    Ok(Json(page.tagged_body("licensing#licenseAssignmentList", "items")))
}
