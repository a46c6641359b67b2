//! Whoever goes round, tries every canary once and writes down what became of it.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use super::history::{Entry, Happening, History};
use super::keeping::{self, KeepingFault, Kept};
use super::registry::{Registered, Registry};
use super::state::{State, StateFault};
use crate::domain::{CanaryId, Clock, TryOutcome};
use crate::google::Endpoint;
use crate::google::desktop_oauth::{CLOUD_SCOPE, Refresh, TokenEndpoint};
use crate::snapshot::{CanaryLife, CanaryRecord, CanaryTry};

/// So many tokens are tried at a time.
const AT_ONCE: usize = 8;

/// The canaries, and what it takes to try them.
#[derive(Debug, Clone)]
pub struct Keeper {
    state: State,
    endpoint: TokenEndpoint,
    /// Where the configuration says that tokens are, by canary.
    kept: BTreeMap<CanaryId, Kept>,
    /// How long a round may take.
    patience: Duration,
}

/// Why a canary was not tried: nothing was sent, or nothing is known of it.
#[derive(Debug, Error)]
pub enum Untried {
    /// Its token cannot be had.
    #[error(transparent)]
    Token(#[from] KeepingFault),
    /// Its token belongs to another authorisation server.
    #[error("it was authorised at {theirs}, and its token is not sent to {ours}")]
    Elsewhere {
        /// Where it was authorised.
        theirs: String,
        /// Where it would be tried.
        ours: String,
    },
    /// The round had to end before its turn did.
    #[error("given up, as the round took longer than {} s", .0.as_secs())]
    OutOfTime(Duration),
}

/// One canary's turn.
#[derive(Debug)]
pub struct Trial {
    /// Whose.
    pub canary: Registered,
    /// What was written down, or why there was nothing to write.
    pub outcome: Result<CanaryTry, Untried>,
}

/// A round.
#[derive(Debug)]
pub struct Tried {
    /// Everybody's turn, sorted by id.
    pub trials: Vec<Trial>,
    /// The history, the round included.
    pub history: History,
}

/// What the tries of some lives amount to: the session, if it is one, is longer than the one and no longer than the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bracket {
    /// The greatest age at which a token was still refreshed.
    pub survived: Option<SignedDuration>,
    /// The smallest age at which Google asked for reauthentication.
    pub failed: Option<SignedDuration>,
}

/// A canary and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub canary: Registered,
    /// Its lives, in time order; the last is the present one.
    pub lives: Vec<CanaryLife>,
}

impl Keeper {
    /// Somebody to go round.
    #[must_use]
    pub fn new(state: State, endpoint: TokenEndpoint, kept: BTreeMap<CanaryId, Kept>, patience: Duration) -> Self {
        Self { state, endpoint, kept, patience }
    }

    /// The state folder.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The endpoints.
    #[must_use]
    pub fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    /// Who there is.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn registry(&self) -> Result<Registry, StateFault> {
        self.state.registry()
    }

    /// Where a canary's token is: as the configuration says, else as it was added.
    #[must_use]
    pub fn kept<'k>(&'k self, canary: &'k Registered) -> &'k Kept {
        self.kept.get(&canary.id).unwrap_or(&canary.kept)
    }

    /// Tries each of them once, several at a time, and writes down what became of it. `now` is this machine's time.
    ///
    /// # Errors
    /// [`StateFault`] where it cannot be written down.
    pub async fn try_each(&self, canaries: Vec<Registered>, now: Timestamp) -> Result<Tried, StateFault> {
        let end = Instant::now() + self.patience;
        let turns = canaries.into_iter().map(|canary| self.try_one(canary, now, end));
        let mut turns: Vec<(Trial, Option<Entry>)> =
            futures_util::stream::iter(turns).buffer_unordered(AT_ONCE).collect().await;
        turns.sort_by(|(one, _), (other, _)| one.canary.id.cmp(&other.canary.id));
        let (trials, entries): (Vec<Trial>, Vec<Option<Entry>>) = turns.into_iter().unzip();
        let entries: Vec<Entry> = entries.into_iter().flatten().collect();
        let locked = self.state.lock()?;
        let history = if entries.is_empty() { locked.history()? } else { locked.append(&entries)? };
        Ok(Tried { trials, history })
    }

    async fn try_one(&self, canary: Registered, now: Timestamp, end: Instant) -> (Trial, Option<Entry>) {
        let turn = timeout_at(end, self.refresh(&canary, now)).await;
        match turn.unwrap_or(Err(Untried::OutOfTime(self.patience))) {
            Err(untried) => (Trial { canary, outcome: Err(untried) }, None),
            Ok((authorized_at, refresh)) => {
                let Refresh { at, clock, outcome, detail, .. } = refresh;
                let done = CanaryTry { at, outcome, detail: detail.clone(), clock };
                let happening = Happening::Tried { outcome, detail };
                let entry = Entry { canary: canary.id.clone(), authorized_at, at, clock, happening };
                (Trial { canary, outcome: Ok(done) }, Some(entry))
            }
        }
    }

    async fn refresh(&self, canary: &Registered, now: Timestamp) -> Result<(Timestamp, Refresh), Untried> {
        self.must_be_at_home(canary)?;
        let kept = self.kept(canary);
        let credential = keeping::load(&self.state, &canary.id, kept).await?;
        if credential.client_id != canary.client_id {
            let place = kept.to_string();
            return Err(KeepingFault::OtherClient { place, found: credential.client_id }.into());
        }
        if credential.authorized_at < canary.added_at {
            return Err(KeepingFault::Earlier { place: kept.to_string() }.into());
        }
        let refresh = self.endpoint.refresh(&credential.client(), &credential.refresh_token, now).await;
        Ok((credential.authorized_at, doubted(refresh, canary)))
    }

    /// A token goes nowhere but to where it came from: not to a simulator if it is Google's, nor the other way round.
    ///
    /// # Errors
    /// [`Untried::Elsewhere`].
    pub fn must_be_at_home(&self, canary: &Registered) -> Result<(), Untried> {
        let theirs = canary.endpoint.as_deref().map(str::parse::<Endpoint>).transpose().ok().flatten();
        let ours = self.endpoint.endpoint();
        let known = canary.endpoint.is_none() || theirs.is_some();
        // A simulator that was started again has another port.
        if known && theirs.as_ref().map(Endpoint::host) == ours.map(Endpoint::host) {
            return Ok(());
        }
        let shown = |endpoint: Option<&Endpoint>| endpoint.map_or_else(|| "Google".to_owned(), Endpoint::to_string);
        let theirs = canary.endpoint.clone().unwrap_or_else(|| shown(None));
        Err(Untried::Elsewhere { theirs, ours: shown(ours) })
    }
}

/// A success that is another user's, another client's, or without the Cloud scope, is none: whatever was put in the
/// place of the token, it is not the canary's.
fn doubted(refresh: Refresh, canary: &Registered) -> Refresh {
    if refresh.outcome != TryOutcome::Refreshed {
        return refresh;
    }
    let identity = refresh.identity.as_ref();
    let why = if identity.is_some_and(|identity| identity.subject != canary.user_id) {
        Some("refreshed, but the token is another user's")
    } else if identity.is_some_and(|identity| identity.audience != canary.client_id.as_str()) {
        Some("refreshed, but the token is another client's")
    } else if refresh.scope.as_deref().is_some_and(|scope| !scope.split_whitespace().any(|one| one == CLOUD_SCOPE)) {
        Some("refreshed, but without the scope cloud-platform")
    } else {
        None
    };
    match why {
        Some(why) => Refresh { outcome: TryOutcome::Other, detail: Some(why.to_owned()), ..refresh },
        None => refresh,
    }
}

impl Bracket {
    /// What these lives amount to.
    fn of<'l>(lives: impl IntoIterator<Item = &'l CanaryLife>) -> Self {
        let mut bracket = Self::default();
        for life in lives {
            for one in &life.tries {
                let age = one.at.duration_since(life.authorized_at);
                if one.outcome == TryOutcome::Refreshed {
                    bracket.survived = bracket.survived.max(Some(age));
                } else if one.outcome.is_reauth() {
                    bracket.failed = Some(bracket.failed.map_or(age, |failed| failed.min(age)));
                }
            }
        }
        bracket
    }
}

impl Standing {
    /// A canary in the light of the history.
    #[must_use]
    pub fn of(canary: &Registered, history: &History) -> Self {
        let mut lives: BTreeMap<Timestamp, Vec<CanaryTry>> = BTreeMap::from([(canary.authorized_at, Vec::new())]);
        for entry in history.of(&canary.id, canary.added_at) {
            let tries = lives.entry(entry.authorized_at).or_default();
            match &entry.happening {
                Happening::Tried { outcome, detail } => tries.push(CanaryTry {
                    at: entry.at,
                    outcome: *outcome,
                    detail: detail.clone(),
                    clock: entry.clock,
                }),
                Happening::Authorized | Happening::Removed => {}
            }
        }
        let lives = lives.into_iter().map(|(authorized_at, tries)| CanaryLife::of(authorized_at, tries)).collect();
        Self { canary: canary.clone(), lives }
    }

    /// When its user last authorised it.
    #[must_use]
    pub fn authorized_at(&self) -> Timestamp {
        self.lives.last().map_or(self.canary.authorized_at, |life| life.authorized_at)
    }

    /// The last try of its present life.
    #[must_use]
    pub fn last(&self) -> Option<&CanaryTry> {
        self.lives.last().and_then(|life| life.tries.last())
    }

    /// What the present life amounts to.
    #[must_use]
    pub fn present(&self) -> Bracket {
        Bracket::of(self.lives.last())
    }

    /// What all lives together amount to; settings may have changed in between.
    #[must_use]
    pub fn ever(&self) -> Bracket {
        Bracket::of(&self.lives)
    }

    /// The same for a snapshot.
    #[must_use]
    pub fn into_record(self) -> CanaryRecord {
        let canary = self.canary;
        CanaryRecord {
            id: canary.id,
            org_unit: canary.org_unit,
            role: canary.role,
            client_id: canary.client_id,
            user: canary.user,
            user_id: Some(canary.user_id),
            below: canary.below,
            added_at: canary.added_at,
            org_unit_checked_at: canary.org_unit_checked_at,
            lives: self.lives,
        }
    }
}

impl Entry {
    /// A life that begins.
    #[must_use]
    pub fn authorized(canary: &Registered, clock: Clock) -> Self {
        let at = canary.authorized_at;
        Self { canary: canary.id.clone(), authorized_at: at, at, clock, happening: Happening::Authorized }
    }

    /// The end of a canary, by this machine's clock.
    #[must_use]
    pub fn removed(canary: &Registered, now: Timestamp) -> Self {
        let authorized_at = canary.authorized_at;
        Self { canary: canary.id.clone(), authorized_at, at: now, clock: Clock::Machine, happening: Happening::Removed }
    }
}
