//! `gwsaudit checks`

use serde_json::json;

use super::args::{ChecksArgs, ChecksCommand, Listing};
use super::error::CliError;
use super::exit::Exit;
use super::output::{json, standard};
use crate::checks::{Check, checks, find_check, find_pack};

pub(super) fn run(args: &ChecksArgs) -> Result<Exit, CliError> {
    match &args.command {
        ChecksCommand::List { packs, format } => {
            for pack in packs {
                if find_pack(pack.as_str()).is_none() {
                    return Err(CliError::Usage(format!("there is no pack {pack:?}")));
                }
            }
            let listed: Vec<&dyn Check> = checks()
                .into_iter()
                .filter(|check| packs.is_empty() || packs.iter().any(|pack| pack.as_str() == check.meta().pack))
                .collect();
            list(&listed, *format)?;
        }
        ChecksCommand::Show { id, format } => {
            show(find(id)?, *format)?;
        }
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
                        "automated": true,
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

/// The check of that id.
pub(super) fn find(id: &str) -> Result<&'static dyn Check, CliError> {
    find_check(id).ok_or_else(|| CliError::Usage(format!("there is no check {id:?}; `gwsaudit checks list` shows all")))
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
            "automated": true,
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
                ("Why", meta.why),
                ("Fails when", meta.fails_when),
                ("Not applicable when", meta.not_applicable_when),
                ("What cures it", meta.fix),
                ("What it cannot see", meta.limits),
            ] {
                let options = textwrap::Options::new(96).initial_indent("  ").subsequent_indent("  ");
                writeln!(out, "\n{heading}\n{}", textwrap::fill(text, options))?;
            }
            writeln!(out, "\nReferences")?;
            for reference in meta.references {
                writeln!(out, "  {reference}")?;
            }
            Ok(())
        }),
    }
}
