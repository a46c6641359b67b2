//! For programs: everything, with the places in the paste.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Findings;
use crate::diagnose::{Agreement, Candidate, Field, Mention, Named, TenantView};
use crate::facts::{Holder, Strength};

/// The schema name that every diagnosis in JSON carries.
pub const SCHEMA: &str = "gwsaudit/diagnosis/1";

/// Writes a diagnosis as JSON.
///
/// # Errors
/// Only those of `out`.
pub fn render_json(findings: &Findings<'_>, out: &mut dyn Write) -> io::Result<()> {
    let diagnosis = findings.diagnosis;
    let seen: Map<String, Value> = Field::ALL
        .into_iter()
        .map(|field| (field.as_str().to_owned(), diagnosis.seen.of(field).iter().map(mention).collect()))
        .collect();
    let secrets: Vec<Value> = diagnosis
        .secrets
        .iter()
        .map(|(kind, line)| json!({"kind": kind.as_str(), "line": line, "remedy": kind.remedy()}))
        .collect();
    let value = json!({
        "schema": SCHEMA,
        "causes": diagnosis.causes.iter().map(cause).collect::<Vec<_>>(),
        "would_tell": diagnosis.what_would_tell(),
        "seen": seen,
        "secrets": secrets,
        "cut": findings.cut,
        "tenant": findings.tenant.map(tenant),
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

fn mention(mention: &Mention) -> Value {
    json!({"value": mention.value, "line": mention.line, "column": mention.column})
}

fn cause(named: &Named) -> Value {
    let telling = named.cause.telling();
    let found: Vec<Value> = named
        .found
        .iter()
        .map(|(field, mention)| {
            json!({"field": field.as_str(), "value": mention.value, "line": mention.line, "column": mention.column})
        })
        .collect();
    json!({
        "id": named.cause.id(),
        "title": telling.title,
        "confidence": named.confidence.as_str(),
        "one_of": named.one_of.map(|wider| wider.id()),
        "means": telling.means,
        "steps": telling.steps,
        "console_url": telling.console_url,
        "tells_apart": telling.tells_apart,
        "sources": telling.sources,
        "found": found,
    })
}

fn tenant(view: &TenantView) -> Value {
    let subject = &view.subject;
    json!({
        "customer": view.customer,
        "primary_domain": view.primary_domain,
        "as_of": view.as_of,
        "user": subject.user,
        "account": subject.account.map(account),
        "client_id": subject.client,
        "app": subject.app,
        "org_unit": view.org_unit,
        "connections": view.connections.iter().map(connection).collect::<Vec<_>>(),
        "agreement": view.agreement.iter().map(agreement).collect::<Vec<_>>(),
        "gaps": view.gaps,
    })
}

fn account(holder: Holder) -> &'static str {
    match holder {
        Holder::Active => "active",
        Holder::Suspended => "suspended",
        Holder::Archived => "archived",
        Holder::Deleted => "not_found",
        Holder::Unknown => "unknown",
    }
}

fn connection(candidate: &Candidate) -> Value {
    let mut value = json!(candidate.connection);
    value["last_revoked_at"] = json!(candidate.last_revoked_at);
    value
}

fn agreement(agreement: &Agreement) -> Value {
    let confidence = agreement.strength.map(|strength| match strength {
        Strength::Proven => "proven",
        Strength::Presumed => "presumed",
    });
    json!({
        "cause": agreement.cause.id(),
        "verdict": agreement.verdict.as_str(),
        "confidence": confidence,
        "says": agreement.says,
        "next": agreement.next,
    })
}
