//! `gwsaudit audit`

use std::io::IsTerminal as _;

use super::Surroundings;
use super::args::{AuditArgs, Global};
use super::error::CliError;
use super::exit::Exit;
use super::output::Output;
use super::setup::Setup;
use super::talk::{Talk, colour_choice};
use super::tenant::{Read, Tenant, nothing_read};
use crate::checks::{Acceptance, Selection, checks, evaluate, find_pack, packs};
use crate::collect::Purpose;
use crate::config::apply_suppressions;
use crate::domain::{AppId, CheckId, PackId, Severity};
use crate::evidence::{AppDefinition, gather};
use crate::facts::Facts;
use crate::report::model::{Report, Status};
use crate::report::{Assembly, Colour, Detail, Format, RenderOptions, assemble, render};
use crate::snapshot::{Snapshot, SourceId};

/// Where the report is as wide as no terminal says.
const WIDTH: usize = 100;

pub(super) async fn run(
    args: &AuditArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let talk = *talk;
    for pack in &args.packs {
        known_pack(pack)?;
    }
    let mut tenant = Tenant::open(&args.tenant, Some(&args.continuity), global, surroundings).await?;
    tenant.setup.date_configured_apps(args.evidence.csv_taken_at)?;
    tenant.setup.warn(talk);
    let config = &tenant.setup.config;
    let packs = if args.packs.is_empty() { config.audit.packs.clone() } else { args.packs.clone() };
    for pack in &packs {
        known_pack(pack)?;
    }
    let apps = choose_apps(&tenant.setup, &packs, &args.apps)?;
    let output = Output::open(args.output.as_deref())?;

    let read = tenant.read(Purpose::Audit, &apps, surroundings, talk).await?;
    let mut impossible = None;
    let collected;
    let snapshot = match read {
        Read::Snapshot(snapshot) => snapshot,
        Read::Collected(live) => {
            impossible = nothing_read(&live);
            collected = live.write(None)?;
            &collected
        }
    };
    let selection = Selection { packs, org_units: args.org_units.clone() };
    let accept = args.accept_presumed || config.audit.accept_presumed;
    let report = judge(&tenant.setup, snapshot, &apps, &selection, accept)?;
    for notice in &report.notices {
        talk.warning(notice);
    }
    let options = RenderOptions {
        width: width(surroundings),
        colour: colour(global, args),
        detail: if global.verbose > 0 { Detail::Full } else { Detail::Brief },
        titles: checks()
            .iter()
            .filter_map(|check| Some((check.meta().id.parse::<CheckId>().ok()?, check.meta().title.to_owned())))
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

fn judge(
    setup: &Setup,
    snapshot: &Snapshot,
    apps: &[&AppDefinition],
    selection: &Selection,
    accept_presumed: bool,
) -> Result<Report, CliError> {
    let evidence = gather(snapshot, apps)?;
    let facts = Facts::derive(evidence, &setup.statements, apps);
    for path in &selection.org_units {
        if facts.tree.find(path).is_none() && facts.evidence.is_complete(SourceId::OrgUnits) {
            return Err(CliError::Usage(format!("--org-unit: the tenant has no org unit {path}")));
        }
    }
    let acceptance = if accept_presumed { Acceptance::Presumed } else { Acceptance::ProvenOnly };
    let mut results = evaluate(&facts, selection, acceptance);
    let remarks = apply_suppressions(&setup.config.suppress, &mut results, facts.as_of);
    let customer = setup.config.customer.as_str();
    let mut report = assemble(Assembly { facts: &facts, results, selection, customer });
    report.notices.extend(remarks);
    Ok(report)
}

fn known_pack(pack: &PackId) -> Result<(), CliError> {
    if find_pack(pack.as_str()).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = packs().iter().map(|pack| pack.id).collect();
    Err(CliError::Usage(format!("there is no pack {pack:?}; known packs: {}", known.join(", "))))
}

/// The apps to audit: those asked for, else those of the packs and of the configuration.
pub(super) fn choose_apps<'s>(
    setup: &'s Setup,
    packs: &[PackId],
    asked: &[AppId],
) -> Result<Vec<&'s AppDefinition>, CliError> {
    let catalogue = &setup.catalogue.apps;
    if asked.is_empty() {
        let wanted = |app: &&AppDefinition| app.configured || app.packs.iter().any(|pack| packs.contains(pack));
        return Ok(catalogue.values().filter(wanted).collect());
    }
    let mut chosen = Vec::new();
    for id in asked {
        let app = catalogue.get(id).ok_or_else(|| {
            CliError::Usage(format!("there is no app {id:?}; `gwsaudit apps list` shows the catalogue"))
        })?;
        chosen.push(app);
    }
    chosen.sort_by(|one, other| one.id.cmp(&other.id));
    chosen.dedup_by(|one, other| one.id == other.id);
    Ok(chosen)
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

fn width(surroundings: &Surroundings) -> usize {
    let named = surroundings.environment.get("COLUMNS").and_then(|columns| columns.parse().ok());
    let seen = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    named.or(seen).unwrap_or(WIDTH).clamp(40, 200)
}

fn colour(global: &Global, args: &AuditArgs) -> Colour {
    let coloured = match anstream::AutoStream::choice(&std::io::stdout()) {
        _ if args.output.is_some() || args.format != Format::Human => false,
        _ if colour_choice(global.color) == anstream::ColorChoice::Always => true,
        _ if colour_choice(global.color) == anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Auto | anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => {
            std::io::stdout().is_terminal()
        }
    };
    if coloured { Colour::Always } else { Colour::Never }
}
