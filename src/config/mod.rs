//! What the operator says: configuration, attestations, the catalogue of apps.
//!
//! Files are read strictly (an unknown key is a fault that names its place and the nearest known key), and all faults of
//! a file are reported together. Read by the command line and handed down; no other stage looks in here.

mod assignment;
mod attestation_text;
mod attestation_words;
mod attestations;
mod canaries;
mod catalogue;
mod dns;
mod document;
mod load;
mod plan;
mod suppress;

pub use assignment::read_assignment;
pub use attestation_text::{AttestationText, ValueText};
pub use attestation_words::{
    ACCESS_WORDS, BELOW_WORDS, METHOD_WORDS, REAUTH_WORDS, Word, access_fits, app_named, reauth_fits,
};
pub use attestations::{LeftOut, read_answers, read_attestations};
pub use canaries::CanarySettings;
pub use catalogue::builtin_catalogue;
pub use dns::DnsSettings;
pub use document::{ConfigError, Fault, Place};
pub use load::{
    AppSettings, AuditSettings, Config, Credentials, Duration, EvidenceSettings, GcpOrganization, GoogleSettings, load,
};
pub use plan::read_plan;
pub use suppress::{Suppress, apply as apply_suppressions, unknown_checks};
