//! Every grant of the apps under audit, and whether it outlives a Cloud session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::app_access::Access;
use super::apps::{AppFacts, Identity};
use super::bindings::{Bindings, Decider};
use super::cloud_session::{Reauth, SessionControl};
use super::fact::{Fact, Gap, Strength};
use super::org_tree::{OrgTree, UnitIndex};
use super::truth::Truth;
use super::whereabouts::Whereabouts;
use crate::domain::{AppId, ClientId, CloudScope, Email, OrgUnitPath, Scope, SessionLength, cloud_scope_of};
use crate::evidence::{
    Account, AccountState, Administers, Change, Evidence, Grant, Item, Source, TokenEvent, TokenEventKind,
};
use crate::snapshot::SourceId;

/// Name of the grant's scopes in `missing`.
pub const GRANT_SCOPES: &str = "grant-scopes";
/// Name of the account's state in `missing`.
pub const ACCOUNT: &str = "account";
/// Name of the exemption in `missing`.
pub const EXEMPTION: &str = "exempt-trusted-apps";

/// What became of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// It can use the grant.
    Active,
    /// An administrator suspended it.
    Suspended,
    /// It is archived.
    Archived,
    /// It is gone.
    Deleted,
    /// The directory could not be read.
    Unknown,
}

/// One user's grant to one client of an app under audit.
#[derive(Debug, Clone)]
pub struct ConnectionFacts {
    /// Whose.
    pub user: Email,
    /// What became of the account.
    pub holder: Holder,
    /// What the account may administer.
    pub administers: Administers,
    /// The account's org unit.
    pub org_unit: Option<OrgUnitPath>,
    /// The app it is taken for.
    pub app: AppId,
    /// The client that holds it.
    pub client: ClientId,
    /// How sure it is that the client is the app.
    pub identity: Identity,
    /// Whether its scopes make it subject to Cloud session control.
    pub cloud: CloudScope,
    /// Whether reauthentication applies to the user.
    pub reauth: Fact<Reauth>,
    /// Session length for the user.
    pub frequency: Fact<SessionLength>,
    /// How long a session is at most, where experiments have shown it.
    pub session_at_most: Option<SignedDuration>,
    /// Whether trusted apps are exempt for the user.
    pub exempt: Fact<bool>,
    /// The client's access level for the user.
    pub access: Fact<Access>,
    /// Whether the grant outlives the session.
    pub survives: Truth,
    /// Evidence of the grant itself.
    pub grant: BTreeSet<Arc<Item>>,
    /// What is not known beside the settings.
    pub gaps: BTreeSet<Gap>,
    /// Its token events, in time order.
    pub events: Vec<TokenEvent>,
    /// When an administrator or Google ended tokens of the user (password, suspension, revocation), in time order.
    pub endings: Vec<Timestamp>,
    /// The latest authorisation in the token log.
    pub last_authorized_at: Option<Timestamp>,
    /// Whether the token log would show a later one.
    pub log_is_whole: bool,
}

impl ConnectionFacts {
    /// Whether the account can use the grant.
    #[must_use]
    pub fn live(&self) -> Truth {
        match self.holder {
            Holder::Active => Truth::TrueProven,
            Holder::Suspended | Holder::Archived | Holder::Deleted => Truth::FalseProven,
            Holder::Unknown => Truth::Unknown,
        }
    }

    /// The latest moment by which the refresh of a connection that breaks fails: one session after the last
    /// authorisation, at most a day.
    #[must_use]
    pub fn next_failure_by(&self) -> Option<Timestamp> {
        if self.survives != Truth::FalseProven || !self.log_is_whole {
            return None;
        }
        let known = self.frequency.value().or_else(|| self.frequency.candidates().max());
        let length = known.map(|length| length.duration()).or(self.session_at_most);
        self.last_authorized_at?.checked_add(length.unwrap_or(SessionLength::LONGEST.duration())).ok()
    }
}

/// What connections are derived from.
pub(super) struct Ground<'g> {
    evidence: &'g Evidence,
    tree: &'g OrgTree,
    sessions: &'g [SessionControl],
    bindings: &'g Bindings<'g>,
    whereabouts: &'g Whereabouts<'g>,
    endings: Endings,
}

impl<'g> Ground<'g> {
    pub(super) fn new(
        evidence: &'g Evidence,
        tree: &'g OrgTree,
        sessions: &'g [SessionControl],
        bindings: &'g Bindings<'g>,
        whereabouts: &'g Whereabouts<'g>,
    ) -> Self {
        Self { endings: endings_by_user(evidence), evidence, tree, sessions, bindings, whereabouts }
    }
}

/// Derives every connection, sorted by user and client.
pub(super) fn derive(ground: &Ground<'_>, apps: &[AppFacts]) -> Vec<ConnectionFacts> {
    let evidence = ground.evidence;
    let account_of = |id: Option<&str>, email: Option<&Email>| Some(ground.whereabouts.find(id, email)?.account);
    let mut events: BTreeMap<(Email, ClientId), Vec<TokenEvent>> = BTreeMap::new();
    for event in &evidence.token_events {
        let email = event.email.as_deref().and_then(Email::from_google);
        let account = account_of(event.profile_id.as_deref(), email.as_ref());
        // Accounts are renamed; their id stays.
        let Some(user) = account.map(|account| account.email.clone()).or(email) else { continue };
        events.entry((user, event.client.clone())).or_default().push(event.clone());
    }
    let mut grants: BTreeMap<&ClientId, Vec<&Grant>> = BTreeMap::new();
    for grant in &evidence.grants {
        grants.entry(&grant.client).or_default().push(grant);
    }
    let mut connections = Vec::new();
    for app in apps {
        for client in &app.clients {
            for grant in grants.get(&client.client).into_iter().flatten() {
                let account = account_of(None, Some(&grant.user));
                let log = events.remove(&(grant.user.clone(), grant.client.clone())).unwrap_or_default();
                let item = Item {
                    at: None,
                    source: Source::Google(SourceId::Grants),
                    locator: format!("{} {}", grant.user, grant.client),
                    says: describe_grant(grant.display_text.as_deref(), &grant.scopes),
                    actor: None,
                };
                let about = About { app, client: &client.client, identity: client.identity, access: &client.access };
                connections.push(judge(ground, &about, grant.user.clone(), account, &grant.scopes, item, log));
            }
        }
    }
    connections.extend(of_deleted_accounts(ground, apps, events));
    // By code point, as the report is sorted.
    connections.sort_by(|one, other| {
        (one.user.as_str(), &one.client, &one.app).cmp(&(other.user.as_str(), &other.client, &other.app))
    });
    connections.dedup_by(|one, other| one.user == other.user && one.client == other.client && one.app == other.app);
    connections
}

/// Grants that the log shows and whose account the directory no longer has.
fn of_deleted_accounts(
    ground: &Ground<'_>,
    apps: &[AppFacts],
    events: BTreeMap<(Email, ClientId), Vec<TokenEvent>>,
) -> Vec<ConnectionFacts> {
    if !ground.evidence.is_complete(SourceId::Users) {
        return Vec::new();
    }
    let mut connections = Vec::new();
    for ((user, client_id), log) in events {
        let Some(last) = log.last().filter(|last| last.kind == TokenEventKind::Authorize) else { continue };
        if ground.whereabouts.find(last.profile_id.as_deref(), Some(&user)).is_some() {
            continue;
        }
        let found = apps
            .iter()
            .find_map(|app| app.clients.iter().find(|client| client.client == client_id).map(|client| (app, client)));
        let Some((app, client)) = found else { continue };
        let item = Item {
            at: Some(last.at),
            source: Source::Google(SourceId::TokenLog),
            locator: format!("uniqueQualifier={}", last.qualifier),
            says: format!("{user} authorised {client_id}; the directory no longer has the account"),
            actor: Some(user.to_string()),
        };
        let scopes = last.scopes.clone();
        let about = About { app, client: &client.client, identity: client.identity, access: &client.access };
        connections.push(judge(ground, &about, user, None, &scopes, item, log));
    }
    connections
}

fn describe_grant(name: Option<&str>, scopes: &[Scope]) -> String {
    let list: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
    let name = name.unwrap_or("(no name)");
    if list.is_empty() {
        format!("{name:?} holds a grant without scopes")
    } else {
        format!("{name:?} holds {}", list.join(", "))
    }
}

struct About<'a> {
    app: &'a AppFacts,
    client: &'a ClientId,
    identity: Identity,
    access: &'a [Fact<Access>],
}

fn judge(
    ground: &Ground<'_>,
    about: &About<'_>,
    user: Email,
    account: Option<&Account>,
    scopes: &[Scope],
    item: Item,
    events: Vec<TokenEvent>,
) -> ConnectionFacts {
    let users_complete = ground.evidence.is_complete(SourceId::Users);
    let holder = match account.map(|account| account.state) {
        Some(AccountState::Active) => Holder::Active,
        Some(AccountState::Suspended) => Holder::Suspended,
        Some(AccountState::Archived) => Holder::Archived,
        None if users_complete => Holder::Deleted,
        None => Holder::Unknown,
    };
    let org_unit = account.and_then(|account| account.org_unit.clone());
    let unit: Option<UnitIndex> = org_unit.as_ref().and_then(|path| ground.tree.find(path));
    let mut gaps = BTreeSet::new();
    if holder == Holder::Unknown || (unit.is_none() && holder == Holder::Active) {
        gaps.insert(Gap {
            fact: ACCOUNT.into(),
            why: format!("the org unit of {user} could not be read"),
            supply: "make users and org units readable for the audit, then run it again".to_owned(),
        });
    }
    let cloud = cloud_scope_of(scopes);
    if cloud == CloudScope::Unknown {
        let open: Vec<&str> =
            scopes.iter().filter(|scope| scope.cloud() == CloudScope::Unknown).map(Scope::as_str).collect();
        let why = if open.is_empty() {
            format!("the grant of {user} shows no scopes")
        } else {
            format!("whether session control applies to {} is documented nowhere", open.join(", "))
        };
        gaps.insert(Gap {
            fact: GRANT_SCOPES.into(),
            why,
            supply: "re-create the connection without that scope, or watch whether its refresh outlives a session"
                .to_owned(),
        });
    }
    let console = unit.map(|unit| &ground.sessions[unit]);
    let sessions = sessions_of(ground, account, about.client, console, &mut gaps);
    let access = unit.map_or_else(Fact::unknown, |unit| about.access[unit].clone());

    let is_cloud = match cloud {
        CloudScope::Yes => Truth::TrueProven,
        CloudScope::No => Truth::FalseProven,
        CloudScope::Unknown => Truth::Unknown,
    };
    let trusted = access.truth(|access| *access == Access::Trusted);
    let outlived = |session: &UserSession| {
        let required = session.reauth.truth(|reauth| *reauth == Reauth::Required);
        !required | (session.exempt.truth(|ticked| *ticked) & trusted)
    };
    // Whichever rule decides for the user, the answer must be the same to be one.
    let outlives = sessions.iter().map(outlived).reduce(Truth::in_either_case).unwrap_or(Truth::Unknown);
    let survives = !is_cloud | outlives;
    let UserSession { reauth, frequency, session_at_most, exempt } =
        sessions.into_iter().reduce(UserSession::or_else).unwrap_or_else(UserSession::unknown);
    let whose = [Some(user.clone()), None];
    let endings = whose.iter().filter_map(|whose| ground.endings.get(whose)).flatten();
    let mut endings: Vec<Timestamp> = endings
        .filter(|(_, which)| which.as_ref().is_none_or(|which| which == about.client))
        .map(|(at, _)| *at)
        .collect();
    endings.sort();
    let last_authorized_at =
        events.iter().filter(|event| event.kind == TokenEventKind::Authorize).map(|event| event.at).max();
    ConnectionFacts {
        user,
        holder,
        administers: account.map_or(Administers::Unknown, |account| account.administers),
        org_unit,
        app: about.app.definition.id.clone(),
        client: about.client.clone(),
        identity: about.identity,
        cloud,
        reauth,
        frequency,
        session_at_most,
        exempt,
        access,
        survives,
        grant: BTreeSet::from([Arc::new(item)]),
        gaps,
        events,
        endings,
        last_authorized_at,
        log_is_whole: ground.evidence.token_log.is_some(),
    }
}

/// A session rule as it meets one user.
struct UserSession {
    reauth: Fact<Reauth>,
    frequency: Fact<SessionLength>,
    session_at_most: Option<SignedDuration>,
    exempt: Fact<bool>,
}

impl UserSession {
    fn unknown() -> Self {
        Self { reauth: Fact::unknown(), frequency: Fact::unknown(), session_at_most: None, exempt: Fact::unknown() }
    }

    fn or_else(self, other: Self) -> Self {
        Self {
            reauth: self.reauth.or_else(other.reauth),
            frequency: self.frequency.or_else(other.frequency),
            session_at_most: self.session_at_most.zip(other.session_at_most).map(|(one, another)| one.max(another)),
            exempt: self.exempt.or_else(other.exempt),
        }
    }

    fn of(
        decider: Decider,
        console: Option<&SessionControl>,
        account: &Account,
        bindings: &BTreeSet<Arc<Item>>,
    ) -> Self {
        let bound = |reauth| Fact { evidence: bindings.clone(), ..Fact::known(reauth, Strength::Proven) };
        match decider {
            Decider::Console => console.map_or_else(Self::unknown, |control| Self {
                reauth: control.reauth.clone(),
                frequency: control.frequency.clone(),
                session_at_most: control.bracket.at_most,
                exempt: control.exempt.clone(),
            }),
            Decider::Unlimited => Self { reauth: bound(Reauth::NotRequired), ..Self::unknown() },
            Decider::Limited(length) => {
                let mut exempt = Fact::unknown();
                exempt.gaps.insert(Gap {
                    fact: EXEMPTION.into(),
                    why: format!(
                        "an Access Context Manager binding sets the session of {}; whether Exempt trusted apps holds under a \
                         binding is documented nowhere",
                        account.email
                    ),
                    supply: "give the client a scoped setting of its own in the binding, with a session length of 0s"
                        .to_owned(),
                });
                let frequency = Fact { evidence: bindings.clone(), ..Fact::known(length, Strength::Proven) };
                Self { reauth: bound(Reauth::Required), frequency, session_at_most: None, exempt }
            }
        }
    }
}

/// The session rules that may decide for one user: a binding where one applies, else the console's policy of the org
/// unit.
fn sessions_of(
    ground: &Ground<'_>,
    account: Option<&Account>,
    client: &ClientId,
    console: Option<&SessionControl>,
    gaps: &mut BTreeSet<Gap>,
) -> Vec<UserSession> {
    let Some(account) = account else { return Vec::new() };
    let rule = ground.bindings.rule(account, client);
    gaps.extend(rule.gap);
    rule.deciders
        .into_iter()
        .flatten()
        .map(|decider| UserSession::of(decider, console, account, &rule.evidence))
        .collect()
}

type Endings = BTreeMap<Option<Email>, Vec<(Timestamp, Option<ClientId>)>>;

/// When tokens of a user ended for a reason of their own, by user; by `None` what may have ended anybody's.
fn endings_by_user(evidence: &Evidence) -> Endings {
    let mut endings = Endings::new();
    for event in &evidence.admin_events {
        let Change::TokensEnded { user, client } = &event.change else { continue };
        // An address that is none may be anybody's too.
        let whose = user.as_deref().and_then(Email::from_google);
        endings.entry(whose).or_default().push((event.at, client.clone()));
    }
    endings
}
