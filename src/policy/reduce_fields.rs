//! One field of one setting, by each of Google's reducers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::effective::{Certainty, FieldState, FieldValue};
use super::ranked::{Ranked, Said};
use super::reduce_entries::{self, ByKey};
use super::setting_spec::{Absence, FieldKind, FieldSpec, Reducer, shown};

/// Names of all fields that the catalogue or a policy has.
pub(super) fn all_names(ranked: &Ranked<'_>, known: &[FieldSpec]) -> BTreeSet<String> {
    known.iter().map(|field| field.name.as_str()).chain(ranked.names()).map(str::to_owned).collect()
}

/// What a field is by these policies; `None` where none of them has it.
pub(super) fn reduced(
    ranked: &Ranked<'_>,
    reducer: &Reducer,
    name: &str,
    field: Option<&FieldSpec>,
    kind: &FieldKind,
) -> Option<FieldValue> {
    let said = ranked.said(name, field);
    if said.is_empty() {
        return None;
    }
    let keyed = |key: &str| field.is_some_and(|field| field.entries().iter().any(|entry| entry.name == key));
    Some(match reducer {
        Reducer::MaxMap { key } if keyed(key) => reduce_entries::reduced(ranked, name, &said, key, ByKey::Max),
        Reducer::MergeMap { key } if keyed(key) => reduce_entries::reduced(ranked, name, &said, key, ByKey::Merge),
        // A rule stands alone, so that either would do.
        Reducer::Max | Reducer::MaxMap { .. } | Reducer::List => max(ranked, name, &said),
        Reducer::Merge | Reducer::MergeMap { .. } => merge(ranked, name, &said, kind),
        Reducer::Unknown => either(max(ranked, name, &said), merge(ranked, name, &said, kind)),
    })
}

/// The value with the greatest sortOrder. Where the winning policy lacks the field, Google's texts can be read in two ways:
/// the next policy's value counts, or none does.
fn max(ranked: &Ranked<'_>, name: &str, said: &[Said<'_>]) -> FieldValue {
    let winners = said.iter().filter(|it| it.depth == 0).count();
    let certainty = if winners == ranked.winners() { Certainty::Sure } else { Certainty::Presumed };
    greatest(ranked, name, said, certainty)
}

/// The value with the greatest sortOrder that there is; of lists, all of them, the greatest first.
fn merge(ranked: &Ranked<'_>, name: &str, said: &[Said<'_>], kind: &FieldKind) -> FieldValue {
    let is_list = match kind {
        FieldKind::List(_) => true,
        FieldKind::Opaque => said.iter().any(|it| it.raw.is_array()),
        FieldKind::Bool
        | FieldKind::Int
        | FieldKind::Text
        | FieldKind::Enum(_)
        | FieldKind::Duration
        | FieldKind::Timestamp
        | FieldKind::Record(_) => false,
    };
    if !is_list {
        return greatest(ranked, name, said, Certainty::Sure);
    }
    let mut items = Vec::new();
    for it in said {
        match &it.value {
            Ok(Value::Array(more)) => items.extend(more.iter().cloned()),
            Ok(odd @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))) => {
                return unfit(it, &format!("{name} is a list in one policy and {} in {}", shown(odd), it.policy.name));
            }
            Err(why) => return unfit(it, why),
        }
    }
    FieldValue {
        state: FieldState::Set { value: Value::Array(items), certainty: Certainty::Sure },
        set_by: said.iter().map(|it| it.policy.index).collect(),
        overridden: Vec::new(),
    }
}

/// The value of the highest rank that has one.
fn greatest(ranked: &Ranked<'_>, name: &str, said: &[Said<'_>], certainty: Certainty) -> FieldValue {
    let top = said.iter().map(|it| it.depth).min();
    let (winners, losers): (Vec<&Said<'_>>, Vec<&Said<'_>>) = said.iter().partition(|it| Some(it.depth) == top);
    let state = match winners.as_slice() {
        [first, rest @ ..] if rest.iter().all(|it| it.value == first.value) => match &first.value {
            Ok(value) => FieldState::Set { value: value.clone(), certainty },
            Err(why) => FieldState::Unknown { why: why.clone(), raw: Some(first.raw.clone()) },
        },
        several => FieldState::Unknown { why: ranked.tie(name, several), raw: None },
    };
    FieldValue {
        state,
        set_by: winners.iter().map(|it| it.policy.index).collect(),
        overridden: losers.iter().map(|it| it.policy.index).collect(),
    }
}

/// What two reducers agree on.
fn either(max: FieldValue, merge: FieldValue) -> FieldValue {
    let state = match (&max.state, &merge.state) {
        (FieldState::Set { value, certainty }, FieldState::Set { value: other, certainty: other_certainty }) => {
            if value == other {
                FieldState::Set { value: value.clone(), certainty: *certainty.min(other_certainty) }
            } else {
                let why = format!(
                    "nobody says how its policies are reduced: Max gives {}, Merge {}",
                    shown(value),
                    shown(other)
                );
                FieldState::Unknown { why, raw: None }
            }
        }
        (
            FieldState::Unknown { .. },
            FieldState::Set { .. } | FieldState::Unknown { .. } | FieldState::Default { .. } | FieldState::Unset { .. },
        ) => max.state.clone(),
        (FieldState::Set { .. } | FieldState::Default { .. } | FieldState::Unset { .. }, _) => merge.state.clone(),
    };
    FieldValue { state, ..max }
}

/// One policy's value decides nothing, and so nothing is known.
pub(super) fn unfit(said: &Said<'_>, why: &str) -> FieldValue {
    FieldValue {
        state: FieldState::Unknown { why: why.to_owned(), raw: Some(said.raw.clone()) },
        set_by: vec![said.policy.index],
        overridden: Vec::new(),
    }
}

/// What a field is that no policy sets.
pub(super) fn missing(field: Option<&FieldSpec>, absence: Absence) -> FieldValue {
    let documented = field.and_then(FieldSpec::documented_default);
    let is_list = field.is_some_and(|field| matches!(field.kind, FieldKind::List(_)));
    let state = match (documented, absence) {
        (Some(value), _) => FieldState::Default { value: value.clone() },
        (None, Absence::Empty) if is_list => {
            FieldState::Set { value: Value::Array(Vec::new()), certainty: Certainty::Presumed }
        }
        (None, Absence::Empty | Absence::Unknown) => {
            FieldState::Unset { assumed: field.and_then(FieldSpec::assumed_default).cloned() }
        }
    };
    FieldValue { state, set_by: Vec::new(), overridden: Vec::new() }
}
