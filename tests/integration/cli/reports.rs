//! Several reports from one audit.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use gwsaudit::report::Format;

use super::harness::Sandbox;

const AUDIT: [&str; 3] = ["audit", "--snapshot", "snapshot.jsonl"];

fn audit(more: &[&str]) -> Vec<String> {
    AUDIT.iter().chain(more).map(|arg| (*arg).to_owned()).collect()
}

#[test]
fn one_audit_writes_every_format() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let others: Vec<Format> = Format::ALL.into_iter().filter(|format| *format != Format::Json).collect();
    let files: Vec<String> = others.iter().map(|format| format!("{format}=out.{format}")).collect();
    let mut args = audit(&["--format", "json"]);
    args.extend(files.iter().flat_map(|file| ["--report".to_owned(), file.clone()]));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let together = sandbox.run(&args).exits(1);
    assert_eq!(together.stdout, sandbox.run(&[&AUDIT[..], &["--format", "json"]].concat()).exits(1).stdout);
    for format in others {
        let alone = sandbox.run(&[&AUDIT[..], &["--format", format.as_str()]].concat()).exits(1);
        assert_eq!(sandbox.read(&format!("out.{format}")), alone.stdout, "{format}");
        let mode = fs::metadata(sandbox.path(&format!("out.{format}"))).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{format}");
    }
}

#[test]
fn connections_are_rows_of_their_own() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let table = sandbox.run(&[&AUDIT[..], &["--format", "csv", "--what", "connections"]].concat()).exits(1).stdout;
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let outcome = rows.headers().expect("a header").iter().position(|name| name == "outcome").expect("a column");
    let outcomes: Vec<String> = rows.records().map(|row| row.expect("a row")[outcome].to_owned()).collect();
    assert!(outcomes.iter().any(|outcome| outcome == "breaks"), "{table}");
}

#[test]
fn reports_that_cannot_be_written_are_refused_before_anything_is_read() {
    let sandbox = Sandbox::recorded("healthy");
    let refused = |more: &[&str], says: &[&str]| {
        sandbox.run(&[&AUDIT[..], more].concat()).exits(2).says(says);
    };
    refused(&["--report", "csv=a", "--report", "sarif=a"], &["two reports would go to a"]);
    refused(&["-o", "a", "--report", "sarif=a"], &["two reports would go to a"]);
    refused(&["--report", "xml=a"], &["\"xml\" is not a report format", "junit"]);
    refused(&["--report", "csv"], &["FORMAT=FILE"]);
    refused(&["--report", "csv=-"], &["FORMAT=FILE"]);
    refused(&["--report", "csv=nowhere/a"], &["there is no folder nowhere"]);
    refused(&["--what", "connections"], &["--format csv"]);
    assert!(!sandbox.path("a").exists());
}
