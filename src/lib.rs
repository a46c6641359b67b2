//! gwsaudit: an auditor of Google Workspace policy that never guesses.
//!
//! The folders are the stages that data flows through, and imports point back along that arrow only:
//!
//! ```text
//! google → collect → snapshot → policy → evidence → facts → checks → report
//! ```
//!
//! `canaries` keeps small connections of our own, whose fate `collect` puts into the snapshot; `whatif` asks the stages
//! again about settings that nobody made yet; `diagnose` reads what a dead connection printed and holds it against the
//! facts. `domain` is below all of them, `config` is read by the command line and handed down, `cli` ties the stages
//! together, and `simulator` is a Google Workspace of our own on the other side of the wire.

pub mod canaries;
pub mod checks;
pub mod cli;
pub mod collect;
pub mod config;
pub mod diagnose;
pub mod domain;
pub mod evidence;
pub mod facts;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod google;
pub mod policy;
pub mod report;
pub mod simulator;
pub mod snapshot;
pub mod whatif;
