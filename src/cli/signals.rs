//! Ctrl-C and SIGTERM.
//!
//! While a tenant is read for a report or a snapshot, the first signal ends the reading, and what was read so far is
//! still judged or written. At any other time, and the second time, the process ends at once. So the work has a thread of
//! its own, which `main` need not wait for.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::exit::Exit;
use crate::google::Interrupt;

/// As much as the main thread has, on most systems.
const STACK_BYTES: usize = 8 << 20;

/// The process's signals, and what comes of them.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    interrupt: Interrupt,
    heeding: Arc<AtomicUsize>,
}

/// Somebody who keeps what was read when the run is interrupted, as long as this lives.
#[derive(Debug)]
pub(super) struct Heeding(Arc<AtomicUsize>);

impl Drop for Heeding {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Signals {
    /// From now on the first signal raises the interrupt instead of ending the process.
    pub(super) fn heed(&self) -> Heeding {
        self.heeding.fetch_add(1, Ordering::SeqCst);
        Heeding(Arc::clone(&self.heeding))
    }

    /// What the first signal raises.
    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Does the work, and leaves it where it is when a signal says so.
    pub(super) fn until_ended(&self, work: impl FnOnce() -> Exit + Send + 'static) -> Exit {
        // Without listeners signals do what they always did.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return work() };
        let listeners = {
            let _inside = runtime.enter();
            Listeners::new()
        };
        let Ok(mut listeners) = listeners else { return work() };
        let (tell, told) = oneshot::channel();
        let tell_exit = move || {
            // Whoever listened may have gone ahead.
            match tell.send(work()) {
                Ok(()) | Err(_) => {}
            }
        };
        let Ok(worker) = std::thread::Builder::new().name("work".to_owned()).stack_size(STACK_BYTES).spawn(tell_exit)
        else {
            return Exit::Impossible;
        };
        let exit = runtime.block_on(async {
            tokio::select! {
                biased;
                exit = told => exit.ok(),
                () = self.must_end(&mut listeners) => Some(Exit::Interrupted),
            }
        });
        match (exit, exit.is_none().then(|| worker.join())) {
            (Some(exit), _) => exit,
            (None, Some(Err(panic))) => resume_unwind(panic),
            (None, _) => Exit::Impossible,
        }
    }

    async fn must_end(&self, listeners: &mut Listeners) {
        loop {
            listeners.next().await;
            if self.interrupt.is_raised() || self.heeding.load(Ordering::SeqCst) == 0 {
                return;
            }
            self.interrupt.raise();
        }
    }
}

#[cfg(unix)]
struct Listeners {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Listeners {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Listeners(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Listeners {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        let _ = self.0.recv().await;
    }
}
