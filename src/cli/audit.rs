//! `gwsaudit audit`

use super::Surroundings;
use super::args::{AuditArgs, Global};
use super::error::CliError;
use super::exit::Exit;
use super::inputs::program;
use super::judge::{Judged, Question, acceptance, choose_apps, judge, known_pack, names_in, suppressed_units};
use super::output::{Output, colour, width};
use super::redaction::redactor;
use super::talk::Talk;
use super::tenant::Tenant;
use crate::checks::Selection;
use crate::domain::{CheckId, Severity};
use crate::report::model::{Report, Status};
use crate::report::redact::sort;
use crate::report::{Colour, Detail, Format, RenderOptions, render};

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
    let packs = if args.packs.is_empty() { config.audit.packs.clone() } else { args.packs.clone() };
    for pack in &packs {
        known_pack(&tenant.setup.registry, pack)?;
    }
    let question = Question {
        apps: choose_apps(&tenant.setup, &packs, &args.apps)?,
        selection: Selection { org_units: args.org_units.clone(), apart: suppressed_units(config) },
        packs,
        acceptance: acceptance(&tenant.setup, args.accept_presumed),
    };
    let key = args.redact.key(surroundings, talk)?;
    let output = Output::open(args.output.as_deref())?;
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
        colour: if args.format == Format::Human && args.output.is_none() { colour(global) } else { Colour::Never },
        detail: if global.verbose > 0 { Detail::Full } else { Detail::Brief },
        titles: tenant
            .setup
            .registry
            .checks_of(&question.packs)
            .filter_map(|check| Some((check.meta().id.parse::<CheckId>().ok()?, check.meta().title.clone())))
            .collect(),
    };
    output.write(|out| render(&report, args.format, &options, out))?;
    let fail_on = args.fail_on.unwrap_or(config.audit.fail_on);
    tenant.close().await;
    match impossible {
        Some(error) => Err(error),
        None => Ok(exit_of(&report, fail_on)),
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
