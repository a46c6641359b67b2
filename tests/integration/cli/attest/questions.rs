//! One question after the other, answered through a pipe.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use super::{BOTH, answering, org_units, quiet, recorded};

#[test]
fn a_few_answers_prove_two_thousand_org_units() {
    let mut tables = String::new();
    for department in 0..40 {
        writeln!(tables, "[[org_unit]]\npath = \"/D{department:02}\"").expect("memory");
        for team in 0..50 {
            writeln!(tables, "[[org_unit]]\npath = \"/D{department:02}/T{team:02}\"").expect("memory");
        }
    }
    let tenant = quiet(&tables);
    let answers = [
        "", // who
        "required",
        "16 hours",
        "pass",
        "yes", // the root
        "/D07",
        "/D07/T01",
        "",             // overridden
        "not required", // /D07
        "r",
        "4h",
        "security_key",
        "no",      // /D07/T01
        "trusted", // the root, for the app
        "/D20",
        "",
        "limited",
        "yes",
    ];
    let run = answering(&tenant.sandbox, &["attest", "--config", "sim/gwsaudit.toml"], &answers).exits(0).says(&[
        "https://admin.google.com/ac/security/reauth/admin-tools",
        "Menu: Security > Access and data control > Google Cloud session control",
        "https://admin.google.com/ac/owl/list?tab=configuredApps",
        "Menu: Security > Access and data control > API controls > Manage third-party app access",
        "330000000001-quiet.apps.googleusercontent.com",
        "Which org units does the page mark as Overridden, not Inherited?",
        "Add this to sim/attestations.toml?",
    ]);
    assert_eq!(run.stdout, "5 attestations added to sim/attestations.toml\n");
    let text = tenant.sandbox.read("sim/attestations.toml");
    let at = text.lines().find_map(|line| line.strip_prefix("attested_at = ")).expect("it is dated").to_owned();
    insta::assert_snapshot!("two-thousand", text.replace(&at, "[at]"));

    let report = tenant.run(&["audit", "--format", "json"]).json();
    let units = org_units(&report);
    assert_eq!(units.len(), 2_043);
    for (unit, says) in [
        ("/", "required proven, exempt yes proven; trusted proven"),
        ("/D07", "not_required proven, exempt - -; trusted proven"),
        ("/D07/T00", "not_required proven, exempt - -; trusted proven"),
        ("/D07/T01", "required proven, exempt no proven; trusted proven"),
        ("/D20/T49", "required proven, exempt yes proven; limited proven"),
        ("/D39/T49", "required proven, exempt yes proven; trusted proven"),
    ] {
        assert!(
            units.contains(&format!("{unit}: {says}")),
            "{unit} {:?}",
            units.iter().find(|is| is.starts_with(unit))
        );
    }
    let unproven: Vec<&String> =
        units.iter().filter(|unit| unit.contains("unknown") || unit.contains("presumed")).collect();
    assert!(unproven.is_empty(), "{unproven:?}");
}

#[test]
fn answers_that_cannot_be_used_are_asked_again() {
    let sandbox = recorded();
    let attest = ["attest", "--snapshot", "snapshot.jsonl", "--setting", "cloud-session-control"];
    let answers = [
        "nobody",
        "alice@quiet.example",
        "perhaps",
        "inherit",
        "required",
        "25h",
        "16",
        "fingerprint",
        "password",
        "y",
        "Office",
        "/Ofice",
        "/",
        "/Office",
        "/Office",
        "",
        "inherit",
        "maybe",
        "no",
    ];
    let run = answering(&sandbox, &attest, &answers).exits(0).says(&[
        "\"nobody\" is not an e-mail address",
        "answer required or not_required, or ? if you cannot see it",
        "\"25h\" is not a session length",
        "answer password or security_key",
        "\"Office\" is not an org unit path",
        "the tenant has no org unit /Ofice; the nearest is /Office",
        "/ is asked about already",
        "/Office is asked about already",
        "answer yes or no",
        "Nothing is written.",
    ]);
    assert_eq!(run.stdout, "0 attestations added to attestations.toml\n");
    assert!(!sandbox.path("attestations.toml").exists(), "the last answer was no");

    answering(&sandbox, &attest, &["", "1", "2", "3", "4", "5"])
        .exits(2)
        .prints_nothing()
        .says(&["5 answers to \"/: is reauth"]);
    answering(&sandbox, &attest, &["", "required"])
        .exits(2)
        .prints_nothing()
        .says(&["ended before \"/: how often?", "--answers FILE"]);
    sandbox.run(&attest).exits(2).prints_nothing().says(&["ended before", "--setting"]);
    assert!(!sandbox.path("attestations.toml").exists());
}

/// A `?` keeps everything out of the file that would be a guess.
#[test]
fn what_nobody_can_see_is_not_attested() {
    let sandbox = recorded();
    let attest = [
        "attest",
        "--snapshot",
        "snapshot.jsonl",
        "--setting",
        "cloud-session-control",
        "--by",
        "a@quiet.example",
        "--yes",
    ];
    let values = |answers: &[&str]| -> Vec<String> {
        drop(std::fs::remove_file(sandbox.path("attestations.toml")));
        answering(&sandbox, &attest, answers).exits(0);
        let text = std::fs::read_to_string(sandbox.path("attestations.toml")).unwrap_or_default();
        text.lines()
            .filter(|line| ["org_unit", "value", "below"].iter().any(|key| line.starts_with(key)))
            .map(str::to_owned)
            .collect()
    };
    let root = "org_unit = \"/\"";
    let below = "below = \"inherit\"";
    assert_eq!(values(&["required", "?", "?", "?", ""]), [root, "value = { reauth = \"required\" }", below]);
    assert_eq!(
        values(&["not_required", "?"]),
        [root, "value = { reauth = \"not_required\" }"],
        "which override is not known"
    );
    assert_eq!(
        values(&["not_required", "/Office", "", "?"]),
        [root, "value = { reauth = \"not_required\" }"],
        "that /Office inherits would be wrong"
    );
    assert_eq!(
        values(&["?", "/Office", "", "not_required"]),
        ["org_unit = \"/Office\"", "value = { reauth = \"not_required\" }"]
    );
    assert_eq!(values(&["?", ""]), Vec::<String>::new());
}

#[test]
fn only_the_org_units_named_are_asked_about() {
    let sandbox = recorded();
    let attest =
        ["attest", "--snapshot", "snapshot.jsonl", "--by", "a@quiet.example", "--yes", "--org-unit", "/Office"];
    answering(&sandbox, &attest, &["inherit", "blocked"]).exits(0);
    let text = sandbox.read("attestations.toml");
    assert!(text.matches("org_unit = \"/Office\"").count() == 2 && !text.contains("below"), "{text}");
    let unknown: Vec<&str> = attest.iter().map(|arg| if *arg == "/Office" { "/Ofice" } else { arg }).collect();
    answering(&sandbox, &unknown, &[])
        .exits(2)
        .says(&["--org-unit: the tenant has no org unit /Ofice; the nearest is /Office"]);
}

/// Whoever writes to the file while the questions are answered wins.
#[test]
fn what_somebody_else_wrote_meanwhile_stays() {
    for before in [None, Some(BOTH)] {
        let sandbox = recorded();
        if let Some(text) = before {
            sandbox.write("attestations.toml", text);
        }
        let mut process = Command::new(env!("CARGO_BIN_EXE_gwsaudit"))
            .args(["attest", "--offline", "--setting", "cloud-session-control", "--by", "a@quiet.example"])
            .env_clear()
            .current_dir(sandbox.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = process.stdin.take().expect("it is piped");
        stdin.write_all(b"not_required\n\n").expect("it listens");
        let mut stderr = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        assert!(stderr.any(|line| line.expect("UTF-8").starts_with("Add this to")));
        let other = BOTH.replace("alice", "carol");
        sandbox.write("attestations.toml", &other);
        stdin.write_all(b"yes\n").expect("it listens");
        let rest: Vec<String> = stderr.map(|line| line.expect("UTF-8")).collect();
        assert_eq!(process.wait().expect("it ends").code(), Some(4), "{rest:?}");
        assert!(rest.iter().any(|line| line.contains("changed by somebody else")), "{rest:?}");
        assert_eq!(sandbox.read("attestations.toml"), other);
    }
}
