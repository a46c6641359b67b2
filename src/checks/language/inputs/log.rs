//! The administrators' audit log as an input: application settings by name, and the newest event of a name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Trace, of_fact};
use crate::checks::language::{Datum, Val};
use crate::facts::{Facts, UnitIndex};

/// The record `log`, with the settings and events that somebody asks for; there is no listing all.
pub(crate) fn log(
    facts: &Facts,
    unit: UnitIndex,
    settings: &BTreeSet<Arc<str>>,
    events: &BTreeSet<Arc<str>>,
    trace: &mut Trace,
) -> Val {
    let settings: BTreeMap<Arc<str>, Val> = settings
        .iter()
        .map(|name| {
            let fact = facts.settings_log.at(unit, name);
            (Arc::clone(name), of_fact(&fact, trace, |text| text.as_str().into()))
        })
        .collect();
    let mut last: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    for name in events {
        match facts.settings_log.last(name) {
            Some(event) => {
                trace.items.insert(Arc::clone(&event.item));
                let parameters = event
                    .parameters
                    .iter()
                    .map(|(name, value)| (name.as_str().into(), Val::proven(value.as_str().into())))
                    .collect();
                last.insert(Arc::clone(name), Val::proven(Datum::Record(Arc::new(parameters))));
            }
            None => {
                trace.gaps.insert(facts.settings_log.why_no_last(name));
            }
        }
    }
    let record = |fields| Val::proven(Datum::Record(Arc::new(fields)));
    record(BTreeMap::from([("settings".into(), record(settings)), ("last".into(), record(last))]))
}
