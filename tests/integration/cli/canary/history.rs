//! The history, whatever happens to its file.

use super::{STRICT, World};

const HISTORY: &str = "state/history.jsonl";

#[test]
fn a_torn_line_is_kept_aside_and_told_of() {
    let world = World::new();
    world.added(&STRICT, "strict@canary.example");
    world.advance("1h");
    world.refresh(0);
    let sandbox = &world.tenant.sandbox;
    let whole = sandbox.read(HISTORY);
    let torn = r#"{"canary":"strict-untrusted","authorized_at":"2026-"#;
    sandbox.append(HISTORY, torn);
    let run = world.run(&["canary", "list", "--format", "json"]).exits(0);
    assert_eq!(run.json()[0]["bracket"]["survived_seconds"], 3600);
    run.says(&["warning", "torn", "history.torn"]);
    assert_eq!((sandbox.read(HISTORY), sandbox.read("state/history.torn")), (whole.clone(), format!("{torn}\n")));

    // Once is enough, and nothing is added to half a line.
    sandbox.append(HISTORY, torn);
    let run = world.run(&["canary", "refresh"]).exits(0).says(&["torn"]);
    assert!(run.stdout.contains("refreshed"));
    assert_eq!(sandbox.read("state/history.torn"), format!("{torn}\n{torn}\n"));
    assert!(sandbox.read(HISTORY).starts_with(&whole) && sandbox.read(HISTORY).lines().count() == 3);
    world.run(&["canary", "list"]).exits(0).says_nothing();
}

#[test]
fn a_line_that_cannot_be_read_stays_and_is_told_of() {
    let world = World::new();
    world.added(&STRICT, "strict@canary.example");
    world.tenant.sandbox.append(HISTORY, "nonsense\n");
    world.refresh(0);
    let run = world.run(&["canary", "list", "--format", "json"]).exits(0);
    assert_eq!(run.json()[0]["last"]["outcome"], "refreshed");
    run.says(&["cannot be read in full (line 2)"]);
    assert!(world.tenant.sandbox.read(HISTORY).contains("\nnonsense\n"));
}

#[test]
fn a_registry_that_is_not_right_is_refused_with_its_line() {
    let world = World::new();
    world.added(&STRICT, "strict@canary.example");
    world.tenant.sandbox.edit("state/canaries.toml", "role = \"untrusted\"", "role = \"friendly\"");
    world.run(&["canary", "refresh"]).exits(4).prints_nothing().says(&["canaries.toml", "line 6", "friendly"]);
}

/// Runs side by side wait for each other where they write, and lose nothing.
#[test]
fn runs_side_by_side_lose_nothing() {
    let world = World::new();
    world.pair("/Open", "open@canary.example");
    let args = ["canary", "refresh", "--config", "sim/gwsaudit.toml"];
    let running: Vec<_> = (0..4).map(|_| world.tenant.sandbox.process(&args).spawn().expect("it starts")).collect();
    for child in running {
        world.tenant.sandbox.ended(child.wait_with_output().expect("it ends")).exits(0);
    }
    let history = world.tenant.sandbox.read(HISTORY);
    assert_eq!(history.lines().count(), 2 + 4 * 2, "{history}");
    world.run(&["canary", "list"]).exits(0).says_nothing();
}
