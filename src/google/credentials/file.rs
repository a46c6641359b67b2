//! Which kind of credential file one is (AIP-4110), and what can be done with it.

use serde_json::Value;
use thiserror::Error;

use super::account::ServiceAccountEmail;
use super::external_account::{ExternalAccount, Impersonation, InvalidFederation};
use super::fields::{FieldFault, Fields, NoFields};
use super::user::AuthorizedUser;
use super::{UNIVERSE, foreign_universe};
use crate::google::auth::{InvalidKey, ServiceAccountKey};
use crate::google::error::presentable;

/// A file of Application Default Credentials.
#[derive(Debug, Clone)]
pub enum CredentialFile {
    /// `service_account`: a key.
    Key(ServiceAccountKey),
    /// `external_account`: Workload Identity Federation.
    ExternalAccount(Box<ExternalAccount>),
    /// `authorized_user`: a person's own sign-in.
    AuthorizedUser(AuthorizedUser),
    /// `impersonated_service_account`: a service account that another identity may get tokens of.
    Impersonated(ImpersonatedAccount),
}

/// An `impersonated_service_account` file.
#[derive(Debug, Clone)]
pub struct ImpersonatedAccount {
    pub(super) by: Box<CredentialFile>,
    pub(super) account: Impersonation,
    pub(super) delegates: Vec<String>,
}

/// Why a file is not a credential that gwsaudit can use. Never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidFile {
    /// Not JSON: an empty or cut file, or another kind of file.
    #[error("not JSON (line {line}, column {column}); credential files are")]
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("not a JSON object; credential files are one each")]
    NotAnObject,
    /// Not a file that Google's tools write as a credential, or one that nothing of Google Workspace can be read with.
    #[error(
        "this is {found}; a service account's key, an external_account, an impersonated_service_account or an authorized_user file is wanted"
    )]
    Unknown {
        /// What it is, in words.
        found: String,
    },
    /// A key that is none.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// A field is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldFault),
    /// A federation or impersonation that cannot be used.
    #[error(transparent)]
    Federation(#[from] InvalidFederation),
    /// A credential of another cloud than Google's public one.
    #[error("\"universe_domain\" is {found:?}; Google Workspace is in {UNIVERSE} alone")]
    Universe {
        /// What the file says.
        found: String,
    },
    /// The inner file of an impersonation.
    #[error("\"source_credentials\" cannot be used")]
    Inner(#[source] Box<Self>),
}

impl From<NoFields> for InvalidFile {
    fn from(fault: NoFields) -> Self {
        match fault {
            NoFields::NotJson { line, column } => Self::NotJson { line, column },
            NoFields::NotAnObject => Self::NotAnObject,
        }
    }
}

impl InvalidFile {
    /// Whether the file names a place that nothing may be sent to, which is the operator's own setting.
    #[must_use]
    pub fn is_refused_url(&self) -> bool {
        match self {
            Self::Key(InvalidKey::TokenUri(_))
            | Self::Federation(InvalidFederation::Url { .. } | InvalidFederation::ForeignHost { .. }) => true,
            Self::Inner(inner) => inner.is_refused_url(),
            Self::NotJson { .. }
            | Self::NotAnObject
            | Self::Unknown { .. }
            | Self::Key(_)
            | Self::Field(_)
            | Self::Federation(_)
            | Self::Universe { .. } => false,
        }
    }
}

impl CredentialFile {
    /// Reads a file's content.
    ///
    /// # Errors
    /// [`InvalidFile`] says what kind of file it is instead, or which field is wrong.
    pub fn from_json(text: &str) -> Result<Self, InvalidFile> {
        Self::from_fields(Fields::read(text)?)
    }

    fn from_fields(mut fields: Fields) -> Result<Self, InvalidFile> {
        let kind = match fields.get("type") {
            Some(Value::String(kind)) => kind.clone(),
            Some(_) => return Err(InvalidFile::Unknown { found: "a file whose \"type\" is not a text".to_owned() }),
            None if fields.get("installed").is_some() || fields.get("web").is_some() => {
                return Err(InvalidFile::Unknown { found: "an OAuth client's secret".to_owned() });
            }
            None => return Err(InvalidFile::Unknown { found: "a file without a \"type\"".to_owned() }),
        };
        if kind != "service_account"
            && let Some(found) = foreign_universe(&mut fields)?
        {
            return Err(InvalidFile::Universe { found });
        }
        match kind.as_str() {
            "service_account" => Ok(Self::Key(ServiceAccountKey::from_fields(&mut fields)?)),
            "external_account" => Ok(Self::ExternalAccount(Box::new(ExternalAccount::from_fields(&mut fields)?))),
            "authorized_user" => Ok(Self::AuthorizedUser(AuthorizedUser::from_fields(&mut fields)?)),
            "impersonated_service_account" => {
                let account = Impersonation::read(&mut fields)?
                    .ok_or_else(|| fields.missing("service_account_impersonation_url"))?;
                let delegates = fields.list("delegates")?;
                let inner = fields.required_object("source_credentials")?;
                let by = Self::from_fields(inner).map_err(|fault| InvalidFile::Inner(Box::new(fault)))?;
                Ok(Self::Impersonated(ImpersonatedAccount { by: Box::new(by), account, delegates }))
            }
            other => Err(InvalidFile::Unknown { found: format!("a credential of type {:?}", presentable(other, 60)) }),
        }
    }

    /// Whether somebody else who reads the file can make use of it.
    #[must_use]
    pub fn holds_secret(&self) -> bool {
        match self {
            Self::Key(_) | Self::AuthorizedUser(_) => true,
            Self::ExternalAccount(account) => account.holds_secret(),
            Self::Impersonated(account) => account.by.holds_secret(),
        }
    }

    /// The file that holds a workload's token, where one does.
    #[must_use]
    pub fn token_file(&self) -> Option<&std::path::Path> {
        match self {
            Self::ExternalAccount(account) => account.token_file(),
            Self::Impersonated(account) => account.by.token_file(),
            Self::Key(_) | Self::AuthorizedUser(_) => None,
        }
    }

    /// The service account that the file stands for, where it stands for one.
    #[must_use]
    pub fn account(&self) -> Option<ServiceAccountEmail> {
        match self {
            Self::Key(key) => key.client_email().parse().ok(),
            Self::ExternalAccount(account) => account.impersonation.as_ref().map(|wanted| wanted.account.clone()),
            Self::Impersonated(account) => Some(account.account.account.clone()),
            Self::AuthorizedUser(_) => None,
        }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
