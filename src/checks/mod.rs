//! Rules over facts: each check yields one result per subject.
//!
//! Adding a check is one new file and one line in `registry.rs`. A check states, for a subject, how true it is that the
//! question arises and that all is well; the engine turns that into a status, so no check can pass on anything but
//! proven facts, or let a gap vanish.

mod check;
mod engine;
pub mod language;
mod okta_workflows_gmail;
mod registry;

pub use check::{Check, Meta, Outcome, Shown, Subject, SubjectSet, Turn};
pub use engine::{Acceptance, Selection, evaluate, evidence_of};
pub use registry::{Pack, checks, find_check, find_pack, packs};
