//! The token log: who authorised which client for which scopes, and who took it back.

use jiff::Timestamp;

use crate::domain::{ClientId, Scope};
use crate::google::reports::{Activity, Event};

/// What a token event records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenEventKind {
    /// `authorize`: the user granted the client something.
    Authorize,
    /// `revoke`: the grant was taken back.
    Revoke,
}

/// One event of the token log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenEvent {
    /// When.
    pub at: Timestamp,
    /// Which activity (`id.uniqueQualifier`).
    pub qualifier: String,
    /// Which event of the activity, from zero.
    pub index: usize,
    /// What it records.
    pub kind: TokenEventKind,
    /// Whose grant: the address at that time.
    pub email: Option<String>,
    /// Whose grant: the stable id.
    pub profile_id: Option<String>,
    /// Which client.
    pub client: ClientId,
    /// The name that its developer chose: hostile.
    pub app_name: Option<String>,
    /// `WEB`, `NATIVE_DESKTOP`, …
    pub client_type: Option<String>,
    /// The scopes; empty where the event does not tell.
    pub scopes: Vec<Scope>,
}

/// The events of one activity that name a client.
pub(super) fn read_activity(activity: &Activity) -> Vec<TokenEvent> {
    let of = |(index, event): (usize, &Event)| {
        let kind = match event.name.as_str() {
            "authorize" => TokenEventKind::Authorize,
            "revoke" => TokenEventKind::Revoke,
            _ => return None,
        };
        Some(TokenEvent {
            at: activity.id.time,
            qualifier: activity.id.unique_qualifier.clone(),
            index,
            kind,
            email: activity.actor.email.clone(),
            profile_id: activity.actor.profile_id.clone(),
            client: ClientId::from_google(event.text("client_id")?)?,
            app_name: event.text("app_name").filter(|name| !name.is_empty()).map(str::to_owned),
            client_type: event.text("client_type").map(str::to_owned),
            scopes: scopes_of(event),
        })
    };
    activity.events.iter().enumerate().filter_map(of).collect()
}

/// Whether it says that somebody gave or took a grant, but not to which client.
pub(super) fn is_nameless(activity: &Activity) -> bool {
    activity.events.iter().any(|event| {
        matches!(event.name.as_str(), "authorize" | "revoke")
            && event.text("client_id").and_then(ClientId::from_google).is_none()
    })
}

/// `scope` comes as one text or several, whatever Google's table says.
fn scopes_of(event: &Event) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = event
        .parameters
        .iter()
        .filter(|parameter| parameter.name == "scope")
        .flat_map(|parameter| parameter.texts().flat_map(str::split_whitespace).map(Scope::from_google))
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}
