//! Facts and results into the report that all formats share.

use std::collections::BTreeMap;

use super::model::{
    AppAccess, CheckResult, CloudSession, Connection, OrgUnit, Outcome, Report, SCHEMA, Source, SourceStatus, Summary,
    Tenant, Tool, Touch, UnreadEvent,
};
use crate::checks::{Selection, evidence_of};
use crate::facts::{Access, ConnectionFacts, Fact, Facts, Reauth, SessionControl, Truth, UnitIndex, UnreadEvents};
use crate::snapshot::SourceId;

/// What a report is assembled from.
#[derive(Debug)]
pub struct Assembly<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// The verdicts, sorted, suppressions applied.
    pub results: Vec<CheckResult>,
    /// Which org units were asked for.
    pub selection: &'a Selection,
    /// The customer that was asked for, where Google did not tell another.
    pub customer: &'a str,
}

/// Puts a report together.
#[must_use]
pub fn assemble(assembly: Assembly<'_>) -> Report {
    let Assembly { facts, results, selection, customer } = assembly;
    let evidence = &facts.evidence;
    let tenant = Tenant {
        customer: evidence.tenant.as_ref().map_or_else(|| customer.to_owned(), |tenant| tenant.customer.clone()),
        primary_domain: evidence.tenant.as_ref().and_then(|tenant| tenant.primary_domain.clone()),
    };
    let sources = evidence
        .sources
        .values()
        .map(|source| Source {
            id: source.id.clone(),
            status: source.status,
            requests: source.requests,
            items: source.items,
            error: source.error.clone(),
            next_step: source.next_step.clone(),
            note: source.note.clone(),
            window_from: source.window_from.filter(|_| source.is_complete()),
            window_to: source.window_to.filter(|_| source.is_complete()),
        })
        .collect();
    let org_units = (0..facts.tree.units().len())
        .filter(|unit| selection.includes(facts.tree.path(*unit)))
        .map(|unit| org_unit(facts, unit))
        .collect();
    let connections = facts
        .connections
        .iter()
        .filter(|connection| connection.org_unit.as_ref().is_none_or(|path| selection.includes(path)))
        .map(connection)
        .collect();
    let unread_of = |source: SourceId, events: &BTreeMap<String, UnreadEvents>| -> Vec<UnreadEvent> {
        events.iter().map(|(name, unread)| unread_event(source, name, unread)).collect()
    };
    let mut unread_events = unread_of(SourceId::AccessEvaluationLog, &facts.unread_evaluations);
    unread_events.extend(unread_of(SourceId::AdminLog, &facts.unread_events));
    // The window is at hand where the log could be read at all; whether it is whole, its source says.
    let evidence_from = evidence
        .source(SourceId::AdminLog)
        .filter(|source| matches!(source.status, SourceStatus::Complete | SourceStatus::Partial))
        .and_then(|source| source.window_from);
    Report {
        schema: SCHEMA,
        tool: Tool { name: "gwsaudit", version: env!("CARGO_PKG_VERSION") },
        tenant,
        audited_at: facts.as_of,
        evidence_from,
        sources,
        org_units,
        connections,
        summary: Summary::of(&results),
        results,
        unread_events,
        notices: facts.notices.clone(),
    }
}

fn unread_event(source: SourceId, name: &str, unread: &UnreadEvents) -> UnreadEvent {
    UnreadEvent {
        source: source.as_str().to_owned(),
        name: name.to_owned(),
        settled: unread.settled,
        parameters: unread.parameters.iter().cloned().collect(),
        count: unread.count,
        first_at: unread.first_at,
        last_at: unread.last_at,
        touches: unread
            .touches
            .iter()
            .map(|(setting, org_unit, app)| Touch { setting, org_unit: org_unit.clone(), app: app.clone() })
            .collect(),
    }
}

fn org_unit(facts: &Facts, unit: UnitIndex) -> OrgUnit {
    OrgUnit {
        path: facts.tree.path(unit).clone(),
        cloud_session: cloud_session(&facts.sessions[unit]),
        apps: facts.apps.iter().map(|app| (app.definition.id.clone(), app_access(&app.access[unit]))).collect(),
    }
}

fn cloud_session(control: &SessionControl) -> CloudSession {
    let asked = control.reauth.value() != Some(&Reauth::NotRequired);
    CloudSession {
        reauth: control.reauth.value().map_or("unknown", |reauth| reauth.as_str()),
        frequency_seconds: control.frequency.value().filter(|_| asked).map(|length| length.seconds()),
        method: asked.then(|| control.method.value().map_or("unknown", |method| method.as_str())),
        exempt_trusted_apps: asked.then(|| match control.exempt.value() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        }),
        exempt_confidence: asked.then(|| control.exempt.confidence()),
        inherited_from: control.reauth.inherited_from.clone(),
        confidence: control.reauth.confidence(),
        conflict: control.in_conflict(),
        sides: control.sides().into_iter().map(evidence_of).collect(),
    }
}

fn app_access(fact: &Fact<Access>) -> AppAccess {
    AppAccess {
        access: fact.value().map_or("unknown", |access| access.as_str()),
        one_of: fact.candidates().map(|access| access.as_str()).collect(),
        inherited_from: fact.inherited_from.clone(),
        confidence: fact.confidence(),
        conflict: fact.in_conflict(),
        sides: fact.sides().map(|item| evidence_of(item)).collect(),
    }
}

fn connection(connection: &ConnectionFacts) -> Connection {
    let outcome = match connection.live() & connection.survives {
        _ if connection.live() != Truth::TrueProven => Outcome::Undetermined,
        Truth::TrueProven => Outcome::Survives,
        Truth::FalseProven => Outcome::Breaks,
        Truth::FalsePresumed | Truth::Unknown | Truth::TruePresumed => Outcome::Undetermined,
    };
    Connection {
        user: connection.user.clone(),
        org_unit: connection.org_unit.clone(),
        app: connection.app.clone(),
        client_id: connection.client.clone(),
        cloud_scope: connection.cloud,
        outcome,
        last_authorized_at: connection.last_authorized_at,
        next_failure_by: if outcome == Outcome::Breaks { connection.next_failure_by() } else { None },
    }
}
