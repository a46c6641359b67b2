//! What the drawn tenants were like, counted, so that no law holds for want of cases.

use std::collections::{BTreeMap, BTreeSet};

use super::history::History;
use super::log::{Outcome, Tells};
use super::world::{DEEPEST, ROOT, ROOT_NAMES, UnitId};

/// How often something was there.
#[derive(Debug, Default)]
pub(super) struct Seen {
    counts: BTreeMap<String, u32>,
}

impl Seen {
    pub(super) fn note(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    /// What was there less often than it has to be, of these.
    pub(super) fn wanting(&self, least: &[(&str, u32)]) -> Vec<String> {
        let count = |what: &str| self.counts.get(what).copied().unwrap_or_default();
        let rare = least.iter().filter(|(what, least)| count(what) < *least);
        rare.map(|(what, least)| format!("{what}: {} times, not {least}", count(what))).collect()
    }

    /// Notes what makes a history hard to read.
    pub(super) fn take(&mut self, history: &History) {
        for trait_of_it in traits(history) {
            self.note(trait_of_it);
        }
    }
}

fn traits(history: &History) -> BTreeSet<&'static str> {
    let mut traits = BTreeSet::new();
    let today = history.today();
    let names: Vec<&str> = today.units.values().map(|unit| unit.name).collect();
    if names.len() != names.iter().collect::<BTreeSet<_>>().len() {
        traits.insert("two of one name");
    }
    if today.units.iter().any(|(id, unit)| *id != ROOT && ROOT_NAMES.contains(&unit.name)) {
        traits.insert("one with a name of the root");
    }
    if today.units.keys().any(|id| today.depth(*id) == DEEPEST) {
        traits.insert("five levels");
    }
    let mut bearers: BTreeMap<&str, BTreeSet<UnitId>> = BTreeMap::new();
    for world in history.timeline.since(history.from) {
        for (id, unit) in &world.units {
            bearers.entry(unit.name).or_default().insert(*id);
        }
    }
    if bearers.values().any(|ids| ids.iter().any(|id| !today.units.contains_key(id)) && ids.len() > 1) {
        traits.insert("a name used again");
    }
    let at_hand = || history.log.activities.iter().filter(|activity| activity.at >= history.from);
    for activity in at_hand() {
        for entry in &activity.entries {
            match entry.outcome {
                Outcome::Failed | Outcome::Skipped => traits.insert("without effect"),
                Outcome::Unknown { .. } => traits.insert("of open effect"),
                Outcome::Unsaid | Outcome::Succeeded => false,
            };
            let name = entry.json["name"].as_str().unwrap_or_default();
            match &entry.tells {
                Tells::Tree { .. } if name == "EDIT_ORG_UNIT_NAME" => traits.insert("a rename"),
                Tells::Tree { .. } if name == "MOVE_ORG_UNIT" => traits.insert("a move"),
                Tells::Tree { .. } if name == "REMOVE_ORG_UNIT" => traits.insert("a removal"),
                Tells::Tree { .. } => traits.insert("a creation"),
                Tells::Access { app: None, .. } => traits.insert("a change of unnamed apps"),
                Tells::Access { .. } if name == "CHANGE_APP_ACCESS" => traits.insert("a new name"),
                Tells::Access { .. } => traits.insert("an old name"),
                Tells::Session { proves: Some(_), .. } => traits.insert("a session for certain"),
                Tells::Session { proves: None, .. } => traits.insert("a session unread"),
                Tells::Nothing => traits.insert("something else"),
            };
        }
    }
    let doubled = |name: &str| {
        at_hand().any(|one| {
            one.entries.iter().any(|entry| entry.json["name"] == name)
                && at_hand()
                    .any(|other| other.act == one.act && other.entries.iter().any(|entry| entry.json["name"] != name))
        })
    };
    if doubled("CHANGE_APP_ACCESS") {
        traits.insert("an act under both names");
    }
    for attested in &history.attested {
        if attested.at < history.from {
            traits.insert("attested before the log");
        }
        if attested.is_expired(history.as_of) {
            traits.insert("an attestation expired");
        }
        if attested.below {
            traits.insert("attested below");
        }
    }
    if history.plan.bindings.as_ref().is_some_and(|bindings| !bindings.is_empty()) {
        traits.insert("bindings");
    }
    traits
}
