//! A Google Workspace of our own, behind the same endpoints, to try everything on.
//!
//! A [`Scenario`] is a TOML file: org units, users, groups, apps, grants, and what administrators did over time. From
//! it the simulator derives the tenant as it is now *and* the log that Google would have written of it, in the schema
//! of the day (`log`), and serves both over real HTTP ([`Simulator::start`]). `POST /token` verifies a signed RS256
//! assertion, every endpoint wants a token of a suitable scope, and refusals have Google's own shapes.
//!
//! What nobody outside Google has published (values of the new log schema, for one) stays visibly invented, so that
//! nothing can learn to rely on it. Left out: writing, and every call that gwsaudit does not make.

mod access_context;
mod actions;
mod builtin;
mod directory;
mod errors;
mod faults;
mod files;
mod gate;
mod ids;
mod key;
mod listener;
mod log;
mod offset;
mod pages;
mod pattern;
mod people;
mod policies;
mod replay;
mod reports;
mod resource_manager;
mod scenario;
mod server;
mod tenant;
mod token;
mod tree;

pub use files::WrittenFiles;
pub use scenario::{Scenario, ScenarioError};
pub use server::{Reach, RecordedRequest, Running, Simulator, SimulatorError, SimulatorOptions};
