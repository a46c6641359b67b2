//! `gwsaudit explain`

use super::Surroundings;
use super::args::{ExplainArgs, Global, Listing};
use super::checks::{find, registry, show};
use super::error::CliError;
use super::exit::Exit;
use super::judge::{Judged, Question, acceptance, choose_apps, judge, known_pack, names_in, suppressed_units};
use super::output::{colour, standard, width};
use super::redaction::{redactor, refuse_twice};
use super::talk::Talk;
use super::tenant::Tenant;
use super::verify::saved_report;
use crate::checks::{Check, Selection};
use crate::domain::PackId;
use crate::report::RenderOptions;
use crate::report::explain::{explain, matching, name, render_human, render_json};
use crate::report::model::CheckResult;
use crate::report::redact::{Key, Names};

/// So many results are explained one after another; of more, one has to be chosen.
const AT_MOST: usize = 5;
/// So many are named to choose from.
const NAMED: usize = 30;
/// So much of a fingerprint tells results apart.
const FINGERPRINT: usize = 12;

pub(super) async fn run(
    args: &ExplainArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let registry = registry(&global.pack_dirs)?;
    let check = find(&registry, &args.check)?;
    if args.subject.is_empty() && !names_a_tenant(args) {
        show(&registry, check, args.format)?;
        return Ok(Exit::Clean);
    }
    let key = args.redact.key(surroundings, *talk)?;
    let (Judged { report, impossible }, names) = match &args.report {
        Some(path) => {
            let report = saved_report(path)?;
            refuse_twice(key.as_ref(), &report)?;
            (Judged { report, impossible: None }, Some(Names::default()))
        }
        None => judged(check, args, key.as_ref(), global, surroundings, *talk).await?,
    };
    // Where nothing could be read, that is the answer, not that nothing is known of the subject.
    let results = match (matching(&report, &check.meta().id, &args.subject), impossible.is_some()) {
        (Ok(results), _) => results,
        (Err(_), true) => Vec::new(),
        (Err(none), false) => return Err(CliError::Usage(none.to_string())),
    };
    if results.len() > AT_MOST {
        return Err(too_many(check, &results));
    }
    if !results.is_empty() {
        // In the order that they had: what was asked for is known by its place.
        let redacted = match key.zip(names) {
            Some((key, names)) => Some(redactor(key, names, &report)?.report(&report)),
            None => None,
        };
        let shown = redacted.as_ref().unwrap_or(&report);
        let places = report.results.iter().zip(&shown.results);
        let chosen = |result: &CheckResult| results.iter().any(|one| std::ptr::eq(*one, result));
        let results: Vec<&CheckResult> = places.filter(|(one, _)| chosen(one)).map(|(_, shown)| shown).collect();
        let explanations = explain(shown, check, &results);
        let options = RenderOptions { width: width(surroundings), colour: colour(global), ..RenderOptions::default() };
        standard(|out| match args.format {
            Listing::Human => render_human(&explanations, &options, out),
            Listing::Json => render_json(&explanations, out),
        })?;
    }
    impossible.map_or(Ok(Exit::Clean), Err)
}

/// Whether the command line says anything about a tenant.
fn names_a_tenant(args: &ExplainArgs) -> bool {
    let tenant = &args.tenant;
    args.report.is_some()
        || tenant.demo.is_some()
        || tenant.snapshot.is_some()
        || tenant.scan.is_some()
        || tenant.deadline.is_some()
        || !args.apps.is_empty()
        || args.accept_presumed
}

async fn judged(
    check: &dyn Check,
    args: &ExplainArgs,
    key: Option<&Key>,
    global: &Global,
    surroundings: &Surroundings,
    talk: Talk,
) -> Result<(Judged, Option<Names>), CliError> {
    let mut tenant = Tenant::open(&args.tenant, Some(&args.continuity), global, surroundings).await?;
    tenant.setup.date_configured_apps(args.evidence.csv_taken_at)?;
    tenant.setup.warn(talk);
    // The packs of an audit, so that its report tells the same; or the check's own, where an audit would not run it.
    let mut packs = tenant.setup.config.audit.packs.clone();
    if !packs.iter().any(|pack| pack.as_str() == check.meta().pack) {
        packs = check.meta().pack.parse::<PackId>().into_iter().collect();
    }
    for pack in &packs {
        known_pack(&tenant.setup.registry, pack)?;
    }
    let question = Question {
        apps: choose_apps(&tenant.setup, &packs, &args.apps)?,
        selection: Selection { org_units: Vec::new(), apart: suppressed_units(&tenant.setup.config) },
        packs,
        acceptance: acceptance(&tenant.setup, args.accept_presumed),
    };
    let judged = judge(&tenant, &question, surroundings, talk, |snapshot| names_in(snapshot, key)).await?;
    tenant.close().await;
    Ok(judged)
}

/// What there is to choose from.
fn too_many(check: &dyn Check, results: &[&CheckResult]) -> CliError {
    let mut lines = vec![format!(
        "{} has {} results for that; name one by its subject, or by the fingerprint in brackets",
        check.meta().id,
        results.len()
    )];
    lines.extend(results.iter().take(NAMED).map(|result| {
        let fingerprint: String = result.fingerprint.chars().take(FINGERPRINT).collect();
        // A name with a line break in it stays one line.
        let subject = name(&result.subject).replace(['\n', '\r'], " ");
        format!("{subject}: {} [{fingerprint}]", result.status.as_str())
    }));
    if results.len() > NAMED {
        lines.push(format!("… and {} more", results.len() - NAMED));
    }
    CliError::Usage(lines.join("\n"))
}
