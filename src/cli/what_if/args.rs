//! `gwsaudit what-if` as it is written. Types only.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::args::{ContinuityArgs, EvidenceArgs, Listing, TenantArgs};
use crate::domain::{AppId, OrgUnitPath, PackId, Severity};

/// How the help of `gwsaudit what-if` ends.
pub(in crate::cli) const WHAT_IF_HELP: &str = r#"Assignments:
  cloud-session:PATH=required|not_required|inherit[,frequency=16h][,method=password|security_key]
      [,exempt=yes|no]        an org unit's own page of Google Cloud session control
  app:APP:PATH=LEVEL          an app's access; APP is an id of the catalogue or a client ID, LEVEL
      trusted, limited, specific_data, blocked, unconfigured (at / alone) or inherit
  policy:TYPE:PATH={JSON}     fields of a setting of the Policy API; group:EMAIL in place of PATH
      for a group
Each becomes the org unit's own setting; what lies below inherits it as surely as it is known to
inherit, and what is not known today is not known then. What is not said of a page stays as it is.

A plan is a TOML file, each wave on top of those before it:
  [[wave]]
  name = "pilot"
  set = ["app:okta-workflows-gmail:/=trusted", "cloud-session:/Pilot=required,exempt=yes"]

Examples:
  gwsaudit what-if --demo=healthy --set 'cloud-session:/=required,frequency=4h,exempt=no'
  gwsaudit what-if --snapshot tenant.jsonl --set 'cloud-session:/Engineering=required,frequency=16h'
  gwsaudit what-if --pack cis-gws-1.3 --set 'policy:gmail.imap_access:/={"enableImapAccess":false}'
  gwsaudit what-if --plan rollout.toml --format json -o foresight.json

Nothing is ever written to Google.

Exit status:
  0  nothing gets worse
  1  something starts to fail: a connection, or a result at or above --fail-on (default: high)
  2  the command line, the plan or the configuration is wrong; no such org unit, app or setting
  3  nothing is certain to fail, and something may
  4  the tenant could not be read (credentials, network, unreadable input)"#;

/// `gwsaudit what-if`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("supposed").required(true).args(["set", "plan"]))]
pub struct WhatIfArgs {
    /// Suppose this setting; several together are one wave
    #[arg(long = "set", value_name = "ASSIGNMENT")]
    pub set: Vec<String>,
    /// Suppose the waves of this plan, one after the other
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// What it stands on.
    #[command(flatten)]
    pub continuity: ContinuityArgs,
    /// Judge by this pack [default: those of the configuration, else okta-workflows-gmail]
    #[arg(long = "pack", value_name = "ID")]
    pub packs: Vec<PackId>,
    /// Only this org unit and those below it
    #[arg(long = "org-unit", value_name = "PATH")]
    pub org_units: Vec<OrgUnitPath>,
    /// Judge only this app, by its id in the catalogue or the configuration; connections are told of every app
    #[arg(long = "app", value_name = "ID")]
    pub apps: Vec<AppId>,
    /// From which severity on a result that starts to fail counts for the exit status: info, low, medium, high or
    /// critical [default: high]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Let presumed facts pass, not only proven ones
    #[arg(long)]
    pub accept_presumed: bool,
    /// What else is known.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Listing,
    /// Where the answer goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
