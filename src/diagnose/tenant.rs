//! A diagnosis held against a tenant's facts: does what the evidence shows fit the cause?
//!
//! Nothing is derived here: the facts are those of the audit, the connections those of its report.

use jiff::Timestamp;

use super::cause::Cause;
use super::tenant_causes::judge;
use super::verdict::Diagnosis;
use crate::domain::{AppId, ClientId, Email, OrgUnitPath};
use crate::evidence::{Account, AccountState, TokenEvent, TokenEventKind};
use crate::facts::{ConnectionFacts, Facts, Holder, Strength, UnitIndex};
use crate::report::model::{Connection, OrgUnit, Report};
use crate::snapshot::SourceId;

/// Whom and what the error is about, as the operator or the text says.
#[derive(Debug, Clone, Default)]
pub struct AskedOf {
    /// The user.
    pub user: Option<Email>,
    /// The user's account, where the directory at hand has it.
    pub account: Option<Account>,
    /// The client.
    pub client: Option<ClientId>,
    /// The app.
    pub app: Option<AppId>,
}

/// Whom and what the tenant was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The user, by primary address where that is known.
    pub user: Option<Email>,
    /// What became of the account; `None` where no user is known.
    pub account: Option<Holder>,
    /// The user's org unit.
    pub org_unit: Option<OrgUnitPath>,
    /// The client.
    pub client: Option<ClientId>,
    /// The app.
    pub app: Option<AppId>,
}

/// Whether the evidence fits a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does.
    Agrees,
    /// It does not: by what is known, this cannot be the cause.
    Contradicts,
    /// It does not say.
    CannotTell,
}

impl Verdict {
    /// The word of the JSON form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Contradicts => "contradicts",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// What the evidence says of one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Which cause.
    pub cause: Cause,
    /// Whether it fits.
    pub verdict: Verdict,
    /// How well what it rests on is known; `None` where it cannot be told.
    pub strength: Option<Strength>,
    /// Why. Hostile: it names users and org units.
    pub says: String,
    /// What else it may be, or what would settle it.
    pub next: Vec<String>,
}

/// One connection that the error may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As reports show it.
    pub connection: Connection,
    /// When it was last revoked, as far as the token log shows.
    pub last_revoked_at: Option<Timestamp>,
}

/// What a tenant's evidence says of a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantView {
    /// The tenant: Google's customer ID.
    pub customer: String,
    /// Its primary domain.
    pub primary_domain: Option<String>,
    /// As of when the evidence speaks.
    pub as_of: Timestamp,
    /// Whom it was asked about.
    pub subject: Subject,
    /// The settings in force in the user's org unit.
    pub org_unit: Option<OrgUnit>,
    /// Connections that the error may be about, sorted.
    pub connections: Vec<Candidate>,
    /// One for each cause of the diagnosis, in its order.
    pub agreement: Vec<Agreement>,
    /// Sources that could not be read in full and that this rests on.
    pub gaps: Vec<String>,
}

/// What causes are judged by.
pub(super) struct Ground<'g> {
    pub(super) facts: &'g Facts,
    pub(super) subject: &'g Subject,
    pub(super) unit: Option<UnitIndex>,
    pub(super) connections: Vec<&'g ConnectionFacts>,
    /// Token events of the user and the client, in time order.
    pub(super) events: Vec<&'g TokenEvent>,
}

/// Holds a diagnosis against facts, and the report on them.
#[must_use]
pub fn compare(diagnosis: &Diagnosis, facts: &Facts, report: &Report, asked: &AskedOf) -> TenantView {
    let connections: Vec<&ConnectionFacts> =
        facts.connections.iter().filter(|connection| concerns(connection, asked)).collect();
    let subject = subject(facts, asked, &connections);
    let unit = subject.org_unit.as_ref().and_then(|path| facts.tree.find(path));
    let events = facts.evidence.token_events.iter().filter(|event| is_of(event, asked, facts)).collect();
    let ground = Ground { facts, subject: &subject, unit, connections, events };
    let agreement = diagnosis.causes.iter().map(|named| judge(named.cause, &ground)).collect();
    let candidate = |facts: &&ConnectionFacts| {
        let same =
            |shown: &&Connection| shown.user == facts.user && shown.client_id == facts.client && shown.app == facts.app;
        let revoked = facts.events.iter().filter(|event| event.kind == TokenEventKind::Revoke).map(|event| event.at);
        Some(Candidate { connection: report.connections.iter().find(same)?.clone(), last_revoked_at: revoked.max() })
    };
    TenantView {
        customer: report.tenant.customer.clone(),
        primary_domain: report.tenant.primary_domain.clone(),
        as_of: facts.as_of,
        org_unit: report.org_units.iter().find(|unit| Some(&unit.path) == subject.org_unit.as_ref()).cloned(),
        connections: ground.connections.iter().filter_map(candidate).collect(),
        agreement,
        gaps: gaps(facts),
        subject: subject.clone(),
    }
}

/// The user by any of the account's addresses.
fn is_user(email: &Email, asked: &AskedOf) -> bool {
    let aliases = asked.account.iter().flat_map(|account| std::iter::once(&account.email).chain(&account.aliases));
    asked.user.iter().chain(aliases).any(|known| known == email)
}

fn concerns(connection: &ConnectionFacts, asked: &AskedOf) -> bool {
    (asked.user.is_none() || is_user(&connection.user, asked))
        && asked.client.as_ref().is_none_or(|client| *client == connection.client)
        && asked.app.as_ref().is_none_or(|app| *app == connection.app)
}

fn is_of(event: &TokenEvent, asked: &AskedOf, facts: &Facts) -> bool {
    let id = asked.account.as_ref().and_then(|account| account.id.as_deref());
    let email = event.email.as_deref().and_then(Email::from_google);
    let of_user = asked.user.is_none()
        || (id.is_some() && id == event.profile_id.as_deref())
        || email.is_some_and(|email| is_user(&email, asked));
    let of_client = match (&asked.client, &asked.app) {
        (Some(client), _) => *client == event.client,
        (None, Some(id)) => facts
            .apps
            .iter()
            .filter(|app| app.definition.id == *id)
            .any(|app| app.clients.iter().any(|client| client.client == event.client)),
        (None, None) => true,
    };
    of_user && of_client
}

fn subject(facts: &Facts, asked: &AskedOf, connections: &[&ConnectionFacts]) -> Subject {
    // Without a name, one connection alone names its user.
    let only = match connections {
        [only] => Some(*only),
        [] | [_, ..] => None,
    };
    let holder = |account: &Account| match account.state {
        AccountState::Active => Holder::Active,
        AccountState::Suspended => Holder::Suspended,
        AccountState::Archived => Holder::Archived,
    };
    let missing = if facts.evidence.is_complete(SourceId::Users) { Holder::Deleted } else { Holder::Unknown };
    let user = match (&asked.account, &asked.user, only) {
        (Some(account), _, _) => Some(account.email.clone()),
        (None, Some(user), _) => Some(user.clone()),
        (None, None, Some(only)) => Some(only.user.clone()),
        (None, None, None) => None,
    };
    let account = match (&asked.account, &asked.user, only) {
        (Some(account), _, _) => Some(holder(account)),
        (None, Some(_), _) => Some(missing),
        (None, None, Some(only)) => Some(only.holder),
        (None, None, None) => None,
    };
    let of_account = asked.account.as_ref().and_then(|account| account.org_unit.clone());
    Subject {
        user,
        account,
        org_unit: of_account.or_else(|| only.and_then(|only| only.org_unit.clone())),
        client: asked.client.clone().or_else(|| only.map(|only| only.client.clone())),
        app: asked.app.clone().or_else(|| only.map(|only| only.app.clone())),
    }
}

/// What the comparison rests on and could not be read in full.
fn gaps(facts: &Facts) -> Vec<String> {
    let sources = [SourceId::Users, SourceId::OrgUnits, SourceId::Grants, SourceId::TokenLog, SourceId::AdminLog];
    let gap = |id: SourceId| match facts.evidence.source(id) {
        Some(source) if source.is_complete() => None,
        Some(source) => {
            let error = source.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
            Some(format!("{id} could not be read in full{error}"))
        }
        None => Some(format!("{id} is not at hand")),
    };
    sources.into_iter().filter_map(gap).collect()
}
