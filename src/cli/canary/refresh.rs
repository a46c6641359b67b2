//! `gwsaudit canary refresh`

use serde_json::{Value, json};

use super::list::in_words;
use super::{NONE_YET, no_such_canary, warn_of_doubts, warn_of_history};
use crate::canaries::{Keeper, Standing, Trial, Tried};
use crate::cli::args::Listing;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output::{json, standard};
use crate::cli::setup::Setup;
use crate::cli::talk::Talk;
use crate::cli::tenant::now;
use crate::domain::{CanaryId, humane_time, with_causes};
use crate::report::Visible;

pub(super) async fn run(
    keeper: &Keeper,
    setup: &Setup,
    ids: &[CanaryId],
    format: Listing,
    talk: Talk,
) -> Result<Exit, CliError> {
    let registry = keeper.registry()?;
    if let Some(unknown) = ids.iter().find(|id| registry.find(id).is_none()) {
        return Err(no_such_canary(unknown));
    }
    warn_of_doubts(keeper, setup, talk);
    let mut chosen = registry.canaries;
    chosen.retain(|canary| ids.is_empty() || ids.contains(&canary.id));
    if chosen.is_empty() {
        match format {
            Listing::Json => json(&json!([]))?,
            Listing::Human => standard(|out| writeln!(out, "{NONE_YET}"))?,
        }
        return Ok(Exit::Clean);
    }
    let tried = keeper.try_each(chosen, now()).await?;
    warn_of_history(&tried.history, talk);
    match format {
        Listing::Json => json(&json!(tried.trials.iter().map(|trial| entry(trial, &tried)).collect::<Vec<_>>()))?,
        Listing::Human => standard(|out| {
            for trial in &tried.trials {
                let canary = &trial.canary;
                write!(out, "{}  {} in {}: ", canary.id, canary.role, Visible::of(canary.org_unit.as_str()))?;
                match &trial.outcome {
                    Ok(done) => {
                        writeln!(out, "{} at {}", done.outcome, humane_time(done.at))?;
                        if let Some(detail) = &done.detail {
                            writeln!(out, "  {}", Visible::of(detail))?;
                        }
                    }
                    Err(untried) => writeln!(out, "not tried: {}", Visible::of(&with_causes(untried)))?,
                }
                writeln!(out, "  {}", in_words(Standing::of(canary, &tried.history).present()))?;
            }
            Ok(())
        })?,
    }
    let telling = |trial: &Trial| trial.outcome.as_ref().is_ok_and(|done| done.outcome.is_telling());
    Ok(if tried.trials.iter().all(telling) { Exit::Clean } else { Exit::Failed })
}

fn entry(trial: &Trial, tried: &Tried) -> Value {
    let canary = &trial.canary;
    let standing = Standing::of(canary, &tried.history);
    let done = trial.outcome.as_ref().ok();
    json!({
        "id": canary.id,
        "org_unit": canary.org_unit,
        "role": canary.role,
        "authorized_at": standing.authorized_at(),
        "at": done.map(|done| done.at),
        "clock": done.map(|done| done.clock),
        "outcome": done.map(|done| done.outcome),
        "detail": done.and_then(|done| done.detail.as_deref()),
        "not_tried": trial.outcome.as_ref().err().map(|untried| with_causes(untried)),
    })
}
