//! `gwsaudit canary`

mod add;
mod args;
mod destination;
mod granting;
mod list;
mod refresh;
mod remove;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;

pub(super) use args::{CANARY_HELP, CanaryArgs, CanaryCommand};

use super::Surroundings;
use super::args::Global;
use super::error::CliError;
use super::exit::Exit;
use super::setup::{Attestations, Setup};
use super::talk::Talk;
use super::tenant::USER_AGENT;
use crate::canaries::{History, Keeper, State, keeping};
use crate::domain::CanaryId;
use crate::google::Limits;
use crate::google::desktop_oauth::TokenEndpoint;

pub(super) async fn run(
    args: &CanaryArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: Talk,
) -> Result<Exit, CliError> {
    let setup = Setup::find_with(global, surroundings, Attestations::LeaveAlone)?;
    let state = state(&setup, surroundings).ok_or_else(|| {
        CliError::Usage(format!(
            "there is no folder to keep canaries in: set [canaries] state_dir (or GWSAUDIT_CANARIES__STATE_DIR); \
             configuration read from {}",
            setup.origin
        ))
    })?;
    let keeper = keeper(state, &setup, setup.config.google.deadline)?;
    match &args.command {
        CanaryCommand::Add(args) => add::run(args, global, &setup, &keeper, surroundings, talk).await,
        CanaryCommand::List { format } => list::run(&keeper, *format, talk),
        CanaryCommand::Refresh { ids, format } => refresh::run(&keeper, &setup, ids, *format, talk).await,
        CanaryCommand::Remove { id, force } => remove::run(&keeper, id, *force, talk).await,
    }
}

/// The folder that could hold canaries, where one is named.
pub(super) fn state(setup: &Setup, surroundings: &Surroundings) -> Option<State> {
    let folder = setup.config.canaries.state_dir.clone().or_else(|| default_folder(surroundings))?;
    // An entry of the keyring is named by the folder, and a folder by more than one path.
    Some(State::at(lasting(&folder)))
}

/// Whoever goes round.
pub(super) fn keeper(state: State, setup: &Setup, deadline: Option<SignedDuration>) -> Result<Keeper, CliError> {
    let patience =
        deadline.map_or(Limits::default().patience, |deadline| Duration::try_from(deadline).unwrap_or_default());
    let endpoint = TokenEndpoint::new(setup.config.google.endpoint.clone(), USER_AGENT, patience)?;
    Ok(Keeper::new(state, endpoint, setup.config.canaries.kept.clone(), patience))
}

/// Where state belongs (XDG Base Directory Specification; on Windows the user's local data).
fn default_folder(surroundings: &Surroundings) -> Option<PathBuf> {
    let of = |name: &str| surroundings.environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    of("XDG_STATE_HOME")
        .or_else(|| of("HOME").map(|home| home.join(".local/state")))
        .or_else(|| of("LOCALAPPDATA"))
        .map(|folder| folder.join("gwsaudit"))
}

/// The warnings that the places of tokens deserve, and settings for canaries that are not there.
pub(super) fn warn_of_doubts(keeper: &Keeper, setup: &Setup, talk: Talk) {
    // A registry that cannot be read is told of where it is needed.
    let Ok(registry) = keeper.registry() else { return };
    for doubt in registry.canaries.iter().filter_map(|canary| keeping::doubt(keeper.kept(canary))) {
        talk.warning(&doubt);
    }
    for id in setup.config.canaries.kept.keys().filter(|id| registry.find(id).is_none()) {
        talk.warning(&format!("[[canary]] {id} in {}: there is no such canary", setup.origin));
    }
}

/// Says what the history lost, or could not tell.
fn warn_of_history(history: &History, talk: Talk) {
    if let Some(torn) = &history.torn {
        talk.warning(&format!(
            "the last line of the history was torn, as a crash or a full disk leaves it; it is kept in {}",
            torn.display()
        ));
    }
    if let Some(loss) = history.loss() {
        talk.warning(&format!("{loss}; it is left as it is"));
    }
}

/// Nobody goes by that name.
fn no_such_canary(id: &CanaryId) -> CliError {
    CliError::Usage(format!("there is no canary {id}; `gwsaudit canary list` shows all"))
}

/// A path from here, whatever folder a later run starts in.
fn lasting(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The words for no canary at all.
const NONE_YET: &str = "There is no canary. docs/canaries.md and `gwsaudit canary add --help` tell how to add one.";
