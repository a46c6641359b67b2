//! `gwsaudit audit`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Surroundings;
use super::args::{AuditArgs, Global, What};
use super::error::CliError;
use super::exit::Exit;
use super::inputs::program;
use super::judge::{Judged, Question, acceptance, choose_apps, choose_packs, judge, names_in, suppressed_units};
use super::output::{Output, colour, width};
use super::redaction::redactor;
use super::talk::Talk;
use super::tenant::Tenant;
use crate::checks::Selection;
use crate::domain::{CheckId, Severity};
use crate::report::model::{Report, Status};
use crate::report::redact::sort;
use crate::report::{Colour, Detail, Format, RenderOptions, Rows, render};

pub(super) async fn run(
    args: &AuditArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let talk = *talk;
    let mut tenant = Tenant::open(&args.tenant, Some(&args.continuity), global, surroundings).await?;
    tenant.setup.date_configured_apps(args.evidence.csv_taken_at)?;
    tenant.setup.warn(talk);
    let config = &tenant.setup.config;
    let packs = choose_packs(&tenant.setup, &args.packs)?;
    let question = Question {
        apps: choose_apps(&tenant.setup, &packs, &args.apps)?,
        selection: Selection { org_units: args.org_units.clone(), apart: suppressed_units(config) },
        packs,
        acceptance: acceptance(&tenant.setup, args.accept_presumed),
    };
    let key = args.redact.key(surroundings, talk)?;
    let outputs = Outputs::open(args)?;
    let (Judged { mut report, impossible }, names) =
        judge(&tenant, &question, surroundings, talk, |snapshot| names_in(snapshot, key.as_ref())).await?;
    if let Some(inputs) = &mut report.inputs {
        inputs.tool.sha256 = program();
    }
    if let Some((key, names)) = key.zip(names) {
        report = redactor(key, names, &report)?.report(&report);
        sort(&mut report);
    }
    let options = RenderOptions {
        width: width(surroundings),
        colour: Colour::Never,
        detail: if global.verbose > 0 { Detail::Full } else { Detail::Brief },
        titles: tenant
            .setup
            .registry
            .checks_of(&question.packs)
            .filter_map(|check| Some((check.meta().id.parse::<CheckId>().ok()?, check.meta().title.clone())))
            .collect(),
        rows: match args.what {
            What::Results => Rows::Results,
            What::Connections => Rows::Connections,
        },
    };
    outputs.write(&report, &options, colour(global))?;
    let fail_on = args.fail_on.unwrap_or(config.audit.fail_on);
    tenant.close().await;
    match impossible {
        Some(error) => Err(error),
        None => Ok(exit_of(&report, fail_on)),
    }
}

/// Where the report goes, and how it is written there.
struct Outputs {
    /// The first may be standard output.
    all: Vec<(Format, Output)>,
}

impl Outputs {
    fn open(args: &AuditArgs) -> Result<Self, CliError> {
        let mut paths: BTreeSet<&Path> = args.output.iter().map(PathBuf::as_path).collect();
        if let Some(twice) = args.reports.iter().find(|report| !paths.insert(&report.path)) {
            return Err(CliError::Usage(format!("two reports would go to {}", twice.path.display())));
        }
        let formats = || std::iter::once(args.format).chain(args.reports.iter().map(|report| report.format));
        if args.what != What::Results && !formats().any(|format| format == Format::Csv) {
            return Err(CliError::Usage(
                "--what goes with a csv report: --format csv, or --report csv=FILE".to_owned(),
            ));
        }
        let mut all = vec![(args.format, Output::open(args.output.as_deref())?)];
        for report in &args.reports {
            all.push((report.format, Output::open(Some(&report.path))?));
        }
        Ok(Self { all })
    }

    fn write(self, report: &Report, options: &RenderOptions, seen: Colour) -> Result<(), CliError> {
        for (format, output) in self.all {
            let colour = if format == Format::Human && output.is_standard() { seen } else { Colour::Never };
            let options = RenderOptions { colour, ..options.clone() };
            output.write(|out| render(report, format, &options, out))?;
        }
        Ok(())
    }
}

/// What a report amounts to.
fn exit_of(report: &Report, fail_on: Severity) -> Exit {
    let matters =
        |status: Status| report.results.iter().any(|result| result.status == status && result.severity >= fail_on);
    if matters(Status::Fail) {
        Exit::Failed
    } else if matters(Status::Undetermined) {
        Exit::Undetermined
    } else {
        Exit::Clean
    }
}
