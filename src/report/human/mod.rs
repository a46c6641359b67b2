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

use std::io::{self, Write};

pub(super) use self::grounds::{source, unread_event};
use super::RenderOptions;
use super::digest::{View, verdict};
use super::model::{Report, SourceStatus, Status};
use super::page::{Line, Page, Tone};
use super::wording::{counted, number, plain};
use crate::domain::humane_time;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let view = View::of(report, options.detail);
    let page = &mut Page::new(out, options.width, options.colour);
    let verdict = verdict(&view);
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
