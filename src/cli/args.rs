//! The command line as it is written. Types only.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit::Exit;
use crate::collect::Scan;
use crate::config::Duration;
use crate::domain::{AppId, OrgUnitPath, PackId, Severity};
use crate::report::Format;

/// Audits Google Workspace policy from evidence, and never guesses.
///
/// Reads a tenant through a service account, read-only, decides for every org unit, app and connection what is proven,
/// presumed or unknown, and reports what will break, when, and what cures it.
///
/// Try it without an account: gwsaudit audit --demo
#[derive(Debug, Parser)]
#[command(name = "gwsaudit", version, max_term_width = 100, after_help = Exit::table())]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Configuration file [default: ./gwsaudit.toml, then $XDG_CONFIG_HOME/gwsaudit/gwsaudit.toml]
    #[arg(long, global = true, help_heading = "Global options", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say more on standard error; twice for every request
    #[arg(short, long, global = true, help_heading = "Global options", action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, help_heading = "Global options", conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colour (NO_COLOR is honoured)
    #[arg(long, global = true, help_heading = "Global options", value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// How messages on standard error are written
    #[arg(long, global = true, help_heading = "Global options", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Where it can be seen.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How messages on standard error are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How a command without report formats prints its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a tenant, judge it, report
    #[command(after_help = Exit::table())]
    Audit(AuditArgs),
    /// Read a tenant into a snapshot file; nothing is judged
    Collect(CollectArgs),
    /// Why: a check's text, or one result's whole chain of evidence
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// The catalogue of apps, and the clients seen in a tenant
    Apps(AppsArgs),
    /// What is checked, and why
    Checks(ChecksArgs),
    /// Serve a local Google Workspace to try all this on
    Simulator(SimulatorArgs),
    /// Print a shell's completion script
    Completions(CompletionsArgs),
}

/// Where the tenant comes from.
#[derive(Debug, Clone, Args)]
pub struct TenantArgs {
    /// Use the built-in simulator instead of Google, over loopback HTTP [scenarios: see `gwsaudit simulator --help`]
    #[arg(long, value_name = "SCENARIO", num_args = 0..=1, require_equals = true, default_missing_value = "okta-gmail-broken", conflicts_with_all = ["snapshot", "config"])]
    pub demo: Option<String>,
    /// Use a snapshot that `gwsaudit collect` wrote instead of Google
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Whose OAuth grants to ask for, one request a user: log = users whom the token log ties to the apps under audit,
    /// all = every user, auto = all up to 2,000 users, else log [default: auto]
    #[arg(long, value_name = "WHO")]
    pub scan: Option<Scan>,
    /// End the run after this long (such as 90s or 10m); also how long a silent source is waited for [default: 45s a
    /// source, no end for the run]
    #[arg(long, value_name = "DURATION")]
    pub deadline: Option<Duration>,
}

/// `gwsaudit audit`
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Run this pack [default: those of the configuration, else okta-workflows-gmail]
    #[arg(long = "pack", value_name = "ID")]
    pub packs: Vec<PackId>,
    /// Only this org unit and those below it
    #[arg(long = "org-unit", value_name = "PATH")]
    pub org_units: Vec<OrgUnitPath>,
    /// Only this app, by its id in the catalogue or the configuration
    #[arg(long = "app", value_name = "ID")]
    pub apps: Vec<AppId>,
    /// How the report is written: human, json or sarif
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Where the report goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// From which severity on a failure (or an undetermined result) counts for the exit status: info, low, medium, high
    /// or critical [default: high]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Let presumed facts pass, not only proven ones
    #[arg(long)]
    pub accept_presumed: bool,
}

/// `gwsaudit collect`
#[derive(Debug, Args)]
pub struct CollectArgs {
    /// Where the snapshot goes; compressed if the name ends in .zst
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  gwsaudit explain app-trusted
  gwsaudit explain trusted-apps-exempt /Support --demo
  gwsaudit explain app-trusted okta-workflows-gmail@/Sales --snapshot tenant.jsonl
  gwsaudit explain connection-survives-reauth flows@example.com --report report.json";

/// `gwsaudit explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The check's id
    pub check: String,
    /// Which result: an org unit's path, a user's address, a client ID, an app's id, APP@/PATH, or the first 8 letters
    /// or more of a fingerprint; of several, all must fit [default: all results of the check; its text where no tenant
    /// is named either]
    #[arg(value_name = "SUBJECT")]
    pub subject: Vec<String>,
    /// Explain what a saved JSON report says, without its tenant; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["demo", "snapshot", "scan", "deadline", "apps", "accept_presumed"])]
    pub report: Option<PathBuf>,
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Only this app, by its id in the catalogue or the configuration
    #[arg(long = "app", value_name = "ID")]
    pub apps: Vec<AppId>,
    /// Let presumed facts pass, not only proven ones
    #[arg(long)]
    pub accept_presumed: bool,
    /// How the explanation is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Listing,
}

/// `gwsaudit apps`
#[derive(Debug, Args)]
pub struct AppsArgs {
    /// Which list.
    #[command(subcommand)]
    pub command: AppsCommand,
}

/// `gwsaudit apps …`
#[derive(Debug, Subcommand)]
pub enum AppsCommand {
    /// The catalogue, with the configuration's additions
    List {
        /// How the list is printed
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Listing,
    },
    /// Every OAuth client that grants or logs of the tenant name, to find client IDs worth pinning
    Discover {
        /// Where the tenant comes from.
        #[command(flatten)]
        tenant: TenantArgs,
        /// How the list is printed
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Listing,
    },
}

/// `gwsaudit checks`
#[derive(Debug, Args)]
pub struct ChecksArgs {
    /// Which view.
    #[command(subcommand)]
    pub command: ChecksCommand,
}

/// `gwsaudit checks …`
#[derive(Debug, Subcommand)]
pub enum ChecksCommand {
    /// All checks
    List {
        /// Only those of this pack
        #[arg(long = "pack", value_name = "ID")]
        packs: Vec<PackId>,
        /// How the list is printed
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Listing,
    },
    /// One check: why, when it fails, what cures it, what it cannot see
    Show {
        /// The check's id
        id: String,
        /// How the check is printed
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Listing,
    },
}

/// `gwsaudit simulator`
#[derive(Debug, Args)]
#[command(after_help = super::simulator::scenario_table())]
pub struct SimulatorArgs {
    /// A built-in scenario's name, or a scenario file
    #[arg(long, value_name = "NAME|FILE", default_value = "okta-gmail-broken")]
    pub scenario: String,
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Folder for the key file, configuration and attestations that fit the scenario
    #[arg(long, value_name = "DIR", default_value = "gwsaudit-simulator")]
    pub dir: PathBuf,
}

/// `gwsaudit completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}
