//! `gwsaudit canary` against the simulator, with the test in the place of the browser.

mod adding;
mod audits;
mod history;
mod keeping;
mod outcomes;
mod refusals;
mod snapshot;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Output};
use std::thread::JoinHandle;

use serde_json::Value;
use url::Url;

use super::harness::{Run, SECRETS, Tenant};

/// Two clients and five users in org units with different settings; the one of Google's own client library.
const SCENARIO: &str = include_str!("../../../conformance/canaries.toml");

/// What `canary add` needs for one canary.
pub(super) const STRICT: [&str; 8] =
    ["canary", "add", "--org-unit", "/Strict", "--client", "sim/client-untrusted.json", "--role", "untrusted"];

/// A tenant whose clock stands still until it is moved, and a folder for canaries.
pub(super) struct World {
    pub(super) tenant: Tenant,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with("")
    }

    /// With lines added to the configuration's `[canaries]`.
    pub(super) fn with(settings: &str) -> Self {
        let tenant = Tenant::of(SCENARIO, &["--speed", "0"]);
        let text = tenant.sandbox.read("sim/gwsaudit.toml");
        tenant.sandbox.write("sim/gwsaudit.toml", format!("{text}\n[canaries]\nstate_dir = \"../state\"\n{settings}"));
        Self { tenant }
    }

    pub(super) fn advance(&self, by: &str) {
        let (head, _) = self.ask("POST", &format!("/simulator/advance?by={by}"), "");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }

    /// Revokes behind gwsaudit's back.
    pub(super) fn revoke(&self, id: &str) {
        let token = self.token(&format!("state/tokens/{id}.json"));
        let (head, _) = self.ask("POST", "/revoke", &format!("token={}", token.replace('/', "%2F")));
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }

    pub(super) fn token(&self, file: &str) -> String {
        let kept: Value = serde_json::from_str(&self.tenant.sandbox.read(file)).expect("JSON");
        kept["refresh_token"].as_str().expect("a token").to_owned()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (String, String) {
        send(method, &format!("{}{path}", self.tenant.url()), None, body)
    }

    pub(super) fn run(&self, args: &[&str]) -> Run {
        self.tenant.run(args)
    }

    /// Starts `canary add` and waits for the address that it shows.
    pub(super) fn add(&self, args: &[&str]) -> Adding<'_> {
        let args: Vec<&str> = args.iter().copied().chain(["-vv", "--config", "sim/gwsaudit.toml"]).collect();
        let mut child = self.tenant.sandbox.process(&args).spawn().expect("it starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let (mut said, mut url) = (String::new(), None);
        while url.is_none() {
            let mut line = String::new();
            if stderr.read_line(&mut line).expect("it speaks") == 0 {
                let status = child.wait().expect("it ends");
                panic!("no address was shown, {status}: {said}");
            }
            url = Url::parse(line.trim()).ok().filter(|url| url.path() == "/o/oauth2/v2/auth");
            said += &line;
        }
        let rest = std::thread::spawn(move || {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).expect("UTF-8");
            said + &rest
        });
        let stdin = child.stdin.take();
        Adding { world: self, child, stdin, url: url.expect("found"), said: rest }
    }

    /// Adds a canary, all being well.
    pub(super) fn added(&self, args: &[&str], user: &str) -> Run {
        let adding = self.add(args);
        adding.answer(&adding.consent(user, &[]));
        adding.end().exits(0)
    }

    /// A pair in an org unit.
    pub(super) fn pair(&self, org_unit: &str, user: &str) {
        for role in ["trusted", "untrusted"] {
            let client = format!("sim/client-{role}.json");
            self.added(&["canary", "add", "--org-unit", org_unit, "--client", &client, "--role", role], user);
        }
    }

    /// What `canary refresh` says, `id: outcome`.
    pub(super) fn refresh(&self, status: i32) -> Vec<String> {
        let run = self.run(&["canary", "refresh", "--format", "json", "-vv"]).exits(status);
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let json = run.json();
        let all = json.as_array().expect("a list").iter();
        all.map(|one| format!("{}: {}", text(&one["id"]), text(&one["outcome"]))).collect()
    }

    /// What `canary list` says of one.
    pub(super) fn listed(&self, id: &str) -> Value {
        let list = self.run(&["canary", "list", "--format", "json"]).exits(0).json();
        list.as_array().expect("a list").iter().find(|one| one["id"] == id).expect(id).clone()
    }

    /// No file but those of tokens, and what the simulator wrote, holds a secret.
    pub(super) fn hides_secrets(&self, but: &[&str]) {
        let sandbox = &self.tenant.sandbox;
        let spared: Vec<PathBuf> =
            ["sim", "state/tokens", "scenario.toml"].iter().chain(but).map(|name| sandbox.path(name)).collect();
        let mut ahead = vec![sandbox.path(".")];
        let mut seen = 0;
        while let Some(path) = ahead.pop() {
            if spared.iter().any(|spared| same(spared, &path)) {
                continue;
            }
            if path.is_dir() {
                ahead.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let bytes = std::fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&bytes);
            for secret in SECRETS {
                assert!(!text.contains(secret), "{secret:?} is in {}", path.display());
            }
            seen += 1;
        }
        assert!(seen > 0, "there is something to look through");
    }
}

fn same(one: &Path, other: &Path) -> bool {
    one.components().eq(other.components())
}

/// `canary add`, waiting for the browser.
pub(super) struct Adding<'w> {
    world: &'w World,
    child: Child,
    pub(super) stdin: Option<ChildStdin>,
    pub(super) url: Url,
    said: JoinHandle<String>,
}

impl Adding<'_> {
    /// Lets a user consent, with parts of the address changed, and gives where the browser is sent.
    pub(super) fn consent(&self, user: &str, edits: &[(&str, &str)]) -> String {
        let mut url = self.url.clone();
        let edited = |name: &str| name == "login_hint" || edits.iter().any(|(edit, _)| *edit == name);
        let kept: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(name, _)| !edited(name)).collect();
        url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(edits).append_pair("login_hint", user);
        let (head, body) = send("GET", url.as_str(), None, "");
        let location =
            head.lines().find_map(|line| line.strip_prefix("location: ").or(line.strip_prefix("Location: ")));
        location.unwrap_or_else(|| panic!("no redirect: {head}\n{body}")).trim().to_owned()
    }

    /// Goes where the browser is sent; gives the status line and the page.
    pub(super) fn answer(&self, location: &str) -> (String, String) {
        self.answer_as(location, None)
    }

    pub(super) fn answer_as(&self, location: &str, host: Option<&str>) -> (String, String) {
        let (head, body) = send("GET", location, host, "");
        (head.lines().next().unwrap_or_default().to_owned(), body)
    }

    /// Where the answer is waited for.
    pub(super) fn redirect_uri(&self) -> String {
        self.parameter("redirect_uri")
    }

    pub(super) fn parameter(&self, name: &str) -> String {
        self.url.query_pairs().find(|(key, _)| key == name).expect(name).1.into_owned()
    }

    pub(super) fn paste(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().expect("it is piped"), "{line}").expect("it reads");
    }

    pub(super) fn end(mut self) -> Run {
        drop(self.stdin.take());
        let Output { status, stdout, .. } = self.child.wait_with_output().expect("it ends");
        let stderr = self.said.join().expect("no panic");
        // The address holds nothing that is worth hiding.
        self.world.tenant.sandbox.ended(Output { status, stdout, stderr: stderr.into_bytes() })
    }
}

/// Head and body of an answer.
fn send(method: &str, url: &str, host: Option<&str>, body: &str) -> (String, String) {
    let url = Url::parse(url).expect("a URL");
    let address = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut stream = TcpStream::connect(&address).expect("it listens");
    let host = host.unwrap_or(&address);
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}
