//! Maps of a pack's file, read key by key; what nobody asks for is a fault.

use std::fmt::Display;
use std::str::FromStr;

use super::nearest::nearest;
use super::source::Source;
use super::tree::{Key, Kind, Tree};

/// What a value of the file can be read as.
pub(super) trait Decode: Sized {
    /// The value, or `None` with the fault noted.
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self>;
}

impl Decode for String {
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self> {
        match &tree.what {
            Kind::Text(text) => Some(text.trim_end().to_owned()),
            Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) => {
                source.fault(tree.at, format!("expected a text, found {}: put it in quotes", tree.kind()))
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                source.fault(tree.at, format!("expected a text, found {}", tree.kind()))
            }
        }
    }
}

impl Decode for bool {
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self> {
        match &tree.what {
            Kind::Bool(answer) => Some(*answer),
            Kind::Null | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) | Kind::List(_) | Kind::Map(_) => {
                source.fault(tree.at, format!("expected true or false, found {}", tree.kind()))
            }
        }
    }
}

impl Decode for i64 {
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self> {
        match &tree.what {
            Kind::Int(number) => Some(*number),
            Kind::Null | Kind::Bool(_) | Kind::Float(_) | Kind::Text(_) | Kind::List(_) | Kind::Map(_) => {
                source.fault(tree.at, format!("expected a whole number, found {}", tree.kind()))
            }
        }
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self> {
        let items = list(tree, source)?;
        let decoded: Vec<Option<T>> = items.iter().map(|item| T::decode(item, source)).collect();
        decoded.into_iter().collect()
    }
}

/// A text that a type of ours reads: `Parsed<Email>`.
pub(super) struct Parsed<T>(pub(super) T);

impl<T> Decode for Parsed<T>
where
    T: FromStr,
    T::Err: Display,
{
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self> {
        match String::decode(tree, source)?.parse() {
            Ok(value) => Some(Self(value)),
            Err(error) => source.fault(tree.at, error.to_string()),
        }
    }
}

/// A value with its place.
pub(super) struct Placed<T> {
    pub(super) at: usize,
    pub(super) value: T,
}

impl<T: Decode> Decode for Placed<T> {
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self> {
        Some(Self { at: tree.at, value: T::decode(tree, source)? })
    }
}

/// One of a few words, each of which stands for something.
pub(super) fn word<T: Copy>(tree: &Tree, source: &mut Source<'_>, words: &[(&str, T)]) -> Option<T> {
    let text = String::decode(tree, source)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    source.fault(tree.at, format!("there is no `{text}` here; write {}", known.join(", ")))
}

/// The items of a list; none where nothing is written.
pub(super) fn list<'t>(tree: &'t Tree, source: &mut Source<'_>) -> Option<&'t [Tree]> {
    match &tree.what {
        Kind::List(items) => Some(items),
        Kind::Null => Some(&[]),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) | Kind::Map(_) => {
            source.fault(tree.at, format!("expected a list, found {}", tree.kind()))
        }
    }
}

/// The entries of a map whose keys are not fixed; none where nothing is written.
pub(super) fn entries<'t>(tree: &'t Tree, source: &mut Source<'_>) -> Option<&'t [(Key, Tree)]> {
    match &tree.what {
        Kind::Map(entries) => Some(entries),
        Kind::Null => Some(&[]),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) | Kind::List(_) => {
            source.fault(tree.at, format!("expected a map, found {}", tree.kind()))
        }
    }
}

/// A map with fixed keys.
pub(super) struct Fields<'t> {
    entries: &'t [(Key, Tree)],
    /// Where it begins.
    pub(super) at: usize,
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(tree: &'t Tree, source: &mut Source<'_>) -> Option<Self> {
        Some(Self { entries: entries(tree, source)?, at: tree.at, known: Vec::new() })
    }

    /// What stands under a key.
    pub(super) fn tree(&mut self, key: &'static str) -> Option<&'t Tree> {
        self.known.push(key);
        self.entries.iter().find(|(entry, _)| entry.name == key).map(|(_, value)| value)
    }

    /// The value of a key, where it is there and sound.
    pub(super) fn take<T: Decode>(&mut self, key: &'static str, source: &mut Source<'_>) -> Option<T> {
        T::decode(self.tree(key)?, source)
    }

    /// The value of a key that must be there.
    pub(super) fn require<T: Decode>(&mut self, key: &'static str, source: &mut Source<'_>) -> Option<T> {
        match self.tree(key) {
            Some(tree) => T::decode(tree, source),
            None => source.fault(self.at, format!("`{key}` is missing here")),
        }
    }

    /// Ends the reading: keys that nobody asked for are faults.
    pub(super) fn finish(self, source: &mut Source<'_>) {
        for (key, _) in self.entries {
            if !self.known.contains(&key.name.as_str()) {
                let near = nearest(&key.name, "key", self.known.iter().copied());
                source.fault::<()>(key.at, format!("unknown key `{}`{near}", key.name));
            }
        }
    }
}
