//! Packs of one's own: `checks test DIR`, `--pack-dir`, and what is said where they are wrong.

use crate::cli::harness::Sandbox;

const SOUND: &str = r#"pack: own
title: Our own
checks:
  - id: own-imap
    title: IMAP is off
    severity: high
    subject: org_unit
    rationale: Old mail clients know no second step.
    condition: settings.gmail.imap_access.enableImapAccess == false
    message: IMAP is {settings.gmail.imap_access.enableImapAccess}.
    remediation: {console: Apps > Google Workspace > Gmail > End User Access, steps: [Turn it off.]}
    examples:
      - {name: off, status: pass, settings: {gmail.imap_access: {enableImapAccess: false}}}
      - {status: undetermined, denied: [cloudidentity.policies]}
"#;

fn with_packs(text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("packs/own.yaml", text);
    sandbox
}

#[test]
fn right_examples_are_counted() {
    let sandbox = with_packs(SOUND);
    let run = sandbox.run(&["checks", "test", "packs"]).exits(0).says_nothing();
    assert_eq!(run.stdout, "2 examples, 0 of them wrong.\n", "those of the folder alone");
    let json = sandbox.run(&["checks", "test", "packs", "--format", "json"]).exits(0).json();
    assert_eq!(json, serde_json::json!({"examples": 2, "wrong": []}));
}

#[test]
fn a_wrong_example_is_told_with_place_and_difference() {
    let sandbox = with_packs(&SOUND.replace("status: pass", "status: fail"));
    let run = sandbox.run(&["checks", "test", "packs"]).exits(1).says_nothing();
    let told = "packs/own.yaml:13: own-imap, off\n    /: expected fail, got pass (IMAP is off.)\n\
                2 examples, 1 of them wrong.\n";
    assert_eq!(run.stdout, told);
    let json = sandbox.run(&["checks", "test", "packs", "--format", "json"]).exits(1).json();
    let wrong = serde_json::json!([{
        "check": "own-imap",
        "file": "packs/own.yaml",
        "line": 13,
        "name": "off",
        "differences": [{"subject": "/", "expected": "fail", "got": "pass", "says": "IMAP is off."}],
    }]);
    assert_eq!(json["wrong"], wrong);
}

#[test]
fn a_wrong_pack_is_refused_wherever_it_is_needed() {
    let sandbox =
        with_packs(&SOUND.replace("condition: settings.gmail.imap_access.", "condition: settings.gmail.imap."));
    let told = [
        "packs/own.yaml:9:16: there is no setting gmail.imap; the nearest known one is `gmail.imap_access`",
        "      condition: settings.gmail.imap.enableImapAccess == false",
        "                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ];
    sandbox.run(&["checks", "test", "packs"]).exits(2).prints_nothing().says(&told);
    for args in [
        &["checks", "list"][..],
        &["checks", "show", "own-imap"],
        &["explain", "own-imap"],
        &["audit", "--demo", "--pack", "own"],
        &["collect", "--demo", "-o", "tenant.jsonl"],
    ] {
        let args: Vec<&str> = args.iter().copied().chain(["--pack-dir", "packs"]).collect();
        sandbox.run(&args).exits(2).prints_nothing().says(&told[..1]);
    }
    assert_eq!(sandbox.names(), ["packs"], "nothing was written");
}

#[test]
fn folders_without_packs_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("empty/readme.txt", "");
    sandbox.run(&["checks", "test", "empty"]).exits(2).prints_nothing().says(&["empty: there is no *.yaml file in it"]);
    sandbox
        .run(&["checks", "list", "--pack-dir", "nowhere"])
        .exits(2)
        .prints_nothing()
        .says(&["nowhere", "cannot be read"]);
}

#[test]
fn a_pack_of_ones_own_is_listed_shown_and_audited() {
    let sandbox = with_packs(SOUND);
    let list = sandbox.run(&["checks", "list", "--pack-dir", "packs", "--pack", "own"]).exits(0).says_nothing().stdout;
    assert_eq!(list, "own-imap  high      IMAP is off\n\n1 checks, 1 automated, 0 for a person to look at\n");
    sandbox.run(&["checks", "list", "--pack", "own"]).exits(2).says(&["own"]);
    let shown = sandbox.run(&["checks", "show", "own-imap", "--pack-dir", "packs"]).exits(0).says_nothing().stdout;
    assert!(shown.starts_with("own-imap (high, pack own)\nIMAP is off\n\nWhy\n"), "{shown}");
    // The simulated tenant has no policy of that type.
    let report =
        sandbox.run(&["audit", "--demo", "--pack-dir", "packs", "--pack", "own", "--format", "json"]).exits(3).json();
    let results = report["results"].as_array().expect("results");
    assert!(!results.is_empty() && results.iter().all(|result| result["check"] == "own-imap"), "{report}");
    assert!(results.iter().all(|result| result["pack"] == "own" && result["status"] == "undetermined"), "{report}");
    let asked: Vec<&str> = report["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .filter(|source| source["status"] != "skipped")
        .filter_map(|source| source["id"].as_str())
        .collect();
    assert!(asked.contains(&"cloudidentity.policies"), "{asked:?}");
}

#[test]
fn the_configuration_names_folders_relative_to_itself() {
    let sandbox = with_packs(SOUND);
    sandbox.write("etc/gwsaudit.toml", "[audit]\npacks = [\"own\"]\npack_dirs = [\"../packs\"]\n");
    let snapshot = Sandbox::recorded("healthy");
    sandbox.write("tenant.jsonl", snapshot.read("snapshot.jsonl"));
    let args = ["audit", "--config", "etc/gwsaudit.toml", "--snapshot", "tenant.jsonl", "--format", "json"];
    let report = sandbox.run(&args).exits(3).json();
    assert_eq!(report["results"][0]["check"], "own-imap", "{report}");
}
