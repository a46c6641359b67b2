//! Two clocks: the scenario's, which may start anywhere, run faster and be moved on, and the real one.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// Simulated seconds per real second. Zero is a clock that stands still until it is moved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed(u16);

impl Default for Speed {
    /// As fast as the real clock.
    fn default() -> Self {
        Self(1)
    }
}

impl From<u16> for Speed {
    fn from(seconds: u16) -> Self {
        Self(seconds)
    }
}

/// Both clocks of a running simulator.
pub(super) struct Clock {
    start: Timestamp,
    real_start: Timestamp,
    since: Instant,
    speed: Speed,
    advanced: Mutex<SignedDuration>,
}

impl Clock {
    pub(super) fn new(start: Timestamp, real_start: Timestamp, speed: Speed) -> Self {
        Self { start, real_start, since: Instant::now(), speed, advanced: Mutex::default() }
    }

    /// The moment that the scenario's offsets count from.
    pub(super) fn start(&self) -> Timestamp {
        self.start
    }

    fn elapsed(&self) -> SignedDuration {
        SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::MAX)
    }

    /// In the scenario.
    pub(super) fn now(&self) -> Timestamp {
        let run = self.elapsed().checked_mul(i32::from(self.speed.0)).unwrap_or(SignedDuration::MAX);
        let advanced = *self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        self.start.saturating_add(run.saturating_add(advanced)).unwrap_or(Timestamp::MAX)
    }

    /// In the real world.
    pub(super) fn wall(&self) -> Timestamp {
        self.real_start.saturating_add(self.elapsed()).unwrap_or(self.real_start)
    }

    /// Moves the scenario's clock on and gives the time that it shows then. It never runs backwards: a negative length
    /// moves nothing.
    pub(super) fn advance(&self, by: SignedDuration) -> Timestamp {
        {
            let mut advanced = self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
            *advanced = advanced.saturating_add(by.max(SignedDuration::ZERO));
        }
        self.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_stands_still_moves_when_told() {
        let start = Timestamp::UNIX_EPOCH;
        let clock = Clock::new(start, start, Speed::from(0));
        assert_eq!(clock.now(), start);
        assert_eq!(clock.advance(SignedDuration::from_hours(6)).as_second(), 6 * 3600);
        assert_eq!(clock.advance(SignedDuration::from_hours(-1)).as_second(), 6 * 3600);
        assert_eq!(clock.advance(SignedDuration::MAX), Timestamp::MAX);
    }
}
