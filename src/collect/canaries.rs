//! Our own canaries: each tried once, and what became of it so far.

use jiff::Timestamp;

use super::run::Collected;
use super::source::Observer;
use crate::canaries::{Keeper, Registered, Standing, StateFault, Tried};
use crate::domain::{TryOutcome, with_causes};
use crate::google::Interrupt;
use crate::report::model::SourceStatus;
use crate::snapshot::{Line, RecordKind, SourceId, SourceRecord, Spool, WriteError};

/// What is to be done with the canaries of this machine.
#[derive(Debug)]
pub enum Canaries {
    /// Try each of them.
    Try(Box<Keeper>),
    /// There may be some, but they are left alone, for that reason.
    Skip {
        /// Who would try them.
        keeper: Box<Keeper>,
        /// Why not.
        why: String,
    },
}

/// A round of the canaries, on its way into a snapshot.
#[derive(Debug)]
pub enum Round {
    /// They were tried.
    Went(Tried),
    /// They were not, as this says.
    Stayed(SourceRecord),
}

/// Goes round. `None` where there is no canary, so that nobody reads of what they do not have. `now` is this machine's time.
pub async fn go_round(
    canaries: &Canaries,
    now: Timestamp,
    interrupt: &Interrupt,
    observer: &dyn Observer,
) -> Option<Round> {
    let (keeper, skip) = match canaries {
        Canaries::Try(keeper) => (keeper, None),
        Canaries::Skip { keeper, why } => (keeper, Some(why)),
    };
    let registered = match keeper.registry() {
        Ok(registry) if registry.canaries.is_empty() => return None,
        Ok(registry) => registry.canaries,
        Err(fault) => return Some(Round::Stayed(failed(&fault))),
    };
    if let Some(why) = skip {
        let mut record = SourceRecord::new(SourceId::Canaries, SourceStatus::Skipped);
        record.note = Some(why.clone());
        return Some(Round::Stayed(record));
    }
    observer.begun(SourceId::Canaries);
    // A try that is cut off leaves no trace: the history is written after all of them.
    let round = tokio::select! {
        tried = keeper.try_each(registered, now) => match tried {
            Ok(tried) => Round::Went(tried),
            Err(fault) => Round::Stayed(failed(&fault)),
        },
        () = interrupt.raised() => {
            let mut record = SourceRecord::new(SourceId::Canaries, SourceStatus::Failed);
            record.error = Some("interrupted before all of them were tried".to_owned());
            record.next_step = Some(TRY_AGAIN.to_owned());
            Round::Stayed(record)
        }
    };
    match &round {
        Round::Went(tried) => observer.ended(&went(tried)),
        Round::Stayed(record) => observer.ended(record),
    }
    Some(round)
}

const TRY_AGAIN: &str = "`gwsaudit canary refresh` tries them again";

fn failed(fault: &StateFault) -> SourceRecord {
    let mut record = SourceRecord::new(SourceId::Canaries, SourceStatus::Failed);
    record.error = Some(with_causes(fault));
    record.next_step = Some("look after the state folder; `gwsaudit canary list` shows what is in it".to_owned());
    record
}

/// How the round went: complete where every canary could be tried.
fn went(tried: &Tried) -> SourceRecord {
    let mut record = SourceRecord::new(SourceId::Canaries, SourceStatus::Complete);
    record.items = tried.trials.len() as u64;
    for trial in &tried.trials {
        let id = &trial.canary.id;
        match &trial.outcome {
            Ok(done) => {
                record.requests += 1;
                if done.outcome == TryOutcome::Unreachable {
                    let why = done.detail.as_deref().unwrap_or("Google could not be reached");
                    record.degrade(format!("{id} could not be tried: {why}"));
                }
            }
            Err(untried) => record.degrade(format!("{id} could not be tried: {}", with_causes(untried))),
        }
    }
    if let Some(loss) = tried.history.loss() {
        record.degrade(loss);
    }
    if let Some(torn) = &tried.history.torn {
        let file = torn.file_name().unwrap_or_default().to_string_lossy();
        record.note = Some(format!("the last line of the history was torn; it is kept in {file}"));
    }
    if !record.is_complete() {
        record.next_step = Some(TRY_AGAIN.to_owned());
    }
    record
}

impl Collected {
    /// Takes a round of the canaries in. Those that are known to be another tenant's, which may share the state folder,
    /// stay out.
    ///
    /// # Errors
    /// [`WriteError`] where temporary storage fails.
    pub fn add_canaries(&mut self, round: Round) -> Result<(), WriteError> {
        let mut spool = Spool::new()?;
        let record = match round {
            Round::Stayed(record) => record,
            Round::Went(mut tried) => {
                tried.trials.retain(|trial| !self.is_strange(&trial.canary));
                if tried.trials.is_empty() {
                    return Ok(());
                }
                for trial in &tried.trials {
                    let standing = Standing::of(&trial.canary, &tried.history);
                    spool.push(&Line::new(RecordKind::Canary, &standing.into_record())?)?;
                }
                went(&tried)
            }
        };
        let at = self.sources.partition_point(|source| source.id < record.id);
        self.sources.insert(at, record);
        self.spools.insert(at, spool);
        Ok(())
    }

    fn is_strange(&self, canary: &Registered) -> bool {
        matches!((&canary.customer, &self.customer), (Some(theirs), Some(ours)) if theirs != ours)
    }
}
