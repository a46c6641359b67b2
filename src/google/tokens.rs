//! Access tokens for the administrator acted for: one a scope, cached, asked for once however many wait for it.
//!
//! yup-oauth2 signs the assertion and exchanges it. It writes assertions and tokens to the `log` facade at debug
//! level; gwsaudit has no bridge from `log` to its own logging, so that they go nowhere, and must not get one.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::timeout;
use yup_oauth2::authenticator::Authenticator;
use yup_oauth2::error::SendError;
use yup_oauth2::{AccessToken, CustomHyperClientBuilder, ServiceAccountAuthenticator};

use super::auth::ServiceAccountKey;
use super::endpoint::Api;
use super::error::{ApiError, ErrorKind, Garbling};
use super::error_body::token_kind;
use super::scopes::ScopeEntry;
use super::transport::{Connector, HttpClient, innermost};
use crate::domain::Email;

/// The tokens of one subject.
pub(crate) struct Tokens {
    authenticator: Authenticator<Connector>,
    /// The authenticator knows no timeout of its own: `with_timeout` has no effect on a client that is given to it.
    within: Duration,
    slots: std::sync::Mutex<HashMap<&'static str, Arc<Slot>>>,
}

/// One scope's token.
#[derive(Default)]
struct Slot {
    /// How many exchanges have ended, however they ended.
    ended: AtomicU64,
    last: Mutex<Option<Result<Held, ApiError>>>,
}

#[derive(Clone)]
struct Held {
    token: AccessToken,
    bearer: Bearer,
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
    /// Fails where the key cannot be made to sign.
    pub(crate) async fn new(
        http: HttpClient,
        key: &ServiceAccountKey,
        subject: &Email,
        within: Duration,
    ) -> io::Result<Self> {
        let client = CustomHyperClientBuilder::from(http);
        let authenticator =
            ServiceAccountAuthenticator::with_client(key.to_yup(), client).subject(subject.as_str()).build().await?;
        Ok(Self { authenticator, within, slots: std::sync::Mutex::default() })
    }

    /// A token for the scope: the one at hand, unless it is about to expire or is the one that Google rejected.
    ///
    /// Whoever comes while an exchange is under way gets its outcome, be it a failure.
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
        let ended_before = slot.ended.load(Ordering::Acquire);
        let mut last = slot.last.lock().await;
        let ended = slot.ended.load(Ordering::Acquire);
        match last.as_ref() {
            Some(Ok(held)) if !held.token.is_expired() && Some(held.bearer.generation) != rejected => {
                return Ok(held.bearer.clone());
            }
            Some(Ok(held)) if ended > ended_before => return Ok(held.bearer.clone()),
            Some(Err(error)) if ended > ended_before => return Err(error.clone()),
            Some(_) | None => {}
        }
        let outcome = self.exchange(scope, call, ended + 1).await;
        let bearer = outcome.as_ref().map(|held| held.bearer.clone()).map_err(ApiError::clone);
        *last = Some(outcome);
        slot.ended.store(ended + 1, Ordering::Release);
        bearer
    }

    async fn exchange(
        &self,
        scope: &'static ScopeEntry,
        call: &'static str,
        generation: u64,
    ) -> Result<Held, ApiError> {
        let failed = |kind| ApiError::new(Api::TokenEndpoint, call, kind).with_scope(scope);
        // Always forced: what is cached, and for how long, is decided above.
        let token = match timeout(self.within, self.authenticator.force_refreshed_token(&[scope.url])).await {
            Err(_) => return Err(failed(ErrorKind::TimedOut)),
            Ok(Err(error)) => return Err(told_apart(error, scope, failed)),
            Ok(Ok(token)) => token,
        };
        // Without a token in it, an answer was JSON but not OAuth's: a front end's error body reads so.
        let text = token.token().ok_or_else(|| failed(ErrorKind::Garbled(Garbling::NotJson)))?;
        let mut header =
            HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| failed(ErrorKind::Garbled(Garbling::Shape)))?;
        header.set_sensitive(true);
        Ok(Held { bearer: Bearer { header, generation }, token })
    }
}

/// yup-oauth2 hides the HTTP status, so that a failing front end is known by its body, which is no JSON.
fn told_apart(error: yup_oauth2::Error, scope: &ScopeEntry, failed: impl Fn(ErrorKind) -> ApiError) -> ApiError {
    match error {
        yup_oauth2::Error::AuthError(refusal) => {
            let code = refusal.error.as_str();
            let description = refusal.error_description.as_deref().unwrap_or_default();
            // A passing failure of the endpoint itself; 503 stands for it, as the real status is not known.
            let kind = token_kind(code, description, scope.url).unwrap_or(ErrorKind::Server(503));
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
