//! The Security Token Service, and the identity provider whose tokens it exchanges.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::server::Shared;
use super::{PRINCIPAL, PROVIDER};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// `POST /v1/token`
pub(super) async fn token(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    match shared.exchange_subject_token(&form) {
        Ok(body) => Json(body).into_response(),
        Err((error, description)) => {
            let body = json!({"error": error, "error_description": description});
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}

/// `GET /simulator/subject-token`: the token as JSON, for those who show the secret in `X-Provider-Secret`.
pub(super) async fn subject_token(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let shown = headers.get("x-provider-secret").and_then(|value| value.to_str().ok());
    if shown != Some(&shared.workload.provider_secret) {
        return (StatusCode::FORBIDDEN, "not you").into_response();
    }
    Json(json!({"value": shared.workload.subject_token})).into_response()
}

impl Shared {
    fn exchange_subject_token(&self, form: &BTreeMap<String, String>) -> Result<Value, (&'static str, &'static str)> {
        let get = |name: &str| form.get(name).map_or("", String::as_str);
        if get("grant_type") != GRANT_TYPE || get("requested_token_type") != ACCESS_TOKEN {
            return Err(("invalid_request", "Invalid value for \"grant_type\" or \"requested_token_type\"."));
        }
        if get("audience") != PROVIDER {
            return Err((
                "invalid_target",
                "The target service indicated by the \"audience\" parameters is invalid. This might either be because the \
                 pool or provider is disabled or deleted or because it doesn't exist.",
            ));
        }
        if get("scope").is_empty() || !get("subject_token_type").ends_with(":jwt") {
            return Err(("invalid_request", "Invalid value for \"scope\" or \"subject_token_type\"."));
        }
        if get("subject_token").starts_with("stale") {
            return Err(("invalid_grant", "ID Token issued at 1700000000 is stale to sign-in."));
        }
        if get("subject_token") != self.workload.subject_token {
            return Err(("invalid_grant", "Unable to parse the ID Token."));
        }
        if !self.file.service.attribute_condition_holds {
            return Err(("unauthorized_client", "The given credential is rejected by the attribute condition."));
        }
        let scopes = get("scope").split_whitespace().map(str::to_owned).collect();
        let issued = self.tokens.issue_to(PRINCIPAL, scopes, self.clock.wall());
        let (token, _) = issued.map_err(|_| ("server_error", "No randomness at hand"))?;
        Ok(json!({
            "access_token": token,
            "issued_token_type": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": 3599,
        }))
    }
}
