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

#[test]
fn a_change_in_the_log_names_the_org_units_to_look_at_again() {
    let sandbox = Sandbox::recorded("mixed");
    let stale = ["attest", "--snapshot", "snapshot.jsonl", "--stale"];
    let json = sandbox.run(&[&stale[..], &["--format", "json"]].concat()).exits(1).json();
    assert_eq!(json["complete"], serde_json::json!(true));
    let entries: Vec<String> = json["look_again"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| format!("{} {} {} {}", entry["setting"], entry["org_unit"], entry["app"], entry["by"]))
        .collect();
    insta::assert_snapshot!(entries.join("\n"), @r#""app-access" "/SalesOps" "okta-workflows-gmail" "second-admin@mixed.example""#);
    let listed = sandbox.run(&stale).exits(1).stdout;
    assert!(listed.contains("/SalesOps  app-access of okta-workflows-gmail"), "{listed}");
}

#[test]
fn looking_again_settles_it() {
    let tenant = Tenant::builtin("contradictory");
    let stale = ["attest", "--stale"];
    let listed = tenant.run(&stale).exits(1).stdout;
    for place in ["/Finance  cloud-session-control", "/  app-access", "/Lab  app-access"] {
        assert!(listed.contains(place), "{listed}");
    }
    let flags = "--reauth required --frequency 16h --method password --exempt yes".split(' ');
    let attest: Vec<&str> =
        ["attest", "--setting", "cloud-session-control", "--org-unit", "/Finance"].into_iter().chain(flags).collect();
    tenant.run(&attest).exits(0);
    let after = tenant.run(&stale).exits(1).stdout;
    assert!(!after.contains("/Finance  cloud-session-control"), "{after}");
}
