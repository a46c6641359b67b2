//! A value that takes a request to get, kept while it is good: asked for once however many wait for it.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use super::error::ApiError;

/// One such value.
pub(crate) struct Slot<T> {
    /// How many requests have ended, however they ended.
    ended: AtomicU64,
    last: Mutex<Option<Result<T, ApiError>>>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { ended: AtomicU64::new(0), last: Mutex::new(None) }
    }
}

impl<T: Clone> Slot<T> {
    /// The value at hand if it is still good, else a fresh one; `fetch` is told which of the successive ones it gets.
    ///
    /// Whoever comes while a request is under way gets its outcome, be it a failure.
    pub(crate) async fn get<F>(&self, good: impl Fn(&T) -> bool, fetch: impl FnOnce(u64) -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let ended_before = self.ended.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        let ended = self.ended.load(Ordering::Acquire);
        match last.as_ref() {
            Some(Ok(value)) if good(value) => return Ok(value.clone()),
            Some(outcome) if ended > ended_before => return outcome.clone(),
            Some(_) | None => {}
        }
        let outcome = fetch(ended + 1).await;
        *last = Some(outcome.clone());
        self.ended.store(ended + 1, Ordering::Release);
        outcome
    }
}
