//! `gwsaudit collect`

use super::Surroundings;
use super::args::{CollectArgs, Global};
use super::error::CliError;
use super::exit::Exit;
use super::judge::choose_apps;
use super::output::existing_folder;
use super::talk::Talk;
use super::tenant::{Read, Tenant, nothing_read};
use crate::collect::Purpose;

pub(super) async fn run(
    args: &CollectArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let tenant = Tenant::open(&args.tenant, global, surroundings, *talk).await?;
    let apps = choose_apps(&tenant.setup, &tenant.setup.config.audit.packs, &[])?;
    existing_folder(&args.output)?;
    match tenant.read(Purpose::Snapshot, &apps, surroundings, *talk).await? {
        Read::Collected(collected) => {
            if let Some(error) = nothing_read(&collected) {
                return Err(error);
            }
            collected.write(Some(&args.output))?;
        }
        Read::Snapshot(snapshot) => snapshot.copy_to(&args.output)?,
    }
    tenant.close().await;
    Ok(Exit::Clean)
}
