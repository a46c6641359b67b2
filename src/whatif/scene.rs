//! The tenant under some suppositions: its verdicts, and every connection that session control may reach.

use std::collections::{BTreeMap, BTreeSet};

use super::link::{Link, LinkKey, links_of, unread_links};
use super::outlook::Grounds;
use crate::checks::{Inquiry, evaluate};
use crate::domain::{AppId, ClientId, CloudScope, OrgUnitPath, cloud_scope_of};
use crate::evidence::{AppDefinition, Evidence, Supposed, Supposition, Whom, gather_of, gather_supposing};
use crate::facts::{Access, AppFacts, Facts, Identity, Statements, Truth, UnitIndex};
use crate::report::model::CheckResult;
use crate::snapshot::{ReadError, SourceId};

/// Every connection in question, and how apps and org units stand to one another.
#[derive(Debug, Default)]
pub(super) struct Connections {
    pub(super) links: BTreeMap<LinkKey, Link>,
    /// By client, in the tree's order.
    pub(super) levels: BTreeMap<ClientId, Vec<LevelAt>>,
}

/// A client's level in one org unit, as far as the choice of where to trust it needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LevelAt {
    /// Whether the org unit takes it from the one above.
    pub(super) inherits: Truth,
    /// Whether somebody chose less than that: Limited, Specific Google data, Blocked.
    pub(super) restricted: bool,
}

/// Verdicts and connections.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) results: Vec<CheckResult>,
    pub(super) connections: Connections,
}

/// The org units, whom they hang from.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) paths: Vec<OrgUnitPath>,
    pub(super) parents: Vec<Option<UnitIndex>>,
}

/// Derives one scene after another from the same evidence.
pub(super) struct Stage<'g, 'q> {
    grounds: &'g Grounds<'q>,
    /// For the apps under audit.
    audited: Option<Evidence>,
    /// For all other apps in question.
    others: Option<Evidence>,
    other_apps: Vec<AppDefinition>,
    /// What the wholly unsupposed facts said, once.
    pub(super) today: Today,
}

/// What is known of the tenant whatever is supposed.
#[derive(Debug, Clone)]
pub(super) struct Today {
    pub(super) tree: Tree,
    pub(super) notices: Vec<String>,
    /// Whether users, grants and org units were read in full.
    pub(super) is_whole: bool,
    /// Names of clients for people.
    pub(super) names: BTreeMap<ClientId, String>,
    /// Apps whose only client that is.
    pub(super) ids: BTreeMap<ClientId, AppId>,
    /// Definitions of the apps in question.
    pub(super) definitions: BTreeMap<AppId, AppDefinition>,
}

impl<'g, 'q> Stage<'g, 'q> {
    /// Reads the tenant, and tells how it is today. `look` sees the facts.
    pub(super) fn open(
        grounds: &'g Grounds<'q>,
        look: impl FnOnce(&Facts) -> Result<(), String>,
    ) -> Result<Result<(Self, Scene), String>, ReadError> {
        let evidence = gather_of(grounds.snapshot, grounds.apps, grounds.whom())?;
        let facts = Facts::derive(evidence, grounds.statements, grounds.apps);
        if let Err(refusal) = look(&facts) {
            return Ok(Err(refusal));
        }
        let other_apps = other_apps(&facts, grounds.statements);
        let mut today = today(&facts);
        today.definitions.extend(grounds.apps.iter().map(|app| (app.id.clone(), (*app).clone())));
        today.definitions.extend(other_apps.iter().map(|app| (app.id.clone(), app.clone())));
        for app in grounds.apps.iter().copied().chain(grounds.statements.catalogue.apps.values()) {
            if let [only] = app.client_ids.as_slice() {
                today.ids.insert(only.clone(), app.id.clone());
            }
        }
        let results = grounds.judge(&facts, Some(&mut today.notices));
        let mut connections = Connections::default();
        connections.take(&facts, &facts.apps);
        let audited = Some(facts.into_evidence());
        let mut stage = Self { grounds, audited, others: None, other_apps, today };
        if !stage.other_apps.is_empty() {
            stage.others = Some(stage.gather_others()?);
        }
        stage.take_others(grounds.statements, &mut connections)?;
        Ok(Ok((stage, Scene { results, connections })))
    }

    /// How the tenant would be.
    pub(super) fn scene(&mut self, suppositions: &[Supposition]) -> Result<Scene, ReadError> {
        let statements = self.statements(suppositions);
        let supposes_policies = suppositions.iter().any(|one| matches!(one.what, Supposed::Policy { .. }));
        let Grounds { snapshot, apps, .. } = *self.grounds;
        // Policies tell people apart, which is found out while reading.
        let evidence = match self.audited.take().filter(|_| !supposes_policies) {
            Some(evidence) => evidence,
            None => gather_supposing(snapshot, apps, self.grounds.whom(), suppositions)?,
        };
        let facts = Facts::derive(evidence, &statements, apps);
        let results = self.grounds.judge(&facts, None);
        let mut connections = Connections::default();
        connections.take(&facts, &facts.apps);
        if !supposes_policies {
            self.audited = Some(facts.into_evidence());
        }
        self.take_others(&statements, &mut connections)?;
        Ok(Scene { results, connections })
    }

    /// The connections alone.
    pub(super) fn connections(&mut self, suppositions: &[Supposition]) -> Result<Connections, ReadError> {
        let statements = self.statements(suppositions);
        let Grounds { snapshot, apps, .. } = *self.grounds;
        let evidence = match self.audited.take() {
            Some(evidence) => evidence,
            None => gather_of(snapshot, apps, self.grounds.whom())?,
        };
        let facts = Facts::derive(evidence, &statements, apps);
        let mut connections = Connections::default();
        connections.take(&facts, &facts.apps);
        self.audited = Some(facts.into_evidence());
        self.take_others(&statements, &mut connections)?;
        Ok(connections)
    }

    /// Whether every connection was read.
    pub(super) fn everything_is_listed(&self) -> bool {
        self.today.is_whole
    }

    fn statements(&self, suppositions: &[Supposition]) -> Statements {
        Statements { suppositions: suppositions.to_vec(), ..self.grounds.statements.clone() }
    }

    fn gather_others(&self) -> Result<Evidence, ReadError> {
        let apps: Vec<&AppDefinition> = self.other_apps.iter().collect();
        gather_of(self.grounds.snapshot, &apps, Whom::Named)
    }

    fn take_others(&mut self, statements: &Statements, connections: &mut Connections) -> Result<(), ReadError> {
        if self.other_apps.is_empty() {
            return Ok(());
        }
        let evidence = match self.others.take() {
            Some(evidence) => evidence,
            None => self.gather_others()?,
        };
        let apps: Vec<&AppDefinition> = self.other_apps.iter().collect();
        let facts = Facts::derive(evidence, statements, &apps);
        connections.take(&facts, &facts.apps);
        self.others = Some(facts.into_evidence());
        Ok(())
    }
}

impl Connections {
    /// What was taken in first stays: the apps under audit are known best.
    fn take(&mut self, facts: &Facts, apps: &[AppFacts]) {
        for (key, link) in links_of(facts).chain(unread_links(facts)) {
            self.links.entry(key).or_insert(link);
        }
        for client in apps.iter().flat_map(|app| &app.clients) {
            self.levels.entry(client.client.clone()).or_insert_with(|| {
                let at = |(access, inherits): (&crate::facts::Fact<Access>, &Truth)| LevelAt {
                    inherits: *inherits,
                    restricted: access
                        .value()
                        .is_some_and(|level| matches!(level, Access::Limited | Access::SpecificData | Access::Blocked)),
                };
                client.access.iter().zip(&client.inherits).map(at).collect()
            });
        }
    }
}

fn today(facts: &Facts) -> Today {
    let units = 0..facts.tree.units().len();
    let names = facts.exposures.iter().map(|app| (app.client.clone(), app.name.clone()));
    Today {
        tree: Tree {
            paths: units.clone().map(|unit| facts.tree.path(unit).clone()).collect(),
            parents: units.map(|unit| facts.tree.parent(unit)).collect(),
        },
        notices: facts.notices.clone(),
        is_whole: [SourceId::Users, SourceId::Grants, SourceId::OrgUnits]
            .into_iter()
            .all(|id| facts.evidence.is_complete(id)),
        names: names.collect(),
        ids: BTreeMap::new(),
        definitions: BTreeMap::new(),
    }
}

/// Every other client with a scope to which session control applies, or may apply: as an app of its own.
fn other_apps(facts: &Facts, statements: &Statements) -> Vec<AppDefinition> {
    let audited: BTreeSet<&ClientId> =
        facts.apps.iter().flat_map(|app| &app.clients).map(|client| &client.client).collect();
    let in_question = |scopes: Vec<_>| cloud_scope_of(&scopes) != CloudScope::No;
    let mut clients: BTreeSet<&ClientId> = facts
        .evidence
        .exposure
        .clients
        .iter()
        .filter(|(_, used)| in_question(used.scopes.iter().cloned().collect()))
        .map(|(client, _)| client)
        .collect();
    if !facts.evidence.is_complete(SourceId::Grants) {
        // Grants that were not read show in the token log alone.
        let seen = facts.evidence.sightings.iter().filter(|(_, seen)| seen.token_events > 0 && seen.granted_by == 0);
        clients.extend(seen.map(|(client, _)| client));
    }
    let catalogue = &statements.catalogue.apps;
    let mut apps: BTreeMap<AppId, AppDefinition> = BTreeMap::new();
    for (nth, client) in clients.into_iter().filter(|client| !audited.contains(client)).enumerate() {
        if let Some(known) = catalogue.values().find(|app| app.client_ids.contains(client)) {
            // By its client IDs alone: who merely bears its name comes by itself.
            apps.insert(known.id.clone(), AppDefinition { names: Vec::new(), ..known.clone() });
            continue;
        }
        let id = made_up(client, nth, &apps);
        let name = facts.evidence.sightings.get(client).and_then(|seen| seen.names.first().cloned());
        apps.insert(
            id.clone(),
            AppDefinition {
                id,
                name: name.unwrap_or_else(|| client.to_string()),
                client_ids: vec![client.clone()],
                names: Vec::new(),
                packs: Vec::new(),
                configured: false,
                about: String::new(),
                cards: Vec::new(),
            },
        );
    }
    apps.into_values().collect()
}

/// How ids begin that are made up here for clients that the catalogue does not know.
const MADE_UP: &str = "client-id.";
/// How nearly all client IDs end.
const COMMON_END: &str = ".apps.googleusercontent.com";

/// An id by which texts can name a client: its own ID, as far as ids have room for it.
fn made_up(client: &ClientId, nth: usize, taken: &BTreeMap<AppId, AppDefinition>) -> AppId {
    let own = client.as_str().strip_suffix(COMMON_END).unwrap_or(client.as_str());
    let named: Option<AppId> = format!("{MADE_UP}{own}").parse().ok().filter(|id| !taken.contains_key(id));
    named.unwrap_or_else(|| format!("{MADE_UP}no-{nth}").parse().expect("a sound id"))
}

/// Whether an id was made up here for a client that the catalogue does not know.
pub(super) fn is_made_up(id: &AppId) -> bool {
    id.as_str().starts_with(MADE_UP)
}

/// Whether the facts know a client as an app itself, or only by its name.
pub(super) fn is_pinned(identity: Identity) -> bool {
    identity == Identity::Pinned
}

impl Grounds<'_> {
    fn whom(&self) -> Whom {
        if self.checks.iter().any(|check| check.asks_of_everybody()) { Whom::Everybody } else { Whom::Named }
    }

    fn judge(&self, facts: &Facts, notices: Option<&mut Vec<String>>) -> Vec<CheckResult> {
        let inquiry = Inquiry { facts, selection: self.selection, acceptance: self.acceptance };
        let mut results = evaluate(self.checks.iter().copied(), &inquiry);
        let remarks = (self.settle)(&mut results, facts.as_of);
        if let Some(notices) = notices {
            notices.extend(remarks);
        }
        results
    }
}
