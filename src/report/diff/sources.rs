//! How well sources could be read.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Course, SourceChange};
use crate::report::model::{Report, Source, SourceStatus};

pub(super) fn changes(old: &Report, new: &Report) -> Vec<SourceChange> {
    let (then, now) = (by_id(old), by_id(new));
    let ids: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
    let changes = ids.into_iter().filter_map(|id| {
        let (then, now) = (then.get(id).copied(), now.get(id).copied());
        let (was, is) = (then.map(|source| source.status), now.map(|source| source.status));
        (was != is).then(|| SourceChange {
            id: id.to_owned(),
            course: course(was, is),
            old: was,
            new: is,
            error: now.and_then(|source| source.error.clone()),
        })
    });
    changes.collect()
}

fn by_id(report: &Report) -> BTreeMap<&str, &Source> {
    report.sources.iter().map(|source| (source.id.as_str(), source)).collect()
}

/// A source that only one of the two asked says nothing about the tenant.
fn course(old: Option<SourceStatus>, new: Option<SourceStatus>) -> Course {
    let rank = |status| match status {
        SourceStatus::Complete => 2,
        SourceStatus::Partial => 1,
        SourceStatus::Denied | SourceStatus::Failed | SourceStatus::Skipped => 0,
    };
    match old.zip(new).map(|(old, new)| rank(old).cmp(&rank(new))) {
        Some(std::cmp::Ordering::Greater) => Course::Worse,
        Some(std::cmp::Ordering::Less) => Course::Better,
        Some(std::cmp::Ordering::Equal) | None => Course::Other,
    }
}
