//! Signed assertions in, access tokens out (RFC 7523, with domain-wide delegation), and the access tokens that are out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::super::gate::short;
use super::super::key::{CLIENT_EMAIL, random_text};
use super::super::tenant::Tenant;
use super::answer::{Refused, refused};
use super::{Form, LIFETIME_SECONDS, Shared};

/// By which clock an access token expires.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expires {
    /// A service account's: the real one.
    Real(Timestamp),
    /// A user's: the scenario's.
    Simulated(Timestamp),
}

/// What an access token allows.
#[derive(Clone)]
pub(in crate::simulator) struct Access {
    /// Whom it acts for; the service account itself if nobody.
    pub(in crate::simulator) subject: Option<String>,
    pub(in crate::simulator) scopes: Vec<String>,
    /// Who holds it in Google Cloud, where that is neither the subject nor the service account itself.
    pub(in crate::simulator) holder: Option<String>,
    /// The client that a user gave it to.
    pub(super) client_id: Option<String>,
    pub(super) expires: Expires,
}

/// The access tokens that are out.
#[derive(Default)]
pub(in crate::simulator) struct Tokens {
    out: Mutex<BTreeMap<String, Access>>,
}

impl Tokens {
    /// What a token allows, unless it is unknown or has expired.
    pub(in crate::simulator) fn find(&self, token: &str, real: Timestamp, simulated: Timestamp) -> Option<Access> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let lives = |access: &&Access| match access.expires {
            Expires::Real(at) => at > real,
            Expires::Simulated(at) => at > simulated,
        };
        out.get(token).filter(lives).cloned()
    }

    /// Hands out a token of an identity in Google Cloud, good for an hour of real time.
    pub(in crate::simulator) fn issue_to(
        &self,
        holder: &str,
        scopes: Vec<String>,
        now: Timestamp,
    ) -> Result<(String, Timestamp), aws_lc_rs::error::Unspecified> {
        let until = Timestamp::from_second(now.as_second() + LIFETIME_SECONDS).unwrap_or(now);
        let holder = Some(holder.to_owned());
        let access = Access { subject: None, scopes, holder, client_id: None, expires: Expires::Real(until) };
        let token = format!("ya29.simulated-{}", random_text::<48>()?);
        self.out.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), access);
        Ok((token, until))
    }

    /// Hands out a token, which nobody can guess.
    pub(super) fn issue(&self, access: Access) -> Result<String, Refused> {
        let token = format!("ya29.simulated-{}", random::<48>()?);
        self.out.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), access);
        Ok(token)
    }

    /// Makes one token worthless.
    pub(super) fn revoke(&self, token: &str) {
        self.out.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }

    /// Makes every token worthless that a user gave to a client.
    pub(super) fn revoke_all(&self, user: &str, client_id: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.retain(|_, access| {
            access.subject.as_deref() != Some(user) || access.client_id.as_deref() != Some(client_id)
        });
    }

    /// Makes every token that is out worthless, as if its hour had passed.
    pub(in crate::simulator) fn expire_all(&self) {
        self.out.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Random text for a token.
pub(super) fn random<const BYTES: usize>() -> Result<String, Refused> {
    random_text::<BYTES>().map_err(|_| refused("internal_failure", "No randomness at hand"))
}

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

fn part(text: &str) -> Option<Vec<u8>> {
    // Clients differ: RFC 7515 wants no padding, yup-oauth2 sends it.
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&URL_SAFE, lenient).decode(text).ok()
}

fn object<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&part(text)?).ok()
}

impl Shared {
    /// `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer`
    pub(super) fn exchange_assertion(&self, form: &Form) -> Result<Response, Refused> {
        let claims = self.verify(form.need("assertion")?)?;
        let subject = subject(&self.tenant(), &claims)?;
        let scopes = self.scopes(&claims, subject.is_some())?;

        let now = self.clock.wall();
        let expires = Timestamp::from_second(now.as_second() + LIFETIME_SECONDS).unwrap_or(now);
        let access = Access { subject, scopes, holder: None, client_id: None, expires: Expires::Real(expires) };
        let token = self.tokens.issue(access)?;
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

    fn scopes(&self, claims: &Claims, delegated: bool) -> Result<Vec<String>, Refused> {
        let scopes: Vec<_> =
            claims.scope.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() {
            return Err(refused("invalid_scope", "Empty or missing scope not allowed."));
        }
        let allowed = |scope: &String| {
            self.file.service.delegated_scopes.iter().any(|known| known == short(scope) || known == scope)
        };
        // All or nothing: one scope that is not delegated spoils the whole request.
        if delegated && !scopes.iter().all(allowed) {
            return Err(Refused::new(
                StatusCode::UNAUTHORIZED,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of \
                 the scopes requested.",
            ));
        }
        Ok(scopes)
    }
}

/// Any active account may be acted for; whether it is an administrator is the APIs' question, as at Google.
fn subject(tenant: &Tenant, claims: &Claims) -> Result<Option<String>, Refused> {
    let Some(subject) = claims.sub.as_deref().filter(|subject| *subject != CLIENT_EMAIL) else { return Ok(None) };
    match tenant.people.account(subject).filter(|account| account.active) {
        Some(account) => Ok(Some(account.email.clone())),
        None => Err(refused("invalid_grant", "Invalid email or User ID")),
    }
}
