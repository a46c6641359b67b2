//! RFC 4180, for spreadsheets: a row for each target, setting and field, in which no cell is a formula.

use std::io::{self, Write};

use serde_json::Value;

use super::Question;
use super::model::{Applies, Field, Policy, Said, Setting, Whom};
use crate::report::spreadsheet::{self, harmless};

const HEAD: [&str; 12] = [
    "org_unit",
    "user",
    "setting",
    "rule",
    "field",
    "value",
    "origin",
    "certainty",
    "set_by",
    "overrode",
    "possible",
    "why",
];

pub(super) fn render(question: &Question<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = spreadsheet::writer(out);
    writer.write_record(HEAD)?;
    for target in &question.targets {
        let whom = target.whom(question.facts);
        for shape in &question.shapes {
            for row in rows(&whom, &shape.view(target)) {
                writer.write_record(row.iter().map(|cell| harmless(cell)))?;
            }
        }
    }
    writer.flush()
}

fn rows(whom: &Whom, setting: &Setting) -> Vec<[String; 12]> {
    let start = |rule: &str| {
        let mut row: [String; 12] = Default::default();
        row[0] = whom.org_unit.as_ref().map(ToString::to_string).unwrap_or_default();
        row[1] = whom.user.as_ref().map(ToString::to_string).unwrap_or_default();
        row[2] = setting.setting.to_string();
        row[3] = rule.to_owned();
        row
    };
    let doubts: Vec<String> =
        setting.doubts.iter().map(|doubt| format!("{}: {}", place(&doubt.policy), doubt.why.join("; "))).collect();
    let with_doubts = |why: &str| {
        let parts = std::iter::once(why).chain(doubts.iter().map(String::as_str)).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("; ")
    };
    let of_field = |mut row: [String; 12], field: &Field| {
        row[4] = field.name.clone();
        row[5] = field.value.as_ref().map(text).unwrap_or_default();
        row[6] = field.origin.as_str().to_owned();
        row[7] = field.certainty.as_str().to_owned();
        row[8] = all(&field.set_by, |said| place(&said.policy));
        row[9] = all(&field.overrode, said);
        row[10] = all(&field.possible, |it| it.value.as_ref().map_or_else(|| it.origin.as_str().to_owned(), text));
        let why = field.why.as_deref().unwrap_or_default();
        row[11] = if field.possible.is_empty() { why.to_owned() } else { with_doubts(why) };
        row
    };
    let mut rows: Vec<[String; 12]> = setting.fields.iter().map(|field| of_field(start(""), field)).collect();
    for rule in &setting.rules {
        let perhaps = rule.applies == Applies::Perhaps;
        let mut of_rule: Vec<[String; 12]> =
            rule.fields.iter().map(|field| of_field(start(&rule.policy.name), field)).collect();
        if of_rule.is_empty() {
            let mut row = start(&rule.policy.name);
            row[8] = place(&rule.policy);
            of_rule.push(row);
        }
        for row in &mut of_rule {
            if perhaps {
                row[11] = with_doubts("it is not known whether this rule applies");
            }
        }
        rows.extend(of_rule);
    }
    // Nothing that was asked for vanishes.
    if rows.is_empty() || (setting.fields.is_empty() && setting.why.is_some()) {
        let mut row = start("");
        row[11] = setting.why.clone().unwrap_or_else(|| "no policy of this type applies".to_owned());
        row[6] = if setting.why.is_some() { "unknown" } else { "" }.to_owned();
        rows.push(row);
    }
    rows
}

fn all<T>(of: &[T], shown: impl Fn(&T) -> String) -> String {
    of.iter().map(shown).collect::<Vec<_>>().join("; ")
}

/// A text as it is, anything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn said(said: &Said) -> String {
    let value = said.value.as_ref().map_or_else(|| "not set".to_owned(), text);
    format!("{value} by {}", place(&said.policy))
}

/// `policies/x (ADMIN, sortOrder 202, in /Sales, group staff@example.com)`.
fn place(policy: &Policy) -> String {
    format!("{} ({})", policy.name, policy.in_words())
}
