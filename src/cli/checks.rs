//! `gwsaudit checks`

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{ChecksArgs, ChecksCommand, Global, Listing};
use super::error::CliError;
use super::exit::Exit;
use super::judge::known_pack;
use super::output::{json, standard};
use crate::checks::{Check, Registry, Tried};
use crate::config::builtin_catalogue;
use crate::domain::PackId;
use crate::report::Visible;

pub(super) fn run(args: &ChecksArgs, global: &Global) -> Result<Exit, CliError> {
    let registry = registry(&global.pack_dirs)?;
    match &args.command {
        ChecksCommand::List { packs, format } => {
            for pack in packs {
                known_pack(&registry, pack)?;
            }
            let listed: Vec<&dyn Check> = registry
                .checks()
                .filter(|check| packs.is_empty() || packs.iter().any(|pack| pack.as_str() == check.meta().pack))
                .collect();
            list(&listed, *format)?;
        }
        ChecksCommand::Show { id, format } => {
            show(find(&registry, id)?, *format)?;
        }
        ChecksCommand::Test { folder, packs, format } => return test(folder.as_deref(), packs, global, *format),
    }
    Ok(Exit::Clean)
}

fn list(listed: &[&dyn Check], format: Listing) -> Result<(), CliError> {
    match format {
        Listing::Json => {
            let entries: Vec<serde_json::Value> = listed
                .iter()
                .map(|check| {
                    let meta = check.meta();
                    json!({
                        "id": meta.id,
                        "pack": meta.pack,
                        "title": meta.title,
                        "severity": meta.severity,
                        "automated": meta.automated,
                        "control": meta.control,
                        "references": meta.references,
                    })
                })
                .collect();
            json(&json!(entries))
        }
        Listing::Human => standard(|out| {
            let width = listed.iter().map(|check| check.meta().id.len()).max().unwrap_or_default();
            for check in listed {
                let meta = check.meta();
                writeln!(out, "{:width$}  {:8}  {}", meta.id, meta.severity.as_str(), meta.title)?;
            }
            Ok(())
        }),
    }
}

/// All checks: those that ship with the program, and those of the operator's folders.
pub(super) fn registry(folders: &[PathBuf]) -> Result<Registry, CliError> {
    Registry::with(folders).map_err(CliError::Packs)
}

/// The check of that id.
pub(super) fn find<'r>(registry: &'r Registry, id: &str) -> Result<&'r dyn Check, CliError> {
    registry
        .find_check(id)
        .ok_or_else(|| CliError::Usage(format!("there is no check {id:?}; `gwsaudit checks list` shows all")))
}

/// Tries examples: those of the folder's packs, else of all that are known.
fn test(folder: Option<&Path>, packs: &[PackId], global: &Global, format: Listing) -> Result<Exit, CliError> {
    let folders: Vec<PathBuf> = global.pack_dirs.iter().cloned().chain(folder.map(Path::to_owned)).collect();
    let registry = registry(&folders)?;
    for pack in packs {
        known_pack(&registry, pack)?;
    }
    let shipped = Registry::builtin();
    let chosen: Vec<PackId> = registry
        .packs()
        .iter()
        .filter(|pack| match (packs.is_empty(), folder) {
            (false, _) => packs.iter().any(|wanted| wanted.as_str() == pack.id),
            (true, Some(_)) => shipped.find_pack(&pack.id).is_none(),
            (true, None) => true,
        })
        .filter_map(|pack| pack.id.parse().ok())
        .collect();
    let catalogue = builtin_catalogue(&[])
        .map_err(|error| CliError::Config { file: "the built-in catalogue".to_owned(), error })?;
    let tried = registry.try_examples(&chosen, &catalogue).map_err(CliError::Example)?;
    let wrong: Vec<&Tried> = tried.iter().filter(|tried| !tried.wrong.is_empty()).collect();
    match format {
        Listing::Json => json(&json!({
            "examples": tried.len(),
            "wrong": wrong.iter().map(|tried| json!({
                "check": tried.check,
                "file": tried.at.0,
                "line": tried.at.1,
                "name": tried.name,
                "differences": tried.wrong.iter().map(|difference| json!({
                    "subject": difference.subject,
                    "expected": difference.expected,
                    "got": difference.got,
                    "says": difference.says,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        }))?,
        Listing::Human => standard(|out| {
            for Tried { check, at: (file, line), name, wrong } in &wrong {
                let name = name.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
                writeln!(out, "{file}:{line}: {check}{name}")?;
                for difference in wrong {
                    writeln!(out, "    {}", Visible::of(&difference.to_string()).as_str())?;
                }
            }
            writeln!(out, "{} examples, {} of them wrong.", tried.len(), wrong.len())
        })?,
    }
    Ok(if wrong.is_empty() { Exit::Clean } else { Exit::Failed })
}

/// The check's text.
pub(super) fn show(check: &dyn Check, format: Listing) -> Result<(), CliError> {
    let meta = check.meta();
    match format {
        Listing::Json => json(&json!({
            "id": meta.id,
            "pack": meta.pack,
            "title": meta.title,
            "severity": meta.severity,
            "automated": meta.automated,
            "control": meta.control,
            "why": meta.why,
            "fails_when": meta.fails_when,
            "not_applicable_when": meta.not_applicable_when,
            "fix": meta.fix,
            "limits": meta.limits,
            "references": meta.references,
        })),
        Listing::Human => standard(|out| {
            writeln!(out, "{} ({}, pack {})\n{}", meta.id, meta.severity, meta.pack, meta.title)?;
            for (heading, text) in [
                ("Why", &meta.why),
                ("Fails when", &meta.fails_when),
                ("Not applicable when", &meta.not_applicable_when),
                ("What cures it", &meta.fix),
                ("What it cannot see", &meta.limits),
            ] {
                let options = textwrap::Options::new(96).initial_indent("  ").subsequent_indent("  ");
                writeln!(out, "\n{heading}\n{}", textwrap::fill(text, options))?;
            }
            writeln!(out, "\nReferences")?;
            for reference in &meta.references {
                writeln!(out, "  {reference}")?;
            }
            Ok(())
        }),
    }
}
