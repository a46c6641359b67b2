//! Lists whose entries are told apart by a key: MaxMap and MergeMap.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::effective::{Certainty, FieldState, FieldValue};
use super::ranked::{Ranked, Said};
use super::record::PolicyIndex;
use super::reduce_fields::unfit;

/// How entries of the same key become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByKey {
    /// The one with the greatest sortOrder, whole.
    Max,
    /// Field by field, lists joined.
    Merge,
}

/// An entry, and where it comes from.
struct Entry<'a> {
    said: &'a Said<'a>,
    fields: &'a Map<String, Value>,
}

/// The list of one field: an entry for each key, by key.
pub(super) fn reduced(ranked: &Ranked<'_>, name: &str, said: &[Said<'_>], key: &str, by_key: ByKey) -> FieldValue {
    let entries = match entries(name, said, key) {
        Ok(entries) => entries,
        Err((said, why)) => return unfit(said, &why),
    };
    let mut items = Vec::new();
    let mut certainty = Certainty::Sure;
    let mut set_by: BTreeSet<PolicyIndex> = BTreeSet::new();
    for (text, mut same) in entries {
        let what = format!("the entry {text} of {name}");
        let entry = match by_key {
            ByKey::Max => one_entry(ranked, &what, &mut same, &mut certainty),
            ByKey::Merge => joined_entry(ranked, &what, &same),
        };
        set_by.extend(same.iter().map(|entry| entry.said.policy.index));
        match entry {
            Ok(entry) => items.push(Value::Object(entry)),
            Err(why) => {
                let state = FieldState::Unknown { why, raw: None };
                return FieldValue { state, set_by: set_by.into_iter().collect(), overridden: Vec::new() };
            }
        }
    }
    let overridden = said.iter().map(|it| it.policy.index).filter(|index| !set_by.contains(index)).collect();
    let state = FieldState::Set { value: Value::Array(items), certainty };
    // An empty list is set by those that have it.
    FieldValue { state, set_by: set_by.into_iter().collect(), overridden }
}

type Entries<'a> = BTreeMap<String, Vec<Entry<'a>>>;

/// All entries by their key, the greatest sortOrder first.
fn entries<'a>(name: &str, said: &'a [Said<'a>], key: &str) -> Result<Entries<'a>, (&'a Said<'a>, String)> {
    let mut entries: Entries<'a> = BTreeMap::new();
    for said in said {
        let list = said.value.as_ref().map_err(|why| (said, why.clone()))?;
        for item in list.as_array().into_iter().flatten() {
            let fields = item.as_object();
            let text = fields.and_then(|fields| fields.get(key)).map(Value::to_string);
            let (Some(fields), Some(text)) = (fields, text) else {
                return Err((said, format!("an entry of {name} in {} has no {key}", said.policy.name)));
            };
            let same = entries.entry(text).or_default();
            same.push(Entry { said, fields });
        }
    }
    Ok(entries)
}

/// The entry with the greatest sortOrder; leaves that alone in `same`.
///
/// A field that it lacks is missing, by Google's words for Max; as it would be taken from a lower entry by another
/// reading, the list is then presumed.
fn one_entry(
    ranked: &Ranked<'_>,
    what: &str,
    same: &mut Vec<Entry<'_>>,
    certainty: &mut Certainty,
) -> Result<Map<String, Value>, String> {
    let top = same.iter().map(|entry| entry.said.depth).min();
    let losers = same.extract_if(.., |entry| Some(entry.said.depth) != top);
    let lower: BTreeSet<String> = losers.flat_map(|entry| entry.fields.keys().cloned()).collect();
    agreed(ranked, what, same)?;
    let winner = same.first().map(|entry| entry.fields.clone()).unwrap_or_default();
    if lower.iter().any(|name| !winner.contains_key(name)) {
        *certainty = Certainty::Presumed;
    }
    Ok(winner)
}

/// Entries of one rank must say the same.
fn agreed(ranked: &Ranked<'_>, what: &str, same: &[Entry<'_>]) -> Result<(), String> {
    let Some(first) = same.first() else { return Ok(()) };
    if same.iter().all(|entry| entry.fields == first.fields) {
        return Ok(());
    }
    let all: Vec<&Said<'_>> = same.iter().map(|entry| entry.said).collect();
    Err(ranked.tie(what, &all))
}

/// Field by field, the value with the greatest sortOrder that there is; lists joined.
fn joined_entry(ranked: &Ranked<'_>, what: &str, same: &[Entry<'_>]) -> Result<Map<String, Value>, String> {
    let names: BTreeSet<&String> = same.iter().flat_map(|entry| entry.fields.keys()).collect();
    let mut joined = Map::new();
    for name in names {
        let have: Vec<(&Said<'_>, &Value)> =
            same.iter().filter_map(|entry| Some((entry.said, entry.fields.get(name)?))).collect();
        let lists: Vec<&Vec<Value>> = have.iter().filter_map(|(_, value)| value.as_array()).collect();
        let value = if !lists.is_empty() && lists.len() == have.len() {
            Value::Array(lists.into_iter().flatten().cloned().collect())
        } else {
            let top = have.iter().map(|(said, _)| said.depth).min();
            let winners: Vec<_> = have.iter().filter(|(said, _)| Some(said.depth) == top).collect();
            let differ = winners.iter().any(|(_, value)| *value != winners[0].1);
            if differ || !lists.is_empty() {
                let all: Vec<&Said<'_>> = winners.iter().map(|(said, _)| *said).collect();
                return Err(ranked.tie(&format!("{name} in {what}"), &all));
            }
            winners[0].1.clone()
        };
        joined.insert(name.clone(), value);
    }
    Ok(joined)
}
