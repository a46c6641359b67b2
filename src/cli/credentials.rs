//! Which credentials a run uses: those of the configuration, else Application Default Credentials.
//!
//! The order is that of Google's own tools (AIP-4110): `GOOGLE_APPLICATION_CREDENTIALS`, the file that
//! `gcloud auth application-default login` leaves behind, the service account of the machine. The metadata server is
//! asked last, and only where nothing else was found.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use zeroize::Zeroizing;

use super::Surroundings;
use super::exit::Exit;
use super::service_account::shell_word;
use super::setup::Setup;
use super::talk::Talk;
use super::tenant::now;
use crate::config::Credentials as Configured;
use crate::google::credentials::{
    Attached, InvalidFile, InvalidMetadataHost, MetadataServer, NoServiceAccount, ServiceAccountEmail,
};
use crate::google::{CredentialFile, Credentials, InvalidKey, ServiceAccountKey};

/// Why there are no credentials to work with.
#[derive(Debug, Error)]
pub(super) enum CredentialFault {
    /// Nothing is configured, and nothing is there by default.
    #[error(
        "no credentials: set [credentials] key_file (or GWSAUDIT_CREDENTIALS__KEY_FILE, or GOOGLE_APPLICATION_CREDENTIALS); \
         configuration read from {origin}. `gwsaudit audit --demo` needs none"
    )]
    None {
        /// Where the configuration came from.
        origin: String,
    },
    /// A service account is to be impersonated, and nobody is there to do it.
    #[error(
        "nobody to impersonate {account} with: GOOGLE_APPLICATION_CREDENTIALS is not set, there is no file of `gcloud auth \
         application-default login`, and no metadata server answers"
    )]
    NoSource {
        /// Whom.
        account: ServiceAccountEmail,
    },
    /// A file cannot be read.
    #[error("cannot read {what} {}", path.display())]
    Unreadable {
        /// What kind of file.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// `key_file` is not a service account's key.
    #[error("the key file {} cannot be used", path.display())]
    Key {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: InvalidKey,
    },
    /// The file of the Application Default Credentials cannot be used.
    #[error("the credential file {} cannot be used", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: InvalidFile,
    },
    /// Others can read it.
    #[error("{what} {} can be read by others on this machine (mode {mode:04o})", path.display())]
    Permissions {
        /// What kind of file.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The credentials stand for no service account.
    #[error("{origin} cannot be used by itself")]
    NoServiceAccount {
        /// The file, or the machine.
        origin: String,
        /// Why.
        #[source]
        source: NoServiceAccount,
    },
    /// `GCE_METADATA_HOST` is not one.
    #[error("GCE_METADATA_HOST cannot be used")]
    MetadataHost(#[source] InvalidMetadataHost),
    /// `GCE_METADATA_HOST` names a machine that does not answer as one.
    #[error("no metadata server answers at GCE_METADATA_HOST ({0})")]
    Silent(String),
    /// The machine has no service account.
    #[error("no service account is attached to this machine, and no other credentials are set")]
    NobodyAttached,
    /// The environment asks for another cloud.
    #[error("GOOGLE_CLOUD_UNIVERSE_DOMAIN is {0:?}; Google Workspace is in googleapis.com alone")]
    Universe(String),
}

impl CredentialFault {
    /// The exit status that it amounts to: 2 for what is written wrongly, 4 for files that are not there or not sound.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::None { .. }
            | Self::NoSource { .. }
            | Self::NoServiceAccount { .. }
            | Self::MetadataHost(_)
            | Self::Universe(_)
            | Self::Key { source: InvalidKey::TokenUri(_), .. } => Exit::Misused,
            Self::File { source, .. } if source.is_refused_url() => Exit::Misused,
            Self::Unreadable { .. }
            | Self::Key { .. }
            | Self::File { .. }
            | Self::Permissions { .. }
            | Self::Silent(_)
            | Self::NobodyAttached => Exit::Impossible,
        }
    }

    /// What to do next.
    pub(super) fn advice(&self) -> Option<String> {
        const KEY: &str =
            "set [credentials] key_file (GWSAUDIT_CREDENTIALS__KEY_FILE) to the JSON key of the service account";
        const TOKEN_URI: &str =
            "a key file from the Cloud console has the token_uri https://oauth2.googleapis.com/token";
        Some(match self {
            Self::Key { source: InvalidKey::TokenUri(_), .. }
            | Self::File { source: InvalidFile::Key(InvalidKey::TokenUri(_)), .. } => TOKEN_URI.to_owned(),
            Self::Key { source: InvalidKey::OtherCredential { .. }, .. } => format!(
                "{KEY}; for any other kind of credential leave key_file out and set GOOGLE_APPLICATION_CREDENTIALS to the file"
            ),
            Self::Unreadable { what: KEY_FILE, .. } | Self::Key { .. } => KEY.to_owned(),
            Self::Unreadable { .. } | Self::File { .. } => "set GOOGLE_APPLICATION_CREDENTIALS to a file that gcloud or the \
                 Cloud console has made, or set [credentials] in gwsaudit.toml"
                .to_owned(),
            Self::Permissions { path, .. } => format!("run: chmod 600 {}", shell_word(&path.display().to_string())),
            Self::NoServiceAccount { .. } => {
                "set [credentials] impersonate to the service account that domain-wide delegation was granted to, and grant \
                 this identity roles/iam.serviceAccountTokenCreator on it"
                    .to_owned()
            }
            Self::NoSource { .. } => {
                "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS".to_owned()
            }
            Self::Silent(_) | Self::MetadataHost(_) => {
                "leave GCE_METADATA_HOST out unless something stands in for Google's metadata server".to_owned()
            }
            Self::NobodyAttached => {
                "attach a service account to the machine, or set [credentials] in gwsaudit.toml".to_owned()
            }
            Self::Universe(_) => "unset it for gwsaudit".to_owned(),
            Self::None { .. } => return None,
        })
    }
}

const ADC: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const KEY_FILE: &str = "the key file";
const CREDENTIAL_FILE: &str = "the credential file";
const TOKEN_FILE: &str = "the workload's token file";

/// Credentials, where they were found, and which of their files others can read.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) credentials: Credentials,
    /// A file and what named it, or the machine.
    pub(super) origin: String,
    pub(super) exposed: Vec<Exposed>,
}

/// A file that others can read.
#[derive(Debug)]
pub(super) struct Exposed {
    what: &'static str,
    pub(super) path: PathBuf,
    mode: u32,
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} can be read by others on this machine (mode {:04o})",
            self.what,
            self.path.display(),
            self.mode
        )
    }
}

impl Exposed {
    /// What ends that.
    pub(super) fn cure(&self) -> String {
        format!("chmod 600 {}", shell_word(&self.path.display().to_string()))
    }
}

/// Finds the credentials, and warns of files that others can read.
pub(super) async fn find(
    setup: &Setup,
    surroundings: &Surroundings,
    talk: Talk,
) -> Result<Credentials, CredentialFault> {
    let found = look(setup, surroundings).await?;
    for exposed in &found.exposed {
        talk.warning(&format!("{exposed}; run: {}", exposed.cure()));
    }
    Ok(found.credentials)
}

/// Finds the credentials.
pub(super) async fn look(setup: &Setup, surroundings: &Surroundings) -> Result<Found, CredentialFault> {
    let mut files = Files { strict: setup.config.strict_permissions, exposed: Vec::new() };
    let impersonate = match &setup.config.credentials {
        Some(Configured::KeyFile(path)) => {
            let credentials = Credentials::Key(files.key(path)?);
            let origin = format!("{} ([credentials] key_file)", path.display());
            return Ok(Found { credentials, origin, exposed: files.exposed });
        }
        Some(Configured::Impersonate(account)) => Some(account.clone()),
        None => None,
    };
    let environment = &surroundings.environment;
    let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    if let Some(universe) = set("GOOGLE_CLOUD_UNIVERSE_DOMAIN").filter(|universe| *universe != "googleapis.com") {
        return Err(CredentialFault::Universe(universe.clone()));
    }
    let named = set(ADC).map(|path| (PathBuf::from(path), ADC));
    let by_default = || well_known_file(environment).map(|path| (path, "gcloud auth application-default login"));
    if let Some((path, by)) = named.or_else(by_default) {
        let file = files.default_credentials(&path)?;
        let credentials = Credentials::of_file(file, impersonate, now)
            .map_err(|source| CredentialFault::NoServiceAccount { origin: path.display().to_string(), source })?;
        return Ok(Found { credentials, origin: format!("{} ({by})", path.display()), exposed: files.exposed });
    }
    let credentials = of_machine(setup, environment, impersonate).await?;
    Ok(Found { credentials, origin: "the metadata server".to_owned(), exposed: files.exposed })
}

/// The service account of this machine, where it is one of Google's.
async fn of_machine(
    setup: &Setup,
    environment: &BTreeMap<String, String>,
    impersonate: Option<ServiceAccountEmail>,
) -> Result<Credentials, CredentialFault> {
    let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let named = set("GCE_METADATA_HOST");
    let server = match named {
        Some(host) => host.parse().map_err(CredentialFault::MetadataHost)?,
        None => MetadataServer::default(),
    };
    // Google's libraries know this way to spare machines elsewhere the question.
    let elsewhere = set("NO_GCE_CHECK").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let attached = if named.is_none() && elsewhere { Attached::NotHere } else { server.probe().await };
    match (attached, named, impersonate) {
        (Attached::Identity(identity), _, impersonate) => {
            Credentials::of_machine(server, &identity, impersonate, now).map_err(|source| {
                CredentialFault::NoServiceAccount { origin: "this machine's identity".to_owned(), source }
            })
        }
        (Attached::Nobody, _, _) => Err(CredentialFault::NobodyAttached),
        (Attached::NotHere, Some(host), _) => Err(CredentialFault::Silent(host.clone())),
        (Attached::NotHere, None, Some(account)) => Err(CredentialFault::NoSource { account }),
        (Attached::NotHere, None, None) => Err(CredentialFault::None { origin: setup.origin.clone() }),
    }
}

/// What `gcloud auth application-default login` leaves behind.
fn well_known_file(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let folder = |name: &str, below: &str| {
        let folder = environment.get(name).filter(|folder| !folder.is_empty())?;
        Some(Path::new(folder).join(below))
    };
    let gcloud = folder("CLOUDSDK_CONFIG", "")
        .or_else(|| if cfg!(windows) { folder("APPDATA", "gcloud") } else { folder("HOME", ".config/gcloud") })?;
    Some(gcloud.join("application_default_credentials.json")).filter(|path| path.exists())
}

/// How credential files are read.
struct Files {
    /// Whether those that others can read are refused.
    strict: bool,
    exposed: Vec<Exposed>,
}

impl Files {
    fn key(&mut self, path: &Path) -> Result<ServiceAccountKey, CredentialFault> {
        let text = read(KEY_FILE, path)?;
        self.guard(KEY_FILE, path)?;
        ServiceAccountKey::from_json(&text).map_err(|source| CredentialFault::Key { path: path.to_owned(), source })
    }

    fn default_credentials(&mut self, path: &Path) -> Result<CredentialFile, CredentialFault> {
        let text = read(CREDENTIAL_FILE, path)?;
        let file = CredentialFile::from_json(&text)
            .map_err(|source| CredentialFault::File { path: path.to_owned(), source })?;
        if file.holds_secret() {
            self.guard(CREDENTIAL_FILE, path)?;
        }
        if let Some(token) = file.token_file() {
            self.guard(TOKEN_FILE, token)?;
        }
        Ok(file)
    }

    /// Notes a file that others can read, or refuses it. One that is not there is somebody else's trouble.
    fn guard(&mut self, what: &'static str, path: &Path) -> Result<(), CredentialFault> {
        let Some(mode) = open_to_others(path) else { return Ok(()) };
        if self.strict {
            return Err(CredentialFault::Permissions { what, path: path.to_owned(), mode });
        }
        self.exposed.push(Exposed { what, path: path.to_owned(), mode });
        Ok(())
    }
}

fn read(what: &'static str, path: &Path) -> Result<Zeroizing<String>, CredentialFault> {
    fs::read_to_string(path).map(Zeroizing::new).map_err(|source| CredentialFault::Unreadable {
        what,
        path: path.to_owned(),
        source,
    })
}

/// The permissions of a file that others may do something with.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Elsewhere, permissions are no matter of a mode.
#[cfg(not(unix))]
fn open_to_others(_path: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_file_is_gclouds() {
        let folder = tempfile::tempdir().expect("a folder");
        let gcloud = folder.path().join(".config/gcloud");
        fs::create_dir_all(&gcloud).expect("it can be made");
        let environment = |name: &str, path: &Path| BTreeMap::from([(name.to_owned(), path.display().to_string())]);
        assert_eq!(well_known_file(&environment("HOME", folder.path())), None, "it must be there");
        let file = gcloud.join("application_default_credentials.json");
        fs::write(&file, "{}").expect("it can be written");
        if cfg!(unix) {
            assert_eq!(well_known_file(&environment("HOME", folder.path())), Some(file.clone()));
        }
        assert_eq!(well_known_file(&environment("CLOUDSDK_CONFIG", &gcloud)), Some(file));
        assert_eq!(well_known_file(&BTreeMap::new()), None);
    }
}
