//! `gwsaudit simulator`: its clock, and the files of desktop clients.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::harness::{Sandbox, Tenant};

const SCENARIO: &str = r#"
[customer]
id = "C0canary1"
primary_domain = "canary.example"
organization_name = "Canary Example"

[[user]]
email = "root@canary.example"
role = "super_admin"

[[app]]
key = "one"
client_id = "100-one.apps.googleusercontent.com"
client_secret = "GOCSPX-simulated-one"
name = "A canary"
client_type = "NATIVE_DESKTOP"
native_app = true

[[action]]
at = "+6h"
set_session_control = { org_unit = "/", value = { reauth = "not_required" } }
"#;

/// Head and body of an answer to a request without a body.
fn ask(tenant: &Tenant, method: &str, path: &str) -> (String, String) {
    let address = tenant.url().strip_prefix("http://").expect("plain http");
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_ascii_lowercase(), body.to_owned())
}

#[test]
fn the_clock_starts_where_it_is_told_and_moves_on_request() {
    #[expect(clippy::disallowed_methods, reason = "the offset counts from the machine's clock")]
    let before = Timestamp::now();
    let tenant = Tenant::of(SCENARIO, &["--start", "-3d", "--speed", "0"]);
    let moved = |by: &str| {
        let (head, body) = ask(&tenant, "POST", &format!("/simulator/advance?by={by}"));
        assert!(head.starts_with("http/1.1 200"), "{head}");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        body["now"].as_str().expect("text").parse::<Timestamp>().expect("a time")
    };
    let first = moved("6h");
    let started = first - SignedDuration::from_hours(6);
    let late = started.duration_since(before - SignedDuration::from_hours(72));
    // The offset counts from a whole second.
    assert!(late > SignedDuration::from_secs(-1) && late < SignedDuration::from_mins(5), "{late:#}");
    assert_eq!(moved("PT30M"), first + SignedDuration::from_mins(30), "it stands still in between");

    let (head, _) = ask(&tenant, "GET", "/nothing");
    let date = (first + SignedDuration::from_mins(30)).strftime("date: %a, %d %b %Y %H:%M:%S gmt").to_string();
    assert!(head.contains(&date.to_ascii_lowercase()), "{head} {date}");
}

#[test]
fn desktop_clients_get_a_file_that_is_theirs_alone() {
    let tenant = Tenant::of(SCENARIO, &[]);
    let file = tenant.sandbox.path("sim/client-one.json");
    // The file is there before the first line is written, the rest of the lines after it.
    let client: Value = serde_json::from_slice(&std::fs::read(&file).expect("a client file")).expect("JSON");
    assert_eq!(client["installed"]["client_id"], "100-one.apps.googleusercontent.com");
    assert_eq!(client["installed"]["client_secret"], "GOCSPX-simulated-one");
    assert_eq!(client["installed"]["auth_uri"], format!("{}/o/oauth2/auth", tenant.url()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn wrong_clocks_are_refused() {
    for (options, words) in [
        (["--start", "yesterday"], "not a time offset"),
        (["--speed", "-1"], "'-1'"),
        (["--speed", "fast"], "invalid digit"),
    ] {
        let args: Vec<&str> = ["simulator", "--listen", "127.0.0.1:0"].into_iter().chain(options).collect();
        Sandbox::new().run(&args).exits(2).prints_nothing().says(&[words]);
    }
}
