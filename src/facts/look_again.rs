use jiff::Timestamp;

use crate::domain::{AppId, OrgUnitPath};

/// An org unit's own setting that somebody must look at again in the console, as the evidence at hand no longer tells
/// what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookAgain {
    /// `cloud-session-control` or `app-access`.
    pub setting: &'static str,
    /// Of which org unit.
    pub org_unit: OrgUnitPath,
    /// For which app, where it is its access.
    pub app: Option<AppId>,
    /// What happened.
    pub why: String,
    /// When it happened, where that is known.
    pub since: Option<Timestamp>,
    /// Who did it, where that is known.
    pub by: Option<String>,
}
