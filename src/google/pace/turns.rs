//! Whose turn it is at one API: sources in rotation, and the calls of one source in their order.
//!
//! A source with fifty calls waiting has one turn, like one that asks page after page; then the others have theirs. First
//! come, first served would have the second wait for fifty turns before each of its pages.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Pace;
use super::bucket::Bucket;
use crate::google::patience::{Expired, Patience};

/// The turns of one API.
#[derive(Debug)]
pub(super) struct Turns(Mutex<Queue>);

#[derive(Debug)]
struct Queue {
    bucket: Bucket,
    rota: Rota,
}

/// Who waits. The first call of the first source has the next turn.
#[derive(Debug, Default)]
struct Rota {
    sources: VecDeque<(&'static str, VecDeque<Ticket>)>,
    issued: u64,
}

/// A call that waits.
#[derive(Debug, Clone)]
struct Ticket {
    number: u64,
    /// Told when it has become the first.
    first: Arc<Notify>,
}

impl Rota {
    fn join(&mut self, source: &'static str) -> Ticket {
        self.issued += 1;
        let ticket = Ticket { number: self.issued, first: Arc::default() };
        match self.sources.iter_mut().find(|(known, _)| *known == source) {
            Some((_, calls)) => calls.push_back(ticket.clone()),
            None => self.sources.push_back((source, VecDeque::from([ticket.clone()]))),
        }
        ticket
    }

    fn first(&self) -> Option<&Ticket> {
        self.sources.front().and_then(|(_, calls)| calls.front())
    }

    /// The first has had its turn: its source goes behind the others.
    fn served(&mut self) {
        let Some((source, mut calls)) = self.sources.pop_front() else { return };
        calls.pop_front();
        if !calls.is_empty() {
            self.sources.push_back((source, calls));
        }
        self.tell();
    }

    /// A call waits no more.
    fn leave(&mut self, number: u64) {
        for (_, calls) in &mut self.sources {
            calls.retain(|ticket| ticket.number != number);
        }
        self.sources.retain(|(_, calls)| !calls.is_empty());
        self.tell();
    }

    fn tell(&self) {
        if let Some(ticket) = self.first() {
            ticket.first.notify_one();
        }
    }
}

/// How a call stands.
enum Standing {
    /// It has its turn.
    Served,
    /// It is the first, and its turn comes then.
    First(Instant),
    /// Others come before it.
    Behind,
}

/// A call that waits, as long as this lives.
struct Waiting<'t> {
    turns: &'t Turns,
    ticket: Ticket,
    served: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.served {
            self.turns.lock().rota.leave(self.ticket.number);
        }
    }
}

impl Waiting<'_> {
    fn stand(&mut self, now: Instant) -> Standing {
        let mut queue = self.turns.lock();
        if queue.rota.first().is_none_or(|first| first.number != self.ticket.number) {
            return Standing::Behind;
        }
        let turn = queue.bucket.next(now);
        if turn > now {
            return Standing::First(turn);
        }
        queue.bucket.take(now);
        queue.rota.served();
        self.served = true;
        Standing::Served
    }
}

impl Turns {
    pub(super) fn of(pace: Pace) -> Self {
        Self(Mutex::new(Queue { bucket: Bucket::of(pace), rota: Rota::default() }))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the source's next turn, and takes it.
    pub(super) async fn turn(&self, source: &'static str, patience: &Patience) -> Result<(), Expired> {
        let ticket = self.lock().rota.join(source);
        let mut waiting = Waiting { turns: self, ticket, served: false };
        loop {
            match waiting.stand(Instant::now()) {
                Standing::Served => return Ok(()),
                Standing::First(at) => patience.wait_for_turn(at).await?,
                Standing::Behind => patience.unless_over(waiting.ticket.first.notified()).await?,
            }
        }
    }

    pub(super) fn answered(&self, now: Instant) {
        self.lock().bucket.answered(now);
    }

    pub(super) fn refused(&self, asked: Instant, now: Instant, retry_after: Option<Duration>) {
        self.lock().bucket.refused(asked, now, retry_after);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::google::Interrupt;

    fn patience(deadline: Option<Instant>) -> Patience {
        Patience::new(Duration::from_secs(45), deadline, Interrupt::default())
    }

    /// Who is served, in order, where all of them wait.
    fn order(rota: &mut Rota) -> Vec<u64> {
        std::iter::from_fn(|| {
            let first = rota.first()?.number;
            rota.served();
            Some(first)
        })
        .collect()
    }

    #[test]
    fn sources_take_turns_and_calls_keep_their_order() {
        let mut rota = Rota::default();
        for source in ["many", "many", "many", "one", "many", "two", "two"] {
            rota.join(source);
        }
        assert_eq!(order(&mut rota), [1, 4, 6, 2, 7, 3, 5]);
    }

    #[test]
    fn who_leaves_holds_up_nobody() {
        let mut rota = Rota::default();
        for source in ["many", "many", "one", "two"] {
            rota.join(source);
        }
        rota.leave(1);
        rota.leave(3);
        assert_eq!(order(&mut rota), [2, 4]);
    }

    /// These tests wait for real: one turn for each tick, after five that go at once.
    const TICK: Duration = Duration::from_millis(20);

    fn quick() -> Turns {
        Turns(Mutex::new(Queue { bucket: Bucket::with(TICK, 5), rota: Rota::default() }))
    }

    #[tokio::test]
    async fn one_page_at_a_time_is_not_starved_by_fifty_calls_at_once() {
        let (turns, patience) = (quick(), patience(None));
        let (started, served) = (Instant::now(), AtomicU32::new(0));
        let many = futures_util::future::join_all((0..50).map(|_| async {
            turns.turn("many", &patience).await.expect("no end");
            served.fetch_add(1, Ordering::Relaxed);
        }));
        let single = async {
            for _ in 0..10 {
                turns.turn("single", &patience).await.expect("no end");
            }
            served.load(Ordering::Relaxed)
        };
        let (_, before) = tokio::join!(many, single);
        // The first five go at once, before anybody else is there; then every second turn is its own.
        assert!(before <= 16, "{before} of the others had their turn before it was done");
        assert!(started.elapsed() >= TICK * 55, "sixty turns in all: {:?}", started.elapsed());
    }

    #[tokio::test]
    async fn the_line_outlives_those_who_give_up() {
        let turns = quick();
        let hurried = patience(Some(Instant::now() + TICK * 3));
        let patient = patience(None);
        let calls = futures_util::future::join_all((0..200).map(|_| turns.turn("hurried", &hurried)));
        let behind = async {
            for _ in 0..8 {
                turns.turn("patient", &patient).await.expect("no end");
            }
        };
        let (hurried, ()) = tokio::join!(calls, behind);
        assert!(hurried.iter().filter(|outcome| outcome.is_ok()).count() >= 5, "{hurried:?}");
        assert!(hurried.iter().any(Result::is_err), "{hurried:?}");
        assert!(hurried.iter().all(|outcome| matches!(outcome, Ok(()) | Err(Expired::Deadline))), "{hurried:?}");
        assert!(turns.lock().rota.first().is_none(), "nobody waits any more");
    }

    #[tokio::test]
    async fn a_refusal_holds_up_those_who_wait_already() {
        let (turns, patience) = (quick(), patience(None));
        let asked = Instant::now();
        let calls = futures_util::future::join_all((0..7).map(|_| async {
            turns.turn("many", &patience).await.expect("no end");
            Instant::now()
        }));
        let refuse = async {
            // The first five have had their turn.
            while turns.lock().rota.first().is_none_or(|first| first.number < 6) {
                tokio::task::yield_now().await;
            }
            let now = Instant::now();
            turns.refused(asked, now, Some(TICK * 9));
            now
        };
        let (went, refused) = tokio::join!(calls, refuse);
        assert!(went[4] <= refused && went[5] >= refused + TICK * 9, "{went:?}, refused {refused:?}");
        assert!(went[6] >= went[5] + TICK, "{went:?}: at half the rate");
    }
}
