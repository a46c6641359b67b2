use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::credentials::CredentialFault;
use super::exit::Exit;
use crate::canaries::{KeepingFault, Mismatch, StateFault};
use crate::checks::{ExampleError, PackErrors};
use crate::collect::{Broken, CarryError};
use crate::config::ConfigError;
use crate::domain::{CanaryId, Email};
use crate::evidence::CsvError;
use crate::google::desktop_oauth::{InvalidClient, NoRandomness, NotGranted, RedirectFault};
use crate::google::{ApiError, ConnectError, Unreadable, next_step};
use crate::report::UnreadableReport;
use crate::simulator::{ScenarioError, SimulatorError};
use crate::snapshot::{CopyError, ReadError, WriteError};

/// Why a command could not do its work.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// The command line asks for something that is not there.
    #[error("{0}")]
    Usage(String),
    /// A file of the operator's is wrong.
    #[error("{file} is not right:\n{error}")]
    Config {
        /// Which file.
        file: String,
        /// What is wrong in it.
        error: ConfigError,
    },
    /// Packs of the operator's are wrong.
    #[error("{0}")]
    Packs(PackErrors),
    /// An example of a check cannot be tried.
    #[error("an example cannot be tried")]
    Example(#[source] ExampleError),
    /// The console's list of configured apps is not one.
    #[error("{} is not the console's list of configured apps", path.display())]
    ConfiguredApps {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: CsvError,
    },
    /// A file that the command line or the configuration names cannot be read.
    #[error("cannot read {what} {}", path.display())]
    Unreadable {
        /// What kind of file.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
        /// Whether the configuration is to blame, or the world.
        exit: Exit,
    },
    /// There are no credentials, or not such as could be used.
    #[error(transparent)]
    Credential(#[from] CredentialFault),
    /// No client could be made.
    #[error("cannot talk to Google")]
    Connect(#[from] ConnectError),
    /// Not one source could be read.
    #[error("nothing could be read from Google: {source_id}: {message}")]
    NothingRead {
        /// The first source that failed.
        source_id: String,
        /// Its error.
        message: String,
        /// What to do.
        next_step: Option<String>,
    },
    /// The saved report is none.
    #[error("the report {name} cannot be read")]
    Report {
        /// Its file, or standard input.
        name: String,
        /// What is wrong with it.
        #[source]
        source: UnreadableReport,
    },
    /// The saved report does not say what it was made from.
    #[error("the report {name} does not say what it was made from; an older version of gwsaudit wrote it")]
    NoInputs {
        /// Its file.
        name: String,
    },
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] ReadError),
    /// Nothing can be carried forward from the earlier snapshot.
    #[error("--since-snapshot: {0}")]
    Continuity(CarryError),
    /// The past of a log would be overwritten by a snapshot that lacks it.
    #[error("{} still holds the past of {log}, which could not be carried forward ({why}); it is left as it was", file.display())]
    WouldLoseLog {
        /// The snapshot to be replaced.
        file: PathBuf,
        /// The log.
        log: String,
        /// Why it could not be carried.
        why: Broken,
    },
    /// The snapshot cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The report cannot be written.
    #[error("cannot write {what}")]
    Output {
        /// The file, or standard output.
        what: String,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// Somebody else wrote to a file that was about to be added to.
    #[error("{} was changed by somebody else meanwhile; nothing is written", file.display())]
    Overtaken {
        /// The file.
        file: PathBuf,
    },
    /// The simulator's scenario is wrong.
    #[error("the scenario {name} is not right")]
    Scenario {
        /// Its name or file.
        name: String,
        /// What is wrong with it.
        #[source]
        source: ScenarioError,
    },
    /// The client's file is not a desktop client's.
    #[error("the client's file {} cannot be used", path.display())]
    Client {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: InvalidClient,
    },
    /// A canary could not be added or removed.
    #[error(transparent)]
    Canary(#[from] CanaryFault),
    /// The canaries' folder cannot be worked with.
    #[error(transparent)]
    State(#[from] StateFault),
    /// The simulator could not start.
    #[error("the simulator cannot start")]
    Simulator(#[from] SimulatorError),
}

/// Why a canary could not be added or removed.
#[derive(Debug, Error)]
pub(super) enum CanaryFault {
    /// No port to be had.
    #[error("cannot listen on 127.0.0.1 for the browser")]
    NoListener(#[source] io::Error),
    /// No randomness.
    #[error(transparent)]
    NoRandomness(NoRandomness),
    /// The browser brought no code.
    #[error(transparent)]
    NotAnswered(RedirectFault),
    /// The code brought no token.
    #[error(transparent)]
    NotGranted(NotGranted),
    /// What was granted is not what was asked for.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// The canary is another user's.
    #[error("the canary {id} is that of {theirs}, and {ours} authorised it; remove it first, or sign in as {theirs}")]
    OtherCanarysUser {
        /// Which canary.
        id: CanaryId,
        /// Its user.
        theirs: Email,
        /// Who authorised it now.
        ours: Email,
    },
    /// The Directory API does not say where the user is.
    #[error("the canary's user cannot be looked up")]
    Directory(#[source] ApiError),
    /// Its answer cannot be read.
    #[error("the Directory API's answer cannot be read")]
    Unreadable(#[source] Unreadable),
    /// Its answer lacks the domain.
    #[error("the Directory API does not tell the tenant's primary domain")]
    NoPrimaryDomain,
    /// The token cannot be kept or deleted.
    #[error("the canary's token cannot be kept, or not deleted")]
    Keeping(#[source] KeepingFault),
    /// The connection could not be ended.
    #[error("{id} could not be revoked at Google, and stays: {words}")]
    NotRevoked {
        /// Which canary.
        id: CanaryId,
        /// Why.
        words: String,
    },
}

impl From<CopyError> for CliError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Read(error) => Self::Snapshot(error),
            CopyError::Write(error) => Self::Write(error),
        }
    }
}

impl From<CarryError> for CliError {
    fn from(error: CarryError) -> Self {
        match error {
            CarryError::Read(error) => Self::Snapshot(error),
            CarryError::Write(error) => Self::Write(error),
            CarryError::Later { .. } | CarryError::OtherCustomer { .. } | CarryError::Changed { .. } => {
                Self::Continuity(error)
            }
        }
    }
}

impl CliError {
    /// The exit status that it amounts to.
    #[must_use]
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_)
            | Self::Config { .. }
            | Self::Packs(_)
            | Self::ConfiguredApps { .. }
            | Self::Scenario { .. } => Exit::Misused,
            Self::Credential(fault) => fault.exit(),
            Self::Client { .. } => Exit::Misused,
            Self::Simulator(SimulatorError::NotLoopback(_)) => Exit::Misused,
            Self::Unreadable { exit, .. } => *exit,
            Self::Continuity(CarryError::Later { .. } | CarryError::OtherCustomer { .. }) => Exit::Misused,
            Self::Connect(_)
            | Self::NothingRead { .. }
            | Self::Report { .. }
            | Self::NoInputs { .. }
            | Self::Snapshot(_)
            | Self::Continuity(_)
            | Self::WouldLoseLog { .. }
            | Self::Write(_)
            | Self::Output { .. }
            | Self::Overtaken { .. }
            | Self::Canary(_)
            | Self::State(_)
            | Self::Example(_)
            | Self::Simulator(_) => Exit::Impossible,
        }
    }

    /// What to do next, where the message does not say it already.
    #[must_use]
    pub(super) fn advice(&self) -> Option<String> {
        match self {
            Self::NothingRead { next_step, .. } => next_step.clone(),
            Self::Snapshot(ReadError::Truncated { .. } | ReadError::Malformed { .. }) => {
                Some("copy the file again, or collect a new snapshot with `gwsaudit collect -o FILE`".to_owned())
            }
            Self::WouldLoseLog { .. } => {
                Some("run it again once the log can be read in full, or write to another file with -o".to_owned())
            }
            Self::Credential(fault) => fault.advice(),
            Self::Connect(ConnectError::NoCertificates(_)) => {
                Some("install the system's certificate authorities (package ca-certificates)".to_owned())
            }
            Self::Client { .. } => Some(
                "in the Cloud console, under Google Auth Platform > Clients, create a client of type \"Desktop app\" and \
                 download its JSON"
                    .to_owned(),
            ),
            Self::Canary(CanaryFault::NotAnswered(RedirectFault::TimedOut(_))) => {
                Some("run it again, and see to it that the address it shows is opened; --wait gives more time".to_owned())
            }
            Self::Canary(CanaryFault::Directory(error)) => {
                Some(format!("{}; or add --offline", next_step(error)))
            }
            Self::Canary(CanaryFault::NotRevoked { .. }) => {
                Some("try again, or add --force and revoke it at https://myaccount.google.com/connections".to_owned())
            }
            Self::NoInputs { .. } => {
                Some("write it again with `gwsaudit audit --snapshot FILE --format json`".to_owned())
            }
            Self::Overtaken { .. } => Some("run it again".to_owned()),
            Self::Usage(_)
            | Self::Config { .. }
            | Self::Packs(_)
            | Self::Example(_)
            | Self::ConfiguredApps { .. }
            | Self::Unreadable { .. }
            | Self::Connect(_)
            | Self::Report { .. }
            | Self::Snapshot(_)
            | Self::Continuity(_)
            | Self::Write(_)
            | Self::Output { .. }
            | Self::Scenario { .. }
            | Self::Canary(_)
            | Self::State(_)
            | Self::Simulator(_) => None,
        }
    }
}
