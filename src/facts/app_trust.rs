//! In which org units an app that is not under audit is Trusted.
//!
//! The access level of an app is derived for every org unit, which is dear where there are many of both. It is done for
//! clients of which some evidence speaks by name; all others share what is known of a client that nobody ever mentioned.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::app_access::{APP_ACCESS, Access, Ground, derive};
use super::app_target::Target;
use super::apps::AppFacts;
use super::at_hand::lack_of;
use super::fact::{Fact, Gap, Strength};
use super::org_tree::{OrgTree, UnitIndex};
use super::seen::Seen;
use super::truth::Truth;
use crate::domain::{AppId, ClientId};
use crate::evidence::{
    APP_ACCESS_MENU, AppDefinition, AppRef, AppScope, AttestedValue, Catalogue, Change, ConfiguredApps, Evidence,
    Extent,
};
use crate::snapshot::SourceId;

/// What clients outside the audit are called as an app, and the ID of one that no evidence mentions.
const UNNAMED: &str = "unlisted";

/// Levels of clients, each derived when it is asked for.
pub(super) struct Trust<'t> {
    ground: &'t Ground<'t>,
    audited: BTreeMap<&'t ClientId, &'t [Fact<Access>]>,
    catalogue: &'t Catalogue,
    /// Clients of whose level some evidence speaks by name.
    spoken_of: HashSet<ClientId>,
    /// What is known of all others.
    others: Trusted,
    /// Why there may be org units that are not in the tree.
    unlisted: Option<Gap>,
}

/// Where a client is Trusted; of an org unit below another that is, nothing is said.
#[derive(Debug, Clone)]
struct Trusted {
    units: BTreeMap<UnitIndex, Strength>,
    /// Org units whose level is not proven, one way or the other, and the first of them.
    open: usize,
    first_open: Option<UnitIndex>,
}

impl<'t> Trust<'t> {
    pub(super) fn new(
        ground: &'t Ground<'t>,
        apps: &'t [AppFacts],
        evidence: &Evidence,
        catalogue: &'t Catalogue,
        list: Option<&ConfiguredApps>,
    ) -> Self {
        let clients = apps.iter().flat_map(|app| &app.clients);
        let audited = clients.map(|client| (&client.client, client.access.as_slice())).collect();
        let tree = ground.placing.tree();
        let units = tree.units().len();
        let nothing = Trusted { units: BTreeMap::new(), open: units, first_open: (units > 0).then_some(0) };
        // Only a list of all configured apps says anything of an app that is not on it.
        let others = match list.map(|list| list.extent) {
            Some(Extent::Whole) => {
                let nobody = ClientId::from_google(UNNAMED).expect("it is not empty");
                trusted(&levels(&nobody, None, ground), tree)
            }
            Some(Extent::Unsaid) | None => nothing,
        };
        let spoken_of = spoken_of(ground, evidence, catalogue, list);
        let unlisted = lack_of(evidence, SourceId::OrgUnits, APP_ACCESS);
        Self { ground, audited, catalogue, spoken_of, others, unlisted }
    }

    /// Clients of whose level some evidence speaks by name.
    pub(super) fn spoken_of(&self) -> impl Iterator<Item = &ClientId> {
        self.spoken_of.iter()
    }

    /// The topmost org units where the client is Trusted: one speaks for those below it that are Trusted too.
    pub(super) fn of(&self, client: &ClientId) -> Seen<UnitIndex> {
        let tree = self.ground.placing.tree();
        let derived;
        let found = if let Some(access) = self.audited.get(client) {
            derived = trusted(access, tree);
            &derived
        } else if self.spoken_of.contains(client) {
            let app = pinned_to(client, self.catalogue).map(|app| app.id.clone());
            derived = trusted(&levels(client, app, self.ground), tree);
            &derived
        } else {
            &self.others
        };
        let gap = found.first_open.map(|unit| Gap {
            fact: APP_ACCESS.into(),
            why: format!(
                "the access level of {client} is not proven for {} org units, such as {}",
                found.open,
                tree.path(unit)
            ),
            supply: format!(
                "open {APP_ACCESS_MENU}, download the list of configured apps and name it in the configuration"
            ),
        });
        Seen { items: found.units.clone(), gaps: Arc::new(gap.into_iter().chain(self.unlisted.clone()).collect()) }
    }
}

/// The catalogue's app, or the operator's, that a client is.
pub(super) fn pinned_to<'c>(client: &ClientId, catalogue: &'c Catalogue) -> Option<&'c AppDefinition> {
    catalogue.apps.values().find(|app| app.client_ids.contains(client))
}

fn levels(client: &ClientId, app: Option<AppId>, ground: &Ground<'_>) -> Vec<Fact<Access>> {
    let app = app.unwrap_or_else(|| UNNAMED.parse().expect("a sound id"));
    derive(&Target::Pinned { app, client: client.clone() }, ground).in_force
}

fn trusted(access: &[Fact<Access>], tree: &OrgTree) -> Trusted {
    let truths: Vec<Truth> = access.iter().map(|fact| fact.truth(|level| *level == Access::Trusted)).collect();
    let mut found = Trusted { units: BTreeMap::new(), open: 0, first_open: None };
    for (unit, truth) in truths.iter().enumerate() {
        let strength = match truth {
            Truth::TrueProven => Some(Strength::Proven),
            Truth::TruePresumed => Some(Strength::Presumed),
            Truth::Unknown | Truth::FalsePresumed => {
                found.open += 1;
                found.first_open = found.first_open.or(Some(unit));
                None
            }
            Truth::FalseProven => None,
        };
        let told_above = tree.parent(unit).is_some_and(|above| truths[above] >= *truth);
        if let Some(strength) = strength.filter(|_| !told_above) {
            found.units.insert(unit, strength);
        }
    }
    found
}

fn spoken_of(
    ground: &Ground<'_>,
    evidence: &Evidence,
    catalogue: &Catalogue,
    list: Option<&ConfiguredApps>,
) -> HashSet<ClientId> {
    let mut clients: HashSet<ClientId> = list.into_iter().flat_map(|list| list.rows.keys().cloned()).collect();
    for attestation in ground.attestations {
        let AttestedValue::AppAccess { app, .. } = &attestation.value else { continue };
        match app {
            AppRef::Client(client) => {
                clients.insert(client.clone());
            }
            AppRef::Catalogue(id) => {
                clients.extend(catalogue.apps.get(id).into_iter().flat_map(|app| app.client_ids.iter().cloned()));
            }
        }
    }
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for app in ground.supposed.apps() {
        match app {
            AppRef::Client(client) => {
                clients.insert(client.clone());
            }
            AppRef::Catalogue(id) => {
                clients.extend(catalogue.apps.get(id).into_iter().flat_map(|app| app.client_ids.iter().cloned()));
            }
        }
    }
    for event in &evidence.admin_events {
        let Change::Access { app, .. } = &event.change else { continue };
        match app {
            AppScope::Client { id, .. } => {
                clients.insert(id.clone());
            }
            AppScope::Undeclared { values } => named.extend(values.iter().map(String::as_str)),
            AppScope::All => {}
        }
    }
    clients.extend(evidence.sightings.keys().filter(|client| named.contains(client.as_str())).cloned());
    clients
}
