//! What must be looked at again.

use crate::cli::harness::{Sandbox, Tenant};

#[test]
fn nothing_is_stale_where_nothing_changed() {
    let sandbox = Sandbox::recorded("healthy");
    let stale = ["attest", "--snapshot", "snapshot.jsonl", "--stale"];
    let list = |more: &[&'static str]| -> Vec<&str> { stale.iter().chain(more).copied().collect() };
    assert_eq!(sandbox.run(&stale).exits(0).says_nothing().stdout, "Nothing to look at again.\n");
    let json = sandbox.run(&list(&["--format", "json"])).exits(0).json();
    assert_eq!(json, serde_json::json!({ "complete": true, "look_again": [] }));
    let text = sandbox.read("attestations.toml");
    sandbox.run(&list(&["--ask"])).exits(0).says(&["Nothing is written."]);
    assert_eq!(sandbox.read("attestations.toml"), text);
}

/// "Nothing to look at again" is not what somebody may say who could not look.
#[test]
fn without_the_log_nothing_is_known_to_be_up_to_date() {
    let tenant =
        Tenant::with("never-configured", "[service]\ndelegated_scopes = [\"admin.directory.orgunit.readonly\"]");
    for more in [&[][..], &["--format", "json"], &["--ask", "--file", "a.toml"]] {
        let args: Vec<&str> = ["attest", "--stale"].iter().chain(more).copied().collect();
        let run = tenant.run(&args).exits(3).says(&["warning", "not at hand in full"]);
        assert!(!run.stdout.contains("Nothing to look at again"), "{run:?}");
    }
}
