//! RFC 4180, for spreadsheets: a row for each result or for each connection, in which no cell is a formula.
//!
//! A header line always; the items of a list share a cell, a middle dot between them. The text is shown as to a person;
//! JSON has it as Google sent it.

use std::io::{self, Write};

use serde::Serialize;

use super::model::{CheckResult, Connection, Evidence, Missing, Remediation, Report, Suppression};
use super::spreadsheet::{harmless, list, writer};
use super::{RenderOptions, Rows};

const RESULTS: [&str; 25] = [
    "check",
    "pack",
    "control",
    "severity",
    "status",
    "confidence",
    "subject",
    "org_unit",
    "group",
    "user",
    "app",
    "client_id",
    "covers_org_units",
    "covers_users",
    "summary",
    "evidence",
    "missing",
    "supply",
    "possible",
    "remediation",
    "console_url",
    "accepted_until",
    "accepted_because",
    "accepted_by",
    "fingerprint",
];

const CONNECTIONS: [&str; 19] = [
    "user",
    "org_unit",
    "app",
    "client_id",
    "cloud_scope",
    "outcome",
    "next_failure_by",
    "last_authorized_at",
    "administers",
    "reauth",
    "reauth_confidence",
    "frequency_seconds",
    "exempt_trusted_apps",
    "exempt_confidence",
    "session_set_by",
    "session_inherited_from",
    "access",
    "access_confidence",
    "access_inherited_from",
];

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = writer(out);
    match options.rows {
        Rows::Results => {
            rows.write_record(RESULTS)?;
            for result in &report.results {
                rows.write_record(of_result(result))?;
            }
        }
        Rows::Connections => {
            rows.write_record(CONNECTIONS)?;
            for connection in &report.connections {
                rows.write_record(of_connection(connection))?;
            }
        }
    }
    rows.flush()
}

fn of_result(result: &CheckResult) -> [String; RESULTS.len()] {
    let subject = &result.subject;
    let remediation = result.remediation.as_ref();
    let accepted = result.suppression.as_ref();
    [
        result.check.to_string(),
        result.pack.to_string(),
        shown(result.control.as_ref()),
        word(&result.severity),
        result.status.as_str().to_owned(),
        result.confidence.map(|confidence| confidence.as_str().to_owned()).unwrap_or_default(),
        subject.kind.as_str().to_owned(),
        shown(subject.org_unit.as_ref()),
        shown(subject.group.as_ref()),
        shown(subject.user.as_ref()),
        shown(subject.app.as_ref()),
        shown(subject.client_id.as_ref()),
        shown(result.covers.map(|covers| covers.org_units)),
        shown(result.covers.and_then(|covers| covers.users)),
        harmless(&result.summary),
        lines(&result.evidence, said),
        lines(&result.missing, |Missing { fact, why, .. }| format!("{fact}: {why}")),
        lines(&result.missing, |missing| missing.supply.to_string()),
        lines(&result.possible, |status| status.as_str().to_owned()),
        lines(remediation.map_or(&[], |Remediation { steps, .. }| steps), ToString::to_string),
        shown(remediation.and_then(|remediation| remediation.console_url.as_ref())),
        shown(accepted.map(|Suppression { expires, .. }| expires)),
        shown(accepted.map(|Suppression { reason, .. }| reason)),
        shown(accepted.and_then(|Suppression { owner, .. }| owner.as_ref())),
        harmless(&result.fingerprint),
    ]
}

fn of_connection(connection: &Connection) -> [String; CONNECTIONS.len()] {
    let session = connection.cloud_session.as_ref();
    let access = connection.access.as_ref();
    [
        shown(Some(&connection.user)),
        shown(connection.org_unit.as_ref()),
        connection.app.to_string(),
        shown(Some(&connection.client_id)),
        word(&connection.cloud_scope),
        word(&connection.outcome),
        shown(connection.next_failure_by),
        shown(connection.last_authorized_at),
        maybe(connection.administers.as_ref()),
        maybe(session.map(|session| session.reauth).as_ref()),
        maybe(session.map(|session| session.confidence).as_ref()),
        shown(session.and_then(|session| session.frequency_seconds)),
        maybe(session.and_then(|session| session.exempt_trusted_apps).as_ref()),
        maybe(session.and_then(|session| session.exempt_confidence).as_ref()),
        maybe(connection.session_set_by.as_ref()),
        shown(session.and_then(|session| session.inherited_from.as_ref())),
        maybe(access.map(|access| access.access).as_ref()),
        maybe(access.map(|access| access.confidence).as_ref()),
        shown(access.and_then(|access| access.inherited_from.as_ref())),
    ]
}

fn said(evidence: &Evidence) -> String {
    let Evidence { source, at, locator, says, actor, disputed } = evidence;
    let at = at.map(|at| format!("{at} ")).unwrap_or_default();
    let actor = actor.as_ref().map(|actor| format!(", {actor}")).unwrap_or_default();
    let disputed = if *disputed { " (disputed)" } else { "" };
    format!("{at}{source} ({locator}{actor}): {says}{disputed}")
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|value| harmless(&value.to_string())).unwrap_or_default()
}

/// A word of the contract, as JSON has it.
fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn maybe<T: Serialize>(value: Option<&T>) -> String {
    value.map(word).unwrap_or_default()
}

fn lines<T>(items: &[T], shown: impl Fn(&T) -> String) -> String {
    list(items.iter().map(shown))
}
