//! `gwsaudit diff`: what changed between two snapshots or two reports, for whom, and who changed it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::harness::{Run, Sandbox, Tenant};
use super::normal;

/// What an administrator did in the night: the app is Limited in one org unit.
const LIMITED: &str = "[[action]]\nat = \"-2h\"\nactor = \"alice.admin@healthy.example\"\n\
    set_app_access = { org_unit = \"/Support\", app = \"okta\", level = \"limited\" }\n";

/// The healthy tenant's snapshot of a day ago, and that of now with these tables added: `old.jsonl` and `new.jsonl`.
fn healthy_then(tables: &str) -> Sandbox {
    changed("healthy", &[], tables)
}

fn changed(scenario: &str, edits: &[(&str, &str)], tables: &str) -> Sandbox {
    let sandbox = Sandbox::recorded(scenario);
    sandbox.write("old.jsonl", a_day_older(&sandbox.read("snapshot.jsonl")));
    let tenant = Tenant::edited(scenario, edits, tables);
    tenant.run(&["collect", "-o", "new.jsonl"]).exits(0);
    sandbox.write("new.jsonl", tenant.sandbox.read("new.jsonl"));
    sandbox
}

/// The same snapshot, judged as of a day before.
fn a_day_older(snapshot: &str) -> String {
    let (header, rest) = snapshot.split_once('\n').expect("a header");
    let mut header: Value = serde_json::from_str(header).expect("JSON");
    let at: Timestamp = header["collected_at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    header["collected_at"] = (at - SignedDuration::from_hours(24)).to_string().into();
    format!("{header}\n{rest}")
}

fn diff(sandbox: &Sandbox, old: &str, new: &str) -> Run {
    sandbox.run(&["diff", old, new, "--format", "json"])
}

fn report(sandbox: &Sandbox, snapshot: &str, options: &[&str]) -> String {
    let args = [&["audit", "--format", "json", "--snapshot", snapshot][..], options].concat();
    sandbox.run(&args).stdout
}

fn list<'v>(diff: &'v Value, part: &str) -> &'v [Value] {
    diff[part].as_array().unwrap_or_else(|| panic!("{part}: {diff}"))
}

#[test]
fn nothing_changes_by_itself() {
    for scenario in ["healthy", "okta-gmail-broken", "contradictory", "mixed"] {
        let sandbox = Sandbox::recorded(scenario);
        let one = diff(&sandbox, "snapshot.jsonl", "snapshot.jsonl").exits(0).says_nothing().json();
        assert_eq!(one["summary"], json!({"worse": 0, "doubtful": 0, "better": 0, "other": 0}));
        for part in ["results", "connections", "org_units", "sources", "remarks"] {
            assert_eq!(one[part], json!([]), "{scenario} {part}");
        }
        let human = sandbox.run(&["diff", "snapshot.jsonl", "snapshot.jsonl"]).exits(0).stdout;
        assert!(human.ends_with("No verdict and no connection changed.\n"), "{human}");
    }
}

#[test]
fn who_made_it_worse_is_told() {
    let sandbox = healthy_then(LIMITED);
    let found = diff(&sandbox, "old.jsonl", "new.jsonl").exits(1).says_nothing().json();
    assert_eq!(found["schema"], "gwsaudit/diff/1");
    let unit = &list(&found, "org_units")[0];
    assert_eq!((list(&found, "org_units").len(), &unit["path"]), (1, &json!("/Support")));
    let setting = &unit["settings"][0];
    assert_eq!((&setting["setting"], &setting["app"]), (&json!("app-access"), &json!("okta-workflows-gmail")));
    // The event says that something changed, and not to what.
    let access = json!({"field": "access", "old": "trusted", "new": "unknown"});
    assert!(setting["fields"].as_array().expect("fields").contains(&access), "{setting}");
    let deed = &setting["changed_by"][0];
    assert_eq!((&deed["source"], &deed["actor"]), (&json!("reports.admin"), &json!("alice.admin@healthy.example")));
    let result = list(&found, "results").iter().find(|result| result["check"] == "app-trusted").expect("it changed");
    assert_eq!((&result["old"]["status"], &result["new"]["status"]), (&json!("pass"), &json!("undetermined")));
    assert_eq!((&result["course"], &result["changed_by"][0]["actor"]), (&json!("worse"), &deed["actor"]));
    let connection = &list(&found, "connections")[0];
    assert_eq!((&connection["user"], &connection["course"]), (&json!("flows@healthy.example"), &json!("worse")));
    assert_eq!((&connection["old"], &connection["new"]), (&json!("survives"), &json!("undetermined")));

    let human = sandbox.run_with(&["diff", "old.jsonl", "new.jsonl"], &[("COLUMNS", "100")]).exits(1).stdout;
    let audited = serde_json::from_str(&report(&sandbox, "new.jsonl", &[])).expect("a report");
    insta::assert_snapshot!("diff-human", normal::human(&human, &audited));

    // The other way round is for the better, as far as anybody knows who looks at the later one.
    sandbox.write("later.jsonl", sandbox.read("old.jsonl"));
    diff(&sandbox, "new.jsonl", "later.jsonl").exits(2).prints_nothing().says(&["give the earlier one first"]);
}

#[test]
fn snapshots_and_reports_tell_the_same() {
    let sandbox = healthy_then(LIMITED);
    let expected = diff(&sandbox, "old.jsonl", "new.jsonl").exits(1).stdout;
    for name in ["old", "new"] {
        let text = report(&sandbox, &format!("{name}.jsonl"), &[]);
        // In one line, too.
        let value: Value = serde_json::from_str(&text).expect("JSON");
        sandbox.write(&format!("{name}-line.json"), value.to_string());
        sandbox.write(&format!("{name}.json"), text);
    }
    let parts = ["summary", "results", "connections", "org_units", "sources"];
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    for (old, new) in [("old.json", "new.json"), ("old.jsonl", "new-line.json"), ("old-line.json", "new.jsonl")] {
        let found = diff(&sandbox, old, new).exits(1).says_nothing().json();
        for part in parts {
            assert_eq!(found[part], expected[part], "{old} {new} {part}");
        }
        assert_eq!(found["remarks"], json!([]), "{old} {new}");
    }
    sandbox.run(&["diff", "old.json", "new.json", "--pack", "cis-gws-1.4"]).exits(2).says(&["--pack"]);
}

#[test]
fn a_moved_row_is_no_change() {
    // Every org unit has what the one above it has: one row speaks for all, or three do, and no verdict is another.
    let sandbox = Sandbox::recorded("healthy");
    let packs = ["--pack", "cis-gws-1.4"];
    let folded: Value = serde_json::from_str(&report(&sandbox, "snapshot.jsonl", &packs)).expect("JSON");
    let rows = |report: &Value| {
        let rows = list(report, "results").iter().filter(|row| row["subject"]["kind"] == "org_unit");
        rows.map(|row| (row["check"].clone(), row["subject"]["org_unit"].clone())).collect::<Vec<_>>()
    };
    // A suppression that hides nothing makes its org unit stand apart.
    let checks: Vec<Value> = rows(&folded).into_iter().map(|(check, _)| check).collect();
    sandbox.append(
        "gwsaudit.toml",
        &format!(
            "\n[[suppress]]\ncheck = {}\norg_unit = \"/Sales\"\nreason = \"x\"\nexpires = 2020-01-01\n",
            checks.first().expect("rows")
        ),
    );
    let apart: Value = serde_json::from_str(&report(&sandbox, "snapshot.jsonl", &packs)).expect("JSON");
    assert!(rows(&apart).len() > rows(&folded).len(), "{:?}", rows(&apart));
    sandbox.write("folded.json", folded.to_string());
    sandbox.write("apart.json", apart.to_string());
    for (old, new) in [("folded.json", "apart.json"), ("apart.json", "folded.json")] {
        let found = diff(&sandbox, old, new).exits(0).json();
        assert_eq!((&found["results"], &found["org_units"]), (&json!([]), &json!([])));
        assert_eq!(found["remarks"], json!(["the configuration's apps, accepted risks or statements differ"]));
    }
}

#[test]
fn a_change_of_a_row_is_told_once_for_all_below() {
    let sandbox = Sandbox::recorded("healthy");
    let packs = ["--pack", "cis-gws-1.4"];
    let mut report: Value = serde_json::from_str(&report(&sandbox, "snapshot.jsonl", &packs)).expect("JSON");
    sandbox.write("old.json", report.to_string());
    let row = report["results"]
        .as_array_mut()
        .expect("results")
        .iter_mut()
        .find(|row| row["subject"]["org_unit"] == "/" && row["covers"]["org_units"] == 4);
    let row = row.expect("a row for all org units");
    let (check, status) = (row["check"].clone(), row["status"].clone());
    row["status"] = if status == "fail" { "pass" } else { "fail" }.into();
    sandbox.write("new.json", report.to_string());
    let found = diff(&sandbox, "old.json", "new.json").json();
    let changes = list(&found, "results");
    assert_eq!((changes.len(), &changes[0]["check"], &changes[0]["org_units"]), (1, &check, &json!(4)));
    // An org unit that is new shares what holds above it.
    let mut unit = report["org_units"][0].clone();
    unit["path"] = "/Zoo".into();
    report["org_units"].as_array_mut().expect("org units").push(unit);
    report["results"] = serde_json::from_str::<Value>(&sandbox.read("old.json")).expect("JSON")["results"].clone();
    sandbox.write("new.json", report.to_string());
    let found = diff(&sandbox, "old.json", "new.json").json();
    assert_eq!(list(&found, "org_units")[0]["presence"], "appeared");
    let zoo = |change: &Value| change["subject"]["org_unit"] == "/Zoo" && change["presence"] == "appeared";
    assert!(!list(&found, "results").is_empty() && list(&found, "results").iter().all(zoo), "{found}");
}

#[test]
fn people_who_move_stay_who_they_are() {
    let edits = [("email = \"dan@healthy.example\"\norg_unit = \"/Support\"", "email = \"dan@healthy.example\"")];
    let unmoved = changed("healthy", &edits, "");
    diff(&unmoved, "old.jsonl", "new.jsonl").exits(0);
    let edits = [("email = \"flows@healthy.example\"\norg_unit = \"/Support\"", "email = \"flows@healthy.example\"")];
    let sandbox = changed("healthy", &edits, "");
    let found = diff(&sandbox, "old.jsonl", "new.jsonl").exits(0).json();
    assert_eq!(found["results"], json!([]));
    let moved = json!({"field": "org_unit", "old": "/Support", "new": "/"});
    assert_eq!(list(&found, "connections")[0]["fields"][0], moved);
}

#[test]
fn what_vanishes_and_appears_is_told() {
    let tables = "[[org_unit]]\npath = \"/Zoo\"\n[[user]]\nemail = \"zoe@healthy.example\"\norg_unit = \"/Zoo\"\n\
        [[grant]]\nuser = \"zoe@healthy.example\"\napp = \"okta\"\n";
    let edits = [("[[grant]]\nuser = \"sales-flows@healthy.example\"\napp = \"okta\"\n", "")];
    let sandbox = changed("healthy", &edits, tables);
    let found = diff(&sandbox, "old.jsonl", "new.jsonl").json();
    let presences: Vec<(&Value, &Value)> =
        list(&found, "connections").iter().map(|change| (&change["user"], &change["presence"])).collect();
    assert_eq!(
        presences,
        [
            (&json!("sales-flows@healthy.example"), &json!("vanished")),
            (&json!("zoe@healthy.example"), &json!("appeared"))
        ]
    );
    let units: Vec<&Value> = list(&found, "org_units").iter().map(|unit| &unit["path"]).collect();
    assert_eq!(units, ["/Zoo"]);
}

#[test]
fn a_source_that_is_lost_is_told() {
    let sandbox = Sandbox::recorded("healthy");
    let snapshot = sandbox.read("snapshot.jsonl");
    sandbox.write("old.jsonl", a_day_older(&snapshot));
    let lines: Vec<String> = snapshot
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).expect("JSON");
            let source = &mut record["data"];
            if source["id"] == "reports.admin" {
                source["status"] = "denied".into();
                source["error"] = "no".into();
            }
            record.to_string()
        })
        .collect();
    sandbox.write("new.jsonl", lines.join("\n") + "\n");
    let found = diff(&sandbox, "old.jsonl", "new.jsonl").exits(1).json();
    let source = &list(&found, "sources")[0];
    assert_eq!((&source["id"], &source["course"]), (&json!("reports.admin"), &json!("worse")));
    assert!(list(&found, "results").iter().any(|change| change["new"]["status"] == "undetermined"));
    let back = a_day_older(&a_day_older(&sandbox.read("new.jsonl")));
    sandbox.write("older.jsonl", back);
    let found = diff(&sandbox, "older.jsonl", "old.jsonl").exits(0).json();
    assert_eq!(list(&found, "sources")[0]["course"], "better");
    assert_ne!(found["summary"]["better"], 0);
}

#[test]
fn new_doubts_are_status_three() {
    let sandbox = Sandbox::recorded("healthy");
    let mut one: Value = serde_json::from_str(&report(&sandbox, "snapshot.jsonl", &[])).expect("JSON");
    sandbox.write("new.json", one.to_string());
    let results = one["results"].as_array_mut().expect("results");
    results.iter_mut().for_each(|result| result["status"] = "undetermined".into());
    let undetermined = one.to_string();
    one["results"].as_array_mut().expect("results").iter_mut().for_each(|result| result["status"] = "manual".into());
    sandbox.write("old.json", one.to_string());
    sandbox.write("doubtful.json", undetermined);
    diff(&sandbox, "old.json", "doubtful.json").exits(3);
    diff(&sandbox, "old.json", "new.json").exits(0);
    diff(&sandbox, "new.json", "doubtful.json").exits(1);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let sandbox = Sandbox::recorded("healthy");
    sandbox.write("other.jsonl", Sandbox::recorded("mixed").read("snapshot.jsonl"));
    let refused = diff(&sandbox, "snapshot.jsonl", "other.jsonl").exits(2).prints_nothing();
    refused.says(&["different tenants", "healthy.example (C0healthy1)", "mixed.example (C0mixed77)"]);
    sandbox.run(&["diff", "snapshot.jsonl"]).exits(2);
    diff(&sandbox, "snapshot.jsonl", "nowhere.jsonl").exits(4).prints_nothing().says(&["nowhere.jsonl"]);
    sandbox.write("text.txt", "hello\n");
    diff(&sandbox, "snapshot.jsonl", "text.txt").exits(4).prints_nothing().says(&["text.txt"]);
    let cut = sandbox.read("snapshot.jsonl");
    sandbox.write("cut.jsonl", &cut[..cut.len() / 2]);
    diff(&sandbox, "snapshot.jsonl", "cut.jsonl").exits(4).prints_nothing().says(&["cut.jsonl"]);
}

#[test]
fn other_judges_and_questions_are_told() {
    let sandbox = Sandbox::recorded("healthy");
    sandbox.write("old.json", report(&sandbox, "snapshot.jsonl", &["--pack", "cis-gws-1.3"]));
    sandbox.write("new.json", report(&sandbox, "snapshot.jsonl", &["--accept-presumed"]));
    let found = diff(&sandbox, "old.json", "new.json").exits(0).json();
    let remarks = found["remarks"].to_string();
    for words in [
        "only the older one has pack cis-gws-1.3: not compared",
        "only the newer one has pack okta-workflows-gmail: not compared",
        "--accept-presumed",
        "results of checks that only one of the two knows are not compared",
    ] {
        assert!(remarks.contains(words), "{words}: {remarks}");
    }
    assert_eq!(found["results"], json!([]));
    // A report of another version.
    let mut other: Value = serde_json::from_str(&sandbox.read("new.json")).expect("JSON");
    other["tool"]["version"] = "0.0.1".into();
    other["inputs"]["tool"] = json!({"version": "0.0.1", "sha256": null});
    sandbox.write("old.json", other.to_string());
    let found = diff(&sandbox, "old.json", "new.json").exits(0).json();
    assert!(found["remarks"].to_string().contains("judged by gwsaudit 0.0.1"), "{found}");
}
