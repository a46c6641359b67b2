//! Application settings in the administrators' audit log, and the newest event of every name.
//!
//! Google documents `CREATE_`, `CHANGE_` and `DELETE_APPLICATION_SETTING` (appendix page admin-application-settings) with
//! `APPLICATION_NAME`, `APPLICATION_EDITION`, `GROUP_EMAIL`, `ORG_UNIT_NAME`, `SETTING_NAME`, `OLD_VALUE` and `NEW_VALUE`;
//! live logs add `SETTING_METADATA`. Of each setting, place and group only the newest event is kept, and a new start is
//! made wherever a tree event may have given the place's name to another org unit: as much as there are settings and
//! places, however long the log is.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::admin_events::{
    AdminEvent, Change, Effect, TreeChange, UnitRef, describe_unit, effect_of, undocumented, unit_of,
};
use super::item::{Item, Source};
use crate::google::reports::{Activity, Event, Parameter};
use crate::snapshot::SourceId;

const DOCUMENTED: [&str; 8] = [
    "APPLICATION_NAME",
    "APPLICATION_EDITION",
    "GROUP_EMAIL",
    "ORG_UNIT_NAME",
    "SETTING_NAME",
    "OLD_VALUE",
    "NEW_VALUE",
    "SETTING_METADATA",
];

/// What an event did to an application setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingChange {
    /// `NEW_VALUE`.
    Set(String),
    /// `DELETE_APPLICATION_SETTING`: the own value is gone. On the root it is also how a choice of Google's default shows.
    Deleted,
    /// It changed; to what, the event does not say in a shape that is documented.
    Unreadable,
}

/// The newest event about one application setting at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettingEvent {
    /// When.
    pub at: Timestamp,
    /// `SETTING_NAME`, as Google writes it: `OutOfDomainWarningProto disable_untrusted_recipient_warning`.
    pub setting: String,
    /// `APPLICATION_NAME`.
    pub application: Option<String>,
    /// Where.
    pub unit: UnitRef,
    /// `GROUP_EMAIL` in lower case: the value is that group's, and no org unit's.
    pub group: Option<String>,
    /// What it became.
    pub change: SettingChange,
    /// Whether nothing but documented parameters say so; another may narrow the change to somebody.
    pub documented: bool,
    /// As a piece of evidence.
    pub item: Arc<Item>,
}

/// The newest event of one name in the administrators' audit log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastEvent {
    /// When.
    pub at: Timestamp,
    /// Its parameters that are one text, number or switch, as text. Lists and messages are left out.
    pub parameters: BTreeMap<String, String>,
    /// Why its parameters may not be what holds, where that is so.
    pub doubt: Option<LastDoubt>,
    /// As a piece of evidence.
    pub item: Arc<Item>,
}

/// Why the newest event of a name may not be what holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LastDoubt {
    /// Google does not say whether it took effect.
    Open,
    /// Another event of the same moment says something else, and neither is known to be the later.
    Contested,
}

/// The newest event of every name: as many as Google has names.
#[derive(Debug, Default)]
pub(super) struct LastEvents {
    by_name: BTreeMap<String, LastEvent>,
}

impl LastEvents {
    pub(super) fn take(&mut self, activity: &Activity) {
        for event in &activity.events {
            let Some(effect) = effect_of(event) else { continue };
            let known = self.by_name.get_mut(&event.name);
            if known.as_ref().is_some_and(|known| known.at > activity.id.time) {
                continue;
            }
            let read = last_event(event, effect, activity);
            match known {
                None => {
                    self.by_name.insert(event.name.clone(), read);
                }
                Some(known) if known.at < read.at => *known = read,
                Some(known) => {
                    let differs = known.parameters != read.parameters;
                    // Of two that differ one is shown, and always the same one, in whatever order they come.
                    let doubt = known.doubt.max(read.doubt).max(differs.then_some(LastDoubt::Contested));
                    if (&read.parameters, &read.item) < (&known.parameters, &known.item) {
                        *known = read;
                    }
                    known.doubt = doubt;
                }
            }
        }
    }

    pub(super) fn finish(self) -> BTreeMap<String, LastEvent> {
        self.by_name
    }
}

fn last_event(event: &Event, effect: Effect, activity: &Activity) -> LastEvent {
    let names: Vec<&str> = event.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let parameters: BTreeMap<String, String> = event
        .parameters
        .iter()
        // Of two parameters of one name neither can be preferred.
        .filter(|parameter| names.iter().filter(|name| **name == parameter.name).count() == 1)
        .filter_map(|parameter| Some((parameter.name.clone(), one_text(parameter)?)))
        .collect();
    let told: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    LastEvent {
        at: activity.id.time,
        doubt: (effect == Effect::Open).then_some(LastDoubt::Open),
        item: item(event, activity, &told.join(", ")),
        parameters,
    }
}

/// What a parameter says where it says one thing; which key is present decides its type.
fn one_text(parameter: &Parameter) -> Option<String> {
    let several = parameter.multi_value.is_some()
        || parameter.multi_int_value.is_some()
        || parameter.message_value.is_some()
        || parameter.multi_message_value.is_some();
    if several {
        return None;
    }
    match (&parameter.value, &parameter.int_value, parameter.bool_value) {
        (Some(text), None, None) => Some(text.clone()),
        (None, Some(serde_json::Value::String(number)), None) => Some(number.clone()),
        (None, Some(serde_json::Value::Number(number)), None) => Some(number.to_string()),
        (None, None, Some(switch)) => Some(switch.to_string()),
        (_, _, _) => None,
    }
}

fn item(event: &Event, activity: &Activity, says: &str) -> Arc<Item> {
    let actor = activity.actor.email.clone().or_else(|| activity.actor.profile_id.clone());
    let by = actor.as_deref().unwrap_or("an unknown actor");
    Arc::new(Item {
        at: Some(activity.id.time),
        source: Source::Google(SourceId::AdminLog),
        locator: format!("uniqueQualifier={}", activity.id.unique_qualifier),
        says: format!("{} by {by}: {says}", event.name),
        actor,
    })
}

/// The moments at which a name may have passed to another org unit.
#[derive(Debug, Default)]
pub(super) struct Renamings {
    by_name: HashMap<String, Vec<Timestamp>>,
}

impl Renamings {
    pub(super) fn new(events: &[AdminEvent]) -> Self {
        let mut renamings = Self::default();
        for event in events {
            let Change::Tree(change) = &event.change else { continue };
            let names: [Option<&String>; 2] = match change {
                TreeChange::Created { unit } | TreeChange::Removed { unit } => [Some(unit), None],
                TreeChange::Renamed { from, to } => [Some(from), Some(to)],
                TreeChange::Moved { unit, to } => [Some(unit), Some(to)],
            };
            for part in names.into_iter().flatten().flat_map(|name| parts(name)) {
                renamings.by_name.entry(part.to_owned()).or_default().push(event.at);
            }
        }
        renamings
    }

    /// The stretch of time, between two such moments, in which the name means one thing; a moment itself is one too.
    fn stretch(&self, unit: &UnitRef, at: Timestamp) -> (usize, usize) {
        let UnitRef::Named(name) = unit else { return (0, 0) };
        let moments = || parts(name).filter_map(|part| self.by_name.get(part)).flatten();
        (moments().filter(|moment| **moment < at).count(), moments().filter(|moment| **moment <= at).count())
    }
}

/// A bare name, or the names in a path.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    let is_path = name.starts_with('/');
    name.split(move |c| is_path && c == '/').filter(|part| !part.is_empty())
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    setting: String,
    application: Option<String>,
    unit: UnitRef,
    group: Option<String>,
    stretch: (usize, usize),
}

/// The newest event per setting, place and group.
#[derive(Debug, Default)]
pub(super) struct NewestSettings {
    renamings: Renamings,
    newest: BTreeMap<Key, SettingEvent>,
}

impl NewestSettings {
    pub(super) fn over(renamings: Renamings) -> Self {
        Self { renamings, newest: BTreeMap::new() }
    }

    pub(super) fn take(&mut self, activity: &Activity) {
        for event in &activity.events {
            let Some(read) = effect_of(event).and_then(|effect| read_event(event, effect, activity)) else { continue };
            let key = Key {
                stretch: self.renamings.stretch(&read.unit, read.at),
                setting: read.setting.clone(),
                application: read.application.clone(),
                unit: read.unit.clone(),
                group: read.group.clone(),
            };
            match self.newest.get_mut(&key) {
                None => {
                    self.newest.insert(key, read);
                }
                Some(known) if known.at < read.at => *known = read,
                Some(known) if known.at > read.at => {}
                Some(known) => {
                    // Neither is known to be the later.
                    let contested = known.change != read.change;
                    let documented = known.documented && read.documented;
                    // One of them is shown, and always the same one, in whatever order they come.
                    if read.item < known.item {
                        *known = SettingEvent { change: known.change.clone(), ..read };
                    }
                    known.documented = documented;
                    if contested {
                        known.change = SettingChange::Unreadable;
                    }
                }
            }
        }
    }

    pub(super) fn finish(self) -> Vec<SettingEvent> {
        let mut events: Vec<SettingEvent> = self.newest.into_values().collect();
        events.sort();
        events
    }
}

fn read_event(event: &Event, effect: Effect, activity: &Activity) -> Option<SettingEvent> {
    let deletes = match event.name.as_str() {
        "CHANGE_APPLICATION_SETTING" | "CREATE_APPLICATION_SETTING" => false,
        "DELETE_APPLICATION_SETTING" => true,
        _ => return None,
    };
    // Which setting an event without a name is about is anybody's guess, and no pack asks for all of them.
    let setting = event.text("SETTING_NAME").filter(|name| !name.is_empty())?.to_owned();
    let unit = unit_of(event);
    let group = event.text("GROUP_EMAIL").filter(|group| !group.is_empty()).map(str::to_lowercase);
    // A group that is there and cannot be read: whose value it is, is open.
    let whose = event.parameter("GROUP_EMAIL").is_none_or(|_| event.text("GROUP_EMAIL").is_some());
    let value = || {
        let mut named = event.parameters.iter().filter(|parameter| parameter.name == "NEW_VALUE");
        let only = named.next().filter(|_| named.next().is_none())?;
        one_text(only)
    };
    let change = match (effect, whose, deletes) {
        (Effect::Open, _, _) | (_, false, _) => SettingChange::Unreadable,
        (Effect::Took, true, true) => SettingChange::Deleted,
        (Effect::Took, true, false) => value().map_or(SettingChange::Unreadable, SettingChange::Set),
    };
    let application = event.text("APPLICATION_NAME").filter(|name| !name.is_empty()).map(str::to_owned);
    let became = match &change {
        SettingChange::Set(value) => format!("set to {value:?}"),
        SettingChange::Deleted => "no longer set".to_owned(),
        SettingChange::Unreadable => "changed, to what cannot be read,".to_owned(),
    };
    let of = application.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let whom = group.as_ref().map(|group| format!(", for the group {group}")).unwrap_or_default();
    let says = format!("{setting:?}{of} {became} at {}{whom}", describe_unit(&unit));
    Some(SettingEvent {
        at: activity.id.time,
        item: item(event, activity, &says),
        documented: undocumented(event, &DOCUMENTED).is_empty(),
        setting,
        application,
        unit,
        group,
        change,
    })
}
