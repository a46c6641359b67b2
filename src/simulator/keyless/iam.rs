//! IAM Service Account Credentials API: `signJwt` and `generateAccessToken`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::errors::Refusal;
use super::super::gate::{Api, Call, Endpoint, Needs, short};
use super::super::key::CLIENT_EMAIL;
use super::super::server::{Shared, Unexpected};

const API: Api = Api::IamCredentials;
/// As Google's page on `signJwt` says.
const LONGEST_SIGNED_SECONDS: i64 = 12 * 3600;

#[derive(Deserialize)]
struct SignJwt {
    payload: String,
}

#[derive(Deserialize)]
struct GenerateAccessToken {
    scope: Vec<String>,
}

/// `POST /v1/projects/-/serviceAccounts/{email}:{method}`
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    Path((_, resource)): Path<(String, String)>,
    call: Call,
    body: Bytes,
) -> Response {
    let (account, method) = resource.rsplit_once(':').unwrap_or((&resource, ""));
    let answer = match method {
        "signJwt" => shared.sign_jwt(&call, account, &body),
        "generateAccessToken" => shared.generate_access_token(&call, account, &body),
        _ => {
            let mut response = Refusal::no_such_path(&resource).into_response();
            response.extensions_mut().insert(Unexpected);
            return response;
        }
    };
    answer.map_or_else(IntoResponse::into_response, |body| Json(body).into_response())
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| Refusal::bad_request(API, "Invalid JSON payload received, or a required field is missing."))
}

impl Shared {
    /// Whether the bearer may do this to the service account: token, API, scope, existence, permission.
    fn may(&self, call: &Call, method: &'static str, permission: &str, account: &str) -> Result<(), Refusal> {
        let token = call.token.as_deref().ok_or_else(|| Refusal::no_credentials(API))?;
        let access = self.tokens.find(token, self.clock.wall(), self.clock.now());
        let access = access.ok_or_else(|| Refusal::bad_credentials(API))?;
        if self.file.service.disabled_apis.iter().any(|disabled| disabled == API.service()) {
            return Err(Refusal::api_disabled(API, self.key.project_number()));
        }
        let scopes = &["cloud-platform", "iam"];
        if !access.scopes.iter().any(|scope| scopes.contains(&short(scope))) {
            return Err(Refusal::insufficient_scope(&Endpoint { method, api: API, scopes, needs: Needs::Nothing }));
        }
        if account != CLIENT_EMAIL {
            return Err(Refusal::not_found(API, &format!("Not found; Gaia id not found for email {account}")));
        }
        let holder = access.holder.as_deref().or(access.subject.as_deref()).unwrap_or(CLIENT_EMAIL);
        let creators = self.file.service.token_creators.as_ref();
        if creators.is_some_and(|creators| !creators.iter().any(|creator| creator == holder)) {
            return Err(Refusal::lacks_permission(permission));
        }
        Ok(())
    }

    fn sign_jwt(&self, call: &Call, account: &str, body: &[u8]) -> Result<Value, Refusal> {
        self.may(call, "google.iam.credentials.v1.IAMCredentials.SignJwt", "iam.serviceAccounts.signJwt", account)?;
        let payload = read::<SignJwt>(body)?.payload;
        let claims: Value = serde_json::from_str(&payload)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| Refusal::bad_request(API, "The JWT payload must be a serialized JSON object."))?;
        let latest = self.clock.wall().as_second() + LONGEST_SIGNED_SECONDS;
        if claims["exp"].as_i64().is_some_and(|exp| exp > latest) {
            return Err(Refusal::bad_request(API, "The exp claim must not be more than 12 hours in the future."));
        }
        let header = json!({"alg": "RS256", "kid": self.key.key_id(), "typ": "JWT"}).to_string();
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.key.sign(message.as_bytes()).map_err(|_| internal())?;
        let signed = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        Ok(json!({"keyId": self.key.key_id(), "signedJwt": signed}))
    }

    fn generate_access_token(&self, call: &Call, account: &str, body: &[u8]) -> Result<Value, Refusal> {
        let method = "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken";
        self.may(call, method, "iam.serviceAccounts.getAccessToken", account)?;
        let scopes = read::<GenerateAccessToken>(body)?.scope;
        if scopes.is_empty() {
            return Err(Refusal::bad_request(API, "Request should not have empty scope."));
        }
        let issued = self.tokens.issue_to(account, scopes, self.clock.wall());
        let (token, until) = issued.map_err(|_| internal())?;
        Ok(json!({"accessToken": token, "expireTime": until}))
    }
}

fn internal() -> Refusal {
    Refusal::ordered(Api::IamCredentials, StatusCode::INTERNAL_SERVER_ERROR, Some("backendError"))
}
