//! Somebody wants the run to end now, and to have what was read so far.

use tokio::sync::watch;

/// Whether a run is to end now. Clones are one: raised once, it stays so for all of them.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Sender<bool>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Interrupt {
    /// Ends every wait of the run.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is raised.
    pub async fn raised(&self) {
        let mut raised = self.0.subscribe();
        // The sender is this very thing, and outlives the wait.
        drop(raised.wait_for(|raised| *raised).await);
    }
}
