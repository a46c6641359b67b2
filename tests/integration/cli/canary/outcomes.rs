//! What becomes of a canary, and what is made of it.

use serde_json::Value;

use super::World;

/// Nothing is required in `/Open`; 4 hours in `/Exempt` and `/Strict`, trusted apps exempt in the former alone.
#[test]
fn a_pair_tells_the_settings_apart() {
    let world = World::new();
    world.pair("/Open", "open@canary.example");
    world.pair("/Exempt", "exempt@canary.example");
    world.pair("/Strict", "strict@canary.example");
    let outcomes = |refused: &[&str]| -> Vec<String> {
        let ids = [
            "exempt-trusted",
            "exempt-untrusted",
            "open-trusted",
            "open-untrusted",
            "strict-trusted",
            "strict-untrusted",
        ];
        let outcome = |id: &str| if refused.contains(&id) { "invalid_rapt" } else { "refreshed" };
        ids.iter().map(|id| format!("{id}: {}", outcome(id))).collect()
    };
    world.advance("3h");
    assert_eq!(world.refresh(0), outcomes(&[]));
    world.advance("2h");
    assert_eq!(world.refresh(0), outcomes(&["exempt-untrusted", "strict-trusted", "strict-untrusted"]));
    let bracket = |id: &str| {
        let bracket = world.listed(id)["bracket"].clone();
        (bracket["survived_seconds"].as_i64(), bracket["failed_seconds"].as_i64())
    };
    assert_eq!(bracket("strict-untrusted"), (Some(3 * 3600), Some(5 * 3600)));
    assert_eq!(bracket("exempt-trusted"), (Some(5 * 3600), None));
    let last = world.listed("strict-untrusted")["last"].clone();
    assert_eq!(last["detail"], "invalid_grant: reauth related error (invalid_rapt)");
    assert_eq!(last["clock"], "google");
    let text = world.run(&["canary", "list"]).exits(0).stdout;
    assert!(text.contains("refreshed at the age of 3 h, refused for reauthentication at that of 5 h"), "{text}");
    world.hides_secrets(&[]);
}

#[test]
fn one_can_be_tried_alone() {
    let world = World::new();
    world.pair("/Open", "open@canary.example");
    let run = world.run(&["canary", "refresh", "open-trusted"]).exits(0).says_nothing();
    assert!(run.stdout.starts_with("open-trusted  trusted in /Open: refreshed at "), "{run:?}");
    assert!(!run.stdout.contains("open-untrusted"));
    assert!(world.listed("open-untrusted")["last"].is_null());
}

/// What says nothing of session control is told apart, and exits with 1.
#[test]
fn other_ends_are_told_apart() {
    let world = World::new();
    let open = |role: &str, id: &str, user: &str| {
        let client = format!("sim/client-{role}.json");
        let args = ["canary", "add", "--org-unit", "/Open", "--client", &client, "--role", role, "--id", id];
        world.added(&args, user);
    };
    open("trusted", "leaver", "leaver@canary.example");
    open("untrusted", "goner", "goner@canary.example");
    world.added(&super::STRICT, "strict@canary.example");
    world.revoke("strict-untrusted");
    world.advance("3h");
    assert_eq!(world.refresh(1), ["goner: account", "leaver: account", "strict-untrusted: revoked_or_expired"]);
    let text = world.run(&["canary", "refresh"]).exits(1).stdout;
    assert!(text.contains("  invalid_grant: Token has been expired or revoked.\n"), "{text}");
}

#[test]
fn google_out_of_reach_teaches_nothing() {
    let mut world = World::new();
    world.pair("/Open", "open@canary.example");
    assert_eq!(world.refresh(0).len(), 2);
    world.tenant.stop();
    assert_eq!(world.refresh(1), ["open-trusted: unreachable", "open-untrusted: unreachable"]);
    let last = world.listed("open-trusted")["last"].clone();
    assert_eq!((&last["outcome"], &last["clock"]), (&"unreachable".into(), &"machine".into()));
    assert_eq!(world.listed("open-trusted")["bracket"]["survived_seconds"], 0);

    // Nor can it be revoked: it stays, unless that is wanted.
    world.run(&["canary", "remove", "open-trusted"]).exits(4).says(&["could not be revoked", "--force"]);
    assert_eq!(world.refresh(1).len(), 2);
    let run = world.run(&["canary", "remove", "open-trusted", "--force"]).exits(0);
    run.says(&["warning", "open@canary.example", "https://myaccount.google.com/connections"]);
    assert_eq!(world.refresh(1), ["open-untrusted: unreachable"]);
    assert!(!world.tenant.sandbox.path("state/tokens/open-trusted.json").exists());
}

#[test]
fn removing_revokes_first() {
    let world = World::new();
    world.added(&super::STRICT, "strict@canary.example");
    let kept = world.tenant.sandbox.read("state/tokens/strict-untrusted.json");
    let run = world.run(&["canary", "remove", "strict-untrusted", "-vv"]).exits(0);
    assert!(run.stdout.starts_with("strict-untrusted is removed; its history stays"), "{run:?}");
    assert!(!world.tenant.sandbox.path("state/tokens/strict-untrusted.json").exists());
    assert!(world.refresh(0).is_empty());
    let history = world.tenant.sandbox.read("state/history.jsonl");
    let events: Vec<Value> = history.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events.iter().map(|event| &event["event"]).collect::<Vec<_>>(), ["authorized", "removed"]);

    // The same id again is another canary; the token of the former one is not taken for its own.
    world.advance("1h");
    world.added(&super::STRICT, "strict@canary.example");
    assert_eq!(world.listed("strict-untrusted")["lives"].as_array().expect("lives").len(), 1);
    world.tenant.sandbox.write("state/tokens/strict-untrusted.json", kept);
    #[cfg(unix)]
    super::keeping::chmod(&world.tenant.sandbox.path("state/tokens/strict-untrusted.json"), 0o600);
    let run = world.run(&["canary", "refresh"]).exits(1);
    assert!(run.stdout.contains("not tried") && run.stdout.contains("earlier canary"), "{run:?}");
}

/// A token is sent nowhere but to where it came from.
#[test]
fn a_token_stays_with_its_server() {
    let world = World::new();
    world.added(&super::STRICT, "strict@canary.example");
    let elsewhere = world.tenant.url().replace("127.0.0.1", "localhost");
    let environment = [("GWSAUDIT_GOOGLE__ENDPOINT", elsewhere.as_str())];
    let run = world.tenant.run_with(&["canary", "refresh"], &environment).exits(1);
    assert!(run.stdout.contains("not tried: it was authorised at http://127.0.0.1"), "{run:?}");
    let run = world.tenant.run_with(&["canary", "remove", "strict-untrusted"], &environment).exits(4);
    run.says(&["could not be revoked", "it was authorised at"]);
    assert_eq!(world.refresh(0), ["strict-untrusted: refreshed"]);
}
