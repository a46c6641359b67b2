//! Packs from their files: one after another, then against one another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::declared::{Declared, PackFile};
use super::fields::Placed;
use super::nearest::nearest;
use super::parse::on_a_large_stack;
use super::raw::{RawPack, id_of, read};
use super::schema::SettingTypes;
use super::source::{PackError, PackErrors, Source};
use crate::domain::{CheckId, PackId};

/// Reads packs that the program brings; each `(name, text)` is a file. They may build on one another, and on the packs
/// of `base`, without which they come.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn load_builtin(
    files: &[(&str, &str)],
    settings: &dyn SettingTypes,
    base: &[PackFile],
) -> Result<Vec<PackFile>, PackErrors> {
    load(files, settings, base, Vec::new())
}

/// Reads every `*.yaml` and `*.yml` file of a folder as a pack, in the order of their names. They may build on the packs
/// of `builtin` and on one another, and come without those.
///
/// # Errors
///
/// Everything that is wrong with them, and that the folder or one of them cannot be read.
pub fn load_dir(folder: &Path, settings: &dyn SettingTypes, builtin: &[PackFile]) -> Result<Vec<PackFile>, PackErrors> {
    let (files, errors) = files_of(folder);
    let files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    load(&files, settings, builtin, errors)
}

/// The files of a folder by their names, and those that cannot be read.
fn files_of(folder: &Path) -> (Vec<(String, String)>, Vec<PackError>) {
    let unreadable = |path: &Path, error: &std::io::Error| {
        PackError::whole(&path.display().to_string(), format!("cannot be read: {error}"))
    };
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return (files, vec![unreadable(folder, &error)]),
    };
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                errors.push(unreadable(folder, &error));
                continue;
            }
        };
        if !path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            continue;
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => files.push((path.display().to_string(), text)),
            Err(error) => errors.push(unreadable(&path, &error)),
        }
    }
    files.sort();
    if files.is_empty() && errors.is_empty() {
        errors.push(PackError::whole(&folder.display().to_string(), "there is no *.yaml file in it"));
    }
    (files, errors)
}

fn load(
    files: &[(&str, &str)],
    settings: &dyn SettingTypes,
    builtin: &[PackFile],
    mut errors: Vec<PackError>,
) -> Result<Vec<PackFile>, PackErrors> {
    let mut packs = on_a_large_stack(|| {
        let mut loading = Loading { builtin, sources: Vec::new(), raw: Vec::new(), done: BTreeMap::new() };
        for (file, text) in files {
            let mut source = Source::new(file, text);
            if let Some(raw) = read(&mut source, settings) {
                loading.raw.push((loading.sources.len(), raw));
            }
            loading.sources.push(source);
        }
        let packs = loading.resolve();
        errors.extend(loading.sources.into_iter().flat_map(|source| source.errors));
        packs
    });
    if errors.is_empty() {
        packs.sort_by(|one, other| one.pack.cmp(&other.pack));
        return Ok(packs);
    }
    errors.sort();
    errors.dedup();
    Err(PackErrors { errors })
}

/// Files on their way to packs.
struct Loading<'l> {
    builtin: &'l [PackFile],
    sources: Vec<Source<'l>>,
    /// Packs, each with the number of its file.
    raw: Vec<(usize, RawPack)>,
    done: BTreeMap<PackId, PackFile>,
}

impl Loading<'_> {
    fn resolve(&mut self) -> Vec<PackFile> {
        let mut waiting = std::mem::take(&mut self.raw);
        self.check_ids(&mut waiting);
        while !waiting.is_empty() {
            let names: BTreeSet<PackId> = waiting.iter().map(|(_, raw)| raw.pack.value.clone()).collect();
            let (later, ready): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|(_, raw)| raw.extends.as_ref().is_some_and(|base| names.contains(&base.value)));
            if ready.is_empty() {
                for (file, raw) in &later {
                    let at = raw.extends.as_ref().map_or(0, |base| base.at);
                    self.sources[*file].fault::<()>(at, "these packs build on one another in a circle");
                }
                break;
            }
            for (file, raw) in ready {
                self.finish(file, raw);
            }
            waiting = later;
        }
        self.check_checks();
        std::mem::take(&mut self.done).into_values().collect()
    }

    /// Of two packs of one id the second is refused.
    fn check_ids(&mut self, waiting: &mut Vec<(usize, RawPack)>) {
        let mut seen: BTreeMap<PackId, String> =
            self.builtin.iter().map(|pack| (pack.pack.clone(), pack.file.clone())).collect();
        waiting.retain(|(file, raw)| {
            let source = &mut self.sources[*file];
            if let Some(other) = seen.get(&raw.pack.value) {
                source.fault::<()>(raw.pack.at, format!("{other} is already pack {}", raw.pack.value));
                return false;
            }
            seen.insert(raw.pack.value.clone(), source.file.to_owned());
            true
        });
    }

    fn finish(&mut self, file: usize, raw: RawPack) {
        // Of a file with faults some checks are missing, which is not the fault of those who build on it.
        let whole = raw.extends.as_ref().is_none_or(|base| self.is_whole(&base.value));
        let source = &mut self.sources[file];
        let base = match &raw.extends {
            Some(base) => {
                match self.done.get(&base.value).or_else(|| self.builtin.iter().find(|pack| pack.pack == base.value)) {
                    Some(pack) => Some(pack.clone()),
                    None => {
                        let known =
                            self.done.keys().chain(self.builtin.iter().map(|pack| &pack.pack)).map(PackId::as_str);
                        let near = nearest(base.value.as_str(), "one", known);
                        source.fault::<()>(base.at, format!("there is no pack {}{near}", base.value));
                        None
                    }
                }
            }
            None => None,
        };
        let title = raw.title.clone().or_else(|| base.as_ref().map(|base| base.title.clone()));
        let framework = raw.framework.clone().or_else(|| base.as_ref().and_then(|base| base.framework.clone()));
        let Some(title) = title else {
            // That it is missing, or the pack that it extends, is told already.
            return;
        };
        let mut checks = match &base {
            Some(base) => {
                if whole {
                    check_names(&raw, base, source);
                }
                inherited(&raw, base, framework.as_deref(), source)
            }
            None if raw.extends.is_some() => Vec::new(),
            None => {
                let strays = raw.drop.iter().map(|dropped| dropped.at).chain(raw.renumber.values().map(|to| to.at));
                for at in strays.collect::<Vec<_>>() {
                    source.fault::<()>(at, "only a pack that `extends` another can drop or renumber its checks");
                }
                Vec::new()
            }
        };
        let mut own: BTreeSet<CheckId> = BTreeSet::new();
        for Placed { at, value: mut check } in raw.checks {
            if !own.insert(check.id.clone()) {
                source.fault::<()>(at, format!("there is already a check {} in this pack", check.id));
                continue;
            }
            check.references.splice(0..0, reference(framework.as_deref(), check.control.as_deref()));
            match checks.iter_mut().find(|inherited| inherited.id == check.id) {
                Some(replaced) => *replaced = Arc::new(check),
                None => checks.push(Arc::new(check)),
            }
        }
        let pack = raw.pack.value;
        let sha256 = PackFile::sha256_of(source.text(), base.as_ref().map(|base| &base.sha256));
        let done = PackFile { pack: pack.clone(), title, framework, file: source.file.to_owned(), checks, sha256 };
        self.done.insert(pack, done);
    }

    fn is_whole(&self, pack: &PackId) -> bool {
        let file = self.done.get(pack).map(|done| done.file.as_str());
        !self.sources.iter().any(|source| Some(source.file) == file && !source.errors.is_empty())
    }

    /// Ids of checks are unique across packs.
    fn check_checks(&mut self) {
        let mut seen: BTreeMap<&CheckId, &PackFile> = BTreeMap::new();
        for pack in self.builtin.iter().chain(self.done.values()) {
            for check in &pack.checks {
                if let Some(other) = seen.insert(&check.id, pack) {
                    let (file, line) = &check.declared_at;
                    let message = format!("check {} is in {} too", check.id, other.file);
                    let error = PackError { line: *line, column: 1, ..PackError::whole(file, message) };
                    self.sources.iter_mut().filter(|source| source.file == file).for_each(|source| {
                        source.errors.push(error.clone());
                    });
                }
            }
        }
    }
}

/// How a framework's control is referred to.
fn reference(framework: Option<&str>, control: Option<&str>) -> Option<String> {
    Some(format!("{} {}", framework?, control?))
}

fn names(check: &Declared, name: &str) -> bool {
    check.control.as_deref() == Some(name) || check.id.as_str() == name
}

/// What a pack drops or renumbers must be there.
fn check_names(raw: &RawPack, base: &PackFile, source: &mut Source<'_>) {
    for (at, name) in raw
        .drop
        .iter()
        .map(|dropped| (dropped.at, &dropped.value))
        .chain(raw.renumber.iter().map(|(from, to)| (to.at, from)))
    {
        if !base.checks.iter().any(|check| names(check, name)) {
            source.fault::<()>(at, format!("pack {} has no check {name:?}", base.pack));
        }
    }
}

/// The checks that a pack has from the one that it extends, under their ids here.
fn inherited(raw: &RawPack, base: &PackFile, framework: Option<&str>, source: &mut Source<'_>) -> Vec<Arc<Declared>> {
    let mut checks: Vec<Arc<Declared>> = Vec::new();
    for check in &base.checks {
        if raw.drop.iter().any(|dropped| names(check, &dropped.value)) {
            continue;
        }
        let renumbered = raw.renumber.iter().find(|(from, _)| names(check, from)).map(|(_, to)| to);
        let control = renumbered.map(|to| &to.value).or(check.control.as_ref());
        let name = control.map_or(check.id.as_str(), String::as_str);
        let at = renumbered.map_or(raw.pack.at, |to| to.at);
        let id = match id_of(&raw.pack.value, name) {
            Ok(id) => id,
            Err(message) => {
                source.fault::<()>(at, message);
                continue;
            }
        };
        if checks.iter().any(|other| other.id == id) {
            source.fault::<()>(at, format!("two checks of pack {} would be {id} here", base.pack));
            continue;
        }
        let mut here = Declared { id, pack: raw.pack.value.clone(), control: control.cloned(), ..(**check).clone() };
        if let Some(theirs) = reference(base.framework.as_deref(), check.control.as_deref()) {
            here.references.retain(|reference| *reference != theirs);
        }
        here.references.splice(0..0, reference(framework, here.control.as_deref()));
        checks.push(Arc::new(here));
    }
    checks
}
