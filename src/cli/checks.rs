//! `gwsaudit checks`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::{ChecksArgs, ChecksCommand, Global, Listing};
use super::error::CliError;
use super::exit::Exit;
use super::judge::known_pack;
use super::output::{json, standard};
use crate::checks::language::{Cure, Declared, Expression, Verdict as Way};
use crate::checks::{Check, Conflict, Registry, Tried};
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
            show(&registry, find(&registry, id)?, *format)?;
        }
        ChecksCommand::Test { folder, packs, format } => return test(folder.as_deref(), packs, global, *format),
    }
    Ok(Exit::Clean)
}

fn list(listed: &[&dyn Check], format: Listing) -> Result<(), CliError> {
    match format {
        Listing::Json => {
            let entries: Vec<Value> = listed
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
                writeln!(
                    out,
                    "{:width$}  {:8}  {}",
                    meta.id,
                    meta.severity.as_str(),
                    Visible::of(&meta.title).as_str()
                )?;
            }
            let automated = listed.iter().filter(|check| check.meta().automated).count();
            let by_hand = listed.len() - automated;
            writeln!(out, "\n{} checks, {automated} automated, {by_hand} for a person to look at", listed.len())
        }),
    }
}

/// All checks: those that ship with the program, and those of the operator's folders.
pub(super) fn registry(folders: &[PathBuf]) -> Result<Registry, CliError> {
    Registry::with(folders).map_err(CliError::Packs)
}

/// The check of that id, or the one that its framework calls so.
pub(super) fn find<'r>(registry: &'r Registry, id: &str) -> Result<&'r dyn Check, CliError> {
    registry.find_check(id).ok_or_else(|| {
        let called: Vec<&str> = registry.called(id).map(|check| check.meta().id.as_str()).collect();
        CliError::Usage(match called.as_slice() {
            [] => format!("there is no check {id:?}; `gwsaudit checks list` shows all"),
            [..] => format!("{id:?} is in several packs; say which: {}", called.join(", ")),
        })
    })
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

/// The check's text; of a declared one also what its pack says beside it.
pub(super) fn show(registry: &Registry, check: &dyn Check, format: Listing) -> Result<(), CliError> {
    let meta = check.meta();
    let declared = registry.declaration(&meta.id);
    match format {
        Listing::Json => json(&shown(check, declared)),
        Listing::Human => standard(|out| {
            writeln!(
                out,
                "{} ({}, pack {})\n{}",
                meta.id,
                meta.severity,
                meta.pack,
                Visible::of(&meta.title).as_str()
            )?;
            if let Some(control) = &meta.control {
                let level = declared.and_then(|declared| declared.level.as_deref());
                let level = level.map(|level| format!(", level {level}")).unwrap_or_default();
                writeln!(out, "Control {}", Visible::of(&format!("{control}{level}")).as_str())?;
            }
            for (heading, text) in texts(check, declared) {
                writeln!(out, "\n{heading}")?;
                paragraph(out, "  ", "  ", &text)?;
            }
            if let Some(Declared { remediation: Cure { steps, .. }, .. }) = declared {
                for (position, step) in steps.iter().enumerate() {
                    paragraph(out, &format!("  {}. ", position + 1), "     ", step)?;
                }
            }
            if !meta.conflicts.is_empty() {
                writeln!(out, "\nCollides with")?;
            }
            for Conflict { check, trade } in &meta.conflicts {
                paragraph(out, "  ", "    ", &format!("{check}: {trade}"))?;
            }
            writeln!(out, "\nReferences")?;
            for reference in &meta.references {
                writeln!(out, "  {}", Visible::of(reference).as_str())?;
            }
            Ok(())
        }),
    }
}

/// The paragraphs of a check, each with its heading. Of a declared check the last is the page where it is put right,
/// which its steps follow.
fn texts(check: &dyn Check, declared: Option<&Declared>) -> Vec<(&'static str, String)> {
    let meta = check.meta();
    let mut texts = vec![("Why", meta.why.clone())];
    let Some(declared) = declared else {
        texts.extend([
            ("Fails when", meta.fails_when.clone()),
            ("Not applicable when", meta.not_applicable_when.clone()),
            ("What cures it", meta.fix.clone()),
            ("What it cannot see", meta.limits.clone()),
        ]);
        return texts;
    };
    match &declared.verdict {
        Way::Automated(automated) => {
            texts.push(("Passes when this holds, else fails", automated.condition.text().to_owned()));
            texts.push(("Not applicable when", meta.not_applicable_when.clone()));
        }
        Way::Manual(manual) => {
            texts.push(("A person has to look, because", manual.reason.clone()));
            texts.push(("What to look for", manual.look_for.clone()));
        }
    }
    texts.extend(declared.limits.clone().map(|limits| ("What it cannot see", limits)));
    let Cure { console, url, .. } = &declared.remediation;
    let page = [console.as_deref(), url.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("\n");
    texts.push(("What cures it", page));
    texts
}

/// Indented lines. What a pack says may hold what a terminal would obey.
fn paragraph(out: &mut dyn Write, first: &str, rest: &str, text: &str) -> io::Result<()> {
    for line in text.lines() {
        let line = Visible::of(line);
        let options = textwrap::Options::new(96).initial_indent(first).subsequent_indent(rest);
        writeln!(out, "{}", textwrap::fill(line.as_str(), options))?;
    }
    Ok(())
}

fn shown(check: &dyn Check, declared: Option<&Declared>) -> Value {
    let meta = check.meta();
    let mut shown = json!({
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
        "conflicts": meta.conflicts,
        "references": meta.references,
    });
    if let Some(declared) = declared {
        let Cure { console, url, steps } = &declared.remediation;
        shown["level"] = json!(declared.level);
        shown["subject"] = json!(declared.subject.as_str());
        shown["condition"] = json!(declared.condition().map(Expression::text));
        shown["look_for"] = json!(declared.manual().map(|manual| &manual.look_for));
        shown["remediation"] = json!({"console": console, "console_url": url, "steps": steps});
    }
    shown
}
