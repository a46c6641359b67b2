//! `gwsaudit collect`

use std::collections::BTreeSet;
use std::path::Path;

use super::Surroundings;
use super::args::{CollectArgs, Global};
use super::error::CliError;
use super::exit::Exit;
use super::judge::choose_apps;
use super::output::existing_folder;
use super::talk::Talk;
use super::tenant::{Read, Tenant, nothing_read};
use crate::collect::{Broken, Collected, Purpose};
use crate::snapshot::SourceId;

pub(super) async fn run(
    args: &CollectArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let tenant = Tenant::open(&args.tenant, Some(&args.continuity), global, surroundings).await?;
    let apps = choose_apps(&tenant.setup, &tenant.setup.config.audit.packs, &[])?;
    existing_folder(&args.output)?;
    // Until it is written: a snapshot of a part is what an interrupted run leaves.
    let _heeding = surroundings.signals.heed();
    match tenant.read(Purpose::Snapshot, BTreeSet::new(), &apps, surroundings, *talk).await? {
        Read::Collected(collected) => {
            if let Some(error) = nothing_read(&collected) {
                return Err(error);
            }
            let replaced = args.continuity.since_snapshot.as_deref().filter(|since| same_file(since, &args.output));
            if let (Some(file), Some((log, why))) = (replaced, would_be_lost(&collected)) {
                return Err(CliError::WouldLoseLog { file: file.to_owned(), log: log.to_string(), why: why.clone() });
            }
            collected.write(Some(&args.output))?;
        }
        Read::Snapshot(snapshot) => snapshot.copy_to(&args.output)?,
    }
    tenant.close().await;
    Ok(Exit::Clean)
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        (_, _) => false,
    }
}

/// A log whose past only the earlier snapshot holds, and which another run may still carry forward.
fn would_be_lost(collected: &Collected) -> Option<(SourceId, &Broken)> {
    let mut broken = collected
        .continuity()
        .iter()
        .filter_map(|continuity| Some((continuity.log, continuity.outcome.as_ref().err()?)));
    broken.find(|(_, why)| why.may_heal())
}
