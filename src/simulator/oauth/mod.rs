//! OAuth: consent of a user for a desktop client, and the token endpoint with its grants.
//!
//! A desktop client asks for consent with PKCE over a loopback address ([`consent`]), exchanges the code ([`exchange`]),
//! refreshes ([`refresh`]) until session control or a revocation ([`revoke`]) ends it. The service account's signed
//! assertions are beside them ([`assertion`]). Nobody is asked anything: consent is given at once, unless the scenario
//! says otherwise.

mod answer;
mod assertion;
mod behaviour;
mod client;
mod consent;
mod exchange;
mod id_token;
mod ledger;
mod operator;
mod refresh;
mod revoke;
mod scopes;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

pub(super) use self::assertion::Tokens;
pub(super) use self::behaviour::{Behaviour, check};
pub(super) use self::client::file as client_file;
pub(super) use self::consent::consent;
pub(super) use self::ledger::{Deed, Ledger};
pub(super) use self::revoke::revoke;

use self::answer::{Refused, refused};
use super::server::{Shared, Unexpected};

/// One second less than an hour, as Google says.
const LIFETIME_SECONDS: i64 = 3599;

/// The parameters of a form.
struct Form(BTreeMap<String, String>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// An empty value counts as absent.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn need(&self, name: &str) -> Result<&str, Refused> {
        self.get(name).ok_or_else(|| refused("invalid_request", format!("Missing required parameter: {name}")))
    }
}

/// `POST /token`
pub(super) async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::read(&body);
    let answer = match form.get("grant_type").unwrap_or_default() {
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => shared.exchange_assertion(&form),
        "authorization_code" => shared.exchange_code(&headers, &form),
        "refresh_token" if shared.is_operators(&form) => shared.refresh_operator(&form),
        "refresh_token" => shared.refresh(&headers, &form),
        other => Err(refused("unsupported_grant_type", format!("Invalid grant_type: {other}"))),
    };
    answer.unwrap_or_else(Refused::into_response)
}

/// A token or revocation endpoint asked with another method than POST.
pub(super) async fn post_alone() -> Response {
    let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "Only POST is allowed here");
    let mut response = refused.into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response.extensions_mut().insert(Unexpected);
    response
}
