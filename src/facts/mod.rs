//! Evidence to facts: what is proven, presumed or unknown about each setting, for each org unit, app and connection.
//!
//! Attestations establish a state, the log watches over it. A fact is *proven* by the org unit's own last attestation
//! or by a log event that can mean nothing else, or by inheritance through org units each proven to inherit; *presumed*
//! where evidence suggests it; *unknown* otherwise. Evidence that contradicts itself is kept as a conflict.

mod app_access;
mod apps;
mod bindings;
mod cloud_session;
mod connections;
mod fact;
mod look_again;
mod org_tree;
mod placed;
mod track;
mod truth;
mod unit_history;
mod unread;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use app_access::{APP_ACCESS, Access};
pub use apps::{AppFacts, ClientFacts, Identity};
pub use bindings::{ACCESS_BINDINGS, Bindings, SessionRule};
pub use cloud_session::{CLOUD_SESSION_CONTROL, Reauth, SessionControl};
pub use connections::{ACCOUNT, ConnectionFacts, EXEMPTION, GRANT_SCOPES, Holder};
pub use fact::{Fact, Gap, Standing, Strength};
pub use look_again::LookAgain;
pub use org_tree::{OrgTree, UnitIndex};
pub use truth::Truth;
pub use unread::UnreadEvents;

use crate::evidence::{AppDefinition, Attestation, Evidence};

/// What the operator states beside the attestations.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    /// What administrators saw in the console.
    pub attestations: Vec<Attestation>,
    /// `gcp_organization = "none"`: no Access Context Manager bindings exist.
    pub no_bindings: bool,
}

/// Everything that checks may ask.
#[derive(Debug)]
pub struct Facts {
    /// The moment as of which everything is judged.
    pub as_of: Timestamp,
    /// The evidence underneath.
    pub evidence: Evidence,
    /// Today's org units.
    pub tree: OrgTree,
    /// Session control for every org unit, in the tree's order.
    pub sessions: Vec<SessionControl>,
    /// The apps under audit, by id.
    pub apps: Vec<AppFacts>,
    /// Their grants, by user and client.
    pub connections: Vec<ConnectionFacts>,
    /// Log events that could not be read for certain, by name.
    pub unread_events: BTreeMap<String, UnreadEvents>,
    /// Remarks on evidence of which nothing could be made.
    pub notices: Vec<String>,
    /// What must be looked at again in the console, sorted.
    pub look_again: Vec<LookAgain>,
}

impl Facts {
    /// Derives all facts about these apps, as of the snapshot's collection.
    #[must_use]
    pub fn derive(mut evidence: Evidence, statements: &Statements, apps: &[&AppDefinition]) -> Self {
        let as_of = evidence.header.collected_at;
        let tree = OrgTree::new(std::mem::take(&mut evidence.units));
        let horizon = track::Horizon { log: evidence.admin_log, as_of };
        let placing = placed::Placing::new(&tree, &evidence, &statements.attestations);
        let sessions = cloud_session::derive(&placing, horizon);
        let changes = app_access::place_changes(&placing);
        let level =
            |target: &app_access::Target| app_access::derive(target, &placing, &changes, &evidence.sightings, horizon);
        let apps: Vec<AppFacts> = apps.iter().map(|app| app_facts(app, &evidence, &level)).collect();
        let stated = evidence.header.operator.gcp_organization.as_deref() == Some("none");
        let bindings = Bindings::new(&evidence, statements.no_bindings || stated);
        let ground = connections::Ground::new(&evidence, &tree, &sessions, &bindings);
        let connections = connections::derive(&ground, &apps);
        let unread_events = unread::gather(&placing, &evidence, &sessions, &apps);
        let notices = notices(&placing, &tree);
        let look_again = Vec::new();
        Self { as_of, tree, sessions, apps, connections, unread_events, notices, look_again, evidence }
    }
}

fn app_facts(
    app: &AppDefinition,
    evidence: &Evidence,
    level: &dyn Fn(&app_access::Target) -> Vec<Fact<Access>>,
) -> AppFacts {
    let known = apps::clients_of(app, &evidence.sightings);
    let unpinned = (!app.is_pinned()).then(|| level(&apps::unpinned(app, &known)));
    let clients: Vec<ClientFacts> = known
        .into_iter()
        .map(|(client, identity, names, seen)| {
            let target = match identity {
                Identity::Pinned => app_access::Target::Pinned { app: app.id.clone(), client: client.clone() },
                Identity::ByName => app_access::Target::Named { app: app.id.clone(), client: client.clone() },
            };
            ClientFacts { access: level(&target), client, identity, names, seen }
        })
        .collect();
    let access = unpinned.unwrap_or_else(|| {
        let pinned: Vec<&ClientFacts> = clients.iter().filter(|client| client.identity == Identity::Pinned).collect();
        let units = pinned.first().map_or(0, |client| client.access.len());
        (0..units)
            .map(|unit| apps::fold(&pinned.iter().map(|client| &client.access[unit]).collect::<Vec<_>>()))
            .collect()
    });
    AppFacts { definition: app.clone(), clients, access }
}

fn notices(placing: &placed::Placing<'_>, tree: &OrgTree) -> Vec<String> {
    if tree.units().is_empty() {
        return Vec::new();
    }
    let say = |attestation: &Attestation| {
        format!(
            "the attestation at {} is about {}, and no org unit of today can be told to have been there then; it is not used",
            attestation.locator, attestation.org_unit
        )
    };
    placing.unplaced_attestations().into_iter().map(say).collect()
}
