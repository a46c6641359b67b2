//! GitHub Flavored Markdown, for a ticket: the verdict, what breaks, what to do, what fails, what is not known, and what
//! all this rests on. Like the page for a terminal it gathers alike results, and says how many of each status there are.

mod syntax;

use std::collections::BTreeMap;
use std::io::{self, Write};

use self::syntax::{head, line, link, name, row, text};
use super::digest::{View, broken, contradictions, cures, gaps, verdict};
use super::model::{CheckResult, Confidence, Report, SourceStatus, Status};
use super::wording::{counted, number, plain};
use super::{RenderOptions, human};
use crate::domain::{Severity, humane_time};

/// How much of each list is shown unless everything was asked for: a ticket holds 65,536 characters.
const ROWS: usize = 40;
const REASONS: usize = 2;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let view = View::of(report, options.detail);
    let tenant = report.tenant.primary_domain.as_deref().unwrap_or(&report.tenant.customer);
    writeln!(out, "# gwsaudit: {}\n", name(tenant))?;
    writeln!(out, "{}\n", line(&verdict(&view).line))?;
    writeln!(out, "{}\n", line(&human::tenant_and_window(report)))?;
    counts(report, out)?;
    breakage(&view, out)?;
    remedies(&view, out)?;
    results(&view, Status::Fail, "What fails", out)?;
    unknown(&view, out)?;
    results(&view, Status::Manual, "What a person has to look at", out)?;
    collisions(&view, out)?;
    disputes(&view, out)?;
    results(&view, Status::Suppressed, "What was accepted", out)?;
    grounds(&view, out)
}

fn counts(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(head(&["Status", "Results"]).as_bytes())?;
    for status in Status::ALL {
        let n = report.results.iter().filter(|result| result.status == status).count();
        if n > 0 {
            out.write_all(row(&[plain(status.as_str()), number(n)]).as_bytes())?;
        }
    }
    out.write_all(row(&["all".to_owned(), number(report.results.len())]).as_bytes())
}

fn breakage(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all = broken(view);
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## What breaks, and when\n")?;
    out.write_all(head(&["Fails by", "", "User", "Org unit", "App", "Last authorised"]).as_bytes())?;
    for broken in all.iter().take(view.limit(ROWS)) {
        let connection = broken.connection;
        let moments = broken.moments(view.report.audited_at);
        let unit = connection.org_unit.as_ref().map_or_else(|| "not known".to_owned(), |unit| name(unit.as_str()));
        let sure = if broken.proven { String::new() } else { " (presumed)".to_owned() };
        out.write_all(
            row(&[
                text(&moments.by) + &sure,
                text(&moments.until),
                name(connection.user.as_str()),
                unit,
                name(connection.app.as_str()),
                text(&moments.authorised),
            ])
            .as_bytes(),
        )?;
    }
    more(all.len(), view.limit(ROWS), out)
}

fn remedies(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all = cures(view);
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## What to do")?;
    for cure in all.iter().take(view.limit(ROWS)) {
        writeln!(out, "\n{}{}\n", line(&cure.place(view)), text(&cure.checks()))?;
        for (n, step) in (1..).zip(&cure.steps) {
            writeln!(out, "{n}. {}", text(step))?;
        }
        if let Some(url) = cure.url {
            writeln!(out, "\n{}", link(url))?;
        }
    }
    more(all.len(), view.limit(ROWS), out)
}

/// The results of one status, a line for all subjects of which a check says the same.
fn results(view: &View<'_>, status: Status, title: &str, out: &mut dyn Write) -> io::Result<()> {
    type Alike<'a> = (std::cmp::Reverse<Severity>, &'a str, String);
    let mut alike: BTreeMap<Alike<'_>, Vec<&CheckResult>> = BTreeMap::new();
    for result in view.with_status(status) {
        let says = match &result.suppression {
            Some(suppression) => format!("until {}: {}", suppression.expires, suppression.reason),
            None => result.summary.clone(),
        };
        alike.entry((std::cmp::Reverse(result.severity), result.check.as_str(), says)).or_default().push(result);
    }
    if alike.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## {title}\n")?;
    out.write_all(head(&["Severity", "Check", "Where", "What"]).as_bytes())?;
    for ((severity, check, says), results) in alike.iter().take(view.limit(ROWS)) {
        let presumed = results.iter().all(|result| result.confidence == Some(Confidence::Presumed));
        let sure = if presumed { " (presumed)" } else { "" };
        let subjects = text(view.subjects(results).as_str());
        out.write_all(row(&[severity.0.to_string(), name(check), subjects, text(says) + sure]).as_bytes())?;
    }
    more(alike.len(), view.limit(ROWS), out)
}

fn unknown(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut gaps = gaps(view);
    if gaps.facts.is_empty() && gaps.unexplained.is_empty() {
        return Ok(());
    }
    gaps.facts.sort_by_key(|fact| std::cmp::Reverse(fact.weight()));
    writeln!(out, "\n## What is not known\n")?;
    let mut left = view.limit(ROWS);
    let all: usize = gaps.facts.iter().map(|fact| fact.gaps.len()).sum();
    for fact in &gaps.facts {
        for gap in fact.gaps.iter().take(left) {
            let hang = counted(gap.results.len(), "result hangs on it", "results hang on it");
            let subjects = text(view.subjects(&gap.results).as_str());
            writeln!(out, "- **{}** in {subjects}: {hang}", text(&plain(fact.fact)))?;
            for why in gap.reasons.iter().take(view.limit(REASONS)) {
                writeln!(out, "  - {}", text(why))?;
            }
            writeln!(out, "  - to settle it: {}", text(&gap.supply))?;
        }
        left = left.saturating_sub(fact.gaps.len());
    }
    if !gaps.unexplained.is_empty() {
        writeln!(out, "- {}, without a reason", counted(gaps.unexplained.len(), "result", "results"))?;
    }
    more(all, view.limit(ROWS), out)
}

fn collisions(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    if view.report.collisions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Goals that collide\n")?;
    for collision in &view.report.collisions {
        let checks: Vec<String> = collision.checks.iter().map(|check| name(check.as_str())).collect();
        writeln!(out, "- {}", checks.join(" against "))?;
        for trade in &collision.trades {
            writeln!(out, "  - {}", text(trade))?;
        }
        for app in collision.lets_through.iter().take(view.limit(ROWS)) {
            writeln!(out, "  - lets through: {}", name(app))?;
        }
    }
    Ok(())
}

fn disputes(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all = contradictions(view.report);
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Evidence against evidence\n")?;
    for ((setting, sides), units) in all.iter().take(view.limit(ROWS)) {
        writeln!(out, "- {} in {}", text(setting), text(view.tree.list(units, view.limit(4)).as_str()))?;
        for side in *sides {
            let at = side.at.map(|at| format!("{} ", humane_time(at))).unwrap_or_default();
            writeln!(out, "  - {}", text(&format!("{at}{} ({}): {}", side.source, side.locator, side.says)))?;
        }
    }
    more(all.len(), view.limit(ROWS), out)
}

/// Sources that did not give everything, events that could not be read, remarks on what was given.
fn grounds(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Report { sources, unread_events, notices, tool, .. } = view.report;
    let lacking = |status| match status {
        SourceStatus::Partial => Some("read in part"),
        SourceStatus::Denied => Some("denied"),
        SourceStatus::Failed => Some("failed"),
        SourceStatus::Complete | SourceStatus::Skipped => None,
    };
    let lacking: Vec<_> = sources.iter().filter_map(|source| Some((source, lacking(source.status)?))).collect();
    if !lacking.is_empty() {
        writeln!(out, "\n## Sources that were not read in full\n")?;
    }
    for (source, how) in lacking {
        let why = source.error.as_deref().unwrap_or("no reason was given");
        writeln!(out, "- {} {how}: {}", name(&source.id), text(why))?;
        if let Some(next) = &source.next_step {
            writeln!(out, "  - {}", text(next))?;
        }
    }
    let open: Vec<_> = unread_events.iter().filter(|event| !event.settled).collect();
    if !open.is_empty() {
        writeln!(out, "\n## Log events that could not be read for certain\n")?;
    }
    for event in open.iter().take(view.limit(ROWS)) {
        let times = counted(usize::try_from(event.count).unwrap_or(usize::MAX), "time", "times");
        writeln!(
            out,
            "- {} in {}, {times}, last {}",
            name(&event.name),
            name(&event.source),
            humane_time(event.last_at)
        )?;
    }
    more(open.len(), view.limit(ROWS), out)?;
    if !notices.is_empty() {
        writeln!(out, "\n## Remarks\n")?;
    }
    for notice in notices {
        writeln!(out, "- {}", text(notice))?;
    }
    writeln!(
        out,
        "\n{} {}; every result with its evidence is in the JSON or HTML report.",
        text(&tool.name),
        text(&tool.version)
    )
}

fn more(all: usize, shown: usize, out: &mut dyn Write) -> io::Result<()> {
    if all > shown { writeln!(out, "\n… and {} more.", number(all - shown)) } else { Ok(()) }
}
