//! `gwsaudit policy …` as it is written. Types only.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use crate::cli::args::TenantArgs;
use crate::domain::{Email, OrgUnitPath};
use crate::report::effective::Form;

/// How the help of `gwsaudit policy effective` ends.
const EFFECTIVE_HELP: &str = "\
The Policy API returns explicit policies alone; here they are reduced by Google's documented rules
to what is in force. For each field:
  set      policies set it: which, by name, type (ADMIN or SYSTEM), org unit, group or licence, and
           sortOrder (the greatest wins), and what it overrode
  default  no policy sets it, and Google documents what it is then; presumed at best
  unset    no policy sets it, and Google does not say what it is then
  unknown  nobody knows: policies of the same sortOrder that contradict each other, a word whose
           meaning is not known, a policy of which it is not known whether it applies, a list that
           could not be read; why, what is possible, and what would settle it

An org unit stands for a user in it who is in no group and of whom no licence is known: settings
that depend on a licence are unknown there. --user takes in their groups (nested ones too) and
licences. Side by side, an org unit that is not shown to people inherits what the one above it has;
JSON and CSV hold every org unit.

Examples:
  gwsaudit policy effective --user flows@example.com
  gwsaudit policy effective --org-unit / --org-unit /Sales --setting gmail.pop_access
  gwsaudit policy effective --all-org-units --setting 'security.*' --snapshot tenant.jsonl
  gwsaudit policy effective --all-org-units --format csv -o effective.csv

Exit status:
  0  everything asked for is known; that no policy sets a field is
  2  the command line or the configuration is wrong; no such setting, org unit or user
  3  something asked for is unknown
  4  nothing could be read";

/// `gwsaudit policy`
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Which view.
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// `gwsaudit policy …`
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// The value of every setting for a user or an org unit, what set it, and what it overrode
    #[command(after_help = EFFECTIVE_HELP)]
    Effective(Box<EffectiveArgs>),
}

/// `gwsaudit policy effective`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true).args(["user", "org_units", "all_org_units"]))]
pub struct EffectiveArgs {
    /// For this user, by primary address or alias
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<Email>,
    /// For this org unit; several are shown side by side
    #[arg(long = "org-unit", value_name = "PATH")]
    pub org_units: Vec<OrgUnitPath>,
    /// For every org unit, side by side
    #[arg(long)]
    pub all_org_units: bool,
    /// Only this setting, such as gmail.pop_access, or all that begin so: 'gmail.*' [default: all of which the tenant has
    /// policies]
    #[arg(long = "setting", value_name = "TYPE")]
    pub settings: Vec<Pattern>,
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: FormWord,
    /// Where the answer goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormWord {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

impl From<FormWord> for Form {
    fn from(word: FormWord) -> Self {
        match word {
            FormWord::Human => Self::Human,
            FormWord::Json => Self::Json,
            FormWord::Csv => Self::Csv,
        }
    }
}

/// A type of setting, or the beginning of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This one, without `settings/`.
    Exact(String),
    /// All that begin so.
    Beginning(String),
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.strip_prefix("settings/").unwrap_or(text);
        match name.strip_suffix('*') {
            Some(beginning) if !beginning.contains('*') => Ok(Self::Beginning(beginning.to_owned())),
            None if !name.is_empty() && !name.contains('*') => Ok(Self::Exact(name.to_owned())),
            Some(_) | None => Err("write a type such as gmail.pop_access, or a beginning such as gmail.*".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_at_the_end_alone() {
        let read = |text: &str| text.parse::<Pattern>();
        assert_eq!(read("settings/gmail.pop_access"), Ok(Pattern::Exact("gmail.pop_access".to_owned())));
        assert_eq!(read("gmail.*"), Ok(Pattern::Beginning("gmail.".to_owned())));
        assert_eq!(read("*"), Ok(Pattern::Beginning(String::new())));
        for odd in ["", "settings/", "*.pop_access", "gmail.*.x", "**"] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }
}
