//! One connection, as far as what-if needs it; and how it fares.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::scene::is_pinned;
use crate::domain::{AppId, ClientId, CloudScope, Email, OrgUnitPath, Scope, SessionLength, cloud_scope_of};
use crate::evidence::{Administers, AppRef, AttestedValue, Item, Source, Supposed, Supposition, TokenEventKind};
use crate::facts::{
    ACCESS_BINDINGS, Access, ConnectionFacts, Fact, Facts, Gap, Holder, Reauth, Strength, Truth, UnitIndex,
};
use crate::report::what_if::model::Fate;
use crate::snapshot::SourceId;

/// Whose, with which client.
pub(super) type LinkKey = (Email, ClientId);

/// A connection that session control reaches, or may reach.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) unit: Option<UnitIndex>,
    pub(super) org_unit: Option<OrgUnitPath>,
    /// The app it is taken for.
    pub(super) app: AppId,
    pub(super) cloud: CloudScope,
    pub(super) scopes: Vec<Scope>,
    pub(super) fate: Fate,
    pub(super) reauth: Fact<Reauth>,
    pub(super) exempt: Fact<bool>,
    pub(super) access: Fact<Access>,
    /// The longest that a session may last, as far as known.
    pub(super) session: Option<SignedDuration>,
    pub(super) set_by: SetBy,
    pub(super) last_authorized_at: Option<Timestamp>,
    pub(super) administers: Administers,
    /// What is not known beside the settings.
    pub(super) gaps: BTreeSet<Gap>,
    /// Whether the token log alone shows it, as grants could not all be read.
    pub(super) is_unread: bool,
}

/// Which connections some suppositions are about, or may be.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    pages: Vec<OrgUnitPath>,
    levels: Vec<(OrgUnitPath, AppRef)>,
}

impl Reach {
    pub(super) fn of<'s>(suppositions: impl IntoIterator<Item = &'s Supposition>) -> Self {
        let mut reach = Self::default();
        for supposition in suppositions {
            match &supposition.what {
                Supposed::Own { org_unit, value: AttestedValue::Session(_) } => reach.pages.push(org_unit.clone()),
                Supposed::Own { org_unit, value: AttestedValue::AppAccess { app, .. } } => {
                    reach.levels.push((org_unit.clone(), app.clone()));
                }
                Supposed::Policy { .. } => {}
            }
        }
        reach
    }

    /// Whether it may have something else in force now: what is not known to be an org unit's own may be inherited.
    pub(super) fn touches(&self, key: &LinkKey, before: &Link, after: &Link) -> bool {
        let covers = |path: &OrgUnitPath| after.org_unit.as_ref().is_none_or(|at| path.contains(at));
        let session_is_open = !is_proven(&after.reauth) || !is_proven(&after.exempt);
        let of_it = |app: &AppRef| match app {
            AppRef::Client(client) => *client == key.1,
            AppRef::Catalogue(id) => *id == after.app,
        };
        before.differs(after)
            || (session_is_open && self.pages.iter().any(covers))
            || (!is_proven(&after.access) && self.levels.iter().any(|(path, app)| covers(path) && of_it(app)))
    }
}

fn is_proven<T>(fact: &Fact<T>) -> bool {
    fact.strength() == Some(Strength::Proven)
}

/// What sets the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SetBy {
    Console,
    Binding,
    Unknown,
}

impl Link {
    /// Whether another scene has something else in force for it, as far as is known.
    fn differs(&self, other: &Self) -> bool {
        self.is_unread
            || self.reauth.standing != other.reauth.standing
            || self.exempt.standing != other.exempt.standing
            || self.access.standing != other.access.standing
    }

    /// The longest that its session lasts.
    pub(super) fn session_at_most(&self) -> SignedDuration {
        self.session.unwrap_or(SessionLength::LONGEST.duration())
    }

    /// Everything that is missing for it to be certain.
    pub(super) fn all_gaps(&self) -> BTreeSet<Gap> {
        let settings = self.reauth.gaps.iter().chain(&self.exempt.gaps).chain(&self.access.gaps);
        self.gaps.iter().chain(settings).cloned().collect()
    }

    /// Why it fares as it does, in one sentence.
    pub(super) fn why(&self) -> String {
        if self.is_unread {
            return "the token log shows an authorisation, and its grant could not be read".to_owned();
        }
        if self.cloud == CloudScope::Unknown {
            return "whether session control applies to its scopes is documented nowhere".to_owned();
        }
        let presumed = |strength: Option<Strength>| match strength {
            Some(Strength::Presumed) => ", as is presumed",
            Some(Strength::Proven) | None => "",
        };
        let session = match self.reauth.value() {
            Some(Reauth::NotRequired) => return "reauthentication is not required".to_owned(),
            Some(Reauth::Required) => {
                let by = match self.set_by {
                    SetBy::Binding => " by an Access Context Manager binding".to_owned(),
                    SetBy::Console | SetBy::Unknown => {
                        self.reauth.inherited_from().map(|path| format!(" by {path}")).unwrap_or_default()
                    }
                };
                format!("reauthentication is required{by}{}", presumed(self.reauth.strength()))
            }
            None => "whether reauthentication is required is not known".to_owned(),
        };
        let exempt = match self.exempt.value() {
            Some(true) => format!("trusted apps are exempt{}", presumed(self.exempt.strength())),
            Some(false) => format!("trusted apps are not exempt{}", presumed(self.exempt.strength())),
            None => "whether trusted apps are exempt is not known".to_owned(),
        };
        let access = match self.access.value() {
            Some(level) => format!("the app is {}{}", level.describe(), presumed(self.access.strength())),
            None => "the app's access is not known".to_owned(),
        };
        format!("{session}, {exempt}, and {access}")
    }
}

/// How a connection in use fares.
fn fate(connection: &ConnectionFacts) -> Fate {
    match (connection.live(), connection.survives) {
        (Truth::TrueProven, Truth::TrueProven) => Fate::Survives,
        (Truth::TrueProven, Truth::TruePresumed) => Fate::PresumedToSurvive,
        (Truth::TrueProven, Truth::FalsePresumed) => Fate::PresumedToBreak,
        (Truth::TrueProven, Truth::FalseProven) => Fate::Breaks,
        (_, Truth::TrueProven | Truth::TruePresumed | Truth::Unknown | Truth::FalsePresumed | Truth::FalseProven) => {
            Fate::Open
        }
    }
}

/// The connections of accounts that are, or may be, in use, but for those without any Cloud scope.
pub(super) fn links_of(facts: &Facts) -> impl Iterator<Item = (LinkKey, Link)> {
    let mut scopes: BTreeMap<(&Email, &ClientId), &[Scope]> = BTreeMap::new();
    for grant in &facts.evidence.grants {
        scopes.insert((&grant.user, &grant.client), &grant.scopes);
    }
    let audited: BTreeSet<&AppId> = facts.apps.iter().map(|app| &app.definition.id).collect();
    let in_question = move |connection: &&ConnectionFacts| {
        let in_use = matches!(connection.holder, Holder::Active | Holder::Unknown);
        in_use && connection.cloud != CloudScope::No && audited.contains(&connection.app)
    };
    let mut connections: Vec<&ConnectionFacts> = facts.connections.iter().filter(in_question).collect();
    // One client may pass for two apps; the one that it is comes first.
    connections.sort_by_key(|connection| !is_pinned(connection.identity));
    let links: Vec<(LinkKey, Link)> = connections
        .into_iter()
        .map(|connection| {
            let key = (connection.user.clone(), connection.client.clone());
            let scopes = scopes.get(&(&connection.user, &connection.client)).map(|scopes| scopes.to_vec());
            let known = connection.frequency.value().or_else(|| connection.frequency.candidates().max());
            let link = Link {
                unit: connection.org_unit.as_ref().and_then(|path| facts.tree.find(path)),
                org_unit: connection.org_unit.clone(),
                app: connection.app.clone(),
                cloud: connection.cloud,
                scopes: scopes.unwrap_or_default(),
                fate: fate(connection),
                reauth: connection.reauth.clone(),
                exempt: connection.exempt.clone(),
                access: connection.access.clone(),
                session: known.map(|length| length.duration()).or(connection.session_at_most),
                set_by: set_by(connection),
                last_authorized_at: connection.last_authorized_at.filter(|_| connection.log_is_whole),
                administers: connection.administers,
                gaps: connection.gaps.clone(),
                is_unread: false,
            };
            (key, link)
        })
        .collect();
    links.into_iter()
}

fn set_by(connection: &ConnectionFacts) -> SetBy {
    let is_binding = |item: &Arc<Item>| item.source == Source::Google(SourceId::AccessBindings);
    if connection.gaps.iter().any(|gap| gap.fact == ACCESS_BINDINGS) || connection.org_unit.is_none() {
        SetBy::Unknown
    } else if connection.reauth.evidence.iter().any(is_binding) {
        SetBy::Binding
    } else {
        SetBy::Console
    }
}

/// Authorisations in the token log whose grants were not read: the connection may be there.
pub(super) fn unread_links(facts: &Facts) -> impl Iterator<Item = (LinkKey, Link)> {
    let mut links: BTreeMap<LinkKey, Link> = BTreeMap::new();
    if !facts.evidence.is_complete(SourceId::Grants) {
        let app_of = |client: &ClientId| {
            let bears = |app: &&crate::facts::AppFacts| app.clients.iter().any(|one| one.client == *client);
            facts.apps.iter().find(bears).map(|app| app.definition.id.clone())
        };
        for event in &facts.evidence.token_events {
            let Some(user) = event.email.as_deref().and_then(Email::from_google) else { continue };
            let key = (user, event.client.clone());
            if event.kind != TokenEventKind::Authorize || cloud_scope_of(&event.scopes) == CloudScope::No {
                links.remove(&key);
                continue;
            }
            let Some(app) = app_of(&event.client) else { continue };
            let gap = Gap {
                fact: crate::facts::APP_GRANTS.into(),
                why: format!("{} authorised {}, and whether the grant is still there was not read", key.0, key.1),
                supply: "ask for the grants of every user (--scan all), or make them readable for the audit".to_owned(),
            };
            let link = Link {
                unit: None,
                org_unit: None,
                app,
                cloud: cloud_scope_of(&event.scopes),
                scopes: event.scopes.clone(),
                fate: Fate::Open,
                reauth: Fact::unknown(),
                exempt: Fact::unknown(),
                access: Fact::unknown(),
                session: None,
                set_by: SetBy::Unknown,
                last_authorized_at: Some(event.at),
                administers: Administers::Unknown,
                gaps: BTreeSet::from([gap]),
                is_unread: true,
            };
            links.insert(key, link);
        }
    }
    links.into_iter()
}
