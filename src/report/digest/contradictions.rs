//! Evidence that contradicts itself: both sides of it, once for all org units that share it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::OrgUnitPath;
use crate::report::model::{Evidence, Report};

/// By setting and evidence: where.
pub(in crate::report) type Contradictions<'a> = BTreeMap<(String, &'a [Evidence]), BTreeSet<&'a OrgUnitPath>>;

/// Settings of org units on which the evidence contradicts itself.
pub(in crate::report) fn contradictions(report: &Report) -> Contradictions<'_> {
    let mut sides = Contradictions::new();
    for unit in &report.org_units {
        let session = &unit.cloud_session;
        if session.conflict {
            sides.entry(("cloud-session-control".to_owned(), &session.sides)).or_default().insert(&unit.path);
        }
        for (app, access) in unit.apps.iter().filter(|(_, access)| access.conflict) {
            sides.entry((format!("access of {app}"), &access.sides)).or_default().insert(&unit.path);
        }
    }
    sides
}
