//! The attestation file, and files of answers.

use super::{BOTH, answering, before, org_units, recorded};
use crate::cli::harness::{Sandbox, Tenant};

#[cfg(unix)]
#[test]
fn the_file_is_the_owners_and_is_only_added_to() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |sandbox: &Sandbox| {
        std::fs::metadata(sandbox.path("attestations.toml")).expect("it is there").permissions().mode() & 0o777
    };
    let sandbox = recorded();
    let lab = |unit| {
        [
            "attest",
            "--snapshot",
            "snapshot.jsonl",
            "--org-unit",
            unit,
            "--setting",
            "cloud-session-control",
            "--reauth",
            "inherit",
        ]
    };
    sandbox.run(&lab("/Office")).exits(0);
    assert_eq!(mode(&sandbox), 0o600);

    // No line end at the end, and a mode of its own.
    sandbox.write("attestations.toml", BOTH);
    let path = sandbox.path("attestations.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    sandbox.run(&lab("/Office")).exits(0);
    let once = sandbox.read("attestations.toml");
    assert!(once.starts_with(&format!("{BOTH}\n\n[[attestation]]\n")), "{once}");
    sandbox.run(&lab("/Workshop")).exits(0);
    let twice = sandbox.read("attestations.toml");
    assert!(twice.starts_with(&once) && twice.matches("[[attestation]]").count() == 3, "{twice}");
    assert_eq!(mode(&sandbox), 0o640);

    // A link stays a link.
    let moved = sandbox.path("kept.toml");
    std::fs::rename(&path, &moved).expect("it can be moved");
    std::os::unix::fs::symlink(&moved, &path).expect("a link");
    sandbox
        .run(&[
            "attest",
            "--offline",
            "--org-unit",
            "/",
            "--setting",
            "app-access",
            "--app",
            "7.example",
            "--access",
            "blocked",
        ])
        .exits(0);
    assert!(std::fs::symlink_metadata(&path).expect("it is there").is_symlink());
    assert!(sandbox.read("kept.toml").starts_with(&twice));
    let temporary: Vec<String> = sandbox.names().into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(temporary.is_empty(), "{temporary:?}");
}

#[test]
fn a_template_goes_out_and_comes_back() {
    let sandbox = recorded();
    let at = before(&sandbox);
    let template = sandbox
        .run(&["attest", "--snapshot", "snapshot.jsonl", "--template", "--at", &at])
        .exits(0)
        .says_nothing()
        .stdout;
    insta::assert_snapshot!("template", template.replace(&at, "[at]"));
    sandbox.write("answers.toml", &template);
    let hand_in = ["attest", "--snapshot", "snapshot.jsonl", "--answers", "answers.toml"];
    sandbox.run(&hand_in).exits(2).prints_nothing().says(&[
        "answers.toml:",
        "reauth: \"\" is not a choice",
        "value: \"\" is not a level",
    ]);
    let filled = template
        .replace(
            "\nvalue = { reauth = \"\", frequency = \"\", method = \"\", exempt_trusted_apps = \"\" }",
            "\nvalue = { reauth = \"required\", exempt_trusted_apps = true }",
        )
        .replace("\nvalue = \"\"", "\nvalue = \"trusted\"");
    let office = "[[attestation]]\nsetting = \"cloud-session-control\"\norg_unit = \"/Office\"\nvalue = { reauth = \"not_required\" }\n";
    sandbox
        .write("answers.toml", format!("{filled}\n{office}attested_at = {at}\nattested_by = \"bob@quiet.example\"\n"));
    assert_eq!(sandbox.run(&hand_in).exits(0).stdout, "3 attestations added to attestations.toml\n");
    let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
    assert_eq!(
        org_units(&report),
        [
            "/: required proven, exempt yes proven; trusted proven",
            "/Office: not_required proven, exempt - -; trusted proven",
            "/Workshop: required proven, exempt yes proven; trusted proven"
        ]
    );
}

#[test]
fn a_file_of_answers_may_leave_out_who_and_when() {
    let sandbox = recorded();
    let table = "[[attestation]]\nsetting = \"cloud-session-control\"\norg_unit = \"/Ofice\"\nvalue = { reauth = \"inherit\" }\n";
    sandbox.write("answers.toml", table);
    let attest = ["attest", "--snapshot", "snapshot.jsonl", "--answers", "answers.toml"];
    sandbox.run(&attest).exits(2).prints_nothing().says(&[
        "answers.toml:1: the tenant has no org unit /Ofice",
        "/Office",
        "--offline",
    ]);
    let offline = ["attest", "--offline", "--answers", "-", "--note", "by hand"];
    answering(&sandbox, &offline, &table.lines().collect::<Vec<_>>()).exits(0).says(&["warning", "taken as written"]);
    let text = sandbox.read("attestations.toml");
    assert!(
        text.contains("/Ofice") && text.contains("owner@quiet.example") && text.contains("note = \"by hand\""),
        "{text}"
    );

    sandbox.write("answers.toml", format!("{}expires = 2099-01-01\n", table.replace("Ofice", "Office")));
    sandbox.run(&attest).exits(2).prints_nothing().says(&["answers.toml:5:", "expires", "`expires_at`"]);
    sandbox.write("answers.toml", format!("{}attested_at = 2999-01-01T00:00:00Z\n", table.replace("Ofice", "Office")));
    sandbox.run(&attest).exits(2).prints_nothing().says(&["answers.toml:1", "future"]);
    sandbox.write("answers.toml", "# nothing\n");
    sandbox.run(&attest).exits(2).prints_nothing().says(&["no [[attestation]]"]);
    sandbox.edit("gwsaudit.toml", "admin = ", "# admin = ");
    sandbox.write("answers.toml", table.replace("Ofice", "Office"));
    sandbox.run(&attest).exits(2).prints_nothing().says(&["`attested_by` is missing"]);
    assert_eq!(sandbox.read("attestations.toml"), text);
}

#[test]
fn a_file_that_is_not_right_is_left_alone() {
    let sandbox = recorded();
    let attest =
        ["attest", "--offline", "--setting", "cloud-session-control", "--org-unit", "/", "--reauth", "required"];
    let list = "attestation = [{ setting = \"cloud-session-control\", org_unit = \"/\", value = { reauth = \"required\" }, \
                attested_by = \"a@b.example\", attested_at = 2026-01-20T10:00:00Z }]\n";
    for (text, says) in [
        ("[[attestation]\n", "attestations.toml:1:"),
        ("[[attestation]]\nsetting = \"cloud\"\n", "attestations.toml:2:"),
        (list, "[[attestation]]"),
    ] {
        sandbox.write("attestations.toml", text);
        sandbox.run(&attest).exits(2).prints_nothing().says(&["attestations.toml", says]);
        assert_eq!(sandbox.read("attestations.toml"), text);
    }
    assert_eq!(sandbox.names(), ["attestations.toml", "gwsaudit.toml", "snapshot.jsonl"]);
}

#[test]
fn without_a_file_to_write_to_the_two_lines_are_told() {
    let sandbox = Sandbox::recorded("never-configured");
    let attest =
        ["attest", "--offline", "--setting", "cloud-session-control", "--org-unit", "/", "--reauth", "required"];
    sandbox.run(&attest).exits(2).prints_nothing().says(&[
        "gwsaudit.toml",
        "[evidence]",
        "attestations = \"attestations.toml\"",
        "--file",
    ]);
    let named: Vec<&str> = attest.iter().copied().chain(["--file", "elsewhere/a.toml"]).collect();
    sandbox.run(&named).exits(4).prints_nothing().says(&["elsewhere/a.toml"]);
    sandbox.write("elsewhere/x", "");
    assert_eq!(sandbox.run(&named).exits(0).stdout, "1 attestation added to elsewhere/a.toml\n");
    sandbox.run(&["attest", "--demo"]).exits(2).prints_nothing().says(&["--file"]);
    let demo = [
        "attest",
        "--demo=mixed",
        "--setting",
        "cloud-session-control",
        "--org-unit",
        "/Sales",
        "--reauth",
        "inherit",
        "--file",
        "demo.toml",
    ];
    sandbox.run(&demo).exits(0);
    assert!(sandbox.read("demo.toml").contains("auditor@mixed.example"));
}

#[test]
fn a_tenant_that_cannot_be_read_is_not_needed() {
    let sandbox = recorded();
    let flags = ["attest", "--setting", "cloud-session-control", "--org-unit", "/Office", "--reauth", "inherit"];
    sandbox.edit("gwsaudit.toml", "key_file", "# key_file");
    // Whatever machine this runs on is not asked for its service account.
    let run = sandbox.run_with(&flags, &[("NO_GCE_CHECK", "true")]).exits(2).prints_nothing();
    run.says(&["no credentials", "--offline"]);
    let denied = Tenant::with("never-configured", "[service]\ndelegated_scopes = [\"admin.reports.audit.readonly\"]");
    denied.run(&flags[..1]).exits(2).says(&["nowhere to write"]);
    let file: Vec<&str> = flags.iter().copied().chain(["--file", "a.toml"]).collect();
    denied.run(&file).exits(4).prints_nothing().says(&["directory.orgunits", "--offline"]);
    // Where the org units can be read, nothing else is asked for.
    let enough =
        Tenant::with("never-configured", "[service]\ndelegated_scopes = [\"admin.directory.orgunit.readonly\"]");
    let run = enough.run(&file).exits(0);
    assert!(!run.stderr.contains("warning"), "{run:?}");
}

#[test]
fn what_is_seen_after_the_snapshot_is_warned_about() {
    let sandbox = recorded();
    let text = sandbox.read("snapshot.jsonl");
    let (header, rest) = text.split_once('\n').expect("lines");
    let mut header: serde_json::Value = serde_json::from_str(header).expect("a header");
    let taken: jiff::Timestamp = header["collected_at"].as_str().expect("text").parse().expect("a time");
    header["collected_at"] = serde_json::json!(taken - jiff::SignedDuration::from_mins(5));
    sandbox.write("snapshot.jsonl", format!("{header}\n{rest}"));
    let attest = [
        "attest",
        "--snapshot",
        "snapshot.jsonl",
        "--setting",
        "cloud-session-control",
        "--org-unit",
        "/",
        "--reauth",
        "required",
    ];
    sandbox.run(&attest).exits(0).says(&["warning", "the snapshot is of", "new snapshot"]);
    let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
    assert!(org_units(&report)[0].starts_with("/: required presumed"), "{:?}", org_units(&report));
}
