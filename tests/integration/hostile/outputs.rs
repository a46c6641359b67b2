//! Every output of every command, read by what reads it at the other end.

use gwsaudit::report::Format;
use serde_json::Value;

use super::readers::{csv, html, json, reader_of, sarif, terminal, texts, visible};
use super::world::{TEXTS, everything, run, snapshot_of, snapshot_of_one, snapshot_with, tenant_of};
use crate::cli::harness::{Run, Sandbox};

const PACKS: [&str; 6] = ["--pack", "okta-workflows-gmail", "--pack", "cis-gws-1.3", "--pack", "app-exposure"];

fn audit<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["audit"].iter().chain(more).copied().collect()
}

/// What a run shows to people: with colour the same as without, in a narrow terminal and in a wide one.
fn for_people(sandbox: &Sandbox, args: &[&str], widths: &[&str]) {
    for columns in widths {
        let of = |colour: &'static str| {
            let args: Vec<&str> = args.iter().copied().chain(["--color", colour]).collect();
            run(sandbox, &args, columns)
        };
        let (coloured, plain) = (of("always"), of("never"));
        assert!(!plain.stdout.is_empty(), "{args:?} {plain:#?}");
        terminal(&coloured.stdout, &plain.stdout);
        terminal(&coloured.stderr, &plain.stderr);
    }
}

/// Standard error holds nothing that acts on a terminal; its records are one line each.
fn diagnostics(run: &Run, format: &str) {
    visible(&run.stderr);
    if format == "json" {
        for line in run.stderr.lines() {
            assert!(json(line).is_object(), "{line}");
        }
    }
}

#[test]
fn no_text_does_anything_in_any_format_and_json_keeps_it() {
    for (what, text) in TEXTS {
        let sandbox = snapshot_of(text);
        let written = |format: Format| {
            let run = run(&sandbox, &audit(&["--format", format.as_str()]), "100");
            assert!([Some(1), Some(3)].contains(&run.status()), "{what}: {run:#?}");
            assert!(!run.stdout.is_empty(), "{what}");
            reader_of(format)(&run.stdout);
            diagnostics(&run, "text");
            run.stdout
        };
        let [report, log] = [Format::Json, Format::Sarif].map(written);
        Format::ALL
            .into_iter()
            .filter(|format| ![Format::Json, Format::Sarif].contains(format))
            .for_each(|format| drop(written(format)));
        for_people(&sandbox, &["audit"], &["40"]);
        let report = json(&report);
        let unit = format!("/{text}/{text}");
        let user = format!("{text}@hostile.example");
        let client = format!("{text}.apps.googleusercontent.com");
        let holds = |list: &str, key: &str, wanted: &str| {
            report[list].as_array().expect("a list").iter().any(|item| item[key].as_str() == Some(wanted))
        };
        assert!(holds("org_units", "path", unit.trim_end_matches('/')), "{what}");
        assert!(holds("connections", "user", &user) && holds("connections", "client_id", &client), "{what}");
        assert!(holds("unread_events", "name", &format!("CHANGE_REAUTH_{text}")), "{what}");
        // As SARIF has it, the subject is still the one that Google named.
        assert!(texts(&json(&log)).contains(&user.as_str()), "{what}");
    }
}

#[test]
fn every_command_is_clean() {
    let sandbox = snapshot_of(&everything());
    let everyone: [&[&str]; 8] = [
        &["audit", PACKS[0], PACKS[1], PACKS[2], PACKS[3], PACKS[4], PACKS[5]],
        &["audit", "-v", "--accept-presumed"],
        &["policy", "effective", "--all-org-units"],
        &["policy", "effective", "--user", "flows@hostile.example"],
        &["apps", "discover"],
        &["attest", "--stale"],
        &["explain", "client-id-pinned", "okta-workflows-gmail"],
        &["explain", "trusted-apps-exempt", "/"],
    ];
    for args in everyone {
        for_people(&sandbox, args, &["40", "200"]);
        if !args.contains(&"-v") {
            let args: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
            let run = run(&sandbox, &args, "100");
            json(&run.stdout);
            diagnostics(&run, "text");
        }
    }
    let table = run(&sandbox, &["policy", "effective", "--all-org-units", "--format", "csv"], "100");
    let rows = csv(&table.stdout);
    assert!(rows.len() > 10, "{rows:?}");
}

/// What a command asks to be named, it names itself: one subject of many, hostile ones.
#[test]
fn subjects_are_found_by_what_is_shown_and_refused_in_plain_sight() {
    let sandbox = snapshot_of(&everything());
    let user = format!("{}@hostile.example", everything().replace('\0', ""));
    for format in ["text", "json"] {
        for args in [
            &["explain", "connection-survives-reauth", "nobody@hostile.example"][..],
            &["explain", "connection-survives-reauth", user.as_str()],
            &["policy", "effective", "--org-unit", "/Nowhere"],
            &["audit", "--org-unit", "/one two"],
        ] {
            let args: Vec<&str> = args.iter().copied().chain(["--log-format", format, "-vv"]).collect();
            let run = run(&sandbox, &args, "60");
            assert_ne!(run.status(), None, "{run:#?}");
            diagnostics(&run, format);
            visible(&run.stdout);
        }
    }
}

#[test]
fn a_template_names_every_org_unit_exactly() {
    let text = everything();
    let sandbox = snapshot_of(&text);
    let template = run(&sandbox, &["attest", "--stale", "--template"], "100").stdout;
    visible(&template);
    // Filled in or not, it is TOML; what stands behind its hashes is too.
    let all: String = template.lines().map(|line| format!("{}\n", line.trim_start_matches(['#', ' ']))).collect();
    toml::from_str::<toml::Table>(&template).expect("TOML");
    let path = format!("/{text}");
    let quoted = all.lines().filter_map(|line| {
        let quoted = line.strip_prefix("org_unit").map_or(line, |rest| rest.trim_start_matches([' ', '=']));
        toml::from_str::<toml::Table>(&format!("path = {quoted}")).ok()
    });
    let paths: Vec<String> = quoted.filter_map(|table| table["path"].as_str().map(str::to_owned)).collect();
    assert!(paths.contains(&path), "{paths:#?}");
}

#[test]
fn a_live_tenant_is_no_different() {
    let tenant = tenant_of(&everything());
    for format in Format::ALL {
        let run = tenant.run(&audit(&["--format", format.as_str()]));
        reader_of(format)(&run.stdout);
    }
    for format in ["text", "json"] {
        let run = tenant.run(&audit(&["-vv", "--log-format", format]));
        assert!(run.stderr.lines().count() > 20, "the log is on: {run:#?}");
        diagnostics(&run, format);
    }
    tenant.run(&["collect", "-o", "snapshot.jsonl"]).exits(0);
    let snapshot = tenant.sandbox.read("snapshot.jsonl");
    let names: Vec<Value> = snapshot.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    let name = format!("Okta Workflows {}", everything());
    assert!(names.iter().any(|record| record["data"]["displayText"].as_str() == Some(&name)));
}

/// Half a surrogate pair is no text, and JSON can spell it.
#[test]
fn half_a_character_makes_a_record_unreadable_and_nothing_else() {
    for half in ["\\ud800", "\\udc00 x", "\\ud800\\ud800"] {
        let sandbox = snapshot_with(half);
        for format in Format::ALL {
            let run = run(&sandbox, &audit(&["--format", format.as_str()]), "100");
            assert!([Some(3), Some(4)].contains(&run.status()), "{half}: {run:#?}");
            diagnostics(&run, "text");
            if run.status() == Some(3) {
                reader_of(format)(&run.stdout);
            }
        }
    }
}

#[test]
fn an_endless_name_is_whole_in_json_and_short_elsewhere() {
    let name = format!("start {} end", "x\u{202e}".repeat(1 << 18));
    let sandbox = snapshot_of_one(&name);
    let whole = run(&sandbox, &audit(&["--format", "json"]), "100").stdout;
    let event = format!("CHANGE_REAUTH_{name}");
    assert!(texts(&json(&whole)).contains(&event.as_str()));
    let short = run(&sandbox, &audit(&["--format", "sarif"]), "100").stdout;
    sarif(&short);
    assert!(short.len() < 1 << 20, "{} bytes of SARIF", short.len());
    assert!(short.contains("characters left out"));
    for_people(&sandbox, &["audit"], &["100"]);
    let human = run(&sandbox, &audit(&[]), "100").stdout;
    assert!(human.len() < 1 << 18, "{} bytes", human.len());
    for args in
        [&["apps", "discover"][..], &["explain", "client-id-pinned", "okta-workflows-gmail"], &["attest", "--stale"]]
    {
        let human = run(&sandbox, args, "100").stdout;
        assert!(human.len() < 1 << 18, "{args:?}: {} bytes", human.len());
    }
}

/// The one page that a browser gets, whatever its address holds.
#[test]
fn the_page_after_the_redirect_shows_nothing_of_the_address() {
    use std::io::{Read as _, Write as _};

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let redirect = runtime.block_on(gwsaudit::google::desktop_oauth::Redirect::open()).expect("a port");
    let address = redirect.uri().replace("http://", "");
    let (_keep, pasted) = tokio::sync::mpsc::unbounded_channel();
    let state = gwsaudit::domain::Secret::new("state".to_owned());
    let within = std::time::Duration::from_secs(20);
    let waiting = runtime.spawn(async move { redirect.wait(&state, pasted, within, |_| {}).await });
    let encoded: String = form_urlencoded::byte_serialize(everything().as_bytes()).collect();
    let ask = |query: &str| {
        let mut stream = std::net::TcpStream::connect(&address).expect("it listens");
        write!(stream, "GET {query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("it takes it");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
        html(body)
    };
    let turned_away = ask(&format!("/?state={encoded}&code={encoded}"));
    assert!(turned_away.contains("another question"), "{turned_away}");
    ask(&format!("/{encoded}"));
    let refused = ask(&format!("/?state=state&error=%3Cscript%3E&error_description={encoded}"));
    assert!(refused.contains("refused") && !refused.contains("script"), "{refused}");
    let fault = runtime.block_on(waiting).expect("it ends").expect_err("refused");
    visible(&fault.to_string());
}
