//! The attestation file: read, added to, never rewritten.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::setup::attestations_in;
use crate::config::AttestationText;
use crate::domain::{AppId, OrgUnitPath};
use crate::evidence::{AppRef, Attestation, AttestedValue};
use crate::snapshot::{folder_of, sync_folder};

/// An attestation file as it was found.
#[derive(Debug)]
pub(super) struct AttestationFile {
    path: PathBuf,
    /// `None` where there is no such file yet.
    text: Option<String>,
    /// What it says so far.
    pub(super) attestations: Vec<Attestation>,
}

impl AttestationFile {
    /// Reads the file; one that is not there yet says nothing.
    pub(super) fn read(path: &Path, apps: &[AppId]) -> Result<Self, CliError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => {
                let path = path.to_owned();
                return Err(CliError::Unreadable { what: "the attestations", path, source, exit: Exit::Misused });
            }
        };
        let attestations = match &text {
            Some(text) => attestations_in(path, text, apps)?,
            None => Vec::new(),
        };
        Ok(Self { path: path.to_owned(), text, attestations })
    }

    /// As it was named.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes sure, before anybody answers questions for ten minutes, that something can be written there.
    pub(super) fn prepare(self) -> Result<Addition, CliError> {
        // A link is followed, so that it stays one.
        let target = match &self.text {
            Some(_) => fs::canonicalize(&self.path).map_err(|source| cannot_write(&self.path, source))?,
            None => self.path.clone(),
        };
        let folder = folder_of(&target).to_owned();
        // Gone again at once: whoever breaks off the questions leaves nothing behind.
        drop(NamedTempFile::new_in(&folder).map_err(|source| cannot_write(&self.path, source))?);
        Ok(Addition { file: self, folder, target })
    }
}

fn cannot_write(path: &Path, source: io::Error) -> CliError {
    CliError::Output { what: path.display().to_string(), source }
}

/// An attestation file that is about to be added to.
#[derive(Debug)]
pub(super) struct Addition {
    pub(super) file: AttestationFile,
    folder: PathBuf,
    target: PathBuf,
}

/// What of the new attestations the file does not say yet.
///
/// # Errors
/// Two that differ, about the same setting at the same moment: later on that would be a contradiction for ever.
pub(super) fn not_said_yet(known: &[Attestation], new: Vec<Attestation>) -> Result<Vec<Attestation>, CliError> {
    type Key = (OrgUnitPath, Option<AppRef>, Timestamp);
    let key = |attestation: &Attestation| -> Key {
        let app = match &attestation.value {
            AttestedValue::Session(_) => None,
            AttestedValue::AppAccess { app, .. } => Some(app.clone()),
        };
        (attestation.org_unit.clone(), app, attestation.attested_at)
    };
    let mut said: BTreeMap<Key, Vec<Attestation>> = BTreeMap::new();
    for attestation in known {
        said.entry(key(attestation)).or_default().push(attestation.clone());
    }
    let mut added = Vec::new();
    for attestation in new {
        let same = said.entry(key(&attestation)).or_default();
        if let Some(other) = same.iter().find(|other| other.value != attestation.value) {
            let place = if other.locator.is_empty() { "the other answers" } else { &other.locator };
            return Err(CliError::Usage(format!(
                "what is to be said of {} at {} differs from {place}, and both cannot be true at one moment; nothing is \
                 written. --at says when it was seen",
                attestation.org_unit, attestation.attested_at
            )));
        }
        let text = AttestationText::from(&attestation).to_string();
        if !same.iter().any(|other| AttestationText::from(other).to_string() == text) {
            same.push(attestation.clone());
            added.push(attestation);
        }
    }
    Ok(added)
}

impl Addition {
    /// Adds these tables, all or none.
    ///
    /// # Errors
    /// [`CliError::Overtaken`] where the file is not any more what it was when it was read.
    pub(super) fn write(self, new: &[Attestation], apps: &[AppId]) -> Result<(), CliError> {
        let before = self.file.text.as_deref().unwrap_or_default();
        let mut text = before.to_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for attestation in new {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&AttestationText::from(attestation).to_string());
        }
        self.must_read_back(&text, new, apps)?;

        let path = self.file.path.clone();
        let failed = |source| cannot_write(&path, source);
        let mut temporary = NamedTempFile::new_in(&self.folder).map_err(failed)?;
        temporary.write_all(text.as_bytes()).map_err(failed)?;
        if self.file.text.is_some() {
            let permissions = fs::metadata(&self.target).map_err(failed)?.permissions();
            temporary.as_file().set_permissions(permissions).map_err(failed)?;
        }
        temporary.as_file().sync_all().map_err(failed)?;

        let overtaken = || CliError::Overtaken { file: path.clone() };
        match &self.file.text {
            Some(before) => {
                let lock = File::open(&self.target).map_err(failed)?;
                // Whoever else adds to it at this moment holds the lock, or has put another file in its place. Where
                // nothing can be locked, the comparison alone must do.
                if let Err(TryLockError::WouldBlock) = lock.try_lock() {
                    return Err(overtaken());
                }
                if fs::read(&self.target).map_err(failed)? != before.as_bytes() {
                    return Err(overtaken());
                }
                temporary.persist(&self.target).map_err(|error| failed(error.error))?;
            }
            None => {
                temporary.persist_noclobber(&self.target).map_err(|error| {
                    if error.error.kind() == io::ErrorKind::AlreadyExists { overtaken() } else { failed(error.error) }
                })?;
            }
        }
        sync_folder(&self.folder).map_err(failed)
    }

    /// No file that cannot be read takes the place of one that can.
    fn must_read_back(&self, text: &str, new: &[Attestation], apps: &[AppId]) -> Result<(), CliError> {
        let tables = |attestations: &[Attestation]| -> Vec<String> {
            attestations.iter().map(|attestation| AttestationText::from(attestation).to_string()).collect()
        };
        let mut expected = tables(&self.file.attestations);
        expected.extend(tables(new));
        let why = match attestations_in(&self.file.path, text, apps) {
            Ok(read) if tables(&read) == expected => return Ok(()),
            Ok(_) => "it would not say the same".to_owned(),
            Err(error) => error.to_string(),
        };
        Err(CliError::Usage(format!(
            "{} cannot be added to, and is left as it was; each attestation in it must be a table of its own, written \
             [[attestation]]: {why}",
            self.file.path.display()
        )))
    }
}
