use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::SignedDuration;

use super::expression::{Expression, ExpressionError, Reads};
use super::parse::{on_a_large_stack, outside_strings};
use super::schema::Schema;
use super::scope::Scope;
use super::types::Type;
use super::value::{Datum, Val};
use crate::domain::{humane_duration, humane_time};

/// How many items of a list a sentence names.
const SHOWN: usize = 5;

/// A sentence with expressions in it: `POP is {settings.gmail.pop_access.enablePopAccess}.`
///
/// A brace that is meant as such is written twice.
#[derive(Clone)]
pub struct Template {
    text: Arc<str>,
    parts: Vec<Part>,
    reads: Reads,
}

#[derive(Clone)]
enum Part {
    Words(String),
    Value(Expression),
}

impl Template {
    /// From its text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the text.
    pub fn new(text: &str, schema: Schema<'_>) -> Result<Self, Vec<ExpressionError>> {
        on_a_large_stack(|| Self::compile(text, schema))
    }

    /// From its text. Only to be called on [`on_a_large_stack`].
    pub(super) fn compile(text: &str, schema: Schema<'_>) -> Result<Self, Vec<ExpressionError>> {
        let mut parts = Vec::new();
        let mut reads = Reads::default();
        let mut errors = Vec::new();
        for piece in pieces(text).map_err(|error| vec![error])? {
            let range = match piece {
                Piece::Words(words) => {
                    parts.push(Part::Words(words));
                    continue;
                }
                Piece::Expression(range) => range,
            };
            match Expression::compile(&text[range.clone()], None, schema) {
                Ok(expression) if printable(&expression.of) => {
                    reads.merge(&expression.reads);
                    parts.push(Part::Value(expression));
                }
                Ok(expression) => {
                    let message = format!("{} cannot be written into a sentence; name a field of it", expression.of);
                    errors.push(ExpressionError { range, message });
                }
                Err(faults) => errors.extend(faults.into_iter().map(|fault| ExpressionError {
                    range: fault.range.start + range.start..fault.range.end + range.start,
                    message: fault.message,
                })),
            }
        }
        if errors.is_empty() { Ok(Self { text: text.into(), parts, reads }) } else { Err(errors) }
    }

    /// The sentence for the subject of a scope.
    #[must_use]
    pub fn render(&self, scope: &dyn Scope) -> String {
        let mut sentence = String::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => sentence.push_str(words),
                Part::Value(expression) => sentence.push_str(&shown(&expression.evaluate(scope))),
            }
        }
        sentence
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Everything that its expressions read.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.reads
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.text).finish()
    }
}

enum Piece {
    Words(String),
    /// What stands between braces.
    Expression(Range<usize>),
}

fn pieces(text: &str) -> Result<Vec<Piece>, ExpressionError> {
    let fault = |at: usize, message: &str| ExpressionError { range: at..at + 1, message: message.to_owned() };
    let mut pieces = Vec::new();
    let mut words = String::new();
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        let doubled = text[at + sign.len_utf8()..].starts_with(sign);
        match sign {
            '{' | '}' if doubled => {
                words.push(sign);
                at += 2;
            }
            '{' => {
                let end = closing(&text[at + 1..]).ok_or_else(|| {
                    fault(at, "this brace is never closed; a brace that is meant as such is written {{")
                })?;
                pieces.push(Piece::Words(std::mem::take(&mut words)));
                pieces.push(Piece::Expression(at + 1..at + 1 + end));
                at += end + 2;
            }
            '}' => return Err(fault(at, "this brace closes nothing; a brace that is meant as such is written }}")),
            sign => {
                words.push(sign);
                at += sign.len_utf8();
            }
        }
    }
    pieces.push(Piece::Words(words));
    Ok(pieces)
}

/// Where the brace stands that ends an expression.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, sign) in outside_strings(text) {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn printable(of: &Type) -> bool {
    match of {
        Type::Bool | Type::Int | Type::Text | Type::Enum(_) | Type::Duration | Type::Timestamp | Type::Dynamic => true,
        Type::List(items) => printable(items),
        Type::Record(_) | Type::Map(_) => false,
    }
}

/// A value within a sentence.
fn shown(value: &Val) -> String {
    let datum = match value {
        Val::Known(datum, _) => datum,
        Val::Unknown => return "not known".to_owned(),
    };
    match datum {
        Datum::Bool(answer) => answer.to_string(),
        Datum::Int(number) => number.to_string(),
        Datum::Text(text) if text.is_empty() => "empty".to_owned(),
        Datum::Text(text) => text.to_string(),
        Datum::Duration(length) => length_shown(*length),
        Datum::Timestamp(at) => humane_time(*at),
        Datum::List { items, open } => list_shown(items, *open),
        Datum::Record(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name} {}", shown(value))).collect();
            fields.join(", ")
        }
    }
}

fn list_shown(items: &[Val], open: bool) -> String {
    let mut words: Vec<String> = items.iter().take(SHOWN).map(shown).collect();
    let rest = items.len().saturating_sub(SHOWN);
    let last = match (rest, open) {
        (0, false) if words.is_empty() => return "none".to_owned(),
        (0, true) if words.is_empty() => return "not known".to_owned(),
        (0, false) => words.pop().unwrap_or_default(),
        (0, true) => "perhaps others".to_owned(),
        (rest, false) => format!("{rest} more"),
        (rest, true) => format!("at least {rest} more"),
    };
    if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) }
}

/// In a sentence there is room for the word; a span of days and hours is left to the general form.
fn length_shown(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let sign = if length.is_negative() { "minus " } else { "" };
    match (seconds.unsigned_abs() / 86_400, seconds.unsigned_abs() % 86_400) {
        (days, 0) if days > 1 => format!("{sign}{days} days"),
        _ => format!("{sign}{}", humane_duration(length)),
    }
}
