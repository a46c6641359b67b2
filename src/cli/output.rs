//! Standard output and output files.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use tempfile::NamedTempFile;

use super::Surroundings;
use super::args::{Cli, CompletionsArgs, Global};
use super::error::CliError;
use super::exit::Exit;
use super::talk::colour_choice;
use crate::report::{Colour, write_json};
use crate::snapshot::folder_of;

/// How wide a page is where no terminal says.
const WIDTH: usize = 100;

/// Where a report goes. A file is opened before the slow work and appears, mode 0600, only when it is whole.
#[derive(Debug)]
pub(super) enum Output {
    Standard,
    File { temporary: NamedTempFile, path: PathBuf },
}

impl Output {
    pub(super) fn open(path: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = path else { return Ok(Self::Standard) };
        let folder = existing_folder(path)?;
        let temporary = NamedTempFile::new_in(folder)
            .map_err(|source| CliError::Output { what: path.display().to_string(), source })?;
        Ok(Self::File { temporary, path: path.to_owned() })
    }

    /// Writes it all.
    pub(super) fn write(self, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), CliError> {
        match self {
            Self::Standard => standard(fill),
            Self::File { temporary, path } => {
                let failed = |source| CliError::Output { what: path.display().to_string(), source };
                let mut out = BufWriter::new(temporary);
                fill(&mut out).map_err(failed)?;
                let temporary = out.into_inner().map_err(|error| failed(error.into_error()))?;
                temporary.as_file().sync_all().map_err(failed)?;
                temporary.persist(&path).map_err(|error| failed(error.error))?;
                Ok(())
            }
        }
    }
}

/// The folder that an output file goes to. Asked before the slow work, not after it.
pub(super) fn existing_folder(path: &Path) -> Result<&Path, CliError> {
    if path.is_dir() {
        return Err(CliError::Usage(format!("--output: {} is a folder", path.display())));
    }
    let folder = folder_of(path);
    if folder.is_dir() {
        Ok(folder)
    } else {
        Err(CliError::Usage(format!("--output: there is no folder {}", folder.display())))
    }
}

/// Writes to standard output. A reader that has seen enough is no error.
pub(super) fn standard(fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    match fill(&mut out).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(CliError::Output { what: "standard output".to_owned(), source }),
    }
}

/// How wide a page for people is.
pub(super) fn width(surroundings: &Surroundings) -> usize {
    let named = surroundings.environment.get("COLUMNS").and_then(|columns| columns.parse().ok());
    let seen = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    named.or(seen).unwrap_or(WIDTH).clamp(40, 200)
}

/// Whether a page for people on standard output is coloured.
pub(super) fn colour(global: &Global) -> Colour {
    let coloured = match anstream::AutoStream::choice(&io::stdout()) {
        _ if colour_choice(global.color) == anstream::ColorChoice::Always => true,
        _ if colour_choice(global.color) == anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Auto | anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => {
            io::stdout().is_terminal()
        }
    };
    if coloured { Colour::Always } else { Colour::Never }
}

/// Writes a value as JSON.
pub(super) fn json(value: &serde_json::Value) -> Result<(), CliError> {
    standard(|out| write_json(value, out))
}

pub(super) fn completions(args: &CompletionsArgs) -> Result<Exit, CliError> {
    standard(|out| {
        let mut script = Vec::new();
        clap_complete::generate(args.shell, &mut Cli::command(), "gwsaudit", &mut script);
        out.write_all(&script)
    })?;
    Ok(Exit::Clean)
}
