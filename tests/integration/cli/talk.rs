//! What goes to standard error, and what the streams look like.

use std::process::{Command, Stdio};

use gwsaudit::report::Format;
use serde_json::Value;

use super::harness::{Sandbox, Tenant};

const AUDIT: [&str; 3] = ["audit", "--snapshot", "snapshot.jsonl"];

fn audit<'a>(more: &[&'a str]) -> Vec<&'a str> {
    AUDIT.iter().chain(more).copied().collect()
}

/// A configuration that deserves a warning.
const EXPIRED: &str = "\n[[suppress]]\ncheck = \"app-trusted\"\nreason = \"x\"\nexpires = 2020-01-31\n";

#[test]
fn quiet_silences_all_but_errors() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    sandbox.append("gwsaudit.toml", EXPIRED);
    let loud = sandbox.run(&AUDIT).exits(1).says(&["warning", "expired"]);
    let quiet = sandbox.run(&audit(&["-q"])).exits(1).says_nothing();
    assert_eq!(loud.stdout, quiet.stdout);
    sandbox.run(&audit(&["--quiet", "--org-unit", "/Nowhere"])).exits(2).says(&["error", "/Nowhere"]);
    sandbox.run(&audit(&["-q", "-v"])).exits(2);
}

#[test]
fn colour_is_for_those_who_see_it() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    sandbox.append("gwsaudit.toml", EXPIRED);
    let escape = "\u{1b}[";
    let plain = sandbox.run(&AUDIT);
    assert!(!plain.stdout.contains(escape) && !plain.stderr.contains(escape), "a pipe sees none: {plain:#?}");
    let always = sandbox.run(&audit(&["--color", "always"]));
    assert!(always.stdout.contains(escape) && always.stderr.contains(escape), "{always:#?}");
    let never = sandbox.run(&audit(&["--color", "never"]));
    assert_eq!((never.stdout, never.stderr), (plain.stdout.clone(), plain.stderr.clone()));
    let no_color = sandbox.run_with(&AUDIT, &[("NO_COLOR", "1"), ("TERM", "xterm-256color")]);
    assert_eq!((no_color.stdout, no_color.stderr), (plain.stdout, plain.stderr));
    // What the command line says wins over the environment.
    let told = sandbox.run_with(&audit(&["--color", "always"]), &[("NO_COLOR", "1")]);
    assert!(told.stdout.contains(escape));
    for format in Format::ALL.map(Format::as_str).into_iter().filter(|format| *format != "human") {
        let machine = sandbox.run(&audit(&["--color", "always", "--format", format]));
        assert!(!machine.stdout.contains(escape), "{format}");
    }
    sandbox.run(&audit(&["--color", "always", "-o", "report.txt"]));
    assert!(!sandbox.read("report.txt").contains(escape));
    sandbox.run(&audit(&["--color", "sometimes"])).exits(2).says(&["sometimes", "auto", "always", "never"]);
}

#[test]
fn messages_can_be_json() {
    let tenant = Tenant::with("healthy", "[service]\ndelegated_scopes = [\"admin.directory.user.readonly\"]");
    for more in [&["-vv"][..], &[]] {
        let args: Vec<&str> = ["audit", "--log-format", "json"].iter().chain(more).copied().collect();
        let run = tenant.run(&args).exits(3);
        let lines: Vec<Value> = run
            .stderr
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        assert!(!lines.is_empty() && lines.iter().all(Value::is_object), "{run:?}");
    }
    let run = tenant.run(&["audit", "--log-format", "json", "--org-unit", "Sales"]).exits(2);
    assert!(!run.stderr.is_empty());
    let run = tenant.run(&["audit", "--log-format", "json", "--snapshot", "nowhere.jsonl"]).exits(4);
    let error: Value = serde_json::from_str(run.stderr.lines().next().expect("a line")).expect("JSON");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("nowhere.jsonl")), "{error}");
}

#[test]
fn a_log_tells_of_every_request_and_of_no_secret() {
    let tenant = Tenant::builtin("healthy");
    let said = |more: &[&str]| {
        let args: Vec<&str> = ["audit", "--format", "json"].iter().chain(more).copied().collect();
        // The harness looks for secrets in every run.
        tenant.run(&args).exits(0).stderr.lines().count()
    };
    let (none, once, twice) = (said(&[]), said(&["-v"]), said(&["-vv"]));
    assert_eq!(none, 0);
    assert!(once >= 8, "a line a source: {once}");
    assert!(twice > once, "more than a line a source: {twice}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let sandbox = Sandbox::recorded("mixed");
    let folder = sandbox.path("");
    let mut process = Command::new(env!("CARGO_BIN_EXE_gwsaudit"))
        .args(audit(&["--format", "json"]))
        .env_clear()
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(process.stdout.take());
    let output = process.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let sandbox = Sandbox::recorded("healthy");
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = Command::new(env!("CARGO_BIN_EXE_gwsaudit"))
        .args(AUDIT)
        .env_clear()
        .current_dir(sandbox.path(""))
        .stdout(full)
        .output()
        .expect("it ends");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write standard output"), "{output:?}");
}
