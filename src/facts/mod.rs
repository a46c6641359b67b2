//! Evidence to facts: what is proven, presumed or unknown about each setting, for each org unit, app and connection.
//!
//! Attestations establish a state, the log watches over it. A fact is *proven* by the org unit's own last attestation
//! or by a log event that can mean nothing else, or by inheritance through org units each proven to inherit; *presumed*
//! where evidence suggests it; *unknown* otherwise. Evidence that contradicts itself is kept as a conflict.

mod administrators;
mod app_access;
mod app_changes;
mod app_delegations;
mod app_evaluated;
mod app_exposure;
mod app_listed;
mod app_replay;
mod app_target;
mod app_trust;
mod application_settings;
mod apps;
mod at_hand;
mod bindings;
mod cloud_session;
mod connections;
pub(crate) mod domains;
mod experiments;
mod fact;
mod listing;
mod look_again;
mod org_tree;
mod placed;
mod policies;
mod seen;
mod session_replay;
mod supply;
mod supposed;
mod track;
mod truth;
mod unit_history;
mod unread;
mod whereabouts;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use administrators::{
    ADMIN_ROLES, ADMINISTRATORS, Administrator, Administrators, HeldRole, Roster, SIGN_ON, SignOn, USER_RECORD,
};
pub use app_access::{APP_ACCESS, Access};
pub use app_delegations::DELEGATION;
pub use app_exposure::{APP_GRANTS, APP_USE, AppExposure};
pub use application_settings::{APPLICATION_SETTING, ApplicationSettings, DELETED};
pub use apps::{AppFacts, ClientFacts, Identity, LookAlike};
pub use bindings::{ACCESS_BINDINGS, Bindings, Decider, SessionRule};
pub use cloud_session::{CLOUD_SESSION_CONTROL, Reauth, SessionControl};
pub use connections::{ACCOUNT, ConnectionFacts, EXEMPTION, GRANT_SCOPES, Holder};
pub use domains::{DKIM, DMARC, DOMAINS, DkimKey, DmarcRecord, Domains, MailDomain, SPF, SpfAll, SpfRecord};
pub use experiments::Bracket;
pub use fact::{Fact, Gap, Origin, Standing, Strength};
pub use listing::Listing;
pub use look_again::LookAgain;
pub use org_tree::{OrgTree, UnitIndex};
pub use policies::{InGroups, Licences, Person, PolicyFacts, Work};
pub use seen::Seen;
pub use track::PROPAGATION;
pub use truth::Truth;
pub use unread::UnreadEvents;

use crate::domain::ClientId;
use crate::evidence::{AppDefinition, Attestation, Catalogue, ConfiguredApps, Evidence, Supposition};
use crate::snapshot::SourceId;

/// What the client of a canary is called as an app.
const CANARY: &str = "canary";

/// What the operator states beside the attestations.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    /// What administrators saw in the console.
    pub attestations: Vec<Attestation>,
    /// The console's own list of configured apps.
    pub configured_apps: Option<ConfiguredApps>,
    /// `gcp_organization = "none"`: no Access Context Manager bindings exist.
    pub no_bindings: bool,
    /// All known apps with the operator's additions, those that are not under audit too.
    pub catalogue: Catalogue,
    /// What is supposed to be set, though nobody set it: later ones overtake earlier ones.
    pub suppositions: Vec<Supposition>,
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
    /// Every client that holds a grant, was delegated to, or has an access level of its own; by ID.
    pub exposures: Vec<AppExposure>,
    /// Application settings as the log shows them.
    pub settings: ApplicationSettings,
    /// Who administers the tenant.
    pub administrators: Administrators,
    /// The tenant's domains.
    pub domains: Domains,
    /// Log events that could not be read for certain, by name.
    pub unread_events: BTreeMap<String, UnreadEvents>,
    /// Access evaluations that could not be read for certain, by name.
    pub unread_evaluations: BTreeMap<String, UnreadEvents>,
    /// Org units whose own setting somebody has to look at again, sorted; none where the log is not at hand, which says
    /// nothing then.
    pub look_again: Vec<LookAgain>,
    /// Remarks on evidence of which nothing could be made.
    pub notices: Vec<String>,
    /// What is in force of each setting.
    pub policies: PolicyFacts,
}

impl Facts {
    /// Derives all facts about these apps, as of the snapshot's collection.
    #[must_use]
    pub fn derive(mut evidence: Evidence, statements: &Statements, apps: &[&AppDefinition]) -> Self {
        let as_of = evidence.header.collected_at;
        let tree = OrgTree::new(std::mem::take(&mut evidence.units));
        let horizon = track::Horizon { log: evidence.admin_log, as_of };
        let placing = placed::Placing::new(&tree, &evidence, &statements.attestations);
        let changes = app_changes::place_changes(&placing);
        let listed = statements.configured_apps.as_ref().map(|list| app_listed::Listed::new(list, &placing));
        let whereabouts = whereabouts::Whereabouts::new(&evidence);
        let evaluated = app_evaluated::Evaluated::new(&evidence, &tree, &whereabouts);
        let supposed = supposed::Supposed::new(&statements.suppositions, &tree, as_of);
        let levels = app_access::Ground {
            placing: &placing,
            supposed: &supposed,
            horizon,
            attestations: placing.attestations(),
            changes: &changes,
            sightings: &evidence.sightings,
            listed: listed.as_ref(),
            evaluated: &evaluated,
        };
        let level = |target: &app_target::Target| app_access::derive(target, &levels);
        let apps: Vec<AppFacts> = apps.iter().map(|app| app_facts(app, &evidence, &level)).collect();
        let list = statements.configured_apps.as_ref();
        let trust = app_trust::Trust::new(&levels, &apps, &evidence, &statements.catalogue, list);
        let exposures = app_exposure::derive(&app_exposure::Ground {
            evidence: &evidence,
            tree: &tree,
            catalogue: &statements.catalogue,
            trust: &trust,
            as_of,
        });
        drop(trust);
        let settings = ApplicationSettings::new(&placing, &evidence);
        let of_canaries = experiments::clients_without_a_level(&evidence.canaries);
        let of_canaries: Vec<Attestation> = placing.attestations().iter().cloned().chain(of_canaries).collect();
        let canary_level = |client: &ClientId| {
            let app = CANARY.parse().expect("a sound id");
            let target = app_target::Target::Pinned { app, client: client.clone() };
            app_access::derive(&target, &app_access::Ground { attestations: &of_canaries, ..levels })
        };
        let stated = evidence.header.operator.gcp_organization.as_deref() == Some("none");
        let bindings = Bindings::new(&evidence, statements.no_bindings || stated);
        let experiments = experiments::Experiments::new(&evidence, &tree, &bindings, &whereabouts, &canary_level);
        let cloud_session::Sessions { in_force: sessions, own_doubts } =
            cloud_session::derive(&placing, horizon, &experiments, &supposed);
        let ground = connections::Ground::new(&evidence, &tree, &sessions, &bindings, &whereabouts);
        let connections = connections::derive(&ground, &apps);
        let unread_events = unread::gather(&placing, &evidence, &sessions, &apps);
        // Without the log nothing is proven, and no look at the console would change that.
        let look_again = horizon.log.map(|_| look_again::gather(&tree, own_doubts, &apps)).unwrap_or_default();
        let unread_evaluations = evaluated.unread(&tree);
        let mut notices = notices(&placing, &tree, listed.as_ref(), &evidence);
        notices.extend(experiments.notices().iter().cloned());
        let policies = PolicyFacts::new(&evidence, &tree);
        let administrators = Administrators::new(&evidence, &tree);
        let domains = Domains::new(&evidence);
        Self {
            administrators,
            domains,
            as_of,
            policies,
            tree,
            sessions,
            apps,
            exposures,
            settings,
            connections,
            unread_events,
            unread_evaluations,
            look_again,
            notices,
            evidence,
        }
    }

    /// Gives the evidence back, for facts to be derived from it once more.
    #[must_use]
    pub fn into_evidence(self) -> Evidence {
        let Self { mut evidence, tree, .. } = self;
        evidence.units = tree.into_units();
        evidence
    }
}

fn app_facts(
    app: &AppDefinition,
    evidence: &Evidence,
    level: &dyn Fn(&app_target::Target) -> app_access::Levels,
) -> AppFacts {
    let known = apps::clients_of(app, &evidence.sightings);
    let look_alikes = apps::look_alikes(app, &known, &evidence.sightings);
    let unpinned = (!app.is_pinned()).then(|| level(&apps::unpinned(app, &known)));
    let mut doubts: Vec<Vec<Option<look_again::OwnDoubt>>> = Vec::new();
    let clients: Vec<ClientFacts> = known
        .into_iter()
        .map(|(client, identity, names, seen)| {
            let target = match identity {
                Identity::Pinned => app_target::Target::Pinned { app: app.id.clone(), client: client.clone() },
                Identity::ByName => app_target::Target::Named { app: app.id.clone(), client: client.clone() },
            };
            let levels = level(&target);
            if identity == Identity::Pinned {
                doubts.push(levels.own_doubts);
            }
            ClientFacts { access: levels.in_force, inherits: levels.inherits, client, identity, names, seen }
        })
        .collect();
    if let Some(levels) = unpinned {
        return AppFacts {
            definition: app.clone(),
            clients,
            look_alikes,
            access: levels.in_force,
            own_doubts: levels.own_doubts,
        };
    }
    let pinned: Vec<&ClientFacts> = clients.iter().filter(|client| client.identity == Identity::Pinned).collect();
    let units = pinned.first().map_or(0, |client| client.access.len());
    let access = (0..units)
        .map(|unit| apps::fold(&pinned.iter().map(|client| &client.access[unit]).collect::<Vec<_>>()))
        .collect();
    let own_doubts = (0..units).map(|unit| doubts.iter().find_map(|client| client[unit].clone())).collect();
    AppFacts { definition: app.clone(), clients, look_alikes, access, own_doubts }
}

fn notices(
    placing: &placed::Placing<'_>,
    tree: &OrgTree,
    listed: Option<&app_listed::Listed<'_>>,
    evidence: &Evidence,
) -> Vec<String> {
    let mut notices = Vec::new();
    if evidence.nameless_evaluations > 0 {
        notices.push(format!(
            "{} events of {} name no client, so nothing can be made of them",
            evidence.nameless_evaluations,
            SourceId::AccessEvaluationLog
        ));
    }
    if tree.units().is_empty() {
        return notices;
    }
    let unknown = "no org unit of today can be told to have been there then; it is not used";
    notices.extend(placing.unplaced_attestations().into_iter().map(|attestation| {
        format!("the attestation at {} is about {}, and {unknown}", attestation.locator, attestation.org_unit)
    }));
    let paths = listed.map(app_listed::Listed::unplaced).unwrap_or_default();
    notices.extend(paths.into_iter().map(|path| format!("the list of configured apps names {path}, and {unknown}")));
    notices
}
