//! What was denied, cut short, garbled or left out: nothing of it passes, and nothing vanishes.

use super::tenant::{CLOUD, FLOWS, MAIL, NAME, OKTA, Tenant, tenant};
use serde_json::json;

const T0: &str = "2026-10-01T09:00:00Z";

fn healthy() -> Tenant {
    tenant().unit("/Sales").connection().healthy(T0)
}

/// Every result's check, subject kind and status, where that is not `pass`.
fn open(tenant: &Tenant) -> Vec<String> {
    let judged = tenant.judge();
    let results = judged.json["results"].as_array().expect("a list").clone();
    let mut list: Vec<String> = results
        .iter()
        .filter(|result| result["status"] != json!("pass"))
        .map(|result| {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text(&result["check"]), text(&result["subject"]["kind"]), text(&result["status"]))
        })
        .collect();
    list.dedup();
    list
}

#[test]
fn lists_that_could_not_be_read_leave_one_open_result_each() {
    for status in ["denied", "failed", "partial", "skipped"] {
        let units = open(&healthy().source("directory.orgunits", status));
        assert!(units.contains(&"trusted-apps-exempt tenant undetermined".to_owned()), "{status}: {units:?}");
        assert!(units.contains(&"app-trusted tenant undetermined".to_owned()), "{status}: {units:?}");
        for source in ["directory.users", "directory.tokens"] {
            let connections = open(&healthy().source(source, status));
            for check in ["connection-survives-reauth", "repeated-reauthorization"] {
                assert!(connections.contains(&format!("{check} tenant undetermined")), "{source} {status}");
            }
        }
        let witnesses = open(&healthy().source("directory.tokens", status));
        assert!(witnesses.contains(&"client-id-pinned app undetermined".to_owned()), "{status}: {witnesses:?}");
    }
}

#[test]
fn a_log_that_is_not_whole_proves_no_attestation() {
    for status in ["denied", "failed", "partial", "skipped"] {
        let judged = healthy().source("reports.admin", status).judge();
        assert_eq!(judged.session("/"), "unknown unknown, exempt unknown unknown", "{status}");
        assert_eq!(judged.access("/Sales"), "unknown unknown", "{status}");
        assert_eq!(judged.exempt("/"), "undetermined -", "{status}");
        assert_eq!(judged.survives(FLOWS), "undetermined -", "{status}");
    }
}

#[test]
fn sources_without_a_record_count_as_unread() {
    for id in ["reports.admin", "directory.orgunits", "directory.users", "directory.tokens", "reports.token"] {
        let mut tenant = healthy();
        tenant.sources.remove(id);
        assert!(open(&tenant).iter().any(|line| line.ends_with("undetermined")), "{id}");
    }
}

#[test]
fn fewer_records_than_were_counted_are_a_loss() {
    let mut tenant = healthy();
    tenant.sources.get_mut("reports.admin").expect("a source")["items"] = json!(1);
    let judged = tenant.judge();
    assert_eq!(judged.exempt("/"), "undetermined -");
    let source =
        judged.json["sources"].as_array().expect("a list").iter().find(|one| one["id"] == json!("reports.admin"));
    assert_eq!(source.expect("a source")["status"], json!("partial"));
}

#[test]
fn garbled_records_make_their_source_partial() {
    let garbled = [
        ("org_unit", json!({"orgUnitPath": 7}), "trusted-apps-exempt tenant undetermined"),
        ("org_unit", json!({"orgUnitPath": "no path"}), "trusted-apps-exempt tenant undetermined"),
        ("user", json!({"primaryEmail": 7}), "connection-survives-reauth tenant undetermined"),
        ("user", json!({"primaryEmail": ""}), "connection-survives-reauth tenant undetermined"),
        ("grant", json!({"clientId": OKTA, "scopes": "cloud"}), "connection-survives-reauth tenant undetermined"),
        ("grant", json!({"clientId": "", "userKey": FLOWS}), "connection-survives-reauth tenant undetermined"),
        ("grant", json!({"clientId": OKTA, "scopes": [CLOUD]}), "connection-survives-reauth tenant undetermined"),
    ];
    for (kind, data, expected) in garbled {
        let list = open(&healthy().record(kind, data.clone()));
        assert!(list.contains(&expected.to_owned()), "{kind} {data}: {list:?}");
    }
    let mut tenant = healthy();
    tenant.lines.push(json!({"type": "activity", "application": "admin", "data": {"id": {"time": "yesterday"}}}));
    assert_eq!(tenant.judge().exempt("/"), "undetermined -");
}

#[test]
fn a_user_record_without_a_readable_address_deletes_nobody() {
    let tenant = tenant()
        .record("user", json!({"id": "1", "primaryEmail": "", "orgUnitPath": "/"}))
        .grant(FLOWS, OKTA, NAME, &[MAIL])
        .healthy(T0);
    assert_eq!(tenant.judge().survives(FLOWS), "undetermined -");
}

#[test]
fn a_log_that_ends_before_the_moment_of_judgement_does_not_watch() {
    let mut tenant = healthy();
    tenant.sources.get_mut("reports.admin").expect("a source")["window_to"] = json!("2026-11-20T10:00:00Z");
    assert_eq!(tenant.judge().exempt("/"), "undetermined -");
}

#[test]
fn the_worse_of_two_records_of_one_source_counts() {
    for first in ["complete", "partial"] {
        let second = if first == "complete" { "partial" } else { "complete" };
        let mut tenant = healthy().source("reports.admin", first);
        let mut double = tenant.sources["reports.admin"].clone();
        double["status"] = json!(second);
        double["items"] = json!(0);
        tenant.lines.push(json!({"type": "source", "data": double}));
        assert_eq!(tenant.judge().exempt("/"), "undetermined -", "{first}, then {second}");
    }
}
