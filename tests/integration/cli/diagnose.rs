//! `gwsaudit diagnose`: from a paste to a cause, and held against a tenant.

use gwsaudit::report::is_hidden;
use serde_json::{Value, json};

use super::harness::{Run, Sandbox};
use super::normal;
use crate::diagnose::corpus;

fn text_of(name: &str) -> String {
    corpus().into_iter().find(|case| case.name == name).expect(name).text
}

/// Runs on what comes through a pipe.
fn piped(sandbox: &Sandbox, text: impl Into<Vec<u8>>, args: &[&str]) -> Run {
    let args: Vec<&str> = ["diagnose"].iter().chain(args).copied().collect();
    let mut command = sandbox.command(&args);
    command.env("COLUMNS", "100").write_stdin(text);
    sandbox.finish(&mut command)
}

/// A golden page about a recorded tenant.
fn page(sandbox: &Sandbox, name: &str, args: &[&str]) -> String {
    let of_tenant: Vec<&str> = ["--snapshot", "snapshot.jsonl"].iter().chain(args).copied().collect();
    let in_json: Vec<&str> = of_tenant.iter().chain(&["--format", "json"]).copied().collect();
    let as_of = piped(sandbox, text_of(name), &in_json).exits(0).json()["tenant"]["as_of"].clone();
    let page = piped(sandbox, text_of(name), &of_tenant).exits(0).says_nothing().stdout;
    let too_long = |line: &&str| line.chars().count() > 100 && !line.trim_start().starts_with("https://");
    assert_eq!(page.lines().find(too_long), None);
    normal::human(&page, &json!({ "audited_at": as_of }))
}

#[test]
fn people_read_the_cause_and_the_next_step() {
    let sandbox = Sandbox::new();
    let page = |name: &str, status: i32| piped(&sandbox, text_of(name), &[]).exits(status).says_nothing().stdout;
    insta::assert_snapshot!("diagnose-rapt", page("okta-invalid-rapt", 0));
    insta::assert_snapshot!("diagnose-revoked", page("okta-expired-or-revoked", 0));
    insta::assert_snapshot!("diagnose-two", page("two-errors", 0));
    insta::assert_snapshot!("diagnose-unknown", page("microsoft", 3));
}

#[test]
fn a_tenant_agrees_contradicts_or_cannot_tell() {
    let broken = Sandbox::recorded("okta-gmail-broken");
    let user = ["--user", "sales-flows@acme.example"];
    insta::assert_snapshot!("diagnose-agrees", page(&broken, "okta-invalid-rapt", &user));
    insta::assert_snapshot!("diagnose-revoked-in-tenant", page(&broken, "okta-expired-or-revoked", &user));
    let healthy = Sandbox::recorded("healthy");
    insta::assert_snapshot!(
        "diagnose-contradicts",
        page(&healthy, "okta-invalid-rapt", &["--user", "flows@healthy.example"])
    );
    let quiet = Sandbox::recorded("never-configured");
    insta::assert_snapshot!("diagnose-cannot-tell", page(&quiet, "okta-invalid-rapt", &[]));
}

#[test]
fn programs_read_it_too() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let text = text_of("okta-invalid-rapt") + "\nconnection of sales-flows@acme.example, stopped\n";
    let mut found = piped(&sandbox, text, &["--snapshot", "snapshot.jsonl", "--format", "json"]).exits(0).json();
    assert_eq!(found["schema"], "gwsaudit/diagnosis/1");
    assert_eq!(found["tenant"]["user"], "sales-flows@acme.example", "the text names it");
    assert_eq!(found["tenant"]["agreement"][0]["verdict"], "agrees");
    found["audited_at"] = found["tenant"]["as_of"].clone();
    found["tool"] = json!({});
    insta::assert_snapshot!("diagnose-json", serde_json::to_string_pretty(&normal::json(found)).expect("JSON"));
    let alone = piped(&sandbox, text_of("bare-invalid-grant"), &["--format", "json"]).exits(0).json();
    assert_eq!(alone["tenant"], Value::Null, "a configuration alone makes nobody read a tenant");
}

fn verdicts(found: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let all = found["tenant"]["agreement"].as_array().expect("a list");
    all.iter().map(|one| (word(&one["cause"]), word(&one["verdict"]))).collect()
}

#[test]
fn a_demo_will_do_and_other_evidence_counts_too() {
    let sandbox = Sandbox::new();
    let ask = |name: &str, args: &[&str]| {
        let args: Vec<&str> = ["--demo", "--format", "json"].iter().chain(args).copied().collect();
        verdicts(&piped(&sandbox, text_of(name), &args).exits(0).json())
    };
    let one = |cause: &str, verdict: &str| vec![(cause.to_owned(), verdict.to_owned())];
    // Suspended is not deleted; the address stands in the text.
    assert_eq!(ask("gam-account-deleted", &[]), one("account_deleted", "contradicts"));
    assert_eq!(ask("account-restricted", &["--user", "former@acme.example"]), one("account_restricted", "agrees"));
    assert_eq!(ask("account-deleted", &["--user", "nobody@acme.example"]), one("account_deleted", "agrees"));
    let app = ["--user", "anna@acme.example", "--app", "okta-workflows-gmail"];
    assert_eq!(ask("admin-policy", &app), one("admin_policy_enforced", "agrees"));
    assert_eq!(ask("clock-skew", &[]), one("clock_skew", "cannot_tell"));
    // A wider word fits where one of those that it leaves open does.
    let grant = ask("bare-invalid-grant", &["--user", "sales-flows@acme.example"]);
    assert_eq!(grant[0], ("invalid_grant".to_owned(), "agrees".to_owned()));
    assert!(grant.contains(&("reauthentication_required".to_owned(), "agrees".to_owned())), "{grant:?}");
    // Another client than the audited one, of which the tenant knows no grant.
    let stranger = ask("token-endpoint-rapt", &["--app", "998877665544-unheard.apps.googleusercontent.com"]);
    assert_eq!(stranger, one("invalid_rapt", "cannot_tell"));
}

#[test]
fn files_and_pipes_are_read() {
    let sandbox = Sandbox::new();
    sandbox.write("error.txt", text_of("okta-rapt-required"));
    let utf16: Vec<u8> = text_of("okta-rapt-required").encode_utf16().flat_map(u16::to_le_bytes).collect();
    sandbox.write("utf16.txt", [&[0xFF, 0xFE], utf16.as_slice()].concat());
    for file in ["error.txt", "utf16.txt"] {
        let found = sandbox.run(&["diagnose", file, "--format", "json"]).exits(0).json();
        assert_eq!(found["causes"][0]["id"], "rapt_required");
        assert_eq!(found["cut"], false);
    }
    assert_eq!(
        piped(&sandbox, text_of("account-deleted"), &["-", "--format", "json"]).exits(0).json()["causes"][0]["id"],
        "account_deleted"
    );
    piped(&sandbox, "", &[]).exits(3).says_nothing();
    sandbox.run(&["diagnose", "nowhere.txt"]).exits(4).prints_nothing().says(&["cannot read the error nowhere.txt"]);
    sandbox.run(&["diagnose", "."]).exits(4).prints_nothing();
}

#[test]
fn what_is_asked_for_has_to_make_sense() {
    let sandbox = Sandbox::new();
    sandbox.write("error.txt", text_of("okta-invalid-rapt"));
    sandbox
        .run(&["diagnose", "error.txt", "--user", "a@b.example"])
        .exits(2)
        .prints_nothing()
        .says(&["--user", "--live"]);
    sandbox.run(&["diagnose", "error.txt", "--demo", "--app", "no-such"]).exits(2).says(&["no-such", "apps list"]);
    sandbox.run(&["diagnose", "error.txt", "--demo", "--live"]).exits(2);
    sandbox.run(&["diagnose", "error.txt", "--live"]).exits(2).says(&["no administrator to act for"]);
    // The diagnosis is printed even where the tenant cannot be read.
    let run = sandbox.run(&["diagnose", "error.txt", "--snapshot", "nowhere.jsonl"]).exits(4);
    assert!(run.stdout.contains("invalid_rapt"), "{run:#?}");
}

#[test]
fn hostile_pastes_do_no_harm() {
    let sandbox = Sandbox::new();
    let hostile = "\u{1b}[2J\u{1b}]0;owned\u{7}{\"error\":\"invalid_grant\",\"error_description\":\"Token \u{1b}[31mwas \u{202e}eaten\",\
                   \"reason\":\"evil\0\"} \u{9b}31m";
    let run = piped(&sandbox, hostile, &["--color", "never"]).exits(0);
    assert!(!run.stdout.chars().any(|c| c != '\n' && is_hidden(c)), "{run:#?}");
    assert!(run.stdout.contains("\\u{202e}"), "what was there is shown: {run:#?}");
    let huge = piped(&sandbox, vec![b'x'; 10 << 20], &["--format", "json"]).exits(3).json();
    assert_eq!(huge["cut"], true);
    piped(&sandbox, "[".repeat(1 << 20), &[]).exits(3);
    piped(&sandbox, vec![0_u8; 1 << 16], &[]).exits(3);
    piped(&sandbox, vec![0xFF_u8; 1 << 16], &[]).exits(3);
}

/// The harness sees to it that no run shows them.
#[test]
fn secrets_are_warned_of_and_not_shown() {
    let sandbox = Sandbox::new();
    let text = "POST /token refresh_token=1//0gMadeUp-RefreshToken_123456 client_secret=GOCSPX-MadeUpSecret0123456789ab\n\
                {\"error\": \"invalid_grant\", \"error_description\": \"Bad Request for ya29.a0MadeUp_AccessToken1234567890\"}\n";
    for format in ["human", "json"] {
        let run = piped(&sandbox, text, &["--format", format]).exits(0).says(&[
            "refresh token, line 1",
            "client secret",
            "line 2",
        ]);
        assert!(!run.stdout.contains("MadeUp"), "{run:#?}");
        assert!(run.stdout.contains("revoke"), "{run:#?}");
    }
}
