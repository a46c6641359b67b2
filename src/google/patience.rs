//! How long a source is waited for before it is given up.
//!
//! What counts is the time in which nothing came: attempts that failed or stalled, and the pauses after them. The
//! attempts of one source run side by side, so the same second counts once. Time in which Google answers, and time
//! spent waiting for a turn, count nothing: a large tenant may take as long as it needs. Every answer also wins a little
//! of what was lost back, so that passing faults, spread over hours, do not add up to an end.

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::interrupt::Interrupt;

/// Why an attempt was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expired {
    /// It alone took too long.
    Attempt,
    /// The source's patience is used up.
    Patience,
    /// The whole run's time is over.
    Deadline,
    /// Somebody ended the run.
    Interrupted,
}

/// What an answer wins back.
const EARNED: Duration = Duration::from_millis(250);

/// The patience of one source and of those that follow from it.
#[derive(Debug)]
pub(crate) struct Patience {
    budget: Duration,
    deadline: Option<Instant>,
    interrupt: Interrupt,
    lost: Mutex<Loss>,
    changed: watch::Sender<()>,
}

impl Patience {
    pub(crate) fn new(budget: Duration, deadline: Option<Instant>, interrupt: Interrupt) -> Self {
        Self { budget, deadline, interrupt, lost: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// How long it is in all.
    pub(crate) fn budget(&self) -> Duration {
        self.budget
    }

    /// Counts a stretch of time as lost. It may reach into the future: a pause about to be made.
    pub(crate) fn lose(&self, from: Instant, to: Instant) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).spans.add(from, to);
        self.changed.send_replace(());
    }

    /// Counts an answer.
    pub(crate) fn answered(&self) {
        let mut loss = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        loss.earned = (loss.earned + EARNED).min(loss.spans.total());
    }

    /// What would be left if all the time since then were lost too.
    fn left_if_lost(&self, from: Instant, to: Instant) -> Duration {
        let loss = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        (self.budget + loss.earned).saturating_sub(loss.spans.total_with(from, to))
    }

    /// Whether a pause of that length, starting now, is still affordable; it is counted if so.
    pub(crate) fn afford_pause(&self, now: Instant, pause: Duration) -> Result<(), Expired> {
        if self.interrupt.is_raised() {
            return Err(Expired::Interrupted);
        }
        let end = now + pause;
        if self.deadline.is_some_and(|deadline| end >= deadline) {
            return Err(Expired::Deadline);
        }
        if self.left_if_lost(now, end).is_zero() {
            return Err(Expired::Patience);
        }
        self.lose(now, end);
        Ok(())
    }

    /// Waits for a turn. That costs no patience, but ends with the run.
    pub(crate) async fn wait_for_turn(&self, turn: Instant) -> Result<(), Expired> {
        match self.deadline {
            Some(deadline) if turn >= deadline => Err(Expired::Deadline),
            Some(_) | None if turn > Instant::now() => self.unless_over(sleep_until(turn)).await,
            Some(_) | None if self.interrupt.is_raised() => Err(Expired::Interrupted),
            Some(_) | None => Ok(()),
        }
    }

    /// Waits for something that costs no patience, but ends with the run.
    pub(crate) async fn unless_over<F: Future>(&self, work: F) -> Result<F::Output, Expired> {
        let deadline = async {
            match self.deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.interrupt.raised() => Err(Expired::Interrupted),
            output = work => Ok(output),
            () = deadline => Err(Expired::Deadline),
        }
    }

    /// Makes a pause that was afforded; it ends early with the run, as the attempt after it will notice.
    pub(crate) async fn pause(&self, pause: Duration) {
        match self.unless_over(sleep(pause)).await {
            Ok(()) | Err(_) => {}
        }
    }

    /// Does the work until it is done, until its own time, the source's patience or the run's time is over, or until
    /// somebody ends the run.
    ///
    /// The end moves nearer while attempts beside it fail, so that a source that never answers is given up when the
    /// budget says, however many attempts hang.
    pub(crate) async fn bound<F: Future>(
        &self,
        started: Instant,
        own: Duration,
        work: F,
    ) -> Result<F::Output, Expired> {
        let mut work = pin!(work);
        let mut changed = self.changed.subscribe();
        loop {
            let now = Instant::now();
            let mut end = (started + own, Expired::Attempt);
            let patience = (now + self.left_if_lost(started, now), Expired::Patience);
            if patience.0 < end.0 {
                end = patience;
            }
            if let Some(deadline) = self.deadline.filter(|deadline| *deadline < end.0) {
                end = (deadline, Expired::Deadline);
            }
            if self.interrupt.is_raised() {
                return Err(Expired::Interrupted);
            }
            if end.0 <= now {
                return Err(end.1);
            }
            tokio::select! {
                biased;
                output = &mut work => return Ok(output),
                // Looked at again: other attempts may have failed, or a pause of theirs may overlap this one.
                () = sleep_until(end.0) => {}
                _ = changed.changed() => {}
                () = self.interrupt.raised() => {}
            }
        }
    }
}

/// Time lost, and what answers won back of it.
#[derive(Debug, Default)]
struct Loss {
    spans: Spans,
    earned: Duration,
}

/// Stretches of time, in order, none touching another.
#[derive(Debug, Default)]
struct Spans(Vec<(Instant, Instant)>);

impl Spans {
    fn add(&mut self, from: Instant, to: Instant) {
        if from >= to {
            return;
        }
        let (mut from, mut to) = (from, to);
        self.0.retain(|span| {
            let apart = span.1 < from || span.0 > to;
            if !apart {
                from = from.min(span.0);
                to = to.max(span.1);
            }
            apart
        });
        let place = self.0.partition_point(|span| span.0 < from);
        self.0.insert(place, (from, to));
    }

    fn total(&self) -> Duration {
        self.0.iter().map(|span| span.1 - span.0).sum()
    }

    fn total_with(&self, from: Instant, to: Instant) -> Duration {
        let overlap: Duration =
            self.0.iter().map(|span| span.1.min(to).saturating_duration_since(span.0.max(from))).sum();
        self.total() + to.saturating_duration_since(from) - overlap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_same_second_counts_once() {
        let start = Instant::now();
        let at = |seconds: u32| start + SECOND * seconds;
        let mut spans = Spans::default();
        spans.add(at(0), at(10));
        spans.add(at(5), at(12));
        spans.add(at(20), at(30));
        spans.add(at(3), at(4));
        assert_eq!(spans.total(), SECOND * 22);
        assert_eq!(spans.total_with(at(11), at(21)), SECOND * 30);
        spans.add(at(11), at(21));
        assert_eq!((spans.0.len(), spans.total()), (1, SECOND * 30));
        assert_eq!(spans.total_with(at(40), at(41)), SECOND * 31);
    }

    /// A small unit, as these tests wait for real.
    const TICK: Duration = Duration::from_millis(10);

    async fn never() {
        std::future::pending().await
    }

    #[tokio::test]
    async fn what_never_answers_is_given_up_within_the_budget() {
        let patience = Patience::new(TICK * 45, None, Interrupt::default());
        let start = Instant::now();
        assert_eq!(patience.bound(start, TICK * 30, never()).await, Err(Expired::Attempt));
        patience.lose(start, Instant::now());
        assert_eq!(patience.bound(Instant::now(), SECOND * 30, never()).await, Err(Expired::Patience));
        assert!(start.elapsed() >= TICK * 45);
        assert_eq!(patience.bound(start, SECOND * 30, never()).await, Err(Expired::Patience));
    }

    #[test]
    fn answers_win_back_what_was_lost_and_no_more() {
        let patience = Patience::new(SECOND, None, Interrupt::default());
        let now = Instant::now();
        patience.answered();
        assert_eq!(patience.left_if_lost(now, now), SECOND);
        patience.lose(now, now + EARNED * 3);
        patience.answered();
        assert_eq!(patience.left_if_lost(now, now), SECOND - EARNED * 2);
        for _ in 0..9 {
            patience.answered();
        }
        assert_eq!(patience.left_if_lost(now, now), SECOND);
    }

    #[tokio::test]
    async fn attempts_side_by_side_end_together() {
        let patience = Patience::new(TICK * 45, None, Interrupt::default());
        let start = Instant::now();
        let first = async {
            assert_eq!(patience.bound(start, TICK * 30, never()).await, Err(Expired::Attempt));
            patience.lose(start, Instant::now());
        };
        let second = async {
            tokio::time::sleep(TICK * 20).await;
            patience.bound(Instant::now(), SECOND * 30, never()).await
        };
        let ((), second) = tokio::join!(first, second);
        assert_eq!(second, Err(Expired::Patience));
        assert!(start.elapsed() >= TICK * 45);
        assert!(start.elapsed() < TICK * 63, "both hang until 45, not the second until 65");
    }

    #[tokio::test]
    async fn success_costs_nothing_and_the_deadline_binds_all() {
        let start = Instant::now();
        let patience = Patience::new(TICK * 8, Some(start + SECOND * 100), Interrupt::default());
        for _ in 0..4 {
            assert!(patience.bound(Instant::now(), SECOND, tokio::time::sleep(TICK * 3)).await.is_ok());
        }
        let now = Instant::now();
        assert_eq!(patience.wait_for_turn(start + SECOND * 101).await, Err(Expired::Deadline));
        assert_eq!(patience.afford_pause(now, SECOND * 100), Err(Expired::Deadline));
        assert_eq!(patience.afford_pause(now, TICK * 8), Err(Expired::Patience));
        assert_eq!(patience.afford_pause(now, TICK), Ok(()));
        assert_eq!(patience.bound(Instant::now(), SECOND, never()).await, Err(Expired::Patience));
        let over = Patience::new(SECOND, Some(start), Interrupt::default());
        assert_eq!(over.bound(Instant::now(), SECOND, never()).await, Err(Expired::Deadline));
    }

    #[tokio::test]
    async fn an_interrupt_ends_every_wait_at_once() {
        let interrupt = Interrupt::default();
        let patience = Patience::new(SECOND * 100, None, interrupt.clone());
        let start = Instant::now();
        let raise = async {
            tokio::time::sleep(TICK).await;
            interrupt.raise();
        };
        let (bound, turn, (), ()) = tokio::join!(
            patience.bound(start, SECOND * 30, never()),
            patience.wait_for_turn(start + SECOND * 30),
            patience.pause(SECOND * 30),
            raise
        );
        assert_eq!((bound, turn), (Err(Expired::Interrupted), Err(Expired::Interrupted)));
        assert!(start.elapsed() < SECOND * 2, "{:?}", start.elapsed());
        assert_eq!(patience.wait_for_turn(start).await, Err(Expired::Interrupted));
        assert_eq!(patience.afford_pause(Instant::now(), TICK), Err(Expired::Interrupted));
        assert_eq!(patience.bound(Instant::now(), SECOND, async {}).await, Err(Expired::Interrupted));
    }
}
