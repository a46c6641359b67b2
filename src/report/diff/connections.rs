//! Connections, by user and client.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{ConnectionChange, Course, FieldChange, Presence};
use super::settings::{access, fields, session};
use crate::domain::{AppId, ClientId, Email};
use crate::report::model::{Connection, Outcome, Report};

/// What is compared of a connection, beside its outcome and its settings.
const FIELDS: [&str; 4] = ["administers", "cloud_scope", "org_unit", "session_set_by"];

type Key<'r> = (&'r Email, &'r ClientId, &'r AppId);

pub(super) fn changes(old: &Report, new: &Report) -> Vec<ConnectionChange> {
    let (then, now) = (by_key(old), by_key(new));
    let keys: BTreeSet<Key<'_>> = then.keys().chain(now.keys()).copied().collect();
    keys.into_iter().filter_map(|key| change(then.get(&key).copied(), now.get(&key).copied())).collect()
}

fn by_key(report: &Report) -> BTreeMap<Key<'_>, &Connection> {
    report
        .connections
        .iter()
        .map(|connection| ((&connection.user, &connection.client_id, &connection.app), connection))
        .collect()
}

fn change(then: Option<&Connection>, now: Option<&Connection>) -> Option<ConnectionChange> {
    let any = now.or(then)?;
    let fields = then.zip(now).map(|(then, now)| differing(then, now)).unwrap_or_default();
    let (old, new) = (then.map(|one| one.outcome), now.map(|one| one.outcome));
    if old == new && fields.is_empty() {
        return None;
    }
    Some(ConnectionChange {
        user: any.user.clone(),
        app: any.app.clone(),
        client_id: any.client_id.clone(),
        presence: Presence::of(then, now),
        course: course(old, new),
        old,
        new,
        next_failure_by: now.and_then(|now| now.next_failure_by),
        fields,
    })
}

fn differing(then: &Connection, now: &Connection) -> Vec<FieldChange> {
    let mut changes = fields(&FIELDS, then, now);
    let named = |changes: Vec<FieldChange>, part: &'static str| {
        changes
            .into_iter()
            .map(move |change| FieldChange { field: format!("{part}.{}", change.field).into(), ..change })
    };
    if let (Some(then), Some(now)) = (&then.cloud_session, &now.cloud_session) {
        changes.extend(named(session(then, now), "cloud_session"));
    }
    if let (Some(then), Some(now)) = (&then.access, &now.access) {
        changes.extend(named(access(then, now), "access"));
    }
    changes.sort_by(|one, other| one.field.cmp(&other.field));
    changes
}

fn course(old: Option<Outcome>, new: Option<Outcome>) -> Course {
    match (old, new) {
        (Some(Outcome::Breaks), Some(Outcome::Breaks)) => Course::Other,
        (_, Some(Outcome::Breaks)) | (Some(Outcome::Survives), Some(Outcome::Undetermined)) => Course::Worse,
        (Some(Outcome::Undetermined), Some(Outcome::Undetermined)) => Course::Other,
        (_, Some(Outcome::Undetermined)) => Course::Doubtful,
        (Some(Outcome::Breaks | Outcome::Undetermined), Some(Outcome::Survives)) => Course::Better,
        (_, Some(Outcome::Survives) | None) => Course::Other,
    }
}
