//! The one line that has to be right when nothing else is read.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::View;
use crate::domain::{OrgUnitPath, humane_time};
use crate::report::model::{
    CheckResult, Confidence, Connection, Outcome, Report, Source, SourceStatus, Status, SubjectKind,
};
use crate::report::page::{Line, Tone};
use crate::report::wording::{counted, number, relative};

/// The verdict, and whether there is nothing more to say.
pub(in crate::report) struct Verdict {
    pub(in crate::report) line: Line,
    pub(in crate::report) all_clear: bool,
}

/// A connection that fails, and how sure that is.
pub(in crate::report) struct Broken<'a> {
    pub(in crate::report) connection: &'a Connection,
    pub(in crate::report) proven: bool,
}

/// When a connection fails, in words.
pub(in crate::report) struct Moments {
    /// The latest moment, or `not known`.
    pub(in crate::report) by: String,
    /// How far that is from the audit; empty where it is not known.
    pub(in crate::report) until: String,
    /// How long ago it was last authorised.
    pub(in crate::report) authorised: String,
}

impl Broken<'_> {
    pub(in crate::report) fn moments(&self, now: Timestamp) -> Moments {
        let (by, until) = match self.connection.next_failure_by {
            // It should be broken by now; whether it is, only a refresh could tell.
            Some(at) if at <= now => (humane_time(at), format!("due {}", relative(at, now))),
            Some(at) => (humane_time(at), relative(at, now)),
            None => ("not known".to_owned(), String::new()),
        };
        let last = self.connection.last_authorized_at;
        Moments { by, until, authorised: last.map_or_else(|| "not seen".to_owned(), |at| relative(at, now)) }
    }
}

/// Connections that break, or fail a check on presumed facts; without those whose failure was accepted. The next to fail
/// first; those whose moment is not known last.
pub(in crate::report) fn broken<'a>(view: &View<'a>) -> Vec<Broken<'a>> {
    let of = |status: Status| -> BTreeSet<_> {
        view.with_status(status)
            .filter(|result| result.subject.kind == SubjectKind::Connection)
            .filter(|result| status == Status::Suppressed || result.confidence == Some(Confidence::Presumed))
            .filter_map(|result| Some((result.subject.user.as_ref()?, result.subject.client_id.as_ref()?)))
            .collect()
    };
    let (accepted, presumed) = (of(Status::Suppressed), of(Status::Fail));
    let mut broken: Vec<Broken<'a>> = view
        .report
        .connections
        .iter()
        .filter_map(|connection| {
            let key = (&connection.user, &connection.client_id);
            match connection.outcome {
                Outcome::Breaks => (!accepted.contains(&key)).then_some(Broken { connection, proven: true }),
                Outcome::Undetermined => presumed.contains(&key).then_some(Broken { connection, proven: false }),
                Outcome::Survives => None,
            }
        })
        .collect();
    broken.sort_by_key(|b| (b.connection.next_failure_by.is_none(), b.connection.next_failure_by));
    broken
}

/// The verdict on the whole report.
pub(in crate::report) fn verdict(view: &View<'_>) -> Verdict {
    let report = view.report;
    let fails: Vec<_> = view.with_status(Status::Fail).collect();
    let count = |status| view.with_status(status).count();
    let (open, manual, suppressed) = (count(Status::Undetermined), count(Status::Manual), count(Status::Suppressed));
    let cut_short = incomplete(report).count();
    let line = Line::default();
    let (line, all_clear) = if !fails.is_empty() || !broken(view).is_empty() {
        (failing(view, &fails, open), false)
    } else if open > 0 {
        let all = report.results.len();
        let of = counted(all, "result is", "results are");
        let which = if open == all && all > 1 { "all".to_owned() } else { format!("{} of", number(open)) };
        (line.tone(Tone::Doubt, "Not enough evidence:").text(&format!(" {which} {of} undetermined.")), false)
    } else if report.results.is_empty() {
        (line.tone(Tone::Doubt, "Nothing was judged:").text(" no check found a subject."), false)
    } else if manual > 0 {
        let line = line.tone(Tone::Doubt, "Nothing fails, but");
        let needs = counted(manual, "result needs a person to look.", "results need a person to look.");
        (line.text(&format!(" {needs}")), false)
    } else {
        let line = line.tone(Tone::Good, "All clear");
        let line = if suppressed > 0 {
            line.text(&format!(", apart from {}", counted(suppressed, "accepted failure", "accepted failures")))
        } else {
            line
        };
        let line = well(view, line);
        let presumed = view.with_status(Status::Pass).filter(|r| r.confidence == Some(Confidence::Presumed)).count();
        (if presumed > 0 { line.tone(Tone::Doubt, &rests(presumed)) } else { line }, true)
    };
    let line = if cut_short > 0 {
        line.tone(Tone::Doubt, &format!(" {} not read in full.", counted(cut_short, "source was", "sources were")))
    } else {
        line
    };
    Verdict { line, all_clear }
}

/// Sources that were asked and did not give everything.
pub(in crate::report) fn incomplete(report: &Report) -> impl Iterator<Item = &Source> {
    report.sources.iter().filter(|source| match source.status {
        SourceStatus::Partial | SourceStatus::Denied | SourceStatus::Failed => true,
        SourceStatus::Complete | SourceStatus::Skipped => false,
    })
}

/// What `--accept-presumed` let pass is not passed over in silence.
fn rests(presumed: usize) -> String {
    let results = counted(presumed, "result rests", "results rest");
    format!(" {results} on presumed facts, accepted for this run.")
}

fn failing(view: &View<'_>, fails: &[&CheckResult], open: usize) -> Line {
    let broken = broken(view);
    let proven = broken.iter().filter(|broken| broken.proven).count();
    let mut parts = Vec::new();
    if proven > 0 {
        parts.push(counted(proven, "connection will break", "connections will break"));
    }
    if broken.len() > proven {
        let n = broken.len() - proven;
        parts.push(counted(n, "connection will presumably break", "connections will presumably break"));
    }
    let (mut affected, mut to_change): (BTreeSet<&OrgUnitPath>, BTreeSet<&OrgUnitPath>) = Default::default();
    let (mut others, mut proven_units) = (0, false);
    for result in fails {
        match (result.subject.kind, &result.subject.org_unit) {
            (SubjectKind::OrgUnit | SubjectKind::App, Some(unit)) => {
                affected.insert(unit);
                proven_units |= result.confidence != Some(Confidence::Presumed);
                to_change.insert(view.tree.owner(unit, result.subject.app.as_ref()));
            }
            (SubjectKind::Connection, _) => {}
            (
                SubjectKind::Tenant | SubjectKind::OrgUnit | SubjectKind::User | SubjectKind::Group | SubjectKind::App,
                _,
            ) => others += 1,
        }
    }
    if !to_change.is_empty() {
        let mut part = if proven_units {
            counted(to_change.len(), "org unit needs a change", "org units need a change")
        } else {
            counted(to_change.len(), "org unit presumably needs a change", "org units presumably need a change")
        };
        if affected.len() > to_change.len() {
            part.push_str(&format!(" ({} affected)", number(affected.len())));
        }
        parts.push(part);
    }
    if parts.is_empty() {
        parts.push(counted(fails.len(), "result fails", "results fail"));
    } else if others > 0 {
        parts.push(counted(others, "other result fails", "other results fail"));
    }
    let line = Line::default().tone(Tone::Bad, &format!("{}.", parts.join(", ")));
    if open == 0 {
        return line;
    }
    line.tone(Tone::Doubt, &format!(" {} not known.", counted(open, "result", "results")))
}

fn well(view: &View<'_>, line: Line) -> Line {
    let survive = view.report.connections.iter().filter(|c| c.outcome == Outcome::Survives).count();
    let mut parts = Vec::new();
    if survive > 0 {
        parts.push(counted(survive, "connection survives", "connections survive"));
    }
    // Counted from the verdicts: an org unit that nothing was asked about is not called well.
    let judged = |status| {
        let results = view.with_status(status).filter(|result| result.subject.user.is_none());
        results.filter_map(|result| result.subject.org_unit.as_ref()).collect::<BTreeSet<_>>()
    };
    let settled = &judged(Status::Pass) | &judged(Status::NotApplicable);
    let units = (&settled - &judged(Status::Suppressed)).len();
    if units > 0 {
        parts.push(counted(units, "org unit is as it should be", "org units are as they should be"));
    }
    if parts.is_empty() { line.text(".") } else { line.text(&format!(": {}.", parts.join(", "))) }
}
