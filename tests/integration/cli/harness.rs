//! The real program in a folder of its own, and simulated tenants in processes of their own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// No run may take longer.
const PATIENCE: Duration = Duration::from_secs(50);
/// What no run may ever show, whatever went wrong and however talkative it was told to be.
pub(crate) const SECRETS: [&str; 8] =
    ["PRIVATE KEY", "ya29.", "assertion=", "eyJ", "1//0", "GOCSPX-", "simulated-subject-", "simulated-provider-"];

const BINARY: &str = env!("CARGO_BIN_EXE_gwsaudit");

/// A folder that a run sees as its whole world.
pub(crate) struct Sandbox {
    folder: TempDir,
    secrets: Vec<String>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), secrets: Vec::new() }
    }

    /// With a scenario's snapshot, configuration and attestations: what `audit --snapshot snapshot.jsonl` needs.
    pub(crate) fn recorded(scenario: &str) -> Self {
        let recorded = recorded(scenario);
        let sandbox = Self::new();
        sandbox.write("snapshot.jsonl", &recorded.snapshot);
        sandbox.write("gwsaudit.toml", &recorded.config);
        if let Some(attestations) = &recorded.attestations {
            sandbox.write("attestations.toml", attestations);
        }
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(&path, content).expect("it can be written");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// Adds lines to a file.
    pub(crate) fn append(&self, name: &str, text: &str) {
        self.write(name, self.read(name) + text);
    }

    /// Replaces a text that a file must hold.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} holds {old:?}:\n{text}");
        self.write(name, text.replace(old, new));
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A run that is set up, not yet started: nothing of this process's environment reaches it.
    pub(crate) fn command(&self, args: &[&str]) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::new(BINARY);
        command.args(args).env_clear().current_dir(self.folder.path()).timeout(PATIENCE);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, &[])
    }

    /// Runs with these variables as the whole environment.
    pub(crate) fn run_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = self.command(args);
        command.envs(environment.iter().copied());
        self.finish(&mut command)
    }

    pub(crate) fn finish(&self, command: &mut assert_cmd::Command) -> Run {
        self.ended(command.output().expect("it runs"))
    }

    /// The same program for a conversation: its output is piped, and waited for by whoever starts it.
    pub(crate) fn process(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(args).env_clear().current_dir(self.folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// What has ended must not have shown a secret.
    pub(crate) fn ended(&self, output: std::process::Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        let run = Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        run.shows_none_of(SECRETS.into_iter().chain(self.secrets.iter().map(String::as_str)));
        assert!(!run.stderr.contains("panicked"), "{run:#?}");
        run
    }
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The exit status; `None` where a signal ended it.
    pub(crate) fn status(&self) -> Option<i32> {
        self.status
    }

    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    /// Standard error names all of these.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in standard error: {self:#?}");
        }
        self
    }

    #[track_caller]
    pub(crate) fn says_nothing(self) -> Self {
        assert!(self.stderr.is_empty(), "{self:#?}");
        self
    }

    /// Nothing on standard output.
    #[track_caller]
    pub(crate) fn prints_nothing(self) -> Self {
        assert!(self.stdout.is_empty(), "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    #[track_caller]
    fn shows_none_of<'s>(&self, secrets: impl Iterator<Item = &'s str>) {
        for secret in secrets {
            let shown = self.stdout.contains(secret) || self.stderr.contains(secret);
            assert!(!shown, "{secret:?} is shown by {self:#?}");
        }
    }
}

/// `gwsaudit simulator`, until it is dropped. Its files are in `sim/` of the sandbox.
pub(crate) struct Tenant {
    process: Child,
    // Open as long as the process writes.
    _stdout: BufReader<ChildStdout>,
    url: String,
    pub(crate) sandbox: Sandbox,
}

impl Tenant {
    pub(crate) fn builtin(scenario: &str) -> Self {
        Self::start(Sandbox::new(), scenario)
    }

    /// A built-in scenario with tables added.
    pub(crate) fn with(scenario: &str, tables: &str) -> Self {
        Self::edited(scenario, &[], tables)
    }

    /// A built-in scenario with texts replaced that it must hold, then with tables added.
    pub(crate) fn edited(scenario: &str, edits: &[(&str, &str)], tables: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/scenarios/{scenario}.toml"));
        let text = std::fs::read_to_string(file).expect("a built-in scenario's file");
        let sandbox = Sandbox::new();
        sandbox.write("scenario.toml", format!("{text}\n{tables}\n"));
        for (old, new) in edits {
            sandbox.edit("scenario.toml", old, new);
        }
        Self::start(sandbox, "scenario.toml")
    }

    /// A scenario of one's own, with more options of the simulator.
    pub(crate) fn of(scenario: &str, options: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("scenario.toml", scenario);
        Self::start_with(sandbox, "scenario.toml", options)
    }

    fn start(sandbox: Sandbox, scenario: &str) -> Self {
        Self::start_with(sandbox, scenario, &[])
    }

    fn start_with(mut sandbox: Sandbox, scenario: &str, options: &[&str]) -> Self {
        let mut process = Command::new(BINARY)
            .args(["simulator", "--scenario", scenario, "--listen", "127.0.0.1:0", "--dir", "sim"])
            .args(options)
            .env_clear()
            .current_dir(sandbox.folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the simulator starts");
        let mut stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the simulator speaks");
        let url = line.strip_prefix("listening on ").map(|url| url.trim().to_owned());
        let key: Value = serde_json::from_str(&sandbox.read("sim/service-account.json")).expect("a key file");
        // A line in the midst of the private key.
        let body = key["private_key"].as_str().and_then(|pem| pem.lines().nth(2)).expect("a PEM of many lines");
        sandbox.secrets.push(body.to_owned());
        Self { process, _stdout: stdout, url: url.expect("it says where it listens"), sandbox }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, &[])
    }

    /// With the configuration that the simulator wrote.
    pub(crate) fn run_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Run {
        let args: Vec<&str> = args.iter().copied().chain(["--config", "sim/gwsaudit.toml"]).collect();
        self.sandbox.run_with(&args, environment)
    }

    /// Ends the process; whoever calls it from now on finds the port closed.
    pub(crate) fn stop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What a run without network needs.
struct Recorded {
    snapshot: String,
    config: String,
    attestations: Option<String>,
}

impl Recorded {
    fn take(scenario: &str) -> Self {
        let tenant = Tenant::builtin(scenario);
        tenant.run(&["collect", "-o", "snapshot.jsonl"]).exits(0).says_nothing().prints_nothing();
        let attestations = tenant.sandbox.path("sim/attestations.toml");
        Self {
            snapshot: tenant.sandbox.read("snapshot.jsonl"),
            config: tenant.sandbox.read("sim/gwsaudit.toml"),
            attestations: std::fs::read_to_string(attestations).ok(),
        }
    }
}

/// A built-in scenario, collected once.
fn recorded(scenario: &str) -> &'static Recorded {
    static BROKEN: LazyLock<Recorded> = LazyLock::new(|| Recorded::take("okta-gmail-broken"));
    static CONTRADICTORY: LazyLock<Recorded> = LazyLock::new(|| Recorded::take("contradictory"));
    static HEALTHY: LazyLock<Recorded> = LazyLock::new(|| Recorded::take("healthy"));
    static MIXED: LazyLock<Recorded> = LazyLock::new(|| Recorded::take("mixed"));
    static NEVER: LazyLock<Recorded> = LazyLock::new(|| Recorded::take("never-configured"));
    match scenario {
        "okta-gmail-broken" => &BROKEN,
        "contradictory" => &CONTRADICTORY,
        "healthy" => &HEALTHY,
        "mixed" => &MIXED,
        "never-configured" => &NEVER,
        other => panic!("{other} is not recorded"),
    }
}
