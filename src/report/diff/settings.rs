//! The two settings, org unit by org unit, and who changed them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::SettingsOf;
use super::model::{FieldChange, Presence, SettingChange, UnitChange};
use crate::domain::{AppId, OrgUnitPath};
use crate::facts::{APP_ACCESS, CLOUD_SESSION_CONTROL};
use crate::report::model::{AppAccess, CloudSession, Evidence, OrgUnit, Report};
use crate::snapshot::SourceId;

/// The fields that are compared. Where a value comes from and which evidence contradicts it is left to reports.
const SESSION: [&str; 9] = [
    "confidence",
    "conflict",
    "exempt_confidence",
    "exempt_trusted_apps",
    "frequency_at_least_seconds",
    "frequency_at_most_seconds",
    "frequency_seconds",
    "method",
    "reauth",
];
const ACCESS: [&str; 4] = ["access", "confidence", "conflict", "one_of"];

pub(super) fn changes(old: &Report, new: &Report, settings_of: SettingsOf<'_>) -> Vec<UnitChange> {
    let by_path =
        |report| -> BTreeMap<&OrgUnitPath, &OrgUnit> { units(report).iter().map(|unit| (&unit.path, unit)).collect() };
    let (then, now) = (by_path(old), by_path(new));
    let log = Log { old, new, settings_of };
    let paths: BTreeSet<&OrgUnitPath> = then.keys().chain(now.keys()).copied().collect();
    let changes = paths.into_iter().filter_map(|path| {
        let (then, now) = (then.get(path).copied(), now.get(path).copied());
        let settings = match (then, now) {
            (Some(then), Some(now)) => of_unit(then, now, &log),
            (None, _) | (_, None) => Vec::new(),
        };
        let presence = Presence::of(then, now);
        let changed = presence != Presence::Changed || !settings.is_empty();
        changed.then(|| UnitChange { path: path.clone(), presence, settings })
    });
    changes.collect()
}

fn units(report: &Report) -> &[OrgUnit] {
    &report.org_units
}

fn of_unit(then: &OrgUnit, now: &OrgUnit, log: &Log<'_>) -> Vec<SettingChange> {
    let mut changes = Vec::new();
    let fields = session(&then.cloud_session, &now.cloud_session);
    if !fields.is_empty() {
        changes.push(SettingChange {
            setting: CLOUD_SESSION_CONTROL.into(),
            app: None,
            fields,
            changed_by: log.of_session(now),
        });
    }
    let apps: BTreeSet<&AppId> = then.apps.keys().filter(|app| now.apps.contains_key(*app)).collect();
    for app in apps {
        let fields = access(&then.apps[app], &now.apps[app]);
        if !fields.is_empty() {
            let changed_by = log.of_access(now, app);
            changes.push(SettingChange { setting: APP_ACCESS.into(), app: Some(app.clone()), fields, changed_by });
        }
    }
    changes
}

pub(super) fn session(then: &CloudSession, now: &CloudSession) -> Vec<FieldChange> {
    fields(&SESSION, then, now)
}

pub(super) fn access(then: &AppAccess, now: &AppAccess) -> Vec<FieldChange> {
    fields(&ACCESS, then, now)
}

/// Of these fields those that differ. An absent field is null.
pub(super) fn fields<T: Serialize>(names: &[&'static str], then: &T, now: &T) -> Vec<FieldChange> {
    let as_json = |value: &T| serde_json::to_value(value).unwrap_or_default();
    let (then, now) = (as_json(then), as_json(now));
    let value = |object: &Value, field: &str| object.get(field).cloned().unwrap_or_default();
    names
        .iter()
        .map(|field| FieldChange { field: (*field).into(), old: value(&then, field), new: value(&now, field) })
        .filter(|change| change.old != change.new)
        .collect()
}

/// What the administrators' log says of between the two reports, as far as verdicts of the newer one rest on it.
struct Log<'r> {
    old: &'r Report,
    new: &'r Report,
    settings_of: SettingsOf<'r>,
}

impl Log<'_> {
    fn of_session(&self, unit: &OrgUnit) -> Vec<Evidence> {
        let from = unit.cloud_session.inherited_from.as_ref();
        let verdicts = self.new.results.iter().filter(|result| {
            let place = result.subject.org_unit.as_ref();
            let rests = (self.settings_of)(&result.check);
            (place == Some(&unit.path) || (place.is_some() && place == from)) && rests == [CLOUD_SESSION_CONTROL]
        });
        let sides = &unit.cloud_session.sides;
        self.window(verdicts.flat_map(|result| &result.evidence).chain(sides))
    }

    /// Such verdicts rest on session control as well, so what speaks of that is taken away.
    fn of_access(&self, unit: &OrgUnit, app: &AppId) -> Vec<Evidence> {
        let of_app = unit.apps.get(app);
        let from = of_app.and_then(|access| access.inherited_from.as_ref());
        let verdicts = self.new.results.iter().filter(|result| {
            let (place, subject) = (result.subject.org_unit.as_ref(), result.subject.app.as_ref());
            let rests = (self.settings_of)(&result.check).iter().any(|setting| setting == APP_ACCESS);
            (place == Some(&unit.path) || (place.is_some() && place == from)) && subject == Some(app) && rests
        });
        let sides = of_app.into_iter().flat_map(|access| &access.sides);
        let mut found = self.window(verdicts.flat_map(|result| &result.evidence).chain(sides));
        let of_session = self.of_session(unit);
        found.retain(|item| !of_session.contains(item));
        found
    }

    fn window<'e>(&self, evidence: impl Iterator<Item = &'e Evidence>) -> Vec<Evidence> {
        between(evidence, self.old.audited_at, self.new.audited_at)
    }
}

/// Events of the administrators' log after the one moment and up to the other, in time order, each once.
pub(super) fn between<'e>(
    evidence: impl Iterator<Item = &'e Evidence>,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Evidence> {
    let log = SourceId::AdminLog.as_str();
    let within = |item: &&Evidence| &*item.source == log && item.at.is_some_and(|at| from < at && at <= to);
    let mut found: Vec<Evidence> = evidence.filter(within).cloned().collect();
    found.sort_by(|one, other| (one.at, one).cmp(&(other.at, other)));
    found.dedup();
    found
}
