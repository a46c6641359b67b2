//! The program as its users run it: a process, its arguments, its files, a tenant over HTTP.

mod attest;
mod canary;
mod console_csv;
mod credentials;
mod credentials_keyless;
mod credentials_refused;
mod diff;
mod effective;
mod explain;
pub(crate) mod harness;
mod listings;
pub(crate) mod normal;
mod options;
mod redact;
mod scenarios;
mod schema;
mod settings;
mod simulator;
mod since;
mod snapshots;
mod talk;
mod trouble;
mod verify;
