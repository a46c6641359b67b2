//! An org unit as an input: its path, and what the evidence engine says of its session control.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Trace, of_fact};
use crate::checks::language::{Datum, Val};
use crate::evidence::ReauthMethod;
use crate::facts::{Facts, Reauth, UnitIndex};

/// The record `org_unit`.
pub(crate) fn org_unit(facts: &Facts, unit: UnitIndex, trace: &mut Trace) -> Val {
    let control = &facts.sessions[unit];
    let session: BTreeMap<Arc<str>, Val> = BTreeMap::from([
        ("required".into(), of_fact(&control.reauth, trace, |reauth| Datum::Bool(*reauth == Reauth::Required))),
        ("frequency".into(), of_fact(&control.frequency, trace, |length| Datum::Duration(length.duration()))),
        (
            "method".into(),
            of_fact(&control.method, trace, |method| match method {
                ReauthMethod::Password => "password".into(),
                ReauthMethod::SecurityKey => "security_key".into(),
            }),
        ),
        ("exempt_trusted_apps".into(), of_fact(&control.exempt, trace, |ticked| Datum::Bool(*ticked))),
    ]);
    Val::proven(Datum::Record(Arc::new(BTreeMap::from([
        ("path".into(), Val::proven(facts.tree.path(unit).as_str().into())),
        ("cloud_session".into(), Val::proven(Datum::Record(Arc::new(session)))),
    ]))))
}
