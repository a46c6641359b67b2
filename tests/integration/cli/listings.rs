//! Catalogues, completions and help.

use gwsaudit::cli::Exit;
use serde_json::Value;

use super::harness::{Sandbox, Tenant};

fn printed(args: &[&str]) -> String {
    Sandbox::new().run(args).exits(0).says_nothing().stdout
}

#[test]
fn checks_are_listed() {
    let text = printed(&["checks", "list", "--format", "json", "--pack", "okta-workflows-gmail"]);
    insta::assert_snapshot!("checks-json", text);
    let list: Vec<Value> = serde_json::from_str(&text).expect("an array");
    for check in &list {
        let fields: Vec<&String> = check.as_object().expect("an object").keys().collect();
        for field in ["id", "pack", "title", "severity", "automated", "references"] {
            assert!(fields.iter().any(|known| *known == field), "{field}: {check}");
        }
        assert!(check["automated"].is_boolean() && check["references"].is_array(), "{check}");
    }
    // Contract sections 5 and 7.2.
    let found: Vec<(&str, &str)> =
        list.iter().filter_map(|check| Some((check["id"].as_str()?, check["severity"].as_str()?))).collect();
    let expected = [
        ("app-trusted", "high"),
        ("client-id-pinned", "medium"),
        ("connection-survives-reauth", "high"),
        ("repeated-reauthorization", "medium"),
        ("trusted-apps-exempt", "high"),
    ];
    assert_eq!(found, expected);
    insta::assert_snapshot!("checks", printed(&["checks", "list", "--pack", "okta-workflows-gmail"]));
}

#[test]
fn a_check_explains_itself() {
    insta::assert_snapshot!("check-app-trusted", printed(&["checks", "show", "app-trusted"]));
    let check: Value =
        serde_json::from_str(&printed(&["checks", "show", "app-trusted", "--format", "json"])).expect("JSON");
    assert_eq!((&check["id"], &check["severity"]), (&"app-trusted".into(), &"high".into()));
    let sandbox = Sandbox::new();
    sandbox.run(&["checks", "show", "app-trustd"]).exits(2).prints_nothing().says(&["app-trustd", "checks list"]);
    sandbox.run(&["checks", "show"]).exits(2);
}

#[test]
fn apps_are_listed_with_the_configurations_additions() {
    insta::assert_snapshot!("apps", printed(&["apps", "list"]));
    let sandbox = Sandbox::new();
    let ids = |sandbox: &Sandbox| -> Vec<Value> {
        let list = sandbox.run(&["apps", "list", "--format", "json"]).exits(0).says_nothing().json();
        list.as_array().expect("an array").clone()
    };
    let before = ids(&sandbox);
    sandbox.write(
        "gwsaudit.toml",
        "[[apps]]\nid = \"our-own\"\nname = \"Our own\"\nclient_ids = [\"7-own.apps.googleusercontent.com\"]\n\
         [[apps]]\nid = \"okta-workflows-gmail\"\nclient_ids = [\"8-okta.apps.googleusercontent.com\"]\n",
    );
    let after = ids(&sandbox);
    assert_eq!(after.len(), before.len() + 1);
    let app = |id: &str| after.iter().find(|app| app["id"] == id).expect("listed");
    assert_eq!((&app("our-own")["name"], &app("our-own")["configured"]), (&"Our own".into(), &true.into()));
    assert_eq!(app("okta-workflows-gmail")["client_ids"][0], "8-okta.apps.googleusercontent.com");
    assert!(after.is_sorted_by_key(|app| app["id"].as_str().map(str::to_owned)));
    sandbox.write("gwsaudit.toml", "[[apps]]\nid = \"Our Own\"\n");
    sandbox.run(&["apps", "list"]).exits(2).prints_nothing().says(&["gwsaudit.toml:2:"]);
}

#[test]
fn apps_are_discovered() {
    let tenant = Tenant::builtin("mixed");
    let human = tenant.run(&["apps", "discover"]).exits(0).says_nothing().stdout;
    insta::assert_snapshot!("apps-discover", human);
    assert!(!human.contains('\u{1b}'), "the name of an app is not to be trusted");
    let json = tenant.run(&["apps", "discover", "--format", "json"]).exits(0).json();
    let clients = json.as_array().expect("an array");
    let pinned: Vec<&str> = clients
        .iter()
        .filter(|client| client["pinned"] == true)
        .filter_map(|client| client["client_id"].as_str())
        .collect();
    assert_eq!(pinned, ["770000000001-okta.apps.googleusercontent.com"]);
    let double = clients.iter().find(|client| client["client_id"] == "770000000002-double.apps.googleusercontent.com");
    assert_eq!(double.expect("discovered")["app"], "okta-workflows-gmail");
    let recorded = Sandbox::recorded("mixed");
    let again = recorded.run(&["apps", "discover", "--snapshot", "snapshot.jsonl", "--format", "json"]).exits(0).json();
    assert_eq!(again, json);
}

#[test]
fn completions_are_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&["completions", shell]);
        assert!(script.contains("gwsaudit") && script.contains("accept-presumed"), "{shell}");
    }
    Sandbox::new().run(&["completions", "tcsh"]).exits(2).says(&["tcsh", "bash"]);
}

#[test]
fn help_is_worth_reading() {
    let help = |args: &[&str]| {
        let sandbox = Sandbox::new();
        sandbox.run_with(args, &[("COLUMNS", "100")]).exits(0).says_nothing().stdout
    };
    insta::assert_snapshot!("help", help(&["--help"]));
    insta::assert_snapshot!("help-audit", help(&["audit", "--help"]));
    insta::assert_snapshot!("help-diff", help(&["diff", "--help"]));
    insta::assert_snapshot!("help-verify", help(&["verify", "--help"]));
    insta::assert_snapshot!("help-attest", help(&["attest", "--help"]));
    insta::assert_snapshot!("help-canary", help(&["canary", "--help"]));
    insta::assert_snapshot!("help-canary-add", help(&["canary", "add", "--help"]));
    insta::assert_snapshot!("help-diagnose", help(&["diagnose", "--help"]));
    insta::assert_snapshot!("help-explain", help(&["explain", "--help"]));
    insta::assert_snapshot!("help-what-if", help(&["what-if", "--help"]));
    insta::assert_snapshot!("help-setup", help(&["setup", "--help"]));
    insta::assert_snapshot!("help-doctor", help(&["doctor", "--help"]));
    insta::assert_snapshot!("help-policy-effective", help(&["policy", "effective", "--help"]));
    for command in [
        "audit",
        "collect",
        "policy",
        "attest",
        "canary",
        "diagnose",
        "explain",
        "diff",
        "verify",
        "schema",
        "setup",
        "doctor",
        "apps",
        "checks",
        "simulator",
        "completions",
    ] {
        let text = help(&[command, "--help"]);
        assert!(text.contains("Usage: gwsaudit"), "{command}: {text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{command}: {text}");
        assert_eq!(help(&["help", command]), text);
    }
    assert!(help(&["-h"]).lines().count() <= help(&["--help"]).lines().count());
}

#[test]
fn help_tells_the_exit_statuses() {
    for args in [&["--help"][..], &["audit", "--help"]] {
        let text = printed(args);
        let table = text.split("Exit status:\n").nth(1).expect("a table");
        let lines: Vec<&str> = table.trim_end().lines().collect();
        assert_eq!(lines.len(), Exit::ALL.len());
        for (line, exit) in lines.iter().zip(Exit::ALL) {
            assert_eq!(*line, format!("  {}  {}", exit.status(), exit.meaning()));
        }
    }
    assert_eq!(Exit::ALL.map(Exit::status), [0, 1, 2, 3, 4, 130]);
}

#[test]
fn the_scenarios_are_listed() {
    let text = printed(&["simulator", "--help"]);
    for scenario in gwsaudit::simulator::Scenario::builtin_names() {
        assert!(text.contains(&format!("\n  {scenario}\n")), "{scenario}: {text}");
    }
}

#[test]
fn version_is_the_packages() {
    assert_eq!(printed(&["--version"]), format!("gwsaudit {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(printed(&["-V"]), printed(&["--version"]));
}

#[test]
fn what_is_not_understood_is_refused() {
    let sandbox = Sandbox::new();
    for (args, says) in [
        (&["adit"][..], "audit"),
        (&["audit", "--fromat", "json"], "--format"),
        (&["audit", "--format", "yaml"], "yaml"),
        (&["audit", "--demo=nowhere"], "okta-gmail-broken"),
        (&["audit", "--demo", "--config", "x.toml"], "--config"),
        (&["audit", "--demo", "--scan", "some"], "choose log, all or auto"),
        (&["checks"], "Usage"),
        (&["simulator", "--listen", "0.0.0.0:0"], "loopback"),
        (&["simulator", "--scenario", "nowhere.toml"], "nowhere.toml"),
        (&[], "Usage"),
    ] {
        let run = sandbox.run(args).exits(2).prints_nothing();
        run.says(&[says]);
    }
    sandbox.write("bad.toml", "about = \"x\"\n[customer]\n");
    sandbox.run(&["simulator", "--scenario", "bad.toml"]).exits(2).prints_nothing().says(&["bad.toml", "line"]);
    assert_eq!(sandbox.names(), ["bad.toml"]);
}

#[test]
fn setup_says_how_to_make_canaries() {
    let text = Sandbox::new().run(&["setup", "canaries"]).exits(0).says_nothing().stdout;
    for words in ["No IAM role on any project", "Desktop app", "gwsaudit canary add"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    Sandbox::new().run(&["setup", "parrots"]).exits(2).says(&["canaries"]);
}
