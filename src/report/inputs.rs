//! What a report was made from: enough to tell whether something else is the same, and to judge again.
//!
//! Hashes prove nothing about who made a report; they are no signature. They tie it to files that somebody still has.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::as_sent;
use crate::domain::{AppId, Moment, OrgUnitPath, PackId, Sha256};

/// What a report was made from.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Inputs {
    /// The snapshot that was judged.
    pub snapshot: SnapshotInput,
    /// The program that judged.
    pub tool: ToolInput,
    /// The packs that were run; sorted by id.
    pub packs: Vec<PackInput>,
    /// What was asked.
    pub question: Asked,
    /// The file of attestations; null where none was given.
    pub attestations: Option<FileInput>,
    /// The console's list of configured apps; null where none was given.
    pub configured_apps: Option<ListInput>,
    /// SHA-256 over what else the configuration says and a verdict may hang on: apps, accepted risks, whether bindings
    /// exist. Equal configurations have equal ones, however their files are written.
    pub configuration: Sha256,
}

/// That names are pseudonyms.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Redaction {
    /// What tells keys apart and tells nothing about them: under one key, one name has one pseudonym.
    pub key: String,
}

/// The snapshot that was judged; for a live run what was collected, as it lay in temporary storage.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SnapshotInput {
    /// SHA-256 of its JSON Lines, unpacked, from the first byte to the last: a `.zst` and its plain copy have the same.
    pub sha256: Sha256,
    /// When it was collected.
    #[schemars(with = "Moment")]
    pub collected_at: Timestamp,
}

/// The program that judged.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ToolInput {
    /// Its version.
    pub version: String,
    /// SHA-256 of its file; null where that could not be read.
    pub sha256: Option<Sha256>,
}

/// A pack that was run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct PackInput {
    /// Its id.
    pub id: PackId,
    /// SHA-256 of its file; of one that builds on another, of its file with that one's SHA-256 after it. Null for a pack
    /// that is part of the program.
    pub sha256: Option<Sha256>,
}

/// What was asked of the tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Asked {
    /// Org units with all below them; empty where all were meant.
    #[serde(deserialize_with = "as_sent::many")]
    pub org_units: Vec<OrgUnitPath>,
    /// The apps under audit; sorted.
    pub apps: Vec<AppId>,
    /// Whether presumed facts could pass.
    pub accept_presumed: bool,
}

/// A file of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct FileInput {
    /// Its name, without its folder.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
}

/// The console's list of configured apps.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ListInput {
    /// Its name, without its folder.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// When it was downloaded, as far as that is known.
    #[schemars(with = "Moment")]
    pub taken_at: Timestamp,
    /// Whether the operator said when; otherwise it is the file's own time.
    pub time_stated: bool,
    /// Whether the operator said that it is the whole list.
    pub whole: bool,
}
