//! A TOML file read key by key, remembering where everything stands.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::domain;
use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a fault is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In a file, lines and columns from one.
    File {
        /// Its name as given.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// In an environment variable.
    Environment(String),
    /// In the configuration as a whole.
    Whole(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Whole(file) => f.write_str(file),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What, and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A file of the operator's is wrong; every fault in it, in order.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct ConfigError {
    /// The faults.
    pub faults: Vec<Fault>,
}

impl ConfigError {
    /// One fault about a whole file.
    #[must_use]
    pub fn whole(file: &str, message: String) -> Self {
        Self { faults: vec![Fault { place: Place::Whole(file.to_owned()), message }] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.faults.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// A file under the reader's eyes, and what was found wrong with it.
#[derive(Debug)]
pub(super) struct Document<'d> {
    file: &'d str,
    text: &'d str,
    environment: BTreeMap<String, String>,
    used: std::collections::BTreeSet<String>,
    faults: Vec<Fault>,
}

/// A value under the reader's eyes: of the file, or of an environment variable.
pub(super) enum Found<'v> {
    File(&'v DeValue<'v>),
    Environment(&'v str),
}

/// What a value can be read as.
pub(super) trait Decode: Sized {
    fn decode(found: &Found<'_>) -> Result<Self, String>;
}

impl Decode for String {
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        match found {
            Found::File(DeValue::String(text)) => Ok(text.to_string()),
            Found::File(other) => Err(format!("expected a text, found {}", other.type_str())),
            Found::Environment(text) => Ok((*text).to_owned()),
        }
    }
}

impl Decode for bool {
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        match found {
            Found::File(DeValue::Boolean(answer)) => Ok(*answer),
            Found::File(other) => Err(format!("expected true or false, found {}", other.type_str())),
            Found::Environment(text) => text.parse().map_err(|_| format!("expected true or false, found {text:?}")),
        }
    }
}

impl Decode for Timestamp {
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        let text = match found {
            Found::File(DeValue::Datetime(moment)) => moment.to_string(),
            Found::File(DeValue::String(text)) => text.to_string(),
            Found::File(other) => return Err(format!("expected a time, found {}", other.type_str())),
            Found::Environment(text) => (*text).to_owned(),
        };
        text.parse()
            .map_err(|_| format!("{text:?} is not a moment; write date, time and offset, such as 2026-11-20T10:00:00Z"))
    }
}

impl Decode for Date {
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        let text = match found {
            Found::File(DeValue::Datetime(day)) => day.to_string(),
            Found::File(DeValue::String(text)) => text.to_string(),
            Found::File(other) => return Err(format!("expected a date, found {}", other.type_str())),
            Found::Environment(text) => (*text).to_owned(),
        };
        text.parse().map_err(|_| format!("{text:?} is not a date; write it as 2027-03-31"))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        match found {
            Found::File(DeValue::Array(items)) => {
                items.iter().map(|item| T::decode(&Found::File(item.get_ref()))).collect()
            }
            Found::File(other) => Err(format!("expected a list, found {}", other.type_str())),
            Found::Environment(text) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| T::decode(&Found::Environment(item)))
                .collect(),
        }
    }
}

/// A text that a type of ours reads: `Parsed<Email>`.
pub(super) struct Parsed<T>(pub(super) T);

impl<T> Decode for Parsed<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        String::decode(found)?.parse().map(Parsed).map_err(|error: T::Err| error.to_string())
    }
}

impl<'d> Document<'d> {
    pub(super) fn new(file: &'d str, text: &'d str, environment: BTreeMap<String, String>) -> Self {
        Self { file, text, environment, used: std::collections::BTreeSet::new(), faults: Vec::new() }
    }

    /// The file's top table.
    pub(super) fn parse(&mut self) -> Option<Spanned<DeTable<'d>>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.fault_at(at, error.message().to_owned());
                None
            }
        }
    }

    pub(super) fn place(&self, at: usize) -> Place {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        Place::File { file: self.file.to_owned(), line, column }
    }

    /// `file:line`, for evidence.
    pub(super) fn locator(&self, at: usize) -> String {
        match self.place(at) {
            Place::File { file, line, .. } => format!("{file}:{line}"),
            Place::Environment(name) | Place::Whole(name) => name,
        }
    }

    pub(super) fn fault_at(&mut self, at: usize, message: String) {
        let place = self.place(at);
        self.faults.push(Fault { place, message });
    }

    pub(super) fn fault(&mut self, place: Place, message: String) {
        self.faults.push(Fault { place, message });
    }

    /// Everything that was found wrong, or `value`.
    pub(super) fn conclude<T>(mut self, value: Option<T>) -> Result<T, ConfigError> {
        let unused: Vec<String> = self.environment.keys().filter(|key| !self.used.contains(*key)).cloned().collect();
        for key in unused {
            let near = nearest(&key, self.used.iter().map(String::as_str));
            self.fault(Place::Environment(variable(&key)), format!("unknown key `{key}`{near}"));
        }
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            Some(_) | None => {
                self.faults.sort();
                Err(ConfigError { faults: self.faults })
            }
        }
    }
}

/// The variable that sets `section.key`.
fn variable(key: &str) -> String {
    format!("GWSAUDIT_{}", key.to_uppercase().replace('.', "__"))
}

/// ` (did you mean …?)`, where something is near.
fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.collect();
    match domain::nearest(key, &known) {
        Some(candidate) => format!("; the nearest known key is `{candidate}`"),
        None if known.is_empty() => String::new(),
        None => {
            format!("; known keys are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A table that is read key by key; what nobody asks for is a fault.
pub(super) struct Table<'t> {
    table: Option<&'t DeTable<'t>>,
    /// `tenant`, or empty at the top and in lists, which no environment variable reaches.
    section: &'static str,
    at: usize,
    known: Vec<&'static str>,
}

impl<'t> Table<'t> {
    pub(super) fn new(table: Option<&'t DeTable<'t>>, section: &'static str, at: usize) -> Self {
        Self { table, section, at, known: Vec::new() }
    }

    /// Where the table begins in the file.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The value of a key, where it is set and sound.
    pub(super) fn take<T: Decode>(&mut self, document: &mut Document<'_>, key: &'static str) -> Option<T> {
        self.take_placed(document, key).map(|(value, _)| value)
    }

    /// The value of a key, and where it was set.
    pub(super) fn take_placed<T: Decode>(
        &mut self,
        document: &mut Document<'_>,
        key: &'static str,
    ) -> Option<(T, Place)> {
        self.known.push(key);
        if !self.section.is_empty() {
            let path = format!("{}.{key}", self.section);
            document.used.insert(path.clone());
            if let Some(text) = document.environment.get(&path).cloned() {
                let place = Place::Environment(variable(&path));
                return match T::decode(&Found::Environment(&text)) {
                    Ok(value) => Some((value, place)),
                    Err(message) => {
                        document.fault(place, message);
                        None
                    }
                };
            }
        }
        let value = self.table?.get(key)?;
        let place = document.place(value.span().start);
        match T::decode(&Found::File(value.get_ref())) {
            Ok(decoded) => Some((decoded, place)),
            Err(message) => {
                document.fault(place, format!("{key}: {message}"));
                None
            }
        }
    }

    /// The value of a key that must be there.
    pub(super) fn require<T: Decode>(&mut self, document: &mut Document<'_>, key: &'static str) -> Option<T> {
        self.require_placed(document, key).map(|(value, _)| value)
    }

    /// The value of a key that must be there, and where it was set.
    pub(super) fn require_placed<T: Decode>(
        &mut self,
        document: &mut Document<'_>,
        key: &'static str,
    ) -> Option<(T, Place)> {
        let missing = self.table.is_none_or(|table| !table.contains_key(key));
        let value = self.take_placed(document, key);
        if missing && value.is_none() {
            let at = self.at;
            document.fault_at(at, format!("`{key}` is missing here"));
        }
        value
    }

    /// The table under a key: `[tenant]`.
    pub(super) fn section(&mut self, document: &mut Document<'_>, key: &'static str) -> Self {
        self.known.push(key);
        let section = if self.section.is_empty() { key } else { "" };
        let Some(value) = self.table.and_then(|table| table.get(key)) else {
            return Self::new(None, section, self.at);
        };
        let at = value.span().start;
        let table = value.get_ref().as_table();
        if table.is_none() {
            document.fault_at(at, format!("`{key}` must be a table, found {}", value.get_ref().type_str()));
        }
        Self::new(table, section, at)
    }

    /// Whether a key is set in the file.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// The tables under a key: `[[apps]]`.
    pub(super) fn list(&mut self, document: &mut Document<'_>, key: &'static str) -> Vec<Self> {
        self.known.push(key);
        let Some(value) = self.table.and_then(|table| table.get(key)) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            document.fault_at(value.span().start, format!("`{key}` must be a list of tables, written [[{key}]]"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Self::new(Some(table), "", item.span().start)),
                None => {
                    let found = item.get_ref().type_str();
                    document.fault_at(item.span().start, format!("expected a table, found {found}"));
                }
            }
        }
        tables
    }

    /// Ends the reading: keys that nobody asked for are faults.
    pub(super) fn finish(self, document: &mut Document<'_>) {
        for (key, _) in self.table.into_iter().flat_map(DeTable::iter) {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let near = nearest(name, self.known.iter().copied());
                let what = if self.section.is_empty() {
                    "unknown key".to_owned()
                } else {
                    format!("unknown key in [{}]:", self.section)
                };
                document.fault_at(key.span().start, format!("{what} `{name}`{near}"));
            }
        }
    }
}
