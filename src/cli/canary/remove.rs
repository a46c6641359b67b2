//! `gwsaudit canary remove`

use crate::canaries::{Entry, Keeper, Kept, keeping};
use crate::cli::error::{CanaryFault, CliError};
use crate::cli::exit::Exit;
use crate::cli::output::standard;
use crate::cli::talk::Talk;
use crate::cli::tenant::now;
use crate::domain::{CanaryId, with_causes};
use crate::google::desktop_oauth::Revocation;

/// Revokes first: a token that nobody has any more can be revoked by its user alone.
pub(super) async fn run(keeper: &Keeper, id: &CanaryId, force: bool, talk: Talk) -> Result<Exit, CliError> {
    let registry = keeper.registry()?;
    let Some(canary) = registry.find(id).cloned() else {
        return Err(super::no_such_canary(id));
    };
    let kept = keeper.kept(&canary).clone();
    let refused = match keeper.must_be_at_home(&canary) {
        Err(untried) => Some(with_causes(&untried)),
        Ok(()) => match keeping::load(keeper.state(), id, &kept).await {
            Err(fault) => Some(with_causes(&fault)),
            Ok(credential) => match keeper.endpoint().revoke(&credential.refresh_token).await {
                Revocation::Revoked | Revocation::Gone => None,
                Revocation::Failed(words) => Some(words),
            },
        },
    };
    match refused {
        Some(words) if !force => return Err(CanaryFault::NotRevoked { id: id.clone(), words }.into()),
        Some(words) => talk.warning(&format!(
            "{id} is not revoked ({words}); its user {} should take the app's access away at https://myaccount.google.com/connections",
            canary.user
        )),
        None => {}
    }
    keeping::delete(keeper.state(), id, &kept).await.map_err(CanaryFault::Keeping)?;
    let locked = keeper.state().lock()?;
    let mut registry = keeper.registry()?;
    // First the history: a canary that is still there may be removed again, one that is not leaves its past behind.
    super::warn_of_history(&locked.append(&[Entry::removed(&canary, now())])?, talk);
    registry.remove(id);
    locked.save(&registry)?;
    standard(|out| {
        writeln!(out, "{id} is removed; its history stays in {}", keeper.state().folder().display())?;
        match &kept {
            Kept::File | Kept::Keyring => Ok(()),
            Kept::TokenFile(_) | Kept::TokenCommand(_) => {
                writeln!(out, "Its token is worthless now; delete it where it is kept: {kept}")
            }
        }
    })?;
    Ok(Exit::Clean)
}
