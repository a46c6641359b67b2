//! Domain-wide delegation without a key: some identity has IAM sign the assertion that a key would sign.
//!
//! Google's page "Perform Google Workspace domain-wide delegation of authority" has the two steps: `signJwt` with the
//! administrator as `sub`, then the exchange at the token endpoint that a key's assertion goes through, too.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, timeout};
use yup_oauth2::authenticator::Authenticator;

use super::account::ServiceAccountEmail;
use super::external_account::{ExternalAccount, Impersonation};
use super::fault::KeylessFault;
use super::iam::{Caller, sign_jwt};
use super::metadata::MetadataServer;
use super::user::AuthorizedUser;
use super::wire::{Body, CLOUD_PLATFORM, Request, Wire};
use crate::domain::{Email, Secret};
use crate::google::auth::ServiceAccountKey;
use crate::google::endpoint::{Api, Endpoint};
use crate::google::error::{ApiError, ErrorKind, Garbling};
use crate::google::error_body::token_kind;
use crate::google::scopes::ScopeEntry;
use crate::google::slot::Slot;
use crate::google::tokens::told_apart;
use crate::google::transport::Connector;

/// A token counts as expired so long before it is: until then a request may be under way.
const MARGIN: Duration = Duration::from_secs(60);
/// How long an assertion counts: the token endpoint takes an hour at most.
const ASSERTION_SECONDS: i64 = 3600 - 5;
/// Whom an assertion is for, whatever stands in for it: Google compares the name.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";

/// Whom a keyless credential starts from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// A service account's key, which signs for another service account.
    Key(ServiceAccountKey),
    Person(AuthorizedUser),
    Workload(Box<ExternalAccount>),
    /// A service account that another identity may get tokens of.
    Impersonated {
        by: Box<Self>,
        account: Impersonation,
        delegates: Vec<String>,
    },
    Machine(MetadataServer),
}

/// A service account that signs without its key being here.
#[derive(Debug, Clone)]
pub struct Keyless {
    pub(super) source: Source,
    pub(super) signer: ServiceAccountEmail,
    /// Service accounts between the source and the signer, as IAM names them.
    pub(super) delegates: Vec<String>,
    /// The one clock: assertions carry their time.
    pub(super) now: fn() -> Timestamp,
}

/// A token of the identity that asks for signatures.
#[derive(Clone)]
pub(super) struct SourceToken {
    token: Secret,
    expires: Instant,
}

impl SourceToken {
    pub(super) fn new(token: Secret, life: Duration) -> Self {
        // No token of Google's lives for more than a day; a garbled life must not overflow the clock.
        Self { token, expires: Instant::now() + life.min(Duration::from_secs(24 * 3600)) }
    }

    fn good(&self) -> bool {
        self.expires > Instant::now() + MARGIN
    }
}

impl Source {
    pub(super) fn needs_tls(&self, endpoint: Option<&Endpoint>) -> bool {
        match self {
            Self::Key(key) => key.needs_tls(),
            Self::Person(_) => endpoint.is_none_or(Endpoint::is_https),
            Self::Workload(account) => account.needs_tls(),
            Self::Impersonated { by, account, .. } => account.url.scheme() == "https" || by.needs_tls(endpoint),
            Self::Machine(_) => false,
        }
    }

    /// The key in it, where there is one.
    pub(in crate::google) fn key(&self) -> Option<&ServiceAccountKey> {
        match self {
            Self::Key(key) => Some(key),
            Self::Impersonated { by, .. } => by.key(),
            Self::Person(_) | Self::Workload(_) | Self::Machine(_) => None,
        }
    }

    fn quota_project(&self) -> Option<&HeaderValue> {
        match self {
            Self::Person(person) => person.quota_project.as_ref(),
            Self::Workload(account) => account.quota_project.as_ref(),
            Self::Key(_) | Self::Impersonated { .. } | Self::Machine(_) => None,
        }
    }
}

impl Keyless {
    /// The service account whose delegation is used.
    #[must_use]
    pub fn signer(&self) -> &ServiceAccountEmail {
        &self.signer
    }

    pub(in crate::google) fn key(&self) -> Option<&ServiceAccountKey> {
        self.source.key()
    }

    pub(in crate::google) fn needs_tls(&self, endpoint: Option<&Endpoint>) -> bool {
        endpoint.is_none_or(Endpoint::is_https) || self.source.needs_tls(endpoint)
    }
}

/// Mints access tokens for an administrator by signatures of IAM's.
pub(in crate::google) struct Minter {
    keyless: Keyless,
    subject: Email,
    endpoint: Option<Endpoint>,
    wire: Wire,
    /// For a source that is a key.
    authenticator: Option<Authenticator<Connector>>,
    source_token: Slot<Arc<SourceToken>>,
}

/// An access token, and for how long it may be used.
pub(in crate::google) struct Minted {
    pub(in crate::google) token: Secret,
    pub(in crate::google) until: Instant,
}

#[derive(Deserialize)]
struct Exchanged {
    access_token: String,
    expires_in: u64,
}

#[derive(Default, Deserialize)]
struct Refusal {
    error: Option<serde_json::Value>,
    error_description: Option<String>,
}

impl Minter {
    pub(in crate::google) fn new(
        keyless: Keyless,
        subject: Email,
        endpoint: Option<Endpoint>,
        wire: Wire,
        authenticator: Option<Authenticator<Connector>>,
    ) -> Self {
        Self { keyless, subject, endpoint, wire, authenticator, source_token: Slot::default() }
    }

    /// A fresh access token for the scope.
    pub(in crate::google) async fn mint(
        &self,
        scope: &'static ScopeEntry,
        call: &'static str,
    ) -> Result<Minted, ApiError> {
        let assertion = self.assertion(scope, call).await?;
        self.exchange(&assertion, scope, call).await
    }

    /// The assertion, signed. A source token that IAM does not take is replaced once.
    async fn assertion(&self, scope: &'static ScopeEntry, call: &'static str) -> Result<Secret, ApiError> {
        let Keyless { source, signer, delegates, now } = &self.keyless;
        let mut refused: Option<Arc<SourceToken>> = None;
        loop {
            let good = |token: &Arc<SourceToken>| {
                token.good() && refused.as_ref().is_none_or(|refused| !Arc::ptr_eq(refused, token))
            };
            let token =
                self.source_token.get(good, |_| async { self.source_token(source, call).await.map(Arc::new) }).await?;
            let issued = now().as_second();
            let claims = json!({
                "iss": signer.as_str(),
                "sub": self.subject.as_str(),
                "scope": scope.url,
                "aud": AUDIENCE,
                "iat": issued,
                "exp": issued + ASSERTION_SECONDS,
            });
            let caller = Caller { token: &token.token, quota_project: source.quota_project() };
            let signed = sign_jwt(&self.wire, self.endpoint.as_ref(), &caller, signer, delegates, &claims, call).await;
            match signed {
                Err(error) if *error.kind() == ErrorKind::Keyless(KeylessFault::SourceRefused) && refused.is_none() => {
                    refused = Some(token);
                }
                outcome => return outcome,
            }
        }
    }

    async fn source_token(&self, source: &Source, call: &'static str) -> Result<SourceToken, ApiError> {
        let now = self.keyless.now;
        match source {
            Source::Key(_) => self.key_token(call).await,
            Source::Person(person) => person.token(&self.wire, &self.token_url(), call).await,
            Source::Machine(server) => server.token(&self.wire, call).await,
            Source::Workload(account) => {
                let federated = account.federated_token(&self.wire, call).await?;
                match &account.impersonation {
                    None => Ok(federated),
                    Some(wanted) => {
                        let quota_project = account.quota_project.as_ref();
                        let caller = Caller { token: &federated.token, quota_project };
                        wanted.token(&self.wire, &caller, &[], now(), call).await
                    }
                }
            }
            Source::Impersonated { by, account, delegates } => {
                let token = Box::pin(self.source_token(by, call)).await?;
                let caller = Caller { token: &token.token, quota_project: by.quota_project() };
                account.token(&self.wire, &caller, delegates, now(), call).await
            }
        }
    }

    /// A key's own token, for nobody else.
    async fn key_token(&self, call: &'static str) -> Result<SourceToken, ApiError> {
        let failed = |kind| ApiError::new(Api::TokenEndpoint, call, kind);
        let authenticator = self.authenticator.as_ref().expect("it is built for every source that holds a key");
        let asked = authenticator.force_refreshed_token(&[CLOUD_PLATFORM]);
        match timeout(self.wire.within, asked).await {
            Err(_) => Err(failed(ErrorKind::TimedOut)),
            Ok(Err(error)) => Err(told_apart(error, CLOUD_PLATFORM, failed)),
            Ok(Ok(token)) => {
                let text = token.token().ok_or_else(|| failed(ErrorKind::Garbled(Garbling::NotJson)))?;
                // An hour less a second, as Google says; yup-oauth2 tells the time of day only.
                Ok(SourceToken::new(Secret::new(text.to_owned()), Duration::from_secs(3599)))
            }
        }
    }

    fn token_url(&self) -> String {
        Endpoint::url(self.endpoint.as_ref(), Api::TokenEndpoint, "/token")
    }

    /// The exchange of the signed assertion, as for one that a key signed.
    async fn exchange(
        &self,
        assertion: &Secret,
        scope: &'static ScopeEntry,
        call: &'static str,
    ) -> Result<Minted, ApiError> {
        let url = self.token_url();
        let request = Request { api: Api::TokenEndpoint, call, purpose: "jwt-bearer", url: &url };
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.expose())];
        let answer = self.wire.post(request, &[], Body::Form(&form)).await?;
        if answer.status.is_success() {
            let token: Exchanged = serde_json::from_slice(&answer.body).map_err(|_| request.garbled(&answer))?;
            let SourceToken { token, expires } =
                SourceToken::new(Secret::new(token.access_token), Duration::from_secs(token.expires_in));
            return Ok(Minted { token, until: expires.checked_sub(MARGIN).unwrap_or(expires) });
        }
        let status = answer.status.as_u16();
        let said: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        match said.error.as_ref().and_then(serde_json::Value::as_str) {
            Some(code) if status < 500 && status != 429 => {
                let words = said.error_description.unwrap_or_default();
                let kind = match token_kind(code, &words, scope.url) {
                    None => ErrorKind::Server(503),
                    // There is no key that could be wrong.
                    Some(ErrorKind::CredentialsRefused) => {
                        ErrorKind::Keyless(KeylessFault::AssertionRefused { account: self.keyless.signer.to_string() })
                    }
                    Some(kind) => kind,
                };
                Err(request
                    .failed(kind)
                    .with_status(status)
                    .with_reason(Some(code))
                    .with_message(&assertion.redact(&words)))
            }
            Some(_) | None => Err(request.refused(&answer, &[assertion])),
        }
    }
}
