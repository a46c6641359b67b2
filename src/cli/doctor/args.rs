//! The command line of `gwsaudit doctor`. Types only.

use clap::Args;

use crate::cli::args::Listing;
use crate::config::Duration;
use crate::domain::PackId;

/// How the help of `gwsaudit doctor` ends.
pub(in crate::cli) const DOCTOR_HELP: &str = "\
Tried one by one: the configuration and the files that it names, the credentials, whether Google
answers, this machine's clock against Google's, a token for each scope, each API, one small read of
each source, how far back the logs go, name servers. Only what the chosen packs take is tried. It
only reads.

Examples:
  gwsaudit doctor
  gwsaudit doctor --pack cis-gws-1.3
  gwsaudit doctor --demo
  gwsaudit doctor --format json | jq -r '.steps[] | select(.status == \"problem\") | .cure[]'

Exit status:
  0  everything is well
  1  something is not, and will cost verdicts
  2  the command line, the configuration or a file that it names is wrong
  3  no problem, but something is doubtful or could not be tried
  4  nothing of the tenant could be read (credentials, network): an audit could not run";

/// `gwsaudit doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// For this pack [default: those of the configuration, else okta-workflows-gmail]
    #[arg(long = "pack", value_name = "ID")]
    pub packs: Vec<PackId>,
    /// Use the built-in simulator instead of Google, over loopback HTTP [scenarios: see `gwsaudit simulator --help`]
    #[arg(long, value_name = "SCENARIO", num_args = 0..=1, require_equals = true, default_missing_value = "okta-gmail-broken", conflicts_with = "config")]
    pub demo: Option<String>,
    /// End after this long [default: 60s]; a silent source is given up after 10 s, or sooner if this is less
    #[arg(long, value_name = "DURATION")]
    pub deadline: Option<Duration>,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Listing,
}
