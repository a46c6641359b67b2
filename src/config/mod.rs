//! What the operator says: configuration, attestations, the catalogue of apps.
//!
//! Files are read strictly (an unknown key is a fault that names its place and the nearest known key), and all faults of
//! a file are reported together. Read by the command line and handed down; no other stage looks in here.

mod attestations;
mod catalogue;
mod document;
mod load;
mod suppress;

pub use attestations::read_attestations;
pub use catalogue::builtin_catalogue;
pub use document::{ConfigError, Fault, Place};
pub use load::{
    AppSettings, AuditSettings, Config, Credentials, Duration, EvidenceSettings, GcpOrganization, GoogleSettings, load,
};
pub use suppress::{Suppress, apply as apply_suppressions};
