//! From a tenant to a report: what commands that judge have in common.

use std::collections::BTreeSet;

use super::Surroundings;
use super::error::CliError;
use super::inputs::inputs;
use super::setup::Setup;
use super::talk::Talk;
use super::tenant::{Read, Tenant, nothing_read};
use crate::checks::{Acceptance, Inquiry, Registry, Selection, collisions, evaluate};
use crate::collect::Purpose;
use crate::config::{Config, apply_suppressions};
use crate::domain::{AppId, OrgUnitPath, PackId};
use crate::evidence::{AppDefinition, Whom, gather_of};
use crate::facts::Facts;
use crate::report::model::Report;
use crate::report::redact::{Key, Names};
use crate::report::{Assembly, assemble};
use crate::snapshot::{Snapshot, SourceId};

/// What is to be judged, and how strictly.
#[derive(Debug)]
pub(super) struct Question<'s> {
    pub(super) apps: Vec<&'s AppDefinition>,
    pub(super) packs: Vec<PackId>,
    pub(super) selection: Selection,
    pub(super) acceptance: Acceptance,
}

/// A report, and why there was nothing to judge, where that is so.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) report: Report,
    pub(super) impossible: Option<CliError>,
}

/// Reads the tenant (a snapshot is read already) and judges it; warns of what was given and could not be used. The
/// snapshot, which for a live tenant lasts no longer than this, is asked something else, too.
pub(super) async fn judge<T>(
    tenant: &Tenant,
    question: &Question<'_>,
    surroundings: &Surroundings,
    talk: Talk,
    also: impl FnOnce(&Snapshot) -> Result<T, CliError>,
) -> Result<(Judged, T), CliError> {
    let mut impossible = None;
    let collected;
    let needs = needs(&tenant.setup.registry, &question.packs);
    let snapshot = match tenant.read(Purpose::Audit, needs, &question.apps, surroundings, talk).await? {
        Read::Snapshot(snapshot) => snapshot,
        Read::Collected(live) => {
            impossible = nothing_read(&live);
            collected = live.write(None)?;
            &collected
        }
    };
    let report = report_on(&tenant.setup, snapshot, question)?;
    for notice in &report.notices {
        talk.warning(notice);
    }
    Ok((Judged { report, impossible }, also(snapshot)?))
}

/// The names in a snapshot, where names are to be replaced.
pub(super) fn names_in(snapshot: &Snapshot, key: Option<&Key>) -> Result<Option<Names>, CliError> {
    Ok(key.map(|_| Names::of(snapshot)).transpose()?)
}

/// Judges a snapshot.
pub(super) fn report_on(setup: &Setup, snapshot: &Snapshot, question: &Question<'_>) -> Result<Report, CliError> {
    let Question { apps, packs, selection, acceptance } = question;
    let everybody = setup.registry.checks_of(packs).any(|check| check.asks_of_everybody());
    let evidence = gather_of(snapshot, apps, if everybody { Whom::Everybody } else { Whom::Named })?;
    let facts = Facts::derive(evidence, &setup.statements, apps);
    for path in &selection.org_units {
        if facts.tree.find(path).is_none() && facts.evidence.is_complete(SourceId::OrgUnits) {
            return Err(CliError::Usage(format!("--org-unit: the tenant has no org unit {path}")));
        }
    }
    let inquiry = Inquiry { facts: &facts, selection, acceptance: *acceptance };
    let mut results = evaluate(setup.registry.checks_of(packs), &inquiry);
    let remarks = apply_suppressions(&setup.config.suppress, &mut results, facts.as_of);
    let customer = setup.config.customer.as_str();
    let collisions = collisions(setup.registry.checks_of(packs), &results, &facts);
    let mut report = assemble(Assembly { facts: &facts, results, selection, customer, collisions });
    report.notices.extend(remarks);
    report.inputs = Some(inputs(setup, snapshot, question)?);
    Ok(report)
}

/// The sources that the checks of these packs rest on, but for those that others lead to.
pub(super) fn needs(registry: &Registry, packs: &[PackId]) -> BTreeSet<SourceId> {
    let led_to = [SourceId::Groups, SourceId::Members, SourceId::Licences, SourceId::Organizations];
    let named = registry.checks_of(packs).flat_map(|check| check.meta().sources.iter().copied());
    named.filter(|source| !led_to.contains(source)).collect()
}

/// Org units that suppressions name: what they hide must not be folded into what they leave.
pub(super) fn suppressed_units(config: &Config) -> Vec<OrgUnitPath> {
    config.suppress.iter().filter_map(|suppress| suppress.org_unit.clone()).collect()
}

/// Whether presumed facts pass: for this run, or by the configuration.
pub(super) fn acceptance(setup: &Setup, accept_presumed: bool) -> Acceptance {
    if accept_presumed || setup.config.audit.accept_presumed { Acceptance::Presumed } else { Acceptance::ProvenOnly }
}

/// The packs to run: those asked for, else those of the configuration.
pub(super) fn choose_packs(setup: &Setup, asked: &[PackId]) -> Result<Vec<PackId>, CliError> {
    let packs = if asked.is_empty() { &setup.config.audit.packs } else { asked };
    packs.iter().try_for_each(|pack| known_pack(&setup.registry, pack))?;
    Ok(packs.to_vec())
}

pub(super) fn known_pack(registry: &Registry, pack: &PackId) -> Result<(), CliError> {
    if registry.find_pack(pack.as_str()).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = registry.packs().iter().map(|pack| pack.id.as_str()).collect();
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
