//! Log events that may touch a fact and could not be read for certain: kept, counted, shown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::app_access::APP_ACCESS;
use super::apps::AppFacts;
use super::cloud_session::{CLOUD_SESSION_CONTROL, Reauth, SessionControl};
use super::fact::{Fact, Strength};
use super::placed::Placing;
use super::unit_history::Place;
use crate::domain::OrgUnitPath;
use crate::evidence::{AppScope, Change, Evidence, UnitRef};

/// Events of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadEvents {
    /// Parameters that could not be read.
    pub parameters: BTreeSet<String>,
    /// How many events.
    pub count: u64,
    /// The first.
    pub first_at: Timestamp,
    /// The last.
    pub last_at: Timestamp,
    /// Setting, org unit and app that they may have changed; `None` for any.
    pub touches: BTreeSet<(&'static str, Option<OrgUnitPath>, Option<String>)>,
    /// Whether all of that is proven today, by evidence later than these events.
    pub settled: bool,
}

impl UnreadEvents {
    /// None yet, of which the first is of that moment; nothing hangs on them.
    pub(super) fn at(at: Timestamp) -> Self {
        Self {
            parameters: BTreeSet::new(),
            count: 0,
            first_at: at,
            last_at: at,
            touches: BTreeSet::new(),
            settled: true,
        }
    }

    /// One more.
    pub(super) fn add(&mut self, at: Timestamp) {
        self.count += 1;
        self.first_at = self.first_at.min(at);
        self.last_at = self.last_at.max(at);
    }
}

/// Gathers them by name.
pub(super) fn gather(
    placing: &Placing<'_>,
    evidence: &Evidence,
    sessions: &[SessionControl],
    apps: &[AppFacts],
) -> BTreeMap<String, UnreadEvents> {
    let mut unread: BTreeMap<String, UnreadEvents> = BTreeMap::new();
    for event in &evidence.admin_events {
        let (setting, unit, app) = match &event.change {
            Change::Session { unit, .. } => (CLOUD_SESSION_CONTROL, unit, None),
            Change::Access { unit, app, .. } => (APP_ACCESS, unit, name_app(app, evidence, apps)),
            Change::Tree(_) | Change::UserMoved { .. } | Change::TokensEnded { .. } => continue,
        };
        let places: Vec<Option<OrgUnitPath>> = match placing.place(unit, event.at) {
            Place::One(_) if event.certain => continue,
            Place::One(only) => vec![Some(placing.tree().path(only).clone())],
            Place::Among(some) => some.into_iter().map(|unit| Some(placing.tree().path(unit).clone())).collect(),
            // It was read well enough: it was about an org unit that is no more.
            Place::Gone => continue,
            Place::Anywhere => vec![None],
        };
        let placed_for_certain = matches!(places.as_slice(), [Some(_)]);
        let entry = unread.entry(event.name.clone()).or_insert_with(|| UnreadEvents::at(event.at));
        entry.add(event.at);
        entry.parameters.extend(event.unread.iter().cloned());
        if !placed_for_certain && matches!(unit, UnitRef::Named(_)) {
            entry.parameters.insert("ORG_UNIT_NAME".to_owned());
        }
        for place in places {
            let units = match place.as_ref().and_then(|path| placing.tree().find(path)) {
                Some(unit) => unit..unit + 1,
                None => 0..sessions.len(),
            };
            entry.settled &= match setting {
                CLOUD_SESSION_CONTROL => sessions[units].iter().all(session_is_proven),
                _ => apps
                    .iter()
                    .filter(|known| app.as_deref().is_none_or(|named| named == known.definition.id.as_str()))
                    .all(|app| app.access[units.clone()].iter().all(is_proven)),
            };
            entry.touches.insert((setting, place, app.clone()));
        }
    }
    unread
}

fn is_proven<T>(fact: &Fact<T>) -> bool {
    fact.strength() == Some(Strength::Proven)
}

/// An event that cannot be read takes the proof from what it touches, so what is proven was established after it.
fn session_is_proven(control: &SessionControl) -> bool {
    is_proven(&control.reauth) && (control.reauth.value() == Some(&Reauth::NotRequired) || is_proven(&control.exempt))
}

/// The app that an event may have changed: its id where it is under audit, else the client's; `None` for any.
fn name_app(scope: &AppScope, evidence: &Evidence, apps: &[AppFacts]) -> Option<String> {
    let client = match scope {
        AppScope::Client { id, .. } => id.as_str(),
        AppScope::Undeclared { values } => {
            let mut known = values.iter().filter(|value| evidence.knows_client(value) || is_pinned(apps, value));
            match (known.next(), known.next()) {
                (Some(only), None) => only.as_str(),
                (Some(_), Some(_)) | (None, _) => return None,
            }
        }
        AppScope::All => return None,
    };
    let app = apps.iter().find(|app| app.clients.iter().any(|known| known.client.as_str() == client));
    Some(app.map_or_else(|| client.to_owned(), |app| app.definition.id.to_string()))
}

fn is_pinned(apps: &[AppFacts], value: &str) -> bool {
    apps.iter().any(|app| app.definition.client_ids.iter().any(|client| client.as_str() == value))
}
