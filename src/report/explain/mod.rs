//! Why a result is what it is: the chain from the verdict to each raw record, what contradicts, what is missing and
//! what would change it.
//!
//! Made from a report alone, so a tenant, a snapshot and a saved report give the same explanation.

mod human;
mod lookup;
mod setting;
mod subject;

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

pub use self::human::render as render_human;
pub use self::subject::{NoSuchSubject, matching, name};
use super::model::{
    Certainty, CheckResult, Connection, OrgUnit, Report, SessionSetter, Source, SourceStatus, Status, Tenant, Tool,
    Touch, UnreadEvent,
};
use crate::checks::{Check, Shown, Turn};
use crate::domain::OrgUnitPath;
use crate::facts::{APP_ACCESS, CLOUD_SESSION_CONTROL};
use crate::report::write_json;
use crate::snapshot::SourceId;

/// The schema name that every JSON explanation carries.
pub const SCHEMA: &str = "gwsaudit/explanation/1";

/// Results of one report, explained.
#[derive(Serialize)]
pub struct Explanations<'r> {
    schema: &'static str,
    tool: &'r Tool,
    tenant: &'r Tenant,
    audited_at: Timestamp,
    evidence_from: Option<Timestamp>,
    explanations: Vec<Explanation<'r>>,
    #[serde(skip)]
    report: &'r Report,
    #[serde(skip)]
    check: &'r dyn Check,
}

/// One result with all that the report holds on it.
#[derive(Serialize)]
struct Explanation<'r> {
    result: &'r CheckResult,
    /// The settings in force for its org unit.
    org_unit: Option<&'r OrgUnit>,
    /// The org units above that pass a setting on to it, the nearest first, as far as the report shows them.
    ancestors: Vec<&'r OrgUnit>,
    /// The connection that it is about.
    connection: Option<&'r Connection>,
    /// What it rests on and is not whole.
    sources: Vec<&'r Source>,
    /// Unread log events that may touch it; of what they touch, only that.
    unread_events: Vec<UnreadEvent>,
    /// What would turn it into another verdict.
    would_change: Vec<Turn>,
}

/// Explains results of this check.
#[must_use]
pub fn explain<'r>(report: &'r Report, check: &'r dyn Check, results: &[&'r CheckResult]) -> Explanations<'r> {
    Explanations {
        schema: SCHEMA,
        tool: &report.tool,
        tenant: &report.tenant,
        audited_at: report.audited_at,
        evidence_from: report.evidence_from,
        explanations: results.iter().map(|result| Explanation::of(report, check, result)).collect(),
        report,
        check,
    }
}

/// Writes them as JSON.
///
/// # Errors
///
/// Only those of `out`.
pub fn render_json(explanations: &Explanations<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_json(explanations, out)
}

impl<'r> Explanation<'r> {
    fn of(report: &'r Report, check: &dyn Check, result: &'r CheckResult) -> Self {
        let subject = &result.subject;
        let find = |path: &OrgUnitPath| report.org_units.iter().find(|unit| unit.path == *path);
        let connection = report.connections.iter().find(|connection| {
            Some(&connection.user) == subject.user.as_ref()
                && Some(&connection.client_id) == subject.client_id.as_ref()
                && Some(&connection.app) == subject.app.as_ref()
        });
        let shown = Shown { result, org_unit: subject.org_unit.as_ref().and_then(find), connection };
        let settings = &check.meta().settings;
        let ancestors = inherited_through(&shown, settings).iter().filter_map(find).collect();
        Self {
            result,
            org_unit: shown.org_unit,
            ancestors,
            connection,
            sources: report.sources.iter().filter(|source| weakens(source, &check.meta().sources)).collect(),
            unread_events: report.unread_events.iter().filter_map(|event| touching(event, &shown, settings)).collect(),
            would_change: turns(&shown, check),
        }
    }

    fn shown(&self) -> Shown<'r> {
        Shown { result: self.result, org_unit: self.org_unit, connection: self.connection }
    }
}

/// Whether the result rests on this source and did not get everything from it.
fn weakens(source: &Source, sources: &[SourceId]) -> bool {
    let whole = match source.status {
        SourceStatus::Complete => source.note.is_none(),
        SourceStatus::Partial | SourceStatus::Denied | SourceStatus::Failed | SourceStatus::Skipped => false,
    };
    !whole && sources.iter().any(|id| id.as_str() == source.id)
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin<'r> {
    /// It is the org unit's own.
    Own,
    /// It is inherited.
    From(&'r OrgUnitPath),
    /// It may come from any org unit above.
    Unknown,
}

/// Where the subject gets a setting from; `None` where the setting does not bear on it.
fn origin<'r>(shown: &Shown<'r>, setting: &str) -> Option<Origin<'r>> {
    let (confidence, inherited_from) = match setting {
        CLOUD_SESSION_CONTROL => match shown.session_set_by() {
            SessionSetter::Binding => return None,
            SessionSetter::Unknown => (None, None),
            SessionSetter::Console => {
                shown.session().map(|session| (session.confidence, session.inherited_from.as_ref())).unzip()
            }
        },
        APP_ACCESS => shown.access().map(|access| (access.confidence, access.inherited_from.as_ref())).unzip(),
        _ => (None, None),
    };
    Some(match (inherited_from.flatten(), confidence) {
        (Some(from), _) => Origin::From(from),
        (None, Some(Certainty::Proven | Certainty::Presumed)) => Origin::Own,
        (None, Some(Certainty::Unknown) | None) => Origin::Unknown,
    })
}

/// The org units above through which any of the settings comes.
fn inherited_through(shown: &Shown<'_>, settings: &[String]) -> Vec<OrgUnitPath> {
    let Some(path) = &shown.result.subject.org_unit else { return Vec::new() };
    let passes_on = |unit: &OrgUnitPath| {
        settings.iter().filter_map(|setting| origin(shown, setting)).any(|origin| match origin {
            Origin::From(from) => from.contains(unit),
            Origin::Own | Origin::Unknown => false,
        })
    };
    path.ancestors().filter(passes_on).collect()
}

/// The event, of what it touches only what the result rests on; `None` if that is nothing.
fn touching(event: &UnreadEvent, shown: &Shown<'_>, settings: &[String]) -> Option<UnreadEvent> {
    let subject = &shown.result.subject;
    let concerns = |touch: &&Touch| {
        let Some(origin) =
            settings.iter().find(|setting| **setting == touch.setting).and_then(|setting| origin(shown, setting))
        else {
            return false;
        };
        let app = match &touch.app {
            None => true,
            Some(named) => {
                subject.app.as_ref().is_none_or(|app| app.as_str() == named)
                    || subject.client_id.as_ref().is_some_and(|client| client.as_str() == named)
            }
        };
        let unit = match (&touch.org_unit, &subject.org_unit) {
            (None, _) | (_, None) => true,
            (Some(touched), Some(path)) => {
                touched == path
                    || touched.contains(path)
                        && match origin {
                            Origin::Own => false,
                            Origin::From(from) => from.contains(touched),
                            Origin::Unknown => true,
                        }
            }
        };
        app && unit
    };
    let touches: Vec<Touch> = event.touches.iter().filter(concerns).cloned().collect();
    (!touches.is_empty()).then(|| UnreadEvent { touches, ..event.clone() })
}

/// What would turn the result into another verdict.
fn turns(shown: &Shown<'_>, check: &dyn Check) -> Vec<Turn> {
    let result = shown.result;
    let steps = result.remediation.iter().flat_map(|remediation| &remediation.steps);
    let cure: Vec<String> = steps.map(ToString::to_string).collect();
    let mut turns = match result.status {
        Status::Pass | Status::NotApplicable => check.turned_by(shown),
        Status::Fail => {
            let turns = check.turned_by(shown);
            if turns.is_empty() { vec![Turn { steps: cure, then: vec![Status::Pass] }] } else { turns }
        }
        Status::Suppressed => {
            let until = result.suppression.as_ref().map_or_else(
                || "the failure is no longer accepted".to_owned(),
                |suppression| format!("{} is over, until which the failure is accepted", suppression.expires),
            );
            vec![Turn { steps: cure, then: vec![Status::Pass] }, Turn::by(until, &[Status::Fail])]
        }
        Status::Undetermined | Status::Manual => Vec::new(),
    };
    let mut supplies: Vec<String> = Vec::new();
    for missing in &result.missing {
        if !supplies.iter().any(|known| **known == *missing.supply) {
            supplies.push(missing.supply.to_string());
        }
    }
    turns.push(Turn { steps: supplies, then: result.possible.clone() });
    turns.retain(|turn| !turn.steps.is_empty());
    turns
}
