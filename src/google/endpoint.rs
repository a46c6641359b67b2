//! Where Google is: the hosts of its APIs, and the one override that stands for all of them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::{Host, Url};

/// One of Google's APIs that gwsaudit reads, or the token endpoint beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// Admin SDK Directory API.
    Directory,
    /// Admin SDK Reports API.
    Reports,
    /// Cloud Identity Policy API.
    Policies,
    /// Cloud Identity API: inbound single sign-on.
    InboundSso,
    /// Enterprise License Manager API.
    Licensing,
    /// Access Context Manager API.
    AccessContext,
    /// Cloud Resource Manager API.
    ResourceManager,
    /// The key file's `token_uri`. It is no API: only the token exchange talks to it.
    TokenEndpoint,
    /// IAM Service Account Credentials API: signs assertions for service accounts whose keys never leave Google.
    IamCredentials,
    /// Security Token Service API: exchanges tokens of other identity providers.
    SecurityTokens,
    /// The metadata server of Compute Engine, GKE and Cloud Run.
    MetadataServer,
}

impl Api {
    /// The API's name as Google's console writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Directory | Self::Reports => "Admin SDK API",
            Self::Policies | Self::InboundSso => "Cloud Identity API",
            Self::Licensing => "Enterprise License Manager API",
            Self::AccessContext => "Access Context Manager API",
            Self::ResourceManager => "Cloud Resource Manager API",
            Self::TokenEndpoint => "Google's token endpoint",
            Self::IamCredentials => "IAM Service Account Credentials API",
            Self::SecurityTokens => "Security Token Service API",
            Self::MetadataServer => "the metadata server",
        }
    }

    /// Google's host of the API, which is also its service name in the Cloud console (Discovery documents,
    /// `rootUrl`). For the token endpoint Google's default; the key file's `token_uri` decides.
    #[must_use]
    pub fn host(self) -> &'static str {
        match self {
            Self::Directory | Self::Reports => "admin.googleapis.com",
            Self::Policies | Self::InboundSso => "cloudidentity.googleapis.com",
            Self::Licensing => "licensing.googleapis.com",
            Self::AccessContext => "accesscontextmanager.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::TokenEndpoint => "oauth2.googleapis.com",
            Self::IamCredentials => "iamcredentials.googleapis.com",
            Self::SecurityTokens => "sts.googleapis.com",
            Self::MetadataServer => METADATA_ADDRESS,
        }
    }
}

/// Where every machine of Google's finds its metadata server, and nothing else is. Asked for by number rather than by
/// name, so that nobody's DNS has a say.
pub(crate) const METADATA_ADDRESS: &str = "169.254.169.254";
/// Its name, which `GCE_METADATA_HOST` may give.
const METADATA_NAME: &str = "metadata.google.internal";

/// Whether plain http may go there for the sake of the metadata server.
///
/// It speaks nothing else. Its address is link-local: what is sent there does not leave the machine and its host, and
/// nothing secret is sent. Only the client of the metadata server allows it; no other URL may name it.
pub(crate) fn is_metadata_server(uri: &http::Uri) -> bool {
    let known = |host: &str| host == METADATA_ADDRESS || host.eq_ignore_ascii_case(METADATA_NAME);
    uri.scheme_str() == Some("http") && uri.host().is_some_and(known) && matches!(uri.port_u16(), None | Some(80))
}

/// A base URL that replaces every Google host; the paths stay as they are.
///
/// `https` to anywhere, plain `http` only to this machine. A path in it is put before the API's own path.
///
/// ```
/// use gwsaudit::google::Endpoint;
///
/// assert!("http://127.0.0.1:8080".parse::<Endpoint>().is_ok());
/// assert!("http://proxy.example.com".parse::<Endpoint>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a URL is not one that gwsaudit talks to. The operator wrote it, or it stands in the key file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidEndpoint {
    /// Not a URL at all.
    #[error("{text:?} is not a URL; write it as https://host or http://127.0.0.1:port")]
    NotAUrl {
        /// What was written.
        text: String,
    },
    /// Neither `https` nor `http`.
    #[error("{scheme}:// is not spoken here; use https, or http to this machine")]
    Scheme {
        /// The scheme that was written.
        scheme: String,
    },
    /// Plain `http` to another machine would show tokens to the network.
    #[error(
        "plain http to {host} is refused: it would send tokens in the clear; plain http is allowed to 127.0.0.0/8, [::1] and localhost only, use https"
    )]
    PlainHttp {
        /// The host that was written.
        host: String,
    },
    /// A user name or password, which are never sent. Not repeated here: it is a secret.
    #[error("a user name or password in a URL is refused")]
    UserInfo,
    /// A query or a fragment, which a base URL cannot have.
    #[error("a query (?…) or fragment (#…) in a URL is refused here")]
    QueryOrFragment,
}

/// Reads a URL that credentials may be sent to: `https`, or plain `http` to this machine; no query and no fragment.
pub(crate) fn trustworthy_url(text: &str) -> Result<Url, InvalidEndpoint> {
    let url = secure_url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(InvalidEndpoint::QueryOrFragment);
    }
    Ok(url)
}

/// The same, with or without a query.
pub(crate) fn secure_url(text: &str) -> Result<Url, InvalidEndpoint> {
    let url = Url::parse(text.trim()).map_err(|_| InvalidEndpoint::NotAUrl { text: without_user_info(text) })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidEndpoint::UserInfo);
    }
    let host = match (url.scheme(), url.host()) {
        ("http" | "https", Some(host)) => host,
        ("http" | "https", None) => return Err(InvalidEndpoint::NotAUrl { text: without_user_info(text) }),
        (scheme, _) => return Err(InvalidEndpoint::Scheme { scheme: scheme.to_owned() }),
    };
    if url.scheme() == "http" && !is_this_machine(&host) {
        return Err(InvalidEndpoint::PlainHttp { host: host.to_string() });
    }
    Ok(url)
}

/// Whether plain http may go to that host, as it stands in a URI. An IPv6 address is in brackets there.
pub(crate) fn is_loopback(host: &str) -> bool {
    Host::parse(host).is_ok_and(|host| is_this_machine(&host))
}

fn is_this_machine<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref().eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// What cannot be read as a URL may still hold a password.
fn without_user_info(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => text.to_owned(),
    }
}

impl Endpoint {
    /// The URL of a path on the API's host or, where one is given, on the endpoint that replaces it.
    pub(crate) fn url(endpoint: Option<&Self>, api: Api, path_and_query: &str) -> String {
        match endpoint {
            Some(Self(url)) => format!("{}{path_and_query}", url.as_str().trim_end_matches('/')),
            None => format!("https://{}{path_and_query}", api.host()),
        }
    }

    /// Its host, without the port.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.0.host_str()
    }

    /// Whether it is this machine: a Google of our own, not Google.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.0.host().is_some_and(|host| is_this_machine(&host))
    }

    /// Whether it needs TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        trustworthy_url(text).map(Self)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_plain_http_to_this_machine() {
        for good in [
            "https://example.com",
            "https://example.com/google/",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://LOCALHOST:80/",
        ] {
            assert!(good.parse::<Endpoint>().is_ok(), "{good}");
        }
    }

    #[test]
    fn everything_else_says_why() {
        let why = |text: &str| text.parse::<Endpoint>().expect_err(text);
        for host in ["example.com", "10.0.0.1", "localhost.example.com", "[::ffff:7f00:1]", "0.0.0.0", "128.0.0.1"] {
            assert_eq!(why(&format!("http://{host}/")), InvalidEndpoint::PlainHttp { host: host.to_owned() });
        }
        assert!(matches!(why("ftp://127.0.0.1"), InvalidEndpoint::Scheme { .. }));
        assert!(matches!(why("127.0.0.1:80"), InvalidEndpoint::NotAUrl { .. }));
        assert!(matches!(why("localhost:80"), InvalidEndpoint::Scheme { .. }));
        assert!(matches!(why(""), InvalidEndpoint::NotAUrl { .. }));
        assert_eq!(why("https://me:secret@example.com"), InvalidEndpoint::UserInfo);
        assert_eq!(why("http://127.0.0.1@evil.example"), InvalidEndpoint::UserInfo);
        assert_eq!(why("https://example.com?x=1"), InvalidEndpoint::QueryOrFragment);
        assert_eq!(why("https://example.com#x"), InvalidEndpoint::QueryOrFragment);
        assert!(!why("https//me:secret@example.com").to_string().contains("secret"));
    }

    #[test]
    fn paths_are_kept() {
        let endpoint: Endpoint = "http://127.0.0.1:8080/".parse().expect("an endpoint");
        assert_eq!(
            Endpoint::url(Some(&endpoint), Api::Policies, "/v1/policies?x=1"),
            "http://127.0.0.1:8080/v1/policies?x=1"
        );
        assert_eq!(
            Endpoint::url(None, Api::Policies, "/v1/policies"),
            "https://cloudidentity.googleapis.com/v1/policies"
        );
        assert!(endpoint.is_loopback());
        assert!(!"https://example.com".parse::<Endpoint>().is_ok_and(|endpoint| endpoint.is_loopback()));
        assert!(is_loopback("127.0.0.1") && is_loopback("[::1]") && !is_loopback("admin.googleapis.com"));
    }
}
