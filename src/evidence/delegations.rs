//! Domain-wide delegation in the administrators' audit log.
//!
//! `AUTHORIZE_API_CLIENT_ACCESS` and `REMOVE_API_CLIENT_ACCESS` (appendix page admin-domain-settings) carry
//! `API_CLIENT_NAME` and, the former, `API_SCOPES`. No API lists delegations; one that is older than the log shows nowhere.

use std::sync::Arc;

use jiff::Timestamp;

use super::admin_events::{Effect, effect_of};
use super::item::{Item, Source};
use crate::domain::{ClientId, Scope};
use crate::google::reports::{Activity, Event};
use crate::snapshot::SourceId;

/// What an event did to a client's delegation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DelegationChange {
    /// It may act for every user, with these scopes.
    Authorized(Vec<Scope>),
    /// It may no longer.
    Removed,
    /// It changed; how, the event does not say in a shape that is documented.
    Unreadable,
}

/// An event about a client's domain-wide delegation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delegation {
    /// When.
    pub at: Timestamp,
    /// `API_CLIENT_NAME`: mostly the numeric ID of a service account. `None` where it cannot be read: it may be any client.
    pub client: Option<ClientId>,
    /// What became of it.
    pub change: DelegationChange,
    /// As a piece of evidence.
    pub item: Arc<Item>,
}

/// The events of one activity.
pub(super) fn read_activity(activity: &Activity) -> impl Iterator<Item = Delegation> + '_ {
    activity.events.iter().filter_map(|event| read_event(event, activity))
}

fn read_event(event: &Event, activity: &Activity) -> Option<Delegation> {
    let removes = match event.name.as_str() {
        "AUTHORIZE_API_CLIENT_ACCESS" => false,
        "REMOVE_API_CLIENT_ACCESS" => true,
        _ => return None,
    };
    let effect = effect_of(event)?;
    let client = event.text("API_CLIENT_NAME").and_then(|name| ClientId::from_google(name.trim()));
    let named = client.as_ref().map_or("a client that is not named", ClientId::as_str);
    let change = match (effect, removes) {
        (Effect::Open, _) => DelegationChange::Unreadable,
        (Effect::Took, true) => DelegationChange::Removed,
        (Effect::Took, false) => match scopes_of(event) {
            scopes if scopes.is_empty() => DelegationChange::Unreadable,
            scopes => DelegationChange::Authorized(scopes),
        },
    };
    let what = match &change {
        DelegationChange::Authorized(scopes) => {
            let scopes: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
            format!("{named} may act for every user with {}", scopes.join(" "))
        }
        DelegationChange::Removed => format!("{named} may no longer act for users"),
        DelegationChange::Unreadable => format!("the delegation of {named} changed; how cannot be read"),
    };
    let actor = activity.actor.email.clone().or_else(|| activity.actor.profile_id.clone());
    let by = actor.as_deref().unwrap_or("an unknown actor");
    Some(Delegation {
        at: activity.id.time,
        item: Arc::new(Item {
            at: Some(activity.id.time),
            source: Source::Google(SourceId::AdminLog),
            locator: format!("uniqueQualifier={}", activity.id.unique_qualifier),
            says: format!("{} by {by}: {what}", event.name),
            actor,
        }),
        client,
        change,
    })
}

/// `API_SCOPES` as one text or several; scopes hold neither blanks nor commas.
fn scopes_of(event: &Event) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = event
        .parameters
        .iter()
        .filter(|parameter| parameter.name == "API_SCOPES")
        .flat_map(|parameter| parameter.texts())
        .flat_map(|text| text.split(|c: char| c.is_whitespace() || c == ','))
        .filter(|text| !text.is_empty())
        .map(Scope::from_google)
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}
