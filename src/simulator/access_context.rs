//! Access Context Manager: `organizations.gcpUserAccessBindings.list`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::pages::{Beyond, Size};
use super::server::Shared;

const API: Api = Api::AccessContextManager;
const LIST: Endpoint = Endpoint {
    method: "google.identity.accesscontextmanager.v1.AccessContextManager.ListGcpUserAccessBindings",
    api: API,
    scopes: &["cloud-platform"],
    needs: Needs::SuperAdministrator,
};
const SIZE: Size = Size { parameter: "pageSize", default: 100, maximum: 1000, beyond: Beyond::Cut };

/// `GET /v1/organizations/{id}/gcpUserAccessBindings`
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Json<Value>, Refusal> {
    let tenant = shared.admit(&call, &LIST)?.tenant;
    let gcp = shared.file.gcp.as_ref().filter(|gcp| gcp.organization == format!("organizations/{id}"));
    // Google does not tell an organization that is not there from one that one may not see.
    let readable = gcp.and(tenant.bindings.as_ref()).ok_or_else(Refusal::permission_denied)?;
    let page = shared.page(&call, API, &SIZE, &readable.iter().collect::<Vec<_>>())?;
    Ok(Json(page.body("gcpUserAccessBindings")))
}
