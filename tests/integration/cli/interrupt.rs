//! Ctrl-C and SIGTERM: the run ends at once, with what was read so far, and says that it is not the whole.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::harness::{Run, Tenant};
use super::trouble::{no_new_pass, source};

/// What an interrupted run may take to end.
const SOON: Duration = Duration::from_secs(5);

/// Signals the run, once it has heard of `source` from Google, and waits for its end.
fn interrupted(tenant: &Tenant, args: &[&str], source: &str, signals: &[&str]) -> Run {
    let args: Vec<&str> = args.iter().copied().chain(["--config", "sim/gwsaudit.toml", "-vv"]).collect();
    let mut child = tenant.sandbox.process(&args).spawn().expect("it starts");
    let mut stdout = child.stdout.take().expect("it is piped");
    let output = std::thread::spawn(move || {
        let mut text = Vec::new();
        stdout.read_to_end(&mut text).map(|_| text)
    });
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut said = String::new();
    let until = Instant::now() + Duration::from_secs(40);
    // What only stalls is never heard of.
    while !source.is_empty()
        && !said.lines().last().is_some_and(|line| line.contains("asked Google") && line.contains(source))
    {
        assert!(stderr.read_line(&mut said).expect("UTF-8") > 0 && Instant::now() < until, "{said}");
    }
    // The others arrive meanwhile.
    std::thread::sleep(Duration::from_millis(1_000));
    let sent = Instant::now();
    for signal in signals {
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, id.as_str()]).status().expect("kill is there").success());
        std::thread::sleep(Duration::from_millis(20));
    }
    stderr.read_to_string(&mut said).expect("UTF-8");
    let status = child.wait().expect("it ends");
    assert!(sent.elapsed() < SOON, "{:?}: {said}", sent.elapsed());
    let stdout = output.join().expect("it reads").expect("a pipe");
    tenant.sandbox.ended(std::process::Output { status, stdout, stderr: said.into_bytes() })
}

const STALLED_LOG: &str =
    "[[fault]]\npath = \"/admin/reports/v1/activity/users/all/applications/admin\"\nkind = \"stall\"";

#[test]
fn an_audit_reports_what_it_has_read() {
    for signal in ["-INT", "-TERM"] {
        let tenant = Tenant::with("healthy", STALLED_LOG);
        let run = interrupted(&tenant, &["audit", "--format", "json"], "directory.users", &[signal]);
        let report = run.exits(130).says(&["interrupted", "reports.admin"]).json();
        assert_eq!(source(&report, "directory.users")["status"], "complete");
        assert_interrupted(source(&report, "reports.admin"), "failed");
        no_new_pass("healthy", &report);
        // Everything that rests on the log is open, and names it.
        let results = report["results"].as_array().expect("results");
        let open: Vec<&Value> = results.iter().filter(|result| result["status"] == "undetermined").collect();
        assert!(!open.is_empty());
        assert!(open.iter().any(|result| result["missing"].to_string().contains("reports.admin")), "{open:#?}");
    }
}

fn assert_interrupted(source: &Value, status: &str) {
    assert_eq!(source["status"], status, "{source}");
    assert!(source["error"].as_str().is_some_and(|error| error.contains("interrupted")), "{source}");
    assert!(source["next_step"].as_str().is_some_and(|step| step.contains("Run it again")), "{source}");
}

#[test]
fn a_collection_writes_what_it_has_read() {
    let page = "[service]\npage_size = 2\n[[fault]]\npath = \"/admin/directory/v1/users\"\nafter = 1\nkind = \"stall\"";
    let tenant = Tenant::with("healthy", page);
    let args = ["collect", "-o", "part.jsonl"];
    interrupted(&tenant, &args, "directory.users", &["-INT"]).exits(130).prints_nothing();
    let snapshot = tenant.sandbox.read("part.jsonl");
    let lines: Vec<Value> = snapshot.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |id: &str| {
        let found = lines.iter().find(|line| line["type"] == "source" && line["data"]["id"] == id);
        &found.unwrap_or_else(|| panic!("{id} in {snapshot}"))["data"]
    };
    assert_interrupted(of("directory.users"), "partial");
    assert_eq!(of("directory.users")["items"], 2);
    assert_interrupted(of("directory.tokens"), "failed");
    assert_eq!(of("directory.orgunits")["status"], "complete");
    assert_eq!(lines.last().expect("lines")["type"], "end");
    // A whole file: it is read like any other, and nothing passes for want of the rest.
    let args = ["audit", "--format", "json", "--snapshot", "part.jsonl"];
    let report = tenant.run(&args).json();
    no_new_pass("healthy", &report);
    assert_interrupted(source(&report, "directory.users"), "partial");
    assert!(!tenant.sandbox.names().iter().any(|name| name.contains("tmp")), "{:?}", tenant.sandbox.names());
}

#[test]
fn where_nothing_was_read_nothing_is_written() {
    let tenant = Tenant::with(
        "healthy",
        "[[fault]]\npath = \"/admin\"\nkind = \"stall\"\n[[fault]]\npath = \"/v1\"\nkind = \"stall\"",
    );
    tenant.sandbox.write("part.jsonl", "of yesterday");
    let args = ["collect", "-o", "part.jsonl"];
    let run = interrupted(&tenant, &args, "", &["-INT"]);
    run.exits(130).says(&["nothing could be read", "interrupted"]);
    assert_eq!(tenant.sandbox.read("part.jsonl"), "of yesterday");
}

#[test]
fn commands_that_only_look_things_up_end_at_once() {
    let tenant = Tenant::with("healthy", "[[fault]]\npath = \"/v1/policies\"\nkind = \"stall\"");
    interrupted(&tenant, &["policy", "effective", "--org-unit", "/"], "directory.users", &["-INT"])
        .exits(130)
        .prints_nothing();
}
