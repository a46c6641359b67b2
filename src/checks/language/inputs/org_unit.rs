//! An org unit as an input: its path, and what the evidence engine says of its session control.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Trace;
use crate::checks::language::{Datum, Val};
use crate::evidence::ReauthMethod;
use crate::facts::{Fact, Facts, Reauth, UnitIndex};

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
    let (frequency, method, exempt) = (
        with_reauth(&control.frequency, &control.reauth),
        with_reauth(&control.method, &control.reauth),
        with_reauth(&control.exempt, &control.reauth),
    );
    let session: BTreeMap<Arc<str>, Val> = BTreeMap::from([
        ("required".into(), trace.fact(&control.reauth, |reauth| Datum::Bool(*reauth == Reauth::Required))),
        ("frequency".into(), trace.fact(&frequency, |length| Datum::Duration(length.duration()))),
        (
            "method".into(),
            trace.fact(&method, |method| match method {
                ReauthMethod::Password => "password".into(),
                ReauthMethod::SecurityKey => "security_key".into(),
            }),
        ),
        ("exempt_trusted_apps".into(), trace.fact(&exempt, |ticked| Datum::Bool(*ticked))),
    ]);
    Val::proven(Datum::Record(Arc::new(session)))
}

/// Another part of the page. Where whether reauthentication is required is in doubt, and nothing is known of the part, it
/// has no gap of its own: what would tell the one tells the other.
fn with_reauth<T: Clone>(part: &Fact<T>, reauth: &Fact<Reauth>) -> Fact<T> {
    let mut part = part.clone();
    if part.gaps.is_empty() {
        part.gaps.clone_from(&reauth.gaps);
    }
    part
}
