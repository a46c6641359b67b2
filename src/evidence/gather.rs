//! One walk (or three) through a snapshot: what the facts are made from, and nothing else, stays in memory.
//!
//! Records come in any order. The first pass finds out which clients the apps under audit may be, the second keeps
//! their grants and authorisations, the third the accounts that these name. A million accounts pass by unread.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::admin_events::{self, AdminEvent, AppScope, Change};
use super::apps::{AppDefinition, NamePattern};
use super::token_events::{self, TokenEvent};
use crate::domain::{ClientId, Email, OrgUnitPath, Scope, humane_time};
use crate::google::access_context::GcpUserAccessBinding;
use crate::google::directory;
use crate::google::reports::{Activity, Application};
use crate::google::resource_manager::Organization;
use crate::report::model::SourceStatus;
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

/// Whether an account can use its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It can.
    Active,
    /// An administrator suspended it.
    Suspended,
}

/// An account that a connection belongs to.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its current primary address.
    pub email: Email,
    /// Addresses that it also answers to; after a renaming the old one is among them.
    pub aliases: Vec<Email>,
    /// Its stable id.
    pub id: Option<String>,
    /// Its org unit.
    pub org_unit: Option<OrgUnitPath>,
    /// Whether it can use its grants.
    pub state: AccountState,
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
    /// Token events of audited clients, in time order, each once.
    pub token_events: Vec<TokenEvent>,
    /// The token log, where it is whole.
    pub token_log: Option<LogWindow>,
    /// Grants to audited clients.
    pub grants: Vec<Grant>,
    /// Accounts that grants and token events name.
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
    /// Records of kinds that this version does not know.
    pub unknown_records: u64,
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
    let mut first = FirstPass::default();
    snapshot.for_each(|line| first.take(line))?;

    let wanted: HashSet<ClientId> = first
        .sightings
        .iter()
        .filter(|(id, sighting)| concerns(apps, id, sighting, &first.sightings))
        .map(|(id, _)| id.clone())
        .collect();
    let mut second = SecondPass { wanted: &wanted, grants: BTreeMap::new(), token_events: Vec::new() };
    snapshot.for_each(|line| second.take(line))?;
    let SecondPass { grants, mut token_events, .. } = second;
    token_events.sort();
    // Google may hand out one activity twice, or its events in two pieces: the same is dropped, different things stay.
    token_events.dedup();

    let mut third = ThirdPass::wanting(&grants, &token_events);
    snapshot.for_each(|line| third.take(line))?;

    let accounts = each_once(third.accounts);
    Ok(first.finish(snapshot.header().clone(), grants.into_values().collect(), token_events, accounts))
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

#[derive(Default)]
struct FirstPass {
    sources: BTreeMap<String, SourceRecord>,
    /// Sources of which two records differ.
    contradicted: BTreeSet<String>,
    lines: BTreeMap<SourceId, u64>,
    garbled: BTreeMap<SourceId, u64>,
    tenant: Option<Tenant>,
    units: Vec<Unit>,
    domains: BTreeSet<String>,
    admin_events: Vec<AdminEvent>,
    sightings: BTreeMap<ClientId, Sighting>,
    /// By everything that is known of them: of two versions of one binding both count.
    bindings: BTreeMap<String, GcpUserAccessBinding>,
    members: BTreeMap<String, Vec<directory::Member>>,
    organizations: BTreeMap<String, Organization>,
    unknown_records: u64,
}

impl FirstPass {
    fn take(&mut self, line: &Line) {
        let kind = line.kind();
        if let Some(source) = kind.source() {
            *self.lines.entry(source).or_default() += 1;
        }
        match kind {
            RecordKind::Source => match line.read::<SourceRecord>() {
                Ok(source) => self.source(source),
                Err(_) => self.unknown_records += 1,
            },
            RecordKind::Customer => self.read(line, Self::customer),
            RecordKind::OrgUnit => self.read(line, Self::org_unit),
            // Accounts are kept in the third pass, where it is known which are wanted.
            RecordKind::User => self.read(line, |pass, user: directory::User| {
                let domain = user.primary_email.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
                if let Some(domain) = domain.filter(|domain| !pass.domains.contains(domain)) {
                    pass.domains.insert(domain);
                }
                if Email::from_google(&user.primary_email).is_none() {
                    pass.garble(SourceId::Users);
                }
            }),
            RecordKind::Grant => self.read(line, |pass, token| pass.grant(line, token)),
            RecordKind::Group => self.read(line, |_, _: directory::Group| {}),
            RecordKind::Member => {
                let group = line.group.clone();
                self.read(line, |pass, member: directory::Member| {
                    pass.members.entry(group.unwrap_or_default()).or_default().push(member);
                });
            }
            RecordKind::Activity(Application::Admin) => self.read(line, |pass, activity: Activity| {
                pass.admin_activity(&activity);
            }),
            RecordKind::Activity(Application::Token) => self.read(line, |pass, activity: Activity| {
                for event in token_events::read_activity(&activity) {
                    pass.sighting(&event.client, event.app_name.as_deref()).token_events += 1;
                }
            }),
            RecordKind::Activity(Application::AccessEvaluation) => self.read(line, |_, _: Activity| {}),
            RecordKind::Policy => {}
            RecordKind::Organization => self.read(line, |pass, organization: Organization| {
                pass.organizations.insert(organization.name.clone(), organization);
            }),
            RecordKind::AccessBinding => self.read(line, |pass, binding: GcpUserAccessBinding| {
                pass.bindings.insert(format!("{binding:?}"), binding);
            }),
            RecordKind::End | RecordKind::Unknown => self.unknown_records += 1,
        }
    }

    fn read<T: DeserializeOwned>(&mut self, line: &Line, take: impl FnOnce(&mut Self, T)) {
        match line.read::<T>() {
            Ok(thing) => take(self, thing),
            Err(_) => {
                if let Some(source) = line.kind().source() {
                    self.garble(source);
                }
            }
        }
    }

    fn garble(&mut self, source: SourceId) {
        *self.garbled.entry(source).or_default() += 1;
    }

    /// Of two records of one source that differ the worse is kept, and the source is no longer complete.
    fn source(&mut self, source: SourceRecord) {
        let rank = |source: &SourceRecord| (!source.is_complete(), format!("{source:?}"));
        match self.sources.get(&source.id) {
            Some(before) if *before == source => {}
            Some(before) => {
                self.contradicted.insert(source.id.clone());
                if rank(before) < rank(&source) {
                    self.sources.insert(source.id.clone(), source);
                }
            }
            None => {
                self.sources.insert(source.id.clone(), source);
            }
        }
    }

    fn customer(&mut self, customer: directory::Customer) {
        self.tenant = Some(Tenant {
            customer: customer.id,
            primary_domain: customer.customer_domain,
            organization_name: customer.postal_address.and_then(|address| address.organization_name),
        });
    }

    fn org_unit(&mut self, unit: directory::OrgUnit) {
        let bare = |id: String| id.strip_prefix("id:").map(str::to_owned).unwrap_or(id);
        let Some(path) = OrgUnitPath::from_google(&unit.org_unit_path) else {
            self.garble(SourceId::OrgUnits);
            return;
        };
        let name = unit
            .name
            .filter(|name| !name.is_empty())
            .or_else(|| if path.is_root() { None } else { Some(path.name().to_owned()) });
        let parent_id = if path.is_root() { None } else { unit.parent_org_unit_id.map(bare) };
        self.units.push(Unit { id: unit.org_unit_id.map_or_else(|| path.to_string(), bare), parent_id, name, path });
    }

    fn grant(&mut self, line: &Line, token: directory::Token) {
        let (Some(client), Some(_)) = (ClientId::from_google(&token.client_id), granted_by(line, &token)) else {
            return self.garble(SourceId::Grants);
        };
        let scopes: Vec<Scope> = token.scopes.iter().map(|text| Scope::from_google(text)).collect();
        let sighting = self.sighting(&client, token.display_text.as_deref());
        sighting.granted_by += 1;
        if crate::domain::cloud_scope_of(&scopes) == crate::domain::CloudScope::Yes {
            sighting.cloud_grants += 1;
        }
    }

    fn admin_activity(&mut self, activity: &Activity) {
        for event in admin_events::read_activity(activity) {
            if let Change::Access { app: AppScope::Client { id, name }, .. } = &event.change {
                self.sighting(id, name.as_deref()).admin_events += 1;
            }
            self.admin_events.push(event);
        }
    }

    fn sighting(&mut self, client: &ClientId, name: Option<&str>) -> &mut Sighting {
        if !self.sightings.contains_key(client) {
            self.sightings.insert(client.clone(), Sighting::default());
        }
        let sighting = self.sightings.entry(client.clone()).or_default();
        if let Some(name) = name.filter(|name| !name.is_empty())
            && !sighting.names.contains(name)
        {
            sighting.names.insert(name.to_owned());
        }
        sighting
    }

    fn finish(
        mut self,
        header: Header,
        grants: Vec<Grant>,
        token_events: Vec<TokenEvent>,
        accounts: Vec<Account>,
    ) -> Evidence {
        self.degrade_sources(header.collected_at);
        self.units.sort();
        self.units.dedup();
        self.admin_events.sort_by(|one, other| one.identity().cmp(&other.identity()));
        self.admin_events.dedup_by(|one, other| one.identity() == other.identity());
        let window = |id: SourceId| {
            let source = self.sources.get(id.as_str()).filter(|source| source.is_complete())?;
            Some(LogWindow { from: source.window_from?, to: source.window_to? })
        };
        let (admin_log, token_log) = (window(SourceId::AdminLog), window(SourceId::TokenLog));
        Evidence {
            header,
            tenant: self.tenant,
            units: self.units,
            admin_events: self.admin_events,
            admin_log,
            token_events,
            token_log,
            grants,
            accounts,
            domains: self.domains,
            sightings: self.sightings,
            bindings: self.bindings.into_values().collect(),
            members: self.members,
            organizations: self.organizations.into_values().collect(),
            sources: self.sources,
            unknown_records: self.unknown_records,
        }
    }

    /// A source that lost records on the way, holds some that cannot be read, or ends too early, is not complete,
    /// whatever it says.
    fn degrade_sources(&mut self, as_of: Timestamp) {
        for id in SourceId::ALL {
            let lines = self.lines.get(&id).copied().unwrap_or_default();
            let Some(source) = self.sources.get_mut(id.as_str()) else {
                if lines > 0 {
                    let mut source = SourceRecord::new(id, SourceStatus::Partial);
                    source.items = lines;
                    source.error = Some("the snapshot does not say how this source went".to_owned());
                    self.sources.insert(id.as_str().to_owned(), source);
                }
                continue;
            };
            if lines != source.items {
                source.degrade(format!("the snapshot holds {lines} of its {} records", source.items));
            }
            match self.garbled.get(&id).copied().unwrap_or_default() {
                0 => {}
                1 => source.degrade("one record is not of the documented shape".to_owned()),
                some => source.degrade(format!("{some} records are not of the documented shape")),
            }
            if self.contradicted.contains(id.as_str()) {
                source.degrade("the snapshot says two different things about how this source went".to_owned());
            }
            if let Some(end) = source.window_to.filter(|end| *end < as_of) {
                source.degrade(format!("it ends {}, before the moment that is judged", humane_time(end)));
            }
        }
    }
}

/// Whose grant a record holds.
fn granted_by(line: &Line, token: &directory::Token) -> Option<Email> {
    line.user.as_deref().or(token.user_key.as_deref()).and_then(Email::from_google)
}

struct SecondPass<'w> {
    wanted: &'w HashSet<ClientId>,
    grants: BTreeMap<(Email, ClientId), Grant>,
    token_events: Vec<TokenEvent>,
}

impl SecondPass<'_> {
    fn take(&mut self, line: &Line) {
        if line.kind() == RecordKind::Grant {
            self.grant(line);
        } else if line.kind() == RecordKind::Activity(Application::Token)
            && let Ok(activity) = line.read::<Activity>()
        {
            let events = token_events::read_activity(&activity);
            self.token_events.extend(events.into_iter().filter(|event| self.wanted.contains(&event.client)));
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

struct ThirdPass {
    emails: HashSet<Email>,
    ids: HashSet<String>,
    accounts: Vec<Account>,
}

impl ThirdPass {
    fn wanting(grants: &BTreeMap<(Email, ClientId), Grant>, token_events: &[TokenEvent]) -> Self {
        let mut emails: HashSet<Email> = grants.keys().map(|(user, _)| user.clone()).collect();
        emails.extend(token_events.iter().filter_map(|event| Email::from_google(event.email.as_deref()?)));
        let ids = token_events.iter().filter_map(|event| event.profile_id.clone()).collect();
        Self { emails, ids, accounts: Vec::new() }
    }

    fn take(&mut self, line: &Line) {
        if line.kind() != RecordKind::User {
            return;
        }
        let Ok(user) = line.read::<directory::User>() else { return };
        let Some(email) = Email::from_google(&user.primary_email) else { return };
        let aliases: Vec<Email> = user.aliases.iter().filter_map(|alias| Email::from_google(alias)).collect();
        let named = self.emails.contains(&email)
            || user.id.as_ref().is_some_and(|id| self.ids.contains(id))
            || aliases.iter().any(|alias| self.emails.contains(alias));
        if named {
            self.accounts.push(Account {
                email,
                aliases,
                id: user.id,
                org_unit: user.org_unit_path.as_deref().and_then(OrgUnitPath::from_google),
                state: if user.suspended == Some(true) { AccountState::Suspended } else { AccountState::Active },
            });
        }
    }
}

/// Sorted, each once. Who was moved while the list was read may be on it twice: the org unit is then not known.
fn each_once(mut accounts: Vec<Account>) -> Vec<Account> {
    accounts.sort_by_cached_key(|account| (account.email.to_string(), format!("{account:?}")));
    accounts.dedup_by(|second, first| {
        let same = second.email == first.email;
        if same && second.org_unit != first.org_unit {
            first.org_unit = None;
        }
        same
    });
    accounts
}

/// Accounts by address and by stable id.
#[derive(Debug, Default)]
pub struct AccountIndex {
    by_email: HashMap<Email, usize>,
    by_id: HashMap<String, usize>,
}

impl AccountIndex {
    /// Over these accounts.
    #[must_use]
    pub fn new(accounts: &[Account]) -> Self {
        let mut index = Self::default();
        for (position, account) in accounts.iter().enumerate() {
            index.by_email.insert(account.email.clone(), position);
            if let Some(id) = &account.id {
                index.by_id.insert(id.clone(), position);
            }
        }
        for (position, account) in accounts.iter().enumerate() {
            for alias in &account.aliases {
                index.by_email.entry(alias.clone()).or_insert(position);
            }
        }
        index
    }

    /// The account with that stable id, else with that address.
    #[must_use]
    pub fn find(&self, id: Option<&str>, email: Option<&Email>) -> Option<usize> {
        id.and_then(|id| self.by_id.get(id)).or_else(|| email.and_then(|email| self.by_email.get(email))).copied()
    }
}
