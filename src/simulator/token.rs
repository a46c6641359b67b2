//! `POST /token`: signed assertions in, access tokens out (RFC 7523, with domain-wide delegation).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::gate::SCOPE_PREFIX;
use super::key::{CLIENT_EMAIL, random_text};
use super::server::Shared;

/// What an access token allows.
#[derive(Clone)]
pub(super) struct Access {
    /// Whom it acts for; the service account itself if nobody.
    pub(super) subject: Option<String>,
    pub(super) scopes: Vec<String>,
    expires: Timestamp,
}

/// The access tokens that are out.
#[derive(Default)]
pub(super) struct Tokens {
    out: Mutex<BTreeMap<String, Access>>,
}

impl Tokens {
    /// What a token allows, unless it is unknown or has expired.
    pub(super) fn find(&self, token: &str, now: Timestamp) -> Option<Access> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.get(token).filter(|access| access.expires > now).cloned()
    }

    /// Makes every token that is out worthless, as if its hour had passed.
    pub(super) fn expire_all(&self) {
        self.out.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// One second less than an hour, as Google says.
const LIFETIME_SECONDS: i64 = 3599;
const LONGEST_ASSERTION_SECONDS: i64 = 3600;
/// The audience that Google's Python client signs for whatever the key file's `token_uri` says
/// (`google.oauth2.service_account`, constant `_GOOGLE_OAUTH2_TOKEN_ENDPOINT`).
const GOOGLES_OWN: &str = "https://oauth2.googleapis.com/token";
/// How far the caller's clock may be ahead.
const SKEW_SECONDS: i64 = 300;

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<String>,
    scope: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
}

/// A refusal of the token endpoint, whose shape is OAuth's rather than the APIs'.
struct Refused {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({"error": self.error, "error_description": self.description});
        (self.status, Json(body)).into_response()
    }
}

fn refused(error: &'static str, description: impl Into<String>) -> Refused {
    Refused { status: StatusCode::BAD_REQUEST, error, description: description.into() }
}

fn part(text: &str) -> Option<Vec<u8>> {
    // Clients differ: RFC 7515 wants no padding, yup-oauth2 sends it.
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&URL_SAFE, lenient).decode(text).ok()
}

fn object<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&part(text)?).ok()
}

/// `POST /token`
pub(super) async fn exchange(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    match shared.exchange(&body) {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    }
}

impl Shared {
    fn exchange(&self, body: &[u8]) -> Result<Response, Refused> {
        let form: BTreeMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
        let grant_type = form.get("grant_type").map(String::as_str).unwrap_or_default();
        if grant_type != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
            return Err(refused("unsupported_grant_type", format!("Invalid grant_type: {grant_type}")));
        }
        let assertion = form.get("assertion").filter(|text| !text.is_empty());
        let assertion = assertion.ok_or_else(|| refused("invalid_request", "Missing required parameter: assertion"))?;
        let claims = self.verify(assertion)?;
        let subject = self.subject(&claims)?;
        let scopes = self.scopes(&claims, subject.is_some())?;

        let now = self.clock.wall();
        let expires = now.as_second() + LIFETIME_SECONDS;
        let access = Access { subject, scopes, expires: Timestamp::from_second(expires).unwrap_or(now) };
        let random = random_text::<48>().map_err(|_| refused("internal_failure", "No randomness at hand"))?;
        let token = format!("ya29.simulated-{random}");
        self.tokens.out.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), access);
        let body = json!({"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"});
        Ok(Json(body).into_response())
    }

    /// Signature first, then issuer, audience and times.
    fn verify(&self, assertion: &str) -> Result<Claims, Refused> {
        let malformed = || refused("invalid_grant", "Invalid JWT: Not a signed assertion in three parts.");
        let (message, signature) = assertion.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = message.split_once('.').ok_or_else(malformed)?;
        let header: Header = object(header).ok_or_else(malformed)?;
        let claims: Claims = object(claims).ok_or_else(malformed)?;
        if claims.iss.as_deref() != Some(CLIENT_EMAIL) {
            return Err(refused("invalid_grant", "Invalid grant: account not found"));
        }
        let known = header.kid.as_deref().is_none_or(|kid| kid == self.key.key_id());
        let signature = part(signature).ok_or_else(malformed)?;
        if header.alg != "RS256" || !known || !self.key.signed(message.as_bytes(), &signature) {
            return Err(refused("invalid_grant", "Invalid JWT Signature."));
        }
        let audience = format!("{}/token", self.base_url);
        if !claims.aud.as_deref().is_some_and(|aud| aud == audience || aud == GOOGLES_OWN) {
            return Err(refused(
                "invalid_grant",
                format!("Invalid JWT: Failed audience check. The right audience is {audience}"),
            ));
        }
        let now = self.clock.wall().as_second();
        let timely = claims.iat.zip(claims.exp).is_some_and(|(iat, exp)| {
            let life = exp.saturating_sub(iat);
            iat <= now.saturating_add(SKEW_SECONDS) && exp > now && (1..=LONGEST_ASSERTION_SECONDS).contains(&life)
        });
        if !timely {
            return Err(refused(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                 iat and exp values in the JWT claim.",
            ));
        }
        Ok(claims)
    }

    /// Any active account may be acted for; whether it is an administrator is the APIs' question, as at Google.
    fn subject(&self, claims: &Claims) -> Result<Option<String>, Refused> {
        let Some(subject) = claims.sub.as_deref().filter(|subject| *subject != CLIENT_EMAIL) else { return Ok(None) };
        match self.tenant.people.account(subject).filter(|account| account.active) {
            Some(account) => Ok(Some(account.email.clone())),
            None => Err(refused("invalid_grant", "Invalid email or User ID")),
        }
    }

    fn scopes(&self, claims: &Claims, delegated: bool) -> Result<Vec<String>, Refused> {
        let scopes: Vec<_> =
            claims.scope.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() {
            return Err(refused("invalid_scope", "Empty or missing scope not allowed."));
        }
        let allowed = |scope: &String| {
            let short = scope.strip_prefix(SCOPE_PREFIX).unwrap_or(scope);
            self.file.service.delegated_scopes.iter().any(|known| known == short || known == scope)
        };
        // All or nothing: one scope that is not delegated spoils the whole request.
        if delegated && !scopes.iter().all(allowed) {
            return Err(Refused {
                status: StatusCode::UNAUTHORIZED,
                error: "unauthorized_client",
                description: "Client is unauthorized to retrieve access tokens using this method, or client not \
                              authorized for any of the scopes requested."
                    .to_owned(),
            });
        }
        Ok(scopes)
    }
}
