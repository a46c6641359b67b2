//! What a report was made from, as hashes that tie it to files.

use std::fs::File;
use std::io::{BufRead as _, BufReader};

use serde_json::{Value, json};

use super::error::CliError;
use super::judge::Question;
use super::setup::Setup;
use crate::checks::Acceptance;
use crate::domain::{Hasher, Sha256};
use crate::evidence::{Dating, Extent};
use crate::report::model::{Asked, Inputs, ListInput, PackInput, SnapshotInput, ToolInput};
use crate::snapshot::Snapshot;

/// What a report about that question is made from. The program's own file is not read: see [`program`].
pub(super) fn inputs(setup: &Setup, snapshot: &Snapshot, question: &Question<'_>) -> Result<Inputs, CliError> {
    let mut packs: Vec<PackInput> = question
        .packs
        .iter()
        .map(|pack| PackInput { id: pack.clone(), sha256: setup.registry.sha256_of(pack) })
        .collect();
    packs.sort();
    packs.dedup();
    let list = setup.statements.configured_apps.as_ref().zip(setup.configured_apps.as_ref());
    Ok(Inputs {
        snapshot: SnapshotInput { sha256: snapshot.sha256()?, collected_at: snapshot.header().collected_at },
        tool: ToolInput { version: env!("CARGO_PKG_VERSION").to_owned(), sha256: None },
        packs,
        question: Asked {
            org_units: question.selection.org_units.clone(),
            apps: question.apps.iter().map(|app| app.id.clone()).collect(),
            accept_presumed: question.acceptance == Acceptance::Presumed,
        },
        attestations: setup.attestations.clone(),
        configured_apps: list.map(|(list, file)| ListInput {
            file: file.file.clone(),
            sha256: file.sha256.clone(),
            taken_at: list.taken_at,
            time_stated: list.dating == Dating::Stated,
            whole: list.extent == Extent::Whole,
        }),
        configuration: Sha256::of(configuration(setup).to_string().as_bytes()),
    })
}

/// The program's own file; `None` where it cannot be read.
pub(super) fn program() -> Option<Sha256> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(std::env::current_exe().ok()?).ok()?);
    let mut hasher = Hasher::default();
    loop {
        let chunk = file.fill_buf().ok()?;
        if chunk.is_empty() {
            return Some(hasher.finish());
        }
        hasher.update(chunk);
        let length = chunk.len();
        file.consume(length);
    }
}

/// What else of the configuration a verdict may hang on. Keys come sorted, so equal configurations give equal texts.
fn configuration(setup: &Setup) -> Value {
    let apps = setup.config.apps.iter().map(|app| {
        json!({
            "id": app.id,
            "client_ids": app.client_ids,
            "name": app.name,
            "display_names": app.display_names,
        })
    });
    let suppress = setup.config.suppress.iter().map(|suppress| {
        json!({
            "check": suppress.check,
            "org_unit": suppress.org_unit,
            "user": suppress.user,
            "group": suppress.group,
            "app": suppress.app,
            "client_id": suppress.client_id,
            "reason": suppress.reason,
            "owner": suppress.owner,
            "expires": suppress.expires,
        })
    });
    json!({
        "apps": apps.collect::<Vec<_>>(),
        "suppress": suppress.collect::<Vec<_>>(),
        "no_bindings": setup.statements.no_bindings,
    })
}
