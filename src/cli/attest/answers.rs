//! Attestations that were written down in a file before.

use std::io::Read as _;
use std::path::Path;

use super::units::KnownUnits;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::setup::read;
use crate::config::{LeftOut, read_answers};
use crate::domain::AppId;
use crate::evidence::Attestation;

/// Reads them, from standard input where the name is `-`.
pub(super) fn attestations_in(path: &Path, apps: &[AppId], left_out: &LeftOut) -> Result<Vec<Attestation>, CliError> {
    let (name, text) = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| CliError::Usage(format!("--answers: standard input cannot be read: {error}")))?;
        ("standard input".to_owned(), text)
    } else {
        (path.display().to_string(), read("the answers", path, Exit::Misused)?)
    };
    read_answers(&name, &text, apps, left_out).map_err(|error| CliError::Config { file: name, error })
}

/// Refuses org units that there are not, all at once.
pub(super) fn check_units(attestations: &[Attestation], units: &KnownUnits) -> Result<(), CliError> {
    let faults: Vec<String> = attestations
        .iter()
        .filter_map(|attestation| {
            let why = units.check(&attestation.org_unit).err()?;
            Some(format!("{}: {why}", attestation.locator))
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(no_such_unit(&faults.join("\n"))) }
}

/// The tenant has none of these; the operator may know better.
pub(super) fn no_such_unit(faults: &str) -> CliError {
    CliError::Usage(format!(
        "{faults}\nwith --offline org units are taken as written, such as the path that one had at an earlier time"
    ))
}
