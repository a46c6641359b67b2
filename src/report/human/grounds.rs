//! What the verdicts rest on, and what weakens them: evidence, unread events, incomplete sources, accepted risks.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use crate::domain::{CheckId, Severity, humane_time};
use crate::report::Visible;
use crate::report::digest::View;
use crate::report::model::{CheckResult, Confidence, Evidence, Source, SourceStatus, Status, UnreadEvent};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, number, plain};

const CHECKS: usize = 20;
const FAILURES: usize = 6;
const EVIDENCE: usize = 4;
const EVENTS: usize = 10;

/// Failures of one check with the same evidence, which is told once.
struct Grounds<'a> {
    confidence: Option<Confidence>,
    evidence: &'a [Evidence],
    results: Vec<&'a CheckResult>,
}

/// Why what fails fails, by check, the gravest first.
pub(super) fn failures(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let mut checks: BTreeMap<(Reverse<Severity>, &CheckId), Vec<Grounds<'_>>> = BTreeMap::new();
    let mut place = BTreeMap::new();
    for result in view.with_status(Status::Fail) {
        let (confidence, evidence) = (result.confidence, result.evidence.as_slice());
        let grounds = checks.entry((Reverse(result.severity), &result.check)).or_default();
        let n = *place.entry((result.severity, &result.check, confidence, evidence)).or_insert(grounds.len());
        match grounds.get_mut(n) {
            Some(same) => same.results.push(result),
            None => grounds.push(Grounds { confidence, evidence, results: vec![result] }),
        }
    }
    if checks.is_empty() {
        return Ok(());
    }
    page.heading("Why")?;
    let all = checks.len();
    for ((Reverse(severity), check), grounds) in checks.iter().take(view.limit(CHECKS)) {
        page.paragraph(2, 4, &Line::default().tone(Tone::Bad, check.as_str()).text(&format!(", {severity}")))?;
        for Grounds { confidence, evidence, results } in grounds.iter().take(view.limit(FAILURES)) {
            let (subjects, summary) = (view.subjects(results), &results[0].summary);
            let alike = results.iter().all(|result| result.summary == *summary);
            let line = Line::default();
            let line = match (alike, Visible::of(summary).as_str().contains(subjects.as_str())) {
                (true, true) => line.text(summary),
                (true, false) => line.visible(Tone::Strong, subjects).text(": ").text(summary),
                (false, _) => line.visible(Tone::Strong, subjects),
            };
            let line = match confidence {
                Some(Confidence::Presumed) => line.tone(Tone::Doubt, " (presumed, not proven)"),
                Some(Confidence::Proven) | None => line,
            };
            page.paragraph(4, 6, &line)?;
            for item in evidence.iter().take(view.limit(EVIDENCE)) {
                page.paragraph(6, 8, &said(item))?;
            }
            more(page, 6, evidence.len(), view.limit(EVIDENCE))?;
        }
        more(page, 4, grounds.len(), view.limit(FAILURES))?;
    }
    more(page, 2, all, view.limit(CHECKS))
}

/// A piece of evidence, as a line of a list.
pub(super) fn said(item: &Evidence) -> Line {
    let at = item.at.map_or_else(String::new, |at| format!("{} ", humane_time(at)));
    Line::of(&format!("· {at}{}: {}", item.source, item.says)).tone(Tone::Quiet, &format!(" [{}]", item.locator))
}

fn more(page: &mut Page<'_>, indent: usize, all: usize, shown: usize) -> io::Result<()> {
    if all > shown {
        page.paragraph(indent, indent, &Line::of(&format!("… and {} more", number(all - shown))))?;
    }
    Ok(())
}

/// Results that a person has to look at.
pub(super) fn look_yourself(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let results: Vec<_> = view.with_status(Status::Manual).collect();
    if results.is_empty() {
        return Ok(());
    }
    page.heading("To be looked at by a person")?;
    for result in results.iter().take(view.limit(FAILURES)) {
        let line = Line::default().tone(Tone::Doubt, result.check.as_str()).text(" for ");
        page.paragraph(2, 4, &line.visible(Tone::Strong, view.subjects(&[result])).text(": ").text(&result.summary))?;
    }
    more(page, 2, results.len(), view.limit(FAILURES))
}

pub(super) fn unread_events(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    // What later evidence has settled needs nobody's attention.
    let events: Vec<_> = view.report.unread_events.iter().filter(|event| !event.settled || view.is_full()).collect();
    if events.is_empty() {
        return Ok(());
    }
    page.heading("Log events that could not be read for certain")?;
    for event in events.iter().take(view.limit(EVENTS)) {
        unread_event(page, event, view.limit(EVENTS))?;
    }
    more(page, 2, events.len(), view.limit(EVENTS))
}

/// Events of one name, and what they may have changed.
pub(in crate::report) fn unread_event(
    page: &mut Page<'_>,
    event: &UnreadEvent,
    touches_shown: usize,
) -> io::Result<()> {
    let times = if event.count == 1 { "once".to_owned() } else { format!("{} times", event.count) };
    let between = if event.first_at == event.last_at {
        humane_time(event.first_at)
    } else {
        format!("{} to {}", humane_time(event.first_at), humane_time(event.last_at))
    };
    let line =
        Line::default().tone(Tone::Doubt, &event.name).text(&format!(" {times}, {between}, in {}", event.source));
    let line = if event.parameters.is_empty() {
        line
    } else {
        line.text(&format!("; parameters {}", event.parameters.join(", ")))
    };
    page.paragraph(2, 4, &line)?;
    let touches: Vec<String> = event
        .touches
        .iter()
        .take(touches_shown)
        .map(|touch| {
            let app = touch.app.as_ref().map_or_else(String::new, |app| format!(" of {app}"));
            let unit = touch.org_unit.as_ref().map_or_else(|| "any org unit".to_owned(), ToString::to_string);
            format!("{}{app} in {unit}", touch.setting)
        })
        .collect();
    if !touches.is_empty() {
        let left = event.touches.len() - touches.len();
        let rest = if left > 0 { format!("; {} more", number(left)) } else { String::new() };
        page.paragraph(4, 6, &Line::of(&format!("may have changed {}{rest}", touches.join("; "))))?;
    }
    Ok(())
}

pub(super) fn sources(page: &mut Page<'_>, view: &View<'_>, wanted: impl Fn(&Source) -> bool) -> io::Result<()> {
    let sources: Vec<_> = view.report.sources.iter().filter(|source| wanted(source)).collect();
    if sources.is_empty() {
        return Ok(());
    }
    page.heading("Sources")?;
    for one in sources {
        source(page, one)?;
    }
    Ok(())
}

/// How one source went, why, and what to do about it.
pub(in crate::report) fn source(page: &mut Page<'_>, source: &Source) -> io::Result<()> {
    let (tone, word) = match source.status {
        SourceStatus::Complete => (Tone::Quiet, "complete"),
        SourceStatus::Partial => (Tone::Doubt, "read in part"),
        SourceStatus::Denied => (Tone::Bad, "denied"),
        SourceStatus::Failed => (Tone::Bad, "failed"),
        SourceStatus::Skipped => (Tone::Quiet, "not asked"),
    };
    let line = Line::default().tone(Tone::Strong, &source.id).text(" ").tone(tone, word);
    let line = match (source.window_from, source.window_to) {
        (Some(from), Some(to)) => {
            line.text(&format!(", without a gap from {} to {}", humane_time(from), humane_time(to)))
        }
        (_, _) => line,
    };
    let line =
        [&source.error, &source.note].into_iter().flatten().fold(line, |line, reason| line.text(": ").text(reason));
    page.paragraph(2, 4, &line)?;
    if let Some(next) = &source.next_step {
        page.paragraph(4, 6, &Line::of("→ ").text(next))?;
    }
    Ok(())
}

/// How many failures were accepted, why and until when.
pub(super) fn accepted(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let mut risks: BTreeMap<(&str, Option<jiff::civil::Date>, &str), Vec<&CheckResult>> = BTreeMap::new();
    for result in view.with_status(Status::Suppressed) {
        let (reason, until) =
            result.suppression.as_ref().map_or(("no reason given", None), |s| (s.reason.as_str(), Some(s.expires)));
        risks.entry((result.check.as_str(), until, reason)).or_default().push(result);
    }
    if risks.is_empty() {
        return Ok(());
    }
    let all: usize = risks.values().map(Vec::len).sum();
    page.heading(&format!("Accepted: {}", counted(all, "failure", "failures")))?;
    for ((check, until, reason), results) in risks.iter().take(view.limit(EVENTS)) {
        let until = until.map_or_else(|| ", without a date".to_owned(), |date| format!(" until {date}"));
        let line = Line::of(&plain(check)).text(" for ").visible(Tone::Strong, view.subjects(results));
        page.paragraph(2, 4, &line.text(&format!("{until}: {reason}")))?;
    }
    more(page, 2, risks.len(), view.limit(EVENTS))
}
