//! How fast each API may be asked: one token bucket an API, shared by all sessions of a [`Google`](super::Google).
//!
//! The numbers stay under Google's quotas even in the first minute, when the burst is spent on top of the rate
//! (Reports and Directory: Admin SDK usage limits; Access Context Manager: its quota page; Policy API: no number is
//! published, about one a second works).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

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
    /// As fast as it goes: against a Google of our own.
    Unlimited,
}

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

    /// Takes the next turn; it comes at the time returned, which may have been.
    pub(crate) fn turn(&self, pace: Pace, now: Instant) -> Instant {
        let bucket = match pace {
            Pace::Directory => &self.directory,
            Pace::Reports => &self.reports,
            Pace::FilteredReports => &self.filtered_reports,
            Pace::Policies => &self.policies,
            Pace::InboundSso => &self.inbound_sso,
            Pace::Licensing => &self.licensing,
            Pace::AccessContext => &self.access_context,
            Pace::ResourceManager => &self.resource_manager,
        };
        match self.pacing {
            Pacing::Google => bucket.turn(now),
            Pacing::Unlimited => now,
        }
    }
}

/// A token bucket, kept as the time at which it would be full again.
#[derive(Debug)]
struct Bucket {
    interval: Duration,
    burst: u32,
    full_at: Mutex<Option<Instant>>,
}

impl Bucket {
    fn of(pace: Pace) -> Self {
        let (per_minute, burst) = pace.rate();
        Self { interval: Duration::from_secs(60) / per_minute, burst, full_at: Mutex::new(None) }
    }

    fn turn(&self, now: Instant) -> Instant {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.map_or(now, |at| at.max(now));
        *full_at = Some(full + self.interval);
        let debt = full - now;
        now + debt.saturating_sub(self.interval * (self.burst - 1))
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
}
