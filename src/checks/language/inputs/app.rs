//! An app as an input: what it may do, for whom, and whether anybody uses it.

use super::Trace;
use crate::checks::language::{Datum, Val};
use crate::domain::Scope;
use crate::facts::{AppExposure, Facts, Seen, UnitIndex};

/// A field of the record `app`.
pub(crate) fn app(facts: &Facts, app: &AppExposure, field: &str, trace: &mut Trace) -> Val {
    trace.items.extend(app.evidence.iter().cloned());
    let path = |unit: &UnitIndex| Datum::from(facts.tree.path(*unit).as_str());
    let scope = |scope: &Scope| Datum::from(scope.as_str());
    let number = |n: &u64| Datum::Int(i64::try_from(*n).unwrap_or(i64::MAX));
    match field {
        "client_id" => Val::proven(app.client.as_str().into()),
        "name" => Val::proven(app.name.as_str().into()),
        "names" => of_seen(&app.names, trace, |name| name.as_str().into()),
        "in_catalogue" => Val::proven(Datum::Bool(app.in_catalogue)),
        "pinned" => Val::proven(Datum::Bool(app.pinned)),
        "scopes" => of_seen(&app.scopes, trace, scope),
        "cloud_scopes" => of_seen(&app.cloud_scopes, trace, scope),
        "restricted_scopes" => of_seen(&app.restricted_scopes, trace, scope),
        "users" => trace.fact(&app.users, number),
        "org_units" => of_seen(&app.org_units, trace, path),
        "last_used" => trace.fact(&app.last_used, |at| Datum::Timestamp(*at)),
        "days_unused" => trace.fact(&app.days_unused, |days| Datum::Int(*days)),
        "trusted_in" => of_seen(&app.trusted_in, trace, path),
        "looks_like" => of_seen(&app.looks_like, trace, |id| id.as_str().into()),
        "anonymous" => trace.fact(&app.anonymous, |answer| Datum::Bool(*answer)),
        "delegated_scopes" => of_seen(&app.delegated_scopes, trace, scope),
        "used_by_admins" => trace.fact(&app.used_by_admins, number),
        _ => Val::Unknown,
    }
}

/// A list that may not be whole.
fn of_seen<T: Ord>(seen: &Seen<T>, trace: &mut Trace, datum: impl Fn(&T) -> Datum) -> Val {
    trace.gaps.extend(seen.gaps.iter().cloned());
    let items = seen.items.iter().map(|(item, strength)| Val::Known(datum(item), *strength)).collect();
    Val::proven(Datum::List { items, open: !seen.is_whole() })
}
