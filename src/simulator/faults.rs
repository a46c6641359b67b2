//! Trouble that a scenario orders: which requests it hits.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::scenario::Fault;

/// The faults of a scenario, and how many requests each has seen.
pub(super) struct Faults {
    faults: Vec<(Fault, AtomicUsize)>,
}

impl Faults {
    pub(super) fn new(faults: &[Fault]) -> Self {
        Self { faults: faults.iter().map(|fault| (fault.clone(), AtomicUsize::new(0))).collect() }
    }

    /// The fault that hits this request, if one does. Counts it for every fault that it matches.
    pub(super) fn hit(&self, path: &str) -> Option<&Fault> {
        let mut hit = None;
        for (fault, seen) in &self.faults {
            if !path.starts_with(&fault.path) {
                continue;
            }
            let nth = seen.fetch_add(1, Ordering::Relaxed);
            let harmed = nth >= fault.after && fault.times.is_none_or(|times| nth - fault.after < times);
            if harmed && hit.is_none() {
                hit = Some(fault);
            }
        }
        hit
    }
}
