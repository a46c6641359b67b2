//! Where tokens are kept: the system's keyring, a file of ours, or somebody else's secret store that is only read.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::command::CommandLine;
use super::credential::{Credential, InvalidCredential};
use super::state::{State, StateFault, make_private, must_be_private, write_private};
use crate::domain::{CanaryId, ClientId, Secret};
use crate::snapshot::owners_alone;

/// What the operator wants of tokens that gwsaudit keeps itself: `[canaries] tokens`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tokens {
    /// The keyring where there is one, else a file.
    #[default]
    Auto,
    /// The keyring.
    Keyring,
    /// A file of mode 0600.
    File,
}

impl FromStr for Tokens {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "keyring" => Ok(Self::Keyring),
            "file" => Ok(Self::File),
            other => Err(format!("{other:?} is no place for tokens; choose auto, keyring or file")),
        }
    }
}

/// Where a canary's token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// In a file of the state folder.
    File,
    /// In the system's keyring.
    Keyring,
    /// In a file that belongs to somebody else: a mounted secret.
    TokenFile(PathBuf),
    /// Behind a program that prints it.
    TokenCommand(CommandLine),
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("a file of the state folder"),
            Self::Keyring => f.write_str("the system's keyring"),
            Self::TokenFile(path) => write!(f, "the file {}", path.display()),
            Self::TokenCommand(command) => write!(f, "what {command} prints"),
        }
    }
}

/// Why a token cannot be had or kept. Never holds one.
#[derive(Debug, Error)]
pub enum KeepingFault {
    /// There is none.
    #[error("its token is not there ({0}); authorise it again with `gwsaudit canary add`")]
    Missing(String),
    /// The state folder, or a file in it.
    #[error(transparent)]
    State(#[from] StateFault),
    /// What is there is something else.
    #[error("{place} does not hold its token")]
    Unusable {
        /// Where.
        place: String,
        /// What is wrong with it.
        #[source]
        source: InvalidCredential,
    },
    /// It is the token of another client.
    #[error("{place} holds a token of the client {found}, not of this canary's")]
    OtherClient {
        /// Where.
        place: String,
        /// Whose it is.
        found: ClientId,
    },
    /// It is the token of a canary of the same id that was removed.
    #[error(
        "{place} holds the token of an earlier canary of this id; authorise this one again with `gwsaudit canary add`"
    )]
    Earlier {
        /// Where.
        place: String,
    },
    /// The program failed.
    #[error("{0}")]
    Command(String),
    /// The keyring failed.
    #[error("the keyring: {0}")]
    Keyring(String),
    /// There is no keyring to be used.
    #[error(
        "no keyring can be used on this system: set tokens = \"file\" (or \"auto\") under [canaries], or give --token-command and --store-command, such as those of secret-tool"
    )]
    NoKeyring,
}

/// Whether gwsaudit knows the keyring of the system that it was built for.
const HAS_KEYRING: bool = cfg!(any(target_os = "macos", target_os = "windows"));

impl Tokens {
    /// Whether tokens can be kept there on this system.
    ///
    /// # Errors
    /// [`KeepingFault::NoKeyring`].
    pub fn must_be_possible(self) -> Result<(), KeepingFault> {
        match self {
            Self::Keyring if !HAS_KEYRING => Err(KeepingFault::NoKeyring),
            Self::Auto | Self::Keyring | Self::File => Ok(()),
        }
    }
}

fn file_of(state: &State, id: &CanaryId) -> PathBuf {
    state.tokens().join(format!("{id}.json"))
}

fn io_fault(what: &'static str, path: &Path, source: io::Error) -> KeepingFault {
    KeepingFault::State(StateFault::Io { what, path: path.to_owned(), source })
}

/// Gets a canary's credential.
///
/// # Errors
/// [`KeepingFault`].
pub async fn load(state: &State, id: &CanaryId, kept: &Kept) -> Result<Credential, KeepingFault> {
    let (text, place) = match kept {
        Kept::File => {
            let path = file_of(state, id);
            must_be_there(&path)?;
            must_be_private(&state.tokens())?;
            must_be_private(&path)?;
            (read(&path)?, path.display().to_string())
        }
        Kept::TokenFile(path) => {
            must_be_there(path)?;
            (read(path)?, kept.to_string())
        }
        Kept::TokenCommand(command) => (command.read().await.map_err(KeepingFault::Command)?, kept.to_string()),
        Kept::Keyring => {
            let found = in_keyring(state, id, |entry| entry.get_password().map(Secret::new)).await?;
            (found.ok_or_else(|| KeepingFault::Missing(kept.to_string()))?, kept.to_string())
        }
    };
    Credential::from_json(&text).map_err(|source| KeepingFault::Unusable { place, source })
}

fn must_be_there(path: &Path) -> Result<(), KeepingFault> {
    if path.exists() { Ok(()) } else { Err(KeepingFault::Missing(format!("no file {}", path.display()))) }
}

fn read(path: &Path) -> Result<Secret, KeepingFault> {
    fs::read_to_string(path).map(Secret::new).map_err(|source| io_fault("read", path, source))
}

/// Stores a credential where gwsaudit keeps tokens itself, and says where that was.
///
/// # Errors
/// [`KeepingFault`].
pub async fn store(
    state: &State,
    id: &CanaryId,
    tokens: Tokens,
    credential: &Credential,
) -> Result<Kept, KeepingFault> {
    let text = credential.to_json();
    let keyring = async {
        let text = text.clone();
        in_keyring(state, id, move |entry| entry.set_password(text.expose())).await.map(drop)
    };
    match tokens {
        Tokens::File => store_in_file(state, id, &text).map(|()| Kept::File),
        Tokens::Keyring => keyring.await.map(|()| Kept::Keyring),
        Tokens::Auto => match keyring.await {
            Ok(()) => Ok(Kept::Keyring),
            // No keyring, or one that nobody can unlock here.
            Err(_) => store_in_file(state, id, &text).map(|()| Kept::File),
        },
    }
}

fn store_in_file(state: &State, id: &CanaryId, text: &Secret) -> Result<(), KeepingFault> {
    make_private(&state.tokens())?;
    Ok(write_private(&file_of(state, id), text.expose().as_bytes())?)
}

/// Hands a credential to the program that stores it, or writes it to a file that must not be there yet: the one time
/// that gwsaudit writes to a place that is not its own.
///
/// # Errors
/// [`KeepingFault`].
pub async fn hand_over(
    kept: &Kept,
    store_command: Option<&CommandLine>,
    credential: &Credential,
) -> Result<(), KeepingFault> {
    let text = credential.to_json();
    if let Some(command) = store_command {
        return command.write(&text).await.map_err(KeepingFault::Command);
    }
    let Kept::TokenFile(path) = kept else { return Ok(()) };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    owners_alone(&mut options);
    let mut file = options.open(path).map_err(|source| io_fault("make", path, source))?;
    io::Write::write_all(&mut file, text.expose().as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|source| io_fault("write", path, source))
}

/// Deletes a token that gwsaudit keeps itself. One that is gone already is no fault, and one that somebody else keeps
/// is left alone.
///
/// # Errors
/// [`KeepingFault`].
pub async fn delete(state: &State, id: &CanaryId, kept: &Kept) -> Result<(), KeepingFault> {
    match kept {
        Kept::File => {
            let path = file_of(state, id);
            match fs::remove_file(&path) {
                Ok(()) => Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(source) => Err(io_fault("delete", &path, source)),
            }
        }
        Kept::Keyring => in_keyring(state, id, keyring::Entry::delete_credential).await.map(drop),
        Kept::TokenFile(_) | Kept::TokenCommand(_) => Ok(()),
    }
}

/// What the operator should know of where a token is kept.
#[must_use]
pub fn doubt(kept: &Kept) -> Option<String> {
    let Kept::TokenFile(path) = kept else { return None };
    match must_be_private(path) {
        Err(StateFault::Exposed { path, mode }) => Some(format!(
            "the token file {} can be read by others on this machine (mode {mode:04o}); a mounted secret takes its mode from the volume",
            path.display()
        )),
        Ok(()) | Err(_) => None,
    }
}

/// Does something with a canary's entry in the keyring, which may wait for a person; `None` where there is no entry.
async fn in_keyring<T: Send + 'static>(
    state: &State,
    id: &CanaryId,
    act: impl FnOnce(&keyring::Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<Option<T>, KeepingFault> {
    // Without a platform's store the crate has one that forgets.
    if !HAS_KEYRING {
        return Err(KeepingFault::NoKeyring);
    }
    // Two state folders may hold canaries of the same id.
    let account = format!("{id} ({})", state.folder().display());
    let work = move || match keyring::Entry::new("gwsaudit canary", &account).and_then(|entry| act(&entry)) {
        Ok(done) => Ok(Some(done)),
        Err(keyring::Error::NoEntry) => Ok(None),
        // The crate's own words, of which one variant would quote what it read.
        Err(keyring::Error::BadEncoding(_)) => Err(KeepingFault::Keyring("its entry is not text".to_owned())),
        Err(error) => Err(KeepingFault::Keyring(error.to_string())),
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(KeepingFault::Keyring("it gave up".to_owned())))
}
