//! Effective settings as inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Trace;
use crate::checks::language::{Datum, Val};
use crate::domain::SettingType;
use crate::evidence::{Item, Source};
use crate::facts::{Facts, Gap, Strength};
use crate::policy::{
    Absence, Certainty, FieldKind, FieldSpec, FieldState, FieldValue, PolicyIndex, Rule, SettingCatalogue, SettingSpec,
    World,
};
use crate::snapshot::SourceId;

/// What is in force of a field.
pub(crate) fn setting_field(
    world: &World,
    setting: &SettingType,
    field: &str,
    facts: &Facts,
    trace: &mut Trace,
) -> Val {
    let spec = SettingCatalogue::builtin().get(setting);
    let shape = spec.and_then(|spec| spec.field(field));
    match world {
        World::Absent => absent(setting, field, spec, shape, trace),
        World::Fields(fields) => match fields.get(field) {
            Some(value) => read(value, setting, field, shape, facts, trace),
            None => {
                let why = format!("no policy that applies sets {field} of {setting}");
                gap(trace, setting, field, why + &documented(shape));
                Val::Unknown
            }
        },
        World::Rules(_) => {
            gap(trace, setting, field, format!("{setting} is a list of rules, not a value"));
            Val::Unknown
        }
    }
}

/// The rules in force of a setting that is a list of them.
pub(crate) fn setting_rules(world: &World, setting: &SettingType, facts: &Facts, trace: &mut Trace) -> Val {
    match world {
        World::Rules(rules) => {
            let items = rules.iter().map(|rule| of_rule(rule, setting, facts, trace)).collect();
            Val::proven(Datum::List { items, open: false })
        }
        // A list of what exists: where nothing is listed, nothing exists.
        World::Absent => Val::proven(Datum::List { items: Arc::new([]), open: false }),
        World::Fields(_) => {
            gap(trace, setting, "*", format!("{setting} is a value, not a list of rules"));
            Val::Unknown
        }
    }
}

fn of_rule(rule: &Rule, setting: &SettingType, facts: &Facts, trace: &mut Trace) -> Val {
    let spec = SettingCatalogue::builtin().get(setting);
    trace.items.insert(Arc::new(item(rule.policy, facts, |record| {
        let name = record.value.as_ref().ok().and_then(|value| value.get("displayName")).and_then(Value::as_str);
        match name {
            Some(name) => format!("{setting}: the rule \"{name}\""),
            None => format!("{setting}: a rule"),
        }
    })));
    let mut fields: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    for (name, value) in rule.fields.iter() {
        let shape = spec.and_then(|spec| spec.field(name));
        let val = match &value.state {
            FieldState::Set { value, certainty } => of(value, shape.map(|shape| &shape.kind), strength(*certainty)),
            FieldState::Default { value } => of(value, shape.map(|shape| &shape.kind), Strength::Presumed),
            FieldState::Unset { .. } => continue,
            FieldState::Unknown { why, .. } => {
                gap(trace, setting, name, why.clone());
                Val::Unknown
            }
        };
        fields.insert(name.into(), val);
    }
    Val::proven(Datum::Record(Arc::new(fields)))
}

fn absent(
    setting: &SettingType,
    field: &str,
    spec: Option<&SettingSpec>,
    shape: Option<&FieldSpec>,
    trace: &mut Trace,
) -> Val {
    let why = format!("no policy of type {setting} applies, be it unset or not part of this edition");
    gap(trace, setting, field, why + &documented(shape));
    let lists = matches!(shape.map(|shape| &shape.kind), Some(FieldKind::List(_)));
    match spec.map(|spec| spec.absence) {
        Some(Absence::Empty) if lists => {
            Val::Known(Datum::List { items: Arc::new([]), open: false }, Strength::Presumed)
        }
        Some(Absence::Empty | Absence::Unknown) | None => Val::Unknown,
    }
}

/// What Google documents for a field that nobody sets; it is named, and decides nothing.
fn documented(shape: Option<&FieldSpec>) -> String {
    match shape.and_then(FieldSpec::documented_default) {
        Some(value) => format!(" (documented default: {value})"),
        None => String::new(),
    }
}

fn read(
    value: &FieldValue,
    setting: &SettingType,
    field: &str,
    shape: Option<&FieldSpec>,
    facts: &Facts,
    trace: &mut Trace,
) -> Val {
    let kind = shape.map(|shape| &shape.kind);
    for policy in &value.set_by {
        trace.items.insert(Arc::new(item(*policy, facts, |record| {
            let set = record.value.as_ref().ok().and_then(|value| value.get(field));
            let set = set.map_or_else(|| "not set".to_owned(), shown);
            format!("{setting} {field} = {set}")
        })));
    }
    match &value.state {
        FieldState::Set { value, certainty: Certainty::Sure } => of(value, kind, Strength::Proven),
        FieldState::Set { value, certainty: Certainty::Presumed } => {
            let why =
                format!("the policy that decides {setting} does not hold {field}; that of a lower one is presumed");
            gap(trace, setting, field, why);
            of(value, kind, Strength::Presumed)
        }
        FieldState::Default { value } => {
            let why = format!("no policy sets {field} of {setting}; Google documents {} as its default", shown(value));
            gap(trace, setting, field, why);
            of(value, kind, Strength::Presumed)
        }
        FieldState::Unset { .. } => {
            let why = format!("no policy that applies sets {field} of {setting}, and Google documents no default");
            gap(trace, setting, field, why);
            Val::Unknown
        }
        FieldState::Unknown { why, .. } => {
            gap(trace, setting, field, why.clone());
            Val::Unknown
        }
    }
}

fn strength(certainty: Certainty) -> Strength {
    match certainty {
        Certainty::Sure => Strength::Proven,
        Certainty::Presumed => Strength::Presumed,
    }
}

/// A value as conditions see it; one that is not of its kind is unknown.
fn of(value: &Value, kind: Option<&FieldKind>, strength: Strength) -> Val {
    let known = |datum| Val::Known(datum, strength);
    match (kind, value) {
        (Some(FieldKind::Bool), Value::Bool(answer)) => known(Datum::Bool(*answer)),
        (Some(FieldKind::Int), Value::Number(number)) => number.as_i64().map_or(Val::Unknown, |n| known(Datum::Int(n))),
        (Some(FieldKind::Int), Value::String(text)) => text.parse().map_or(Val::Unknown, |n| known(Datum::Int(n))),
        (Some(FieldKind::Text | FieldKind::Enum(_)), Value::String(text)) => known(text.as_str().into()),
        (Some(FieldKind::Duration), Value::String(text)) => {
            seconds(text).map_or(Val::Unknown, |length| known(Datum::Duration(length)))
        }
        (Some(FieldKind::Timestamp), Value::String(text)) => {
            text.parse::<Timestamp>().map_or(Val::Unknown, |at| known(Datum::Timestamp(at)))
        }
        (Some(FieldKind::List(kind)), Value::Array(items)) => {
            let items = items.iter().map(|item| of(item, Some(kind), strength)).collect();
            known(Datum::List { items, open: false })
        }
        (Some(FieldKind::Record(specs)), Value::Object(fields)) => {
            let mut record: BTreeMap<Arc<str>, Val> = BTreeMap::new();
            for (name, value) in fields {
                let spec = specs.iter().find(|spec| spec.name == *name);
                record.insert(name.as_str().into(), of(value, spec.map(|spec| &spec.kind), strength));
            }
            for spec in specs.iter().filter(|spec| !fields.contains_key(&spec.name)) {
                if let Some(value) = &spec.absent {
                    record.insert(spec.name.as_str().into(), of(value, Some(&spec.kind), strength));
                }
            }
            known(Datum::Record(Arc::new(record)))
        }
        (Some(FieldKind::Opaque) | None, value) => dynamic(value, strength),
        (
            Some(
                FieldKind::Bool
                | FieldKind::Int
                | FieldKind::Text
                | FieldKind::Enum(_)
                | FieldKind::Duration
                | FieldKind::Timestamp
                | FieldKind::List(_)
                | FieldKind::Record(_),
            ),
            _,
        ) => Val::Unknown,
    }
}

/// JSON of a shape that no catalogue knows.
fn dynamic(value: &Value, strength: Strength) -> Val {
    let datum = match value {
        Value::Null => return Val::Unknown,
        Value::Bool(answer) => Datum::Bool(*answer),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Datum::Int(number),
            None => return Val::Unknown,
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => {
            Datum::List { items: items.iter().map(|item| dynamic(item, strength)).collect(), open: false }
        }
        Value::Object(fields) => Datum::Record(Arc::new(
            fields.iter().map(|(name, value)| (name.as_str().into(), dynamic(value, strength))).collect(),
        )),
    };
    Val::Known(datum, strength)
}

/// `43200s`, `0.5s`.
fn seconds(text: &str) -> Option<SignedDuration> {
    let number = text.strip_suffix('s')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: i64 = whole.parse().ok()?;
    if fraction.is_empty() {
        return Some(SignedDuration::from_secs(whole));
    }
    let digits = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let nanoseconds: i32 = if digits { format!("{fraction:0<9}").parse().ok()? } else { return None };
    Some(SignedDuration::new(whole, if number.starts_with('-') { -nanoseconds } else { nanoseconds }))
}

fn item(policy: PolicyIndex, facts: &Facts, says: impl Fn(&crate::policy::PolicyRecord) -> String) -> Item {
    let record = facts.evidence.populace.policies.record(policy);
    let order = record.order.as_ref().map_or_else(|_| "none".to_owned(), ToString::to_string);
    Item {
        at: None,
        source: Source::Google(SourceId::Policies),
        locator: record.name.clone(),
        says: format!(
            "{}, set {} ({} policy, sortOrder {order})",
            says(record),
            facts.policies.place(&facts.evidence, &facts.tree, record),
            record.origin
        ),
        actor: None,
    }
}

fn gap(trace: &mut Trace, setting: &SettingType, field: &str, why: String) {
    let console = SettingCatalogue::builtin().get(setting).map(|spec| spec.console.as_str()).unwrap_or_default();
    let supply = if console.is_empty() {
        "look at the setting in the Admin console".to_owned()
    } else {
        format!("look at {console} in the Admin console; saving it there makes a policy that says it")
    };
    trace.gaps.insert(Gap { fact: format!("{setting}.{field}").into(), why, supply });
}

/// A value in a sentence: short, on one line.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    if text.chars().count() > LONGEST { format!("{}…", text.chars().take(LONGEST).collect::<String>()) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_google_writes_them() {
        assert_eq!(seconds("43200s"), Some(SignedDuration::from_hours(12)));
        assert_eq!(seconds("0.5s"), Some(SignedDuration::from_millis(500)));
        assert_eq!(seconds("-1.5s"), Some(SignedDuration::from_millis(-1500)));
        for odd in ["", "s", "12", "12h", "1.2.3s", "1.s0"] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }
}
