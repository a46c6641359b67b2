//! A difference for a person at a terminal: what got worse first, alike changes together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::Value;

use super::model::{
    ConnectionChange, Course, Diff, FieldChange, Presence, ResultChange, SettingChange, SourceChange, Verdict,
};
use super::tenant_name;
use crate::domain::{AppId, CheckId, OrgUnitPath, humane_time};
use crate::report::RenderOptions;
use crate::report::escape::Visible;
use crate::report::explain::name;
use crate::report::model::{Confidence, Evidence, OrgUnit, Outcome, SourceStatus, SubjectKind};
use crate::report::org_tree::{OrgTree, and};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, plain};

/// So many subjects of alike changes are named; the rest are counted.
const NAMED: usize = 6;
/// So many deeds of administrators are told of one change; the rest are counted.
const DEEDS: usize = 3;

/// Writes a difference for people. `units` are the org units of both reports, for the sake of their tree.
///
/// # Errors
///
/// Only those of `out`.
pub fn render(diff: &Diff, units: &[OrgUnit], options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(out, options.width, options.colour);
    let tree = &OrgTree::of(units);
    head(page, diff)?;
    for course in Course::ALL {
        let results: Vec<&ResultChange> = diff.results.iter().filter(|change| change.course == course).collect();
        let connections: Vec<&ConnectionChange> =
            diff.connections.iter().filter(|change| change.course == course).collect();
        if results.is_empty() && connections.is_empty() {
            continue;
        }
        page.heading(title(course))?;
        verdicts(page, &results, tree)?;
        for change in connections {
            connection(page, change)?;
        }
    }
    settings(page, diff, tree)?;
    if !diff.sources.is_empty() {
        page.heading("Sources")?;
        for change in &diff.sources {
            source(page, change)?;
        }
    }
    Ok(())
}

fn head(page: &mut Page<'_>, diff: &Diff) -> io::Result<()> {
    let (old, new) = (humane_time(diff.old.audited_at), humane_time(diff.new.audited_at));
    page.paragraph(0, 2, &Line::of(&format!("{}, from {old} to {new}", tenant_name(&diff.tenant))))?;
    let counts = &diff.summary;
    let parts = [
        (counts.worse, "got worse", Tone::Bad),
        (counts.doubtful, "newly undetermined", Tone::Doubt),
        (counts.better, "got better", Tone::Good),
        (counts.other, "changed otherwise", Tone::Plain),
    ];
    let mut line = Line::default();
    let told: Vec<_> = parts.iter().filter(|(count, ..)| *count > 0).collect();
    for (n, (count, words, tone)) in told.iter().enumerate() {
        line = line.text(if n == 0 { "" } else { ", " }).tone(*tone, &format!("{count} {words}"));
    }
    if told.is_empty() {
        line = Line::default().tone(Tone::Good, "No verdict and no connection changed.");
    }
    page.paragraph(0, 2, &line)?;
    for remark in &diff.remarks {
        page.paragraph(0, 2, &Line::default().tone(Tone::Doubt, "Note: ").text(remark))?;
    }
    Ok(())
}

fn title(course: Course) -> &'static str {
    match course {
        Course::Worse => "Got worse",
        Course::Doubtful => "Newly undetermined",
        Course::Better => "Got better",
        Course::Other => "Changed otherwise",
    }
}

/// What alike changes have in common.
type Alike<'c> = (&'c CheckId, SubjectKind, Option<&'c AppId>, Presence, Option<Verdict>, Option<Verdict>);

fn verdicts(page: &mut Page<'_>, changes: &[&ResultChange], tree: &OrgTree<'_>) -> io::Result<()> {
    let mut groups: BTreeMap<Alike<'_>, Vec<&ResultChange>> = BTreeMap::new();
    for change in changes {
        let app = change.subject.app.as_ref().filter(|_| change.subject.kind == SubjectKind::App);
        let alike = (&change.check, change.subject.kind, app, change.presence, change.old, change.new);
        groups.entry(alike).or_default().push(change);
    }
    for ((check, _, app, _, old, new), group) in groups {
        let line = Line::default().tone(Tone::Strong, check.as_str());
        let line = match app {
            Some(app) => line.text(&format!(" for {app}")),
            None => line,
        };
        let severity = group.first().map(|change| change.severity.as_str()).unwrap_or_default();
        let turned = format!(" ({severity}): {} \u{2192} {} at ", verdict(old), verdict(new));
        page.paragraph(2, 4, &line.text(&turned).visible(Tone::Plain, subjects(&group, tree)))?;
        let mut sentences: Vec<&str> = group.iter().map(|change| change.summary.as_str()).collect();
        sentences.dedup();
        if let [only] = sentences.as_slice() {
            page.paragraph(6, 6, &Line::of(only))?;
        }
        deeds(page, 6, group.iter().flat_map(|change| &change.changed_by))?;
    }
    Ok(())
}

fn verdict(verdict: Option<Verdict>) -> String {
    match verdict {
        None => "not there".to_owned(),
        Some(Verdict { status, confidence: Some(Confidence::Presumed) }) => {
            format!("{}, presumed", plain(status.as_str()))
        }
        Some(Verdict { status, confidence: Some(Confidence::Proven) | None }) => plain(status.as_str()),
    }
}

/// Where: org units as a tree has them, anything else by name.
fn subjects(group: &[&ResultChange], tree: &OrgTree<'_>) -> Visible {
    let of_units = group.iter().all(|change| change.org_units.is_some());
    if of_units {
        let paths: BTreeSet<&OrgUnitPath> =
            group.iter().filter_map(|change| change.subject.org_unit.as_ref()).collect();
        let mut text = tree.list(&paths, NAMED);
        let further: u64 = group.iter().filter_map(|change| change.org_units).map(|count| count - 1).sum();
        if further > 0 {
            let units = counted(usize::try_from(further).unwrap_or(usize::MAX), "org unit", "org units");
            text.push(&Visible::of(&format!(", with {units} below that share it")));
        }
        return text;
    }
    let mut names: Vec<Visible> = group.iter().take(NAMED).map(|change| Visible::of(&name(&change.subject))).collect();
    if group.len() > NAMED {
        names.push(Visible::of(&format!("{} more", group.len() - NAMED)));
    }
    and(names)
}

fn deeds<'e>(page: &mut Page<'_>, indent: usize, evidence: impl Iterator<Item = &'e Evidence>) -> io::Result<()> {
    let mut all: Vec<&Evidence> = evidence.collect();
    all.sort();
    all.dedup();
    all.sort_by_key(|item| item.at);
    for item in all.iter().take(DEEDS) {
        let who = item.actor.as_deref().unwrap_or("somebody whom the log does not name");
        let when = item.at.map(humane_time).unwrap_or_default();
        let line = Line::of("by ").tone(Tone::Strong, who).text(&format!(" on {when}: {}", item.says));
        page.paragraph(indent, indent + 2, &line)?;
    }
    if all.len() > DEEDS {
        let more = format!("and {} more in the administrators' log", all.len() - DEEDS);
        page.paragraph(indent, indent + 2, &Line::default().tone(Tone::Quiet, &more))?;
    }
    Ok(())
}

fn outcome(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None => "not there",
        Some(Outcome::Survives) => "survives",
        Some(Outcome::Breaks) => "breaks",
        Some(Outcome::Undetermined) => "undetermined",
    }
}

fn connection(page: &mut Page<'_>, change: &ConnectionChange) -> io::Result<()> {
    let line = Line::of("connection of ").tone(Tone::Strong, change.user.as_str());
    let line = line.text(&format!(" to {} ({}): ", change.app, change.client_id));
    let line = if change.old == change.new {
        line.text(&format!("{} still", outcome(change.new)))
    } else {
        line.text(&format!("{} \u{2192} {}", outcome(change.old), outcome(change.new)))
    };
    let line = match change.next_failure_by {
        Some(by) => line.text(&format!(", by {}", humane_time(by))),
        None => line,
    };
    page.paragraph(2, 4, &line)?;
    if change.fields.is_empty() { Ok(()) } else { page.paragraph(6, 8, &Line::of(&words(&change.fields))) }
}

/// `reauth not required → required; method none → password`.
fn words(fields: &[FieldChange]) -> String {
    let words = fields.iter().map(|change| {
        // An app's access level is its access.
        let field = if change.field == "access.access" { "access" } else { &change.field };
        let field = plain(field).replace('.', " ");
        format!("{field} {} \u{2192} {}", value(&change.old), value(&change.new))
    });
    words.collect::<Vec<_>>().join("; ")
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => plain(text),
        Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(" or "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// What alike changes of a setting have in common: the setting, the app, and what became of its fields.
type AlikeSettings<'c> = (&'c str, Option<&'c AppId>, String);

fn settings(page: &mut Page<'_>, diff: &Diff, tree: &OrgTree<'_>) -> io::Result<()> {
    if diff.org_units.is_empty() {
        return Ok(());
    }
    page.heading("Org units and their settings")?;
    for (presence, words) in [(Presence::Appeared, "appeared: "), (Presence::Vanished, "vanished: ")] {
        let units = diff.org_units.iter().filter(|change| change.presence == presence);
        let paths: BTreeSet<&OrgUnitPath> = units.map(|change| &change.path).collect();
        if !paths.is_empty() {
            page.paragraph(2, 4, &Line::of(words).visible(Tone::Plain, tree.list(&paths, NAMED)))?;
        }
    }
    let mut groups: BTreeMap<AlikeSettings<'_>, Vec<(&OrgUnitPath, &SettingChange)>> = BTreeMap::new();
    for unit in &diff.org_units {
        for change in &unit.settings {
            let alike = (&*change.setting, change.app.as_ref(), words(&change.fields));
            groups.entry(alike).or_default().push((&unit.path, change));
        }
    }
    for ((setting, app, changes), group) in groups {
        let line = Line::default().tone(Tone::Strong, &setting.replace('-', " "));
        let line = match app {
            Some(app) => line.text(&format!(" of {app}")),
            None => line,
        };
        let paths = group.iter().map(|(path, _)| *path).collect();
        page.paragraph(2, 4, &line.text(" at ").visible(Tone::Plain, tree.list(&paths, NAMED)))?;
        page.paragraph(6, 8, &Line::of(&changes))?;
        deeds(page, 6, group.iter().flat_map(|(_, change)| &change.changed_by))?;
    }
    Ok(())
}

fn status(status: Option<SourceStatus>) -> &'static str {
    match status {
        None => "not asked",
        Some(SourceStatus::Complete) => "complete",
        Some(SourceStatus::Partial) => "partial",
        Some(SourceStatus::Denied) => "denied",
        Some(SourceStatus::Failed) => "failed",
        Some(SourceStatus::Skipped) => "skipped",
    }
}

fn source(page: &mut Page<'_>, change: &SourceChange) -> io::Result<()> {
    let tone = match change.course {
        Course::Worse => Tone::Doubt,
        Course::Better => Tone::Good,
        Course::Doubtful | Course::Other => Tone::Plain,
    };
    let turned = format!("{} \u{2192} {}", status(change.old), status(change.new));
    let line = Line::of(&format!("{}: ", change.id)).tone(tone, &turned);
    let line = match &change.error {
        Some(error) => line.text(": ").text(error),
        None => line,
    };
    page.paragraph(2, 4, &line)
}
