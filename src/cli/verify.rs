//! `gwsaudit verify`

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Surroundings;
use super::args::{Global, Listing};
use super::error::CliError;
use super::exit::Exit;
use super::inputs::program;
use super::judge::{Question, choose_apps, known_pack, report_on, suppressed_units};
use super::output::{colour, standard, width};
use super::setup::Setup;
use super::talk::Talk;
use crate::checks::{Acceptance, Selection};
use crate::evidence::Dating;
use crate::report::model::{Inputs, Report};
use crate::report::verify::{render_human, render_json, verify};
use crate::report::{LONGEST_REPORT, RenderOptions, UnreadableReport, read};
use crate::snapshot::Snapshot;

/// How the help of `gwsaudit verify` ends.
pub(super) const VERIFY_HELP: &str = "\
The snapshot's SHA-256 is compared with the one in the report, the snapshot is judged again as the
report says it was (packs, org units, apps, --accept-presumed), and everything the two say is
compared. Give the configuration and the packs of your own (--config, --pack-dir) that the audit had.

It tells a report that was altered, or belongs to another snapshot, from one that can be reproduced.
It is no signature: it says nothing of who made the two, nor that the snapshot is what Google said.
An audit of a live tenant keeps no snapshot: to verify its report later, collect first and audit that.
  gwsaudit collect -o tenant.jsonl.zst
  gwsaudit audit --snapshot tenant.jsonl.zst --format json -o report.json
  gwsaudit verify report.json --snapshot tenant.jsonl.zst

Exit status:
  0  it is the snapshot of the report, and judging it again says the same
  1  it is another snapshot, or judging it again says something else
  2  the command line or the configuration is wrong, or lacks a pack or an app of the report
  4  the report or the snapshot cannot be read, or the report does not say what it was made from";

/// `gwsaudit verify`
#[derive(Debug, Args)]
#[command(after_help = VERIFY_HELP)]
pub struct VerifyArgs {
    /// A JSON report; - is standard input
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// The snapshot that it was made from
    #[arg(long, value_name = "FILE")]
    snapshot: PathBuf,
    /// How the outcome is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Listing,
}

pub(super) fn run(
    args: &VerifyArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let report = saved_report(&args.report)?;
    if report.redaction.is_some() {
        let why = "the report has pseudonyms; verify the one that was made without --redact";
        return Err(CliError::Usage(why.to_owned()));
    }
    let Some(reported) = report.inputs.clone() else {
        return Err(CliError::NoInputs { name: args.report.display().to_string() });
    };
    let mut setup = Setup::find(global, surroundings)?;
    date_as_then(&mut setup, &reported);
    setup.warn(*talk);
    let snapshot = Snapshot::open(&args.snapshot)?;
    let again = report_on(&setup, &snapshot, &question_of(&setup, &reported)?)?;
    let mut found = again.inputs.clone().expect("a report that is made here says what it is made from");
    found.tool.sha256 = program();
    let verification = verify(&report, &reported, &again, &found);
    let options = RenderOptions { width: width(surroundings), colour: colour(global), ..RenderOptions::default() };
    standard(|out| match args.format {
        Listing::Human => render_human(&verification, &options, out),
        Listing::Json => render_json(&verification, out),
    })?;
    Ok(if verification.reproduced { Exit::Clean } else { Exit::Failed })
}

/// The question that a report answered, asked of this configuration.
pub(super) fn question_of<'s>(setup: &'s Setup, inputs: &Inputs) -> Result<Question<'s>, CliError> {
    let packs: Vec<_> = inputs.packs.iter().map(|pack| pack.id.clone()).collect();
    for pack in &packs {
        known_pack(&setup.registry, pack)?;
    }
    let asked = &inputs.question;
    let apps = if asked.apps.is_empty() { Vec::new() } else { choose_apps(setup, &packs, &asked.apps)? };
    Ok(Question {
        apps,
        selection: Selection { org_units: asked.org_units.clone(), apart: suppressed_units(&setup.config) },
        acceptance: if asked.accept_presumed { Acceptance::Presumed } else { Acceptance::ProvenOnly },
        packs,
    })
}

/// The same list of configured apps is as old as it was then: that may have been said on the command line, or be the time
/// of a file that was copied since.
fn date_as_then(setup: &mut Setup, reported: &Inputs) {
    let same = |sha256| setup.configured_apps.as_ref().is_some_and(|file| file.sha256 == sha256);
    let Some(then) = reported.configured_apps.as_ref().filter(|then| same(then.sha256.clone())) else { return };
    if let Some(list) = &mut setup.statements.configured_apps {
        list.taken_at = then.taken_at;
        list.dating = if then.time_stated { Dating::Stated } else { Dating::FileTime };
    }
}

/// A report that was saved; `-` is standard input.
pub(super) fn saved_report(path: &Path) -> Result<Report, CliError> {
    let mut text = Vec::new();
    let mut take = |from: &mut dyn Read| from.take(LONGEST_REPORT + 1).read_to_end(&mut text);
    let (name, outcome) = if path == Path::new("-") {
        ("on standard input".to_owned(), take(&mut std::io::stdin().lock()))
    } else {
        (path.display().to_string(), File::open(path).and_then(|mut file| take(&mut file)))
    };
    outcome.map_err(|source| CliError::Unreadable {
        what: "the report",
        path: path.to_owned(),
        source,
        exit: Exit::Impossible,
    })?;
    if text.len() as u64 > LONGEST_REPORT {
        return Err(CliError::Report { name, source: UnreadableReport::TooLong });
    }
    read(&text).map_err(|source| CliError::Report { name, source })
}
