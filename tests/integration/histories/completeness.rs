//! What the evidence determines, the report of the whole tenant says.

use serde_json::{Value, json};

use super::baselines::{Detail, Page};
use super::census::Seen;
use super::history::History;
use super::oracle::{Choice, Oracle, kind};
use super::people::{Grant, Limit, Standing};
use super::render::email;
use super::soundness::{connection_truth, unit_verdict};
use super::world::{App, Level, Method, Session, UnitId, level_word};
use crate::verdicts::tenant::Judged;

/// What is determined of an org unit, in truth.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    required: Option<bool>,
    exempt: Option<bool>,
    trusted: Option<bool>,
}

fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

fn not(one: Option<bool>) -> Option<bool> {
    one.map(|holds| !holds)
}

/// Everything that is determined and that the report does not prove.
pub(super) fn omissions(history: &History, judged: &Judged, seen: &mut Seen) -> Vec<String> {
    let mut omissions = Vec::new();
    let oracle = Oracle::new(history);
    let world = history.today();
    for unit in world.units.keys().copied() {
        let path = world.path(unit);
        let rows = judged.json["org_units"].as_array().expect("a list");
        let Some(row) = rows.iter().find(|row| row["path"] == json!(path)) else {
            omissions.push(format!("{path} is not in the report"));
            continue;
        };
        let mut wants = |what: &str, shown: Value, wanted: Value| {
            seen.note(format!("{what} determined"));
            if shown != wanted {
                omissions.push(format!("{path}: {what} is determined to be {wanted}, the report says {shown}"));
            }
        };
        let known = org_unit(history, &oracle, unit, row, &mut wants);
        let verdicts = [("trusted-apps-exempt", known.exempt), ("app-trusted", known.trusted)];
        for (check, answer) in verdicts {
            if known.required == Some(false) || (known.required == Some(true) && answer.is_some()) {
                let subject = |subject: &Value| subject["org_unit"] == json!(path) && subject["user"].is_null();
                wants(
                    check,
                    verdict(judged, check, subject),
                    json!([unit_verdict(history, check, unit).word(), "proven"]),
                );
            }
        }
        for user in (0..history.plan.people.len()).filter(|user| world.users[*user] == unit) {
            if let Some(wanted) = connection(history, user, known) {
                let subject = |subject: &Value| subject["user"] == json!(email(user));
                let shown = verdict(judged, "connection-survives-reauth", subject);
                wants("connection", shown, json!([wanted, "proven"]));
            }
        }
    }
    omissions
}

fn verdict(judged: &Judged, check: &str, subject: impl Fn(&Value) -> bool) -> Value {
    let results = judged.json["results"].as_array().expect("a list");
    let found = results.iter().find(|result| result["check"] == json!(check) && subject(&result["subject"]));
    found.map_or(Value::Null, |result| json!([result["status"], result["confidence"]]))
}

fn org_unit(
    history: &History,
    oracle: &Oracle<'_>,
    unit: UnitId,
    row: &Value,
    wants: &mut impl FnMut(&str, Value, Value),
) -> Known {
    let world = history.today();
    let mut known = Known::default();
    if let Some((source, choice, attested)) = oracle.in_force(unit, Page::Session) {
        let (true_source, truth) = world.session_in_force(unit);
        let oracle_says = format!("{source} {choice:?}");
        wants("the oracle", json!(oracle_says), json!(format!("{true_source} {:?}", Choice::Session(kind(truth)))));
        let shown = &row["cloud_session"];
        wants("reauth", json!([shown["reauth"], shown["confidence"]]), json!([truth.word(), "proven"]));
        known.required = Some(truth != Session::Never);
        if let (Some(attested), Session::Required(terms)) = (attested, truth) {
            if !matches!(attested.detail, Detail::NoLength) {
                let method = match terms.method {
                    Method::Password => "password",
                    Method::SecurityKey => "security_key",
                };
                let shown = json!([shown["frequency_seconds"], shown["method"]]);
                wants("frequency", shown, json!([u32::from(terms.hours) * 3600, method]));
            }
            if !matches!(attested.detail, Detail::NoExemption) {
                let shown = json!([shown["exempt_trusted_apps"], shown["exempt_confidence"]]);
                wants("exemption", shown, json!([if terms.exempt { "yes" } else { "no" }, "proven"]));
                known.exempt = Some(terms.exempt);
            }
        }
    }
    if let Some((_, choice, _)) = oracle.in_force(unit, Page::Access) {
        let truth = world.level_in_force(unit, App::Okta);
        wants("the oracle", json!(format!("{choice:?}")), json!(format!("{:?}", Choice::Level(truth))));
        let shown = &row["apps"]["okta-workflows-gmail"];
        wants("access", json!([shown["access"], shown["confidence"]]), json!([level_word(truth), "proven"]));
        known.trusted = Some(truth == Some(Level::Trusted));
    }
    known
}

/// The status of a user's connection, where what is known decides it. `known` is of the user's org unit.
fn connection(history: &History, user: usize, known: Known) -> Option<&'static str> {
    let grant = history.plan.people[user].grant?;
    let (standing, truth) = connection_truth(history, email(user))?;
    if standing != Standing::Active {
        return (standing == Standing::Suspended).then_some("not_applicable");
    }
    let cloud = match grant {
        Grant::Cloud | Grant::CloudAndMail => Some(true),
        Grant::Mail => Some(false),
        Grant::Undocumented => None,
    };
    let mut known = known;
    let bindings = history.plan.bindings.as_deref().unwrap_or_default();
    let bound: Vec<_> =
        bindings.iter().filter(|binding| binding.members.contains(&user) || binding.nested.contains(&user)).collect();
    match bound.as_slice() {
        [] => {}
        [only] if only.members.contains(&user) => match only.demand() {
            None => {}
            Some(Limit::None) => known.required = Some(false),
            Some(Limit::Hours(_)) => known = Known { required: Some(true), exempt: None, ..known },
        },
        [_, ..] => known = Known { required: None, exempt: None, ..known },
    }
    let breaks = and(and(cloud, known.required), not(and(known.exempt, known.trusted)));
    // Who knows enough knows the truth.
    breaks.map(|breaks| match (breaks, truth) {
        (true, false) => "fail",
        (false, true) => "pass",
        (true, true) | (false, false) => "an oracle that errs",
    })
}
