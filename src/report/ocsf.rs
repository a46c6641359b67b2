//! OCSF 1.9.0, class Compliance Finding (2003), JSON Lines: an event for each result, whatever its status.
//!
//! Source: the schema of <https://github.com/ocsf/ocsf-schema>, tag v1.9.0: `events/findings/compliance_finding.json`,
//! `objects/{compliance,check,finding_info,remediation,resource_details,evidences,metadata}.json`.
//!
//! - What is undetermined is a *Warning*, which the schema defines as "did not yield a result due to missing information".
//! - `not_applicable` and `manual` have no counterpart: they are *Other* (99), with our word as `status`.
//! - An accepted failure stays a failure, and its finding is *Suppressed*.
//! - Values are as Google sent them, whole; whoever shows an event must neutralise them.
//! - `finding_info.uid` is the fingerprint, so that a data lake recognises the finding of the last run.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::model::{CheckResult, Confidence, Evidence, Report, SourceStatus, Status, Subject, SubjectKind};
use super::{RenderOptions, wording, write_json_line};
use crate::domain::Severity;

/// The version of the schema that the events follow.
const VERSION: &str = "1.9.0";
const CATEGORY_FINDINGS: u32 = 2;
const COMPLIANCE_FINDING: u32 = 2003;
const CREATE: u32 = 1;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    for result in &report.results {
        write_json_line(&event(report, result, options), out)?;
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct Event<'a> {
    activity_id: u32,
    activity_name: &'static str,
    category_uid: u32,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    type_uid: u32,
    type_name: &'static str,
    /// Milliseconds since 1970.
    time: i64,
    severity_id: u32,
    severity: &'static str,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    message: &'a str,
    metadata: Value,
    finding_info: Value,
    compliance: Value,
    resources: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidences: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Value>,
    unmapped: Value,
}

fn event<'a>(report: &Report, result: &'a CheckResult, options: &RenderOptions) -> Event<'a> {
    let (status_id, status) = match result.status {
        Status::Suppressed => (3, "Suppressed"),
        Status::Pass | Status::NotApplicable => (4, "Resolved"),
        Status::Fail | Status::Undetermined | Status::Manual => (1, "New"),
    };
    let (severity_id, severity) = severity(result.severity);
    let confidence = result.confidence.map(|confidence| match confidence {
        Confidence::Presumed => (2, "Medium"),
        Confidence::Proven => (3, "High"),
    });
    Event {
        activity_id: CREATE,
        activity_name: "Create",
        category_uid: CATEGORY_FINDINGS,
        category_name: "Findings",
        class_uid: COMPLIANCE_FINDING,
        class_name: "Compliance Finding",
        type_uid: COMPLIANCE_FINDING * 100 + CREATE,
        type_name: "Compliance Finding: Create",
        time: report.audited_at.as_millisecond(),
        severity_id,
        severity,
        status_id,
        status,
        confidence_id: confidence.map(|(id, _)| id),
        confidence: confidence.map(|(_, caption)| caption),
        message: &result.summary,
        metadata: json!({
            "version": VERSION,
            "product": {"name": report.tool.name, "vendor_name": report.tool.name, "version": report.tool.version},
            "tenant_uid": report.tenant.customer,
            "log_name": "gwsaudit",
            "log_provider": "gwsaudit",
        }),
        finding_info: finding_info(report, result, options),
        compliance: compliance(result, options),
        resources: resources(&result.subject, report),
        evidences: result.evidence.iter().map(evidence).collect(),
        remediation: result.remediation.as_ref().map(|remediation| {
            let steps = (1..).zip(&remediation.steps).map(|(n, step)| format!("{n}. {step}"));
            json!({
                "desc": steps.collect::<Vec<_>>().join("\n"),
                "references": remediation.console_url.iter().collect::<Vec<_>>(),
            })
        }),
        unmapped: unmapped(report, result),
    }
}

fn finding_info(report: &Report, result: &CheckResult, options: &RenderOptions) -> Value {
    let mut sources: Vec<&str> = result.evidence.iter().map(|evidence| &*evidence.source).collect();
    sources.sort_unstable();
    sources.dedup();
    let seen: Vec<Timestamp> = result.evidence.iter().filter_map(|evidence| evidence.at).collect();
    let mut info = json!({
        "uid": result.fingerprint,
        "title": title(result, options),
        "desc": result.summary,
        "created_time": report.audited_at.as_millisecond(),
        "types": [result.pack.as_str()],
        "data_sources": sources,
    });
    if let (Some(first), Some(last)) = (seen.iter().min(), seen.iter().max()) {
        info["first_seen_time"] = first.as_millisecond().into();
        info["last_seen_time"] = last.as_millisecond().into();
    }
    info
}

fn title(result: &CheckResult, options: &RenderOptions) -> String {
    let id = result.check.as_str();
    options.titles.get(id).cloned().unwrap_or_else(|| wording::sentence(&id.replace(['-', '.'], " ")))
}

fn compliance(result: &CheckResult, options: &RenderOptions) -> Value {
    let (status_id, status) = match result.status {
        Status::Pass => (1, "Pass"),
        Status::Undetermined => (2, "Warning"),
        Status::Fail | Status::Suppressed => (3, "Fail"),
        Status::NotApplicable | Status::Manual => (99, result.status.as_str()),
    };
    let (severity_id, _) = severity(result.severity);
    let missing = result.missing.iter().map(|missing| format!("{}: {}", missing.fact, missing.why));
    let details: Vec<String> = std::iter::once(result.summary.clone()).chain(missing).collect();
    json!({
        "standards": [result.pack.as_str()],
        "control": result.control.as_deref().unwrap_or(result.check.as_str()),
        "status_id": status_id,
        "status": status,
        "status_code": result.status.as_str(),
        "status_details": details,
        "checks": [{
            "uid": result.check.as_str(),
            "name": title(result, options),
            "standards": [result.pack.as_str()],
            "status_id": status_id,
            "status": status,
            "severity_id": severity_id,
        }],
    })
}

/// What was judged, and for a connection the user whose it is.
fn resources(subject: &Subject, report: &Report) -> Vec<Value> {
    let Subject { kind, org_unit, group, user, app, client_id } = subject;
    let parts = [
        user.as_ref().map(ToString::to_string),
        group.clone(),
        client_id.as_ref().map(ToString::to_string).or_else(|| app.as_ref().map(ToString::to_string)),
        org_unit.as_ref().map(ToString::to_string),
    ];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = if *kind == SubjectKind::Tenant || name.is_empty() { report.tenant.customer.clone() } else { name };
    let resource = |kind: SubjectKind, name: &str| {
        let mut resource = json!({
            "uid": format!("{}:{}:{name}", report.tenant.customer, kind.as_str()),
            "name": name,
            "type": format!("google-workspace/{}", kind.as_str()),
        });
        if let Some(unit) = org_unit {
            resource["group"] = json!({"name": unit, "type": "org_unit"});
        }
        resource
    };
    let whose = user.iter().filter(|_| *kind == SubjectKind::Connection);
    std::iter::once(resource(*kind, &name))
        .chain(whose.map(|user| resource(SubjectKind::User, user.as_str())))
        .collect()
}

fn evidence(evidence: &Evidence) -> Value {
    json!({"uid": evidence.locator, "name": evidence.source, "data": evidence})
}

/// What OCSF has no place for.
fn unmapped(report: &Report, result: &CheckResult) -> Value {
    let read = |status| matches!(status, SourceStatus::Complete | SourceStatus::Skipped);
    let incomplete: Vec<&str> =
        report.sources.iter().filter(|source| !read(source.status)).map(|source| source.id.as_str()).collect();
    json!({
        "schema": report.schema,
        "subject": result.subject,
        "covers": result.covers,
        "missing": result.missing,
        "possible": result.possible,
        "suppression": result.suppression,
        "incomplete_sources": incomplete,
    })
}

fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}
