//! What can go wrong between gwsaudit and Google, told apart by what one does about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::credentials::KeylessFault;
use super::endpoint::Api;
use super::scopes::ScopeEntry;
use crate::domain::is_hidden;

/// One call that failed for good.
///
/// Holds Google's own reason and message, bounded and free of control characters, and never a token, a key, an
/// assertion or a request.
#[derive(Debug, Clone)]
pub struct ApiError(Box<Failure>);

#[derive(Debug, Clone)]
struct Failure {
    api: Api,
    call: &'static str,
    kind: ErrorKind,
    status: Option<u16>,
    reason: Option<String>,
    message: Option<String>,
    scope: Option<&'static str>,
    attempts: u32,
    cause: Option<Arc<ApiError>>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// The API is off in the service account's Cloud project. The project's owner switches it on.
    ApiNotEnabled {
        /// Such as `admin.googleapis.com`.
        service: String,
        /// Google's own link that switches it on.
        activation_url: String,
    },
    /// Domain-wide delegation does not cover the scope. A super administrator adds it in the Admin console.
    ScopeNotDelegated {
        /// The scopes that were asked for.
        scopes: Vec<String>,
    },
    /// The administrator acted for lacks the privilege, or the customer is not theirs; for Google Cloud's APIs, the
    /// IAM role.
    NotAdministrator,
    /// The account to act for does not exist in this tenant. The configuration names the wrong one, mostly.
    UnknownSubject,
    /// Too many requests.
    Quota(QuotaWindow),
    /// Google knows no such customer, or this account may not know it.
    NoSuchCustomer,
    /// The thing asked for is not there (any more).
    NotFound,
    /// Google refuses the key: deleted, disabled, of another account, or garbled.
    CredentialsRefused,
    /// The identity that a service account without a key starts from got no assertion signed.
    Keyless(KeylessFault),
    /// The assertion's times are not now: this machine's clock is wrong.
    ClockSkew,
    /// Google refuses the token, and a fresh one too.
    Unauthenticated,
    /// No connection came about: name not found, connection refused, TLS.
    Unreachable,
    /// The connection broke off before the whole answer was there.
    ConnectionLost,
    /// One attempt, and each of its repetitions, took too long.
    TimedOut,
    /// The source did not answer for so long that it was given up ([`Limits::patience`](super::Limits)).
    PatienceExhausted,
    /// The run's own time is over ([`Limits::deadline`](super::Limits)).
    DeadlineReached,
    /// Somebody ended the run ([`Limits::interrupt`](super::Limits)).
    Interrupted,
    /// The answer is larger than gwsaudit is ready to hold, packed or unpacked.
    BodyTooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// The answer is not what Google documents.
    Garbled(Garbling),
    /// The next page is one that has been read, or empty pages never end.
    PageLoop,
    /// Google's fault, after all repetitions.
    Server(u16),
    /// A redirect. Followed, it would carry the token elsewhere.
    Redirected,
    /// Refused for another reason; Google's message is all that is known.
    Refused,
}

/// How long a quota takes to fill again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaWindow {
    /// Minutes at most: asking again helps.
    PerMinute,
    /// Until the next day: it does not.
    PerDay,
}

/// In what way an answer is not what Google documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Garbling {
    /// Not JSON, or cut short, or not unpackable. A proxy's page, mostly; asking again may help.
    NotJson,
    /// JSON, but with something else in the place of a known thing. Asking again does not help.
    Shape,
}

impl ApiError {
    /// A failure of a call, such as `directory.users.list`.
    #[must_use]
    pub fn new(api: Api, call: &'static str, kind: ErrorKind) -> Self {
        Self(Box::new(Failure {
            api,
            call,
            kind,
            status: None,
            reason: None,
            message: None,
            scope: None,
            attempts: 1,
            cause: None,
        }))
    }

    /// With Google's words, or those of the network. They are made fit to be shown.
    #[must_use]
    pub fn with_message(mut self, message: &str) -> Self {
        self.0.message = Some(presentable(message, MESSAGE_LIMIT)).filter(|message| !message.is_empty());
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_reason(mut self, reason: Option<&str>) -> Self {
        self.0.reason = reason.map(|reason| presentable(reason, REASON_LIMIT)).filter(|reason| !reason.is_empty());
        self
    }

    pub(crate) fn with_scope(mut self, scope: &ScopeEntry) -> Self {
        self.0.scope = Some(scope.url);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_cause(mut self, cause: Option<Self>) -> Self {
        if let Some(cause) = cause {
            self.0.status = self.0.status.or(cause.0.status);
            self.0.attempts = self.0.attempts.max(cause.0.attempts);
            self.0.cause = Some(Arc::new(cause));
        }
        self
    }

    /// Whom the call went to.
    #[must_use]
    pub fn api(&self) -> Api {
        self.0.api
    }

    /// The call, such as `directory.users.list`; for a token, the call that it was for.
    #[must_use]
    pub fn call(&self) -> &'static str {
        self.0.call
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The HTTP status, where there was an answer. The token endpoint's is not known.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Google's reason, verbatim: `userRateLimitExceeded`, `SERVICE_DISABLED`, `invalid_grant`, …
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Google's message, or the network's.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The scope of the token that the call was made with, or that was refused.
    #[must_use]
    pub fn scope(&self) -> Option<&'static str> {
        self.0.scope
    }

    /// How often it was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What was last heard of a source that was given up.
    #[must_use]
    pub fn cause(&self) -> Option<&Self> {
        self.0.cause.as_deref()
    }

    /// Whether Google refused for want of permission, so that a person has to grant something; otherwise it failed.
    #[must_use]
    pub fn denied(&self) -> bool {
        match self.0.kind {
            ErrorKind::ApiNotEnabled { .. }
            | ErrorKind::ScopeNotDelegated { .. }
            | ErrorKind::NotAdministrator
            | ErrorKind::UnknownSubject
            | ErrorKind::CredentialsRefused
            | ErrorKind::Unauthenticated => true,
            ErrorKind::Keyless(ref fault) => fault.denied(),
            ErrorKind::Refused => self.0.status == Some(403),
            ErrorKind::Quota(_)
            | ErrorKind::NoSuchCustomer
            | ErrorKind::NotFound
            | ErrorKind::ClockSkew
            | ErrorKind::Unreachable
            | ErrorKind::ConnectionLost
            | ErrorKind::TimedOut
            | ErrorKind::PatienceExhausted
            | ErrorKind::DeadlineReached
            | ErrorKind::Interrupted
            | ErrorKind::BodyTooLarge { .. }
            | ErrorKind::Garbled(_)
            | ErrorKind::PageLoop
            | ErrorKind::Server(_)
            | ErrorKind::Redirected => false,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = &*self.0;
        match failure.api {
            Api::TokenEndpoint | Api::IamCredentials | Api::SecurityTokens | Api::MetadataServer => {
                write!(f, "{} (for {}): {}", failure.api.name(), failure.call, failure.kind)?
            }
            Api::Directory
            | Api::Reports
            | Api::Policies
            | Api::InboundSso
            | Api::Licensing
            | Api::AccessContext
            | Api::ResourceManager => {
                write!(f, "{}: {}", failure.call, failure.kind)?;
            }
        }
        match (failure.status, &failure.reason) {
            (Some(status), Some(reason)) => write!(f, " (HTTP {status}, {reason})")?,
            (Some(status), None) => write!(f, " (HTTP {status})")?,
            (None, Some(reason)) => write!(f, " ({reason})")?,
            (None, None) => {}
        }
        if failure.attempts > 1 {
            write!(f, " after {} attempts", failure.attempts)?;
        }
        if let Some(message) = &failure.message {
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiNotEnabled { service, .. } => {
                write!(f, "{service} is not enabled in the service account's project")
            }
            Self::ScopeNotDelegated { scopes } => write!(f, "scope not delegated: {}", scopes.join(" ")),
            Self::NotAdministrator => f.write_str("the account acted for may not read this"),
            Self::UnknownSubject => f.write_str("the account to act for does not exist"),
            Self::Quota(QuotaWindow::PerMinute) => f.write_str("too many requests"),
            Self::Quota(QuotaWindow::PerDay) => f.write_str("the day's quota is used up"),
            Self::NoSuchCustomer => f.write_str("no such customer"),
            Self::NotFound => f.write_str("not found"),
            Self::CredentialsRefused => f.write_str("the service account's key was refused"),
            Self::Keyless(fault) => fault.fmt(f),
            Self::ClockSkew => f.write_str("this machine's clock is wrong"),
            Self::Unauthenticated => f.write_str("the access token was refused, and a fresh one too"),
            Self::Unreachable => f.write_str("cannot be reached"),
            Self::ConnectionLost => f.write_str("the connection broke off"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::PatienceExhausted => f.write_str("given up, as it did not answer"),
            Self::DeadlineReached => f.write_str("given up, as the run's time was over"),
            Self::Interrupted => f.write_str("interrupted before it was read to the end"),
            Self::BodyTooLarge { limit } => write!(f, "the answer is larger than {limit} bytes"),
            Self::Garbled(Garbling::NotJson) => f.write_str("the answer is not JSON, or was cut short"),
            Self::Garbled(Garbling::Shape) => f.write_str("the answer does not have the documented shape"),
            Self::PageLoop => f.write_str("the pages do not end"),
            Self::Server(_) => f.write_str("Google failed"),
            Self::Redirected => f.write_str("redirected, which is not followed"),
            Self::Refused => f.write_str("refused"),
        }
    }
}

/// Enough for Google's longest useful message, that of an API that is off.
const MESSAGE_LIMIT: usize = 500;
const REASON_LIMIT: usize = 80;

/// One line, bounded, without characters that move a terminal's cursor or turn the text round, and without what
/// looks like a credential: Google sometimes repeats what it refuses.
pub(crate) fn presentable(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for word in text.split(|c: char| c.is_whitespace()).filter(|word| !word.is_empty()) {
        if !shown.is_empty() {
            shown.push(' ');
        }
        if looks_secret(word) {
            shown.push_str("[redacted]");
        } else {
            shown.extend(word.chars().map(|c| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c }));
        }
        if shown.len() > limit {
            break;
        }
    }
    if shown.len() > limit {
        let end = (0..=limit).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// Access tokens start with `ya29.`, signed assertions with the Base64 of `{"`, refresh tokens with `1//`.
fn looks_secret(word: &str) -> bool {
    word.contains("ya29.") || word.contains("eyJ") || word.contains("1//") || word.contains("-----BEGIN")
}

/// A failure on its way through the retry policy: what only the policy wants to know goes no further.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) error: ApiError,
    /// What `Retry-After` asked for.
    pub(crate) retry_after: Option<Duration>,
    /// The pause that a pace being learnt asks for.
    pub(crate) paced: Option<Duration>,
    /// The generation of the token that was used.
    pub(crate) token: Option<u64>,
}

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Self { error, retry_after: None, paced: None, token: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_made_fit_to_be_shown() {
        assert_eq!(presentable("a\u{1b}[31mb\u{202e}c\n d\u{0}", 100), "a\u{fffd}[31mb\u{fffd}c d\u{fffd}");
        assert_eq!(presentable("token ya29.a0AfH6SMB is bad", 100), "token [redacted] is bad");
        assert_eq!(presentable("assertion=eyJhbGciOi.x.y", 100), "[redacted]");
        let long = presentable(&"é".repeat(1000), 501);
        assert_eq!((long.len(), long.ends_with('…')), (503, true));
        assert_eq!(presentable(" \n ", 10), "");
    }

    #[test]
    fn an_error_is_one_line() {
        let error = ApiError::new(Api::Directory, "directory.users.list", ErrorKind::NotAdministrator)
            .with_status(403)
            .with_reason(Some("forbidden"))
            .with_message("Not Authorized to access this resource/api");
        assert_eq!(
            error.to_string(),
            "directory.users.list: the account acted for may not read this (HTTP 403, forbidden): \
             Not Authorized to access this resource/api"
        );
        assert!(error.denied());
    }
}
