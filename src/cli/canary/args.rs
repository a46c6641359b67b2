//! `gwsaudit canary …` as it is written. Types only.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use crate::canaries::CommandLine;
use crate::cli::args::Listing;
use crate::config::Duration;
use crate::domain::{CanaryBelow, CanaryId, CanaryRole, Email, OrgUnitPath};

/// How the help of `gwsaudit canary` ends.
pub(in crate::cli) const CANARY_HELP: &str = "\
A canary is one ordinary user's authorisation of one desktop OAuth client of your own, with the
scope cloud-platform and no right to anything. Whether its refresh token still works after a day
shows what no API returns: whether reauthentication is required in the user's org unit, and, with a
second canary whose client is Trusted, whether trusted apps are exempt. docs/canaries.md tells how
to set them up. `audit` and `collect` try every canary once, as `canary refresh` does.

Exit status of refresh:
  0  every canary was tried, and Google answered with a token or asked for reauthentication
  1  some canary said nothing about session control: revoked, refused, unreachable, without token
  2  the command line or the configuration is wrong
  4  the state folder cannot be read or written
Exit status of add and remove: 0 done, 2 as above, 4 not done";

/// `gwsaudit canary`
#[derive(Debug, Args)]
pub struct CanaryArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: CanaryCommand,
}

/// `gwsaudit canary …`
#[derive(Debug, Subcommand)]
pub enum CanaryCommand {
    /// Have a canary authorised by its user in a browser, and keep its token
    Add(Box<AddArgs>),
    /// Show each canary, what became of it, and between which ages a session ended
    List {
        /// How the list is printed
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Listing,
    },
    /// Try each canary once and write down what became of it
    Refresh {
        /// Only these canaries
        #[arg(value_name = "ID")]
        ids: Vec<CanaryId>,
        /// How the outcomes are printed
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Listing,
    },
    /// Revoke a canary's connection at Google, then delete its token; its history stays
    Remove {
        /// Which canary
        #[arg(value_name = "ID")]
        id: CanaryId,
        /// Remove it even if it cannot be revoked
        #[arg(long)]
        force: bool,
    },
}

/// `gwsaudit canary add`
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The org unit that its user is in
    #[arg(long, value_name = "PATH")]
    pub org_unit: OrgUnitPath,
    /// The desktop client, as the Cloud console downloads it (JSON)
    #[arg(long, value_name = "FILE")]
    pub client: PathBuf,
    /// What that client is under app access control there: trusted, or untrusted if nobody made it Trusted
    #[arg(long, value_name = "ROLE")]
    pub role: CanaryRole,
    /// The org units below, those with canaries of their own apart, showed no override
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(["inherit"]).map(|_| CanaryBelow::Inherit))]
    pub below: Option<CanaryBelow>,
    /// Its user; any user of the org unit will do otherwise
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<Email>,
    /// Its name [default: made of org unit and role, such as sales-untrusted]; that of a canary there is authorises it again
    #[arg(long, value_name = "ID")]
    pub id: Option<CanaryId>,
    /// Do not ask the Directory API where the user is
    #[arg(long)]
    pub offline: bool,
    /// How long to wait for the browser
    #[arg(long, value_name = "DURATION", default_value = "10m")]
    pub wait: Duration,
    /// Keep the token in this file, which is read alone from then on: written now, unless --store-command does it
    #[arg(long, value_name = "FILE", conflicts_with = "token_command")]
    pub token_file: Option<PathBuf>,
    /// Read the token from what this program prints: words, or a JSON list where one holds a blank
    #[arg(long, value_name = "COMMAND", requires = "store_command")]
    pub token_command: Option<CommandLine>,
    /// Store the token by this program, now and once; it gets it on standard input
    #[arg(long, value_name = "COMMAND")]
    pub store_command: Option<CommandLine>,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Listing,
}
