//! What a setting is, worked out as plainly as can be: every way in which unknown policies may apply, every order in which
//! equals may come, one loop each. Slow, and no line shared with the product.

use std::collections::{BTreeMap, BTreeSet};

use gwsaudit::policy::Holds;
use serde_json::{Map, Value};

/// A condition, before it is written down.
#[derive(Debug, Clone)]
pub(super) enum Ast {
    Unit(Vec<usize>),
    Group(Vec<usize>),
    Licence(Vec<usize>),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    /// Something that the product does not understand.
    Strange,
}

/// Somebody, by numbers.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Their org unit and all above.
    pub(super) units: Vec<usize>,
    pub(super) groups: Vec<Holds>,
    pub(super) licences: Vec<Holds>,
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) ast: Ast,
    /// In units of the twentieth decimal.
    pub(super) order: i128,
    /// No object: a policy that cannot be read.
    pub(super) value: Value,
}

pub(super) fn applies(ast: &Ast, target: &Target) -> Holds {
    let any = |ids: &[usize], held: &[Holds]| {
        let mut answer = Holds::No;
        for id in ids {
            match held[*id] {
                Holds::Yes => return Holds::Yes,
                Holds::Unknown => answer = Holds::Unknown,
                Holds::No => {}
            }
        }
        answer
    };
    match ast {
        Ast::Unit(ids) => Holds::from(ids.iter().any(|id| target.units.contains(id))),
        Ast::Group(ids) => any(ids, &target.groups),
        Ast::Licence(ids) => any(ids, &target.licences),
        Ast::Not(inner) => match applies(inner, target) {
            Holds::Yes => Holds::No,
            Holds::No => Holds::Yes,
            Holds::Unknown => Holds::Unknown,
        },
        Ast::And(parts) => {
            let answers: Vec<Holds> = parts.iter().map(|part| applies(part, target)).collect();
            if answers.contains(&Holds::No) {
                Holds::No
            } else if answers.contains(&Holds::Unknown) {
                Holds::Unknown
            } else {
                Holds::Yes
            }
        }
        Ast::Or(parts) => {
            let negated = parts.iter().map(|part| Ast::Not(Box::new(part.clone()))).collect();
            applies(&Ast::Not(Box::new(Ast::And(negated))), target)
        }
        Ast::Strange => Holds::Unknown,
    }
}

/// What a field is, as text so that it can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Sure(String),
    Presumed(String),
    Default(String),
    Unset,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Absent,
    Fields(BTreeMap<String, State>),
    Rules(BTreeMap<String, BTreeMap<String, State>>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    Open,
    Worlds(BTreeSet<Outcome>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Max,
    Merge,
    MaxMap,
    MergeMap,
    List,
    Unknown,
}

/// The catalogue of the properties: each type has these four fields.
pub(super) const FIELDS: [&str; 4] = ["flag", "list", "map", "mode"];

/// A list as what is in it: how often which item.
pub(super) fn as_text(field: &str, value: &Value) -> String {
    match value.as_array().filter(|_| field == "list" || field == "map") {
        None => value.to_string(),
        Some(items) => {
            let mut items: Vec<String> = items.iter().map(Value::to_string).collect();
            items.sort();
            items.join(",")
        }
    }
}

fn is_sound(field: &str, value: &Value) -> bool {
    let texts = |fields: &Map<String, Value>| ["a", "b"].iter().all(|it| fields.get(*it).is_none_or(Value::is_string));
    match field {
        "flag" => value.is_boolean(),
        "mode" => value == "A" || value == "B",
        "list" => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        _ => value.as_array().is_some_and(|items| {
            items.iter().all(|item| {
                item.as_object().is_some_and(|fields| fields.get("k").is_none_or(Value::is_i64) && texts(fields))
            })
        }),
    }
}

pub(super) fn expected(way: Way, rules: &[Rule], target: &Target, absent_is_empty: bool) -> Expected {
    let mut certain = Vec::new();
    let mut doubtful = Vec::new();
    for rule in rules {
        match applies(&rule.ast, target) {
            Holds::Yes => certain.push(rule),
            Holds::Unknown => doubtful.push(rule),
            Holds::No => {}
        }
    }
    if doubtful.len() > 5 || certain.iter().chain(&doubtful).any(|rule| !rule.value.is_object()) {
        return Expected::Open;
    }
    let mut worlds = BTreeSet::new();
    for subset in subsets(&doubtful) {
        let all: Vec<&Rule> = certain.iter().copied().chain(subset).collect();
        worlds.insert(outcome(way, &all, absent_is_empty));
    }
    Expected::Worlds(worlds)
}

fn subsets<'a>(rules: &[&'a Rule]) -> Vec<Vec<&'a Rule>> {
    match rules {
        [] => vec![Vec::new()],
        [first, rest @ ..] => {
            let without = subsets(rest);
            let with = without.iter().map(|subset| subset.iter().copied().chain([*first]).collect());
            with.chain(without.clone()).collect()
        }
    }
}

fn outcome(way: Way, rules: &[&Rule], absent_is_empty: bool) -> Outcome {
    if way == Way::List {
        let alone = |rule: &Rule| FIELDS.iter().map(|field| field_of(Way::Max, field, &[rule], false)).collect();
        return Outcome::Rules(rules.iter().map(|rule| (rule.name.clone(), alone(rule))).collect());
    }
    if rules.is_empty() && !absent_is_empty {
        return Outcome::Absent;
    }
    Outcome::Fields(FIELDS.iter().map(|field| field_of(way, field, rules, absent_is_empty)).collect())
}

fn field_of(way: Way, field: &str, rules: &[&Rule], absent_is_empty: bool) -> (String, State) {
    let mut states: BTreeSet<State> = BTreeSet::new();
    for line in lines(rules) {
        states.insert(in_line(way, field, &line).unwrap_or_else(|| match field {
            "flag" => State::Default("true".to_owned()),
            "list" | "map" if absent_is_empty => State::Presumed(String::new()),
            _ => State::Unset,
        }));
    }
    let values: BTreeSet<Option<&String>> = states
        .iter()
        .map(|state| match state {
            State::Sure(value) | State::Presumed(value) => Some(value),
            State::Default(_) | State::Unset | State::Unknown => None,
        })
        .collect();
    let state = match states.len() {
        1 => states.first().cloned(),
        // The same value, presumed in one order and sure in another.
        _ if values.len() == 1 && !values.contains(&None) => {
            states.iter().find(|state| matches!(state, State::Presumed(_))).cloned()
        }
        _ => None,
    };
    (field.to_owned(), state.unwrap_or(State::Unknown))
}

/// All orders from the greatest on in which they may come.
fn lines<'a>(rules: &[&'a Rule]) -> Vec<Vec<&'a Rule>> {
    let Some(greatest) = rules.iter().map(|rule| rule.order).max() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for (nth, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.order == greatest) {
        let mut rest = rules.to_vec();
        rest.remove(nth);
        all.extend(lines(&rest).into_iter().map(|line| [vec![*rule], line].concat()));
    }
    all
}

/// One field where the policies come in that order, the winner first; `None` where none has it.
fn in_line(way: Way, field: &str, line: &[&Rule]) -> Option<State> {
    let have: Vec<(usize, &Value)> = line
        .iter()
        .enumerate()
        .filter_map(|(nth, rule)| Some((nth, rule.value.get(field).filter(|value| !value.is_null())?)))
        .collect();
    let (first, value) = *have.first()?;
    let all_sound = have.iter().all(|(_, value)| is_sound(field, value));
    let max = match is_sound(field, value) {
        false => State::Unknown,
        true if first == 0 => State::Sure(as_text(field, value)),
        true => State::Presumed(as_text(field, value)),
    };
    let joined = || {
        let items = have.iter().flat_map(|(_, value)| value.as_array().into_iter().flatten()).cloned().collect();
        if all_sound { State::Sure(as_text(field, &Value::Array(items))) } else { State::Unknown }
    };
    let merge = match field {
        "list" | "map" => joined(),
        _ if is_sound(field, value) => State::Sure(as_text(field, value)),
        _ => State::Unknown,
    };
    let entries = || have.iter().flat_map(|(_, value)| value.as_array().into_iter().flatten());
    Some(match way {
        Way::MaxMap | Way::MergeMap if field == "map" && !(all_sound && entries().all(|it| it.get("k").is_some())) => {
            State::Unknown
        }
        Way::MaxMap | Way::MergeMap if field == "map" => by_key(way, &have),
        Way::Max | Way::MaxMap | Way::List => max,
        Way::Merge | Way::MergeMap => merge,
        Way::Unknown => match (max, merge) {
            (State::Sure(one), State::Sure(other)) if one == other => State::Sure(one),
            (State::Presumed(one), State::Sure(other)) if one == other => State::Presumed(one),
            _ => State::Unknown,
        },
    })
}

fn by_key(way: Way, have: &[(usize, &Value)]) -> State {
    let mut entries: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut lacking = false;
    for (_, value) in have {
        for entry in value.as_array().into_iter().flatten().filter_map(Value::as_object) {
            let key = entry["k"].to_string();
            match entries.get_mut(&key) {
                None => {
                    entries.insert(key, entry.clone());
                }
                Some(kept) => {
                    for (name, value) in entry {
                        if !kept.contains_key(name) {
                            lacking = true;
                            if way == Way::MergeMap {
                                kept.insert(name.clone(), value.clone());
                            }
                        }
                    }
                }
            }
        }
    }
    let text = as_text("map", &Value::Array(entries.into_values().map(Value::Object).collect()));
    if lacking && way == Way::MaxMap { State::Presumed(text) } else { State::Sure(text) }
}
