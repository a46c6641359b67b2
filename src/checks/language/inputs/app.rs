//! An app as an input: what it may do, for whom, and whether anybody uses it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Trace, of_fact};
use crate::checks::language::{Datum, Val};
use crate::domain::Scope;
use crate::facts::{AppExposure, Facts, Seen};

/// The record `app`.
pub(crate) fn app(facts: &Facts, app: &AppExposure, trace: &mut Trace) -> Val {
    trace.items.extend(app.evidence.iter().cloned());
    let text = |text: &str| Val::proven(text.into());
    let path = |unit: &usize| Datum::from(facts.tree.path(*unit).as_str());
    let scope = |scope: &Scope| Datum::from(scope.as_str());
    let fields: BTreeMap<Arc<str>, Val> = BTreeMap::from([
        ("client_id".into(), text(app.client.as_str())),
        ("name".into(), text(&app.name)),
        ("names".into(), of_seen(&app.names, trace, |name| name.as_str().into())),
        ("in_catalogue".into(), Val::proven(Datum::Bool(app.in_catalogue))),
        ("pinned".into(), Val::proven(Datum::Bool(app.pinned))),
        ("scopes".into(), of_seen(&app.scopes, trace, scope)),
        ("cloud_scopes".into(), of_seen(&app.cloud_scopes, trace, scope)),
        ("restricted_scopes".into(), of_seen(&app.restricted_scopes, trace, scope)),
        ("users".into(), of_fact(&app.users, trace, |n| Datum::Int(i64::try_from(*n).unwrap_or(i64::MAX)))),
        ("org_units".into(), of_seen(&app.org_units, trace, path)),
        ("last_used".into(), of_fact(&app.last_used, trace, |at| Datum::Timestamp(*at))),
        ("days_unused".into(), of_fact(&app.days_unused, trace, |days| Datum::Int(*days))),
        ("trusted_in".into(), of_seen(&app.trusted_in, trace, path)),
        ("looks_like".into(), of_seen(&app.looks_like, trace, |id| id.as_str().into())),
        ("anonymous".into(), of_fact(&app.anonymous, trace, |answer| Datum::Bool(*answer))),
        ("delegated_scopes".into(), of_seen(&app.delegated_scopes, trace, scope)),
        (
            "used_by_admins".into(),
            of_fact(&app.used_by_admins, trace, |n| Datum::Int(i64::try_from(*n).unwrap_or(i64::MAX))),
        ),
    ]);
    Val::proven(Datum::Record(Arc::new(fields)))
}

/// A list that may not be whole.
fn of_seen<T: Ord>(seen: &Seen<T>, trace: &mut Trace, datum: impl Fn(&T) -> Datum) -> Val {
    trace.gaps.extend(seen.gaps.iter().cloned());
    let items = seen.items.iter().map(|(item, strength)| Val::Known(datum(item), *strength)).collect();
    Val::proven(Datum::List { items, open: !seen.is_whole() })
}
