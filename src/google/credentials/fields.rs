//! A credential file's JSON, taken apart field by field.
//!
//! What is taken out is moved, not copied, so that secrets have one owner; what is left over is wiped.

use serde_json::{Map, Value};
use thiserror::Error;
use zeroize::Zeroize as _;

/// The fields of a JSON object that may hold secrets.
pub(in crate::google) struct Fields {
    fields: Map<String, Value>,
    /// The field that holds the object; empty for the file itself.
    within: &'static str,
}

/// Why a text is no object of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::google) enum NoFields {
    /// Not JSON: empty, cut, or something else. Its own words are left out, as they may quote the file.
    NotJson { line: usize, column: usize },
    /// JSON, but not an object.
    NotAnObject,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldFault {
    /// It is not there, or empty.
    #[error("the field \"{0}\" is missing")]
    Missing(FieldName),
    /// It is not a text.
    #[error("the field \"{0}\" is not a text")]
    NotText(FieldName),
    /// It is not an object.
    #[error("the field \"{0}\" is not a JSON object")]
    NotAnObject(FieldName),
}

/// Which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName {
    within: &'static str,
    pub(in crate::google) name: &'static str,
}

impl std::fmt::Display for FieldName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.within.is_empty() { f.write_str(self.name) } else { write!(f, "{}.{}", self.within, self.name) }
    }
}

impl Fields {
    pub(in crate::google) fn read(text: &str) -> Result<Self, NoFields> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| NoFields::NotJson { line: error.line(), column: error.column() })?;
        match value {
            Value::Object(fields) => Ok(Self { fields, within: "" }),
            mut other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                wipe(&mut other);
                Err(NoFields::NotAnObject)
            }
        }
    }

    fn name(&self, name: &'static str) -> FieldName {
        FieldName { within: self.within, name }
    }

    pub(in crate::google) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Takes a text out. White space around it does not count; an empty one counts as absent.
    pub(in crate::google) fn optional(&mut self, name: &'static str) -> Result<Option<String>, FieldFault> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(mut text)) => {
                if text.trim().len() < text.len() {
                    let trimmed = text.trim().to_owned();
                    text.zeroize();
                    text = trimmed;
                }
                Ok(Some(text).filter(|text| !text.is_empty()))
            }
            Some(mut other) => {
                wipe(&mut other);
                Err(FieldFault::NotText(self.name(name)))
            }
        }
    }

    pub(in crate::google) fn required(&mut self, name: &'static str) -> Result<String, FieldFault> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    /// Takes an object out.
    pub(in crate::google) fn object(&mut self, name: &'static str) -> Result<Option<Self>, FieldFault> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self { fields, within: name })),
            Some(mut other) => {
                wipe(&mut other);
                Err(FieldFault::NotAnObject(self.name(name)))
            }
        }
    }

    pub(in crate::google) fn required_object(&mut self, name: &'static str) -> Result<Self, FieldFault> {
        self.object(name)?.ok_or_else(|| self.missing(name))
    }

    /// The fault of a field that is not there.
    pub(in crate::google) fn missing(&self, name: &'static str) -> FieldFault {
        FieldFault::Missing(self.name(name))
    }

    /// Takes a list of texts out; an absent one is empty.
    pub(in crate::google) fn list(&mut self, name: &'static str) -> Result<Vec<String>, FieldFault> {
        let items = match self.fields.remove(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(FieldFault::NotText(self.name(name))),
        };
        let text = |item: Value| item.as_str().map(str::to_owned).ok_or(FieldFault::NotText(self.name(name)));
        items.into_iter().map(text).collect()
    }

    /// Takes all texts out, each with its name.
    pub(in crate::google) fn texts(mut self, name: &'static str) -> Result<Vec<(String, String)>, FieldFault> {
        let fields = std::mem::take(&mut self.fields);
        let mut texts = Vec::new();
        let mut sound = true;
        for (key, value) in fields {
            match value {
                Value::String(text) => texts.push((key, text)),
                mut other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                    wipe(&mut other);
                    sound = false;
                }
            }
        }
        if sound { Ok(texts) } else { Err(FieldFault::NotText(FieldName { within: self.within, name })) }
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        self.fields.values_mut().for_each(wipe);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_by_their_whole_path() {
        let mut fields = Fields::read(r#"{"a": " x ", "b": 7, "c": {"d": []}, "e": ""}"#).expect("an object");
        assert_eq!(fields.optional("a").expect("a text"), Some("x".to_owned()));
        assert_eq!(fields.optional("a").expect("taken"), None);
        assert_eq!(fields.required("b").expect_err("a number").to_string(), "the field \"b\" is not a text");
        assert_eq!(fields.required("e").expect_err("empty").to_string(), "the field \"e\" is missing");
        let mut inner = fields.object("c").expect("an object").expect("it is there");
        assert_eq!(inner.required("d").expect_err("a list").to_string(), "the field \"c.d\" is not a text");
        assert_eq!(Fields::read("{").err(), Some(NoFields::NotJson { line: 1, column: 1 }));
        assert_eq!(Fields::read("\"x\"").err(), Some(NoFields::NotAnObject));
    }
}
