//! `gwsaudit what-if`

mod args;

pub(super) use args::{WHAT_IF_HELP, WhatIfArgs};

use super::Surroundings;
use super::args::{Global, Listing};
use super::error::CliError;
use super::exit::Exit;
use super::judge::{acceptance, choose_apps, known_pack, needs, suppressed_units};
use super::output::{Output, colour, width};
use super::setup::{Setup, file_name, read};
use super::talk::Talk;
use super::tenant::{Read, Tenant, nothing_read};
use crate::checks::{Check, Selection};
use crate::collect::Purpose;
use crate::config::{apply_suppressions, read_assignment, read_plan};
use crate::domain::Severity;
use crate::evidence::{Supposed, Supposition, Wave};
use crate::report::model::{SourceStatus, Status};
use crate::report::what_if::model::{Direction, Foresight, WaveEffect};
use crate::report::what_if::{Form, render};
use crate::report::{Colour, Detail, RenderOptions};
use crate::snapshot::SourceId;
use crate::whatif::{Grounds, foresee};

pub(super) async fn run(
    args: &WhatIfArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let mut tenant = Tenant::open(&args.tenant, Some(&args.continuity), global, surroundings).await?;
    tenant.setup.date_configured_apps(args.evidence.csv_taken_at)?;
    tenant.setup.warn(*talk);
    let setup = &tenant.setup;
    let waves = waves(args, setup)?;
    let packs = if args.packs.is_empty() { setup.config.audit.packs.clone() } else { args.packs.clone() };
    for pack in &packs {
        known_pack(&setup.registry, pack)?;
    }
    let apps = choose_apps(setup, &packs, &args.apps)?;
    let checks: Vec<&dyn Check> = setup.registry.checks_of(&packs).collect();
    let output = Output::open(args.output.as_deref())?;
    let mut wanted = needs(&setup.registry, &packs);
    if waves.iter().flat_map(|wave| &wave.set).any(|one| matches!(one.what, Supposed::Policy { .. })) {
        wanted.insert(SourceId::Policies);
    }
    let collected;
    let snapshot = match tenant.read(Purpose::Audit, wanted, &apps, surroundings, *talk).await? {
        Read::Snapshot(snapshot) => snapshot,
        Read::Collected(live) => {
            if let Some(error) = nothing_read(&live) {
                return Err(error);
            }
            collected = live.write(None)?;
            &collected
        }
    };
    let grounds = Grounds {
        snapshot,
        statements: &setup.statements,
        apps: &apps,
        checks: &checks,
        selection: &Selection { org_units: args.org_units.clone(), apart: suppressed_units(&setup.config) },
        acceptance: acceptance(setup, args.accept_presumed),
        settle: &|results, as_of| apply_suppressions(&setup.config.suppress, results, as_of),
        customer: setup.config.customer.as_str(),
    };
    let foresight = foresee(&grounds, &waves)?.map_err(CliError::Usage)?;
    for notice in &foresight.notices {
        talk.warning(notice);
    }
    let form = match args.format {
        Listing::Human => Form::Human,
        Listing::Json => Form::Json,
    };
    let options = RenderOptions {
        width: width(surroundings),
        colour: if form == Form::Human && args.output.is_none() { colour(global) } else { Colour::Never },
        detail: if global.verbose > 0 { Detail::Full } else { Detail::Brief },
        ..RenderOptions::default()
    };
    output.write(|out| render(&foresight, form, &options, out))?;
    let exit = exit_of(&foresight, args.fail_on.unwrap_or(setup.config.audit.fail_on));
    tenant.close().await;
    Ok(exit)
}

/// What is supposed: the assignments of the command line, or the waves of a plan.
fn waves(args: &WhatIfArgs, setup: &Setup) -> Result<Vec<Wave>, CliError> {
    let apps = setup.app_ids();
    if let Some(path) = &args.plan {
        let text = read("the plan", path, Exit::Misused)?;
        return read_plan(&file_name(path), &text, &apps)
            .map_err(|error| CliError::Config { file: path.display().to_string(), error });
    }
    let mut faults = Vec::new();
    let mut set = Vec::new();
    for (nth, text) in args.set.iter().enumerate() {
        match read_assignment(text, &apps) {
            Ok(what) => set.push(Supposition { what, locator: format!("--set {}", nth + 1) }),
            Err(why) => faults.push(format!("--set {text:?}: {why}")),
        }
    }
    if faults.is_empty() {
        Ok(vec![Wave { name: "with these settings".to_owned(), set }])
    } else {
        Err(CliError::Usage(faults.join("\n")))
    }
}

/// What an answer amounts to.
fn exit_of(foresight: &Foresight, fail_on: Severity) -> Exit {
    let turns = |wave: &WaveEffect, wanted: Status| {
        wave.results.iter().any(|result| {
            result.direction == Direction::Worse
                && result.severity >= fail_on
                && result.after.is_some_and(|after| after.status == wanted)
        })
    };
    // Where lists could not be read in full nobody knows whom a change of the two pages would reach.
    let lists = [SourceId::Users, SourceId::Grants, SourceId::OrgUnits];
    let unlisted = lists.iter().any(|id| {
        let source = foresight.sources.iter().find(|source| source.id == id.as_str());
        source.is_none_or(|source| source.status != SourceStatus::Complete)
    });
    let reaches = |wave: &WaveEffect| wave.set.iter().any(|assignment| !assignment.starts_with("policy:"));
    if foresight.waves.iter().any(|wave| wave.summary.fail > 0 || turns(wave, Status::Fail)) {
        Exit::Failed
    } else if foresight
        .waves
        .iter()
        .any(|wave| wave.summary.may_fail > 0 || turns(wave, Status::Undetermined) || (unlisted && reaches(wave)))
    {
        Exit::Undetermined
    } else {
        Exit::Clean
    }
}
