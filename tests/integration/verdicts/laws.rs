//! Laws that hold for every tenant: order does not matter, missing evidence never flatters, nor does contradiction.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use serde_json::{Value, json};

use super::random::{Attested, Case, Setting, case, day};
use super::tenant::{CLOUD, Judged, MAIL, NAME, Tenant, event, listing, source_of};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/integration/verdicts/laws.regressions",
        ))),
        // The same tenants on every run; another number explores others.
        rng_seed: RngSeed::Fixed(20_261_123),
        ..ProptestConfig::default()
    }
}

/// Lines in an order that follows from the seed.
pub(crate) fn shuffled(lines: &[String], mut seed: u64) -> Vec<String> {
    let mut keyed: Vec<(u64, &String)> = Vec::new();
    for line in lines {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        keyed.push((seed >> 16, line));
    }
    keyed.sort();
    keyed.into_iter().map(|(_, line)| line.clone()).collect()
}

/// Header, what lies between, and the closing line.
fn parts(text: &str) -> (String, Vec<String>, String) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let end = lines.pop().expect("a closing line");
    let header = lines.remove(0);
    (header, lines, end)
}

fn joined(header: &str, lines: &[String], end: &str) -> String {
    [&[header.to_owned()], lines, &[end.to_owned()]].concat().join("\n") + "\n"
}

/// Every activity twice, and every activity of several events in pieces of one event each.
pub(crate) fn regrouped(tenant: &Tenant) -> Tenant {
    let mut other = tenant.clone();
    other.lines.clear();
    for line in &tenant.lines {
        let events = line["data"]["events"].as_array().filter(|events| {
            // Two events that are the same cannot be told from one that was handed out twice.
            events.len() > 1 && events.iter().enumerate().all(|(at, event)| !events[..at].contains(event))
        });
        if let Some(events) = events {
            for event in events {
                let mut piece = line.clone();
                piece["data"]["events"] = json!([event]);
                other.lines.push(piece);
            }
        }
        if line["type"] == json!("activity") && (events.is_none() || line["application"] == json!("token")) {
            other.lines.push(line.clone());
        }
        if events.is_none() {
            other.lines.push(line.clone());
        }
    }
    other
}

/// Every activity with its events the other way round.
fn backwards(tenant: &Tenant) -> Tenant {
    let mut other = tenant.clone();
    for events in other.lines.iter_mut().filter_map(|line| line["data"].get_mut("events")?.as_array_mut()) {
        events.reverse();
    }
    other
}

/// The report without what counts records.
fn apart_from_counts(judged: &Judged) -> Value {
    let mut json = judged.json.clone();
    for source in json["sources"].as_array_mut().expect("a list") {
        source["items"] = Value::Null;
    }
    json
}

type Rows = BTreeMap<(String, String), (String, bool)>;

/// Statuses by check and subject, and whether the subject is somebody whom the directory does not have.
fn rows(judged: &Judged) -> Rows {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let list = judged.json["results"].as_array().expect("a list");
    list.iter()
        .map(|result| {
            let what = &result["subject"];
            // The org unit of a connection is the user's, and no part of who it is.
            let place = if what["kind"] == json!("connection") { "-".to_owned() } else { text(&what["org_unit"]) };
            let key = [text(&what["kind"]), place, text(&what["user"]), text(&what["app"]), text(&what["client_id"])];
            let nobody = what["kind"] == json!("connection") && what["org_unit"].is_null();
            ((text(&result["check"]), key.join(" ")), (text(&result["status"]), nobody))
        })
        .collect()
}

/// What evidence that was taken away may do to a verdict.
fn flatters(before: &Rows, after: &Rows) -> Option<String> {
    for ((check, subject), (was, nobody)) in before {
        let Some((is, _)) = after.get(&(check.clone(), subject.clone())) else {
            let told = after.contains_key(&(check.clone(), "tenant - - - -".to_owned()));
            // Of accounts that are gone the token log alone tells; what it says of them never was more than that.
            if told || *nobody {
                continue;
            }
            return Some(format!("{check} of {subject} vanished"));
        };
        let allowed = match (was.as_str(), is.as_str()) {
            (one, other) if one == other => true,
            (_, "pass" | "not_applicable" | "fail") => false,
            (_, _) => true,
        };
        if !allowed {
            return Some(format!("{check} of {subject}: {was} became {is}"));
        }
    }
    None
}

fn in_conflict(judged: &Judged) -> bool {
    let units = judged.json["org_units"].as_array().expect("a list");
    units.iter().any(|unit| unit.to_string().contains(r#""conflict":true"#))
}

/// Whether it tells which org unit an event is about. Without it an event may lie between two attestations that differ,
/// and then the later one counts: they do not contradict each other any more.
fn names_places(what: &str) -> bool {
    ["org_unit", "orgunits", "customer", "garbled user", "primaryEmail", "\"type\":\"user\"", "directory.users"]
        .iter()
        .any(|part| what.contains(part))
}

/// The tenant with its sources' counts written down.
fn counted(tenant: &Tenant) -> Tenant {
    let mut counted = tenant.clone();
    for (id, source) in &mut counted.sources {
        source["items"] = json!(tenant.lines.iter().filter(|line| source_of(line) == Some(id)).count());
    }
    counted
}

/// The tenant with one line less, one source less, or one source's records less.
pub(crate) fn poorer(tenant: &Tenant) -> Vec<(String, Tenant)> {
    let whole = counted(tenant);
    let mut list = Vec::new();
    for position in 0..whole.lines.len() {
        let mut less = whole.clone();
        let line = less.lines.remove(position);
        list.push((line.to_string(), less));
    }
    for id in whole.sources.keys() {
        let of_source = |line: &Value| source_of(line) == Some(id);
        let mut silent = whole.clone();
        silent.sources.remove(id);
        let mut empty = whole.clone();
        empty.lines.retain(|line| !of_source(line));
        let mut absent = silent.clone();
        absent.lines.retain(|line| !of_source(line));
        let mut denied = empty.clone().source(id, "denied");
        denied.sources.get_mut(id).expect("a source")["items"] = json!(0);
        list.push((format!("the word on {id}"), silent));
        list.push((format!("the records of {id}"), empty));
        list.push((format!("all of {id}"), absent));
        list.push((format!("{id}, denied"), denied));
    }
    list
}

/// The tenant with something more that does not fit.
fn contradicted(case: &Case) -> Vec<(String, Tenant)> {
    let tenant = &case.tenant;
    let late = day(14);
    let mut list: Vec<(String, Tenant)> = Vec::new();
    for place in ["Example Org", "X", "A", "Nowhere", "/A/X"] {
        for change in [
            event("CLOUD_SESSION_CONTROL_CHANGE", &[("ORG_UNIT_NAME", place)]),
            event("CHANGE_APP_ACCESS", &[("ORG_UNIT_NAME", place)]),
            event("OAUTH_APPS_BULK_UPLOAD", &[]),
            listing("ADD_TO_BLOCKED_OAUTH2_APPS", place),
        ] {
            list.push((change.to_string(), tenant.clone().admin(&late, &[change])));
        }
    }
    for (kind, data) in [
        ("org_unit", json!({"orgUnitPath": 1})),
        ("user", json!({"primaryEmail": null})),
        ("grant", json!({})),
        ("access_binding", json!({"name": 1})),
        ("member", json!({"id": 1})),
        ("customer", json!({})),
    ] {
        list.push((format!("a garbled {kind}"), tenant.clone().record(kind, data)));
    }
    for id in tenant.sources.keys() {
        list.push((format!("{id} partial"), tenant.clone().source(id, "partial")));
    }
    if tenant.lines.iter().any(|line| line["data"]["orgUnitPath"] == json!("/A/X")) {
        list.push(("a second X".to_owned(), tenant.clone().unit("/C").unit("/C/X")));
    }
    // Of a client that no event names: where one does, the grant tells whom the event is about, and contradicts nothing.
    let namesake = "5550009999-namesake.apps.googleusercontent.com";
    list.push(("a namesake".to_owned(), tenant.clone().grant("eve@example.com", namesake, NAME, &[MAIL])));
    if !tenant.no_bindings {
        for length in ["3600s", "0s"] {
            let rest = json!({"sessionSettings": {"sessionLength": length, "sessionLengthEnabled": true}});
            let everybody = json!({"id": "C0example1", "type": "CUSTOMER"});
            // A binding that binds nobody else: only where one binds already is it a contradiction.
            let bound = tenant.clone().binding("c", "g", rest).member("g", everybody);
            if length == "3600s" {
                list.push(("another binding".to_owned(), bound));
            }
        }
    }
    for line in tenant.lines.iter().filter(|line| line["type"] == json!("user")) {
        let mut elsewhere = line["data"].clone();
        elsewhere["orgUnitPath"] = json!("/Elsewhere");
        list.push((format!("{elsewhere}"), tenant.clone().record("user", elsewhere)));
    }
    for line in tenant.lines.iter().filter(|line| line["type"] == json!("grant")) {
        let mut wider = line["data"].clone();
        wider["scopes"] = json!([CLOUD]);
        list.push((format!("{wider}"), tenant.clone().record("grant", wider)));
    }
    list.extend(against_the_last(case));
    list
}

/// Another word on what was attested last, of the same moment.
fn against_the_last(case: &Case) -> Vec<(String, Tenant)> {
    let last_of = |session: bool| {
        let kind = move |one: &&Attested| matches!(one.setting, Setting::Session(_)) == session;
        let last = case.attested.iter().filter(kind).map(|one| one.day).max();
        case.attested.iter().filter(kind).filter(move |one| Some(one.day) == last)
    };
    let sessions = [
        r#"reauth = "required", exempt_trusted_apps = false"#,
        r#"reauth = "required", frequency = "16h", exempt_trusted_apps = true"#,
        r#"reauth = "not_required""#,
    ];
    let session_words = last_of(true).flat_map(|one| {
        sessions.into_iter().map(move |value| Attested {
            setting: Setting::Session(value),
            below: false,
            ..one.clone()
        })
    });
    let level_words = last_of(false).flat_map(|one| {
        ["trusted", "blocked"].into_iter().map(move |level| Attested {
            setting: Setting::Access(level),
            below: false,
            ..one.clone()
        })
    });
    session_words
        .chain(level_words)
        .filter(|other| case.attested.iter().any(|one| contradicts(one, other)))
        .map(|other| (format!("{other:?}"), other.add_to(case.tenant.clone())))
        .collect()
}

/// Two words on the same thing, of one moment, that cannot both be true.
fn contradicts(one: &Attested, other: &Attested) -> bool {
    let exempt_unsaid = one.setting == Setting::Session(r#"reauth = "required""#)
        && other.setting != Setting::Session(r#"reauth = "not_required""#);
    let same_kind = std::mem::discriminant(&one.setting) == std::mem::discriminant(&other.setting);
    one.unit == other.unit && one.day == other.day && same_kind && one.setting != other.setting && !exempt_unsaid
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn the_order_of_lines_does_not_matter(case in case(), seed in any::<u64>()) {
        let text = case.tenant.text();
        let (header, lines, end) = parts(&text);
        let one = case.tenant.judge_text(&text);
        let other = case.tenant.judge_text(&joined(&header, &shuffled(&lines, seed), &end));
        prop_assert_eq!(String::from_utf8_lossy(&one.bytes), String::from_utf8_lossy(&other.bytes));
    }

    #[test]
    fn how_activities_come_in_pages_and_pieces_does_not_matter(case in case(), seed in any::<u64>()) {
        let one = case.tenant.judge();
        let again = regrouped(&case.tenant);
        let (header, lines, end) = parts(&again.text());
        let other = again.judge_text(&joined(&header, &shuffled(&lines, seed), &end));
        if apart_from_counts(&one) == apart_from_counts(&backwards(&case.tenant).judge()) {
            prop_assert_eq!(apart_from_counts(&one), apart_from_counts(&other));
        }
        // Where the order within an activity tells something, pieces tell less.
        let before = rows(&one);
        for (row, (is, _)) in rows(&other) {
            prop_assert!(is != "pass" || before.get(&row).is_some_and(|(was, _)| was == "pass"), "{:?} passes", row);
        }
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn evidence_taken_away_never_flatters(case in case()) {
        let judged = case.tenant.judge();
        let before = rows(&judged);
        for (what, poorer) in poorer(&case.tenant) {
            if in_conflict(&judged) && names_places(&what) {
                continue;
            }
            let worse = flatters(&before, &rows(&poorer.judge()));
            prop_assert!(worse.is_none(), "without {}: {}", what, worse.unwrap_or_default());
        }
    }

    #[test]
    fn contradiction_never_passes(case in case()) {
        let judged = case.tenant.judge();
        let before = rows(&judged);
        for (what, richer) in contradicted(&case) {
            if in_conflict(&judged) && names_places(&what) {
                continue;
            }
            let after = rows(&richer.judge());
            for (row, (was, _)) in &before {
                let is = after.get(row).map(|(status, _)| status.as_str());
                // An app that nothing named until now is a new question.
                let asked = was != "not_applicable" || row.0 != "client-id-pinned";
                prop_assert!(!asked || was == "pass" || is != Some("pass"), "with {}: {:?}, {} before, passes", what, row, was);
            }
        }
    }
}
