//! `--redact`: pseudonyms in what is shown to others.

use std::path::PathBuf;

use clap::Args;

use super::Surroundings;
use super::error::CliError;
use super::exit::Exit;
use super::talk::Talk;
use crate::config::builtin_catalogue;
use crate::report::model::Report;
use crate::report::redact::{Key, Names, Redactor};

/// The variable that may hold the key.
const VARIABLE: &str = "GWSAUDIT_REDACT_KEY";

/// Pseudonyms for names.
#[derive(Debug, Clone, Args)]
pub struct RedactArgs {
    /// Replace names of people, groups, domains, org units, clients and apps of your own with pseudonyms, in every format.
    /// What is said on standard error keeps the names
    #[arg(long)]
    redact: bool,
    /// Where the key of the pseudonyms is, so that they are the same every time [default: GWSAUDIT_REDACT_KEY, else a key
    /// of this run alone]
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_key_file: Option<PathBuf>,
}

impl RedactArgs {
    /// The key, where names are to be replaced.
    pub(super) fn key(&self, surroundings: &Surroundings, talk: Talk) -> Result<Option<Key>, CliError> {
        if !self.redact {
            return Ok(None);
        }
        let (from, text) = match (&self.redact_key_file, surroundings.environment.get(VARIABLE)) {
            (Some(path), _) => {
                let text = std::fs::read(path).map_err(|source| CliError::Unreadable {
                    what: "the key of pseudonyms",
                    path: path.clone(),
                    source,
                    exit: Exit::Misused,
                })?;
                (path.display().to_string(), text)
            }
            (None, Some(key)) => (VARIABLE.to_owned(), key.clone().into_bytes()),
            (None, None) => {
                talk.warning(
                    "pseudonyms are made with a key of this run alone; with --redact-key-file FILE they are the same \
                     every time",
                );
                let random = Key::random().map_err(|error| CliError::Usage(error.to_string()))?;
                return Ok(Some(random));
            }
        };
        Key::of(&text).map(Some).map_err(|error| CliError::Usage(format!("{from}: {error}")))
    }
}

/// Replaces the names of a tenant that has these.
pub(super) fn redactor(key: Key, names: Names, report: &Report) -> Result<Redactor, CliError> {
    let catalogue = builtin_catalogue(&[])
        .map_err(|error| CliError::Config { file: "the built-in catalogue".to_owned(), error })?;
    Ok(Redactor::new(key, names.and_of(report), &catalogue))
}

/// Pseudonyms of pseudonyms would be the same in no other report.
pub(super) fn refuse_twice(key: Option<&Key>, report: &Report) -> Result<(), CliError> {
    if key.is_some() && report.redaction.is_some() {
        return Err(CliError::Usage("--redact: the report has pseudonyms already".to_owned()));
    }
    Ok(())
}
