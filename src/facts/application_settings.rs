//! Application settings as the administrators' audit log shows them: for the questions that no API answers.
//!
//! The log tells what a setting became when somebody changed it, for about 180 days. An org unit's own newest event proves
//! its value; where the log says nothing of an org unit it is presumed to inherit, as an older value of its own may be in
//! force; and where it says nothing at all, nothing is known, Google's defaults included.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::at_hand::lack_of;
use super::fact::{Fact, Gap, Origin, Standing, Strength};
use super::org_tree::UnitIndex;
use super::placed::Placing;
use super::unit_history::Place;
use crate::domain::{OrgUnitPath, humane_time};
use crate::evidence::{Evidence, Item, LastDoubt, LastEvent, LogWindow, SettingChange, SettingEvent};
use crate::snapshot::SourceId;

/// Name of these settings in `missing`.
pub const APPLICATION_SETTING: &str = "application-setting";

/// What [`ApplicationSettings::at`] gives where the newest event on the root org unit deletes the setting: Google's default
/// is in force there, or the root's value was set to it.
pub const DELETED: &str = "DELETE_APPLICATION_SETTING";

/// Where the log can be read by people.
const WHERE: &str = "Reporting > Audit and investigation > Admin log events";

/// An event, and whether it surely is about the org unit that it is filed under.
#[derive(Debug, Clone)]
struct Filed {
    event: SettingEvent,
    surely: bool,
}

/// What the log says of one setting.
#[derive(Debug, Default)]
struct Logged {
    by_unit: BTreeMap<UnitIndex, Vec<Filed>>,
    /// These may be about any org unit.
    anywhere: Vec<SettingEvent>,
    by_group: BTreeMap<String, Vec<SettingEvent>>,
}

/// A place in the tree.
#[derive(Debug)]
struct Node {
    path: OrgUnitPath,
    parent: Option<UnitIndex>,
    /// When it came into being, inside the log at hand.
    birth: Option<(Timestamp, Arc<Item>)>,
}

/// What the log shows of application settings, and of the newest event of every name.
#[derive(Debug)]
pub struct ApplicationSettings {
    nodes: Vec<Node>,
    settings: BTreeMap<String, Logged>,
    last: BTreeMap<String, LastEvent>,
    /// The log, or why it is not at hand in full.
    log: Result<LogWindow, Gap>,
}

/// What is known of an org unit's own value.
enum Own {
    /// The log says nothing of it.
    Nothing,
    /// Nothing of its own has ever been set: it is younger than the log.
    NeverSet(Arc<Item>),
    Set(String, Strength, Arc<Item>),
    Deleted(Strength, Arc<Item>),
    /// It changed, or may have; to what, is open.
    Open(String, BTreeSet<Arc<Item>>),
}

impl ApplicationSettings {
    pub(super) fn new(placing: &Placing<'_>, evidence: &Evidence) -> Self {
        let tree = placing.tree();
        let nodes = (0..tree.units().len())
            .map(|unit| Node { path: tree.path(unit).clone(), parent: tree.parent(unit), birth: placing.birth(unit) })
            .collect();
        let mut settings: BTreeMap<String, Logged> = BTreeMap::new();
        for event in &evidence.setting_events {
            let logged = settings.entry(event.setting.clone()).or_default();
            if let Some(group) = &event.group {
                logged.by_group.entry(group.clone()).or_default().push(event.clone());
                continue;
            }
            let mut file = |unit, surely| {
                logged.by_unit.entry(unit).or_default().push(Filed { event: event.clone(), surely });
            };
            match placing.place(&event.unit, event.at) {
                Place::One(only) => file(only, true),
                Place::Among(some) => some.into_iter().for_each(|unit| file(unit, false)),
                Place::Gone => {}
                Place::Anywhere => logged.anywhere.push(event.clone()),
            }
        }
        let log = evidence.admin_log.ok_or_else(|| {
            lack_of(evidence, SourceId::AdminLog, APPLICATION_SETTING).unwrap_or_else(|| Gap {
                fact: APPLICATION_SETTING.into(),
                why: format!("{} does not say from when on it is at hand", SourceId::AdminLog),
                supply: "collect the administrators' audit log again".to_owned(),
            })
        });
        Self { nodes, settings, last: evidence.last_events.clone(), log }
    }

    /// The value of a setting (`SETTING_NAME`) in force in an org unit, for users who are in no group with a value of its
    /// own: the org unit's newest own value, else that of the nearest one above that has one. The text is Google's own,
    /// or [`DELETED`].
    ///
    /// Proven by the org unit's own newest event, where the log from then on is at hand without a gap; presumed where it
    /// is inherited through an org unit of which the log says nothing, or whose deletion of the setting may have been a
    /// choice of Google's default, and where a group differs. A log that is not whole, an event that cannot be read or
    /// placed, and silence leave it unknown, and the gap says why.
    #[must_use]
    pub fn at(&self, unit: UnitIndex, setting: &str) -> Fact<String> {
        let log = match &self.log {
            Ok(log) => log,
            Err(gap) => return unknown(gap.clone(), BTreeSet::new()),
        };
        let Some(logged) = self.settings.get(setting) else {
            return unknown(silent(setting, log), BTreeSet::new());
        };
        let mut fact = self.inherited(unit, setting, logged, log);
        for (group, event) in logged.newest_by_group() {
            // Members of the group have another value, or may have; whose rows speak of them is the reader's to see.
            let same = match (&event.change, fact.value()) {
                (SettingChange::Set(theirs), Some(ours)) => theirs == ours,
                (SettingChange::Deleted, _) => true,
                (SettingChange::Set(_) | SettingChange::Unreadable, _) => false,
            };
            if !same {
                fact.cap(Strength::Presumed);
                fact.evidence.insert(Arc::clone(&event.item));
                fact.gaps.insert(gap(
                    format!(
                        "{setting:?}: members of the group {group} may have a value of their own, which this one is not"
                    ),
                    format!("look up the setting for the group {group}"),
                ));
            }
        }
        fact
    }

    /// The value that a group (by its address) has for itself; unknown where the log shows none, as its members then have
    /// that of their org unit.
    #[must_use]
    pub fn of_group(&self, group: &str, setting: &str) -> Fact<String> {
        let log = match &self.log {
            Ok(log) => log,
            Err(gap) => return unknown(gap.clone(), BTreeSet::new()),
        };
        let newest = self.settings.get(setting).and_then(|logged| {
            logged.newest_by_group().find(|(known, _)| known.eq_ignore_ascii_case(group)).map(|(_, event)| event)
        });
        let Some(event) = newest else { return unknown(silent(setting, log), BTreeSet::new()) };
        let evidence = BTreeSet::from([Arc::clone(&event.item)]);
        match &event.change {
            SettingChange::Set(value) if event.at >= log.from => {
                Fact { evidence, ..Fact::known(value.clone(), strength_of(&event)) }
            }
            SettingChange::Set(_) | SettingChange::Deleted | SettingChange::Unreadable => {
                let why = format!(
                    "{setting:?} of the group {group}: the event of {} leaves no value that the log proves",
                    humane_time(event.at)
                );
                unknown(gap(why, look_up(setting)), evidence)
            }
        }
    }

    /// The groups that have, or once had, a value of their own, in lower case.
    pub fn groups(&self, setting: &str) -> impl Iterator<Item = &str> {
        self.settings.get(setting).into_iter().flat_map(|logged| logged.by_group.keys().map(String::as_str))
    }

    /// The newest event of that name anywhere in the tenant. `None` where there was none in the log's window, where the
    /// log is not whole, and where the newest is not known to hold; [`Self::why_no_last`] says which.
    #[must_use]
    pub fn last(&self, event: &str) -> Option<&LastEvent> {
        let log = self.log.as_ref().ok()?;
        self.last.get(event).filter(|last| last.doubt.is_none() && last.at >= log.from)
    }

    /// Why [`Self::last`] has nothing to give.
    #[must_use]
    pub fn why_no_last(&self, event: &str) -> Gap {
        let log = match &self.log {
            Ok(log) => log,
            Err(gap) => return gap.clone(),
        };
        let why = match self.last.get(event).filter(|last| last.at >= log.from).map(|last| (last.doubt, last.at)) {
            Some((Some(LastDoubt::Open), at)) => {
                format!("Google does not say whether the {event} of {} took effect", humane_time(at))
            }
            Some((Some(LastDoubt::Contested), at)) => {
                format!("two events {event} of {} say different things", humane_time(at))
            }
            Some((None, _)) | None => {
                format!("no event {event} since {}; older ones Google keeps no log of", humane_time(log.from))
            }
        };
        gap(why, format!("look up in the Admin console what {event} sets; {WHERE} shows what the log holds"))
    }

    fn inherited(&self, unit: UnitIndex, setting: &str, logged: &Logged, log: &LogWindow) -> Fact<String> {
        let mut strength = Strength::Proven;
        let mut gaps = BTreeSet::new();
        let mut evidence = BTreeSet::new();
        let mut here = unit;
        let (value, own, item) = loop {
            let Node { path, parent, .. } = &self.nodes[here];
            let doubt = match self.own(here, logged, log) {
                Own::Set(value, own, item) => break (value, own, item),
                Own::Deleted(own, item) if path.is_root() => break (DELETED.to_owned(), own, item),
                Own::Open(why, items) => {
                    evidence.extend(items);
                    return unknown(gap(format!("{setting:?} at {path}: {why}"), look_up(setting)), evidence);
                }
                Own::NeverSet(item) => {
                    evidence.insert(item);
                    None
                }
                Own::Deleted(_, item) => {
                    // Whoever chooses Google's default in an org unit leaves the same event behind.
                    evidence.insert(item);
                    Some("it was deleted, which may also have been a choice of the default")
                }
                Own::Nothing => Some("no change in the log, so it is presumed to inherit"),
            };
            if let Some(why) = doubt {
                strength = Strength::Presumed;
                gaps.insert(gap(format!("{setting:?} at {path}: {why}"), look_up(setting)));
            }
            let Some(above) = parent else {
                gaps.insert(silent(setting, log));
                return Fact { evidence, gaps, ..Fact::unknown() };
            };
            here = *above;
        };
        let path = &self.nodes[here].path;
        if own == Strength::Presumed {
            let why = format!("{setting:?} at {path}: the event has parameters that nobody documented");
            gaps.insert(gap(why, look_up(setting)));
        }
        evidence.insert(item);
        let origin = if here == unit { Origin::Own } else { Origin::Above(path.clone()) };
        Fact { standing: Standing::Known(value, strength.min(own)), evidence, gaps, origin }
    }

    fn own(&self, unit: UnitIndex, logged: &Logged, log: &LogWindow) -> Own {
        let birth = self.nodes[unit].birth.as_ref();
        let begins = birth.map(|(at, _)| *at);
        let mut sure: Vec<&SettingEvent> = Vec::new();
        let mut perhaps: Vec<&SettingEvent> = logged.anywhere.iter().collect();
        for filed in logged.by_unit.get(&unit).into_iter().flatten() {
            if filed.surely { sure.push(&filed.event) } else { perhaps.push(&filed.event) }
        }
        sure.retain(|event| begins.is_none_or(|begins| begins <= event.at));
        let own = newest(&sure);
        let since = own.first().map(|event| event.at).or(begins);
        perhaps.retain(|event| since.is_none_or(|since| since <= event.at));
        if let Some(event) = perhaps.iter().max_by_key(|event| event.at)
            && !perhaps.iter().all(|event| own.len() == 1 && own[0].change == event.change)
        {
            let why = format!("an event of {} may be about this org unit or another", humane_time(event.at));
            return Own::Open(why, items(perhaps.iter().chain(&own)));
        }
        let event = match own.as_slice() {
            [] => return birth.map_or(Own::Nothing, |(_, item)| Own::NeverSet(Arc::clone(item))),
            [only] => only,
            [first, ..] => {
                let why = format!("events up to {} say different things", humane_time(first.at));
                return Own::Open(why, items(&own));
            }
        };
        if event.at < log.from {
            let why = format!("the log from {} to {} is not at hand", humane_time(event.at), humane_time(log.from));
            return Own::Open(why, items(&own));
        }
        match &event.change {
            SettingChange::Set(value) => Own::Set(value.clone(), strength_of(event), Arc::clone(&event.item)),
            SettingChange::Deleted => Own::Deleted(strength_of(event), Arc::clone(&event.item)),
            SettingChange::Unreadable => {
                let why = format!("the event of {} cannot be read for certain", humane_time(event.at));
                Own::Open(why, items(&own))
            }
        }
    }
}

impl Logged {
    /// Of every group the newest event; where several say different things, none of them can be read.
    fn newest_by_group(&self) -> impl Iterator<Item = (&str, SettingEvent)> {
        self.by_group.iter().filter_map(|(group, events)| {
            let newest = newest(&events.iter().collect::<Vec<_>>());
            let mut event: SettingEvent = (*newest.first()?).clone();
            if newest.len() > 1 {
                event.change = SettingChange::Unreadable;
            }
            Some((group.as_str(), event))
        })
    }
}

/// The newest event; several, newest first, where it cannot be told which of them holds: at one moment, or of settings
/// of one name in two applications.
fn newest<'e>(events: &[&'e SettingEvent]) -> Vec<&'e SettingEvent> {
    let mut by_application: BTreeMap<Option<&str>, Vec<&SettingEvent>> = BTreeMap::new();
    for event in events {
        let newest = by_application.entry(event.application.as_deref()).or_default();
        if newest.first().is_some_and(|known| known.at < event.at) {
            newest.clear();
        }
        if newest.first().is_none_or(|known| known.at == event.at) {
            newest.push(event);
        }
    }
    let mut all: Vec<&SettingEvent> = by_application.into_values().flatten().collect();
    all.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.cmp(other)));
    let agreed = all.iter().all(|event| event.change == all[0].change);
    if agreed {
        all.truncate(1);
    }
    all
}

fn items<'e>(events: impl IntoIterator<Item = &'e &'e SettingEvent>) -> BTreeSet<Arc<Item>> {
    events.into_iter().map(|event| Arc::clone(&event.item)).collect()
}

fn strength_of(event: &SettingEvent) -> Strength {
    if event.documented { Strength::Proven } else { Strength::Presumed }
}

fn silent(setting: &str, log: &LogWindow) -> Gap {
    gap(
        format!(
            "{setting:?}: no change in the audit log, which begins {} (Google keeps about 180 days)",
            humane_time(log.from)
        ),
        look_up(setting),
    )
}

fn look_up(setting: &str) -> String {
    format!(
        "look up in the Admin console what {setting:?} is; the log ({WHERE}) proves it once somebody has saved a change"
    )
}

fn gap(why: String, supply: String) -> Gap {
    Gap { fact: APPLICATION_SETTING.into(), why, supply }
}

fn unknown(gap: Gap, evidence: BTreeSet<Arc<Item>>) -> Fact<String> {
    Fact { evidence, gaps: BTreeSet::from([gap]), ..Fact::unknown() }
}
