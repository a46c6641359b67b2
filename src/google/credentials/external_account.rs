//! Workload Identity Federation: a workload's own token, of its own identity provider, exchanged for one of Google's.
//!
//! `external_account` files as `gcloud iam workload-identity-pools create-cred-config` writes them (AIP-4117): the token
//! is in a file or behind a URL, as plain text or in a JSON field. Left out: AWS request signing, executables, X.509.

use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue};
use serde_json::Value;
use thiserror::Error;
use url::Url;

use super::account::{NotAServiceAccount, ServiceAccountEmail};
use super::fields::{FieldFault, Fields};
use crate::domain::Secret;
use crate::google::endpoint::{InvalidEndpoint, is_loopback, secure_url, trustworthy_url};

/// An `external_account` file.
///
/// A secret where it holds headers or a client secret: its `Debug` shows neither.
#[derive(Clone)]
pub struct ExternalAccount {
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    pub(super) token_url: Url,
    pub(super) source: SubjectSource,
    pub(super) format: SubjectFormat,
    pub(super) impersonation: Option<Impersonation>,
    /// For workforce pools whose clients are registered: sent as HTTP Basic.
    pub(super) client: Option<(String, Secret)>,
    pub(super) quota_project: Option<HeaderValue>,
    pub(super) workforce_project: Option<String>,
}

/// Where the workload's token is.
#[derive(Clone)]
pub(super) enum SubjectSource {
    File(PathBuf),
    Url { url: Url, headers: Vec<(HeaderName, HeaderValue)> },
}

/// How it is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SubjectFormat {
    Text,
    Json { field: String },
}

/// `service_account_impersonation_url`: where tokens of which service account are to be had.
#[derive(Debug, Clone)]
pub(super) struct Impersonation {
    pub(super) url: Url,
    pub(super) account: ServiceAccountEmail,
}

/// Why an `external_account` or `impersonated_service_account` file cannot be used. Never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidFederation {
    /// A field is missing, or is something else.
    #[error(transparent)]
    Field(#[from] FieldFault),
    /// Nothing may be sent there.
    #[error("\"{field}\" cannot be used")]
    Url {
        /// Which field.
        field: &'static str,
        /// Why not.
        #[source]
        source: InvalidEndpoint,
    },
    /// Tokens are sent to Google alone.
    #[error("\"{field}\" points to {host}, which is not Google's; tokens are sent to hosts below googleapis.com alone")]
    ForeignHost {
        /// Which field.
        field: &'static str,
        /// Where it points.
        host: String,
    },
    /// The URL is not one that impersonates.
    #[error(
        "\"service_account_impersonation_url\" is not of the form https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken"
    )]
    ImpersonationUrl(#[source] Option<NotAServiceAccount>),
    /// A way to the workload's token that gwsaudit does not know.
    #[error("\"credential_source\" {0} is not supported; gwsaudit reads the workload's token from a file or a URL")]
    Source(&'static str),
    /// Neither text nor JSON.
    #[error("\"credential_source.format.type\" is {0:?}; text and json are known")]
    Format(String),
    /// No HTTP header.
    #[error("\"credential_source.headers\" holds what is no HTTP header")]
    Header,
}

impl ExternalAccount {
    pub(super) fn from_fields(fields: &mut Fields) -> Result<Self, InvalidFederation> {
        let mut credential_source = fields.required_object("credential_source")?;
        let source = SubjectSource::read(&mut credential_source)?;
        let format = SubjectFormat::read(&mut credential_source)?;
        let client_id = fields.optional("client_id")?;
        let client_secret = fields.optional("client_secret")?.map(Secret::new);
        Ok(Self {
            audience: fields.required("audience")?,
            subject_token_type: fields.required("subject_token_type")?,
            token_url: google_url("token_url", &fields.required("token_url")?)?,
            source,
            format,
            impersonation: Impersonation::read(fields)?,
            client: client_id.map(|id| (id, client_secret.unwrap_or_else(|| Secret::new(String::new())))),
            quota_project: quota_project(fields)?,
            workforce_project: fields.optional("workforce_pool_user_project")?,
        })
    }

    /// The file that holds the workload's token, where that is in one.
    #[must_use]
    pub fn token_file(&self) -> Option<&Path> {
        match &self.source {
            SubjectSource::File(path) => Some(path),
            SubjectSource::Url { .. } => None,
        }
    }

    /// Whether the file itself holds something that nobody else may see.
    #[must_use]
    pub fn holds_secret(&self) -> bool {
        let headers = match &self.source {
            SubjectSource::File(_) => false,
            SubjectSource::Url { headers, .. } => !headers.is_empty(),
        };
        headers || self.client.as_ref().is_some_and(|(_, secret)| !secret.expose().is_empty())
    }

    pub(super) fn needs_tls(&self) -> bool {
        let source = match &self.source {
            SubjectSource::File(_) => false,
            SubjectSource::Url { url, .. } => url.scheme() == "https",
        };
        let impersonation = self.impersonation.as_ref().is_some_and(|wanted| wanted.url.scheme() == "https");
        source || impersonation || self.token_url.scheme() == "https"
    }
}

impl std::fmt::Debug for ExternalAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalAccount")
            .field("audience", &self.audience)
            .field("token_url", &self.token_url.as_str())
            .field("impersonation", &self.impersonation)
            .finish_non_exhaustive()
    }
}

impl SubjectSource {
    fn read(source: &mut Fields) -> Result<Self, InvalidFederation> {
        for (name, words) in [
            ("environment_id", "of AWS"),
            ("executable", "of an executable"),
            ("certificate", "of an X.509 certificate"),
        ] {
            if source.get(name).is_some() {
                return Err(InvalidFederation::Source(words));
            }
        }
        if let Some(path) = source.optional("file")? {
            return Ok(Self::File(path.into()));
        }
        let Some(text) = source.optional("url")? else { return Err(InvalidFederation::Source("without file or url")) };
        let url =
            secure_url(&text).map_err(|source| InvalidFederation::Url { field: "credential_source.url", source })?;
        let mut headers = Vec::new();
        if let Some(given) = source.object("headers")? {
            for (name, value) in given.texts("headers")? {
                let value = Secret::new(value);
                let name = HeaderName::try_from(name).map_err(|_| InvalidFederation::Header)?;
                let mut value = HeaderValue::try_from(value.expose()).map_err(|_| InvalidFederation::Header)?;
                value.set_sensitive(true);
                headers.push((name, value));
            }
        }
        Ok(Self::Url { url, headers })
    }

    /// For messages: no query, which may hold a secret.
    pub(super) fn place(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Url { url, .. } => url[..url::Position::AfterPath].to_owned(),
        }
    }
}

impl SubjectFormat {
    fn read(source: &mut Fields) -> Result<Self, InvalidFederation> {
        let Some(mut format) = source.object("format")? else { return Ok(Self::Text) };
        match format.optional("type")?.as_deref() {
            None | Some("text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json { field: format.required("subject_token_field_name")? }),
            Some(other) => Err(InvalidFederation::Format(crate::google::error::presentable(other, 40))),
        }
    }

    /// The token in what was read; `None` where there is none.
    pub(super) fn token(&self, text: &str) -> Option<Secret> {
        let token = match self {
            Self::Text => Some(text.trim().to_owned()),
            Self::Json { field } => {
                let fields = Fields::read(text).ok()?;
                fields.get(field).and_then(Value::as_str).map(|token| token.trim().to_owned())
            }
        };
        token.filter(|token| !token.is_empty()).map(Secret::new)
    }
}

impl Impersonation {
    /// The field of both kinds of file that name a service account so.
    pub(super) fn read(fields: &mut Fields) -> Result<Option<Self>, InvalidFederation> {
        const FIELD: &str = "service_account_impersonation_url";
        let Some(text) = fields.optional(FIELD)? else { return Ok(None) };
        let url = google_url(FIELD, &text)?;
        let account = url.path().split_once("/serviceAccounts/").and_then(|(_, rest)| {
            let name = rest.strip_suffix(":generateAccessToken")?;
            percent_encoding::percent_decode_str(name).decode_utf8().ok()
        });
        let account = account.ok_or(InvalidFederation::ImpersonationUrl(None))?;
        let account = account.parse().map_err(|source| InvalidFederation::ImpersonationUrl(Some(source)))?;
        Ok(Some(Self { url, account }))
    }
}

/// A URL that tokens are sent to: Google's, or one of this machine.
fn google_url(field: &'static str, text: &str) -> Result<Url, InvalidFederation> {
    let url = trustworthy_url(text).map_err(|source| InvalidFederation::Url { field, source })?;
    let host = url.host_str().unwrap_or_default();
    if host.ends_with(".googleapis.com") || is_loopback(host) {
        Ok(url)
    } else {
        Err(InvalidFederation::ForeignHost { field, host: host.to_owned() })
    }
}

/// The project whose quota is used, and which must have the API on.
pub(super) fn quota_project(fields: &mut Fields) -> Result<Option<HeaderValue>, FieldFault> {
    Ok(fields.optional("quota_project_id")?.and_then(|project| HeaderValue::try_from(project).ok()))
}
