//! Logs carried forward from an earlier snapshot: what was attested long ago stays proven, and no gap looks like a log.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::harness::Tenant;

/// The healthy tenant, last changed 300 days ago and attested 200 days ago: before anything that Google still shows.
fn long_proven(tables: &str) -> Tenant {
    let edits = [("\"-120d\"", "\"-300d\""), ("\"-119d\"", "\"-299d\""), ("at = \"-10d\"", "at = \"-200d\"")];
    Tenant::edited("healthy", &edits, tables)
}

const LOGS: [(&str, &str); 2] = [("reports.admin", "admin"), ("reports.token", "token")];

/// An earlier snapshot of that tenant, written line by line.
struct Old {
    now: Timestamp,
    header: Value,
    sources: Vec<Value>,
    lines: Vec<Value>,
}

impl Old {
    /// Collected so many hours before now, with all that Google showed at that time and no event in it.
    fn collected(hours_ago: i64) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the simulator's clock is the machine's")]
        let now = Timestamp::now();
        let mut old = Self { now, header: Value::Null, sources: Vec::new(), lines: Vec::new() };
        let (from, to) = (old.ago(hours_ago + 180 * 24), old.ago(hours_ago));
        old.header = json!({"schema": "gwsaudit/snapshot/1", "tool_version": "0.1.0", "collected_at": to,
            "customer": "my_customer", "operator": {}});
        for (id, _) in LOGS {
            old.sources
                .push(json!({"id": id, "status": "complete", "requests": 1, "window_from": from, "window_to": to}));
        }
        old.sources.push(json!({"id": "directory.customers", "status": "complete", "requests": 1}));
        old.lines.push(json!({"type": "customer", "data": {"id": "C0healthy1", "customerDomain": "healthy.example"}}));
        old
    }

    fn ago(&self, hours: i64) -> String {
        let at = self.now - SignedDuration::from_hours(hours);
        at.round(jiff::Unit::Second).expect("a time").to_string()
    }

    fn activity(mut self, application: &str, qualifier: &str, hours_ago: i64, event: Value) -> Self {
        self.lines.push(json!({"type": "activity", "application": application, "data": {
            "id": {"time": self.ago(hours_ago), "uniqueQualifier": qualifier, "applicationName": application},
            "actor": {"email": "alice.admin@healthy.example"}, "events": [event]}}));
        self
    }

    /// An administrator's deed that changes nothing that is audited.
    fn harmless(self, qualifier: &str, hours_ago: i64) -> Self {
        self.activity("admin", qualifier, hours_ago, json!({"type": "GROUP_SETTINGS", "name": "CREATE_GROUP"}))
    }

    fn source(mut self, id: &str, change: impl FnOnce(&mut Value)) -> Self {
        change(self.sources.iter_mut().find(|source| source["id"] == id).expect("it has that source"));
        self
    }

    fn text(&self) -> String {
        let mut lines = vec![self.header.clone()];
        for source in &self.sources {
            let mut source = source.clone();
            if source["items"].is_null() {
                let application = LOGS.iter().find(|(id, _)| source["id"] == *id).map(|(_, name)| *name);
                let own = |line: &&Value| line["application"].as_str() == application && line["type"] != "user";
                source["items"] = json!(self.lines.iter().filter(own).count());
            }
            lines.push(json!({"type": "source", "data": source}));
        }
        lines.extend(self.lines.iter().cloned());
        lines.push(json!({"type": "end", "records": lines.len() - 1}));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn write(&self, tenant: &Tenant, name: &str) {
        tenant.sandbox.write(name, self.text());
    }
}

const DAY: i64 = 24;
const AUDIT: [&str; 5] = ["audit", "--format", "json", "--since-snapshot", "old.jsonl"];

fn source<'v>(report: &'v Value, id: &str) -> &'v Value {
    report["sources"].as_array().expect("sources").iter().find(|source| source["id"] == id).expect(id)
}

fn note<'v>(report: &'v Value, id: &str) -> &'v str {
    source(report, id)["note"].as_str().expect("a note")
}

/// The activities of a snapshot, as `application qualifier`.
fn activities(tenant: &Tenant, name: &str) -> Vec<String> {
    let text = tenant.sandbox.read(name);
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let activities = lines.filter(|line| line["type"] == "activity");
    let word = |value: &Value| value.as_str().expect("text").to_owned();
    let mut ids: Vec<String> = activities
        .map(|line| format!("{} {}", word(&line["application"]), word(&line["data"]["id"]["uniqueQualifier"])))
        .collect();
    ids.sort();
    ids
}

#[test]
fn what_was_attested_before_the_log_begins_stays_proven() {
    let tenant = long_proven("");
    let bare = tenant.run(&AUDIT[..3]).exits(3).json();
    assert_eq!((&bare["summary"]["undetermined"], &bare["summary"]["pass"]), (&json!(10), &json!(2)));
    assert_eq!(source(&bare, "reports.admin")["note"], Value::Null);

    let old = Old::collected(30 * DAY).harmless("1", 205 * DAY).harmless("-2", 190 * DAY);
    old.write(&tenant, "old.jsonl");
    let live = tenant.run(&AUDIT).exits(0).says_nothing().json();
    assert_eq!((&live["summary"]["undetermined"], &live["summary"]["pass"]), (&json!(0), &json!(12)));
    assert!(live["results"].as_array().expect("results").iter().all(|result| result["confidence"] == "proven"));
    assert_eq!(live["evidence_from"], old.ago(210 * DAY));
    let admin = source(&live, "reports.admin");
    assert_eq!((&admin["window_from"], &admin["window_to"]), (&json!(old.ago(210 * DAY)), &live["audited_at"]));
    assert_eq!(source(&live, "directory.users")["window_from"], Value::Null);
    let said = note(&live, "reports.admin");
    assert!(said.starts_with("2 activities from before ") && said.contains(" carried forward from "), "{said}");

    // In a snapshot as well, packed or not, and from there on into the next.
    let mut since = "old.jsonl";
    for name in ["next.jsonl.zst", "third.jsonl", "old.jsonl"] {
        tenant.run(&["collect", "--since-snapshot", since, "-o", name]).exits(0).says_nothing().prints_nothing();
        let report = tenant.run(&["audit", "--format", "json", "--snapshot", name]).exits(0).says_nothing().json();
        assert_eq!(report["results"], live["results"], "{name}");
        for (id, _) in LOGS {
            assert_eq!(source(&report, id)["window_from"], old.ago(210 * DAY), "{name} {id}");
        }
        since = name;
    }
    let ids = activities(&tenant, "old.jsonl");
    assert_eq!(ids, activities(&tenant, "third.jsonl"), "nothing twice");
    assert!(ids.contains(&"admin 1".to_owned()) && ids.contains(&"admin -2".to_owned()), "{ids:?}");
    let human = tenant.run(&["audit", "-v", "--snapshot", "old.jsonl"]).exits(0).stdout;
    let human = human.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(human.contains("reports.admin complete, without a gap from "), "{human}");
}

#[test]
fn what_happened_before_the_log_begins_counts() {
    let tenant = long_proven("");
    let saved = json!({"type": "SECURITY_SETTINGS", "name": "SESSION_CONTROL_SETTINGS_CHANGE", "parameters": [
        {"name": "REAUTH_APPLICATION", "value": "CLOUD_ADMIN_TOOLS"}, {"name": "REAUTH_SETTING_NEW", "value": "?"},
        {"name": "ORG_UNIT_NAME", "value": "/"}]});
    for (days_ago, status) in [(205, 0), (190, 3)] {
        let old = Old::collected(30 * DAY).activity("admin", "1", days_ago * DAY, saved.clone());
        old.write(&tenant, "old.jsonl");
        let report = tenant.run(&AUDIT).exits(status).json();
        let unread: u64 = if status == 0 { 0 } else { 1 };
        let open = report["unread_events"].as_array().expect("a list").iter().filter(|event| event["settled"] == false);
        assert_eq!(open.count() as u64, unread, "attested 200 days ago, saved {days_ago} days ago");
    }
}

#[test]
fn a_gap_never_looks_like_a_log() {
    let tenant = long_proven("");
    // The log at hand begins 180 days ago.
    for (hours_ago, status) in [(400 * DAY, 3), (180 * DAY + 1, 3), (179 * DAY + 1, 3), (179 * DAY - 1, 0)] {
        let old = Old::collected(hours_ago).harmless("1", 210 * DAY);
        old.write(&tenant, "old.jsonl");
        let run = tenant.run(&AUDIT).exits(status);
        let report = run.json();
        let begins = source(&report, "reports.admin")["window_from"].as_str().expect("a time").to_owned();
        if status == 0 {
            assert_eq!(begins, old.ago(hours_ago + 180 * DAY));
        } else {
            let run = run.says(&["warning: reports.admin: nothing is carried forward", "overlap by 24 hours"]);
            assert!(run.stderr.contains("warning: reports.token: "), "{run:?}");
            assert!(begins > old.ago(180 * DAY + 1), "{begins}");
            assert!(note(&report, "reports.admin").starts_with("nothing was carried forward from "), "{report}");
            tenant.run(&["collect", "--since-snapshot", "old.jsonl", "-o", "new.jsonl"]).exits(0).says(&["warning"]);
            assert!(!activities(&tenant, "new.jsonl").contains(&"admin 1".to_owned()));
        }
    }
}

#[test]
fn only_a_whole_log_is_carried_forward() {
    type Damage = fn(Old) -> Old;
    let damages: [(&str, Damage); 8] = [
        ("read in part", |old| old.source("reports.admin", |source| source["status"] = json!("partial"))),
        ("denied", |old| old.source("reports.admin", |source| source["status"] = json!("denied"))),
        ("not hold this log", |old| old.source("reports.admin", |source| source["id"] = json!("reports.other"))),
        ("1 of its 2 records", |old| old.source("reports.admin", |source| source["items"] = json!(2))),
        ("from when to when", |old| old.source("reports.admin", |source| source["window_from"] = Value::Null)),
        ("two different things", |mut old| {
            let mut other = old.sources[0].clone();
            other["requests"] = json!(7);
            old.sources.push(other);
            old
        }),
        ("not of the documented shape", |mut old| {
            old.lines.push(json!({"type": "activity", "application": "admin", "data": {"id": "?"}}));
            old
        }),
        ("same customer", |mut old| {
            old.lines.retain(|line| line["type"] != "customer");
            old
        }),
    ];
    let tenant = long_proven("");
    for (why, damage) in damages {
        let old = damage(Old::collected(30 * DAY).harmless("1", 190 * DAY));
        old.write(&tenant, "old.jsonl");
        let run = tenant.run(&AUDIT).exits(3).says(&["reports.admin: nothing is carried forward", why]);
        assert!(note(&run.json(), "reports.admin").contains(why), "{why}: {run:?}");
    }
    // The customer that was asked for will do, where it was named.
    let mut named = Old::collected(30 * DAY);
    named.lines.clear();
    named.header["customer"] = json!("C0healthy1");
    named.write(&tenant, "old.jsonl");
    tenant.run(&AUDIT).exits(0).says_nothing();
}

#[test]
fn what_google_drops_is_kept_and_what_it_repeats_is_not() {
    let tenant = long_proven("");
    tenant.run(&["collect", "-o", "bare.jsonl"]).exits(0);
    let bare = activities(&tenant, "bare.jsonl");
    let mut old = Old::collected(30 * DAY).harmless("1", 190 * DAY).harmless("2", 40 * DAY);
    // Of the other logs with that qualifier: another activity.
    old = old.activity("token", "2", 40 * DAY, json!({"name": "revoke", "parameters": []}));
    let text = tenant.sandbox.read("bare.jsonl");
    let shown = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    old.lines.extend(shown.filter(|line| line["type"] == "activity"));
    // Accounts are of their own time.
    old.lines.push(json!({"type": "user", "data": {"primaryEmail": "ghost@healthy.example", "id": "7"}}));
    old.write(&tenant, "old.jsonl");
    tenant.run(&["collect", "--since-snapshot", "old.jsonl", "-o", "new.jsonl"]).exits(0).says_nothing();
    let mut expected = bare;
    expected.extend(["admin 1", "admin 2", "token 2"].map(str::to_owned));
    expected.sort();
    assert_eq!(activities(&tenant, "new.jsonl"), expected);
    assert!(!tenant.sandbox.read("new.jsonl").contains("ghost@healthy.example"));
    let report = tenant.run(&["audit", "--format", "json", "--snapshot", "new.jsonl"]).exits(0).json();
    let said = note(&report, "reports.admin");
    assert!(said.starts_with("1 activity from before "), "{said}");
    assert!(said.ends_with(", and 1 activity from later on that Google did not return again"), "{said}");
    assert!(note(&report, "reports.token").starts_with("no activity from before "), "{report}");
}

#[test]
fn the_past_is_not_overwritten_by_a_bad_day() {
    let fault = "[[fault]]\npath = \"/admin/reports/v1/activity/users/all/applications/admin\"\ntimes = 1\n\
                 kind = \"status\"\nstatus = 403\nreason = \"forbidden\"";
    let tenant = long_proven(fault);
    let old = Old::collected(30 * DAY).harmless("1", 190 * DAY);
    old.write(&tenant, "roll.jsonl");
    let before = tenant.sandbox.names();
    let roll = ["collect", "--since-snapshot", "roll.jsonl", "-o", "./roll.jsonl"];
    tenant.run(&roll).exits(4).says(&["roll.jsonl still holds the past of reports.admin", "left as it was", "help: "]);
    assert_eq!((tenant.sandbox.read("roll.jsonl"), tenant.sandbox.names()), (old.text(), before));
    // The next day goes well.
    tenant.run(&roll).exits(0).says_nothing();
    tenant.run(&["audit", "--snapshot", "roll.jsonl"]).exits(0);

    let tenant = long_proven(fault);
    old.write(&tenant, "old.jsonl");
    let elsewhere = ["collect", "--since-snapshot", "old.jsonl", "-o", "new.jsonl"];
    tenant.run(&elsewhere).exits(0).says(&["reports.admin: nothing is carried forward", "was not read in full"]);
    let report = tenant.run(&["audit", "--format", "json", "--snapshot", "new.jsonl"]).exits(3).json();
    assert_eq!(source(&report, "reports.admin")["window_from"], Value::Null);
    assert_eq!(source(&report, "reports.token")["window_from"], old.ago(210 * DAY));
}

#[test]
fn what_cannot_be_stood_on_is_refused() {
    let tenant = long_proven("");
    let good = Old::collected(30 * DAY).harmless("1", 190 * DAY);
    let refused = |name: &str, text: &str, status: i32, says: &[&str]| {
        tenant.sandbox.write(name, text);
        for args in [&["audit"][..], &["collect", "-o", "new.jsonl"]] {
            let args: Vec<&str> = args.iter().copied().chain(["--since-snapshot", name]).collect();
            tenant.run(&args).exits(status).prints_nothing().says(says);
        }
        assert!(!tenant.sandbox.path("new.jsonl").exists(), "{name}");
    };
    let text = good.text();
    let other = text.replace("C0healthy1", "C0another");
    refused("other.jsonl", &other, 2, &["--since-snapshot: other.jsonl", "C0another, not of C0healthy1"]);
    refused("later.jsonl", &Old::collected(-2).text(), 2, &["--since-snapshot: later.jsonl", "later than now"]);
    let cut = text.trim_end().rsplit_once('\n').expect("lines").0;
    refused("cut.jsonl", &format!("{cut}\n"), 4, &["cut.jsonl is cut short"]);
    refused("empty.jsonl", "", 4, &["empty.jsonl is not a gwsaudit snapshot"]);
    tenant.run(&["audit", "--since-snapshot", "nowhere.jsonl"]).exits(4).says(&["nowhere.jsonl"]);
    tenant.sandbox.write("good.jsonl", &text);
    let both = ["audit", "--snapshot", "good.jsonl", "--since-snapshot", "good.jsonl"];
    tenant.run(&both).exits(2).says(&["--since-snapshot", "--snapshot"]);
    // Who is configured by name is known before anything is asked.
    let named = [("GWSAUDIT_TENANT__CUSTOMER", "C0third"), ("GWSAUDIT_GOOGLE__ENDPOINT", "http://127.0.0.1:9")];
    let run = tenant.run_with(&["audit", "--since-snapshot", "good.jsonl"], &named);
    run.exits(2).says(&["C0healthy1, not of C0third"]);
}
