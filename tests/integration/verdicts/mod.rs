//! Snapshot and attestations in, report out: the rules by which evidence becomes facts and facts become verdicts.
//!
//! Every tenant is written to a real snapshot file, in Google's own shapes, and goes through the whole library pipeline.

mod access_events;
mod attestations;
mod bindings;
mod canaries;
mod checks;
mod connections;
mod console_csv;
mod double_logging;
mod evaluations;
mod every_event;
mod inheritance;
mod judged;
pub(crate) mod laws;
pub(crate) mod random;
mod session_events;
mod sources;
pub(crate) mod tenant;
mod truth;
mod unit_names;
mod unread;
