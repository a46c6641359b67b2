//! A report at hand, and how names in it are listed.

use std::collections::BTreeSet;

use crate::domain::{AppId, ClientId, Email, OrgUnitPath};
use crate::report::model::{CheckResult, Report, Status, Subject};
use crate::report::org_tree::{NAME_IN_TEXT, OrgTree, and};
use crate::report::wording::counted;
use crate::report::{Detail, Visible};

/// What every section may ask.
pub(in crate::report) struct View<'a> {
    pub(in crate::report) report: &'a Report,
    pub(in crate::report) tree: OrgTree<'a>,
    pub(in crate::report) detail: Detail,
}

impl<'a> View<'a> {
    pub(in crate::report) fn of(report: &'a Report, detail: Detail) -> Self {
        Self { report, tree: OrgTree::of(&report.org_units), detail }
    }

    /// How many items of a list are shown where `brief` would do.
    pub(in crate::report) fn limit(&self, brief: usize) -> usize {
        match self.detail {
            Detail::Brief => brief,
            Detail::Full => usize::MAX - 1,
        }
    }

    /// Whether everything is shown.
    pub(in crate::report) fn is_full(&self) -> bool {
        self.detail == Detail::Full
    }

    pub(in crate::report) fn with_status(&self, status: Status) -> impl Iterator<Item = &'a CheckResult> {
        self.report.results.iter().filter(move |result| result.status == status)
    }

    /// The subjects of some results in a few words: org units, groups, users, else apps or the tenant.
    pub(in crate::report) fn subjects(&self, results: &[&CheckResult]) -> Visible {
        let (of_users, others): (Vec<&CheckResult>, Vec<&CheckResult>) =
            results.iter().partition(|result| result.subject.user.is_some());
        let groups: BTreeSet<&str> = others.iter().filter_map(|r| r.subject.group.as_deref()).collect();
        let units: BTreeSet<&OrgUnitPath> = others.iter().filter_map(|r| r.subject.org_unit.as_ref()).collect();
        let users: BTreeSet<&str> =
            of_users.iter().filter_map(|r| r.subject.user.as_ref()).map(Email::as_str).collect();
        let apps: BTreeSet<&str> = others
            .iter()
            .filter(|result| result.subject.org_unit.is_none() && result.subject.group.is_none())
            .filter_map(|result| {
                let Subject { app, client_id, .. } = &result.subject;
                app.as_ref().map(AppId::as_str).or(client_id.as_ref().map(ClientId::as_str))
            })
            .collect();
        let mut parts =
            vec![self.tree.list(&units, self.limit(4)), self.names(&groups), self.names(&users), self.names(&apps)];
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() { Visible::of("the tenant") } else { Visible::join(&parts, "; ") }
    }

    fn names(&self, names: &BTreeSet<&str>) -> Visible {
        let limit = self.limit(4);
        let shown = if names.len() <= limit + 1 { names.len() } else { limit };
        let mut parts: Vec<_> =
            names.iter().take(shown).map(|name| Visible::of(name).shortened(NAME_IN_TEXT)).collect();
        if names.len() > shown {
            parts.push(Visible::of(&counted(names.len() - shown, "more", "more")));
        }
        and(parts)
    }
}

/// The org unit that all of them are about, if it is one.
pub(super) fn only_unit<'a>(results: &[&'a CheckResult]) -> Option<&'a OrgUnitPath> {
    let unit = results.first()?.subject.org_unit.as_ref()?;
    results.iter().all(|result| result.subject.org_unit.as_ref() == Some(unit)).then_some(unit)
}
