//! One walk (or three) through a snapshot: what the facts are made from, and nothing else, stays in memory.
//!
//! Records come in any order. The first pass finds out which clients the apps under audit may be, the second keeps
//! their grants and authorisations and joins all holders of grants with their accounts, the third keeps the accounts that
//! audited grants name, and those of administrators. A million accounts pass by unread.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;

use super::accounts::{Account, ThirdPass, Whom};
use super::admin_events::AdminEvent;
use super::application_settings::{LastEvent, NewestSettings, SettingEvent};
use super::apps::{AppDefinition, NamePattern};
use super::canaries::Canary;
use super::delegations::Delegation;
use super::directory::Directory;
use super::evaluations::{self, Evaluation, Latest};
use super::exposure::{Exposure, Holders};
use super::first_pass::FirstPass;
use super::populace::Populace;
use super::supposition::Supposition;
use super::token_events::{self, TokenEvent};
use crate::domain::{ClientId, Email, OrgUnitPath, Scope};
use crate::google::access_context::GcpUserAccessBinding;
use crate::google::directory;
use crate::google::reports::{Activity, Application};
use crate::google::resource_manager::Organization;
use crate::snapshot::{Header, Line, ReadError, RecordKind, Snapshot, SourceId, SourceRecord};

/// The tenant's own record.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// `C0123abcd`
    pub customer: String,
    /// The primary domain.
    pub primary_domain: Option<String>,
    /// The organisation's name, which the root org unit may bear in log events.
    pub organization_name: Option<String>,
}

/// An org unit of today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// Its path.
    pub path: OrgUnitPath,
    /// Its id without prefix; the path stands in where Google sent none.
    pub id: String,
    /// The id of the org unit above; `None` for the root.
    pub parent_id: Option<String>,
    /// Its name: the last part of the path, for the root the organisation's name.
    pub name: Option<String>,
}

/// A user's grant to a client of an app under audit.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whose.
    pub user: Email,
    /// To which client.
    pub client: ClientId,
    /// The name that the client's developer chose: hostile.
    pub display_text: Option<String>,
    /// For what.
    pub scopes: Vec<Scope>,
}

/// Where a client was seen, and by which names it went.
#[derive(Debug, Clone, Default)]
pub struct Sighting {
    /// Every name, as written.
    pub names: BTreeSet<String>,
    /// Users with a grant.
    pub granted_by: u64,
    /// Whether one of those grants carries a Cloud scope.
    pub cloud_grants: u64,
    /// Events of the token log.
    pub token_events: u64,
    /// Events of the administrators' audit log.
    pub admin_events: u64,
}

/// A stretch of a log that is at hand without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogWindow {
    /// From here on.
    pub from: Timestamp,
    /// Up to here.
    pub to: Timestamp,
}

impl LogWindow {
    /// Whether the log shows everything that happened since.
    #[must_use]
    pub fn covers_since(&self, at: Timestamp) -> bool {
        self.from <= at
    }
}

/// Everything that the facts are made from.
#[derive(Debug)]
pub struct Evidence {
    /// The snapshot's first line.
    pub header: Header,
    /// How each source went, by id.
    pub sources: BTreeMap<String, SourceRecord>,
    /// The tenant.
    pub tenant: Option<Tenant>,
    /// The org units, sorted by path.
    pub units: Vec<Unit>,
    /// Events that bear on a fact, in time order, each once.
    pub admin_events: Vec<AdminEvent>,
    /// The administrators' audit log, where it is whole.
    pub admin_log: Option<LogWindow>,
    /// Of each application setting, place and group the newest event, in time order.
    pub setting_events: Vec<SettingEvent>,
    /// The newest event of every name in the administrators' audit log.
    pub last_events: BTreeMap<String, LastEvent>,
    /// Events about domain-wide delegation, in time order, each once.
    pub delegations: Vec<Delegation>,
    /// Every client with a grant.
    pub exposure: Exposure,
    /// Token events of audited clients, in time order, each once.
    pub token_events: Vec<TokenEvent>,
    /// The token log, where it is whole.
    pub token_log: Option<LogWindow>,
    /// Access evaluations of audited clients: of each user and configuration source the latest.
    pub evaluations: Vec<Evaluation>,
    /// Access evaluations that name no client.
    pub nameless_evaluations: u64,
    /// Grants to audited clients.
    pub grants: Vec<Grant>,
    /// Administrator roles, domains, DNS and sign-on.
    pub directory: Directory,
    /// Accounts that grants and token events name, and those of administrators.
    pub accounts: Vec<Account>,
    /// Domains of all accounts' addresses, in lower case: verified domains of the tenant, by which log events may call
    /// the root org unit.
    pub domains: BTreeSet<String>,
    /// Every client that any record names.
    pub sightings: BTreeMap<ClientId, Sighting>,
    /// Access Context Manager's bindings.
    pub bindings: Vec<GcpUserAccessBinding>,
    /// Direct members of groups, by group id.
    pub members: BTreeMap<String, Vec<directory::Member>>,
    /// Organizations that the administrator may see.
    pub organizations: Vec<Organization>,
    /// Connections of our own, by id.
    pub canaries: Vec<Canary>,
    /// Why records of canaries that the snapshot once held are not at hand, where that is so.
    pub lost_canaries: Option<String>,
    /// Records of kinds that this version does not know.
    pub unknown_records: u64,
    /// Which accounts were kept.
    pub whom: Whom,
    /// Policies, and who there is as far as they tell people apart.
    pub populace: Populace,
}

impl Evidence {
    /// How a source went; `None` where the snapshot does not hold it.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&SourceRecord> {
        self.sources.get(id.as_str())
    }

    /// Whether everything of a source is at hand.
    #[must_use]
    pub fn is_complete(&self, id: SourceId) -> bool {
        self.source(id).is_some_and(SourceRecord::is_complete)
    }

    /// The client IDs that any record, or the apps under audit, name.
    #[must_use]
    pub fn knows_client(&self, id: &str) -> bool {
        self.sightings.contains_key(id)
    }
}

/// Reads through a snapshot for the sake of these apps.
///
/// # Errors
/// [`ReadError`] where the file is damaged. Records that are whole and yet not of Google's shape do not end the
/// reading: their source counts as partial from then on.
pub fn gather(snapshot: &Snapshot, apps: &[&AppDefinition]) -> Result<Evidence, ReadError> {
    gather_of(snapshot, apps, Whom::Named)
}

/// The same, with these accounts kept.
///
/// # Errors
/// As [`gather`].
pub fn gather_of(snapshot: &Snapshot, apps: &[&AppDefinition], whom: Whom) -> Result<Evidence, ReadError> {
    gather_supposing(snapshot, apps, whom, &[])
}

/// The same, as if these policies were set, too. Those that are not about policies are left to the facts.
///
/// # Errors
/// As [`gather`].
pub fn gather_supposing(
    snapshot: &Snapshot,
    apps: &[&AppDefinition],
    whom: Whom,
    supposed: &[Supposition],
) -> Result<Evidence, ReadError> {
    let mut first = FirstPass::default();
    snapshot.for_each(|line| first.take(line))?;
    first.suppose(supposed);
    let mut populace = first.close(snapshot.header().collected_at);

    let wanted: HashSet<ClientId> = first
        .sightings
        .iter()
        .filter(|(id, sighting)| concerns(apps, id, sighting, &first.sightings))
        .map(|(id, _)| id.clone())
        .chain(apps.iter().flat_map(|app| app.client_ids.iter().cloned()))
        .collect();
    let census = std::mem::take(&mut first.census);
    let mut second = SecondPass::wanting(&wanted, NewestSettings::over(first.renamings()), census.into_holders());
    snapshot.for_each(|line| {
        second.take(line);
        populace.take_licence(line);
    })?;
    let SecondPass { grants, mut token_events, evaluations, settings, holders, .. } = second;
    let (setting_events, exposure) = (settings.finish(), holders.finish());
    let evaluations = evaluations.into_sorted();
    token_events.sort();
    // Google may hand out one activity twice, or its events in two pieces: the same is dropped, different things stay.
    token_events.dedup();

    let administrators = first.administrators();
    let mut third = ThirdPass::wanting(&grants, &token_events, &evaluations, &first.canaries, administrators, whom);
    snapshot.for_each(|line| {
        third.take(line);
        populace.take_user(line);
    })?;

    let (accounts, silent_accounts) = third.finish();
    let kept = Kept {
        grants: grants.into_values().collect(),
        token_events,
        evaluations,
        accounts,
        silent_accounts,
        setting_events,
        exposure,
        populace: populace.finish(),
        whom,
    };
    Ok(first.finish(snapshot.header().clone(), kept))
}

/// What the second and the third pass kept.
pub(super) struct Kept {
    pub(super) grants: Vec<Grant>,
    pub(super) token_events: Vec<TokenEvent>,
    pub(super) evaluations: Vec<Evaluation>,
    pub(super) accounts: Vec<Account>,
    pub(super) silent_accounts: u64,
    pub(super) populace: Populace,
    pub(super) setting_events: Vec<SettingEvent>,
    pub(super) exposure: Exposure,
    pub(super) whom: Whom,
}

/// Whether a client is, or may pass for, one of the apps.
fn concerns(
    apps: &[&AppDefinition],
    id: &ClientId,
    sighting: &Sighting,
    sightings: &BTreeMap<ClientId, Sighting>,
) -> bool {
    apps.iter().any(|app| {
        app.client_ids.contains(id)
            || sighting.names.iter().any(|name| {
                app.may_be_called(name)
                    || app
                        .client_ids
                        .iter()
                        .filter_map(|pinned| sightings.get(pinned))
                        .any(|pinned| pinned.names.iter().any(|known| NamePattern::same(known, name)))
            })
    })
}

/// Whose grant a record holds.
pub(super) fn granted_by(line: &Line, token: &directory::Token) -> Option<Email> {
    line.user.as_deref().or(token.user_key.as_deref()).and_then(Email::from_google)
}

struct SecondPass<'w> {
    wanted: &'w HashSet<ClientId>,
    grants: BTreeMap<(Email, ClientId), Grant>,
    token_events: Vec<TokenEvent>,
    evaluations: Latest,
    settings: NewestSettings,
    holders: Holders,
}

impl<'w> SecondPass<'w> {
    fn wanting(wanted: &'w HashSet<ClientId>, settings: NewestSettings, holders: Holders) -> Self {
        let (grants, token_events, evaluations) = (BTreeMap::new(), Vec::new(), Latest::default());
        Self { wanted, grants, token_events, evaluations, settings, holders }
    }

    fn take(&mut self, line: &Line) {
        match line.kind() {
            RecordKind::Grant => self.grant(line),
            RecordKind::Activity(Application::Token) => {
                let Ok(activity) = line.read::<Activity>() else { return };
                let events = token_events::read_activity(&activity);
                self.token_events.extend(events.into_iter().filter(|event| self.wanted.contains(&event.client)));
            }
            RecordKind::Activity(Application::AccessEvaluation) => {
                let Ok(activity) = line.read::<Activity>() else { return };
                for evaluation in evaluations::read_activity(&activity).evaluations {
                    if self.wanted.contains(&evaluation.client) {
                        self.evaluations.take(evaluation);
                    }
                }
            }
            RecordKind::Activity(Application::Admin) => {
                let Ok(activity) = line.read::<Activity>() else { return };
                self.settings.take(&activity);
            }
            RecordKind::User => {
                let Ok(user) = line.read::<directory::User>() else { return };
                self.holders.take(&user);
            }
            RecordKind::Source
            | RecordKind::Customer
            | RecordKind::OrgUnit
            | RecordKind::Group
            | RecordKind::Member
            | RecordKind::Policy
            | RecordKind::License
            | RecordKind::Role
            | RecordKind::RoleAssignment
            | RecordKind::Domain
            | RecordKind::SsoAssignment
            | RecordKind::DnsAnswer
            | RecordKind::Organization
            | RecordKind::AccessBinding
            | RecordKind::Canary
            | RecordKind::End
            | RecordKind::Unknown => {}
        }
    }

    fn grant(&mut self, line: &Line) {
        let Ok(token) = line.read::<directory::Token>() else { return };
        let user = granted_by(line, &token);
        let (Some(client), Some(user)) = (ClientId::from_google(&token.client_id), user) else { return };
        if !self.wanted.contains(&client) {
            return;
        }
        let scopes = token.scopes.iter().map(|text| Scope::from_google(text));
        match self.grants.entry((user.clone(), client.clone())) {
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let grant = entry.get_mut();
                grant.scopes.extend(scopes);
                grant.scopes.sort();
                grant.scopes.dedup();
                grant.display_text = grant.display_text.take().max(token.display_text);
            }
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(Grant { user, client, display_text: token.display_text, scopes: scopes.collect() });
            }
        }
    }
}
