//! The administrators' audit log as an input: application settings by name, and the newest event of a name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Trace;
use crate::checks::language::{Datum, Val};
use crate::facts::{Facts, UnitIndex};

/// Names that a check looks up.
type Names = BTreeSet<Arc<str>>;

/// A field of the record `log`: `settings` or `last`, with those entries that the check looks up; there is no listing all.
pub(crate) fn log(
    facts: &Facts,
    unit: UnitIndex,
    field: &str,
    (settings, events): (&Names, &Names),
    trace: &mut Trace,
) -> Val {
    let fields: BTreeMap<Arc<str>, Val> = match field {
        "settings" => settings
            .iter()
            .map(|name| {
                let fact = facts.settings.at(unit, name);
                (Arc::clone(name), trace.fact(&fact, |text| text.as_str().into()))
            })
            .collect(),
        "last" => events.iter().filter_map(|name| Some((Arc::clone(name), last(facts, name, trace)?))).collect(),
        _ => return Val::Unknown,
    };
    Val::proven(Datum::Record(Arc::new(fields)))
}

/// The parameters of the newest event of that name.
fn last(facts: &Facts, name: &str, trace: &mut Trace) -> Option<Val> {
    let Some(event) = facts.settings.last(name) else {
        trace.gaps.insert(facts.settings.why_no_last(name));
        return None;
    };
    trace.items.insert(Arc::clone(&event.item));
    let parameters = event
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str().into(), Val::proven(value.as_str().into())))
        .collect();
    Some(Val::proven(Datum::Record(Arc::new(parameters))))
}
