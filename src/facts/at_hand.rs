//! Which sources are at hand in full, and what their lack leaves open.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::fact::Gap;
use crate::evidence::Evidence;
use crate::report::model::SourceStatus;
use crate::snapshot::SourceId;

/// Why a source does not tell everything; `None` where it does.
pub(super) fn lack_of(evidence: &Evidence, id: SourceId, fact: impl Into<Cow<'static, str>>) -> Option<Gap> {
    if let Some((how, supply)) = how_unread(evidence, id) {
        return Some(Gap { fact: fact.into(), why: format!("{id} {how}"), supply });
    }
    let not_asked = evidence.source(id).map_or(0, |source| source.users_not_asked);
    (not_asked > 0).then(|| Gap {
        fact: fact.into(),
        why: format!("{id}: {not_asked} users were not asked for their grants"),
        supply: "collect with --scan all, which asks for the grants of every user".to_owned(),
    })
}

/// How a source failed to be read in full (`was refused: …`), and what to do about it; `None` where it did not.
pub(super) fn how_unread(evidence: &Evidence, id: SourceId) -> Option<(String, String)> {
    let source = evidence.source(id);
    let how = match source.map(|source| source.status) {
        Some(SourceStatus::Complete) => return None,
        Some(SourceStatus::Partial) => "could be read in part only",
        Some(SourceStatus::Denied) => "was refused",
        Some(SourceStatus::Failed) => "could not be read",
        Some(SourceStatus::Skipped) | None => "was not asked for",
    };
    let reason = source.and_then(|source| source.error.as_ref()).map(|error| format!(": {error}")).unwrap_or_default();
    let supply = source
        .and_then(|source| source.next_step.clone())
        .unwrap_or_else(|| format!("make {id} readable for the audit, then run it again"));
    Some((format!("{how}{reason}"), supply))
}

/// The same for several sources.
pub(super) fn lacks_of(
    evidence: &Evidence,
    ids: &[SourceId],
    fact: impl Into<Cow<'static, str>> + Clone,
) -> BTreeSet<Gap> {
    ids.iter().filter_map(|id| lack_of(evidence, *id, fact.clone())).collect()
}
