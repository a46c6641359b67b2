//! `gwsaudit diff`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Surroundings;
use super::args::{Global, Listing};
use super::error::CliError;
use super::exit::Exit;
use super::judge::{Question, acceptance, choose_apps, known_pack, report_on, suppressed_units};
use super::output::{colour, standard, width};
use super::redaction::{RedactArgs, redactor, refuse_twice};
use super::setup::Setup;
use super::talk::Talk;
use super::verify::{question_of, saved_report};
use crate::checks::Selection;
use crate::domain::{CheckId, OrgUnitPath, PackId};
use crate::report::RenderOptions;
use crate::report::diff::{Counts, diff, render_human, render_json};
use crate::report::model::{OrgUnit, Report};
use crate::report::redact::{Key, Names, sort};
use crate::snapshot::{ReadError, Snapshot};

/// How the help of `gwsaudit diff` ends.
pub(super) const DIFF_HELP: &str = "\
OLD and NEW are snapshots (`gwsaudit collect`) or JSON reports (`gwsaudit audit --format json`) of
one tenant, the earlier one first. Snapshots are judged with one configuration, so what differs is
the tenant. Of a snapshot and a report, the snapshot is judged as the report says it was (packs, org
units, apps), with the configuration at hand.

Worse is: a verdict that fails and did not, or is undetermined and passed; a connection that breaks
and did not, or is undetermined and survived. Severity does not matter. Who changed what is told
from the administrators' log, as far as a verdict rests on it.

Exit status:
  0  nothing got worse
  1  something got worse
  2  the command line or the configuration is wrong, or the two cannot be compared
  3  nothing is known to be worse, but something is newly undetermined
  4  one of the two cannot be read";

/// `gwsaudit diff`
#[derive(Debug, Args)]
#[command(after_help = DIFF_HELP)]
pub struct DiffArgs {
    /// The earlier one: a snapshot or a JSON report
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The later one
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Judge two snapshots by this pack [default: those of the configuration, else okta-workflows-gmail]
    #[arg(long = "pack", value_name = "ID")]
    packs: Vec<PackId>,
    /// Judging two snapshots, let presumed facts pass, not only proven ones
    #[arg(long)]
    accept_presumed: bool,
    /// How the outcome is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Listing,
    /// Pseudonyms.
    #[command(flatten)]
    redact: RedactArgs,
}

pub(super) fn run(
    args: &DiffArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let setup = Setup::find(global, surroundings)?;
    setup.warn(*talk);
    let key = args.redact.key(surroundings, *talk)?;
    let mut names = Names::default();
    let (mut old, mut new) = both(args, &setup, key.as_ref(), &mut names)?;
    if let Some(key) = key {
        refuse_twice(Some(&key), &old)?;
        refuse_twice(Some(&key), &new)?;
        let redactor = redactor(key, names.and_of(&old), &new)?;
        (old, new) = (redactor.report(&old), redactor.report(&new));
        sort(&mut old);
        sort(&mut new);
    }
    let settings_of = |id: &CheckId| {
        setup.registry.find_check(id.as_str()).map(|check| check.meta().settings.clone()).unwrap_or_default()
    };
    let diff = diff(&old, &new, &settings_of).map_err(|why| CliError::Usage(why.to_string()))?;
    let options = RenderOptions { width: width(surroundings), colour: colour(global), ..RenderOptions::default() };
    standard(|out| match args.format {
        Listing::Human => render_human(&diff, &units(&old, &new), &options, out),
        Listing::Json => render_json(&diff, out),
    })?;
    Ok(exit_of(&diff.summary))
}

fn exit_of(counts: &Counts) -> Exit {
    match (counts.worse, counts.doubtful) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Undetermined,
        (_, _) => Exit::Failed,
    }
}

/// Something to compare.
enum Given {
    Snapshot(Snapshot),
    Report(Box<Report>),
}

impl Given {
    fn open(path: &Path) -> Result<Self, CliError> {
        if path == Path::new("-") {
            return Ok(Self::Report(Box::new(saved_report(path)?)));
        }
        match Snapshot::open(path) {
            Ok(snapshot) => Ok(Self::Snapshot(snapshot)),
            Err(ReadError::NotASnapshot { .. }) => Self::report(path),
            // A report in one line.
            Err(ReadError::OtherSchema { found, .. }) if found.starts_with("gwsaudit/report/") => Self::report(path),
            Err(error) => Err(error.into()),
        }
    }

    fn report(path: &Path) -> Result<Self, CliError> {
        Ok(Self::Report(Box::new(saved_report(path)?)))
    }
}

/// Both as reports; adds the names in snapshots where they are to be replaced.
fn both(args: &DiffArgs, setup: &Setup, key: Option<&Key>, names: &mut Names) -> Result<(Report, Report), CliError> {
    let (old, new) = (Given::open(&args.old)?, Given::open(&args.new)?);
    if let (Given::Report(_), _) | (_, Given::Report(_)) = (&old, &new)
        && (!args.packs.is_empty() || args.accept_presumed)
    {
        let why = "--pack and --accept-presumed say how snapshots are judged; a report was judged when it was made";
        return Err(CliError::Usage(why.to_owned()));
    }
    let mut judged = |snapshot: &Snapshot, question: &Question<'_>| {
        if key.is_some() {
            names.extend(Names::of(snapshot)?);
        }
        report_on(setup, snapshot, question)
    };
    match (old, new) {
        (Given::Report(old), Given::Report(new)) => Ok((*old, *new)),
        (Given::Snapshot(old), Given::Snapshot(new)) => {
            let question = question(args, setup)?;
            Ok((judged(&old, &question)?, judged(&new, &question)?))
        }
        (Given::Report(old), Given::Snapshot(new)) => {
            let new = judged(&new, &as_in(setup, &old)?)?;
            Ok((*old, new))
        }
        (Given::Snapshot(old), Given::Report(new)) => Ok((judged(&old, &as_in(setup, &new)?)?, *new)),
    }
}

fn question<'s>(args: &DiffArgs, setup: &'s Setup) -> Result<Question<'s>, CliError> {
    let packs = if args.packs.is_empty() { setup.config.audit.packs.clone() } else { args.packs.clone() };
    for pack in &packs {
        known_pack(&setup.registry, pack)?;
    }
    Ok(Question {
        apps: choose_apps(setup, &packs, &[])?,
        selection: Selection { org_units: Vec::new(), apart: suppressed_units(&setup.config) },
        packs,
        acceptance: acceptance(setup, args.accept_presumed),
    })
}

/// The question that the report answered.
fn as_in<'s>(setup: &'s Setup, report: &Report) -> Result<Question<'s>, CliError> {
    if report.redaction.is_some() {
        let why = "the report has pseudonyms, and a snapshot has names; give two reports made with one key";
        return Err(CliError::Usage(why.to_owned()));
    }
    let Some(inputs) = &report.inputs else {
        let why =
            "the report does not say how it was judged, so a snapshot cannot be judged likewise; give two reports";
        return Err(CliError::Usage(why.to_owned()));
    };
    question_of(setup, inputs)
}

/// The org units of both, for the sake of their tree.
fn units(old: &Report, new: &Report) -> Vec<OrgUnit> {
    let known: BTreeSet<&OrgUnitPath> = new.org_units.iter().map(|unit| &unit.path).collect();
    let gone = old.org_units.iter().filter(|unit| !known.contains(&unit.path));
    let mut units: Vec<OrgUnit> = new.org_units.iter().chain(gone).cloned().collect();
    units.sort_by(|one, other| one.path.cmp(&other.path));
    units
}
