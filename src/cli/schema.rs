//! `gwsaudit schema`

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::error::CliError;
use super::exit::Exit;
use super::output::json;
use crate::report::schema::Document;

/// `gwsaudit schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_name = "DOCUMENT", value_parser = document())]
    document: Document,
}

fn document() -> impl TypedValueParser<Value = Document> {
    PossibleValuesParser::new(Document::ALL.map(Document::as_str)).map(|word| {
        let found = Document::ALL.into_iter().find(|document| document.as_str() == word);
        found.expect("no other word comes through")
    })
}

pub(super) fn run(args: &SchemaArgs) -> Result<Exit, CliError> {
    json(&args.document.schema())?;
    Ok(Exit::Clean)
}
