//! Access tokens for the administrator acted for: one a scope, cached, asked for once however many wait for it.
//!
//! yup-oauth2 signs the assertion and exchanges it. It writes assertions and tokens to the `log` facade at debug
//! level; gwsaudit has no bridge from `log` to its own logging, so that they go nowhere, and must not get one.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::time::{Instant, timeout};
use yup_oauth2::authenticator::Authenticator;
use yup_oauth2::error::SendError;
use yup_oauth2::{AccessToken, CustomHyperClientBuilder, ServiceAccountAuthenticator};

use super::auth::ServiceAccountKey;
use super::credentials::Minter;
use super::endpoint::Api;
use super::error::{ApiError, ErrorKind, Garbling};
use super::error_body::token_kind;
use super::scopes::ScopeEntry;
use super::slot::Slot;
use super::transport::{Connector, HttpClient, innermost};
use crate::domain::Email;

/// The tokens of one subject.
pub(crate) struct Tokens {
    signer: Signer,
    /// The authenticator knows no timeout of its own: `with_timeout` has no effect on a client that is given to it.
    within: Duration,
    slots: std::sync::Mutex<HashMap<&'static str, Arc<Slot<Held>>>>,
}

/// What signs the assertion that is exchanged for a token.
pub(crate) enum Signer {
    /// A key.
    Key(Authenticator<Connector>),
    /// IAM.
    Iam(Box<Minter>),
}

#[derive(Clone)]
struct Held {
    life: Life,
    bearer: Bearer,
}

/// How long a token may be used.
#[derive(Clone)]
enum Life {
    /// yup-oauth2 knows.
    OfKey(AccessToken),
    Until(Instant),
}

impl Held {
    fn lives(&self) -> bool {
        match &self.life {
            Life::OfKey(token) => !token.is_expired(),
            Life::Until(at) => *at > Instant::now(),
        }
    }
}

/// An `authorization` header, and which of a scope's successive tokens it holds.
#[derive(Clone)]
pub(crate) struct Bearer {
    header: HeaderValue,
    pub(crate) generation: u64,
}

impl Bearer {
    /// Marked sensitive: its `Debug` shows nothing, and HTTP/2 does not index it.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text without the token, should Google repeat it.
    pub(crate) fn redact(&self, text: &str) -> String {
        let header = self.header.to_str().unwrap_or_default();
        match header.strip_prefix("Bearer ") {
            Some(token) if !token.is_empty() => text.replace(token, "[redacted]"),
            _ => text.to_owned(),
        }
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer(generation {})", self.generation)
    }
}

impl Tokens {
    pub(crate) fn new(signer: Signer, within: Duration) -> Self {
        Self { signer, within, slots: std::sync::Mutex::default() }
    }

    /// A token for the scope: the one at hand, unless it is about to expire or is the one that Google rejected.
    pub(crate) async fn bearer(
        &self,
        scope: &'static ScopeEntry,
        rejected: Option<u64>,
        call: &'static str,
    ) -> Result<Bearer, ApiError> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(scope.url).or_default())
        };
        let good = |held: &Held| held.lives() && Some(held.bearer.generation) != rejected;
        let held = slot.get(good, |generation| self.exchange(scope, call, generation)).await?;
        Ok(held.bearer)
    }

    async fn exchange(
        &self,
        scope: &'static ScopeEntry,
        call: &'static str,
        generation: u64,
    ) -> Result<Held, ApiError> {
        let failed = |kind| ApiError::new(Api::TokenEndpoint, call, kind).with_scope(scope);
        let header = |text: &str| {
            let mut header = HeaderValue::try_from(format!("Bearer {text}"))
                .map_err(|_| failed(ErrorKind::Garbled(Garbling::Shape)))?;
            header.set_sensitive(true);
            Ok(Bearer { header, generation })
        };
        let authenticator = match &self.signer {
            Signer::Key(authenticator) => authenticator,
            Signer::Iam(minter) => {
                let minted = minter.mint(scope, call).await.map_err(|error| error.with_scope(scope))?;
                return Ok(Held { bearer: header(minted.token.expose())?, life: Life::Until(minted.until) });
            }
        };
        // Always forced: what is cached, and for how long, is decided above.
        let token = match timeout(self.within, authenticator.force_refreshed_token(&[scope.url])).await {
            Err(_) => return Err(failed(ErrorKind::TimedOut)),
            Ok(Err(error)) => return Err(told_apart(error, scope.url, failed)),
            Ok(Ok(token)) => token,
        };
        // Without a token in it, an answer was JSON but not OAuth's: a front end's error body reads so.
        let text = token.token().ok_or_else(|| failed(ErrorKind::Garbled(Garbling::NotJson)))?;
        Ok(Held { bearer: header(text)?, life: Life::OfKey(token) })
    }
}

/// What signs with a key, for the subject or for the service account itself. Fails where the key cannot be made to.
pub(crate) async fn authenticator(
    http: HttpClient,
    key: &ServiceAccountKey,
    subject: Option<&Email>,
) -> io::Result<Authenticator<Connector>> {
    let client = CustomHyperClientBuilder::from(http);
    let mut builder = ServiceAccountAuthenticator::with_client(key.to_yup(), client);
    if let Some(subject) = subject {
        builder = builder.subject(subject.as_str());
    }
    builder.build().await
}

/// yup-oauth2 hides the HTTP status, so that a failing front end is known by its body, which is no JSON.
pub(crate) fn told_apart(error: yup_oauth2::Error, scope: &str, failed: impl Fn(ErrorKind) -> ApiError) -> ApiError {
    match error {
        yup_oauth2::Error::AuthError(refusal) => {
            let code = refusal.error.as_str();
            let description = refusal.error_description.as_deref().unwrap_or_default();
            // A passing failure of the endpoint itself; 503 stands for it, as the real status is not known.
            let kind = token_kind(code, description, scope).unwrap_or(ErrorKind::Server(503));
            failed(kind).with_reason(Some(code)).with_message(description)
        }
        yup_oauth2::Error::HttpClientError(SendError::Timeout) => failed(ErrorKind::TimedOut),
        yup_oauth2::Error::HttpClientError(SendError::Hyper(error)) if error.is_connect() => {
            failed(ErrorKind::Unreachable).with_message(&innermost(&error))
        }
        yup_oauth2::Error::HttpClientError(SendError::Hyper(error)) => {
            failed(ErrorKind::ConnectionLost).with_message(&innermost(&error))
        }
        yup_oauth2::Error::HttpError(error) => failed(ErrorKind::ConnectionLost).with_message(&innermost(&error)),
        // The texts of the remaining ones may repeat what was answered.
        yup_oauth2::Error::JSONError(_) | yup_oauth2::Error::MissingAccessToken => {
            failed(ErrorKind::Garbled(Garbling::NotJson))
        }
        yup_oauth2::Error::LowLevelError(_)
        | yup_oauth2::Error::UserError(_)
        | yup_oauth2::Error::StorageError(_)
        | yup_oauth2::Error::CredentialSourceError(_) => failed(ErrorKind::Garbled(Garbling::Shape)),
    }
}
