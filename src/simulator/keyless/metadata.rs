//! The metadata server of a machine whose service account is the auditing one, or another, or none.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::super::gate::SCOPE_PREFIX;
use super::super::key::CLIENT_EMAIL;
use super::super::server::Shared;

const FLAVOR: HeaderName = HeaderName::from_static("metadata-flavor");

/// `…/service-accounts/{account}/?recursive=true`, which Google's own library asks for
pub(super) async fn account(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&headers, || match shared.attached_as(&name) {
        Some(account) => {
            let scopes = [format!("{SCOPE_PREFIX}cloud-platform")];
            axum::Json(json!({"aliases": ["default"], "email": account, "scopes": scopes})).into_response()
        }
        None => not_found(),
    })
}

/// `…/service-accounts/{account}/email`
pub(super) async fn email(State(shared): State<Arc<Shared>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(&headers, || match shared.attached_as(&name) {
        Some(account) => account.to_owned().into_response(),
        None => not_found(),
    })
}

/// `…/service-accounts/{account}/token`
pub(super) async fn token(State(shared): State<Arc<Shared>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(&headers, || {
        let Some(account) = shared.attached_as(&name) else { return not_found() };
        let scopes = vec![format!("{SCOPE_PREFIX}cloud-platform")];
        match shared.tokens.issue_to(account, scopes, shared.clock.wall()) {
            Ok((token, _)) => {
                let body = json!({"access_token": token, "expires_in": 3599, "token_type": "Bearer"});
                axum::Json(body).into_response()
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    })
}

/// `/computeMetadata/v1/universe/universe-domain`
pub(super) async fn universe(headers: HeaderMap) -> Response {
    answer(&headers, || "googleapis.com".into_response())
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "Error 404 (Not Found)").into_response()
}

/// Only requests that carry the header, and were not passed on, are answered at all.
fn answer(headers: &HeaderMap, answer: impl FnOnce() -> Response) -> Response {
    let sound = headers.get(FLAVOR).is_some_and(|value| value == "Google") && !headers.contains_key("x-forwarded-for");
    let mut response = if sound {
        answer()
    } else {
        (StatusCode::FORBIDDEN, "Missing Metadata-Flavor:Google header.").into_response()
    };
    response.headers_mut().insert(FLAVOR, HeaderValue::from_static("Google"));
    response
}

impl Shared {
    /// The attached service account by the name `default` or its own.
    fn attached_as(&self, name: &str) -> Option<&str> {
        self.attached().filter(|account| name == "default" || name == *account)
    }

    fn attached(&self) -> Option<&str> {
        match self.file.service.attached_account.as_deref() {
            None => Some(CLIENT_EMAIL),
            Some("none") => None,
            Some(account) => Some(account),
        }
    }
}
