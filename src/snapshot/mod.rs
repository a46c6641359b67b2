//! A tenant as it was at one moment, as JSON Lines: the only thing that later stages read.
//!
//! A live audit writes one too (to an unnamed temporary file), so judging live data and judging a file are the same
//! code. Records keep Google's own field names and values. A snapshot holds no credential.
//!
//! ```text
//! {"schema":"gwsaudit/snapshot/1","collected_at":…}      the header
//! {"type":"source","id":"reports.admin",…}               how each source went
//! {"type":"user","data":{…}}                             one record a line, in any order
//! {"type":"end","records":2117}                          so that a cut file is seen to be cut
//! ```

mod bounds;
mod canary;
mod dns;
mod durable;
mod read;
mod record;
mod write;

pub use canary::{CanaryLife, CanaryRecord, CanaryTry};
pub use dns::{DnsAnswer, DnsStatus, DnsType};
pub(crate) use durable::{folder_of, owners_alone, sync_folder};
pub use read::{CopyError, ReadError, Snapshot};
pub use record::{Header, Line, Operator, RecordKind, SCHEMA, SourceId, SourceRecord};
pub use write::{Spool, WriteError, write_snapshot};
