//! Credentials other than a key: a federated workload, a person's sign-in, the metadata server, and IAM that signs.

mod files;
mod iam;
mod metadata;
mod sts;

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::Router;
use axum::routing::{get, post};

use super::key::random_text;
use super::server::Shared;

/// The secrets of those who come without a key, made at each start. No `Debug`: they are secrets, if simulated ones.
pub(super) struct Workload {
    /// What the workload's identity provider says of it.
    pub(super) subject_token: String,
    /// What the identity provider's URL wants to be shown.
    pub(super) provider_secret: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) refresh_token: String,
}

impl Workload {
    pub(super) fn new() -> Result<Self, Unspecified> {
        Ok(Self {
            subject_token: format!("simulated-subject-{}", random_text::<32>()?),
            provider_secret: format!("simulated-provider-{}", random_text::<32>()?),
            client_id: "999000111222-gcloud.apps.googleusercontent.com".to_owned(),
            client_secret: format!("GOCSPX-{}", random_text::<20>()?),
            refresh_token: format!("1//0simulated-{}", random_text::<48>()?),
        })
    }
}

/// Who the workload is to `[service] token_creators`.
const PRINCIPAL: &str = "principal";

/// The pool's provider, as an `audience`.
const PROVIDER: &str =
    "//iam.googleapis.com/projects/999000111222/locations/global/workloadIdentityPools/simulated/providers/simulated";

/// The endpoints.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/projects/{project}/serviceAccounts/{call}", post(iam::call))
        .route("/v1/token", post(sts::token))
        .route("/simulator/subject-token", get(sts::subject_token))
        .route("/computeMetadata/v1/instance/service-accounts/{account}/", get(metadata::account))
        .route("/computeMetadata/v1/instance/service-accounts/{account}/email", get(metadata::email))
        .route("/computeMetadata/v1/instance/service-accounts/{account}/token", get(metadata::token))
        .route("/computeMetadata/v1/universe/universe-domain", get(metadata::universe))
}
