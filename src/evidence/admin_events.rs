//! The administrators' audit log: which events bear on a fact, and how much each may say.
//!
//! The reading rules are those of the project's notes on the log: most events prove only that something changed.

use std::sync::Arc;

use jiff::Timestamp;

use super::access_events;
use super::attestation::{OwnAccess, OwnReauth};
use super::item::{Item, Source};
use super::session_events;
use crate::domain::ClientId;
use crate::google::reports::{Activity, Event};
use crate::snapshot::SourceId;

/// What an event says a setting became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading<T> {
    /// Documented names and values, from a time when they could mean nothing else.
    Proven(T),
    /// The most likely meaning.
    Presumed(T),
    /// Something changed; what, cannot be read.
    Unreadable,
}

impl<T> Reading<T> {
    /// What it became, where that can be read.
    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Proven(value) | Self::Presumed(value) => Some(value),
            Self::Unreadable => None,
        }
    }
}

/// How an event names the org unit that it changed (`ORG_UNIT_NAME`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitRef {
    /// By a bare name, a path, or for the root by the organisation's name or a domain.
    Named(String),
    /// Not at all: it may be any org unit.
    Unnamed,
}

/// Which apps an event may have changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AppScope {
    /// The client in `OAUTH2_APP_ID`.
    Client {
        /// Its ID.
        id: ClientId,
        /// `OAUTH2_APP_NAME`.
        name: Option<String>,
    },
    /// One app, but no documented parameter names it: the client that one of these values equals, else any.
    Undeclared {
        /// Every text in the event's parameters.
        values: Vec<String>,
    },
    /// Several, none of them named.
    All,
}

/// What an event did to an app's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LevelChange {
    /// The app now has this level.
    Set(Reading<OwnAccess>),
    /// The app was taken off the list of this level; without another level it inherits.
    RemovedFrom(Reading<OwnAccess>),
}

/// A change of the org-unit tree. Whether Google writes names or paths here is not known; both are taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreeChange {
    /// `CREATE_ORG_UNIT`
    Created {
        /// The new org unit.
        unit: String,
    },
    /// `REMOVE_ORG_UNIT`
    Removed {
        /// The org unit that is gone.
        unit: String,
    },
    /// `EDIT_ORG_UNIT_NAME`
    Renamed {
        /// Its name before.
        from: String,
        /// Its name after.
        to: String,
    },
    /// `MOVE_ORG_UNIT`
    Moved {
        /// The org unit.
        unit: String,
        /// The org unit it now lies in.
        to: String,
    },
}

/// What an event bears on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Google Cloud session control of an org unit.
    Session {
        /// Where.
        unit: UnitRef,
        /// What it became.
        reading: Reading<OwnReauth>,
        /// Whether it surely was this setting (not another application's session).
        sure: bool,
    },
    /// An app's level in an org unit.
    Access {
        /// Where.
        unit: UnitRef,
        /// Which apps.
        app: AppScope,
        /// What it became.
        change: LevelChange,
    },
    /// The tree itself.
    Tree(TreeChange),
    /// A user was moved to another org unit (`MOVE_USER_TO_ORG_UNIT`).
    UserMoved {
        /// Who (`USER_EMAIL`).
        user: String,
    },
    /// Something that ends refresh tokens of a user, whatever session control says.
    TokensEnded {
        /// Whose (`USER_EMAIL`); `None` where it may be anybody's.
        user: Option<String>,
        /// Of which client; `None` for all.
        client: Option<ClientId>,
    },
}

/// Whether the change took effect (`events[].status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It did, or no status was recorded.
    Took,
    /// Google does not say.
    Open,
}

/// One event of the administrators' audit log that bears on a fact.
#[derive(Debug, Clone)]
pub struct AdminEvent {
    /// When.
    pub at: Timestamp,
    /// Which activity (`id.uniqueQualifier`).
    pub qualifier: String,
    /// Which event of the activity, from zero.
    pub index: usize,
    /// Who; compared for telling one action logged twice from two.
    pub actor: Option<String>,
    /// The event's name.
    pub name: String,
    /// What it bears on.
    pub change: Change,
    /// Whether it took effect.
    pub effect: Effect,
    /// Parameters that could not be read for certain.
    pub unread: Vec<String>,
    /// Whether all of it could be read for certain.
    pub certain: bool,
    /// As a piece of evidence.
    pub item: Arc<Item>,
}

impl AdminEvent {
    /// What tells one event from another: Google may hand out one activity twice, or its events in two pieces. In
    /// time order, and within an activity in Google's.
    pub(super) fn identity(&self) -> impl Ord + use<'_> {
        (
            self.at,
            &self.qualifier,
            self.index,
            &self.name,
            &self.change,
            self.effect == Effect::Open,
            &self.unread,
            &self.item,
        )
    }
}

/// An event whose bearing is known, before time and place are added.
pub(super) struct Read {
    pub(super) change: Change,
    pub(super) unread: Vec<String>,
    pub(super) certain: bool,
    pub(super) says: String,
}

/// The events of one activity that bear on a fact.
pub(super) fn read_activity(activity: &Activity) -> Vec<AdminEvent> {
    let actor = activity.actor.email.clone().or_else(|| activity.actor.profile_id.clone());
    activity
        .events
        .iter()
        .enumerate()
        .filter_map(|(index, event)| Some((index, event, effect_of(event)?)))
        .flat_map(|(index, event, effect)| {
            read_event(event, activity.id.time).map(move |read| (index, event, effect, read))
        })
        .map(|(index, event, effect, mut read)| {
            if effect == Effect::Open {
                read.certain = false;
            }
            let by = actor.as_deref().unwrap_or("an unknown actor");
            AdminEvent {
                at: activity.id.time,
                qualifier: activity.id.unique_qualifier.clone(),
                index,
                actor: actor.clone(),
                name: event.name.clone(),
                change: read.change,
                effect,
                unread: read.unread,
                certain: read.certain,
                item: Arc::new(Item {
                    at: Some(activity.id.time),
                    source: Source::Google(SourceId::AdminLog),
                    locator: format!("uniqueQualifier={}", activity.id.unique_qualifier),
                    says: format!("{} by {by}: {}", event.name, read.says),
                    actor: actor.clone(),
                }),
            }
        })
        .collect()
}

/// `None` for what did not happen.
pub(super) fn effect_of(event: &Event) -> Option<Effect> {
    match event.status.as_ref().and_then(|status| status.event_status.as_deref()) {
        None | Some("SUCCEEDED" | "SUCCEEDED_WITH_WARNINGS") => Some(Effect::Took),
        Some("FAILED" | "SKIPPED") => None,
        Some(_) => Some(Effect::Open),
    }
}

/// An event may bear on several facts: its name speaks of one setting, a parameter of another.
fn read_event(event: &Event, at: Timestamp) -> impl Iterator<Item = Read> + use<> {
    [session_events::read(event, at), access_events::read(event), read_other(event)].into_iter().flatten()
}

fn read_other(event: &Event) -> Option<Read> {
    let text = |name: &str| event.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let (change, says) = match event.name.as_str() {
        "CREATE_ORG_UNIT" => {
            let unit = text("ORG_UNIT_NAME")?;
            let says = format!("org unit {unit:?} created");
            (Change::Tree(TreeChange::Created { unit }), says)
        }
        "REMOVE_ORG_UNIT" => {
            let unit = text("ORG_UNIT_NAME")?;
            let says = format!("org unit {unit:?} removed");
            (Change::Tree(TreeChange::Removed { unit }), says)
        }
        "EDIT_ORG_UNIT_NAME" => {
            let (from, to) = (text("ORG_UNIT_NAME")?, text("NEW_VALUE")?);
            let says = format!("org unit {from:?} renamed to {to:?}");
            (Change::Tree(TreeChange::Renamed { from, to }), says)
        }
        "MOVE_ORG_UNIT" => {
            let (unit, to) = (text("ORG_UNIT_NAME")?, text("NEW_VALUE")?);
            let says = format!("org unit {unit:?} moved to {to:?}");
            (Change::Tree(TreeChange::Moved { unit, to }), says)
        }
        "MOVE_USER_TO_ORG_UNIT" => (Change::UserMoved { user: text("USER_EMAIL")? }, "user moved".to_owned()),
        "REVOKE_3LO_TOKEN" => {
            let user = Some(text("USER_EMAIL")?);
            let client = text("APP_ID").and_then(|id| ClientId::from_google(&id));
            (Change::TokensEnded { user, client }, "token revoked".to_owned())
        }
        "REVOKE_3LO_DEVICE_TOKENS" | "CHANGE_PASSWORD" | "SUSPEND_USER" => {
            let user = Some(text("USER_EMAIL")?);
            (Change::TokensEnded { user, client: None }, "tokens of the user ended".to_owned())
        }
        // A service that becomes restricted takes the tokens of apps that are not Trusted with it.
        "DISALLOW_SERVICE_FOR_OAUTH2_ACCESS" | "CHANGE_API_ACCESS" => {
            let says = "access to a service changed, which may have ended tokens".to_owned();
            (Change::TokensEnded { user: None, client: None }, says)
        }
        _ => return None,
    };
    Some(Read { change, unread: Vec::new(), certain: true, says })
}

/// The org unit that an event names.
pub(super) fn unit_of(event: &Event) -> UnitRef {
    match event.text("ORG_UNIT_NAME") {
        Some(name) if !name.is_empty() => UnitRef::Named(name.to_owned()),
        Some(_) | None => UnitRef::Unnamed,
    }
}

/// The unit for a sentence.
pub(super) fn describe_unit(unit: &UnitRef) -> String {
    match unit {
        UnitRef::Named(name) => format!("org unit {name:?}"),
        UnitRef::Unnamed => "an org unit that is not named".to_owned(),
    }
}

/// Parameters outside the documented ones, sorted.
pub(super) fn undocumented(event: &Event, documented: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = event
        .parameters
        .iter()
        .map(|parameter| parameter.name.clone())
        .filter(|name| !documented.contains(&name.as_str()))
        .collect();
    names.sort();
    names.dedup();
    names
}
