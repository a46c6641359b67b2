//! A JSON report read back, so that it can be explained without the tenant that it is about.

use serde::Deserialize;
use thiserror::Error;

use super::model::{Report, SCHEMA};

/// Why a text is no report that this version can read.
#[derive(Debug, Error)]
pub enum UnreadableReport {
    /// It is longer than any report.
    #[error("it is longer than {} MiB, so it is no report", LONGEST_REPORT >> 20)]
    TooLong,
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

/// So much of a file is a report; more of it is not even read. One of 100,000 users takes a tenth of that.
pub const LONGEST_REPORT: u64 = 1 << 30;

#[derive(Deserialize)]
struct Known {
    schema: Option<String>,
}

/// Reads what [`render`](super::render) wrote as [`Format::Json`](super::Format::Json). Unknown keys are ignored; a
/// word that is not known where the contract lists them all is an error, as nobody can tell what it would mean.
///
/// # Errors
///
/// [`UnreadableReport`] where the text is not such a report.
pub fn read(text: &[u8]) -> Result<Report, UnreadableReport> {
    // A first look that keeps nothing but the schema: whatever else the text holds may be anything, of any size.
    let known = match serde_json::from_slice::<Known>(text) {
        Ok(known) => known,
        Err(error) if error.is_data() => return Err(UnreadableReport::NoSchema),
        Err(error) => return Err(UnreadableReport::NotJson(error)),
    };
    match known.schema.as_deref() {
        Some(SCHEMA) => {}
        Some(found) => return Err(UnreadableReport::OtherSchema { found: found.to_owned() }),
        None => return Err(UnreadableReport::NoSchema),
    }
    serde_json::from_slice(text).map_err(UnreadableReport::Malformed)
}
