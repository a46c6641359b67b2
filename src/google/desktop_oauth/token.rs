//! The token endpoint and the revocation endpoint: the only places that anything but a GET goes to.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE, DATE, USER_AGENT};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use thiserror::Error;
use tokio::time::{Instant, timeout};

use super::authorization::AuthorizationRequest;
use super::client_file::DesktopClient;
use super::id_token::Identity;
use super::outcome;
use crate::domain::{Clock, Secret, TryOutcome};
use crate::google::client::ConnectError;
use crate::google::endpoint::Endpoint;
use crate::google::error::presentable;
use crate::google::retry::read_date;
use crate::google::transport::{self, BodyFault, Connector, Encoding, HttpClient, innermost};

/// For name, TCP and TLS together.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest silence while an answer is due.
const IDLE: Duration = Duration::from_secs(15);
/// A whole exchange.
const WITHIN: Duration = Duration::from_secs(30);
/// Answers are about two kilobytes.
const BODY_LIMIT: usize = 64 << 10;

/// Google's OAuth endpoints for users' tokens. Cheap to clone.
#[derive(Clone)]
pub struct TokenEndpoint {
    http: HttpClient,
    endpoint: Option<Endpoint>,
    user_agent: HeaderValue,
    within: Duration,
}

impl std::fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenEndpoint").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// What an exchange of a code brought. Nothing of it has been checked.
#[derive(Debug)]
pub struct Granted {
    /// What outlives the session, if the settings let it.
    pub refresh_token: Secret,
    /// The scopes, as Google names them.
    pub scope: String,
    /// Who granted.
    pub identity: Identity,
    /// When, and by whose clock.
    pub at: Timestamp,
    /// By whose clock.
    pub clock: Clock,
}

/// Why an exchange brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotGranted {
    /// Google refused, or could not be reached.
    #[error("Google did not exchange the code ({outcome}): {words}")]
    Refused {
        /// In what class.
        outcome: TryOutcome,
        /// In its words, fit to be shown.
        words: String,
    },
    /// The answer lacks a part without which there is no canary. The token is handed out for it to be revoked.
    #[error("Google's answer to the code holds no {part}")]
    Incomplete {
        /// Which part.
        part: &'static str,
        /// The refresh token, where that is there.
        refresh_token: Option<Secret>,
    },
}

/// One try to refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// When.
    pub at: Timestamp,
    /// By whose clock.
    pub clock: Clock,
    /// What became of it.
    pub outcome: TryOutcome,
    /// Google's words for a refusal, or the network's; fit to be shown.
    pub detail: Option<String>,
    /// Whose token it is, where the answer says so.
    pub identity: Option<Identity>,
    /// The scopes of the access token, where the answer says so.
    pub scope: Option<String>,
}

/// What became of a wish to revoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// The grant has ended.
    Revoked,
    /// It had ended before.
    Gone,
    /// Nobody knows: Google could not be reached, or said something else.
    Failed(String),
}

#[derive(Deserialize)]
struct Exchanged {
    refresh_token: Option<String>,
    scope: Option<String>,
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Refreshed {
    scope: Option<String>,
    id_token: Option<String>,
}

/// An answer, whatever it says.
struct Answer {
    status: u16,
    body: Bytes,
    at: Option<Timestamp>,
}

impl TokenEndpoint {
    /// Prepares the client. Nothing is sent yet. `within` may shorten how long one answer is waited for (30 s).
    ///
    /// # Errors
    /// [`ConnectError`] where no https can be spoken.
    pub fn new(endpoint: Option<Endpoint>, user_agent: &str, within: Duration) -> Result<Self, ConnectError> {
        let needs_tls = endpoint.as_ref().is_none_or(Endpoint::is_https);
        let connector = Connector::new(needs_tls, CONNECT).map_err(ConnectError::NoCertificates)?;
        let user_agent =
            HeaderValue::try_from(user_agent).map_err(|_| ConnectError::UserAgent(user_agent.to_owned()))?;
        Ok(Self { http: transport::client(connector), endpoint, user_agent, within: within.min(WITHIN) })
    }

    /// What replaces Google's hosts, where something does.
    #[must_use]
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoint.as_ref()
    }

    /// Exchanges the code of an authorisation. `now` is this machine's time.
    ///
    /// # Errors
    /// [`NotGranted`].
    pub async fn exchange(
        &self,
        client: &DesktopClient,
        request: &AuthorizationRequest,
        code: &Secret,
        now: Timestamp,
    ) -> Result<Granted, NotGranted> {
        let started = Instant::now();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", client.id().as_str()),
            ("client_secret", client.secret().expose()),
            ("code", code.expose()),
            ("code_verifier", request.verifier().expose()),
            ("redirect_uri", request.redirect_uri()),
        ];
        let refused = |outcome, words: &str| {
            let words = client.secret().redact(&request.verifier().redact(&code.redact(words)));
            NotGranted::Refused { outcome, words }
        };
        let answer = match self.post("/token", "authorization_code", &form).await {
            Ok(answer) => answer,
            Err(words) => return Err(refused(TryOutcome::Unreachable, &words)),
        };
        let (outcome, words) = outcome::read(answer.status, &answer.body);
        if outcome != TryOutcome::Refreshed {
            return Err(refused(outcome, &words.unwrap_or_default()));
        }
        let exchanged: Exchanged = serde_json::from_slice(&answer.body)
            .map_err(|_| NotGranted::Incomplete { part: "text in the place of a token", refresh_token: None })?;
        let refresh_token = exchanged.refresh_token.filter(|token| !token.is_empty()).map(Secret::new);
        let missing = |part| NotGranted::Incomplete { part, refresh_token: refresh_token.clone() };
        let scope = exchanged.scope.ok_or_else(|| missing("scope"))?;
        let identity = exchanged.id_token.as_deref().and_then(Identity::from_jwt).ok_or_else(|| missing("ID token"))?;
        let (at, clock) = moment(answer.at, now, started);
        let refresh_token =
            refresh_token.ok_or(NotGranted::Incomplete { part: "refresh token", refresh_token: None })?;
        Ok(Granted { refresh_token, scope, identity, at, clock })
    }

    /// Tries once to refresh. The access token that comes of it is not even read. `now` is this machine's time.
    pub async fn refresh(&self, client: &DesktopClient, refresh_token: &Secret, now: Timestamp) -> Refresh {
        let started = Instant::now();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client.id().as_str()),
            ("client_secret", client.secret().expose()),
            ("refresh_token", refresh_token.expose()),
        ];
        let redact = |words: String| client.secret().redact(&refresh_token.redact(&words));
        match self.post("/token", "refresh_token", &form).await {
            Err(words) => {
                let (at, clock) = moment(None, now, started);
                let (outcome, detail) = (TryOutcome::Unreachable, Some(redact(words)));
                Refresh { at, clock, outcome, detail, identity: None, scope: None }
            }
            Ok(answer) => {
                let (outcome, detail) = outcome::read(answer.status, &answer.body);
                let (at, clock) = moment(answer.at, now, started);
                let said = serde_json::from_slice::<Refreshed>(&answer.body).ok();
                let said = said.filter(|_| outcome == TryOutcome::Refreshed);
                let (scope, id_token) = said.map_or((None, None), |said| (said.scope, said.id_token));
                let identity = id_token.as_deref().and_then(Identity::from_jwt);
                Refresh { at, clock, outcome, detail: detail.map(redact), identity, scope }
            }
        }
    }

    /// Ends the grant that a token belongs to, and all other tokens of the same user and client with it.
    pub async fn revoke(&self, refresh_token: &Secret) -> Revocation {
        match self.post("/revoke", "revocation", &[("token", refresh_token.expose())]).await {
            Err(words) => Revocation::Failed(refresh_token.redact(&words)),
            Ok(answer) if (200..300).contains(&answer.status) => Revocation::Revoked,
            Ok(answer) => {
                let (_, words) = outcome::read(answer.status, &answer.body);
                let words = refresh_token.redact(&words.unwrap_or_default());
                // RFC 7009 wants a 200 here; Google answers 400 `invalid_token`.
                if words.starts_with("invalid_token") { Revocation::Gone } else { Revocation::Failed(words) }
            }
        }
    }

    /// One line a request, as for the APIs: never a body, a token, an address.
    async fn post(&self, path: &'static str, purpose: &'static str, form: &[(&str, &str)]) -> Result<Answer, String> {
        let started = Instant::now();
        let answer = timeout(self.within, self.send(path, form)).await;
        let answer = answer.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        tracing::debug!(
            method = "POST",
            endpoint = path,
            purpose,
            status = answer.as_ref().ok().map(|answer| answer.status),
            error = answer.as_ref().err(),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "asked Google"
        );
        answer
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "OAuth takes nothing but POST at these two endpoints; nothing of the tenant is written"
    )]
    async fn send(&self, path: &'static str, form: &[(&str, &str)]) -> Result<Answer, String> {
        let base = match &self.endpoint {
            Some(endpoint) => endpoint.to_string(),
            None => "https://oauth2.googleapis.com".to_owned(),
        };
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = http::Request::post(format!("{base}{path}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, self.user_agent.clone())
            .body(body)
            .map_err(|_| "the request cannot be written".to_owned())?;
        let answer = self.http.request(request).await.map_err(|error| presentable(&innermost(&error), 200))?;
        let (head, body) = answer.into_parts();
        if head.status.is_redirection() {
            return Err(format!("HTTP {}: redirected, which is not followed", head.status.as_u16()));
        }
        let at = head.headers.get(DATE).and_then(|date| read_date(date.to_str().ok()?));
        let encoding = Encoding::of(&head.headers).map_err(|fault| unread(&fault))?;
        let packed = transport::read(body, BODY_LIMIT, IDLE).await.map_err(|fault| unread(&fault))?;
        let body = transport::unpack(packed, encoding, BODY_LIMIT).map_err(|fault| unread(&fault))?;
        Ok(Answer { status: head.status.as_u16(), body, at })
    }
}

fn unread(fault: &BodyFault) -> String {
    match fault {
        BodyFault::TooLarge => "the answer is too large".to_owned(),
        BodyFault::Stalled => "the answer stalled".to_owned(),
        BodyFault::Broken(words) | BodyFault::Undecodable(words) => presentable(words, 200),
    }
}

/// Google's time where it told one, else this machine's at the time of the answer.
fn moment(googles: Option<Timestamp>, now: Timestamp, started: Instant) -> (Timestamp, Clock) {
    match googles {
        Some(at) => (at, Clock::Google),
        None => {
            let elapsed = SignedDuration::from_secs(i64::try_from(started.elapsed().as_secs()).unwrap_or(0));
            (now.checked_add(elapsed).unwrap_or(now), Clock::Machine)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn googles_dates_are_read() {
        let at = read_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        assert_eq!(at.to_string(), "1994-11-06T08:49:37Z");
        for bad in ["", "yesterday", "1994-11-06T08:49:37Z"] {
            assert_eq!(read_date(bad), None, "{bad}");
        }
    }
}
