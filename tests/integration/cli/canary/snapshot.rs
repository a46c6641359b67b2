//! Canaries in audits and snapshots.

use serde_json::Value;

use super::super::harness::Run;
use super::World;

fn records(text: &str, kind: &str) -> Vec<Value> {
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["type"] == kind).map(|line| line["data"].clone()).collect()
}

fn collected(world: &World, more: &[&str]) -> (Vec<Value>, Option<Value>) {
    world.run(&[&["collect", "-vv", "-o", "tenant.jsonl"][..], more].concat()).exits(0);
    let text = world.tenant.sandbox.read("tenant.jsonl");
    let source = records(&text, "source").into_iter().find(|source| source["id"] == "canaries");
    (records(&text, "canary"), source)
}

fn source_of(run: &Run) -> Value {
    let sources = run.json()["sources"].clone();
    sources.as_array().expect("sources").iter().find(|source| source["id"] == "canaries").cloned().unwrap_or_default()
}

#[test]
fn every_canary_is_tried_and_recorded() {
    let world = World::new();
    assert_eq!(collected(&world, &[]), (vec![], None));
    world.pair("/Strict", "strict@canary.example");
    for hours in ["1h", "1h", "1h", "2h"] {
        world.advance(hours);
        collected(&world, &[]);
    }
    let (canaries, source) = collected(&world, &[]);
    let source = source.expect("a source");
    assert_eq!((&source["status"], &source["requests"], &source["items"]), (&"complete".into(), &2.into(), &2.into()));
    let one = canaries.iter().find(|canary| canary["id"] == "strict-untrusted").expect("recorded");
    let keys: Vec<&str> = one.as_object().expect("an object").keys().map(String::as_str).collect();
    let known = ["id", "org_unit", "role", "client_id", "user", "user_id", "added_at", "org_unit_checked_at", "lives"];
    assert!(keys.iter().all(|key| known.contains(key)), "{keys:?}");
    assert_eq!((&one["org_unit"], &one["user"]), (&"/Strict".into(), &"strict@canary.example".into()));
    let life = &one["lives"][0];
    assert_eq!(life["authorized_at"], one["added_at"]);
    let tries: Vec<&str> =
        life["tries"].as_array().expect("tries").iter().filter_map(|one| one["outcome"].as_str()).collect();
    assert_eq!(tries, ["refreshed", "refreshed", "invalid_rapt", "invalid_rapt"], "runs are first and last");
    world.hides_secrets(&[]);

    let audit = world.run(&["audit", "-vv", "--format", "json"]);
    assert_eq!(source_of(&audit)["status"], "complete");
    // A snapshot is judged as it is: nothing is tried for it.
    let before = world.tenant.sandbox.read("state/history.jsonl");
    let audit = world.run(&["audit", "--snapshot", "tenant.jsonl", "--format", "json"]);
    assert_eq!(source_of(&audit)["status"], "complete");
    assert_eq!(world.tenant.sandbox.read("state/history.jsonl"), before);
}

#[test]
fn they_can_be_left_alone() {
    let world = World::new();
    world.pair("/Open", "open@canary.example");
    let before = world.tenant.sandbox.read("state/history.jsonl");
    let (canaries, source) = collected(&world, &["--no-canaries"]);
    let source = source.expect("a source");
    assert!(canaries.is_empty() && source["status"] == "skipped" && source["note"].as_str().is_some());
    world.run(&["apps", "discover"]).exits(0);
    assert_eq!(world.tenant.sandbox.read("state/history.jsonl"), before);
    // A demo is another tenant, whatever the surroundings say.
    let state = world.tenant.sandbox.path("state");
    let surroundings = [("GWSAUDIT_CANARIES__STATE_DIR", state.to_str().expect("UTF-8"))];
    let run = world.tenant.sandbox.run_with(&["audit", "--demo", "--format", "json"], &surroundings).exits(1);
    assert_eq!(source_of(&run), Value::Null);
    assert_eq!(world.tenant.sandbox.read("state/history.jsonl"), before);
}

#[test]
fn what_could_not_be_tried_is_said() {
    let world = World::new();
    world.pair("/Open", "open@canary.example");
    std::fs::remove_file(world.tenant.sandbox.path("state/tokens/open-trusted.json")).expect("it was there");
    let (canaries, source) = collected(&world, &[]);
    let source = source.expect("a source");
    assert_eq!((canaries.len(), &source["status"], &source["requests"]), (2, &"partial".into(), &1.into()));
    let error = source["error"].as_str().expect("an error");
    assert!(error.contains("open-trusted could not be tried: its token is not there"), "{error}");

    world.tenant.sandbox.write("state/canaries.toml", "nonsense");
    let run = world.run(&["audit", "--format", "json"]);
    let source = source_of(&run);
    assert_eq!(source["status"], "failed", "{source}");
    run.says(&["canaries could not be read", "canaries.toml"]);
}

/// Two tenants may share a folder, as it is one user's.
#[test]
fn another_tenants_canaries_stay_out() {
    let world = World::new();
    world.pair("/Open", "open@canary.example");
    world.tenant.sandbox.edit("state/canaries.toml", "customer = \"C0canary1\"", "customer = \"C0another\"");
    assert_eq!(collected(&world, &[]), (vec![], None));
}
