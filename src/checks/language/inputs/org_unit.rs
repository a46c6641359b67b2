//! An org unit as an input: its path, and what the evidence engine says of its session control.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Trace;
use crate::checks::language::{Datum, Val};
use crate::evidence::ReauthMethod;
use crate::facts::{Facts, Reauth, UnitIndex};

/// A field of the record `org_unit`.
pub(crate) fn org_unit(facts: &Facts, unit: UnitIndex, field: &str, trace: &mut Trace) -> Val {
    match field {
        "path" => Val::proven(facts.tree.path(unit).as_str().into()),
        "cloud_session" => cloud_session(facts, unit, trace),
        _ => Val::Unknown,
    }
}

fn cloud_session(facts: &Facts, unit: UnitIndex, trace: &mut Trace) -> Val {
    let control = &facts.sessions[unit];
    let session: BTreeMap<Arc<str>, Val> = BTreeMap::from([
        ("required".into(), trace.fact(&control.reauth, |reauth| Datum::Bool(*reauth == Reauth::Required))),
        ("frequency".into(), trace.fact(&control.frequency, |length| Datum::Duration(length.duration()))),
        (
            "method".into(),
            trace.fact(&control.method, |method| match method {
                ReauthMethod::Password => "password".into(),
                ReauthMethod::SecurityKey => "security_key".into(),
            }),
        ),
        ("exempt_trusted_apps".into(), trace.fact(&control.exempt, |ticked| Datum::Bool(*ticked))),
    ]);
    Val::proven(Datum::Record(Arc::new(session)))
}
