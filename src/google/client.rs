//! The only way to Google: one client for the APIs and one for tokens, built once, handed down.
//!
//! Read-only by construction: all that a [`Session`] sends is GET. From the outside in, a call passes
//!
//! 1. [`retry`](super::retry): tried again while that may help and the source's patience lasts,
//! 2. [`pace`](super::pace): a turn under the API's quota,
//! 3. [`patience`](super::Limits::patience): the attempt's own time, the source's, the run's,
//! 4. the scope's token,
//! 5. [`transport`](super::transport): the request, and the answer within bounds,
//! 6. [`ErrorBody`]: what a refusal means.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, DATE, LOCATION, USER_AGENT};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;
use tokio::time::{Instant, timeout};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

use super::ApiError;
use super::call::Call;
use super::credentials::{Credentials, Minter, Wire};
use super::endpoint::{Api, Endpoint};
use super::error::{ErrorKind, Fault, Garbling, QuotaWindow};
use super::error_body::{Asked, ErrorBody};
use super::interrupt::Interrupt;
use super::pace::{Pace, Pacers, Pacing};
use super::patience::Patience;
use super::retry::{self, Backoff, Persistence, Verdict, given_up, retry_after, verdict};
use super::scopes::ScopeEntry;
use super::tokens::{Signer, Tokens, authenticator};
use super::transport::{self, BodyFault, Connector, Encoding, HttpClient, innermost};
use crate::domain::Email;

/// What it takes to talk to Google.
#[derive(Debug, Clone)]
pub struct Options {
    /// The service account's key, or what has IAM sign for it.
    pub credentials: Credentials,
    /// The administrator whom the service account acts for.
    pub subject: Email,
    /// What replaces every Google host; `None` for Google itself. The URLs in a credential file are not
    /// touched by it.
    pub endpoint: Option<Endpoint>,
    /// Times, sizes and rates.
    pub limits: Limits,
    /// Who asks, such as `gwsaudit/0.1.0`. Google packs answers only for agents that say `gzip`, which is added.
    pub user_agent: String,
}

/// Times, sizes and rates.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For name, TCP and TLS together: 10 s.
    pub connect: Duration,
    /// The longest silence while an answer is due: 15 s.
    pub read_idle: Duration,
    /// One attempt, its token included: 30 s.
    pub attempt: Duration,
    /// Time without an answer, over all attempts of a source, after which it is given up: 45 s.
    pub patience: Duration,
    /// When everything ends; `None` for never.
    pub deadline: Option<Instant>,
    /// What ends everything at once, with what was read so far.
    pub interrupt: Interrupt,
    /// The largest answer in bytes, packed and unpacked: 64 MiB.
    pub body: usize,
    /// How often and when again.
    pub backoff: Backoff,
    /// Whether Google's quotas are kept.
    pub pacing: Pacing,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read_idle: Duration::from_secs(15),
            attempt: Duration::from_secs(30),
            patience: Duration::from_secs(45),
            deadline: None,
            interrupt: Interrupt::default(),
            body: 64 << 20,
            backoff: Backoff::default(),
            pacing: Pacing::Google,
        }
    }
}

/// Why there is no client. Nothing was sent.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// This machine trusts no certificate authority, so that no https can be spoken: `ca-certificates` is not
    /// installed, or `SSL_CERT_FILE` points nowhere.
    #[error("no trusted certificates were found on this machine")]
    NoCertificates(#[source] io::Error),
    /// The key cannot be made to sign.
    #[error("the service account's key cannot sign")]
    Key(#[source] io::Error),
    /// The user agent is no header text. The program's fault.
    #[error("the user agent {0:?} cannot be sent")]
    UserAgent(String),
}

/// Google, as one administrator may read it. Cheap to clone.
#[derive(Clone)]
pub struct Google {
    shared: Arc<Shared>,
}

struct Shared {
    http: HttpClient,
    tokens: Tokens,
    endpoint: Option<Endpoint>,
    limits: Limits,
    user_agent: HeaderValue,
    pacers: Pacers,
    last_date: Mutex<Option<ServerDate>>,
}

/// What Google's clock showed, and when the answer that said so arrived.
#[derive(Debug, Clone, Copy)]
pub struct ServerDate {
    /// The answer's `Date`, to the second.
    pub date: Timestamp,
    /// When it was here.
    pub received: Instant,
}

/// What a request is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    /// The answer.
    Read,
    /// The token that it takes; the API is not asked.
    Token,
    /// To see that somebody answers: without a token, and whatever the answer is.
    Knock,
}

/// How much of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// Pages of one thing.
    Glance,
}

impl std::fmt::Debug for Google {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Google").field("endpoint", &self.shared.endpoint).finish_non_exhaustive()
    }
}

impl Google {
    /// Prepares the client. Nothing is sent yet: a wrong key or subject shows at the first call.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(options: Options) -> Result<Self, ConnectError> {
        let Options { credentials, subject, endpoint, limits, user_agent } = options;
        let needs_tls = credentials.needs_tls(endpoint.as_ref()) || endpoint.as_ref().is_none_or(Endpoint::is_https);
        let connector = Connector::new(needs_tls, limits.connect).map_err(ConnectError::NoCertificates)?;
        let user_agent =
            HeaderValue::try_from(format!("{user_agent} (gzip)")).map_err(|_| ConnectError::UserAgent(user_agent))?;
        let token_http = transport::client(connector.limited(TOKEN_CONNECTION_LIMIT));
        let signer = match credentials {
            Credentials::Key(key) => {
                Signer::Key(authenticator(token_http, &key, Some(&subject)).await.map_err(ConnectError::Key)?)
            }
            Credentials::Keyless(keyless) => {
                // A key may be what another service account is impersonated with.
                let own = match keyless.key() {
                    Some(key) => Some(authenticator(token_http, key, None).await.map_err(ConnectError::Key)?),
                    None => None,
                };
                let wire = Wire::new(&connector, limits.connect, limits.read_idle, &user_agent);
                Signer::Iam(Box::new(Minter::new(*keyless, subject, endpoint.clone(), wire, own)))
            }
        };
        let tokens = Tokens::new(signer, limits.connect + limits.read_idle);
        let http = transport::client(connector);
        let pacers = Pacers::new(limits.pacing);
        let last_date = Mutex::default();
        Ok(Self { shared: Arc::new(Shared { http, tokens, endpoint, limits, user_agent, pacers, last_date }) })
    }

    /// What Google's clock showed last, by the `Date` of an answer of an API's; `None` before the first.
    #[must_use]
    pub fn server_date(&self) -> Option<ServerDate> {
        *self.shared.last_date.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_date(&self, headers: &http::HeaderMap) {
        let date = headers.get(DATE).and_then(|date| retry::read_date(date.to_str().ok()?));
        if let Some(date) = date {
            let seen = ServerDate { date, received: Instant::now() };
            *self.shared.last_date.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        }
    }

    /// The times and sizes that all calls keep to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// A source's access, with patience of its own.
    #[must_use]
    pub fn session(&self, source: &'static str, scope: &'static ScopeEntry, pace: Pace) -> Session {
        let limits = &self.shared.limits;
        let patience = Patience::new(limits.patience, limits.deadline, limits.interrupt.clone());
        self.session_with(source, scope, pace, Arc::new(patience), Extent::Whole)
    }

    fn session_with(
        &self,
        source: &'static str,
        scope: &'static ScopeEntry,
        pace: Pace,
        patience: Arc<Patience>,
        extent: Extent,
    ) -> Session {
        let google = self.clone();
        let requests = AtomicU64::new(0);
        Session { own: Arc::new(Own { google, source, scope, pace, patience, extent, requests }) }
    }
}

/// One source's access to Google. Cheap to clone; clones count and lose patience together.
#[derive(Clone)]
pub struct Session {
    own: Arc<Own>,
}

struct Own {
    google: Google,
    source: &'static str,
    scope: &'static ScopeEntry,
    pace: Pace,
    patience: Arc<Patience>,
    extent: Extent,
    requests: AtomicU64,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("source", &self.own.source).finish_non_exhaustive()
    }
}

impl Session {
    /// The source's id, such as `reports.admin`.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.own.source
    }

    /// The scope that it asks with.
    #[must_use]
    pub fn scope(&self) -> &'static ScopeEntry {
        self.own.scope
    }

    /// API requests sent so far, repetitions included; requests for tokens are not.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.own.requests.load(Ordering::Relaxed)
    }

    /// The access of a source that depends on this one. It counts its own requests, but both draw on one patience,
    /// so that a chain of sources ends as soon as a single one would.
    #[must_use]
    pub fn follow_up(&self, source: &'static str, scope: &'static ScopeEntry, pace: Pace) -> Self {
        self.own.google.session_with(source, scope, pace, Arc::clone(&self.own.patience), self.own.extent)
    }

    /// The same access for a glance: lists come in pages of one thing, of which the first tells whether they can be read
    /// at all.
    #[must_use]
    pub fn glance(&self) -> Self {
        let Own { google, source, scope, pace, patience, .. } = &*self.own;
        google.session_with(source, scope, *pace, Arc::clone(patience), Extent::Glance)
    }

    /// Asks for a token with this session's scope, and for nothing else.
    ///
    /// # Errors
    /// [`ApiError`]; it says whether the scope, the account acted for or the credentials are the trouble.
    pub async fn authorize(&self) -> Result<(), ApiError> {
        let call = Call::new(Api::TokenEndpoint, "a token", "/token", &[]);
        self.send(call, Errand::Token).await.map(|_| ())
    }

    /// Sees that the Directory API answers, without a token and whatever it says.
    ///
    /// # Errors
    /// [`ApiError`] where nobody answers, or only with failures.
    pub async fn knock(&self) -> Result<(), ApiError> {
        let template = "/admin/directory/v1/customers/{customerKey}";
        let call = Call::new(Api::Directory, "directory.customers.get", template, &["my_customer"]);
        self.send(call, Errand::Knock).await.map(|_| ())
    }

    /// Sends a GET, as often as it takes, and reads the JSON that it brings.
    pub(crate) async fn get(&self, call: Call) -> Result<Value, ApiError> {
        let call = match self.own.extent {
            Extent::Whole => call,
            Extent::Glance => call.smallest(),
        };
        self.send(call, Errand::Read).await
    }

    async fn send(&self, call: Call, errand: Errand) -> Result<Value, ApiError> {
        let policy = Persistence::new(self.own.google.shared.limits.backoff, Arc::clone(&self.own.patience));
        let attempts = ServiceBuilder::new().retry(policy).service(service_fn(|call: Call| self.attempt(call, errand)));
        attempts.oneshot(call).await.map_err(|fault| fault.error)
    }

    /// One attempt, within its time. What it loses is counted here, what the pause after it costs in the policy.
    async fn attempt(&self, call: Call, errand: Errand) -> Result<Value, Fault> {
        let Own { google, patience, .. } = &*self.own;
        if let Err(expired) = google.shared.pacers.turn(self.own.pace, self.own.source, patience).await {
            return Err(given_up(&call, patience, expired).into());
        }
        let started = Instant::now();
        let outcome = match patience.bound(started, google.shared.limits.attempt, self.exchange(&call, errand)).await {
            Ok(outcome) => outcome,
            Err(expired) => Err(given_up(&call, patience, expired).into()),
        };
        let outcome = outcome.map_err(|fault| {
            let busy = *fault.error.kind() == ErrorKind::Quota(QuotaWindow::PerMinute);
            let paced = busy.then(|| {
                let asked = fault.retry_after.map(|asked| asked.min(google.shared.limits.backoff.retry_after_cap));
                google.shared.pacers.refused(self.own.pace, started, Instant::now(), asked)
            });
            let paced = paced.flatten();
            Fault { error: fault.error.with_scope(self.own.scope).with_attempts(call.attempt), paced, ..fault }
        });
        self.log(&call, started, outcome.as_ref().err());
        if let Err(fault) = &outcome
            && (verdict(fault.error.kind()) == Verdict::Again || *fault.error.kind() == ErrorKind::PatienceExhausted)
        {
            patience.lose(started, Instant::now());
        } else if outcome.is_ok() {
            google.shared.pacers.answered(self.own.pace, started, Instant::now());
            patience.answered();
        }
        outcome
    }

    /// One line a request: never a body, a token, an address.
    fn log(&self, call: &Call, started: Instant, fault: Option<&Fault>) {
        let error = fault.map(|fault| &fault.error);
        tracing::debug!(
            method = "GET",
            endpoint = call.template,
            source = self.own.source,
            status = error.map_or(Some(200), ApiError::status),
            error = error.map(|error| tracing::field::debug(error.kind())),
            attempt = call.attempt,
            page = call.page,
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "asked Google"
        );
    }

    async fn exchange(&self, call: &Call, errand: Errand) -> Result<Value, Fault> {
        let shared = &*self.own.google.shared;
        let limits = &shared.limits;
        let bearer = match errand {
            Errand::Knock => None,
            Errand::Read | Errand::Token => {
                Some(shared.tokens.bearer(self.own.scope, call.rejected_token, call.name).await?)
            }
        };
        if errand == Errand::Token {
            return Ok(Value::Null);
        }
        let mut request = http::Request::get(call.url(shared.endpoint.as_ref()));
        if let Some(bearer) = &bearer {
            request = request.header(AUTHORIZATION, bearer.header());
        }
        let request = request
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "gzip")
            .header(USER_AGENT, shared.user_agent.clone())
            .body(String::new())
            .map_err(|_| call.failed(ErrorKind::Refused).with_message("the request cannot be written as a URL"))?;

        self.own.requests.fetch_add(1, Ordering::Relaxed);
        let answer = match timeout(limits.connect + limits.read_idle, shared.http.request(request)).await {
            Err(_) => return Err(call.failed(ErrorKind::TimedOut).into()),
            Ok(Err(error)) => {
                let kind = if error.is_connect() { ErrorKind::Unreachable } else { ErrorKind::ConnectionLost };
                return Err(call.failed(kind).with_message(&innermost(&error)).into());
            }
            Ok(Ok(answer)) => answer,
        };

        let (head, body) = answer.into_parts();
        let status = head.status;
        self.own.google.note_date(&head.headers);
        if errand == Errand::Knock && !status.is_server_error() {
            return Ok(Value::Null);
        }
        let body = async {
            let encoding = Encoding::of(&head.headers)?;
            let limit = if status.is_success() { limits.body } else { limits.body.min(ERROR_BODY_LIMIT) };
            let packed = transport::read(body, limit, limits.read_idle).await?;
            Ok((packed, encoding, limit))
        }
        .await;

        if status.is_success() {
            let outcome = match body {
                Ok((packed, encoding, limit)) => {
                    unpacked_apart(packed.len(), move || {
                        let text = transport::unpack(packed, encoding, limit)?;
                        serde_json::from_slice(&text).map_err(|error| BodyFault::Undecodable(json_fault(&error)))
                    })
                    .await
                }
                Err(fault) => Err(fault),
            };
            return outcome.map_err(|fault| unread(call, status, limits.body, fault));
        }

        // Whatever happened to the body, the status is known and decides.
        let text = match body {
            Ok((packed, encoding, limit)) => {
                unpacked_apart(packed.len(), move || transport::unpack(packed, encoding, limit))
                    .await
                    .unwrap_or_default()
            }
            Err(_) => bytes::Bytes::new(),
        };
        let said = ErrorBody::parse(&text);
        let asked = Asked { api: call.api, scope: self.own.scope.url, names_customer: call.names_customer() };
        let error =
            call.failed(said.kind(status.as_u16(), asked)).with_status(status.as_u16()).with_reason(said.reason());
        let error = match (said.message(), redirect_host(&head.headers)) {
            (Some(message), _) => match &bearer {
                Some(bearer) => error.with_message(&bearer.redact(message)),
                None => error.with_message(message),
            },
            (None, Some(host)) if status.is_redirection() => error.with_message(&format!("to {host}")),
            (None, _) => error,
        };
        Err(Fault {
            error,
            retry_after: retry_after(&head.headers),
            paced: None,
            token: bearer.map(|bearer| bearer.generation),
        })
    }
}

/// yup-oauth2 reads the token endpoint's answers whatever their size, so that its connections are bounded: enough for
/// hundreds of tokens.
const TOKEN_CONNECTION_LIMIT: usize = 1 << 20;

/// Error bodies are small; larger ones are a proxy's pages.
const ERROR_BODY_LIMIT: usize = 1 << 20;

/// Answers of so many bytes are unpacked where they arrive: going elsewhere would take longer.
const SMALL_ANSWER: usize = 16 << 10;

/// Unpacking and parsing megabytes takes a while: away from the threads that wait for the network.
async fn unpacked_apart<T: Send + 'static>(
    size: usize,
    work: impl FnOnce() -> Result<T, BodyFault> + Send + 'static,
) -> Result<T, BodyFault> {
    if size <= SMALL_ANSWER {
        return work();
    }
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(BodyFault::Undecodable("it could not be unpacked".to_owned())))
}

/// Place and class of the fault; serde's own words would quote the body.
fn json_fault(error: &serde_json::Error) -> String {
    let what = if error.is_eof() { "cut short" } else { "not JSON" };
    format!("{what} at line {}, column {}", error.line(), error.column())
}

fn unread(call: &Call, status: StatusCode, limit: usize, fault: BodyFault) -> Fault {
    match fault {
        BodyFault::TooLarge => call.failed(ErrorKind::BodyTooLarge { limit }),
        BodyFault::Stalled => call.failed(ErrorKind::TimedOut),
        BodyFault::Broken(message) => call.failed(ErrorKind::ConnectionLost).with_message(&message),
        BodyFault::Undecodable(message) => call.failed(ErrorKind::Garbled(Garbling::NotJson)).with_message(&message),
    }
    .with_status(status.as_u16())
    .into()
}

fn redirect_host(headers: &http::HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    Some(url::Url::parse(location).ok()?.host_str()?.to_owned())
}
