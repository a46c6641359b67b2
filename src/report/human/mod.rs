//! The report for a person at a terminal: the verdict, what breaks and when, what to do, what is not known; then the
//! settings and what all this rests on. A section with nothing in it is not printed, and when all is well only the
//! verdict and the last line are.

mod breakage;
mod collisions;
mod contradictions;
mod gaps;
mod grounds;
mod remedies;
mod settings;
mod verdict;

use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) use self::grounds::{incomplete, source, unread_event};
use super::model::{CheckResult, Report, SourceStatus, Status, Subject};
use super::org_tree::{NAME_IN_TEXT, OrgTree, and};
use super::page::{Line, Page, Tone};
use super::wording::{counted, number, plain};
use super::{Detail, RenderOptions, Visible};
use crate::domain::{AppId, ClientId, Email, OrgUnitPath, humane_time};

/// What every section may ask.
struct View<'a> {
    report: &'a Report,
    tree: OrgTree<'a>,
    detail: Detail,
}

impl<'a> View<'a> {
    /// How many items of a list are shown where `brief` would do.
    fn limit(&self, brief: usize) -> usize {
        match self.detail {
            Detail::Brief => brief,
            Detail::Full => usize::MAX - 1,
        }
    }

    /// Whether everything is shown.
    fn is_full(&self) -> bool {
        self.detail == Detail::Full
    }

    fn with_status(&self, status: Status) -> impl Iterator<Item = &'a CheckResult> {
        self.report.results.iter().filter(move |result| result.status == status)
    }

    /// The subjects of some results in a few words: org units, groups, users, else apps or the tenant.
    fn subjects(&self, results: &[&CheckResult]) -> Visible {
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
fn only_unit<'a>(results: &[&'a CheckResult]) -> Option<&'a OrgUnitPath> {
    let unit = results.first()?.subject.org_unit.as_ref()?;
    results.iter().all(|result| result.subject.org_unit.as_ref() == Some(unit)).then_some(unit)
}

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let view = View { report, tree: OrgTree::of(&report.org_units), detail: options.detail };
    let page = &mut Page::new(out, options.width, options.colour);
    let verdict = verdict::of(&view);
    page.paragraph(0, 0, &verdict.line)?;
    let full = view.is_full();
    if !verdict.all_clear || full {
        breakage::print(page, &view)?;
        remedies::print(page, &view)?;
        gaps::print(page, &view)?;
        settings::print(page, &view)?;
        grounds::failures(page, &view)?;
        grounds::look_yourself(page, &view)?;
    }
    collisions::print(page, &view)?;
    contradictions::print(page, &view)?;
    grounds::unread_events(page, &view)?;
    let quiet = verdict.all_clear && !full;
    grounds::sources(page, &view, |source| match source.status {
        SourceStatus::Partial | SourceStatus::Denied | SourceStatus::Failed => true,
        SourceStatus::Skipped => !quiet,
        SourceStatus::Complete => !quiet && source.note.is_some(),
    })?;
    grounds::accepted(page, &view)?;
    last_lines(page, report)
}

/// The tenant and the time window; counts of every status that occurs.
fn last_lines(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    page.blank()?;
    page.paragraph(0, 0, &tenant_and_window(report))?;
    let count = |status: Status| report.results.iter().filter(|result| result.status == status).count();
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (count(status), status))
        .filter(|(n, _)| *n > 0)
        .map(|(n, status)| format!("{} {}", number(n), plain(status.as_str())))
        .collect();
    let all = counted(report.results.len(), "result", "results");
    page.paragraph(0, 0, &Line::of([all, counts.join(", ")].join(": ").trim_end_matches(": ")))
}

/// Whose evidence it is, and from when to when.
pub(super) fn tenant_and_window(report: &Report) -> Line {
    let tenant = &report.tenant;
    let line = Line::of(&match &tenant.primary_domain {
        Some(domain) => format!("{domain} ({})", tenant.customer),
        None => tenant.customer.clone(),
    });
    let until = humane_time(report.audited_at);
    match report.evidence_from {
        Some(from) => line.text(&format!(", evidence from {} to {until}", humane_time(from))),
        None => line.text(", ").tone(Tone::Doubt, "no audit log at hand").text(&format!(", as of {until}")),
    }
}
