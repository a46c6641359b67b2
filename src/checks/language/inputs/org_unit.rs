//! An org unit as an input: its path, and what the evidence engine says of its session control.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Trace;
use crate::checks::language::{Datum, Val};
use crate::evidence::ReauthMethod;
use crate::facts::{Fact, Facts, Reauth, Strength, UnitIndex};

/// The record `org_unit`.
pub(crate) fn org_unit(facts: &Facts, unit: UnitIndex, trace: &mut Trace) -> Val {
    let control = &facts.sessions[unit];
    let session: BTreeMap<Arc<str>, Val> = BTreeMap::from([
        ("required".into(), of(&control.reauth, trace, |reauth| Datum::Bool(*reauth == Reauth::Required))),
        ("frequency".into(), of(&control.frequency, trace, |length| Datum::Duration(length.duration()))),
        (
            "method".into(),
            of(&control.method, trace, |method| match method {
                ReauthMethod::Password => "password".into(),
                ReauthMethod::SecurityKey => "security_key".into(),
            }),
        ),
        ("exempt_trusted_apps".into(), of(&control.exempt, trace, |ticked| Datum::Bool(*ticked))),
    ]);
    Val::proven(Datum::Record(Arc::new(BTreeMap::from([
        ("path".into(), Val::proven(facts.tree.path(unit).as_str().into())),
        ("cloud_session".into(), Val::proven(Datum::Record(Arc::new(session)))),
    ]))))
}

/// A fact as an input, with what it rests on and what it lacks.
fn of<T: Ord + Clone>(fact: &Fact<T>, trace: &mut Trace, datum: impl Fn(&T) -> Datum) -> Val {
    trace.items.extend(fact.evidence.iter().cloned());
    if fact.in_conflict() {
        trace.disputed.extend(fact.evidence.iter().cloned());
    }
    trace.gaps.extend(fact.gaps.iter().cloned());
    match (fact.value(), fact.strength()) {
        (Some(value), Some(strength)) => Val::Known(datum(value), strength),
        (Some(value), None) => Val::Known(datum(value), Strength::Presumed),
        (None, _) => Val::Unknown,
    }
}
