//! Configuration, credentials and catalogue: what a command works with.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Surroundings;
use super::args::Global;
use super::checks::registry;
use super::error::CliError;
use super::exit::Exit;
use super::talk::Talk;
use crate::checks::Registry;
use crate::config::{
    Config, ConfigError, EvidenceSettings, GcpOrganization, builtin_catalogue, load, read_attestations, unknown_checks,
};
use crate::domain::{AppId, Sha256};
use crate::evidence::{Attestation, Catalogue, ConfiguredApps, Dating, Extent, read_configured_apps};
use crate::facts::Statements;
use crate::report::model::FileInput;

/// The operator's files, read and found sound.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) config: Config,
    pub(super) catalogue: Catalogue,
    pub(super) statements: Statements,
    /// All checks.
    pub(super) registry: Registry,
    /// Where the configuration came from, for messages.
    pub(super) origin: String,
    /// The file of attestations, where it was read.
    pub(super) attestations: Option<FileInput>,
    /// The file of configured apps, where it was read.
    pub(super) configured_apps: Option<FileInput>,
}

/// What becomes of the files with evidence that the configuration names: attestations, the list of configured apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attestations {
    /// They are read, and must be there.
    Read,
    /// They are left alone: whoever asks has another file in mind, or one that is still to be made.
    LeaveAlone,
}

impl Setup {
    /// Reads the configuration that the command line, the working folder or the home folder names.
    pub(super) fn find(global: &Global, surroundings: &Surroundings) -> Result<Self, CliError> {
        Self::find_with(global, surroundings, Attestations::Read)
    }

    /// The same, with or without the attestations.
    pub(super) fn find_with(
        global: &Global,
        surroundings: &Surroundings,
        attestations: Attestations,
    ) -> Result<Self, CliError> {
        let environment = settings_in(&surroundings.environment);
        let mut setup = match find_file(global.config.as_deref(), &surroundings.environment) {
            Some(path) => Self::from_file(&path, environment, &global.pack_dirs, attestations)?,
            None => Self::from_text(None, "", environment, &global.pack_dirs, attestations)?,
        };
        setup.config.strict_permissions |= global.strict_permissions;
        Ok(setup)
    }

    /// Reads this configuration file.
    pub(super) fn from_file(
        path: &Path,
        environment: BTreeMap<String, String>,
        pack_dirs: &[PathBuf],
        attestations: Attestations,
    ) -> Result<Self, CliError> {
        let text = read("the configuration", path, Exit::Misused)?;
        Self::from_text(Some(path), &text, environment, pack_dirs, attestations)
    }

    fn from_text(
        path: Option<&Path>,
        text: &str,
        environment: BTreeMap<String, String>,
        pack_dirs: &[PathBuf],
        attestations: Attestations,
    ) -> Result<Self, CliError> {
        let origin = path.map_or_else(|| "the environment".to_owned(), |path| path.display().to_string());
        let wrong = |file: &str| {
            let file = file.to_owned();
            move |error: ConfigError| CliError::Config { file, error }
        };
        let config = load(path, text, environment).map_err(wrong(&origin))?;
        let folders: Vec<PathBuf> = pack_dirs.iter().chain(&config.audit.pack_dirs).cloned().collect();
        let registry = registry(&folders)?;
        if let Some(error) = unknown_checks(&config.suppress, |id| registry.find_check(id).is_some()) {
            return Err(wrong(&origin)(error));
        }
        let catalogue = builtin_catalogue(&config.apps).map_err(wrong("the built-in catalogue"))?;
        let no_bindings = config.evidence.gcp_organization == Some(GcpOrganization::None);
        let statements = Statements { no_bindings, catalogue: catalogue.clone(), ..Statements::default() };
        let mut setup =
            Self { statements, config, catalogue, registry, origin, attestations: None, configured_apps: None };
        if let (Attestations::Read, Some(path)) = (attestations, &setup.config.evidence.attestations) {
            let text = read("the attestations", path, Exit::Misused)?;
            setup.statements.attestations = attestations_in(path, &text, &setup.app_ids())?;
            setup.attestations = Some(FileInput { file: file_name(path), sha256: Sha256::of(text.as_bytes()) });
        }
        if attestations == Attestations::Read
            && let Some((list, file)) = setup.list_of_apps()?
        {
            setup.statements.configured_apps = Some(list);
            setup.configured_apps = Some(file);
        }
        Ok(setup)
    }

    /// The console's list of configured apps, where the configuration names one.
    pub(super) fn configured_apps(&self) -> Result<Option<ConfiguredApps>, CliError> {
        Ok(self.list_of_apps()?.map(|(list, _)| list))
    }

    fn list_of_apps(&self) -> Result<Option<(ConfiguredApps, FileInput)>, CliError> {
        let settings = &self.config.evidence;
        settings.configured_apps_csv.as_deref().map(|path| configured_apps(path, settings)).transpose()
    }

    /// The ids that attestations may name apps by.
    pub(super) fn app_ids(&self) -> Vec<AppId> {
        self.catalogue.apps.keys().cloned().collect()
    }

    /// The warnings that a configuration deserves.
    pub(super) fn warn(&self, talk: Talk) {
        if let Some(doubt) = self.statements.configured_apps.as_ref().and_then(ConfiguredApps::doubt) {
            talk.warning(&format!("{doubt}, so the list proves nothing and is presumed at most"));
        }
    }

    /// `--csv-taken-at`: when the console's list was downloaded.
    pub(super) fn date_configured_apps(&mut self, taken_at: Option<Timestamp>) -> Result<(), CliError> {
        let Some(taken_at) = taken_at else { return Ok(()) };
        let Some(list) = &mut self.statements.configured_apps else {
            return Err(CliError::Usage(format!(
                "--csv-taken-at dates a list that is not given: set [evidence] configured_apps_csv in {}",
                self.origin
            )));
        };
        list.taken_at = taken_at;
        list.dating = Dating::Stated;
        Ok(())
    }
}

/// The console's list of configured apps.
fn configured_apps(path: &Path, settings: &EvidenceSettings) -> Result<(ConfiguredApps, FileInput), CliError> {
    let unreadable = |source| CliError::Unreadable {
        what: "the list of configured apps",
        path: path.to_owned(),
        source,
        exit: Exit::Misused,
    };
    let bytes = fs::read(path).map_err(unreadable)?;
    let rows =
        read_configured_apps(&bytes).map_err(|source| CliError::ConfiguredApps { path: path.to_owned(), source })?;
    let (taken_at, dating) = match settings.configured_apps_csv_at {
        Some(at) => (at, Dating::Stated),
        None => {
            let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).map_err(unreadable)?;
            let at = Timestamp::try_from(modified).map_err(|error| unreadable(io::Error::other(error)))?;
            (at, Dating::FileTime)
        }
    };
    let extent = match settings.configured_apps_csv_complete {
        Some(true) => Extent::Whole,
        Some(false) | None => Extent::Unsaid,
    };
    let file = FileInput { file: file_name(path), sha256: Sha256::of(&bytes) };
    Ok((ConfiguredApps { file: file.file.clone(), taken_at, dating, extent, rows }, file))
}

/// Evidence names the file, not the folder: reports of two machines are the same.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// What an attestation file of that text says.
pub(super) fn attestations_in(path: &Path, text: &str, apps: &[AppId]) -> Result<Vec<Attestation>, CliError> {
    read_attestations(&file_name(path), text, apps)
        .map_err(|error| CliError::Config { file: path.display().to_string(), error })
}

/// Reads a file.
pub(super) fn read(what: &'static str, path: &Path, exit: Exit) -> Result<String, CliError> {
    fs::read_to_string(path).map_err(|source| CliError::Unreadable { what, path: path.to_owned(), source, exit })
}

/// `GWSAUDIT_SECTION__KEY` as `section.key`.
fn settings_in(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    environment
        .iter()
        .filter_map(|(name, value)| {
            let (section, key) = name.strip_prefix("GWSAUDIT_")?.split_once("__")?;
            Some((format!("{}.{}", section.to_lowercase(), key.to_lowercase()), value.clone()))
        })
        .collect()
}

/// The configuration file: the one named, else the first that is there.
fn find_file(named: Option<&Path>, environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.to_owned());
    }
    let here = PathBuf::from("gwsaudit.toml");
    if here.exists() {
        return Some(here);
    }
    let folder = environment
        .get("XDG_CONFIG_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| environment.get("HOME").map(|home| Path::new(home).join(".config")))?;
    Some(folder.join("gwsaudit/gwsaudit.toml")).filter(|path| path.exists())
}
