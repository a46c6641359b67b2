//! A report held against its snapshot: whether it is the same snapshot, and whether judging it again says the same.
//!
//! It tells a report that was altered, or belongs to another snapshot, from one that can be reproduced. Hashes are no
//! signature: whoever can make a report can make one that fits a snapshot of their own.

mod compare;
mod human;

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

pub use compare::{Change, Difference, Kind};
pub use human::render as render_human;

use super::model::{Inputs, Report};
use crate::domain::{PackId, Sha256};

/// The schema name that every JSON verification carries.
pub const SCHEMA: &str = "gwsaudit/verification/1";

/// Whether something that a report was made from is at hand again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sameness {
    /// It is.
    Same,
    /// Something else is.
    Different,
    /// One of the two is not known.
    Unknown,
}

impl Sameness {
    fn of<T: PartialEq>(reported: Option<&T>, found: Option<&T>) -> Self {
        match (reported, found) {
            (Some(reported), Some(found)) if reported == found => Self::Same,
            (Some(_), Some(_)) => Self::Different,
            (None, _) | (_, None) => Self::Unknown,
        }
    }

    /// Where absence is a value like any other.
    fn whole<T: PartialEq>(reported: T, found: T) -> Self {
        if reported == found { Self::Same } else { Self::Different }
    }
}

/// What a report says that it was made from, and what it was judged by now.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Compared<T> {
    /// Whether the two are the same.
    pub is: Sameness,
    /// What the report says.
    pub reported: T,
    /// What is at hand.
    pub found: T,
}

/// A pack of the report.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ComparedPack {
    /// Its id.
    pub id: PackId,
    /// Its file; unknown for a pack that is part of the program.
    #[serde(flatten)]
    pub file: Compared<Option<Sha256>>,
}

/// A report held against its snapshot.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Verification {
    schema: &'static str,
    /// Whether the snapshot is the one, and judging it again says the same.
    pub reproduced: bool,
    /// The snapshot.
    pub snapshot: Compared<Sha256>,
    /// The program's version.
    pub version: Compared<String>,
    /// The program's file.
    pub program: Compared<Option<Sha256>>,
    /// The packs.
    pub packs: Vec<ComparedPack>,
    /// The file of attestations.
    pub attestations: Compared<Option<Sha256>>,
    /// The list of configured apps.
    pub configured_apps: Compared<Option<Sha256>>,
    /// What else of the configuration counts.
    pub configuration: Compared<Sha256>,
    /// What the report says otherwise than judging again does; sorted by part.
    pub differences: Vec<Difference>,
}

/// Holds a report against what judging its snapshot again gave. `reported` and `found` are what the two were made from.
#[must_use]
pub fn verify(report: &Report, reported: &Inputs, again: &Report, found: &Inputs) -> Verification {
    let sha = |one: &Sha256, other: &Sha256| Compared {
        is: Sameness::whole(one, other),
        reported: one.clone(),
        found: other.clone(),
    };
    let file = |one: Option<&Sha256>, other: Option<&Sha256>| Compared {
        is: Sameness::whole(one, other),
        reported: one.cloned(),
        found: other.cloned(),
    };
    let snapshot = sha(&reported.snapshot.sha256, &found.snapshot.sha256);
    let packs = reported.packs.iter().map(|pack| {
        let now = found.packs.iter().find(|other| other.id == pack.id).and_then(|other| other.sha256.clone());
        let is = Sameness::of(pack.sha256.as_ref(), now.as_ref());
        ComparedPack { id: pack.id.clone(), file: Compared { is, reported: pack.sha256.clone(), found: now } }
    });
    let differences = compare::compare(report, again);
    Verification {
        schema: SCHEMA,
        reproduced: snapshot.is == Sameness::Same && differences.is_empty(),
        version: Compared {
            is: Sameness::whole(&reported.tool.version, &found.tool.version),
            reported: reported.tool.version.clone(),
            found: found.tool.version.clone(),
        },
        program: Compared {
            is: Sameness::of(reported.tool.sha256.as_ref(), found.tool.sha256.as_ref()),
            reported: reported.tool.sha256.clone(),
            found: found.tool.sha256.clone(),
        },
        packs: packs.collect(),
        attestations: file(
            reported.attestations.as_ref().map(|file| &file.sha256),
            found.attestations.as_ref().map(|file| &file.sha256),
        ),
        configured_apps: file(
            reported.configured_apps.as_ref().map(|file| &file.sha256),
            found.configured_apps.as_ref().map(|file| &file.sha256),
        ),
        configuration: sha(&reported.configuration, &found.configuration),
        snapshot,
        differences,
    }
}

/// Writes it as JSON.
///
/// # Errors
///
/// Only those of `out`.
pub fn render_json(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, verification)?;
    out.write_all(b"\n")
}
