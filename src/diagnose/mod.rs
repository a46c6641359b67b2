//! From the text of an error to its cause: what a dead connection printed, read, named, and held against the evidence.
//!
//! [`diagnose`] is pure: text in, diagnosis out. It takes Google's own words for proof and nothing else; where the words
//! leave several causes open it names what they have in common and lists them with what tells them apart, and where there
//! are none it says that it does not know. [`compare`] holds a diagnosis against a tenant's facts.
//!
//! Shapes of errors: Google's pages on OAuth and on its APIs, Okta's article on its Gmail connector, and what client
//! libraries print, as seen in public reports.

mod cause;
mod causes;
mod layers;
mod paste;
mod secrets;
mod seen;
mod signature;
mod tenant;
mod tenant_causes;
mod tenant_tokens;
mod verdict;

pub use cause::{Cause, Confidence};
pub use paste::{LARGEST_PASTE, Paste};
pub use secrets::SecretKind;
pub use seen::{Field, Mention, Seen};
pub use tenant::{Agreement, AskedOf, Candidate, Subject, TenantView, Verdict, compare};
pub use verdict::{Diagnosis, Named, Telling, diagnose};
