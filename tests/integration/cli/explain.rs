//! `gwsaudit explain`: the whole chain, from a tenant, a snapshot or a saved report.

use gwsaudit::checks::Registry;
use gwsaudit::report::explain::{explain, matching, render_json};
use gwsaudit::report::{Format, RenderOptions, Visible, is_hidden, read, render};
use serde_json::Value;

use super::harness::{Run, Sandbox};
use super::normal;
use crate::report_fixtures as fixtures;

const SCENARIOS: [&str; 4] = ["healthy", "mixed", "never-configured", "okta-gmail-broken"];

/// A recorded scenario with the report that `audit` makes of it in `report.json`.
fn judged(scenario: &str) -> Sandbox {
    let sandbox = Sandbox::recorded(scenario);
    save_report(&sandbox);
    sandbox
}

fn save_report(sandbox: &Sandbox) -> String {
    let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).stdout;
    sandbox.write("report.json", &report);
    report
}

fn from_report(sandbox: &Sandbox, words: &[&str]) -> Run {
    let args: Vec<&str> = ["explain"].iter().chain(words).chain(&["--report", "report.json"]).copied().collect();
    sandbox.run_with(&args, &[("COLUMNS", "100")])
}

/// A page with its times as offsets, also those in calls to copy.
fn page(sandbox: &Sandbox, words: &[&str]) -> String {
    let page = from_report(sandbox, words).exits(0).says_nothing().stdout;
    let too_long = |line: &&str| line.chars().count() > 100 && !line.trim_start().starts_with("https://");
    assert_eq!(page.lines().find(too_long), None);
    let report: Value = serde_json::from_str(&sandbox.read("report.json")).expect("JSON");
    // How long ago that is, in whole days or hours, depends on the second.
    let without_distance = |line: &str| match line.split_once(" (") {
        Some((told, distance)) if distance.starts_with("in ") || distance.ends_with(" ago)") => format!("{told}\n"),
        Some(_) | None => format!("{line}\n"),
    };
    let page: String = page.replace("%3A", ":").lines().map(without_distance).collect();
    normal::human(&page, &report)
}

/// Another administrator saw something else at the same moment.
fn contradict(sandbox: &Sandbox) {
    let text = sandbox.read("attestations.toml");
    let at = text.lines().find_map(|line| line.strip_prefix("attested_at")).expect("an attestation").trim();
    sandbox.append(
        "attestations.toml",
        &format!(
            "\n[[attestation]]\nsetting = \"cloud-session-control\"\norg_unit = \"/Finance\"\n\
             value = {{ reauth = \"not_required\" }}\nattested_by = \"second-admin@mixed.example\"\nattested_at {at}\n"
        ),
    );
}

#[test]
fn people_read_the_whole_chain() {
    let mixed = judged("mixed");
    insta::assert_snapshot!("explain-org-unit", page(&mixed, &["trusted-apps-exempt", "/Finance"]));
    insta::assert_snapshot!("explain-undetermined", page(&mixed, &["app-trusted", "/SalesOps"]));
    insta::assert_snapshot!("explain-bound", page(&mixed, &["connection-survives-reauth", "us@mixed.test"]));
    contradict(&mixed);
    save_report(&mixed);
    insta::assert_snapshot!("explain-conflict", page(&mixed, &["trusted-apps-exempt", "/Finance"]));

    let broken = judged("okta-gmail-broken");
    let report: Value = serde_json::from_str(&broken.read("report.json")).expect("JSON");
    let connections = report["connections"].as_array().expect("connections");
    let breaks = connections.iter().find(|connection| connection["outcome"] == "breaks").expect("one breaks");
    let user = breaks["user"].as_str().expect("a user");
    insta::assert_snapshot!("explain-connection", page(&broken, &["connection-survives-reauth", user]));
}

#[test]
fn programs_read_it_too() {
    let sandbox = judged("mixed");
    let json = from_report(&sandbox, &["app-trusted", "/Sales/EMEA/DACH", "--format", "json"]).exits(0).json();
    assert_eq!(json["schema"], "gwsaudit/explanation/1");
    let explained = &json["explanations"][0];
    for key in ["result", "org_unit", "ancestors", "connection", "sources", "unread_events", "would_change"] {
        assert!(explained.get(key).is_some(), "{key}");
    }
    let above: Vec<&str> =
        explained["ancestors"].as_array().expect("a list").iter().filter_map(|unit| unit["path"].as_str()).collect();
    assert_eq!(above, ["/Sales/EMEA", "/Sales"], "the nearest first, up to where it is kept");
    let pretty = serde_json::to_string_pretty(&normal::json(json)).expect("JSON");
    insta::assert_snapshot!("explain-json", pretty);
}

#[test]
fn every_source_tells_the_same() {
    let sandbox = judged("mixed");
    for words in [&["trusted-apps-exempt", "/Finance"][..], &["connection-survives-reauth", "us@mixed.test"]] {
        for format in ["human", "json"] {
            let words: Vec<&str> = words.iter().copied().chain(["--format", format]).collect();
            let saved = from_report(&sandbox, &words).exits(0).says_nothing().stdout;
            let snapshot: Vec<&str> =
                ["explain"].iter().chain(&words).chain(&["--snapshot", "snapshot.jsonl"]).copied().collect();
            assert_eq!(sandbox.run(&snapshot).exits(0).says_nothing().stdout, saved, "byte for byte");
            let piped: Vec<&str> = ["explain"].iter().chain(&words).chain(&["--report", "-"]).copied().collect();
            let mut command = sandbox.command(&piped);
            command.write_stdin(sandbox.read("report.json"));
            assert_eq!(sandbox.finish(&mut command).exits(0).says_nothing().stdout, saved, "byte for byte");
        }
    }
    // A tenant of its own, at a time of its own.
    let words = ["explain", "app-trusted", "/Sales/EMEA", "--format", "json"];
    let [saved, simulated] =
        [(&sandbox, "--report=report.json"), (&Sandbox::new(), "--demo=mixed")].map(|(at, from)| {
            let mut json = normal::json(at.run(&[&words[..], &[from]].concat()).exits(0).says_nothing().json());
            json.as_object_mut().expect("an object").remove("evidence_from");
            json
        });
    assert_eq!(simulated, saved);
}

#[test]
fn without_a_subject_the_check_is_explained() {
    let sandbox = Sandbox::new();
    for format in ["human", "json"] {
        let text = sandbox.run(&["explain", "app-trusted", "--format", format]).exits(0).says_nothing().stdout;
        assert_eq!(text, sandbox.run(&["checks", "show", "app-trusted", "--format", format]).stdout);
    }
    sandbox.run(&["explain", "app-trustd"]).exits(2).prints_nothing().says(&["app-trustd", "checks list"]);
    // A tenant without a subject: all results, where they are few.
    let page = judged("mixed");
    let run = from_report(&page, &["client-id-pinned"]).exits(0).says_nothing();
    assert!(run.stdout.starts_with("client-id-pinned for okta-workflows-gmail\n"), "{}", run.stdout);
}

#[test]
fn subjects_are_what_people_paste() {
    let sandbox = judged("mixed");
    let subjects = |words: &[&str]| -> Vec<String> {
        let words: Vec<&str> = words.iter().copied().chain(["--format", "json"]).collect();
        let json = from_report(&sandbox, &words).exits(0).says_nothing().json();
        let of = |explained: &Value| {
            let subject = &explained["result"]["subject"];
            subject["user"].as_str().or(subject["org_unit"].as_str()).expect("a subject").to_owned()
        };
        json["explanations"].as_array().expect("a list").iter().map(of).collect()
    };
    let report: Value = serde_json::from_str(&sandbox.read("report.json")).expect("JSON");
    let results = report["results"].as_array().expect("results");
    let finance = results
        .iter()
        .find(|result| result["check"] == "trusted-apps-exempt" && result["subject"]["org_unit"] == "/Finance")
        .and_then(|result| result["fingerprint"].as_str())
        .expect("a fingerprint");
    for (words, expected) in [
        (&["trusted-apps-exempt", "/Finance"][..], &["/Finance"][..]),
        (&["trusted-apps-exempt", "/Finance/"], &["/Finance"]),
        (&["trusted-apps-exempt", finance], &["/Finance"]),
        (&["trusted-apps-exempt", &finance[..8]], &["/Finance"]),
        (&["app-trusted", "okta-workflows-gmail@/Sales"], &["/Sales"]),
        (&["app-trusted", "/Sales", "okta-workflows-gmail"], &["/Sales"]),
        (&["app-trusted", "/Sales", "770000000001-okta.apps.googleusercontent.com"], &["/Sales"]),
        (&["connection-survives-reauth", "US@mixed.test"], &["us@mixed.test"]),
        (&["connection-survives-reauth", "770000000002-double.apps.googleusercontent.com"], &["us@mixed.test"]),
        (&["connection-survives-reauth", "/Sales/US"], &["us-flows@mixed.example", "us@mixed.test"]),
    ] {
        assert_eq!(subjects(words), expected, "{words:?}");
    }
}

#[test]
fn what_fits_nothing_or_too_much_is_refused() {
    let sandbox = judged("mixed");
    for (words, says) in [
        (&["trusted-apps-exempt"][..], &["9 results", "\n  /Finance: fail [", "\n  /Sales: pass ["][..]),
        (&["app-trusted", "okta-workflows-gmail"], &["9 results", "okta-workflows-gmail@/SalesOps: undetermined ["]),
        (&["trusted-apps-exempt", "/Finnace"], &["\"/Finnace\"", "the nearest it judged: /Finance"]),
        (&["trusted-apps-exempt", "/sales"], &["\"/sales\"", "/Sales"]),
        (&["connection-survives-reauth", "us-flow@mixed.example"], &["us-flows@mixed.example"]),
        (&["trusted-apps-exempt", "/Sales", "/Finance"], &["each of /Sales, /Finance", "none about all"]),
        (&["app-trusted", "no-such-app@/Sales"], &["no-such-app@/Sales"]),
        // Too few letters of the fingerprint of `/Finance`.
        (&["trusted-apps-exempt", "7702d54"], &["7702d54"]),
    ] {
        from_report(&sandbox, words).exits(2).prints_nothing().says(says);
    }
    let few = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
    let mut without = few.clone();
    let kept = few["results"].as_array().expect("results").iter().filter(|result| result["check"] != "app-trusted");
    without["results"] = kept.cloned().collect();
    sandbox.write("report.json", without.to_string());
    from_report(&sandbox, &["app-trusted", "/Sales"]).exits(2).says(&["no result of app-trusted"]);
    for more in [&["--snapshot", "snapshot.jsonl"][..], &["--demo"], &["--accept-presumed"], &["--app", "x"]] {
        let args = [&["explain", "app-trusted", "/Sales", "--report", "report.json"], more].concat();
        sandbox.run(&args).exits(2).prints_nothing().says(&["--report"]);
    }
}

#[test]
fn what_is_no_report_is_refused() {
    let sandbox = judged("mixed");
    let good = sandbox.read("report.json");
    let edited = |old: &str, new: &str| {
        assert!(good.contains(old), "{old}");
        good.replacen(old, new, 1)
    };
    for (text, says) in [
        (String::new(), &["it is not JSON"][..]),
        (good[..good.len() / 2].to_owned(), &["it is not JSON", "line"]),
        ("[]".to_owned(), &["it has no \"schema\"", "--format json"]),
        ("{\"schema\": 1}".to_owned(), &["it has no \"schema\""]),
        (edited("gwsaudit/report/1", "gwsaudit/report/2"), &["gwsaudit/report/2", "gwsaudit/report/1"]),
        (sandbox.read("snapshot.jsonl").lines().next().expect("a header").to_owned(), &["gwsaudit/snapshot/1"]),
        (edited("\"status\": \"pass\"", "\"status\": \"perfect\""), &["perfect", "line"]),
        (edited("\"reauth\": \"required\"", "\"reauth\": \"maybe\""), &["maybe", "`not_required`", "line"]),
        (edited("\"results\":", "\"outcomes\":"), &["`results`"]),
    ] {
        sandbox.write("report.json", text);
        let run = from_report(&sandbox, &["trusted-apps-exempt", "/Finance"]).exits(4).prints_nothing();
        run.says(&["report.json"]).says(says);
    }
    let missing = ["explain", "app-trusted", "/Sales", "--report", "nowhere.json"];
    sandbox.run(&missing).exits(4).prints_nothing().says(&["cannot read the report nowhere.json"]);

    // Keys of a later version are no reason to refuse.
    sandbox.write("report.json", &good);
    let plain = from_report(&sandbox, &["trusted-apps-exempt", "/Finance"]).exits(0).stdout;
    sandbox.write("report.json", edited("{", "{\"later\": {\"key\": []},"));
    assert_eq!(from_report(&sandbox, &["trusted-apps-exempt", "/Finance"]).exits(0).stdout, plain);
}

#[test]
fn hostile_names_are_shown_as_what_they_are() {
    let sandbox = Sandbox::new();
    let report = fixtures::hostile();
    let mut json = Vec::new();
    render(&report, Format::Json, &RenderOptions::default(), &mut json).expect("memory");
    sandbox.write("report.json", &json);
    let unit = report.results.iter().find_map(|result| result.subject.org_unit.as_ref()).expect("an org unit");
    // As it is, and as a terminal of ours shows it.
    for named in [unit.as_str(), Visible::of(unit.as_str()).as_str()] {
        for check in ["trusted-apps-exempt", "app-trusted", "connection-survives-reauth"] {
            let run = from_report(&sandbox, &[check, named]).exits(0).says_nothing();
            let raw: Vec<char> = run.stdout.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
            assert!(raw.is_empty(), "{raw:?}");
            assert!(run.stdout.contains("\\u{202e}"), "{}", run.stdout);
        }
    }
    let run = from_report(&sandbox, &["trusted-apps-exempt", "\u{1b}[2J/Sa"]).exits(2).prints_nothing();
    let raw: Vec<char> = run.stderr.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
    assert!(raw.is_empty(), "{raw:?}");
}

#[test]
fn a_saved_report_is_the_report() {
    for scenario in SCENARIOS {
        let text = save_report(&Sandbox::recorded(scenario));
        let report = read(text.as_bytes()).expect("our own report");
        let mut again = Vec::new();
        render(&report, Format::Json, &RenderOptions::default(), &mut again).expect("memory");
        assert_eq!(String::from_utf8(again).expect("UTF-8"), text, "{scenario}");
    }
}

#[test]
fn every_result_says_what_would_change_it() {
    for scenario in SCENARIOS {
        let report = read(save_report(&Sandbox::recorded(scenario)).as_bytes()).expect("our own report");
        let registry = Registry::builtin();
        for check in registry.checks().filter(|check| check.meta().pack == "okta-workflows-gmail") {
            let results = matching(&report, &check.meta().id, &[]).expect("every check has results");
            let mut json = Vec::new();
            render_json(&explain(&report, check, &results), &mut json).expect("memory");
            let json: Value = serde_json::from_slice(&json).expect("JSON");
            for explained in json["explanations"].as_array().expect("a list") {
                let (result, turns) = (&explained["result"], &explained["would_change"]);
                let about = format!("{scenario}: {result:#} {turns:#}");
                let turns = turns.as_array().expect("a list");
                assert!(!turns.is_empty(), "{about}");
                for turn in turns {
                    let then = turn["then"].as_array().expect("a list");
                    assert!(then.iter().any(|verdict| *verdict != result["status"]), "{about}");
                }
                let open = result["status"] == "undetermined" || result["confidence"] == "presumed";
                assert_eq!(result.get("possible").is_some(), open, "{about}");
            }
        }
    }
}
