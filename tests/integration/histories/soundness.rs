//! Nothing that a report calls proven is false.

use serde_json::{Value, json};

use super::census::Seen;
use super::history::History;
use super::people::{Standing, survives};
use super::render::email;
use super::world::{App, Level, Method, Session, UnitId, level_word};
use crate::verdicts::tenant::Judged;

const APP: &str = "okta-workflows-gmail";

/// What a verdict ought to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    Fail,
    NotApplicable,
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Everything in the report that the truth refutes.
pub(super) fn lies(history: &History, judged: &Judged, seen: &mut Seen) -> Vec<String> {
    let mut lies = Vec::new();
    for unit in list(&judged.json["org_units"]) {
        org_unit(history, unit, seen, &mut lies);
    }
    for result in list(&judged.json["results"]) {
        verdict(history, result, seen, &mut lies);
    }
    for connection in list(&judged.json["connections"]) {
        outcome(history, connection, seen, &mut lies);
    }
    lies
}

fn org_unit(history: &History, row: &Value, seen: &mut Seen, lies: &mut Vec<String>) {
    let world = history.today();
    let path = text(&row["path"]);
    // An org unit that a lost record leaves out may be guessed from those below; every other is real.
    let Some(unit) = world.find(path) else { return lies.push(format!("{path} does not exist")) };
    let (source, session) = world.session_in_force(unit);
    let shown = &row["cloud_session"];
    let mut hold = |what: &str, value: &Value, truth: Value| {
        seen.note(format!("{what} proven"));
        if *value != truth {
            lies.push(format!("{path}: {what} proven {value}, in truth {truth}"));
        }
    };
    if shown["confidence"] == json!("proven") {
        hold("reauth", &shown["reauth"], json!(session.word()));
        if let Session::Required(terms) = session {
            let length = &shown["frequency_seconds"];
            if length.is_number() {
                hold("frequency", length, json!(u32::from(terms.hours) * 3600));
            }
            if shown["method"] != json!("unknown") {
                let method = match terms.method {
                    Method::Password => "password",
                    Method::SecurityKey => "security_key",
                };
                hold("method", &shown["method"], json!(method));
            }
        }
        if shown["inherited_from"].is_string() {
            hold("source of the session", &shown["inherited_from"], json!(world.path(source)));
        }
    }
    if shown["exempt_confidence"] == json!("proven") {
        // Where reauthentication is not required after all, nothing can be said of the exemption.
        let truth = match session {
            Session::Required(terms) => json!(if terms.exempt { "yes" } else { "no" }),
            Session::Never | Session::Inherit => json!("without meaning"),
        };
        hold("exemption", &shown["exempt_trusted_apps"], truth);
    }
    let access = &row["apps"][APP];
    if access["confidence"] == json!("proven") {
        hold("access", &access["access"], json!(level_word(world.level_in_force(unit, App::Okta))));
    }
    // Every attestation is true, so none contradicts another.
    for conflict in [&shown["conflict"], &access["conflict"]] {
        if *conflict == json!(true) {
            seen.note("conflict");
            lies.push(format!("{path}: a conflict among true attestations"));
        }
    }
}

pub(super) fn unit_verdict(history: &History, check: &str, unit: UnitId) -> Verdict {
    let world = history.today();
    let (_, Session::Required(terms)) = world.session_in_force(unit) else { return Verdict::NotApplicable };
    let healthy = match check {
        "trusted-apps-exempt" => terms.exempt,
        _ => world.level_in_force(unit, App::Okta) == Some(Level::Trusted),
    };
    if healthy { Verdict::Pass } else { Verdict::Fail }
}

/// Whose connection it is, and whether it survives.
pub(super) fn connection_truth(history: &History, user: &str) -> Option<(Standing, bool)> {
    let plan = &history.plan;
    let user = (0..plan.people.len()).find(|number| email(*number) == user)?;
    let person = &plan.people[user];
    let bindings = plan.bindings.as_deref().unwrap_or_default();
    let survives = person.grant.is_none_or(|grant| survives(history.today(), user, grant, bindings, plan.unwritten));
    Some((person.standing, survives))
}

fn verdict(history: &History, result: &Value, seen: &mut Seen, lies: &mut Vec<String>) {
    let subject = &result["subject"];
    let check = text(&result["check"]);
    let truth = match check {
        "trusted-apps-exempt" | "app-trusted" => {
            let unit = subject["org_unit"].as_str().and_then(|path| history.today().find(path));
            unit.map(|unit| unit_verdict(history, check, unit))
        }
        "connection-survives-reauth" => match connection_truth(history, text(&subject["user"])) {
            None => None,
            Some((Standing::Suspended | Standing::Deleted, _)) => Some(Verdict::NotApplicable),
            Some((Standing::Active, true)) => Some(Verdict::Pass),
            Some((Standing::Active, false)) => Some(Verdict::Fail),
        },
        _ => return,
    };
    let status = text(&result["status"]);
    seen.note(format!("{check} {status} {}", text(&result["confidence"])));
    let binding =
        matches!(status, "pass" | "not_applicable") || (status == "fail" && result["confidence"] == json!("proven"));
    if binding && truth.is_none_or(|truth| truth.word() != status) {
        lies.push(format!("{check} of {subject}: {status}, in truth {truth:?}"));
    }
}

fn outcome(history: &History, connection: &Value, seen: &mut Seen, lies: &mut Vec<String>) {
    let user = text(&connection["user"]);
    let outcome = text(&connection["outcome"]);
    seen.note(outcome);
    let truth = connection_truth(history, user);
    let refuted = match outcome {
        "survives" => truth != Some((Standing::Active, true)),
        "breaks" => truth != Some((Standing::Active, false)),
        _ => false,
    };
    if refuted {
        lies.push(format!("the connection of {user}: {outcome}, in truth {truth:?}"));
    }
}
