//! Requests for tokens and signatures, and their answers within bounds: the only POSTs beside canaries'.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::{Instant, timeout};

use crate::domain::Secret;
use crate::google::endpoint::Api;
use crate::google::error::{ApiError, ErrorKind, Garbling, presentable};
use crate::google::error_body::{Asked, ErrorBody};
use crate::google::transport::{self, BodyFault, Connector, Encoding, HttpClient, innermost};

/// Answers are a few kilobytes: a token, a signed assertion, a refusal.
const BODY_LIMIT: usize = 256 << 10;

/// The scope of every token that is asked for on the way: Google's page on the IAM Credentials API wants it, or `iam`.
pub(super) const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// What sends them.
pub(in crate::google) struct Wire {
    /// To Google, and to identity providers.
    http: HttpClient,
    /// To the metadata server.
    metadata: HttpClient,
    user_agent: HeaderValue,
    /// One request, until its answer begins.
    pub(super) within: Duration,
    /// The longest silence in an answer.
    idle: Duration,
}

/// A request, as errors and the log name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'r> {
    pub(super) api: Api,
    /// The call that the token is for.
    pub(super) call: &'static str,
    /// What it asks for, for the log: never an address or a token.
    pub(super) purpose: &'static str,
    pub(super) url: &'r str,
}

/// What is sent.
pub(super) enum Body<'b> {
    Nothing,
    Form(&'b [(&'b str, &'b str)]),
    Json(&'b serde_json::Value),
}

/// What came back, whatever it says.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request<'_> {
    pub(super) fn failed(&self, kind: ErrorKind) -> ApiError {
        ApiError::new(self.api, self.call, kind)
    }

    /// What a refusal in one of Google's shapes means, its words without the secrets that were sent.
    pub(super) fn refused(&self, answer: &Answer, sent: &[&Secret]) -> ApiError {
        let said = ErrorBody::parse(&answer.body);
        let asked = Asked { api: self.api, scope: CLOUD_PLATFORM, names_customer: false };
        let error = self
            .failed(said.kind(answer.status.as_u16(), asked))
            .with_status(answer.status.as_u16())
            .with_reason(said.reason());
        match said.message() {
            Some(message) => error.with_message(&without(message, sent)),
            None => error,
        }
    }

    /// An answer of status 200 that lacks what it is there for.
    pub(super) fn garbled(&self, answer: &Answer) -> ApiError {
        let json = serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok();
        self.failed(ErrorKind::Garbled(if json { Garbling::Shape } else { Garbling::NotJson }))
            .with_status(answer.status.as_u16())
    }
}

/// A text without the secrets that were sent, should somebody repeat one.
pub(super) fn without(text: &str, sent: &[&Secret]) -> String {
    sent.iter().fold(text.to_owned(), |text, secret| secret.redact(&text))
}

/// An `Authorization: Bearer` header, which `Debug` does not show.
pub(super) fn bearer(token: &Secret) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok()?;
    value.set_sensitive(true);
    Some((AUTHORIZATION, value))
}

impl Wire {
    /// To Google and identity providers by that connector, within these times.
    pub(in crate::google) fn new(
        connector: &Connector,
        connect: Duration,
        idle: Duration,
        user_agent: &HeaderValue,
    ) -> Self {
        Self {
            http: transport::client(connector.clone()),
            metadata: transport::client(Connector::to_metadata_server(connect)),
            user_agent: user_agent.clone(),
            within: connect + idle,
            idle,
        }
    }

    pub(super) async fn get(
        &self,
        request: Request<'_>,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, ApiError> {
        self.send(request, "GET", headers, Body::Nothing).await
    }

    pub(super) async fn post(
        &self,
        request: Request<'_>,
        headers: &[(HeaderName, HeaderValue)],
        body: Body<'_>,
    ) -> Result<Answer, ApiError> {
        self.send(request, "POST", headers, body).await
    }

    /// One line a request, as for the APIs: never a body, a token, an address.
    async fn send(
        &self,
        request: Request<'_>,
        method: &'static str,
        headers: &[(HeaderName, HeaderValue)],
        body: Body<'_>,
    ) -> Result<Answer, ApiError> {
        let started = Instant::now();
        let answer = self.exchange(request, headers, body).await;
        tracing::debug!(
            method,
            purpose = request.purpose,
            to = request.api.name(),
            status = match &answer {
                Ok(answer) => Some(answer.status.as_u16()),
                Err(error) => error.status(),
            },
            error = answer.as_ref().err().map(|error| tracing::field::debug(error.kind())),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "asked for a credential"
        );
        answer
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "tokens and signatures are to be had by POST alone; nothing is written by it"
    )]
    async fn exchange(
        &self,
        request: Request<'_>,
        headers: &[(HeaderName, HeaderValue)],
        body: Body<'_>,
    ) -> Result<Answer, ApiError> {
        let (builder, body) = match body {
            Body::Nothing => (http::Request::get(request.url), String::new()),
            Body::Form(pairs) => (
                http::Request::post(request.url).header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
                form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
            ),
            Body::Json(value) => {
                (http::Request::post(request.url).header(CONTENT_TYPE, "application/json"), value.to_string())
            }
        };
        let mut builder = builder.header(USER_AGENT, self.user_agent.clone());
        // An identity provider's headers may say what is wanted of it.
        if !headers.iter().any(|(name, _)| name == ACCEPT) {
            builder = builder.header(ACCEPT, "application/json");
        }
        for (name, value) in headers {
            builder = builder.header(name, value.clone());
        }
        let ready = builder
            .body(body)
            .map_err(|_| request.failed(ErrorKind::Refused).with_message("the request cannot be written"))?;
        let client = if request.api == Api::MetadataServer { &self.metadata } else { &self.http };
        let answer = match timeout(self.within, client.request(ready)).await {
            Err(_) => return Err(request.failed(ErrorKind::TimedOut)),
            Ok(Err(error)) => {
                let kind = if error.is_connect() { ErrorKind::Unreachable } else { ErrorKind::ConnectionLost };
                return Err(request.failed(kind).with_message(&innermost(&error)));
            }
            Ok(Ok(answer)) => answer,
        };
        let (head, body) = answer.into_parts();
        let failed = |kind| request.failed(kind).with_status(head.status.as_u16());
        // Followed, it would carry the token elsewhere.
        if head.status.is_redirection() {
            return Err(failed(ErrorKind::Redirected));
        }
        let body = async {
            let encoding = Encoding::of(&head.headers)?;
            transport::unpack(transport::read(body, BODY_LIMIT, self.idle).await?, encoding, BODY_LIMIT)
        };
        let body = body.await.map_err(|fault| match fault {
            BodyFault::TooLarge => failed(ErrorKind::BodyTooLarge { limit: BODY_LIMIT }),
            BodyFault::Stalled => failed(ErrorKind::TimedOut),
            BodyFault::Broken(words) => failed(ErrorKind::ConnectionLost).with_message(&presentable(&words, 200)),
            BodyFault::Undecodable(_) => failed(ErrorKind::Garbled(Garbling::NotJson)),
        })?;
        Ok(Answer { status: head.status, headers: head.headers, body })
    }
}
