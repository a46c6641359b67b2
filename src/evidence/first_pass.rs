//! The first walk through a snapshot: everything that is small, and which clients there are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::admin_events::{self, AdminEvent, AppScope, Change};
use super::application_settings::{LastEvents, Renamings};
use super::canaries::Canary;
use super::delegations::{self, Delegation};
use super::directory::{Collector, Garbled, Holders};
use super::exposure::Census;
use super::gather::{Evidence, Kept, LogWindow, Sighting, Tenant, Unit, granted_by};
use super::populace::{PolicyPass, PopulacePass};
use super::supposition::Supposition;
use super::{evaluations, token_events};
use crate::domain::{ClientId, Email, OrgUnitPath, Scope, humane_time};
use crate::google::access_context::GcpUserAccessBinding;
use crate::google::directory;
use crate::google::licensing::LicenseAssignment;
use crate::google::policies::Policy;
use crate::google::reports::{Activity, Application};
use crate::google::resource_manager::Organization;
use crate::policy::Listing;
use crate::report::model::SourceStatus;
use crate::snapshot::{CanaryRecord, Header, Line, RecordKind, SourceId, SourceRecord};

#[derive(Default)]
pub(super) struct FirstPass {
    sources: BTreeMap<String, SourceRecord>,
    /// Sources of which two records differ.
    contradicted: BTreeSet<String>,
    lines: BTreeMap<SourceId, u64>,
    garbled: BTreeMap<SourceId, u64>,
    tenant: Option<Tenant>,
    units: Vec<Unit>,
    domains: BTreeSet<String>,
    admin_events: Vec<AdminEvent>,
    last_events: LastEvents,
    delegations: Vec<Delegation>,
    pub(super) census: Census,
    pub(super) sightings: BTreeMap<ClientId, Sighting>,
    /// By everything that is known of them: of two versions of one binding both count.
    bindings: BTreeMap<String, GcpUserAccessBinding>,
    members: BTreeMap<String, Vec<directory::Member>>,
    organizations: BTreeMap<String, Organization>,
    directory: Collector,
    pub(super) canaries: Vec<Canary>,
    lost_canaries: Option<String>,
    nameless_evaluations: u64,
    unknown_records: u64,
    policies: PolicyPass,
}

impl FirstPass {
    pub(super) fn take(&mut self, line: &Line) {
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
                // Without the id nobody knows which events, roles and memberships are its own.
                if Email::from_google(&user.primary_email).is_none() || user.id.as_deref().is_none_or(str::is_empty) {
                    pass.garble(SourceId::Users);
                }
            }),
            RecordKind::Grant => self.read(line, |pass, token| pass.grant(line, token)),
            RecordKind::Group => self.read(line, |pass, group: directory::Group| pass.policies.group(group)),
            RecordKind::Member => {
                let group = line.group.clone();
                self.read(line, |pass, member: directory::Member| {
                    if !tells_who(&member) {
                        pass.garble(SourceId::Members);
                    }
                    pass.members.entry(group.unwrap_or_default()).or_default().push(member);
                });
            }
            RecordKind::Activity(Application::Admin) => self.read(line, |pass, activity: Activity| {
                pass.must_tell_something(SourceId::AdminLog, &activity);
                pass.admin_activity(&activity);
            }),
            RecordKind::Activity(Application::Token) => self.read(line, |pass, activity: Activity| {
                pass.must_tell_something(SourceId::TokenLog, &activity);
                if token_events::is_nameless(&activity) {
                    pass.garble(SourceId::TokenLog);
                }
                pass.census.token_activity(&activity);
                for event in token_events::read_activity(&activity) {
                    pass.sighting(&event.client, event.app_name.as_deref()).token_events += 1;
                }
            }),
            RecordKind::Activity(Application::AccessEvaluation) => self.read(line, |pass, activity: Activity| {
                pass.must_tell_something(SourceId::AccessEvaluationLog, &activity);
                pass.nameless_evaluations += evaluations::read_activity(&activity).nameless;
            }),
            RecordKind::Policy => match line.read::<Policy>() {
                Ok(policy) => self.policies.policy(policy),
                Err(_) => self.policies.unreadable(),
            },
            // Who holds which is kept in the second pass, where it is known which are wanted.
            RecordKind::License => self.read(line, |_, _: LicenseAssignment| {}),
            RecordKind::Role
            | RecordKind::RoleAssignment
            | RecordKind::Domain
            | RecordKind::SsoAssignment
            | RecordKind::DnsAnswer => {
                if let (Err(Garbled), Some(source)) = (self.directory.take(line), kind.source()) {
                    self.garble(source);
                }
            }
            RecordKind::Organization => self.read(line, |pass, organization: Organization| {
                pass.organizations.insert(organization.name.clone(), organization);
            }),
            RecordKind::AccessBinding => self.read(line, |pass, binding: GcpUserAccessBinding| {
                pass.bindings.insert(format!("{binding:?}"), binding);
            }),
            RecordKind::Canary => self.read(line, |pass, record: CanaryRecord| pass.canaries.push(Canary::of(record))),
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

    /// An activity without events is one whose events were lost.
    fn must_tell_something(&mut self, source: SourceId, activity: &Activity) {
        if activity.events.is_empty() {
            self.garble(source);
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
        let (Some(client), Some(user)) = (ClientId::from_google(&token.client_id), granted_by(line, &token)) else {
            return self.garble(SourceId::Grants);
        };
        let scopes: Vec<Scope> = token.scopes.iter().map(|text| Scope::from_google(text)).collect();
        let sighting = self.sighting(&client, token.display_text.as_deref());
        sighting.granted_by += 1;
        if crate::domain::cloud_scope_of(&scopes) == crate::domain::CloudScope::Yes {
            sighting.cloud_grants += 1;
        }
        self.census.grant(&user, &client, scopes);
    }

    fn admin_activity(&mut self, activity: &Activity) {
        self.last_events.take(activity);
        self.delegations.extend(delegations::read_activity(activity));
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

    /// Puts policies that nobody made yet among those that were read.
    pub(super) fn suppose(&mut self, supposed: &[Supposition]) {
        self.policies.suppose(supposed, &self.units);
    }

    /// Ends the pass for the moment that is judged: what the sources are worth is known now.
    pub(super) fn close(&mut self, as_of: Timestamp) -> PopulacePass {
        self.degrade_sources(as_of);
        let whole = |id: SourceId| self.sources.get(id.as_str()).is_some_and(SourceRecord::is_complete);
        let listing = if whole(SourceId::Policies) { Listing::Complete } else { Listing::Incomplete };
        std::mem::take(&mut self.policies).finish(listing, &self.members, whole(SourceId::Members))
    }

    /// Whom role assignments name.
    pub(super) fn administrators(&self) -> Holders {
        self.directory.holders(&self.members)
    }

    /// When the names of org units may have passed to others.
    pub(super) fn renamings(&self) -> Renamings {
        Renamings::new(&self.admin_events)
    }

    pub(super) fn finish(
        mut self,
        header: Header,
        Kept { grants, token_events, evaluations, accounts, silent_accounts, setting_events, exposure, populace, whom }: Kept,
    ) -> Evidence {
        self.canaries.sort_by(|one, other| one.id.cmp(&other.id));
        self.units.sort();
        self.units.dedup();
        self.admin_events.sort_by(|one, other| one.identity().cmp(&other.identity()));
        self.admin_events.dedup_by(|one, other| one.identity() == other.identity());
        self.delegations.sort();
        self.delegations.dedup();
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
            setting_events,
            last_events: self.last_events.finish(),
            delegations: self.delegations,
            exposure,
            token_events,
            token_log,
            evaluations,
            nameless_evaluations: self.nameless_evaluations,
            grants,
            directory: self.directory.finish(silent_accounts),
            accounts,
            domains: self.domains,
            sightings: self.sightings,
            bindings: self.bindings.into_values().collect(),
            members: self.members,
            organizations: self.organizations.into_values().collect(),
            sources: self.sources,
            lost_canaries: self.lost_canaries,
            canaries: self.canaries,
            unknown_records: self.unknown_records,
            populace,
            whom,
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
            let garbled = self.garbled.get(&id).copied().unwrap_or_default();
            if id == SourceId::Canaries && (lines != source.items || garbled > 0) {
                let counts =
                    format!("the snapshot holds {lines} of {} canaries, {garbled} of them garbled", source.items);
                self.lost_canaries = Some(counts);
            }
            match garbled {
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

/// Whether a member's record says who that is, so that nobody else can be meant.
fn tells_who(member: &directory::Member) -> bool {
    match member.member_type.as_deref() {
        Some("CUSTOMER") => true,
        // Its own members are found by its id alone.
        Some("GROUP") => member.id.is_some(),
        Some(_) => member.id.is_some() || member.email.is_some(),
        None => false,
    }
}
