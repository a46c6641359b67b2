//! Evaluation, three-valued: an unknown input makes the answer unknown only where the answer hangs on it.
//!
//! Nothing fails here. What CEL calls an error (an index out of range, an overflow, a text that is no duration) is
//! unknown, and a conclusion is as strong as the weakest of what it needs.

use super::compare::{compare, equal};
use super::expression::Expression;
use super::functions::regex;
use super::moment::{parse_duration, parse_timestamp};
use super::node::{Conversion, Lack, Node, Quantifier, TextTest};
use super::scope::Scope;
use super::value::{Datum, Val};
use crate::facts::{Strength, Truth};

impl Expression {
    /// Its value for the subject of a scope, as far as it is known.
    #[must_use]
    pub fn evaluate(&self, scope: &dyn Scope) -> Val {
        Evaluation { scope, variables: Vec::new(), hypothetical: 0 }.value(&self.node)
    }

    /// What a condition amounts to for the subject of a scope.
    #[must_use]
    pub fn truth(&self, scope: &dyn Scope) -> Truth {
        self.evaluate(scope).truth()
    }
}

/// One evaluation, and what the macros around the part at hand have bound.
pub(super) struct Evaluation<'s> {
    scope: &'s dyn Scope,
    variables: Vec<Val>,
    /// How many conditions that nobody can decide stand before the part at hand.
    hypothetical: usize,
}

impl Evaluation<'_> {
    pub(super) fn value(&mut self, node: &Node) -> Val {
        match node {
            Node::Literal(datum) => Val::proven(datum.clone()),
            Node::Setting(setting, field) => self.scope.setting(setting, field),
            Node::Rules(setting) => self.scope.rules(setting),
            Node::Root(root) => self.scope.root(*root),
            Node::Unknown(why) => {
                if self.hypothetical == 0 {
                    self.scope.unsettled(why);
                }
                Val::Unknown
            }
            Node::Variable(at) => self.variables[*at].clone(),
            Node::Field(of, field) => {
                if let Node::Root(root) = **of {
                    self.scope.field(root, field)
                } else {
                    field_of(&self.value(of), field)
                }
            }
            Node::HasSetting(setting, field) => self.scope.is_set(setting, field).into(),
            Node::HasField(of, field, lack) => has(&self.value(of), field, *lack).into(),
            Node::Index(of, key) => {
                let (of, key) = (self.value(of), self.value(key));
                at_key(of, key)
            }
            Node::List(items) => {
                let items = items.iter().map(|item| self.value(item)).collect();
                Val::proven(Datum::List { items, open: false })
            }
            Node::Not(of) => (!self.truth(of)).into(),
            Node::And(parts) => self.chain(parts, Truth::FalseProven, Truth::TrueProven, |one, other| one & other),
            Node::Or(parts) => self.chain(parts, Truth::TrueProven, Truth::FalseProven, |one, other| one | other),
            Node::If(parts) => self.choice(parts),
            Node::Compare(how, sides) => {
                let (one, other) = (self.bounded(&sides[0]), self.bounded(&sides[1]));
                compare(*how, &one, &other).into()
            }
            Node::In(parts, lack) => {
                let (item, list) = (self.value(&parts[0]), self.value(&parts[1]));
                member(&item, &list, *lack).into()
            }
            Node::Add(parts) => {
                let (one, other) = (self.value(&parts[0]), self.value(&parts[1]));
                both(one, other, add)
            }
            Node::Subtract(parts) => {
                let (one, other) = (self.value(&parts[0]), self.value(&parts[1]));
                both(one, other, subtract)
            }
            Node::Negate(of) => self.value(of).and_then(|datum| match datum {
                Datum::Int(number) => number.checked_neg().map(Datum::Int),
                Datum::Duration(length) => length.checked_neg().map(Datum::Duration),
                Datum::Bool(_) | Datum::Text(_) | Datum::Timestamp(_) | Datum::List { .. } | Datum::Record(_) => None,
            }),
            Node::Size(of) => self.value(of).and_then(size),
            Node::Text(test, parts) => {
                let (text, part) = (self.value(&parts[0]), self.value(&parts[1]));
                texts(text, part, |text, part| {
                    Some(match test {
                        TextTest::StartsWith => text.starts_with(part),
                        TextTest::EndsWith => text.ends_with(part),
                        TextTest::Contains => text.contains(part),
                    })
                })
            }
            Node::Matches(text, pattern) => {
                self.value(text).and_then(|datum| Some(Datum::Bool(pattern.is_match(datum.as_text()?))))
            }
            Node::MatchesComputed(parts) => {
                let (text, pattern) = (self.value(&parts[0]), self.value(&parts[1]));
                texts(text, pattern, |text, pattern| Some(regex(pattern).ok()?.is_match(text)))
            }
            Node::Convert(what, of) => self.value(of).and_then(|datum| convert(*what, &datum)),
            Node::Quantified(quantifier, parts) => self.quantified(*quantifier, &parts[0], &parts[1]).into(),
            Node::Filter(parts) => self.filter(&parts[0], &parts[1]),
            Node::Map(parts) => match self.value(&parts[0]).items() {
                Some(list) => {
                    let items = list.items.iter().map(|item| self.with(item, |this| this.value(&parts[1]))).collect();
                    Val::Known(Datum::List { items, open: list.open }, list.strength)
                }
                None => Val::Unknown,
            },
        }
    }

    fn truth(&mut self, node: &Node) -> Truth {
        self.value(node).truth()
    }

    /// A value for a comparison: of a size that is not known it may still be known how large it is at least.
    fn bounded(&mut self, node: &Node) -> Bounded {
        let Node::Size(of) = node else { return Bounded::Exactly(self.value(node)) };
        match self.value(of) {
            Val::Known(Datum::List { items, open: true }, strength) => {
                let known = i64::try_from(items.len()).unwrap_or(i64::MAX);
                Bounded::AtLeast(known, strength)
            }
            value @ (Val::Known(..) | Val::Unknown) => Bounded::Exactly(value.and_then(size)),
        }
    }

    /// `&&` or `||`. What decides it all alone, and with proof, ends it: the rest is never asked for.
    fn chain(&mut self, parts: &[Node], decisive: Truth, start: Truth, join: impl Fn(Truth, Truth) -> Truth) -> Val {
        let mut so_far = start;
        for part in parts {
            let answer = match so_far {
                Truth::Unknown => self.supposing(|this| this.truth(part)),
                Truth::FalseProven | Truth::FalsePresumed | Truth::TruePresumed | Truth::TrueProven => self.truth(part),
            };
            so_far = join(so_far, answer);
            if so_far == decisive {
                break;
            }
        }
        so_far.into()
    }

    fn choice(&mut self, [condition, then, otherwise]: &[Node; 3]) -> Val {
        let asked = self.truth(condition);
        match asked {
            Truth::TrueProven => self.value(then),
            Truth::FalseProven => self.value(otherwise),
            Truth::FalsePresumed | Truth::Unknown | Truth::TruePresumed => {
                let (one, other) = match asked {
                    Truth::TruePresumed => (self.value(then), self.supposing(|this| this.value(otherwise))),
                    Truth::FalsePresumed => (self.supposing(|this| this.value(then)), self.value(otherwise)),
                    Truth::Unknown | Truth::TrueProven | Truth::FalseProven => {
                        self.supposing(|this| (this.value(then), this.value(otherwise)))
                    }
                };
                // Where both come to the same, it does not matter which.
                if equal(&one, &other).is_true() {
                    return one.at_most(other.strength());
                }
                match asked {
                    Truth::TruePresumed => one.at_most(Some(Strength::Presumed)),
                    Truth::FalsePresumed => other.at_most(Some(Strength::Presumed)),
                    Truth::Unknown | Truth::TrueProven | Truth::FalseProven => Val::Unknown,
                }
            }
        }
    }

    /// Evaluates what may not be meant at all.
    fn supposing<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        self.hypothetical += 1;
        let value = evaluate(self);
        self.hypothetical -= 1;
        value
    }

    /// Evaluates with one more name bound.
    fn with<T>(&mut self, item: &Val, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        self.variables.push(item.clone());
        let value = evaluate(self);
        self.variables.pop();
        value
    }

    fn quantified(&mut self, quantifier: Quantifier, list: &Node, condition: &Node) -> Truth {
        let Some(list) = self.value(list).items() else { return Truth::Unknown };
        let answers: Vec<Truth> = list.items.iter().map(|item| self.with(item, |this| this.truth(condition))).collect();
        let answer = match quantifier {
            Quantifier::Exists => any(&answers, list.open),
            Quantifier::All => !any(&answers.iter().map(|answer| !*answer).collect::<Vec<_>>(), list.open),
            Quantifier::ExistsOne => exactly_one(&answers, list.open),
        };
        capped(answer, list.strength)
    }

    fn filter(&mut self, list: &Node, condition: &Node) -> Val {
        let Some(list) = self.value(list).items() else { return Val::Unknown };
        let (mut kept, mut open, mut strength) = (Vec::new(), list.open, list.strength);
        for item in list.items.iter() {
            let answer = self.with(item, |this| this.truth(condition));
            match answer {
                Truth::TrueProven | Truth::FalseProven => {}
                Truth::TruePresumed | Truth::FalsePresumed => strength = Strength::Presumed,
                Truth::Unknown => open = true,
            }
            if answer.is_true() {
                kept.push(item.clone());
            }
        }
        Val::Known(Datum::List { items: kept.into(), open }, strength)
    }
}

/// A side of a comparison.
pub(super) enum Bounded {
    /// This, if it is known.
    Exactly(Val),
    /// A number that is not known, but is no smaller than this.
    AtLeast(i64, Strength),
}

/// Whether one of these is so; in an open list there may be more.
fn any(answers: &[Truth], open: bool) -> Truth {
    let rest = if open { Truth::Unknown } else { Truth::FalseProven };
    answers.iter().fold(rest, |one, other| one | *other)
}

fn exactly_one(answers: &[Truth], open: bool) -> Truth {
    let proven = answers.iter().filter(|answer| **answer == Truth::TrueProven).count();
    let presumed = answers.iter().filter(|answer| answer.is_true()).count();
    let undecided = open || answers.contains(&Truth::Unknown);
    if proven > 1 {
        return Truth::FalseProven;
    }
    if presumed > 1 {
        return Truth::FalsePresumed;
    }
    if undecided {
        return Truth::Unknown;
    }
    let all_proven = answers.iter().all(|answer| matches!(answer, Truth::TrueProven | Truth::FalseProven));
    if all_proven { Truth::proven(presumed == 1) } else { Truth::presumed(presumed == 1) }
}

/// An answer that is known no better than what it was taken from.
pub(super) fn capped(answer: Truth, strength: Strength) -> Truth {
    match (answer, strength) {
        (Truth::TrueProven, Strength::Presumed) => Truth::TruePresumed,
        (Truth::FalseProven, Strength::Presumed) => Truth::FalsePresumed,
        (
            Truth::FalseProven | Truth::FalsePresumed | Truth::Unknown | Truth::TruePresumed | Truth::TrueProven,
            Strength::Presumed | Strength::Proven,
        ) => answer,
    }
}

pub(super) fn field_of(value: &Val, field: &str) -> Val {
    match value.record() {
        Some((fields, strength)) => fields.get(field).cloned().unwrap_or(Val::Unknown).at_most(Some(strength)),
        None => Val::Unknown,
    }
}

/// Whether a record has a field. One that is there and unknown may be unset, for all that anybody knows.
fn has(value: &Val, field: &str, lack: Lack) -> Truth {
    let Some((fields, strength)) = value.record() else { return Truth::Unknown };
    match (fields.get(field), lack) {
        (Some(Val::Known(_, of_field)), _) => capped(Truth::TrueProven, strength.min(*of_field)),
        (None, Lack::Unset) => capped(Truth::FalseProven, strength),
        (Some(Val::Unknown), _) | (None, Lack::Unknown) => Truth::Unknown,
    }
}

fn at_key(of: Val, key: Val) -> Val {
    let key_strength = key.strength();
    match (of, key) {
        // What comes first in a list of which some is not known, nobody knows.
        (Val::Known(Datum::List { items, open: false }, strength), Val::Known(Datum::Int(at), _)) => {
            let item = usize::try_from(at).ok().and_then(|at| items.get(at)).cloned();
            item.unwrap_or(Val::Unknown).at_most(Some(strength)).at_most(key_strength)
        }
        (of @ Val::Known(Datum::Record(_), _), Val::Known(Datum::Text(key), _)) => {
            field_of(&of, &key).at_most(key_strength)
        }
        (Val::Known(..) | Val::Unknown, _) => Val::Unknown,
    }
}

fn member(item: &Val, of: &Val, lack: Lack) -> Truth {
    if let Some(list) = of.clone().items() {
        let answers: Vec<Truth> = list.items.iter().map(|other| equal(item, other)).collect();
        return capped(any(&answers, list.open), list.strength);
    }
    match item {
        Val::Known(Datum::Text(key), strength) => capped(has(of, key, lack), *strength),
        Val::Known(..) | Val::Unknown => Truth::Unknown,
    }
}

/// What is made of two known values.
fn both(one: Val, other: Val, make: impl FnOnce(Datum, Datum) -> Option<Datum>) -> Val {
    match (one, other) {
        (Val::Known(one, first), Val::Known(other, second)) => match make(one, other) {
            Some(datum) => Val::Known(datum, first.min(second)),
            None => Val::Unknown,
        },
        (Val::Known(..) | Val::Unknown, _) => Val::Unknown,
    }
}

fn add(one: Datum, other: Datum) -> Option<Datum> {
    match (one, other) {
        (Datum::Int(one), Datum::Int(other)) => one.checked_add(other).map(Datum::Int),
        (Datum::Text(one), Datum::Text(other)) => Some(Datum::Text(format!("{one}{other}").into())),
        (Datum::Duration(one), Datum::Duration(other)) => one.checked_add(other).map(Datum::Duration),
        (Datum::Timestamp(at), Datum::Duration(length)) | (Datum::Duration(length), Datum::Timestamp(at)) => {
            at.checked_add(length).ok().map(Datum::Timestamp)
        }
        (Datum::List { items: one, open: first }, Datum::List { items: other, open: second }) => {
            Some(Datum::List { items: one.iter().chain(other.iter()).cloned().collect(), open: first || second })
        }
        (
            Datum::Bool(_)
            | Datum::Int(_)
            | Datum::Text(_)
            | Datum::Duration(_)
            | Datum::Timestamp(_)
            | Datum::List { .. }
            | Datum::Record(_),
            _,
        ) => None,
    }
}

fn subtract(one: Datum, other: Datum) -> Option<Datum> {
    match (one, other) {
        (Datum::Int(one), Datum::Int(other)) => one.checked_sub(other).map(Datum::Int),
        (Datum::Duration(one), Datum::Duration(other)) => one.checked_sub(other).map(Datum::Duration),
        (Datum::Timestamp(at), Datum::Duration(length)) => at.checked_sub(length).ok().map(Datum::Timestamp),
        (Datum::Timestamp(one), Datum::Timestamp(other)) => Some(Datum::Duration(one.duration_since(other))),
        (
            Datum::Bool(_)
            | Datum::Int(_)
            | Datum::Text(_)
            | Datum::Duration(_)
            | Datum::Timestamp(_)
            | Datum::List { .. }
            | Datum::Record(_),
            _,
        ) => None,
    }
}

fn size(datum: Datum) -> Option<Datum> {
    let size = match datum {
        Datum::Text(text) => text.chars().count(),
        Datum::List { items, open: false } => items.len(),
        Datum::List { open: true, .. }
        | Datum::Bool(_)
        | Datum::Int(_)
        | Datum::Duration(_)
        | Datum::Timestamp(_)
        | Datum::Record(_) => return None,
    };
    i64::try_from(size).ok().map(Datum::Int)
}

/// An answer about two texts.
fn texts(one: Val, other: Val, answer: impl FnOnce(&str, &str) -> Option<bool>) -> Val {
    both(one, other, |one, other| answer(one.as_text()?, other.as_text()?).map(Datum::Bool))
}

fn convert(what: Conversion, datum: &Datum) -> Option<Datum> {
    let text = datum.as_text()?;
    match what {
        Conversion::LowerAscii => Some(Datum::Text(text.to_ascii_lowercase().into())),
        Conversion::Duration => parse_duration(text).map(Datum::Duration),
        Conversion::Timestamp => parse_timestamp(text).map(Datum::Timestamp),
        Conversion::Int => text.parse().ok().map(Datum::Int),
    }
}
