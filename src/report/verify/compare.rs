//! Two reports, entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::report::model::Report;

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Both have it, and say different things.
    Changed,
    /// The report has it, and judging again does not give it.
    OnlyReported,
    /// Judging again gives it, and the report does not have it.
    OnlyFound,
}

/// An entry on which two reports differ.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Difference {
    /// The report's key, such as `results`.
    pub part: String,
    /// Which entry of a list: a path, an id, a user and a client, a fingerprint. Empty for what is no such list.
    pub entry: String,
    /// What became of it.
    pub kind: Kind,
    /// Where the two differ; empty unless both have it.
    pub changes: Vec<Change>,
}

/// A value on which they differ.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Change {
    /// Where in the entry, as a JSON pointer; empty for the whole.
    pub at: String,
    /// What the report says.
    pub reported: Value,
    /// What judging again says.
    pub found: Value,
}

/// Keys that speak of how a report was made, and are compared apart from what it says.
const APART: [&str; 3] = ["schema", "tool", "inputs"];

/// What the entries of each list are known by.
fn names(part: &str) -> &'static [&'static str] {
    match part {
        "sources" => &["/id"],
        "org_units" => &["/path"],
        "connections" => &["/user", "/client_id"],
        "results" => &["/check", "/fingerprint"],
        "unread_events" => &["/source", "/name"],
        _ => &[],
    }
}

/// Everything that two reports say differently.
pub(super) fn compare(report: &Report, again: &Report) -> Vec<Difference> {
    let (reported, found) = (parts(report), parts(again));
    let keys: BTreeSet<&String> = reported.keys().chain(found.keys()).collect();
    let mut differences = Vec::new();
    for part in keys {
        let (one, other) = (reported.get(part), found.get(part));
        match (names(part), one, other) {
            ([_, ..], Some(Value::Array(one)), Some(Value::Array(other))) => lists(part, one, other, &mut differences),
            _ => differences.extend(entry(part, String::new(), one, other)),
        }
    }
    differences
}

fn parts(report: &Report) -> BTreeMap<String, Value> {
    match serde_json::to_value(report) {
        Ok(Value::Object(fields)) => fields.into_iter().filter(|(key, _)| !APART.contains(&key.as_str())).collect(),
        Ok(_) | Err(_) => unreachable!("a report is an object with texts as keys"),
    }
}

fn lists(part: &str, one: &[Value], other: &[Value], differences: &mut Vec<Difference>) {
    let (one, other) = (named(part, one), named(part, other));
    let keys: BTreeSet<&(String, usize)> = one.keys().chain(other.keys()).collect();
    differences.extend(
        keys.into_iter().filter_map(|key| entry(part, key.0.clone(), one.get(key).copied(), other.get(key).copied())),
    );
}

/// Entries by their names; of several that are called alike, the first, the second and so on.
fn named<'v>(part: &str, list: &'v [Value]) -> BTreeMap<(String, usize), &'v Value> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    list.iter()
        .map(|item| {
            let words: Vec<&str> =
                names(part).iter().filter_map(|at| item.pointer(at).and_then(Value::as_str)).collect();
            let name = words.join(" ");
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            ((name, *count), item)
        })
        .collect()
}

fn entry(part: &str, entry: String, one: Option<&Value>, other: Option<&Value>) -> Option<Difference> {
    let mut changes = Vec::new();
    let kind = match (one, other) {
        (None, None) => return None,
        (Some(_), None) => Kind::OnlyReported,
        (None, Some(_)) => Kind::OnlyFound,
        (Some(one), Some(other)) if one == other => return None,
        (Some(one), Some(other)) => {
            values("", one, other, &mut changes);
            Kind::Changed
        }
    };
    Some(Difference { part: part.to_owned(), entry, kind, changes })
}

/// The innermost values that differ; lists are compared as wholes.
fn values(at: &str, one: &Value, other: &Value, changes: &mut Vec<Change>) {
    let (Value::Object(fields), Value::Object(others)) = (one, other) else {
        if one != other {
            changes.push(Change { at: at.to_owned(), reported: one.clone(), found: other.clone() });
        }
        return;
    };
    let keys: BTreeSet<&String> = fields.keys().chain(others.keys()).collect();
    for key in keys {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        let null = &Value::Null;
        values(&at, fields.get(key).unwrap_or(null), others.get(key).unwrap_or(null), changes);
    }
}
