//! `gwsaudit schema`

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::error::CliError;
use super::exit::Exit;
use super::output::{json, standard};
use crate::report::schema::Document;

/// Schemas that are written by hand, each with its word: of files that are read key by key, so that there is no type to
/// derive them from, and of the snapshot, most of whose data is Google's own.
const WRITTEN: [(&str, &str); 4] = [
    ("snapshot", include_str!("../../config/schema/snapshot.json")),
    ("config", include_str!("../../config/schema/config.json")),
    ("attestations", include_str!("../../config/schema/attestations.json")),
    ("pack", include_str!("../../config/schema/pack.json")),
];

/// `gwsaudit schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_name = "DOCUMENT", value_parser = kind())]
    kind: Kind,
}

/// Where a schema comes from.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// From the type that is written.
    Derived(Document),
    /// From a file of its own.
    Written(&'static str),
}

impl Kind {
    fn of(word: &str) -> Option<Self> {
        let derived = Document::ALL.into_iter().find(|document| document.as_str() == word).map(Self::Derived);
        derived.or_else(|| {
            WRITTEN.into_iter().find(|(written, _)| *written == word).map(|(_, schema)| Self::Written(schema))
        })
    }
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    let words = Document::ALL.map(Document::as_str).into_iter().chain(WRITTEN.map(|(word, _)| word));
    PossibleValuesParser::new(words).map(|word| Kind::of(&word).expect("no other word comes through"))
}

pub(super) fn run(args: &SchemaArgs) -> Result<Exit, CliError> {
    match args.kind {
        Kind::Derived(document) => json(&document.schema())?,
        Kind::Written(schema) => standard(|out| out.write_all(schema.as_bytes()))?,
    }
    Ok(Exit::Clean)
}
