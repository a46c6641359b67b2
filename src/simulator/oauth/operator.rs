//! The operator's own sign-in with gcloud: a refresh token that the simulator made up at its start.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::answer::{Refused, refused};
use super::{Form, LIFETIME_SECONDS, Shared};
use crate::simulator::gate::SCOPE_PREFIX;

impl Shared {
    /// Whether a refresh is that of the operator's client.
    pub(super) fn is_operators(&self, form: &Form) -> bool {
        form.get("client_id") == Some(&self.workload.client_id)
    }

    /// A token of the operator, who is the auditing administrator as a person.
    pub(super) fn refresh_operator(&self, form: &Form) -> Result<Response, Refused> {
        if form.need("client_secret")? != self.workload.client_secret {
            return Err(Refused::new(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "The provided client secret is invalid.",
            ));
        }
        if form.need("refresh_token")? != self.workload.refresh_token {
            return Err(Refused::expired_or_revoked());
        }
        let scopes = vec![format!("{SCOPE_PREFIX}cloud-platform")];
        let issued = self.tokens.issue_to(&self.tenant().auditor, scopes.clone(), self.clock.wall());
        let (token, _) = issued.map_err(|_| refused("internal_failure", "No randomness at hand"))?;
        let body = json!({
            "access_token": token,
            "expires_in": LIFETIME_SECONDS,
            "scope": scopes.join(" "),
            "token_type": "Bearer",
        });
        Ok(Json(body).into_response())
    }
}
