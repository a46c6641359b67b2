//! A Google Workspace of our own, behind the same endpoints, to try everything on.
//!
//! A [`Scenario`] is a TOML file: org units, users, groups, apps, grants, and what administrators did over time. From
//! it the simulator derives the tenant as it is now *and* the log that Google would have written of it, in the schema
//! of the day (`log`), and serves both over real HTTP ([`Simulator::start`]). `POST /token` verifies a signed RS256
//! assertion, every endpoint wants a token of a suitable scope, and refusals have Google's own shapes.
//!
//! Trouble can be ordered for any endpoint (`faults`), so that whoever asks can be seen to bear it.
//!
//! Names are looked up at a name server of its own (`dns`), so that nothing is asked of the outside.
//!
//! Desktop clients can be authorised, refreshed and revoked (`oauth`), and what becomes of them obeys the tenant at the
//! simulated time. That clock may run fast or be moved on ([`Running::advance`]), and actions may lie in the future, so
//! that settings change in mid-flight: the tenant and its log are then derived again.
//!
//! Credentials without a key have their counterparts, too (`keyless`): IAM's `signJwt`, the Security Token Service, the
//! metadata server.
//!
//! What nobody outside Google has published (values of the new log schema, for one) stays visibly invented, so that
//! nothing can learn to rely on it. Left out: writing to the tenant, and every call that gwsaudit does not make.

mod access_context;
mod actions;
mod builtin;
mod clock;
mod control;
mod directory;
mod dns;
mod domains;
mod effective;
mod errors;
mod faults;
mod files;
mod gate;
mod generate;
mod ids;
mod key;
mod keyless;
mod licences;
mod listener;
mod log;
mod oauth;
mod offset;
mod pages;
mod pattern;
mod people;
mod policies;
mod policy_records;
mod present;
mod replay;
mod reports;
mod residents;
mod resource_manager;
mod roles;
mod scenario;
mod server;
mod sign_on;
mod tenant;
mod tree;

pub use clock::Speed;
pub use faults::kinds as fault_kinds;
pub use files::WrittenFiles;
pub use offset::Offset;
pub use scenario::{Scenario, ScenarioError};
pub use server::{Reach, RecordedRequest, Running, Simulator, SimulatorError, SimulatorOptions};
