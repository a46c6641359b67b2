//! What somebody reads first: the verdict, the counts, what breaks and when.

use std::collections::BTreeMap;

use super::label::{Label, severities, tone};
use super::shown::Shown;
use crate::domain::{CloudScope, Severity, humane_time};
use crate::report::digest::{Broken, Moments, View, broken, verdict};
use crate::report::model::{Administration, Connection, Outcome, Report, Status};
use crate::report::wording::{counted, number, plain, relative};

/// The verdict in a sentence, piece by piece with the tone of each.
pub(super) struct Verdict {
    /// That of the first piece.
    pub(super) tone: &'static str,
    pub(super) parts: Vec<(&'static str, Shown)>,
}

impl Verdict {
    pub(super) fn of(view: &View<'_>) -> Self {
        let line = verdict(view).line;
        let parts: Vec<_> = line.parts().map(|(of, text)| (tone(of), Shown::from(text))).collect();
        Self { tone: parts.first().map_or("plain", |(tone, _)| tone), parts }
    }
}

/// Whose report it is, of when, and by what.
pub(super) struct Head {
    pub(super) tenant: Shown,
    /// Where `tenant` is the domain.
    pub(super) customer: Option<Shown>,
    pub(super) audited: String,
    /// Start of the evidence, and how long before the audit that is.
    pub(super) window: Option<(String, String)>,
    pub(super) tool: Shown,
}

impl Head {
    pub(super) fn of(report: &Report) -> Self {
        let customer = Shown::name(&report.tenant.customer);
        let (tenant, customer) = match &report.tenant.primary_domain {
            Some(domain) => (Shown::name(domain), Some(customer)),
            None => (customer, None),
        };
        Self {
            tenant,
            customer,
            audited: humane_time(report.audited_at),
            window: report.evidence_from.map(|from| (humane_time(from), relative(from, report.audited_at))),
            tool: Shown::name(&format!("{} {}", report.tool.name, report.tool.version)),
        }
    }
}

/// How many results have a status, by severity.
pub(super) struct Count {
    pub(super) status: Status,
    pub(super) label: Label,
    /// The gravest first; empty for none.
    pub(super) cells: Vec<String>,
    pub(super) total: String,
    pub(super) any: bool,
}

/// One row for each status.
pub(super) fn counts(report: &Report) -> Vec<Count> {
    let mut counted: BTreeMap<(Status, Severity), usize> = BTreeMap::new();
    for result in &report.results {
        *counted.entry((result.status, result.severity)).or_default() += 1;
    }
    let severities = severities(report);
    let count = |status| {
        let of = |severity| counted.get(&(status, severity)).copied().unwrap_or_default();
        let total: usize = severities.iter().copied().map(of).sum();
        let cells = severities.iter().copied().map(of).map(|n| if n == 0 { String::new() } else { number(n) });
        Count { status, label: status.into(), cells: cells.collect(), total: number(total), any: total > 0 }
    };
    [Status::Fail, Status::Undetermined, Status::Manual, Status::Suppressed, Status::Pass, Status::NotApplicable]
        .into_iter()
        .map(count)
        .collect()
}

/// A connection that breaks.
pub(super) struct Break {
    pub(super) by: String,
    pub(super) until: String,
    pub(super) proven: bool,
    pub(super) user: Shown,
    pub(super) administers: Option<&'static str>,
    pub(super) unit: Shown,
    pub(super) app: Shown,
    pub(super) client: Shown,
    pub(super) authorised: String,
}

/// What breaks; the next to fail first.
pub(super) fn breaks(view: &View<'_>) -> Vec<Break> {
    let row = |broken: Broken<'_>| {
        let Moments { by, until, authorised } = broken.moments(view.report.audited_at);
        let connection = broken.connection;
        Break {
            by,
            until,
            proven: broken.proven,
            user: Shown::name(connection.user.as_str()),
            administers: administers(connection),
            unit: unit(connection),
            app: Shown::name(connection.app.as_str()),
            client: Shown::name(connection.client_id.as_str()),
            authorised,
        }
    };
    broken(view).into_iter().map(row).collect()
}

/// What deserves a word beside a user's name.
fn administers(connection: &Connection) -> Option<&'static str> {
    match connection.administers? {
        Administration::Everything => Some("super administrator"),
        Administration::ByRole => Some("administrator by role"),
        Administration::Nothing | Administration::Unknown => None,
    }
}

fn unit(connection: &Connection) -> Shown {
    connection.org_unit.as_ref().map_or_else(|| Shown::text("not known"), |unit| Shown::name(unit.as_str()))
}

/// A connection, whatever becomes of it.
pub(super) struct Grant {
    pub(super) user: Shown,
    pub(super) administers: Option<&'static str>,
    pub(super) unit: Shown,
    pub(super) app: Shown,
    pub(super) client: Shown,
    pub(super) outcome: Label,
    pub(super) cloud: &'static str,
    pub(super) session: Option<String>,
    pub(super) access: Option<String>,
    pub(super) authorised: String,
    pub(super) fails: Option<String>,
}

/// All connections, as the report sorts them.
pub(super) fn grants(report: &Report) -> Vec<Grant> {
    let row = |connection: &Connection| Grant {
        user: Shown::name(connection.user.as_str()),
        administers: administers(connection),
        unit: unit(connection),
        app: Shown::name(connection.app.as_str()),
        client: Shown::name(connection.client_id.as_str()),
        outcome: connection.outcome.into(),
        cloud: match connection.cloud_scope {
            CloudScope::Yes => "yes",
            CloudScope::No => "no",
            CloudScope::Unknown => "not known",
        },
        session: connection.cloud_session.as_ref().map(|session| {
            let by = connection.session_set_by.map_or_else(String::new, |by| format!(", set by: {}", by.as_str()));
            format!("reauthentication {}{by}", plain(session.reauth.as_str()))
        }),
        access: connection.access.as_ref().map(|access| plain(access.access.as_str())),
        authorised: connection.last_authorized_at.map_or_else(|| "not seen".to_owned(), humane_time),
        fails: connection.next_failure_by.map(humane_time),
    };
    report.connections.iter().map(row).collect()
}

/// Such as `3 connections, 1 breaks`.
pub(super) fn of_grants(report: &Report) -> String {
    let breaks = report.connections.iter().filter(|connection| connection.outcome == Outcome::Breaks).count();
    format!(
        "{}, {} for certain",
        counted(report.connections.len(), "connection", "connections"),
        match breaks {
            1 => "1 of which breaks".to_owned(),
            n => format!("{} of which break", number(n)),
        }
    )
}
