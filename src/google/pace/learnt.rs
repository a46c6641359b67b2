//! A pace that is learnt: as fast as it goes until the first refusal, from then on one at a time at Google's pace.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Pace;

/// A learnt pace keeps a little more distance than the quota asks for, in hundredths of it: requests do not all travel
/// equally fast, and one that comes a millisecond early costs a second.
const MARGIN_PERCENT: u32 = 1;
/// An API counts from when a request reached it, which is no later than its answer: so much more distance is kept where
/// answers are slow. An answer that took longer spent that time behind the quota.
const SLOW_PERCENT: u32 = 3;

/// What was learnt of one API.
#[derive(Debug)]
pub(super) struct Learnt {
    interval: Duration,
    /// Once a refusal has taught it: when the next turn comes.
    next: Mutex<Option<Instant>>,
}

impl Learnt {
    pub(super) fn of(pace: Pace) -> Self {
        let (per_minute, _) = pace.rate();
        Self { interval: Duration::from_secs(60) / per_minute, next: Mutex::new(None) }
    }

    fn distance(&self) -> Duration {
        self.interval + self.interval * MARGIN_PERCENT / 100
    }

    /// Takes the next turn; it comes at the time returned, which may have been.
    pub(super) fn turn(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |at| at.max(now));
        if next.is_some() {
            *next = Some(turn + self.distance());
        }
        turn
    }

    pub(super) fn used(&self, now: Instant) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = next.map(|at| at.max(now + self.distance()));
    }

    pub(super) fn answered(&self, asked: Instant, now: Instant) {
        let slow = (now - asked).min(self.interval * SLOW_PERCENT / 100);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = next.map(|at| at.max(asked + self.interval + slow));
    }

    pub(super) fn learn(&self, not_before: Instant) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = Some(next.map_or(not_before, |at| at.max(not_before)));
    }
}
