//! The stable identity of a result: the same check about the same subject, run after run.

use aws_lc_rs::digest::{SHA256, digest};

use super::model::Subject;
use crate::domain::CheckId;

/// SHA-256 over check and subject, in hex. Part of the public contract: histories and suppressions elsewhere key on it.
#[must_use]
pub fn fingerprint(check: &CheckId, subject: &Subject) -> String {
    let user = subject.user.as_ref().map(|user| user.as_str().to_ascii_lowercase());
    let parts = [
        Some(check.as_str()),
        Some(subject.kind.as_str()),
        subject.org_unit.as_ref().map(crate::domain::OrgUnitPath::as_str),
        user.as_deref(),
        subject.app.as_ref().map(crate::domain::AppId::as_str),
        subject.client_id.as_ref().map(crate::domain::ClientId::as_str),
    ];
    let mut bytes = Vec::new();
    for part in parts {
        // Lengths keep ("ab", "c") and ("a", "bc") apart; an absent part is not an empty one.
        match part {
            Some(text) => {
                bytes.extend(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                bytes.extend(text.as_bytes());
            }
            None => bytes.extend(u64::MAX.to_be_bytes()),
        }
    }
    // Added after the others, so that the fingerprints of all that are not about a group stay what they were.
    if let Some(group) = &subject.group {
        bytes.extend(b"group");
        bytes.extend(group.to_ascii_lowercase().as_bytes());
    }
    digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
