//! `checks list` and `checks show` of packs.

use serde_json::Value;

use super::REGISTRY;
use crate::cli::harness::Sandbox;

fn printed(args: &[&str]) -> String {
    Sandbox::new().run(args).exits(0).says_nothing().stdout
}

fn last_line(pack: &str) -> String {
    printed(&["checks", "list", "--pack", pack]).lines().last().expect("a line").to_owned()
}

#[test]
fn a_list_ends_with_how_many_are_automated() {
    assert_eq!(last_line("cis-gws-1.3"), "89 checks, 74 automated, 15 for a person to look at");
    assert_eq!(last_line("cis-gws-1.4"), "86 checks, 71 automated, 15 for a person to look at");
    assert_eq!(last_line("scuba-gws-1"), "138 checks, 123 automated, 15 for a person to look at");
    assert_eq!(last_line("okta-workflows-gmail"), "5 checks, 5 automated, 0 for a person to look at");
}

/// JSON is the contract's array, nothing before it and nothing behind.
#[test]
fn json_lists_every_check_once() {
    let list: Vec<Value> = serde_json::from_str(&printed(&["checks", "list", "--format", "json"])).expect("an array");
    assert_eq!(list.len(), REGISTRY.checks().count());
    for (entry, check) in list.iter().zip(REGISTRY.checks()) {
        let meta = check.meta();
        assert_eq!(entry["id"], meta.id.as_str());
        assert_eq!(entry["pack"], meta.pack.as_str());
        assert_eq!(entry["automated"], meta.automated);
        assert_eq!(entry["control"].as_str(), meta.control.as_deref());
        assert_eq!(entry["references"].as_array().map(Vec::len), Some(meta.references.len()));
    }
}

#[test]
fn a_declared_check_is_shown_with_all_that_its_pack_says() {
    insta::assert_snapshot!("show-automated", printed(&["checks", "show", "cis-gws-1.3-4.2.5.1"]));
    insta::assert_snapshot!("show-manual", printed(&["checks", "show", "cis-gws-1.3-3.1.1.1.2"]));
    insta::assert_snapshot!("show-json", printed(&["checks", "show", "cis-gws-1.3-4.2.5.1", "--format", "json"]));
    let explained = printed(&["explain", "cis-gws-1.3-4.2.5.1"]);
    assert_eq!(explained, printed(&["checks", "show", "cis-gws-1.3-4.2.5.1"]));
}

#[test]
fn every_check_can_be_shown() {
    // In one process each would take minutes: a sample of each pack.
    for id in ["app-delegated-broadly", "cis-gws-1.4-1.1.1", "scuba-gws-1-gmail.4.2v1", "trusted-apps-exempt"] {
        let check = REGISTRY.find_check(id).expect("it is there").meta();
        let human = printed(&["checks", "show", id]);
        assert!(human.contains(&check.title), "{human}");
        for collision in &check.conflicts {
            assert!(human.contains(&format!("  {}: ", collision.check)), "{human}");
        }
        let json: Value = serde_json::from_str(&printed(&["checks", "show", id, "--format", "json"])).expect("JSON");
        assert_eq!(json["conflicts"].as_array().map(Vec::len), Some(check.conflicts.len()));
        let console = json["remediation"]["console"].as_str();
        assert_eq!(console.is_some(), REGISTRY.declaration(id).is_some(), "{json}");
        assert!(console.is_none_or(|console| human.contains(console.split(' ').next().expect("a word"))), "{human}");
    }
}

#[test]
fn frameworks_ids_are_understood() {
    let by_id = printed(&["checks", "show", "scuba-gws-1-gmail.9.1v1"]);
    assert_eq!(printed(&["checks", "show", "GWS.GMAIL.9.1v1"]), by_id);
    assert_eq!(printed(&["checks", "show", "gws.gmail.9.1V1"]), by_id);
    // Only the later edition has this one.
    assert!(printed(&["checks", "show", "3.1.2.3.1"]).starts_with("cis-gws-1.4-3.1.2.3.1 ("));
}

#[test]
fn an_id_of_two_editions_is_refused_with_both() {
    let sandbox = Sandbox::new();
    for command in [&["checks", "show", "4.2.5.1"][..], &["explain", "4.2.5.1"]] {
        let says = ["\"4.2.5.1\"", "cis-gws-1.3-4.2.5.1, cis-gws-1.4-4.2.5.1"];
        sandbox.run(command).exits(2).prints_nothing().says(&says);
    }
    sandbox.run(&["checks", "show", "4.2.5.99"]).exits(2).prints_nothing().says(&["no check", "checks list"]);
}
