//! How gwsaudit proves who it is: by a service account's key, or by an identity for which IAM signs.
//!
//! Whatever the credential, the Directory, Reports and Policy APIs are read by a service account that acts for an
//! administrator (domain-wide delegation), with a token of its own for each scope. With a key, gwsaudit signs the
//! assertion that is exchanged for it. Without one ([`Keyless`]), it has IAM sign
//! (`projects.serviceAccounts.signJwt`): for a person's sign-in, a workload of another platform, another service account
//! or the one that is attached to the machine.
//!
//! Trusted for formats and flows: Google's AIP-4110 to AIP-4117 and the pages on domain-wide delegation without keys.

mod account;
mod external_account;
mod fault;
mod federation;
mod fields;
mod file;
mod iam;
mod keyless;
mod metadata;
mod subject;
mod user;
mod wire;

use jiff::Timestamp;
use thiserror::Error;

use self::keyless::Source;
use super::auth::ServiceAccountKey;
use super::endpoint::Endpoint;

pub use account::{NotAServiceAccount, ServiceAccountEmail};
pub use external_account::{ExternalAccount, InvalidFederation};
pub use fault::{FederationFault, KeylessFault};
pub use fields::{FieldFault, FieldName};
pub use file::{CredentialFile, ImpersonatedAccount, InvalidFile};
pub use keyless::Keyless;
pub use metadata::{Attached, InvalidMetadataHost, MetadataServer};
pub use user::AuthorizedUser;

pub(super) use fields::{Fields, NoFields};
pub(super) use keyless::Minter;
pub(super) use wire::Wire;

/// Google's public cloud, the only one with Google Workspace.
pub(super) const UNIVERSE: &str = "googleapis.com";

/// The cloud that a file is of, where that is another one.
pub(super) fn foreign_universe(fields: &mut Fields) -> Result<Option<String>, FieldFault> {
    let found = fields.optional("universe_domain")?;
    Ok(found.filter(|found| found != UNIVERSE).map(|found| super::error::presentable(&found, 100)))
}

/// How gwsaudit proves who it is.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// By a service account's key.
    Key(ServiceAccountKey),
    /// By signatures of IAM's.
    Keyless(Box<Keyless>),
}

/// An identity that has IAM sign for a service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// A service account, by its address; it may be the one that is signed for.
    ServiceAccount(String),
    /// A person who has signed in; the credential does not say who.
    Person,
    /// A workload of another platform, without a service account.
    Workload,
    /// The service account that is attached to this machine.
    Machine,
}

/// A credential that stands for no service account, so that one has to be named.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoServiceAccount {
    /// A person's own sign-in.
    #[error(
        "an authorized_user credential is a person's own sign-in; domain-wide delegation is granted to service accounts alone, so that nothing of the Directory can be read with it by itself"
    )]
    Person,
    /// A workload without a service account.
    #[error(
        "the external_account file has no service_account_impersonation_url, so that it stands for no service account"
    )]
    Workload,
    /// A machine with an identity that is no service account, such as a workload of GKE.
    #[error("this machine's identity, {found}, is no service account")]
    Machine {
        /// The metadata server's word.
        found: String,
    },
}

impl From<ServiceAccountKey> for Credentials {
    fn from(key: ServiceAccountKey) -> Self {
        Self::Key(key)
    }
}

impl Credentials {
    /// What a credential file amounts to: the service account that it stands for signs, or the one to `impersonate`.
    /// `now` is the one clock.
    ///
    /// # Errors
    /// [`NoServiceAccount`] where neither is known.
    pub fn of_file(
        file: CredentialFile,
        impersonate: Option<ServiceAccountEmail>,
        now: fn() -> Timestamp,
    ) -> Result<Self, NoServiceAccount> {
        let own = file.account();
        let other = impersonate.filter(|wanted| own.as_ref() != Some(wanted));
        let keyless = |source, signer| Self::keyless(source, signer, Vec::new(), now);
        Ok(match (file, other) {
            (CredentialFile::Key(key), None) => Self::Key(key),
            (CredentialFile::AuthorizedUser(_), None) => return Err(NoServiceAccount::Person),
            (CredentialFile::ExternalAccount(account), None) => {
                let signer = own.ok_or(NoServiceAccount::Workload)?;
                keyless(Source::Workload(account), signer)
            }
            // Whoever may get a service account's tokens by Service Account Token Creator may have it sign, too: no
            // need for the service account to be allowed to sign for itself.
            (CredentialFile::Impersonated(file), None) => {
                let source = source_of(*file.by);
                Self::keyless(source, file.account.account, file.delegates, now)
            }
            (file, Some(signer)) => keyless(source_of(file), signer),
        })
    }

    /// What the service account of this machine amounts to.
    ///
    /// # Errors
    /// [`NoServiceAccount`] where the machine has another kind of identity and nobody is to be impersonated.
    pub fn of_machine(
        server: MetadataServer,
        identity: &str,
        impersonate: Option<ServiceAccountEmail>,
        now: fn() -> Timestamp,
    ) -> Result<Self, NoServiceAccount> {
        let signer = match impersonate {
            Some(signer) => signer,
            None => identity.parse().map_err(|_| NoServiceAccount::Machine { found: identity.to_owned() })?,
        };
        Ok(Self::keyless(Source::Machine(server), signer, Vec::new(), now))
    }

    fn keyless(source: Source, signer: ServiceAccountEmail, delegates: Vec<String>, now: fn() -> Timestamp) -> Self {
        Self::Keyless(Box::new(Keyless { source, signer, delegates, now }))
    }

    /// The service account that acts for the administrator.
    #[must_use]
    pub fn account(&self) -> &str {
        match self {
            Self::Key(key) => key.client_email(),
            Self::Keyless(keyless) => keyless.signer().as_str(),
        }
    }

    /// The number that delegation is granted to, where the credentials tell it: a key file does.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::Key(key) => key.client_id(),
            Self::Keyless(_) => None,
        }
    }

    /// Who asks IAM to sign, where IAM does; `None` for a key, which signs here.
    #[must_use]
    pub fn asker(&self) -> Option<Asker> {
        match self {
            Self::Key(_) => None,
            Self::Keyless(keyless) => Some(match &keyless.source {
                Source::Key(key) => Asker::ServiceAccount(key.client_email().to_owned()),
                Source::Person(_) => Asker::Person,
                Source::Machine(_) => Asker::Machine,
                Source::Impersonated { account, .. } => Asker::ServiceAccount(account.account.to_string()),
                Source::Workload(account) => match &account.impersonation {
                    Some(wanted) => Asker::ServiceAccount(wanted.account.to_string()),
                    None => Asker::Workload,
                },
            }),
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Key(_) => "a service account's key",
            Self::Keyless(keyless) => match &keyless.source {
                Source::Key(_) => "another service account's key, for which IAM signs",
                Source::Person(_) => "a person's sign-in, for which IAM signs",
                Source::Workload(_) => "Workload Identity Federation, for which IAM signs",
                Source::Impersonated { .. } => "an impersonated service account, for which IAM signs",
                Source::Machine(_) => "this machine's identity, for which IAM signs",
            },
        }
    }

    /// Whether any of what it takes to get a token is behind TLS.
    pub(super) fn needs_tls(&self, endpoint: Option<&Endpoint>) -> bool {
        match self {
            Self::Key(key) => key.needs_tls(),
            Self::Keyless(keyless) => keyless.needs_tls(endpoint),
        }
    }
}

fn source_of(file: CredentialFile) -> Source {
    match file {
        CredentialFile::Key(key) => Source::Key(key),
        CredentialFile::ExternalAccount(account) => Source::Workload(account),
        CredentialFile::AuthorizedUser(person) => Source::Person(person),
        CredentialFile::Impersonated(file) => {
            Source::Impersonated { by: Box::new(source_of(*file.by)), account: file.account, delegates: file.delegates }
        }
    }
}
