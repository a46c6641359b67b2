//! A YAML file as a tree that remembers where everything stands, so that all that is wrong with it can be told at once.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::{Budget, Location, Options, Spanned};

/// A value of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    /// Where it begins, in bytes.
    pub(super) at: usize,
    pub(super) what: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(Key, Tree)>),
}

/// A key of a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    /// Where it begins, in bytes.
    pub(super) at: usize,
    pub(super) name: String,
}

impl Tree {
    /// What a YAML text says, or what is wrong with it and where.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let options = options();
        serde_saphyr::from_str_with_options::<Spanned<Kind>>(text, options).map(Self::from).map_err(|error| {
            let error = error.without_snippet();
            let at = error.location().map_or(0, |at| offset_in(text, at));
            if matches!(error, serde_saphyr::Error::MultipleDocuments { .. }) {
                return (at, "a pack is one YAML document, and here begins another".to_owned());
            }
            // The place is told in our own way and the crate's options are not for the pack's author: both are cut off.
            let message = error.to_string();
            let message = [" at line ", ", set ", "\n"]
                .iter()
                .fold(message.as_str(), |message, end| message.split(end).next().unwrap_or(message));
            (at, message.to_owned())
        })
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self.what {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// The same as JSON.
    pub(super) fn to_json(&self) -> Value {
        match &self.what {
            Kind::Null => Value::Null,
            Kind::Bool(answer) => Value::from(*answer),
            Kind::Int(number) => Value::from(*number),
            Kind::Float(number) => Value::from(*number),
            Kind::Text(text) => Value::from(text.as_str()),
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.name.clone(), value.to_json())).collect())
            }
        }
    }
}

/// YAML 1.2's own words for true and false alone: `off` is a text, as single sign-on has it.
fn options() -> Options {
    serde_saphyr::options! {
        budget: Some(Budget::default()),
        strict_booleans: true,
    }
}

fn offset(at: Location) -> usize {
    at.span().byte_offset().and_then(|at| usize::try_from(at).ok()).unwrap_or_default()
}

/// Of an error the parser tells line and column alone.
fn offset_in(text: &str, at: Location) -> usize {
    let (line, column) = (usize::try_from(at.line()).unwrap_or(1), usize::try_from(at.column()).unwrap_or(1));
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

impl From<Spanned<Kind>> for Tree {
    fn from(spanned: Spanned<Kind>) -> Self {
        Self { at: offset(spanned.referenced), what: spanned.value }
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        Kind::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, answer: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(answer))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Kind, E> {
        Ok(Kind::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Kind, E> {
        i64::try_from(number).map(Kind::Int).map_err(|_| E::custom("this number is too large"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Kind, E> {
        Ok(Kind::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Kind, E> {
        Ok(Kind::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Kind, E> {
        Ok(Kind::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Kind>>()? {
            list.push(item.into());
        }
        Ok(Kind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Kind, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let value = entries.next_value::<Spanned<Kind>>()?;
            map.push((Key { at: offset(key.referenced), name: key.value }, value.into()));
        }
        Ok(Kind::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where each key and text begins, as the rest of its line.
    fn begins<'t>(tree: &Tree, text: &'t str, into: &mut Vec<&'t str>) {
        let from = |at: usize| text[at..].lines().next().unwrap_or_default();
        match &tree.what {
            Kind::Map(entries) => {
                for (key, value) in entries {
                    into.push(from(key.at));
                    begins(value, text, into);
                }
            }
            Kind::List(items) => items.iter().for_each(|item| begins(item, text, into)),
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => into.push(from(tree.at)),
        }
    }

    #[test]
    fn everything_has_its_place() {
        let text = "a: >-\n  x ==\n  y\nb: [1, off, \"é\", 'q']\nc: |\n   lit\nd:\n  - e: f\n";
        let mut found = Vec::new();
        begins(&Tree::parse(text).expect("YAML"), text, &mut found);
        let list = ["b: [1, off, \"é\", 'q']", "1, off, \"é\", 'q']", "off, \"é\", 'q']", "\"é\", 'q']", "'q']"];
        assert_eq!(found[..2], ["a: >-", "x =="]);
        assert_eq!(found[2..7], list);
        assert_eq!(found[7..], ["c: |", "lit", "d:", "e: f", "f"]);
    }

    #[test]
    fn off_is_a_text() {
        let tree = Tree::parse("mode: off").expect("YAML");
        assert_eq!(tree.to_json(), serde_json::json!({"mode": "off"}));
    }

    #[test]
    fn what_is_no_yaml_has_a_place_too() {
        let told = |text| Tree::parse(text).expect_err("no YAML");
        assert_eq!(told("a: 1\na: 2\n"), (5, "duplicate mapping key: a".to_owned()));
        assert_eq!(told("a:\n  b: 1\n c: 2\n").0, 11);
        assert_eq!(told("a: 1\n---\nb: 2\n"), (9, "a pack is one YAML document, and here begins another".to_owned()));
    }
}
