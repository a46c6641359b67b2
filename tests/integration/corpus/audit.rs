//! An audit of one tenant of the corpus.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use gwsaudit::checks::Registry;
use gwsaudit::snapshot::SourceId;
use serde_json::Value;

use crate::cli::harness::Tenant;
use crate::cli::normal;

/// The packs that every tenant of the corpus is audited with.
pub(super) const PACKS: [&str; 3] = ["cis-gws-1.3", "scuba-gws-1", "cis-gws-1.4"];

/// What the program said of a tenant.
pub(super) struct Audit {
    /// The exit status.
    pub(super) status: i32,
    /// The report.
    pub(super) report: Value,
}

/// A check and what a result of it is about.
pub(super) type Row = (String, String);

impl Audit {
    /// Serves these fixtures as one scenario and audits it.
    fn of(files: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus");
        let read = |file: &&str| std::fs::read_to_string(folder.join(format!("{file}.toml"))).expect(file);
        let scenario = files.iter().map(read).collect::<Vec<_>>().join("\n");
        let tenant = Tenant::of(&scenario, &[]);
        let mut args = vec!["audit", "--format", "json"];
        // A source that is down for good is asked again until the deadline.
        if scenario.contains("status = 503") {
            args.extend(["--deadline", "4s"]);
        }
        args.extend(PACKS.iter().flat_map(|pack| ["--pack", *pack]));
        let run = tenant.run(&args);
        Self { status: run.status().expect("it ends by itself"), report: normal::json(run.json()) }
    }

    pub(super) fn results(&self) -> &[Value] {
        self.report["results"].as_array().expect("a list")
    }

    pub(super) fn rows(&self) -> BTreeSet<Row> {
        self.results().iter().map(row).collect()
    }

    /// The results of a check.
    pub(super) fn of_check(&self, check: &str) -> impl Iterator<Item = &Value> {
        self.results().iter().filter(move |result| result["check"] == check)
    }

    /// The one result of a check about a subject.
    #[track_caller]
    pub(super) fn result(&self, check: &str, subject: &str) -> &Value {
        let found = self.of_check(check).find(|result| about(result) == subject);
        found.unwrap_or_else(|| panic!("no result of {check} is about {subject}: {:#?}", self.verdicts(check)))
    }

    /// Subjects of a check with their verdicts: `/ pass`, in the order of the report.
    pub(super) fn verdicts(&self, check: &str) -> Vec<String> {
        self.of_check(check).map(|result| format!("{} {}", about(result), status(result))).collect()
    }

    /// Asserts these verdicts, and no others, for each of these checks.
    #[track_caller]
    pub(super) fn says(&self, checks: &[&str], verdicts: &[&str]) {
        for check in checks {
            assert_eq!(self.verdicts(check), verdicts, "{check}: {:#?}", self.of_check(check).collect::<Vec<_>>());
        }
    }

    /// Asserts that what a result misses names all of these.
    #[track_caller]
    pub(super) fn misses(&self, check: &str, subject: &str, words: &[&str]) {
        let missing = self.result(check, subject)["missing"].to_string();
        for word in words {
            assert!(missing.contains(word), "{check} about {subject} does not miss {word:?}: {missing}");
        }
    }

    /// How a source went.
    #[track_caller]
    pub(super) fn source(&self, id: &str) -> &str {
        let sources = self.report["sources"].as_array().expect("a list");
        let source = sources.iter().find(|source| source["id"] == id).expect(id);
        source["status"].as_str().expect("a text")
    }
}

pub(super) fn row(result: &Value) -> Row {
    (result["check"].as_str().expect("a text").to_owned(), about(result).to_owned())
}

/// What a result is about: a path, an address, or `tenant`.
pub(super) fn about(result: &Value) -> &str {
    let subject = &result["subject"];
    let named = ["user", "group", "client_id", "org_unit"].iter().find_map(|key| subject[key].as_str());
    named.unwrap_or("tenant")
}

pub(super) fn status(result: &Value) -> &str {
    result["status"].as_str().expect("a text")
}

/// The automated checks of the corpus's packs that rest on policies.
pub(super) fn resting_on_policies() -> &'static [String] {
    static CHECKS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let registry = Registry::builtin();
        let metas = registry.checks().map(gwsaudit::checks::Check::meta);
        let chosen = metas.filter(|meta| {
            PACKS.contains(&meta.pack.as_str()) && meta.automated && meta.sources.contains(&SourceId::Policies)
        });
        chosen.map(|meta| meta.id.clone()).collect()
    });
    &CHECKS
}

macro_rules! audits {
    ($($name:ident: $files:expr;)*) => {
        $(
            /// Audited once, whoever asks.
            pub(super) fn $name() -> &'static Audit {
                static AUDIT: LazyLock<Audit> = LazyLock::new(|| Audit::of(&$files));
                &AUDIT
            }
        )*
    };
}

audits! {
    sound: ["sound"];
    a: ["sound", "a"];
    b: ["sound", "b"];
    c: ["c"];
    d: ["d"];
    e: ["e"];
    e_denied: ["e", "e-denied"];
    f: ["f"];
    g: ["sound", "g"];
    h: ["sound", "h"];
    i: ["sound", "i"];
    j: ["sound", "j"];
    k: ["sound", "k"];
    l: ["sound", "l"];
    m: ["sound", "m"];
    n_failing: ["sound", "n-failing"];
    n_silent: ["sound", "n-silent"];
    o: ["o"];
    p: ["p"];
}
