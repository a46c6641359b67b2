//! The metadata server of Compute Engine, GKE and Cloud Run: which service account a machine has, and tokens of it.

use std::str::FromStr;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};
use serde::Deserialize;
use thiserror::Error;
use tokio::time::timeout;

use super::UNIVERSE;
use super::fault::KeylessFault;
use super::keyless::SourceToken;
use super::wire::{Answer, Request, Wire};
use crate::domain::Secret;
use crate::google::endpoint::{Api, InvalidEndpoint, METADATA_ADDRESS, is_loopback, is_metadata_server};
use crate::google::error::{ApiError, ErrorKind, presentable};
use crate::google::transport::Connector;

/// How long a machine is asked whether it is one of Google's.
const PROBE: Duration = Duration::from_secs(1);

/// Every request carries it and every answer, so that neither side is taken in by something else.
const FLAVOR: HeaderName = HeaderName::from_static("metadata-flavor");
const GOOGLE: HeaderValue = HeaderValue::from_static("Google");

/// Where the metadata server is: `host` or `host:port`, as in `GCE_METADATA_HOST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataServer {
    authority: String,
}

/// Not a place where a metadata server may be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidMetadataHost {
    /// No host, or more than one.
    #[error("{0:?} is not a host; write it as 169.254.169.254 or 127.0.0.1:8080")]
    NotAHost(String),
    /// The metadata server speaks plain http, which is spoken to no other machine.
    #[error(transparent)]
    Elsewhere(InvalidEndpoint),
}

impl Default for MetadataServer {
    fn default() -> Self {
        Self { authority: METADATA_ADDRESS.to_owned() }
    }
}

impl FromStr for MetadataServer {
    type Err = InvalidMetadataHost;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let authority = text.trim();
        let refused = || InvalidMetadataHost::NotAHost(presentable(text, 100));
        let uri: Uri = format!("http://{authority}/").parse().map_err(|_| refused())?;
        let host =
            uri.host().filter(|_| uri.path() == "/" && !authority.contains(['/', '@', '?'])).ok_or_else(refused)?;
        if is_metadata_server(&uri) || is_loopback(host) {
            return Ok(Self { authority: authority.to_owned() });
        }
        Err(InvalidMetadataHost::Elsewhere(InvalidEndpoint::PlainHttp { host: host.to_owned() }))
    }
}

/// What a machine says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attached {
    /// The address of the service account that is attached to it. On GKE it may be a workload's own identity
    /// (`project.svc.id.goog`), which is no service account.
    Identity(String),
    /// It is one of Google's, and has none.
    Nobody,
    /// Nothing that answers is a metadata server.
    NotHere,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: u64,
}

impl MetadataServer {
    /// Asks this machine, for a second at most, whether it is one of Google's.
    pub async fn probe(&self) -> Attached {
        let connector = Connector::to_metadata_server(PROBE);
        let wire = Wire::new(&connector, PROBE, PROBE, &HeaderValue::from_static("gwsaudit"));
        let url = self.url("email");
        let asked = self.ask(&wire, &url, "probe", "which service account this machine has");
        match timeout(PROBE, asked).await {
            Ok(Ok(answer)) => match std::str::from_utf8(&answer.body).map(str::trim) {
                Ok(email) if answer.status.is_success() && !email.is_empty() => {
                    Attached::Identity(presentable(email, 200))
                }
                Ok(_) | Err(_) => Attached::Nobody,
            },
            Ok(Err(_)) | Err(_) => Attached::NotHere,
        }
    }

    /// A token of the attached service account. Its scopes are the machine's.
    pub(super) async fn token(&self, wire: &Wire, call: &'static str) -> Result<SourceToken, ApiError> {
        let universe = format!("http://{}/computeMetadata/v1/universe/universe-domain", self.authority);
        let answer = self.ask(wire, &universe, call, "universe").await?;
        let found = std::str::from_utf8(&answer.body).unwrap_or_default().trim();
        // Older servers do not know the question.
        if answer.status.is_success() && !found.is_empty() && found != UNIVERSE {
            let fault = KeylessFault::ForeignUniverse { found: presentable(found, 100) };
            return Err(ApiError::new(Api::MetadataServer, call, ErrorKind::Keyless(fault)));
        }
        let url = self.url("token");
        let request = self.request(&url, call, "token of the attached service account");
        let answer = self.ask(wire, &url, call, request.purpose).await?;
        match answer.status.as_u16() {
            200 => {}
            404 => return Err(request.failed(ErrorKind::Keyless(KeylessFault::NoneAttached)).with_status(404)),
            status @ 500.. => return Err(request.failed(ErrorKind::Server(status)).with_status(status)),
            status => return Err(request.failed(ErrorKind::Refused).with_status(status)),
        }
        let token: Token = serde_json::from_slice(&answer.body).map_err(|_| request.garbled(&answer))?;
        Ok(SourceToken::new(Secret::new(token.access_token), Duration::from_secs(token.expires_in)))
    }

    async fn ask(&self, wire: &Wire, url: &str, call: &'static str, purpose: &'static str) -> Result<Answer, ApiError> {
        let request = self.request(url, call, purpose);
        let answer = wire.get(request, &[(FLAVOR, GOOGLE)]).await?;
        if answer.headers.get(FLAVOR) == Some(&GOOGLE) {
            return Ok(answer);
        }
        Err(request.failed(ErrorKind::Keyless(KeylessFault::NoMetadataServer)).with_status(answer.status.as_u16()))
    }

    fn request<'r>(&self, url: &'r str, call: &'static str, purpose: &'static str) -> Request<'r> {
        Request { api: Api::MetadataServer, call, purpose, url }
    }

    fn url(&self, what: &str) -> String {
        format!("http://{}/computeMetadata/v1/instance/service-accounts/default/{what}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metadata_server_is_googles_or_on_this_machine() {
        for good in ["169.254.169.254", "metadata.google.internal", "127.0.0.1:8080", "localhost:1", "[::1]:80"] {
            assert!(good.parse::<MetadataServer>().is_ok(), "{good}");
        }
        for bad in ["metadata.example.com", "10.0.0.1", "169.254.169.254:8080", "169.254.169.253"] {
            assert!(matches!(bad.parse::<MetadataServer>(), Err(InvalidMetadataHost::Elsewhere(_))), "{bad}");
        }
        for bad in ["", "http://127.0.0.1", "127.0.0.1/x", "me@127.0.0.1", "127.0.0.1?x", "a b"] {
            assert!(matches!(bad.parse::<MetadataServer>(), Err(InvalidMetadataHost::NotAHost(_))), "{bad}");
        }
    }
}
