//! `gwsaudit attest`: what an administrator sees in the console, asked for as briefly as can be, and added to the
//! attestation file.
//!
//! An attestation is taken as proof later on, so nothing is guessed here: what nobody saw is not written, and
//! everything is dated to the moment before the looking began, so that a change made meanwhile counts as later.

mod answers;
mod file;
mod flags;
mod ground;
mod interview;
mod page;
mod prompt;
mod run;
mod stale;
mod template;
mod units;

pub(super) use run::run;
