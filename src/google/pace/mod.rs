//! How fast each API may be asked: one token bucket an API, shared by all sessions of a [`Google`](super::Google), which
//! take turns by source.
//!
//! The numbers stay under Google's quotas even in the first minute, when the burst is spent on top of the rate
//! (Reports and Directory: Admin SDK usage limits; Access Context Manager: its quota page; Policy API: no number is
//! published, about one a second works).

mod bucket;
mod learnt;
mod turns;

use std::time::Duration;

use tokio::time::Instant;

use self::learnt::Learnt;
use self::turns::Turns;
use super::endpoint::Endpoint;
use super::patience::{Expired, Patience};

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
    /// As Google's quotas ask, and slower where Google refuses all the same.
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

/// The paces of one Google.
#[derive(Debug)]
pub(crate) struct Pacers {
    pacing: Pacing,
    directory: Pacer,
    reports: Pacer,
    filtered_reports: Pacer,
    policies: Pacer,
    inbound_sso: Pacer,
    licensing: Pacer,
    access_context: Pacer,
    resource_manager: Pacer,
}

/// The pace of one API, kept in one way or the other.
#[derive(Debug)]
struct Pacer {
    turns: Turns,
    learnt: Learnt,
}

impl Pacer {
    fn of(pace: Pace) -> Self {
        Self { turns: Turns::of(pace), learnt: Learnt::of(pace) }
    }
}

impl Pacers {
    pub(crate) fn new(pacing: Pacing) -> Self {
        Self {
            pacing,
            directory: Pacer::of(Pace::Directory),
            reports: Pacer::of(Pace::Reports),
            filtered_reports: Pacer::of(Pace::FilteredReports),
            policies: Pacer::of(Pace::Policies),
            inbound_sso: Pacer::of(Pace::InboundSso),
            licensing: Pacer::of(Pace::Licensing),
            access_context: Pacer::of(Pace::AccessContext),
            resource_manager: Pacer::of(Pace::ResourceManager),
        }
    }

    fn of(&self, pace: Pace) -> &Pacer {
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

    /// Waits for the source's next turn at the API, and takes it. That costs no patience.
    pub(crate) async fn turn(&self, pace: Pace, source: &'static str, patience: &Patience) -> Result<(), Expired> {
        match self.pacing {
            Pacing::Google => self.of(pace).turns.turn(source, patience).await,
            Pacing::Learnt => {
                let learnt = &self.of(pace).learnt;
                patience.wait_for_turn(learnt.turn(Instant::now())).await?;
                // It may have been used later than it came.
                learnt.used(Instant::now());
                Ok(())
            }
            Pacing::Unlimited => patience.wait_for_turn(Instant::now()).await,
        }
    }

    /// What was asked then is answered now.
    pub(crate) fn answered(&self, pace: Pace, asked: Instant, now: Instant) {
        match self.pacing {
            Pacing::Google => self.of(pace).turns.answered(now),
            Pacing::Learnt => self.of(pace).learnt.answered(asked, now),
            Pacing::Unlimited => {}
        }
    }

    /// What was asked then is now refused for the API's quota. Gives the pause that its next request keeps, where the pace
    /// is being learnt; under Google's own, whoever was refused pauses as the retry policy says.
    pub(crate) fn refused(
        &self,
        pace: Pace,
        asked: Instant,
        now: Instant,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        match self.pacing {
            Pacing::Google => {
                self.of(pace).turns.refused(asked, now, retry_after);
                None
            }
            Pacing::Learnt => {
                let pause = retry_after.unwrap_or(REFUSED_PAUSE);
                self.of(pace).learnt.learn(now + pause);
                Some(pause)
            }
            Pacing::Unlimited => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_learnt_from_the_first_refusal_and_for_that_api_alone() {
        let pacers = Pacers::new(Pacing::Learnt);
        let now = Instant::now();
        assert!(
            (0..100).all(|_| pacers.of(Pace::Policies).learnt.turn(now) == now),
            "nothing is held back before a refusal"
        );
        assert_eq!(pacers.refused(Pace::Policies, now, now, None), Some(REFUSED_PAUSE));
        let waits: Vec<u128> = (0..3).map(|_| (pacers.of(Pace::Policies).learnt.turn(now) - now).as_millis()).collect();
        assert_eq!(waits, [1000, 2010, 3020]);
        assert_eq!(pacers.of(Pace::Directory).learnt.turn(now), now);
        let asked = Duration::from_secs(7);
        assert_eq!(pacers.refused(Pace::Directory, now, now, Some(asked)), Some(asked));
        assert_eq!(pacers.of(Pace::Directory).learnt.turn(now), now + asked);
        assert_eq!(Pacers::new(Pacing::Google).refused(Pace::Policies, now, now, None), None);
    }

    #[test]
    fn a_turn_that_is_used_late_moves_the_next() {
        let pacers = Pacers::new(Pacing::Learnt);
        let now = Instant::now();
        pacers.refused(Pace::Policies, now, now, None);
        let turn = pacers.of(Pace::Policies).learnt.turn(now);
        let late = turn + Duration::from_millis(40);
        pacers.of(Pace::Policies).learnt.used(late);
        assert_eq!((pacers.of(Pace::Policies).learnt.turn(late) - late).as_millis(), 1010);
    }

    /// A server that takes one request a second and counts from the last that it took.
    #[test]
    fn fifty_one_pages_at_one_a_second_cost_little_more_than_the_floor() {
        for retry_after in [None, Some(Duration::from_secs(1))] {
            let pacers = Pacers::new(Pacing::Learnt);
            let start = Instant::now();
            let (mut now, mut taken, mut last, mut refusals) = (start, 0_u32, None::<Instant>, 0_u32);
            while taken < 51 {
                now = pacers.of(Pace::Policies).learnt.turn(now).max(now);
                pacers.of(Pace::Policies).learnt.used(now);
                // Ways differ by some milliseconds, and the first is often the longest.
                let arrived = now + Duration::from_millis(u64::from(taken * 7 % 26));
                if last.is_some_and(|last| arrived - last < Duration::from_secs(1)) {
                    refusals += 1;
                    pacers.refused(Pace::Policies, now, arrived, retry_after);
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
