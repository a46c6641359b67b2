//! `gwsaudit attest`: from what somebody sees in the console to a proven audit.

mod files;
mod flags;
mod questions;
mod stale;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::harness::{Run, Sandbox, Tenant};

const BOTH: &str = "\
# Ours.
[[attestation]]
setting     = 'cloud-session-control'   # as of last year
org_unit    = '/'
value       = { reauth = 'not_required' }
attested_by = 'alice@quiet.example'
attested_at = 2025-11-20T10:00:00Z";

/// A live tenant in which nothing is known, with an attestation file in its configuration that is not there yet.
fn quiet(org_units: &str) -> Tenant {
    let tenant = Tenant::with("never-configured", org_units);
    tenant.sandbox.edit("sim/gwsaudit.toml", "[evidence]", "[evidence]\nattestations = \"attestations.toml\"");
    tenant
}

/// The same as a snapshot, without a process behind it.
fn recorded() -> Sandbox {
    let sandbox = Sandbox::recorded("never-configured");
    sandbox.edit("gwsaudit.toml", "[evidence]", "[evidence]\nattestations = \"attestations.toml\"");
    sandbox
}

fn answering(sandbox: &Sandbox, args: &[&str], answers: &[&str]) -> Run {
    let mut command = sandbox.command(args);
    command.write_stdin(answers.iter().map(|line| format!("{line}\n")).collect::<String>());
    sandbox.finish(&mut command)
}

/// A moment that the snapshot's log covers.
fn before(sandbox: &Sandbox) -> String {
    let snapshot = sandbox.read("snapshot.jsonl");
    let header: Value = serde_json::from_str(snapshot.lines().next().expect("a header")).expect("JSON");
    let taken: Timestamp = header["collected_at"].as_str().expect("a time").parse().expect("a time");
    (taken - SignedDuration::from_hours(1)).to_string()
}

/// `path: reauth confidence, exempt confidence; access confidence`
fn org_units(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let units = report["org_units"].as_array().expect("a list");
    units
        .iter()
        .map(|unit| {
            let (session, access) = (&unit["cloud_session"], &unit["apps"]["okta-workflows-gmail"]);
            format!(
                "{}: {} {}, exempt {} {}; {} {}",
                text(&unit["path"]),
                text(&session["reauth"]),
                text(&session["confidence"]),
                text(&session["exempt_trusted_apps"]),
                text(&session["exempt_confidence"]),
                text(&access["access"]),
                text(&access["confidence"]),
            )
        })
        .collect()
}
