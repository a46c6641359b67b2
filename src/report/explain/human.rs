//! An explanation for a person at a terminal: verdict, rule, facts, evidence, gaps, and what would change it.

use std::io::{self, Write};

use super::lookup::lookup;
use super::{Explanation, Explanations, setting, subject};
use crate::checks::{Check, Turn};
use crate::domain::{Severity, humane_time};
use crate::report::RenderOptions;
use crate::report::human::{source, tenant_and_window, unread_event};
use crate::report::model::{CheckResult, Confidence, Evidence, Status};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{either, plain, sentence};

/// Writes explanations for people.
///
/// # Errors
///
/// Only those of `out`.
pub fn render(explanations: &Explanations<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(out, options.width, options.colour);
    for (n, explanation) in explanations.explanations.iter().enumerate() {
        if n > 0 {
            page.blank()?;
            page.blank()?;
        }
        one(page, explanation, explanations)?;
    }
    page.blank()?;
    let made_by = &explanations.tool.version;
    let line = tenant_and_window(explanations.report);
    let line = if made_by == env!("CARGO_PKG_VERSION") {
        line
    } else {
        line.text(&format!("; judged by gwsaudit {made_by}, the check's text is of this version"))
    };
    page.paragraph(0, 0, &line)
}

fn one(page: &mut Page<'_>, explanation: &Explanation<'_>, all: &Explanations<'_>) -> io::Result<()> {
    let (result, meta) = (explanation.result, all.check.meta());
    verdict(page, result)?;
    rule(page, all.check)?;
    setting::print(page, explanation, &meta.settings, all.audited_at)?;
    evidence(page, result)?;
    if !explanation.sources.is_empty() {
        page.heading("Sources it rests on that are not whole")?;
        for one in &explanation.sources {
            source(page, one)?;
        }
    }
    if !explanation.unread_events.is_empty() {
        page.heading("Log events that may touch it and could not be read for certain")?;
        page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, "Counts and times are of all events of a name."))?;
        for event in &explanation.unread_events {
            unread_event(page, event, usize::MAX)?;
            let since = if event.settled {
                "later evidence has established all that such events touched"
            } else {
                "later evidence has not established all that such events touched"
            };
            page.paragraph(4, 6, &Line::of(since))?;
        }
    }
    if !result.missing.is_empty() {
        page.heading("What is missing")?;
        for missing in &result.missing {
            let line = Line::default().tone(Tone::Doubt, &plain(&missing.fact)).text(": ");
            page.paragraph(2, 4, &line.text(&missing.why))?;
        }
    }
    would_change(page, explanation)?;
    page.heading("What the check cannot see")?;
    page.paragraph(2, 2, &Line::of(&meta.limits))
}

/// The verdict, and what its words mean.
fn verdict(page: &mut Page<'_>, result: &CheckResult) -> io::Result<()> {
    let tone = match result.status {
        Status::Pass => Tone::Good,
        Status::Fail => Tone::Bad,
        Status::Undetermined | Status::Manual | Status::Suppressed => Tone::Doubt,
        Status::NotApplicable => Tone::Quiet,
    };
    let line = Line::default().tone(Tone::Strong, result.check.as_str()).text(" for ");
    page.paragraph(0, 2, &line.tone(Tone::Strong, &subject::name(&result.subject)))?;
    let word = sentence(&plain(result.status.as_str()));
    let (confidence, rests) = match result.confidence {
        Some(Confidence::Proven) => (", proven", ". Proven: it rests on proven facts alone"),
        Some(Confidence::Presumed) => (", presumed", ". Presumed: it rests on what evidence suggests, not proves"),
        None => ("", ""),
    };
    let line = Line::default().tone(tone, &format!("{word}{confidence}"));
    page.paragraph(2, 4, &line.text(&format!(", {} severity: ", result.severity)).text(&result.summary))?;
    let means = match (result.status, &result.suppression) {
        (Status::Pass, _) => "it is as it should be".to_owned(),
        (Status::Fail, _) => "it is not as it should be".to_owned(),
        (Status::Undetermined, _) => "the evidence at hand does not settle it".to_owned(),
        (Status::NotApplicable, _) => "the question does not arise".to_owned(),
        (Status::Manual, _) => "a person has to look".to_owned(),
        (Status::Suppressed, Some(accepted)) => {
            format!("it fails, and that is accepted until {} ({})", accepted.expires, accepted.reason)
        }
        (Status::Suppressed, None) => "it fails, and that is accepted".to_owned(),
    };
    let severity = match result.severity {
        Severity::Info => "worth knowing, nothing is wrong",
        Severity::Low => "hygiene",
        Severity::Medium => "weakens the answer of another check, or costs people time",
        Severity::High => "something breaks or is open",
        Severity::Critical => "the tenant is exposed",
    };
    let line = format!("{word}: {means}{rests}. A failure is of {} severity: {severity}.", result.severity);
    page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, &line))?;
    page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, &format!("Fingerprint: {}", result.fingerprint)))
}

fn rule(page: &mut Page<'_>, check: &dyn Check) -> io::Result<()> {
    let meta = check.meta();
    page.heading("The rule")?;
    page.paragraph(2, 2, &Line::of(&format!("{}.", meta.title)))?;
    page.paragraph(2, 4, &Line::of(&format!("It fails when {}.", meta.fails_when)))?;
    page.paragraph(2, 4, &Line::of(&format!("It is not applicable when {}.", meta.not_applicable_when)))
}

fn evidence(page: &mut Page<'_>, result: &CheckResult) -> io::Result<()> {
    page.heading("The evidence, oldest first")?;
    if result.evidence.is_empty() {
        return page.paragraph(2, 4, &Line::of("None: no record at hand bears on it."));
    }
    let mut items: Vec<&Evidence> = result.evidence.iter().collect();
    // What was read at the time of the audit is as late as can be.
    items.sort_by_key(|item| (item.at.is_none(), item.at));
    for (n, item) in items.into_iter().enumerate() {
        let number = format!("{:<4}", format!("{}.", n + 1));
        let when = item.at.map_or_else(|| "as read for the audit".to_owned(), humane_time);
        let line = Line::of(&number).tone(Tone::Strong, &when).text(", ").text(&item.source);
        let line = match &item.actor {
            Some(actor) => line.text(", by ").text(actor),
            None => line,
        };
        let line = if item.disputed { line.tone(Tone::Bad, " · part of the contradiction") } else { line };
        page.paragraph(2, 6, &line)?;
        page.paragraph(6, 6, &Line::of(&item.says))?;
        page.paragraph(6, 8, &Line::default().tone(Tone::Quiet, &item.locator))?;
        if let Some(found) = lookup(item, &result.subject) {
            page.paragraph(6, 8, &Line::default().tone(Tone::Quiet, &format!("→ {}", found.how)))?;
            if let Some(url) = found.url {
                page.unbroken(8, Tone::Quiet, &url)?;
            }
        }
    }
    Ok(())
}

fn would_change(page: &mut Page<'_>, explanation: &Explanation<'_>) -> io::Result<()> {
    if explanation.would_change.is_empty() {
        return Ok(());
    }
    page.heading("What would change the verdict")?;
    for Turn { steps, then } in &explanation.would_change {
        let verdicts = any_of(then);
        match steps.as_slice() {
            [only] => page.paragraph(
                2,
                4,
                &Line::of(&format!("· {} → ", sentence(only.trim_end_matches('.')))).tone(Tone::Strong, &verdicts),
            )?,
            several => {
                for (n, step) in several.iter().enumerate() {
                    page.paragraph(2, 6, &Line::of(&format!("{:<4}", format!("{}.", n + 1))).text(&sentence(step)))?;
                }
                page.paragraph(2, 4, &Line::of("→ ").tone(Tone::Strong, &verdicts))?;
            }
        }
    }
    if let Some(url) = explanation.result.remediation.as_ref().and_then(|what| what.console_url.as_deref()) {
        page.unbroken(4, Tone::Quiet, url)?;
    }
    Ok(())
}

/// `pass`, `pass or fail`, `pass, fail or not applicable`.
fn any_of(verdicts: &[Status]) -> String {
    if verdicts.is_empty() {
        return "a verdict".to_owned();
    }
    let words: Vec<&str> = verdicts.iter().map(|status| status.as_str()).collect();
    plain(&either(&words))
}
