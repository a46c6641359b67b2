//! Rules over facts: each check yields one result per subject.
//!
//! Adding a check is one new file and one line in `registry.rs`. A check states, for a subject, how true it is that the
//! question arises and that all is well; the engine turns that into a status, so no check can pass on anything but
//! proven facts, or let a gap vanish.

mod check;
mod collisions;
mod declared;
mod engine;
mod examples;
pub mod language;
mod okta_workflows_gmail;
mod per_subject;
mod registry;
mod verdict;

pub use check::{Check, Conflict, Meta, Shown, Turn};
pub use collisions::collisions;
pub use engine::{Acceptance, Inquiry, Selection, evaluate};
pub use examples::{Difference, ExampleError, Tried};
pub use language::PackErrors;
pub use registry::{Pack, Registry};
pub use verdict::evidence_of;
