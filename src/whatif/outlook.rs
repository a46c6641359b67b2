//! From waves to what each of them changes, and how to roll them out.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::effect::{Sight, effect};
use super::rollout::rollout;
use super::scene::{Connections, Stage};
use crate::checks::{Acceptance, Check, Selection};
use crate::domain::ClientId;
use crate::evidence::{AppDefinition, AppRef, AttestedValue, PolicyTarget, Supposed, Supposition, Wave};
use crate::facts::{APP_GRANTS, Facts, Gap, Statements};
use crate::policy::{Reducer, SettingCatalogue};
use crate::report::model::{CheckResult, SourceStatus, Tool};
use crate::report::what_if::model::{Foresight, SCHEMA, WaveEffect};
use crate::report::{sources_of, tenant_of};
use crate::snapshot::{ReadError, Snapshot, SourceId};

/// What is judged, and by what.
pub struct Grounds<'q> {
    /// The tenant.
    pub snapshot: &'q Snapshot,
    /// What the operator states.
    pub statements: &'q Statements,
    /// The apps under audit.
    pub apps: &'q [&'q AppDefinition],
    /// The checks to run before and after.
    pub checks: &'q [&'q dyn Check],
    /// The part of the tenant in question.
    pub selection: &'q Selection,
    /// Whether presumptions pass.
    pub acceptance: Acceptance,
    /// Applies the operator's suppressions to results of that moment; what it remarks.
    pub settle: &'q dyn Fn(&mut [CheckResult], Timestamp) -> Vec<String>,
    /// The customer that was asked for, where Google did not tell another.
    pub customer: &'q str,
}

impl fmt::Debug for Grounds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grounds").field("selection", self.selection).field("acceptance", &self.acceptance).finish()
    }
}

/// What the waves change, one after the other, and how to roll them out. `Err` inside: an assignment is about something
/// that the tenant does not have.
///
/// # Errors
/// [`ReadError`] where the snapshot is damaged.
pub fn foresee(grounds: &Grounds<'_>, waves: &[Wave]) -> Result<Result<Foresight, String>, ReadError> {
    let mut head = None;
    let mut doubts = BTreeSet::new();
    let look = |facts: &Facts| {
        for path in &grounds.selection.org_units {
            if facts.tree.find(path).is_none() && facts.evidence.is_complete(SourceId::OrgUnits) {
                return Err(format!("--org-unit: the tenant has no org unit {path}"));
            }
        }
        for supposition in waves.iter().flat_map(|wave| &wave.set) {
            fits(supposition, facts, grounds.statements)
                .map_err(|why| format!("{}: {}: {why}", supposition.locator, supposition.what.assignment()))?;
        }
        doubts = not_listed(facts);
        head = Some((tenant_of(&facts.evidence, grounds.customer), sources_of(&facts.evidence), facts.as_of));
        Ok(())
    };
    let (mut stage, today) = match Stage::open(grounds, look)? {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (tenant, sources, as_of) = head.expect("the facts were looked at");
    let sight =
        Sight { today: stage.today.clone(), selection: grounds.selection, acceptance: grounds.acceptance, as_of };
    let mut effects: Vec<WaveEffect> = Vec::new();
    let mut so_far: Vec<Supposition> = Vec::new();
    let mut before = None;
    let mut scenes: Vec<Connections> = Vec::new();
    for wave in waves {
        so_far.extend(wave.set.iter().cloned());
        let after = stage.scene(&so_far)?;
        let earlier = before.as_ref().unwrap_or(&today);
        effects.push(effect(&sight, wave, earlier, &after, &doubts));
        if let Some(past) = before.replace(after) {
            scenes.push(past.connections);
        }
    }
    scenes.extend(before.map(|last| last.connections));
    let rollout = rollout(&mut stage, &sight, waves, &today.connections, &scenes)?;
    Ok(Ok(Foresight {
        schema: SCHEMA.into(),
        tool: Tool { name: "gwsaudit".into(), version: env!("CARGO_PKG_VERSION").into() },
        tenant,
        judged_at: as_of,
        sources,
        waves: effects,
        rollout,
        notices: stage.today.notices.clone(),
    }))
}

/// Why there may be more connections than were read.
fn not_listed(facts: &Facts) -> BTreeSet<Gap> {
    let lists = [SourceId::Users, SourceId::Grants, SourceId::OrgUnits];
    let lacking = lists.into_iter().filter(|id| !facts.evidence.is_complete(*id));
    lacking
        .map(|id| {
            let source = facts.evidence.source(id);
            let reason = source.and_then(|source| source.error.clone().or_else(|| source.note.clone()));
            let how = match source.map(|source| source.status) {
                Some(SourceStatus::Denied) => "was refused",
                Some(SourceStatus::Complete | SourceStatus::Partial) => "could be read in part only",
                Some(SourceStatus::Failed | SourceStatus::Skipped) | None => "was not read",
            };
            let because = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            Gap {
                fact: APP_GRANTS.into(),
                why: format!("{id} {how}{because}, so there may be connections that are not told of here"),
                supply: format!("make {id} readable in full for the audit, then ask again"),
            }
        })
        .collect()
}

/// Whether a supposition is about something that the tenant has.
fn fits(supposition: &Supposition, facts: &Facts, statements: &Statements) -> Result<(), String> {
    let known_unit = |path: &crate::domain::OrgUnitPath| {
        if facts.tree.find(path).is_some() {
            return Ok(());
        }
        let paths: Vec<&str> = facts.tree.units().iter().map(|unit| unit.path.as_str()).collect();
        let near = crate::domain::nearest(path.as_str(), &paths);
        let near = near.map(|near| format!("; the nearest is {near}")).unwrap_or_default();
        let how = if facts.evidence.is_complete(SourceId::OrgUnits) { "has" } else { "shows" };
        Err(format!("the tenant {how} no org unit {path}{near}"))
    };
    match &supposition.what {
        Supposed::Own { org_unit, value } => {
            known_unit(org_unit)?;
            match value {
                AttestedValue::AppAccess { app: AppRef::Client(client), .. } => known_client(client, facts, statements),
                AttestedValue::AppAccess { app: AppRef::Catalogue(_), .. } | AttestedValue::Session(_) => Ok(()),
            }
        }
        Supposed::Policy { setting, whom, value } => {
            if let PolicyTarget::OrgUnit(path) = whom {
                known_unit(path)?;
            }
            let catalogue = SettingCatalogue::builtin();
            let Some(spec) = catalogue.get(setting) else {
                if facts.evidence.populace.policies.types().any(|known| known == setting) {
                    return Ok(());
                }
                let known: Vec<&str> = catalogue.iter().map(|spec| spec.setting.as_str()).collect();
                let near = crate::domain::nearest(setting.as_str(), &known);
                let near = near.map(|near| format!("; the nearest is {near}")).unwrap_or_default();
                return Err(format!(
                    "neither the catalogue nor a policy of the tenant has the setting {setting}{near}"
                ));
            };
            if spec.reducer == Reducer::List {
                return Err(format!(
                    "{setting} is a list of rules, to which nothing can be set; choose another setting"
                ));
            }
            for field in value.keys() {
                if !spec.fields.is_empty() && spec.field(field).is_none() {
                    let known: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
                    return Err(format!("{setting} has no field {field:?}; it has {}", known.join(", ")));
                }
            }
            Ok(())
        }
    }
}

fn known_client(client: &ClientId, facts: &Facts, statements: &Statements) -> Result<(), String> {
    let pinned = statements.catalogue.apps.values().any(|app| app.client_ids.contains(client));
    let seen = facts.evidence.knows_client(client.as_str());
    if pinned || seen || !facts.evidence.is_complete(SourceId::Grants) {
        return Ok(());
    }
    Err(format!(
        "no record of the tenant and no app of the catalogue has the client ID {client}; `gwsaudit apps discover` shows those \
         that are in use"
    ))
}
