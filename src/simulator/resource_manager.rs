//! Resource Manager: `organizations.search`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::ids;
use super::pages::{Beyond, Size};
use super::scenario::Role;
use super::server::Shared;

const API: Api = Api::ResourceManager;
const SEARCH: Endpoint = Endpoint {
    method: "google.cloud.resourcemanager.v3.Organizations.SearchOrganizations",
    api: API,
    scopes: &["cloud-platform", "cloud-platform.read-only"],
    needs: Needs::Nothing,
};
const SIZE: Size = Size { parameter: "pageSize", default: 50, maximum: 50, beyond: Beyond::Cut };

/// `GET /v3/organizations:search`: the organizations that the caller may see.
pub(super) async fn search(State(shared): State<Arc<Shared>>, call: Call) -> Result<Json<Value>, Refusal> {
    let role = shared.admit(&call, &SEARCH)?.role;
    let customer = shared.file.customer.get_ref();
    let visible = shared.file.gcp.as_ref().filter(|_| role == Role::SuperAdmin);
    let asked = call.get("query").unwrap_or_default();
    let mut found = Vec::new();
    if let Some(gcp) = visible {
        let mut organization = json!({
            "name": gcp.organization,
            "displayName": customer.primary_domain,
            "directoryCustomerId": customer.id,
            "state": "ACTIVE",
            "createTime": "2021-01-02T03:04:05Z",
            "updateTime": "2021-01-02T03:04:05Z",
        });
        organization["etag"] = ids::etag(&organization).into();
        let matches = match asked.split_once([':', '=']) {
            None => asked.is_empty(),
            Some(("directorycustomerid" | "directoryCustomerId" | "owner.directorycustomerid", id)) => {
                id == customer.id
            }
            Some(("domain", name)) => shared.is_domain(name),
            Some(_) => return Err(Refusal::invalid(API, format!("Invalid query: {asked}"))),
        };
        if matches {
            found.push(organization);
        }
    }
    let page = shared.page(&call, API, &SIZE, &found.iter().collect::<Vec<_>>())?;
    Ok(Json(page.body("organizations")))
}
