//! IAM Service Account Credentials API: tokens of, and signatures by, service accounts whose keys never leave Google.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::ServiceAccountEmail;
use super::external_account::Impersonation;
use super::fault::KeylessFault;
use super::keyless::SourceToken;
use super::wire::{Answer, Body, CLOUD_PLATFORM, Request, Wire, bearer};
use crate::domain::Secret;
use crate::google::endpoint::{Api, Endpoint};
use crate::google::error::{ApiError, ErrorKind, Garbling};

/// The project whose quota is used, where that is not the caller's own.
pub(super) const USER_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");

#[derive(Deserialize)]
struct Generated {
    #[serde(rename = "accessToken")]
    access_token: String,
    #[serde(rename = "expireTime")]
    expire_time: Timestamp,
}

#[derive(Deserialize)]
struct Signed {
    #[serde(rename = "signedJwt")]
    signed_jwt: String,
}

/// Who asks IAM for something.
pub(super) struct Caller<'c> {
    pub(super) token: &'c Secret,
    pub(super) quota_project: Option<&'c HeaderValue>,
}

impl Caller<'_> {
    fn headers(&self, request: Request<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, ApiError> {
        let bearer = bearer(self.token).ok_or_else(|| request.failed(ErrorKind::Garbled(Garbling::Shape)))?;
        Ok([bearer].into_iter().chain(self.quota_project.map(|project| (USER_PROJECT, project.clone()))).collect())
    }
}

impl Impersonation {
    /// A token of the service account.
    pub(super) async fn token(
        &self,
        wire: &Wire,
        caller: &Caller<'_>,
        delegates: &[String],
        now: Timestamp,
        call: &'static str,
    ) -> Result<SourceToken, ApiError> {
        let request =
            Request { api: Api::IamCredentials, call, purpose: "generateAccessToken", url: self.url.as_str() };
        let mut body = json!({"scope": [CLOUD_PLATFORM]});
        if !delegates.is_empty() {
            body["delegates"] = delegates.into();
        }
        let answer = wire.post(request, &caller.headers(request)?, Body::Json(&body)).await?;
        if !answer.status.is_success() {
            let account = self.account.to_string();
            return Err(refused(request, &answer, caller, &self.account, KeylessFault::MayNotImpersonate { account }));
        }
        let token: Generated = serde_json::from_slice(&answer.body).map_err(|_| request.garbled(&answer))?;
        let life = Duration::try_from(token.expire_time.duration_since(now)).unwrap_or_default();
        Ok(SourceToken::new(Secret::new(token.access_token), life))
    }
}

/// Has a service account sign claims.
pub(super) async fn sign_jwt(
    wire: &Wire,
    endpoint: Option<&Endpoint>,
    caller: &Caller<'_>,
    signer: &ServiceAccountEmail,
    delegates: &[String],
    claims: &Value,
    call: &'static str,
) -> Result<Secret, ApiError> {
    let path = format!("/v1/projects/-/serviceAccounts/{signer}:signJwt");
    let url = Endpoint::url(endpoint, Api::IamCredentials, &path);
    let request = Request { api: Api::IamCredentials, call, purpose: "signJwt", url: &url };
    let mut body = json!({"payload": claims.to_string()});
    if !delegates.is_empty() {
        body["delegates"] = delegates.into();
    }
    let answer = wire.post(request, &caller.headers(request)?, Body::Json(&body)).await?;
    if !answer.status.is_success() {
        return Err(refused(
            request,
            &answer,
            caller,
            signer,
            KeylessFault::MayNotSign { account: signer.to_string() },
        ));
    }
    let signed: Signed = serde_json::from_slice(&answer.body).map_err(|_| request.garbled(&answer))?;
    Ok(Secret::new(signed.signed_jwt))
}

/// What a refusal means for one who wants a signature or a token; `forbidden` is what a plain 403 means.
fn refused(
    request: Request<'_>,
    answer: &Answer,
    caller: &Caller<'_>,
    account: &ServiceAccountEmail,
    forbidden: KeylessFault,
) -> ApiError {
    let error = request.refused(answer, &[caller.token]);
    let about_time = error.message().is_some_and(|message| {
        let message = message.to_ascii_lowercase();
        ["exp ", "\"exp\"", "'exp'", "expir", "iat"].iter().any(|word| message.contains(word))
    });
    let kind = error.kind();
    let kind = if *kind == ErrorKind::NotAdministrator {
        ErrorKind::Keyless(forbidden)
    } else if matches!(kind, ErrorKind::ScopeNotDelegated { .. }) {
        ErrorKind::Keyless(KeylessFault::NarrowScope)
    } else if *kind == ErrorKind::NotFound {
        ErrorKind::Keyless(KeylessFault::NoSuchAccount { account: account.to_string() })
    } else if *kind == ErrorKind::Unauthenticated {
        ErrorKind::Keyless(KeylessFault::SourceRefused)
    } else if *kind == ErrorKind::Refused && error.status() == Some(400) && about_time {
        ErrorKind::ClockSkew
    } else {
        return error;
    };
    error.with_kind(kind)
}
