//! A JSON report read back, so that it can be explained without the tenant that it is about.

use serde_json::Value;
use thiserror::Error;

use super::model::{Report, SCHEMA};

/// Why a text is no report that this version can read.
#[derive(Debug, Error)]
pub enum UnreadableReport {
    /// It is not JSON.
    #[error("it is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON, and no report.
    #[error("it has no \"schema\", so it is no report; write one with `gwsaudit audit --format json -o FILE`")]
    NoSchema,
    /// It is something else, or a report of a later contract.
    #[error("its schema is {found:?}; this version of gwsaudit reads {SCHEMA:?}")]
    OtherSchema {
        /// What it says it is.
        found: String,
    },
    /// It says that it is a report, and is not as one should be.
    #[error("it is not as a report should be")]
    Malformed(#[source] serde_json::Error),
}

/// Reads what [`render`](super::render) wrote as [`Format::Json`](super::Format::Json). Unknown keys are ignored; a
/// word that is not known where the contract lists them all is an error, as nobody can tell what it would mean.
///
/// # Errors
///
/// [`UnreadableReport`] where the text is not such a report.
pub fn read(text: &[u8]) -> Result<Report, UnreadableReport> {
    let value: Value = serde_json::from_slice(text).map_err(UnreadableReport::NotJson)?;
    match value.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        Some(found) => return Err(UnreadableReport::OtherSchema { found: found.to_owned() }),
        None => return Err(UnreadableReport::NoSchema),
    }
    // Once more from the text, so that the message names line and column.
    serde_json::from_slice(text).map_err(UnreadableReport::Malformed)
}
