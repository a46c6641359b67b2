//! The command line as it is written. Types only.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::canary::{CANARY_HELP, CanaryArgs};
use super::diagnose::{DIAGNOSE_HELP, DiagnoseArgs};
use super::diff::DiffArgs;
use super::doctor::{DOCTOR_HELP, DoctorArgs};
use super::exit::Exit;
use super::guide::{SETUP_HELP, SetupArgs};
use super::policy::PolicyArgs;
use super::redaction::RedactArgs;
use super::schema::SchemaArgs;
use super::verify::VerifyArgs;
use super::what_if::{WHAT_IF_HELP, WhatIfArgs};
use crate::collect::Scan;
use crate::config::{ACCESS_WORDS, BELOW_WORDS, Duration, METHOD_WORDS, REAUTH_WORDS, Word};
use crate::domain::{AppId, Email, OrgUnitPath, PackId, SessionLength, Severity};
use crate::evidence::{Below, OwnAccess, OwnReauth, ReauthMethod};
use crate::report::{Format, UnknownFormat};

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
    /// A folder with packs of your own (YAML), beside those of [audit] pack_dirs
    #[arg(long = "pack-dir", global = true, help_heading = "Global options", value_name = "DIR")]
    pub pack_dirs: Vec<PathBuf>,
    /// Refuse credential files that others on this machine can read, rather than warn
    #[arg(long, global = true, help_heading = "Global options")]
    pub strict_permissions: bool,
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
    /// Record what an administrator sees in the console
    #[command(after_help = ATTEST_HELP)]
    Attest(Box<AttestArgs>),
    /// Keep small connections of our own that prove the settings by experiment
    #[command(after_help = CANARY_HELP)]
    Canary(CanaryArgs),
    /// Why: a check's text, or one result's whole chain of evidence
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// What would change, break and be cured by settings that nobody made yet; never writes to Google
    #[command(after_help = WHAT_IF_HELP)]
    WhatIf(Box<WhatIfArgs>),
    /// Read an OAuth or Okta error, name its cause and the next step
    #[command(after_help = DIAGNOSE_HELP)]
    Diagnose(Box<DiagnoseArgs>),
    /// What changed between two snapshots or two JSON reports, and who changed it
    Diff(DiffArgs),
    /// Whether a saved report is what judging its snapshot gives
    Verify(VerifyArgs),
    /// The JSON Schema of what the program writes and reads
    Schema(SchemaArgs),
    /// What to make in Google's consoles, and what to paste where
    #[command(after_help = SETUP_HELP)]
    Setup(SetupArgs),
    /// Try each thing that an audit stands on, and say what cures what fails
    #[command(after_help = DOCTOR_HELP)]
    Doctor(DoctorArgs),
    /// The catalogue of apps, and the clients seen in a tenant
    Apps(AppsArgs),
    /// What is checked, and why
    Checks(ChecksArgs),
    /// What is in force of the tenant's settings, and which policy made it so
    Policy(PolicyArgs),
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

/// What a live reading stands on.
#[derive(Debug, Clone, Args)]
pub struct ContinuityArgs {
    /// Carry the older log events of this earlier snapshot forward, so that what was attested longer ago than Google keeps
    /// its logs (180 days) stays proven; `collect --since-snapshot FILE -o FILE`, run regularly, keeps one log for years
    #[arg(long, value_name = "FILE", conflicts_with = "snapshot")]
    pub since_snapshot: Option<PathBuf>,
    /// Leave the canaries alone, which are tried once otherwise (see `gwsaudit canary --help`)
    #[arg(long)]
    pub no_canaries: bool,
}

/// `gwsaudit audit`
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// What it stands on.
    #[command(flatten)]
    pub continuity: ContinuityArgs,
    /// Run this pack [default: those of the configuration, else okta-workflows-gmail]
    #[arg(long = "pack", value_name = "ID")]
    pub packs: Vec<PackId>,
    /// Only this org unit and those below it
    #[arg(long = "org-unit", value_name = "PATH")]
    pub org_units: Vec<OrgUnitPath>,
    /// Only this app, by its id in the catalogue or the configuration
    #[arg(long = "app", value_name = "ID")]
    pub apps: Vec<AppId>,
    /// How the report is written: human, json, sarif, csv, markdown, html, junit or ocsf
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Where the report goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the report to this file too, such as --report sarif=out.sarif --report csv=out.csv
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub reports: Vec<ReportFile>,
    /// What the rows of a csv report are
    #[arg(long, value_name = "ROWS", default_value = "results")]
    pub what: What,
    /// From which severity on a failure (or an undetermined result) counts for the exit status: info, low, medium, high
    /// or critical [default: high]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Let presumed facts pass, not only proven ones
    #[arg(long)]
    pub accept_presumed: bool,
    /// What else is known.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// Pseudonyms.
    #[command(flatten)]
    pub redact: RedactArgs,
}

/// A report that goes to a file, beside the one that `--format` and `--output` name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// How it is written.
    pub format: Format,
    /// Where it goes.
    pub path: PathBuf,
}

impl std::str::FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((_, "" | "-")) | None => Err("write FORMAT=FILE, such as sarif=out.sarif".to_owned()),
            Some((format, path)) => Ok(Self {
                format: format.parse().map_err(|unknown: UnknownFormat| unknown.to_string())?,
                path: PathBuf::from(path),
            }),
        }
    }
}

/// What the rows of a CSV report are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// The verdicts.
    Results,
    /// Grants of the apps under audit, and what becomes of them.
    Connections,
}

/// What is known about the operator's evidence beside the configuration.
#[derive(Debug, Clone, Args)]
pub struct EvidenceArgs {
    /// When the console's list of configured apps ([evidence] configured_apps_csv) was downloaded [default: its
    /// configured time, else that of the file, by which it proves nothing]
    #[arg(long, value_name = "TIME")]
    pub csv_taken_at: Option<jiff::Timestamp>,
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
    /// What it stands on.
    #[command(flatten)]
    pub continuity: ContinuityArgs,
}

/// How the help of `gwsaudit attest` ends.
const ATTEST_HELP: &str = "\
Two pages of the Admin console are asked about: Google Cloud session control, then app access for
each app under audit. Of each page, what it shows at \"/\" comes first, then the org units that have a
setting of their own; all others are covered by below = \"inherit\". What you cannot see, answer with
\"?\": nothing is recorded about it. Everything is dated to the moment when the command starts, so a
change made while you look counts as later.

Instead of answering one question after the other:
  flags   gwsaudit attest --setting cloud-session-control --org-unit /Lab --reauth not_required
          gwsaudit attest --setting app-access --app ID --org-unit / --access trusted
  a file  gwsaudit attest --template > answers.toml     look, fill it in, hand it back:
          gwsaudit attest --answers answers.toml
  a pipe  one answer a line, as at the terminal
What flags and files say is recorded without asking back.

The attestation file is only ever added to, all at once or not at all; what stands in it stays.

Exit status:
  0  recorded, or nothing to record; with --stale: nothing to look at again
  1  with --stale: something is to be looked at again
  2  the command line, the configuration, an answer or a file of attestations is wrong
  3  with --stale: nothing to look at again is known, but not everything could be read
  4  the tenant could not be read, or the file not written, or somebody else changed it meanwhile";

/// `gwsaudit attest`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("seen").multiple(true).args(["reauth", "frequency", "method", "exempt", "access", "below"]))]
pub struct AttestArgs {
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Read no tenant: org units are taken as written
    #[arg(long, conflicts_with_all = ["demo", "snapshot", "scan", "deadline"])]
    pub offline: bool,
    /// Where attestations are kept [default: [evidence] attestations of the configuration]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Only these org units
    #[arg(long = "org-unit", value_name = "PATH")]
    pub org_units: Vec<OrgUnitPath>,
    /// Only this page of the console
    #[arg(long, value_name = "SETTING")]
    pub setting: Option<Setting>,
    /// Only this app, by id or client ID [default: the apps under audit]
    #[arg(long = "app", value_name = "ID|CLIENT_ID")]
    pub apps: Vec<String>,
    /// List what must be looked at again because the log shows a change since it was attested, and why; asks nothing
    #[arg(long, conflicts_with_all = ["offline", "org_units", "answers", "seen"])]
    pub stale: bool,
    /// After the list, ask about what is on it
    #[arg(long, requires = "stale", conflicts_with = "template")]
    pub ask: bool,
    /// Print a file to be filled in and handed back with --answers; with --stale, of what must be looked at again
    #[arg(long, conflicts_with_all = ["answers", "seen", "yes", "format"])]
    pub template: bool,
    /// Record the [[attestation]] tables of this file (- is standard input); attested_by and attested_at may be left out
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seen", "org_units", "setting", "apps"])]
    pub answers: Option<PathBuf>,
    /// Do not ask before recording
    #[arg(short, long)]
    pub yes: bool,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Listing,

    /// What session control shows
    #[arg(long, value_name = "CHOICE", value_parser = one_of(&REAUTH_WORDS), help_heading = "What was seen")]
    pub reauth: Option<OwnReauth>,
    /// Session length, where reauthentication is required: 1h to 24h
    #[arg(long, value_name = "LENGTH", help_heading = "What was seen")]
    pub frequency: Option<SessionLength>,
    /// Method, where reauthentication is required
    #[arg(long, value_name = "METHOD", value_parser = one_of(&METHOD_WORDS), help_heading = "What was seen")]
    pub method: Option<ReauthMethod>,
    /// Whether Exempt trusted apps is ticked, where reauthentication is required
    #[arg(long, value_name = "ANSWER", value_parser = one_of(&YES_NO), help_heading = "What was seen")]
    pub exempt: Option<bool>,
    /// The app's access
    #[arg(long, value_name = "LEVEL", value_parser = one_of(&ACCESS_WORDS), help_heading = "What was seen")]
    pub access: Option<OwnAccess>,
    /// The org units below showed no override
    #[arg(long, value_name = "WORD", value_parser = one_of(&BELOW_WORDS), help_heading = "What was seen")]
    pub below: Option<Below>,

    /// Who saw it [default: asked for; with flags or a file, [tenant] admin]
    #[arg(long, value_name = "EMAIL", help_heading = "Who saw it, and when")]
    pub by: Option<Email>,
    /// When it was seen, such as 2026-11-20T10:00:00Z [default: now]
    #[arg(long, value_name = "TIME", help_heading = "Who saw it, and when")]
    pub at: Option<Timestamp>,
    /// From when on it proves nothing any more, such as 2027-11-20 [default: never]
    #[arg(long, value_name = "DATE|TIME", help_heading = "Who saw it, and when")]
    pub expires: Option<Expiry>,
    /// A remark, such as a ticket's number
    #[arg(long, value_name = "TEXT", help_heading = "Who saw it, and when")]
    pub note: Option<String>,
}

/// A page of the console that is attested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Setting {
    /// Google Cloud session control
    CloudSessionControl,
    /// App access control
    AppAccess,
}

impl Setting {
    /// The word of the attestation file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CloudSessionControl => "cloud-session-control",
            Self::AppAccess => "app-access",
        }
    }
}

/// A day (from its first moment on, in UTC) or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry(pub Timestamp);

impl std::str::FromStr for Expiry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = || text.parse::<jiff::civil::Date>().ok().and_then(|day| format!("{day}T00:00:00Z").parse().ok());
        text.parse().ok().or_else(day).map(Self).ok_or_else(|| {
            format!("{text:?} is neither a date, such as 2027-11-20, nor a time, such as 2027-11-20T10:00:00Z")
        })
    }
}

/// Whether a box is ticked.
pub(super) const YES_NO: [Word<bool>; 2] = [("yes", true), ("no", false)];

/// Reads one of these words.
fn one_of<T: Copy + Send + Sync + 'static>(words: &'static [Word<T>]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words.iter().map(|(word, _)| *word)).map(|text| {
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, meaning)| *meaning).expect("no other word comes through")
    })
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
    #[arg(long, value_name = "FILE", conflicts_with_all = ["demo", "snapshot", "scan", "deadline", "apps", "accept_presumed", "csv_taken_at", "since_snapshot", "no_canaries"])]
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
    /// What else is known.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// What it stands on.
    #[command(flatten)]
    pub continuity: ContinuityArgs,
    /// How the explanation is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Listing,
    /// Pseudonyms.
    #[command(flatten)]
    pub redact: RedactArgs,
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
    /// Try the examples that checks carry, each on the small tenant that it describes
    Test {
        /// A folder with packs of your own [default: the packs that ship with the program]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
        /// Only those of this pack
        #[arg(long = "pack", value_name = "ID")]
        packs: Vec<PackId>,
        /// How the outcome is printed
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
#[command(after_help = super::simulator::after_help())]
pub struct SimulatorArgs {
    /// A built-in scenario's name, or a scenario file
    #[arg(long, value_name = "NAME|FILE", default_value = "okta-gmail-broken")]
    pub scenario: String,
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Folder for the key file, configuration, attestations and desktop clients that fit the scenario
    #[arg(long, value_name = "DIR", default_value = "gwsaudit-simulator")]
    pub dir: PathBuf,
    /// When the scenario starts, counted from the present: -3d is three days ago
    #[arg(long, value_name = "OFFSET", default_value = "now", allow_hyphen_values = true)]
    pub start: crate::simulator::Offset,
    /// Simulated seconds per real second; 0 stands still until it is moved on
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub speed: u16,
}

/// `gwsaudit completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}
