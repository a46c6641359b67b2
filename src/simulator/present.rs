//! The tenant as it is now.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::oauth::Deed;
use super::scenario::{Contradiction, File};
use super::tenant::Tenant;

struct Held {
    tenant: Arc<Tenant>,
    /// How many authorisations and the like it knows of.
    deeds: usize,
}

/// Derives the tenant again when an action has come due or somebody authorised something, and only then.
pub(super) struct Present {
    start: Timestamp,
    held: Mutex<Held>,
}

impl Present {
    /// The tenant at the start.
    pub(super) fn new(file: &File, start: Timestamp) -> Result<Self, Contradiction> {
        let tenant = Arc::new(Tenant::derive(file, start, start, &[])?);
        Ok(Self { start, held: Mutex::new(Held { tenant, deeds: 0 }) })
    }

    /// The tenant at a moment that is not before any asked for earlier.
    pub(super) fn at(&self, file: &File, now: Timestamp, deeds: &[Deed]) -> Arc<Tenant> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let due = held.tenant.next_change.is_some_and(|change| change <= now);
        if due || held.deeds != deeds.len() {
            let derived = Tenant::derive(file, self.start, now, deeds);
            let tenant = derived.expect("the scenario was replayed to its end when it was read");
            *held = Held { tenant: Arc::new(tenant), deeds: deeds.len() };
        }
        Arc::clone(&held.tenant)
    }
}
