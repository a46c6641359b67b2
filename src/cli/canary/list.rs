//! `gwsaudit canary list`

use std::io;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{NONE_YET, warn_of_history};
use crate::canaries::{Bracket, History, Keeper, Standing};
use crate::cli::args::Listing;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output::{json, standard};
use crate::cli::talk::Talk;
use crate::cli::tenant::now;
use crate::domain::{Clock, humane_duration, humane_time};
use crate::report::Visible;

pub(super) fn run(keeper: &Keeper, format: Listing, talk: Talk) -> Result<Exit, CliError> {
    let registry = keeper.registry()?;
    let history = if registry.canaries.is_empty() { History::default() } else { keeper.state().lock()?.history()? };
    warn_of_history(&history, talk);
    let standings: Vec<Standing> = registry.canaries.iter().map(|canary| Standing::of(canary, &history)).collect();
    let now = now();
    match format {
        Listing::Json => json(&json!(standings.iter().map(|one| entry(one, keeper)).collect::<Vec<_>>()))?,
        Listing::Human => standard(|out| {
            if standings.is_empty() {
                return writeln!(out, "{NONE_YET}");
            }
            standings.iter().try_for_each(|one| show(one, keeper, now, out))
        })?,
    }
    Ok(Exit::Clean)
}

fn entry(standing: &Standing, keeper: &Keeper) -> Value {
    let canary = &standing.canary;
    let bracket = |bracket: Bracket| {
        json!({
            "survived_seconds": bracket.survived.map(|age| age.as_secs()),
            "failed_seconds": bracket.failed.map(|age| age.as_secs()),
        })
    };
    json!({
        "id": canary.id,
        "org_unit": canary.org_unit,
        "role": canary.role,
        "below": canary.below,
        "user": canary.user,
        "client_id": canary.client_id,
        "token": keeper.kept(canary).to_string(),
        "added_at": canary.added_at,
        "authorized_at": standing.authorized_at(),
        "org_unit_checked_at": canary.org_unit_checked_at,
        "last": standing.last().map(|last| json!({
            "at": last.at,
            "outcome": last.outcome,
            "detail": last.detail,
            "clock": last.clock,
        })),
        "bracket": bracket(standing.present()),
        "bracket_of_all_lives": bracket(standing.ever()),
        "lives": standing.lives,
    })
}

fn show(standing: &Standing, keeper: &Keeper, now: Timestamp, out: &mut dyn io::Write) -> io::Result<()> {
    let canary = &standing.canary;
    writeln!(out, "{}  {} in {}", canary.id, canary.role, Visible::of(canary.org_unit.as_str()))?;
    writeln!(out, "  user        {}", Visible::of(canary.user.as_str()))?;
    writeln!(out, "  client      {}", Visible::of(canary.client_id.as_str()))?;
    writeln!(out, "  token       {}", Visible::of(&keeper.kept(canary).to_string()))?;
    let authorized = standing.authorized_at();
    let lives = match standing.lives.len() {
        0 | 1 => String::new(),
        lives => format!(", for the {}{} time", lives, ordinal(lives)),
    };
    writeln!(out, "  authorised  {}, {}{lives}", humane_time(authorized), ago(now, authorized))?;
    match standing.last() {
        None => writeln!(out, "  last try    none yet")?,
        Some(last) => {
            let clock = match last.clock {
                Clock::Google => "",
                Clock::Machine => " by this machine's clock",
            };
            writeln!(out, "  last try    {}: {}{clock}", humane_time(last.at), last.outcome)?;
            if let Some(detail) = &last.detail {
                writeln!(out, "              {}", Visible::of(detail))?;
            }
        }
    }
    writeln!(out, "  session     {}", in_words(standing.present()))?;
    if standing.lives.len() > 1 && standing.ever() != standing.present() {
        writeln!(out, "              over all its lives: {}", in_words(standing.ever()))?;
    }
    match canary.org_unit_checked_at {
        Some(at) => writeln!(out, "  org unit    seen in the Directory {}", humane_time(at))?,
        None => writeln!(out, "  org unit    never checked (added with --offline)")?,
    }
    Ok(())
}

/// What the ages amount to.
pub(super) fn in_words(bracket: Bracket) -> String {
    match (bracket.survived, bracket.failed) {
        (None, None) => "nothing is known yet".to_owned(),
        (Some(survived), None) => {
            format!("refreshed at the age of {}, never refused for reauthentication", humane_duration(survived))
        }
        (None, Some(failed)) => format!("refused for reauthentication at the age of {}", humane_duration(failed)),
        (Some(survived), Some(failed)) => format!(
            "refreshed at the age of {}, refused for reauthentication at that of {}",
            humane_duration(survived),
            humane_duration(failed)
        ),
    }
}

fn ago(now: Timestamp, then: Timestamp) -> String {
    let age = now.duration_since(then);
    if age.is_negative() { "ahead of this machine's clock".to_owned() } else { format!("{} ago", humane_duration(age)) }
}

fn ordinal(number: usize) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        (_, _) => "th",
    }
}
