//! Facts and results into the report that all formats share.

use std::collections::BTreeMap;

use super::model::{
    AccessLevel, Administration, AppAccess, Certainty, CheckResult, CloudSession, Collision, Connection, Evidence,
    Exemption, OrgUnit, Outcome, ReauthState, Report, SCHEMA, SessionMethod, SessionSetter, Source, SourceStatus,
    Summary, Tenant, Tool, Touch, UnreadEvent,
};
use crate::checks::{Selection, evidence_of};
use crate::domain::SessionLength;
use crate::evidence::{Administers, Evidence as Evidences, Item, ReauthMethod, Source as Origin};
use crate::facts::{
    ACCESS_BINDINGS, Access, ConnectionFacts, Fact, Facts, Reauth, SessionControl, Strength, Truth, UnitIndex,
    UnreadEvents,
};
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
    /// Goals that collide.
    pub collisions: Vec<Collision>,
}

/// Puts a report together.
#[must_use]
pub fn assemble(assembly: Assembly<'_>) -> Report {
    let Assembly { facts, results, selection, customer, collisions } = assembly;
    let evidence = &facts.evidence;
    let tenant = tenant(evidence, customer);
    let sources = sources(evidence);
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
        schema: SCHEMA.into(),
        tool: Tool { name: "gwsaudit".into(), version: env!("CARGO_PKG_VERSION").into() },
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
        collisions,
        // Whoever read the files knows what they were.
        inputs: None,
        redaction: None,
    }
}

/// Whose tenant it is; `customer` is what was asked for, where Google did not tell another.
pub(crate) fn tenant(evidence: &Evidences, customer: &str) -> Tenant {
    Tenant {
        customer: evidence.tenant.as_ref().map_or_else(|| customer.to_owned(), |tenant| tenant.customer.clone()),
        primary_domain: evidence.tenant.as_ref().and_then(|tenant| tenant.primary_domain.clone()),
    }
}

/// How each source went, by id.
pub(crate) fn sources(evidence: &Evidences) -> Vec<Source> {
    evidence
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
        .collect()
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
            .map(|(setting, org_unit, app)| Touch {
                setting: (*setting).into(),
                org_unit: org_unit.clone(),
                app: app.clone(),
            })
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
    let method = match control.method.value() {
        Some(ReauthMethod::Password) => SessionMethod::Password,
        Some(ReauthMethod::SecurityKey) => SessionMethod::SecurityKey,
        None => SessionMethod::Unknown,
    };
    let conflict = control.in_conflict();
    let session = session_in_force(&control.reauth, &control.frequency, &control.exempt, conflict);
    let sides = control.sides().into_iter().map(side).collect();
    CloudSession {
        method: (session.reauth != ReauthState::NotRequired).then_some(method),
        sides,
        frequency_at_least_seconds: control.bracket.at_least.map(|age| age.as_secs()),
        frequency_at_most_seconds: control.bracket.at_most.map(|age| age.as_secs()),
        ..session
    }
}

/// All of it but the method.
fn session_in_force(
    reauth: &Fact<Reauth>,
    frequency: &Fact<SessionLength>,
    exempt: &Fact<bool>,
    conflict: bool,
) -> CloudSession {
    let asked = reauth.value() != Some(&Reauth::NotRequired);
    CloudSession {
        reauth: match reauth.value() {
            Some(Reauth::Required) => ReauthState::Required,
            Some(Reauth::NotRequired) => ReauthState::NotRequired,
            None => ReauthState::Unknown,
        },
        frequency_seconds: frequency.value().filter(|_| asked).map(|length| length.seconds()),
        method: None,
        frequency_at_least_seconds: None,
        frequency_at_most_seconds: None,
        exempt_trusted_apps: asked.then(|| match exempt.value() {
            Some(true) => Exemption::Yes,
            Some(false) => Exemption::No,
            None => Exemption::Unknown,
        }),
        // What is known of the exemption holds where reauthentication is required, which has to be known as well.
        exempt_confidence: asked.then(|| match (reauth.value(), certainty(exempt)) {
            (None, Certainty::Proven) => Certainty::Presumed,
            (_, certainty) => certainty,
        }),
        inherited_from: reauth.inherited_from().cloned(),
        confidence: certainty(reauth),
        conflict,
        sides: Vec::new(),
    }
}

/// One side of a contradiction.
fn side(item: &Item) -> Evidence {
    Evidence { disputed: true, ..evidence_of(item) }
}

fn level_of(access: Option<&Access>) -> AccessLevel {
    match access {
        Some(Access::Trusted) => AccessLevel::Trusted,
        Some(Access::Limited) => AccessLevel::Limited,
        Some(Access::SpecificData) => AccessLevel::SpecificData,
        Some(Access::Blocked) => AccessLevel::Blocked,
        Some(Access::Unconfigured) => AccessLevel::Unconfigured,
        None => AccessLevel::Unknown,
    }
}

fn app_access(fact: &Fact<Access>) -> AppAccess {
    AppAccess {
        access: level_of(fact.value()),
        one_of: fact.candidates().map(|access| level_of(Some(access))).collect(),
        inherited_from: fact.inherited_from().cloned(),
        confidence: certainty(fact),
        conflict: fact.in_conflict(),
        sides: fact.sides().map(|item| side(item)).collect(),
    }
}

fn certainty<T>(fact: &Fact<T>) -> Certainty {
    match fact.strength() {
        Some(Strength::Proven) => Certainty::Proven,
        Some(Strength::Presumed) => Certainty::Presumed,
        None => Certainty::Unknown,
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
        administers: Some(match connection.administers {
            Administers::Everything => Administration::Everything,
            Administers::ByRole => Administration::ByRole,
            Administers::Nothing => Administration::Nothing,
            Administers::Unknown => Administration::Unknown,
        }),
        cloud_session: Some(session_in_force(
            &connection.reauth,
            &connection.frequency,
            &connection.exempt,
            connection.reauth.in_conflict() || connection.frequency.in_conflict() || connection.exempt.in_conflict(),
        )),
        session_set_by: Some(session_setter(connection)),
        access: Some(app_access(&connection.access)),
    }
}

fn session_setter(connection: &ConnectionFacts) -> SessionSetter {
    let is_binding = |source: Origin| source == Origin::Google(SourceId::AccessBindings);
    if connection.org_unit.is_none() || connection.gaps.iter().any(|gap| gap.fact == ACCESS_BINDINGS) {
        SessionSetter::Unknown
    } else if connection.reauth.evidence.iter().any(|item| is_binding(item.source)) {
        SessionSetter::Binding
    } else {
        SessionSetter::Console
    }
}
