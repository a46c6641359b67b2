//! How fast each API may be asked: one token bucket an API, shared by all sessions of a [`Google`](super::Google).
//!
//! The numbers stay under Google's quotas even in the first minute, when the burst is spent on top of the rate
//! (Reports and Directory: Admin SDK usage limits; Access Context Manager: its quota page; Policy API: no number is
//! published, about one a second works).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::endpoint::Endpoint;

/// Which quota a source draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pace {
    /// Directory API: 2,400 a minute.
    Directory,
    /// Reports API without filters: 2,400 a minute.
    Reports,
    /// Reports API with a filter (`eventName`, `userKey` other than `all`, …): 250 a minute.
    FilteredReports,
    /// Policy API: about one a second.
    Policies,
    /// Cloud Identity API: inbound single sign-on, asked a page or two a run.
    InboundSso,
    /// Enterprise License Manager API: no quota is published; a few products a run.
    Licensing,
    /// Access Context Manager: 500 a minute.
    AccessContext,
    /// Resource Manager: asked once a run.
    ResourceManager,
}

impl Pace {
    /// Lasting rate a minute, and how many may go at once before it binds.
    fn rate(self) -> (u32, u32) {
        match self {
            Self::Directory | Self::Reports => (2200, 200),
            Self::FilteredReports => (190, 60),
            Self::Policies => (60, 5),
            Self::InboundSso => (60, 5),
            Self::Licensing => (240, 10),
            Self::AccessContext => (470, 30),
            Self::ResourceManager => (60, 10),
        }
    }
}

/// Whether Google's quotas are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pacing {
    /// As Google's quotas ask.
    #[default]
    Google,
    /// As fast as it goes until an API refuses for its quota; from then on that API is asked at Google's pace, one at a
    /// time. Against a Google of our own, which may or may not keep quotas.
    Learnt,
    /// As fast as it goes, whatever is refused: for tests of our own.
    Unlimited,
}

impl Pacing {
    /// What suits a place that Google's APIs are asked at; `None` is Google itself.
    #[must_use]
    pub fn towards(endpoint: Option<&Endpoint>) -> Self {
        match endpoint {
            Some(endpoint) if endpoint.is_loopback() => Self::Learnt,
            Some(_) | None => Self::Google,
        }
    }
}

/// After a refusal that does not say how long to wait, where the pace is being learnt: long enough for any API that takes
/// one request a second, and short enough to lose little where it takes more.
pub(crate) const REFUSED_PAUSE: Duration = Duration::from_secs(1);

/// A learnt pace keeps a little more distance than the quota asks for, in hundredths of it: requests do not all travel
/// equally fast, and one that comes a millisecond early costs a second.
const MARGIN_PERCENT: u32 = 1;
/// An API counts from when a request reached it, which is no later than its answer: so much more distance is kept where
/// answers are slow. An answer that took longer spent that time behind the quota.
const SLOW_PERCENT: u32 = 3;

/// The buckets of one Google.
#[derive(Debug)]
pub(crate) struct Pacers {
    pacing: Pacing,
    directory: Bucket,
    reports: Bucket,
    filtered_reports: Bucket,
    policies: Bucket,
    inbound_sso: Bucket,
    licensing: Bucket,
    access_context: Bucket,
    resource_manager: Bucket,
}

impl Pacers {
    pub(crate) fn new(pacing: Pacing) -> Self {
        Self {
            pacing,
            directory: Bucket::of(Pace::Directory),
            reports: Bucket::of(Pace::Reports),
            filtered_reports: Bucket::of(Pace::FilteredReports),
            policies: Bucket::of(Pace::Policies),
            inbound_sso: Bucket::of(Pace::InboundSso),
            licensing: Bucket::of(Pace::Licensing),
            access_context: Bucket::of(Pace::AccessContext),
            resource_manager: Bucket::of(Pace::ResourceManager),
        }
    }

    fn bucket(&self, pace: Pace) -> &Bucket {
        match pace {
            Pace::Directory => &self.directory,
            Pace::Reports => &self.reports,
            Pace::FilteredReports => &self.filtered_reports,
            Pace::Policies => &self.policies,
            Pace::InboundSso => &self.inbound_sso,
            Pace::Licensing => &self.licensing,
            Pace::AccessContext => &self.access_context,
            Pace::ResourceManager => &self.resource_manager,
        }
    }

    /// Takes the next turn; it comes at the time returned, which may have been.
    pub(crate) fn turn(&self, pace: Pace, now: Instant) -> Instant {
        match self.pacing {
            Pacing::Google => self.bucket(pace).turn(now),
            Pacing::Learnt => self.bucket(pace).learnt_turn(now),
            Pacing::Unlimited => now,
        }
    }

    /// A turn was used only now, which may be later than it came.
    pub(crate) fn used(&self, pace: Pace, now: Instant) {
        if self.pacing == Pacing::Learnt {
            self.bucket(pace).used(now);
        }
    }

    /// What was asked then is answered now.
    pub(crate) fn answered(&self, pace: Pace, asked: Instant, now: Instant) {
        if self.pacing == Pacing::Learnt {
            self.bucket(pace).answered(asked, now);
        }
    }

    /// The API refused for its quota. Gives the pause that its next request keeps, where the pace is being learnt.
    pub(crate) fn refused(&self, pace: Pace, now: Instant, retry_after: Option<Duration>) -> Option<Duration> {
        if self.pacing != Pacing::Learnt {
            return None;
        }
        let pause = retry_after.unwrap_or(REFUSED_PAUSE);
        self.bucket(pace).learn(now + pause);
        Some(pause)
    }
}

/// A token bucket, kept as the time at which it would be full again.
#[derive(Debug)]
struct Bucket {
    interval: Duration,
    burst: u32,
    full_at: Mutex<Option<Instant>>,
    /// Once a refusal has taught it: when the next turn comes.
    next: Mutex<Option<Instant>>,
}

impl Bucket {
    fn of(pace: Pace) -> Self {
        let (per_minute, burst) = pace.rate();
        let interval = Duration::from_secs(60) / per_minute;
        Self { interval, burst, full_at: Mutex::new(None), next: Mutex::new(None) }
    }

    fn turn(&self, now: Instant) -> Instant {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.map_or(now, |at| at.max(now));
        *full_at = Some(full + self.interval);
        let debt = full - now;
        now + debt.saturating_sub(self.interval * (self.burst - 1))
    }

    fn distance(&self) -> Duration {
        self.interval + self.interval * MARGIN_PERCENT / 100
    }

    fn learnt_turn(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |at| at.max(now));
        if next.is_some() {
            *next = Some(turn + self.distance());
        }
        turn
    }

    fn used(&self, now: Instant) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = next.map(|at| at.max(now + self.distance()));
    }

    fn answered(&self, asked: Instant, now: Instant) {
        let slow = (now - asked).min(self.interval * SLOW_PERCENT / 100);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = next.map(|at| at.max(asked + self.interval + slow));
    }

    fn learn(&self, not_before: Instant) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = Some(next.map_or(not_before, |at| at.max(not_before)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let bucket = Bucket::of(Pace::Policies);
        let now = Instant::now();
        let waits: Vec<u64> = (0..8).map(|_| (bucket.turn(now) - now).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 3]);
        let later = now + Duration::from_secs(60);
        assert_eq!(bucket.turn(later), later, "the bucket fills again");
    }

    #[test]
    fn the_first_minute_stays_under_the_quota() {
        for (pace, quota) in
            [(Pace::Directory, 2400), (Pace::Reports, 2400), (Pace::FilteredReports, 250), (Pace::AccessContext, 500)]
        {
            let bucket = Bucket::of(pace);
            let now = Instant::now();
            let sent = (0..5000).take_while(|_| bucket.turn(now) - now < Duration::from_secs(60)).count();
            assert!(sent <= quota, "{pace:?}: {sent}");
        }
    }

    #[test]
    fn a_pace_is_learnt_from_the_first_refusal_and_for_that_api_alone() {
        let pacers = Pacers::new(Pacing::Learnt);
        let now = Instant::now();
        assert!((0..100).all(|_| pacers.turn(Pace::Policies, now) == now), "nothing is held back before a refusal");
        assert_eq!(pacers.refused(Pace::Policies, now, None), Some(REFUSED_PAUSE));
        let waits: Vec<u128> = (0..3).map(|_| (pacers.turn(Pace::Policies, now) - now).as_millis()).collect();
        assert_eq!(waits, [1000, 2010, 3020]);
        assert_eq!(pacers.turn(Pace::Directory, now), now);
        let asked = Duration::from_secs(7);
        assert_eq!(pacers.refused(Pace::Directory, now, Some(asked)), Some(asked));
        assert_eq!(pacers.turn(Pace::Directory, now), now + asked);
        assert_eq!(Pacers::new(Pacing::Google).refused(Pace::Policies, now, None), None);
    }

    #[test]
    fn a_turn_that_is_used_late_moves_the_next() {
        let pacers = Pacers::new(Pacing::Learnt);
        let now = Instant::now();
        pacers.refused(Pace::Policies, now, None);
        let turn = pacers.turn(Pace::Policies, now);
        let late = turn + Duration::from_millis(40);
        pacers.used(Pace::Policies, late);
        assert_eq!((pacers.turn(Pace::Policies, late) - late).as_millis(), 1010);
    }

    /// A server that takes one request a second and counts from the last that it took.
    #[test]
    fn fifty_one_pages_at_one_a_second_cost_little_more_than_the_floor() {
        for retry_after in [None, Some(Duration::from_secs(1))] {
            let pacers = Pacers::new(Pacing::Learnt);
            let start = Instant::now();
            let (mut now, mut taken, mut last, mut refusals) = (start, 0_u32, None::<Instant>, 0_u32);
            while taken < 51 {
                now = pacers.turn(Pace::Policies, now).max(now);
                pacers.used(Pace::Policies, now);
                // Ways differ by some milliseconds, and the first is often the longest.
                let arrived = now + Duration::from_millis(u64::from(taken * 7 % 26));
                if last.is_some_and(|last| arrived - last < Duration::from_secs(1)) {
                    refusals += 1;
                    pacers.refused(Pace::Policies, arrived, retry_after);
                } else {
                    (taken, last) = (taken + 1, Some(arrived));
                    pacers.answered(Pace::Policies, now, arrived);
                }
                now = arrived;
            }
            let took = now - start;
            assert!(took < Duration::from_secs(50).mul_f64(1.05), "{took:?} after {refusals} refusals");
            assert_eq!(refusals, 1);
        }
    }
}
