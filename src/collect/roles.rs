//! Administrator roles, and who holds them.

use std::collections::BTreeSet;

use crate::google::roles::{self, Assignee, RoleAssignment};
use crate::google::{Google, Pace, Raw};
use crate::snapshot::{Line, RecordKind, SourceId, WriteError};

use super::groups::Naming;
use super::plan::Plan;
use super::source::{Finished, Observer, Reading};

/// Reads the roles.
pub(super) async fn collect(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Finished, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Roles, Pace::Directory, observer)?;
    let pages = roles::roles(&reading.session, &plan.customer);
    reading.keep_pages(pages, |raw| Line::new(RecordKind::Role, raw), |_| {}).await?;
    Ok(reading.finish())
}

/// Reads who holds them; groups that hold one are named.
pub(super) async fn assignments(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Naming, WriteError> {
    let mut reading = Reading::begin(google, SourceId::RoleAssignments, Pace::Directory, observer)?;
    let mut groups = BTreeSet::new();
    let pages = roles::assignments(&reading.session, &plan.customer);
    let take = |raw: &Raw<RoleAssignment>| {
        let Ok(assignment) = raw.read() else { return };
        if assignment.assignee_type == Some(Assignee::Group) {
            groups.insert(assignment.assigned_to);
        }
    };
    reading.keep_pages(pages, |raw| Line::new(RecordKind::RoleAssignment, raw), take).await?;
    Ok(Naming { finished: reading.finish(), groups })
}
