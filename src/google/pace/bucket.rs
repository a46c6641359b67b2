//! What Google's quota of one API allows, and less once Google has refused for it.
//!
//! Whoever shares the quota (other tools of the same Cloud project, another run) is not seen from here, so that the
//! published number is an upper bound only. A refusal halves the rate; a tenth of the full one is won back for every six
//! seconds that bring answers and no refusal, so that from half of it the way back takes half a minute, and from the
//! least a minute: the time in which Google's quotas fill. The rate is never above the full one.

use std::time::Duration;

use tokio::time::Instant;

use super::Pace;

/// In per cent of the full rate.
const FULL: u32 = 100;
const LEAST: u32 = 10;
const STEP: u32 = 10;
/// Answers without a refusal for so long win a step back.
const STEADY: Duration = Duration::from_secs(6);

/// A token bucket, kept as the time at which it would be full again.
#[derive(Debug)]
pub(super) struct Bucket {
    interval: Duration,
    burst: u32,
    full_at: Option<Instant>,
    /// What Google asked for: nobody has a turn sooner.
    not_before: Option<Instant>,
    share: u32,
    /// When the share last changed.
    changed: Option<Instant>,
}

impl Bucket {
    pub(super) fn of(pace: Pace) -> Self {
        let (per_minute, burst) = pace.rate();
        Self::with(Duration::from_secs(60) / per_minute, burst)
    }

    /// One turn an interval, after so many at once.
    pub(super) fn with(interval: Duration, burst: u32) -> Self {
        Self { interval, burst, full_at: None, not_before: None, share: FULL, changed: None }
    }

    fn interval(&self) -> Duration {
        self.interval * FULL / self.share
    }

    /// How many may go at once. While the rate is reduced: one, as it was a burst that was too much, mostly.
    fn burst(&self) -> u32 {
        if self.share == FULL { self.burst } else { 1 }
    }

    fn full(&self, now: Instant) -> Instant {
        self.full_at.map_or(now, |at| at.max(now))
    }

    /// When the next turn comes, at the earliest now.
    pub(super) fn next(&self, now: Instant) -> Instant {
        let debt = self.full(now) - now;
        let turn = now + debt.saturating_sub(self.interval() * (self.burst() - 1));
        self.not_before.map_or(turn, |at| at.max(turn))
    }

    /// Takes a turn that has come.
    pub(super) fn take(&mut self, now: Instant) {
        self.full_at = Some(self.full(now) + self.interval());
    }

    /// What was asked then was refused now. Of several calls under way at once only the first slows down what follows:
    /// they were all asked at the old rate.
    pub(super) fn refused(&mut self, asked: Instant, now: Instant, retry_after: Option<Duration>) {
        if self.changed.is_none_or(|changed| asked > changed) {
            self.share = (self.share / 2).max(LEAST);
            self.changed = Some(now);
            self.full_at = Some(now + self.interval());
        }
        if let Some(pause) = retry_after {
            let end = now + pause;
            self.not_before = Some(self.not_before.map_or(end, |at| at.max(end)));
        }
    }

    /// An answer came.
    pub(super) fn answered(&mut self, now: Instant) {
        if self.share == FULL || self.changed.is_some_and(|changed| now < changed + STEADY) {
            return;
        }
        self.share = (self.share + STEP).min(FULL);
        self.changed = Some(now);
        if self.share == FULL {
            // What may go at once is saved up again, not given back at once.
            self.full_at = Some(self.full(now) + self.interval * (self.burst - 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);
    const QUOTAS: [(Pace, usize); 4] =
        [(Pace::Directory, 2400), (Pace::Reports, 2400), (Pace::FilteredReports, 250), (Pace::AccessContext, 500)];

    /// Takes the next turn as soon as it comes.
    fn turn(bucket: &mut Bucket, now: Instant) -> Instant {
        let at = bucket.next(now);
        bucket.take(at);
        at
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let mut bucket = Bucket::of(Pace::Policies);
        let now = Instant::now();
        let waits: Vec<u64> = (0..8).map(|_| (turn(&mut bucket, now) - now).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 3]);
        let later = now + MINUTE;
        assert_eq!(turn(&mut bucket, later), later, "the bucket fills again");
    }

    #[test]
    fn the_first_minute_stays_under_the_quota() {
        for (pace, quota) in QUOTAS {
            let mut bucket = Bucket::of(pace);
            let now = Instant::now();
            let sent = (0..5000).take_while(|_| turn(&mut bucket, now) - now < MINUTE).count();
            assert!(sent <= quota, "{pace:?}: {sent}");
            assert!(sent * 10 > quota * 9, "{pace:?}: {sent}, and more is allowed");
        }
    }

    #[test]
    fn a_refusal_halves_the_rate_and_steady_answers_win_it_back() {
        let mut bucket = Bucket::of(Pace::Policies);
        let start = Instant::now();
        let mut now = turn(&mut bucket, start);
        bucket.refused(now, now, None);
        let mut distances = Vec::new();
        for _ in 0..30 {
            let at = turn(&mut bucket, now);
            distances.push(u64::try_from((at - now).as_millis()).unwrap());
            now = at;
            bucket.answered(now);
        }
        assert_eq!(distances[..5], [2000, 2000, 2000, 2000, 1666], "half the rate, then three fifths: {distances:?}");
        assert!(distances.windows(2).all(|pair| pair[0] >= pair[1]), "never slower again: {distances:?}");
        assert_eq!(distances.last(), Some(&1000), "and never faster than the quota: {distances:?}");
        let recovered = distances.iter().position(|distance| *distance == 1000).unwrap();
        assert!((15..=30).contains(&recovered), "not at once: {distances:?}");
    }

    #[test]
    fn many_refusals_at_once_are_one() {
        let mut bucket = Bucket::of(Pace::Directory);
        let asked = Instant::now();
        let refused = asked + SECOND;
        (0..16).for_each(|_| bucket.refused(asked, refused, None));
        assert_eq!(bucket.share, 50);
        bucket.refused(refused + SECOND, refused + SECOND * 2, None);
        assert_eq!(bucket.share, 25);
        (3..20).for_each(|later| bucket.refused(refused + SECOND * later, refused + SECOND * later, None));
        assert_eq!(bucket.share, LEAST, "it is never given up altogether");
    }

    #[test]
    fn nobody_comes_before_google_says() {
        let mut bucket = Bucket::of(Pace::Directory);
        let now = Instant::now();
        bucket.refused(now, now, Some(SECOND * 7));
        bucket.refused(now, now, Some(SECOND * 3));
        assert_eq!(bucket.next(now), now + SECOND * 7);
        assert_eq!(bucket.next(now + SECOND * 8), now + SECOND * 8);
    }

    /// Whatever is refused and answered, no minute holds more than the quota.
    #[test]
    fn no_minute_is_over_the_quota_however_it_went_before() {
        for (pace, quota) in QUOTAS {
            for refused_every in [1, 7, 90, 400, 3000] {
                let mut bucket = Bucket::of(pace);
                let start = Instant::now();
                let (mut now, mut sent) = (start, Vec::new());
                while now < start + MINUTE * 4 {
                    now = turn(&mut bucket, now);
                    sent.push(now);
                    if sent.len() % refused_every == 0 {
                        bucket.refused(now, now, (sent.len() % 2 == 0).then_some(SECOND * 2));
                    } else {
                        bucket.answered(now);
                    }
                }
                for (from, first) in sent.iter().enumerate() {
                    let held = sent[from..].iter().take_while(|at| **at < *first + MINUTE).count();
                    assert!(held <= quota, "{pace:?}, refused every {refused_every}: {held}");
                }
            }
        }
    }
}
