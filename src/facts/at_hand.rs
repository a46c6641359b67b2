//! Which sources are at hand in full, and what their lack leaves open.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::fact::Gap;
use crate::evidence::Evidence;
use crate::report::model::SourceStatus;
use crate::snapshot::SourceId;

/// Why a source does not tell everything; `None` where it does.
pub(super) fn lack_of(evidence: &Evidence, id: SourceId, fact: impl Into<Cow<'static, str>>) -> Option<Gap> {
    let source = evidence.source(id);
    let not_asked = source.map_or(0, |source| source.users_not_asked);
    let how = match source.map(|source| source.status) {
        Some(SourceStatus::Complete) if not_asked == 0 => return None,
        Some(SourceStatus::Complete) => {
            return Some(Gap {
                fact: fact.into(),
                why: format!("{id}: {not_asked} users were not asked for their grants"),
                supply: "collect with --scan all, which asks for the grants of every user".to_owned(),
            });
        }
        Some(SourceStatus::Partial) => "could be read in part only",
        Some(SourceStatus::Denied) => "was refused",
        Some(SourceStatus::Failed) => "could not be read",
        Some(SourceStatus::Skipped) | None => "was not asked for",
    };
    let reason = source.and_then(|source| source.error.as_ref()).map(|error| format!(": {error}")).unwrap_or_default();
    Some(Gap {
        fact: fact.into(),
        why: format!("{id} {how}{reason}"),
        supply: source
            .and_then(|source| source.next_step.clone())
            .unwrap_or_else(|| format!("make {id} readable for the audit, then run it again")),
    })
}

/// The same for several sources.
pub(super) fn lacks_of(
    evidence: &Evidence,
    ids: &[SourceId],
    fact: impl Into<Cow<'static, str>> + Clone,
) -> BTreeSet<Gap> {
    ids.iter().filter_map(|id| lack_of(evidence, *id, fact.clone())).collect()
}
