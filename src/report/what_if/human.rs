//! For a person at a terminal: what each wave breaks, for whom and when; then what to do instead, step by step.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use super::model::{
    AppEffect, Change, ConnectionChange, Direction, Foresight, Remedy, ResultChange, Rollout, Step, Unproven, Verdict,
    WaveEffect,
};
use crate::domain::{ClientId, Email, humane_duration, humane_time};
use crate::report::human::source;
use crate::report::model::{Administration, Missing, SourceStatus, Status, Subject};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, sentence};
use crate::report::{Detail, RenderOptions};

/// So many of a list are told where brevity is wanted.
const APPS: usize = 12;
const USERS: usize = 5;
const RESULTS: usize = 12;
const GAPS: usize = 8;

struct View<'a> {
    foresight: &'a Foresight,
    detail: Detail,
}

impl View<'_> {
    fn limit(&self, brief: usize) -> usize {
        match self.detail {
            Detail::Brief => brief,
            Detail::Full => usize::MAX - 1,
        }
    }
}

pub(super) fn render(foresight: &Foresight, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(out, options.width, options.colour);
    let view = &View { foresight, detail: options.detail };
    let name = foresight.tenant.primary_domain.as_ref().unwrap_or(&foresight.tenant.customer);
    let line = Line::default()
        .tone(Tone::Strong, &format!("What if, at {name}"))
        .text(&format!(", judged as of {}. Nothing was changed.", humane_time(foresight.judged_at)));
    page.paragraph(0, 2, &line)?;
    let gaps = || foresight.sources.iter().filter(|source| is_gap(source.status));
    if gaps().next().is_some() {
        page.heading("Not everything could be read")?;
    }
    for gap in gaps() {
        source(page, gap)?;
    }
    for notice in &foresight.notices {
        page.paragraph(2, 4, &Line::default().tone(Tone::Doubt, notice))?;
    }
    for wave in &foresight.waves {
        wave_effect(page, view, wave)?;
    }
    rollout(page, view, &foresight.rollout)
}

fn is_gap(status: SourceStatus) -> bool {
    match status {
        SourceStatus::Partial | SourceStatus::Denied | SourceStatus::Failed => true,
        SourceStatus::Complete | SourceStatus::Skipped => false,
    }
}

fn wave_effect(page: &mut Page<'_>, view: &View<'_>, wave: &WaveEffect) -> io::Result<()> {
    page.heading(&sentence(&wave.name))?;
    for assignment in &wave.set {
        page.paragraph(2, 6, &Line::default().tone(Tone::Quiet, "set ").text(assignment))?;
    }
    page.paragraph(2, 4, &verdict(wave))?;
    for outcome in [Change::Fails, Change::MayFail, Change::Recovers] {
        apps(page, view, wave, outcome)?;
    }
    if !wave.administrators.is_empty() {
        page.paragraph(2, 4, &Line::default().tone(Tone::Strong, "Administrators among them"))?;
        for hit in wave.administrators.iter().take(view.limit(USERS)) {
            let what = match hit.administers {
                Administration::Everything => "a super administrator",
                Administration::ByRole => "an administrator by role",
                Administration::Nothing | Administration::Unknown => "an administrator",
            };
            page.paragraph(4, 6, &Line::of(&format!("{}, {what}: {}", hit.user, hit.apps.join(", "))))?;
        }
        more(page, 4, wave.administrators.len(), view.limit(USERS))?;
    }
    if wave.bound_connections > 0 {
        let number = usize::try_from(wave.bound_connections).unwrap_or(usize::MAX);
        let text = format!(
            "The session of {} below is set by an Access Context Manager binding, which the console's page does not reach.",
            counted(number, "connection", "connections")
        );
        page.paragraph(2, 4, &Line::of(&text))?;
    }
    results(page, view, wave)?;
    unknown(page, view, &wave.unknown)
}

fn number(of: u64) -> usize {
    usize::try_from(of).unwrap_or(usize::MAX)
}

fn verdict(wave: &WaveEffect) -> Line {
    let summary = &wave.summary;
    let mut line = Line::default();
    let mut said = false;
    let mut add = |line: Line, tone: Tone, count: u64, one: &str, many: &str| {
        if count == 0 {
            return line;
        }
        let line = if said { line.text("; ") } else { line };
        said = true;
        line.tone(tone, &counted(number(count), one, many))
    };
    line = add(line, Tone::Bad, summary.fail, "connection would fail", "connections would fail");
    line = add(line, Tone::Doubt, summary.may_fail, "connection may fail", "connections may fail");
    line = add(line, Tone::Good, summary.recover, "connection would work again", "connections would work again");
    line = add(line, Tone::Bad, summary.worse, "result turns worse", "results turn worse");
    line = add(line, Tone::Good, summary.better, "result turns better", "results turn better");
    line = add(line, Tone::Plain, summary.other, "result changes otherwise", "results change otherwise");
    if said { line.text(".") } else { line.tone(Tone::Good, "Nothing changes.") }
}

fn apps(page: &mut Page<'_>, view: &View<'_>, wave: &WaveEffect, outcome: Change) -> io::Result<()> {
    let apps: Vec<&AppEffect> = wave.apps.iter().filter(|app| app.outcome == outcome).collect();
    if apps.is_empty() {
        return Ok(());
    }
    let (tone, title) = match outcome {
        Change::Fails => (Tone::Bad, "Apps that would start to fail"),
        Change::MayFail => (Tone::Doubt, "Apps that may start to fail"),
        Change::Recovers => (Tone::Good, "Apps that would work again"),
    };
    page.paragraph(2, 4, &Line::default().tone(tone, title))?;
    for app in apps.iter().take(view.limit(APPS)) {
        one_app(page, view, app)?;
    }
    more(page, 4, apps.len(), view.limit(APPS))
}

fn one_app(page: &mut Page<'_>, view: &View<'_>, app: &AppEffect) -> io::Result<()> {
    let id = app.app.as_ref().map(|id| format!("{id}, ")).unwrap_or_default();
    let line = Line::default().tone(Tone::Strong, &app.name).text(&format!(" ({id}client ID {})", app.client_id));
    page.paragraph(4, 6, &line)?;
    let scopes = |scopes: &[String]| scopes.iter().map(|scope| short(scope)).collect::<Vec<_>>().join(", ");
    if !app.cloud_scopes.is_empty() {
        page.paragraph(6, 8, &Line::of(&format!("Cloud scopes: {}", scopes(&app.cloud_scopes))))?;
    }
    if !app.unknown_scopes.is_empty() {
        let text = format!("scopes of which nobody documents whether they count: {}", scopes(&app.unknown_scopes));
        page.paragraph(6, 8, &Line::default().tone(Tone::Doubt, &text))?;
    }
    // What is alike is told once.
    let mut alike: BTreeMap<(Change, &str, String), Vec<&ConnectionChange>> = BTreeMap::new();
    for connection in &app.connections {
        let when = when(connection, view.foresight.judged_at);
        alike.entry((connection.change, &connection.why, when)).or_default().push(connection);
    }
    for ((change, why, when), connections) in alike.iter().take(view.limit(RESULTS)) {
        let users: Vec<String> = connections
            .iter()
            .take(view.limit(USERS))
            .map(|one| match &one.org_unit {
                Some(path) => format!("{} in {path}", one.user),
                None => one.user.to_string(),
            })
            .collect();
        let rest = connections.len() - users.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let (tone, word) = match change {
            Change::Fails => (Tone::Bad, "fails"),
            Change::MayFail => (Tone::Doubt, "may fail"),
            Change::Recovers => (Tone::Good, "works again"),
        };
        let line =
            Line::default().tone(tone, &format!("{word}{when}")).text(&format!(": {}{rest}: {why}", users.join(", ")));
        page.paragraph(6, 8, &line)?;
    }
    more(page, 6, alike.len(), view.limit(RESULTS))
}

/// Without the beginning that all of Google's scopes have in common.
fn short(scope: &str) -> &str {
    scope.strip_prefix("https://www.googleapis.com/auth/").unwrap_or(scope)
}

fn when(connection: &ConnectionChange, now: Timestamp) -> String {
    if let Some(by) = connection.first_failure_by {
        return if by <= now {
            ", as soon as the change reaches it".to_owned()
        } else {
            format!(" by {}", humane_time(by))
        };
    }
    match connection.fails_within_seconds {
        Some(seconds) => {
            format!(", within {} of the change", humane_duration(SignedDuration::from_secs(i64::from(seconds))))
        }
        None => String::new(),
    }
}

fn more(page: &mut Page<'_>, indent: usize, all: usize, shown: usize) -> io::Result<()> {
    if all <= shown {
        return Ok(());
    }
    let text = format!("… and {} (-v shows all)", counted(all - shown, "more", "more"));
    page.paragraph(indent, indent + 2, &Line::default().tone(Tone::Quiet, &text))
}

fn results(page: &mut Page<'_>, view: &View<'_>, wave: &WaveEffect) -> io::Result<()> {
    if wave.results.is_empty() {
        return Ok(());
    }
    page.paragraph(2, 4, &Line::default().tone(Tone::Strong, "Results that change"))?;
    let mut sorted: Vec<&ResultChange> = wave.results.iter().collect();
    sorted.sort_by_key(|result| match result.direction {
        Direction::Worse => (0, std::cmp::Reverse(result.severity)),
        Direction::Other => (1, std::cmp::Reverse(result.severity)),
        Direction::Better => (2, std::cmp::Reverse(result.severity)),
    });
    for result in sorted.iter().take(view.limit(RESULTS)) {
        let tone = match result.direction {
            Direction::Worse => Tone::Bad,
            Direction::Better => Tone::Good,
            Direction::Other => Tone::Plain,
        };
        let line = Line::default()
            .tone(Tone::Strong, result.check.as_str())
            .text(&format!(" {}: {} → ", subject(&result.subject), told(result.before)))
            .tone(tone, &told(result.after))
            .text(&format!(". {}", result.summary));
        page.paragraph(4, 6, &line)?;
    }
    more(page, 4, sorted.len(), view.limit(RESULTS))
}

fn told(verdict: Option<Verdict>) -> String {
    let Some(Verdict { status, confidence }) = verdict else { return "nothing".to_owned() };
    let word = match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Undetermined => "undetermined",
        Status::NotApplicable => "not applicable",
        Status::Manual => "manual",
        Status::Suppressed => "suppressed",
    };
    match confidence {
        Some(confidence) => format!("{word} ({})", confidence.as_str()),
        None => word.to_owned(),
    }
}

fn subject(subject: &Subject) -> String {
    let mut parts = Vec::new();
    parts.extend(subject.user.as_ref().map(Email::to_string));
    parts.extend(subject.group.clone());
    parts.extend(subject.app.as_ref().map(ToString::to_string));
    if subject.app.is_none() {
        parts.extend(subject.client_id.as_ref().map(ClientId::to_string));
    }
    parts.extend(subject.org_unit.as_ref().map(|path| format!("in {path}")));
    if parts.is_empty() { "(the tenant)".to_owned() } else { parts.join(" ") }
}

fn unknown(page: &mut Page<'_>, view: &View<'_>, missing: &[Missing]) -> io::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    page.paragraph(2, 4, &Line::default().tone(Tone::Doubt, "Not known, and could change this"))?;
    for one in missing.iter().take(view.limit(GAPS)) {
        page.paragraph(4, 6, &Line::of(&one.why))?;
        page.paragraph(6, 8, &Line::of("→ ").text(&one.supply))?;
    }
    more(page, 4, missing.len(), view.limit(GAPS))
}

fn rollout(page: &mut Page<'_>, view: &View<'_>, rollout: &Rollout) -> io::Result<()> {
    if rollout.needed || !rollout.remedies.is_empty() {
        page.heading("The smallest set of settings that avoids it")?;
        remedies(page, view, &rollout.remedies)?;
        if rollout.remedies.is_empty() {
            page.paragraph(2, 4, &Line::default().tone(Tone::Bad, "There is none: see below."))?;
        }
    }
    if !rollout.unavoidable.is_empty() {
        page.heading("What none of these settings avoids")?;
        for text in rollout.unavoidable.iter().take(view.limit(GAPS)) {
            page.paragraph(2, 4, &Line::of(&sentence(text)))?;
        }
        more(page, 2, rollout.unavoidable.len(), view.limit(GAPS))?;
    }
    if !rollout.to_be_sure.is_empty() {
        page.heading("To be sure of what only may fail, besides")?;
        remedies(page, view, &rollout.to_be_sure)?;
    }
    if !rollout.drops.is_empty() {
        page.heading("Or leave Cloud scopes out of these connections")?;
        for drop in rollout.drops.iter().take(view.limit(APPS)) {
            let scopes: Vec<&str> = drop.scopes.iter().map(|scope| short(scope)).collect();
            let mut text = format!(": {}, for {}.", scopes.join(", "), counted(drop.users.len(), "user", "users"));
            if !drop.needed_for.is_empty() {
                text.push_str(&format!(" Needed for {}", drop.needed_for.join(", ")));
                text.push_str(&match drop.not_needed_for.as_slice() {
                    [] => ".".to_owned(),
                    cards => format!("; not for {}.", cards.join(", ")),
                });
            }
            page.paragraph(2, 4, &Line::default().tone(Tone::Strong, &drop.name).text(&text))?;
        }
        more(page, 2, rollout.drops.len(), view.limit(APPS))?;
        let text = "Revoke the old grant before authorising with fewer scopes: they stay merged otherwise.";
        page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, text))?;
    }
    if !rollout.steps.is_empty() {
        page.heading("In this order")?;
        for (nth, step) in rollout.steps.iter().enumerate() {
            one_step(page, view, nth + 1, step)?;
        }
    }
    conclusion(page, view, rollout)
}

fn remedies(page: &mut Page<'_>, view: &View<'_>, remedies: &[Remedy]) -> io::Result<()> {
    for remedy in remedies.iter().take(view.limit(APPS)) {
        let line = Line::default().tone(Tone::Strong, &remedy.assignment);
        let line = match &remedy.instead_of {
            Some(written) => line.text(" instead of ").text(written),
            None => line,
        };
        page.paragraph(2, 6, &line)?;
        let connections = counted(number(remedy.connections), "connection", "connections");
        page.paragraph(4, 6, &Line::of(&format!("for {connections}: {}", remedy.why)))?;
    }
    more(page, 2, remedies.len(), view.limit(APPS))
}

fn one_step(page: &mut Page<'_>, view: &View<'_>, nth: usize, step: &Step) -> io::Result<()> {
    if let Some(seconds) = step.wait_seconds {
        let wait = humane_duration(SignedDuration::from_secs(i64::from(seconds)));
        return page.paragraph(2, 5, &Line::of(&format!("{nth}. Wait {wait}: {}.", step.why)));
    }
    page.paragraph(2, 5, &Line::of(&format!("{nth}. {}:", sentence(&step.why))))?;
    for assignment in &step.set {
        page.paragraph(5, 9, &Line::default().tone(Tone::Strong, assignment))?;
    }
    for broken in step.breaks.iter().take(view.limit(USERS)) {
        page.paragraph(5, 7, &Line::default().tone(Tone::Bad, "breaks ").text(&unproven(broken)))?;
    }
    more(page, 5, step.breaks.len(), view.limit(USERS))
}

fn unproven(one: &Unproven) -> String {
    format!("{} with {}: {}", one.user, one.client_id, one.why)
}

fn conclusion(page: &mut Page<'_>, view: &View<'_>, rollout: &Rollout) -> io::Result<()> {
    page.blank()?;
    let breaks = rollout.steps.iter().any(|step| !step.breaks.is_empty());
    if rollout.proven {
        let text = "Proven: whatever connection survives today survives every step of this order.";
        return page.paragraph(0, 2, &Line::default().tone(Tone::Good, text));
    }
    let text = if breaks {
        "Something breaks on the way even so."
    } else if rollout.not_proven.is_empty() {
        "Not proven: there may be connections that could not be read."
    } else {
        "Not proven: of these connections it is not certain that they survive every step."
    };
    page.paragraph(0, 2, &Line::default().tone(if breaks { Tone::Bad } else { Tone::Doubt }, text))?;
    for one in rollout.not_proven.iter().take(view.limit(GAPS)) {
        page.paragraph(2, 4, &Line::of(&unproven(one)))?;
    }
    more(page, 2, rollout.not_proven.len(), view.limit(GAPS))
}
