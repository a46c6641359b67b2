//! The folder that canaries live in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::history::{self, Entry, History};
use super::registry::Registry;
use crate::snapshot::{folder_of, owners_alone, sync_folder};

/// A state folder: who there is, what became of them, and perhaps their tokens.
#[derive(Debug, Clone)]
pub struct State {
    folder: PathBuf,
}

/// Why the state folder cannot be worked with.
#[derive(Debug, Error)]
pub enum StateFault {
    /// The system says no.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was to be done.
        what: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// Somebody else on this machine can look into the folder.
    #[error("{} can be read by others on this machine (mode {mode:04o}); run: chmod go-rwx {}", path.display(), path.display())]
    Exposed {
        /// Which folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The registry is not what was written.
    #[error("{} is not right: {message}", path.display())]
    Registry {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl State {
    /// The state in that folder, which need not be there yet.
    #[must_use]
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn tokens(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    fn registry_path(&self) -> PathBuf {
        self.folder.join("canaries.toml")
    }

    /// Who there is. Nothing is made where there is nothing.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn registry(&self) -> Result<Registry, StateFault> {
        let path = self.registry_path();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Registry::default()),
            Err(source) => return Err(StateFault::Io { what: "read", path, source }),
        };
        must_be_private(&self.folder)?;
        let registry: Registry = toml::from_str(&text).map_err(|error: toml::de::Error| StateFault::Registry {
            path: path.clone(),
            message: match error.span() {
                Some(span) => {
                    let line = text[..text.floor_char_boundary(span.start)].matches('\n').count() + 1;
                    format!("line {line}: {}", error.message())
                }
                None => error.message().to_owned(),
            },
        })?;
        let mut ids: Vec<_> = registry.canaries.iter().map(|canary| &canary.id).collect();
        ids.sort();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => {
                Err(StateFault::Registry { path, message: format!("the canary {} is there twice", twice[0]) })
            }
            None => Ok(registry),
        }
    }

    /// Makes the folder where it is missing, and waits until nobody else works on it.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn lock(&self) -> Result<Locked<'_>, StateFault> {
        make_private(&self.folder)?;
        let path = self.folder.join("lock");
        let failed = |source| StateFault::Io { what: "lock", path: path.clone(), source };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        owners_alone(&mut options);
        let file = options.open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Locked { state: self, _file: file })
    }
}

/// The state, while nobody else works on it.
#[derive(Debug)]
pub struct Locked<'s> {
    state: &'s State,
    // Unlocked when it is closed, whatever ends the process.
    _file: File,
}

impl Locked<'_> {
    fn history_path(&self) -> PathBuf {
        self.state.folder.join("history.jsonl")
    }

    /// What became of everybody so far. A torn end of the file is kept aside.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn history(&self) -> Result<History, StateFault> {
        let path = self.history_path();
        let aside = self.state.folder.join("history.torn");
        history::read(&path, &aside).map_err(|source| StateFault::Io { what: "read", path, source })
    }

    /// Adds to the history. Its end is mended first, so that nothing is ever added to half a line.
    ///
    /// # Errors
    /// [`StateFault`]; nothing is added then.
    pub fn append(&self, entries: &[Entry]) -> Result<History, StateFault> {
        let mut history = self.history()?;
        let path = self.history_path();
        history::append(&path, entries).map_err(|source| StateFault::Io { what: "add to", path, source })?;
        history.entries.extend_from_slice(entries);
        Ok(history)
    }

    /// Writes the registry in one step.
    ///
    /// # Errors
    /// [`StateFault`]; the old one stays then.
    pub fn save(&self, registry: &Registry) -> Result<(), StateFault> {
        let path = self.state.registry_path();
        let text = toml::to_string(registry)
            .map_err(|error| StateFault::Registry { path: path.clone(), message: error.to_string() })?;
        let head = "# Written by gwsaudit: which canaries there are. No secret is in here.\n\n";
        write_private(&path, format!("{head}{text}").as_bytes())
    }
}

/// Makes a folder that only its owner can look into; one that is there already must be so.
pub(super) fn make_private(folder: &Path) -> Result<(), StateFault> {
    let failed = |source| StateFault::Io { what: "make the folder", path: folder.to_owned(), source };
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above).map_err(failed)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => must_be_private(folder),
        Err(error) => Err(failed(error)),
    }
}

/// Refuses what others can read.
#[cfg(unix)]
pub(super) fn must_be_private(path: &Path) -> Result<(), StateFault> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata =
        fs::metadata(path).map_err(|source| StateFault::Io { what: "look at", path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(StateFault::Exposed { path: path.to_owned(), mode }) }
}

/// Who may read what is not told by a mode here; a user's own folders are private.
#[cfg(not(unix))]
pub(super) fn must_be_private(_path: &Path) -> Result<(), StateFault> {
    Ok(())
}

/// Writes a file of mode 0600 in one step.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), StateFault> {
    let folder = folder_of(path);
    let write = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)
    };
    write().map_err(|source| StateFault::Io { what: "write", path: path.to_owned(), source })
}
