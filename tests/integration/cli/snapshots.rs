//! Snapshots that are not what they should be.

use super::harness::{Run, Sandbox, Tenant};

fn audit(content: impl AsRef<[u8]>, name: &str) -> Run {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    sandbox.write(name, content);
    sandbox.run(&["audit", "--format", "json", "--snapshot", name]).prints_nothing().says(&[name])
}

fn whole() -> String {
    Sandbox::recorded("okta-gmail-broken").read("snapshot.jsonl")
}

#[test]
fn a_malformed_line_is_named() {
    let whole = whole();
    let mut lines: Vec<&str> = whole.lines().collect();
    for (garbage, number) in [("{\"type\": ", 7), ("not JSON at all", 12), ("[]", 20), ("{\"no\": \"type\"}", 9)] {
        let kept = std::mem::replace(&mut lines[number - 1], garbage);
        let text = lines.join("\n") + "\n";
        audit(text, "bad.jsonl").exits(4).says(&[&format!("line {number} "), "gwsaudit collect"]);
        lines[number - 1] = kept;
    }
    let mut bytes = whole.clone().into_bytes();
    let fifth = whole.match_indices('\n').nth(3).expect("five lines").0 + 1;
    bytes[fifth + 10] = 0xff;
    audit(bytes, "latin.jsonl").exits(4).says(&["line 5 ", "UTF-8"]);
}

#[test]
fn a_cut_file_is_told_from_a_short_tenant() {
    let whole = whole();
    let breaks: Vec<usize> = whole.match_indices('\n').map(|(at, _)| at + 1).collect();
    for at in [breaks[0], breaks[3], breaks[breaks.len() / 2], breaks[breaks.len() - 2]] {
        audit(&whole[..at], "cut.jsonl").exits(4).says(&["cut short", "gwsaudit collect"]);
        audit(&whole[..at + 5], "cut-in-line.jsonl").exits(4).says(&["gwsaudit collect"]);
    }
    // A line break is all that is lost.
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    sandbox.write("trimmed.jsonl", whole.trim_end());
    sandbox.run(&["audit", "--snapshot", "trimmed.jsonl"]).exits(1);
}

#[test]
fn a_lost_line_is_noticed() {
    let sandbox = Sandbox::recorded("healthy");
    let whole = sandbox.read("snapshot.jsonl");
    let lines: Vec<&str> = whole.lines().collect();
    for victim in (1..lines.len() - 1).step_by(3) {
        let rest: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != victim).map(|(_, line)| *line).collect();
        sandbox.write("lost.jsonl", rest.join("\n") + "\n");
        let run = sandbox.run(&["audit", "--format", "json", "--snapshot", "lost.jsonl"]);
        if run.stderr.is_empty() {
            let report = run.json();
            let incomplete =
                report["sources"].as_array().expect("sources").iter().any(|source| source["status"] != "complete");
            let unsure = report["summary"]["undetermined"] != 0;
            assert!(incomplete || unsure, "line {victim}, {}: {run:?}", lines[victim]);
        }
    }
}

#[test]
fn a_cut_compressed_file_is_told() {
    let tenant = Tenant::builtin("okta-gmail-broken");
    tenant.run(&["collect", "-o", "whole.jsonl.zst"]).exits(0);
    let whole = std::fs::read(tenant.sandbox.path("whole.jsonl.zst")).expect("a snapshot");
    for length in [whole.len() - 1, whole.len() / 2, 9, 3] {
        audit(&whole[..length], "cut.jsonl.zst").exits(4);
    }
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    audit(flipped, "flipped.jsonl.zst").exits(4);
    audit(b"{\"schema\":\"gwsaudit/snapshot/1\"}\n", "plain.jsonl.zst").exits(4);
    audit(whole, "packed-without-saying.jsonl").exits(4);
}

#[test]
fn other_files_are_not_snapshots() {
    for text in ["", "\n", "hello\n", "{}\n", "[]\n", "{\"schema\":\"someone/else/1\"}\n", "{\"schema\":1}\n"] {
        audit(text, "other.jsonl").exits(4).says(&["not a gwsaudit snapshot"]);
    }
    let report = Sandbox::recorded("healthy").run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]);
    audit(report.stdout, "report.json").exits(4);
    let newer = whole().replacen("gwsaudit/snapshot/1", "gwsaudit/snapshot/2", 1);
    audit(newer, "newer.jsonl").exits(4).says(&["gwsaudit/snapshot/2", "gwsaudit/snapshot/1"]);
}

#[test]
fn a_snapshot_must_be_there() {
    let sandbox = Sandbox::recorded("healthy");
    sandbox.run(&["audit", "--snapshot", "nowhere.jsonl"]).exits(4).prints_nothing().says(&["nowhere.jsonl"]);
    sandbox.run(&["audit", "--snapshot", "."]).exits(4).prints_nothing();
    sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--demo"]).exits(2).says(&["--demo", "--snapshot"]);
    sandbox.run(&["audit", "--snapshot"]).exits(2);
}

#[test]
fn a_snapshot_needs_neither_key_nor_network() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    assert!(!sandbox.names().iter().any(|name| name.contains("service-account")));
    sandbox.run(&["audit", "--snapshot", "snapshot.jsonl"]).exits(1).says_nothing();
    // Nor a configuration, though less is known then.
    let bare = Sandbox::new();
    bare.write("snapshot.jsonl", sandbox.read("snapshot.jsonl"));
    let report = bare.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
    assert_eq!(report["tenant"]["primary_domain"], "acme.example");
}
