//! The source tree itself: which stage may know which, how long files are, and that nothing lies about unused.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gwsaudit::checks::Registry;
use gwsaudit::domain::PackId;
use gwsaudit::simulator::Scenario;
use gwsaudit::snapshot::SourceId;

/// A file of more lines has more than one subject.
const LONGEST_FILE: usize = 600;

/// Each stage, and what it may use of the others: whole stages, or modules of one.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("google", &["domain"]),
    ("snapshot", &["domain", "google", "report::model"]),
    ("canaries", &["domain", "google", "snapshot"]),
    ("policy", &["domain", "google"]),
    ("evidence", &["domain", "google", "snapshot", "policy", "report::model"]),
    ("facts", &["domain", "google", "snapshot", "policy", "evidence", "report::model"]),
    // Of the snapshot, how sources are called; of the report, the connections.
    ("diagnose", &["domain", "snapshot::SourceId", "evidence", "facts", "report::model"]),
    (
        "checks",
        &["domain", "google", "snapshot", "policy", "evidence", "facts", "report::model", "report::fingerprint"],
    ),
    // Of the evidence, what an app is.
    (
        "collect",
        &[
            "domain",
            "google",
            "snapshot",
            "canaries",
            "policy",
            "evidence::AppDefinition",
            "evidence::NamePattern",
            "report::model",
        ],
    ),
    ("report", &["domain", "google", "snapshot", "policy", "evidence", "facts", "diagnose", "checks"]),
    ("whatif", &["domain", "snapshot", "policy", "evidence", "facts", "checks", "report"]),
    // Of canaries, where a token may be.
    (
        "config",
        &[
            "domain",
            "google",
            "evidence",
            "collect::Scan",
            "checks",
            "report::model",
            "canaries::CommandLine",
            "canaries::Kept",
            "canaries::Tokens",
        ],
    ),
    // Of the configuration, how an attestation is written: words alone, no type that judges.
    ("simulator", &["domain", "config::AttestationText", "config::ValueText"]),
    (
        "cli",
        &[
            "domain",
            "google",
            "snapshot",
            "canaries",
            "policy",
            "evidence",
            "facts",
            "diagnose",
            "checks",
            "collect",
            "report",
            "config",
            "simulator",
            "whatif",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository whose name ends so, sorted.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut ahead = vec![root().join(folder)];
    while let Some(folder) = ahead.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                ahead.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("UTF-8")
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).expect("it is ours").display().to_string()
}

/// Every path behind `crate::` in a line: `crate::report::model::Status` gives `report::model::Status`, and braces give
/// a path for each name in them, as far as the line goes.
fn crate_paths(line: &str) -> Vec<String> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut paths = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let end = rest.find(|c: char| !is_path(c)).unwrap_or(rest.len());
        let (path, rest) = rest.split_at(end);
        match rest.strip_prefix('{').filter(|_| path.is_empty() || path.ends_with("::")) {
            None => paths.push(path.to_owned()),
            Some(inside) => {
                let inside = inside.split('}').next().unwrap_or_default();
                let names = inside.split(',').map(str::trim).filter(|name| !name.is_empty());
                let names: Vec<String> = names.map(|name| format!("{path}{name}")).collect();
                paths.extend(if names.is_empty() { vec![path.to_owned()] } else { names });
            }
        }
    }
    paths
}

fn allowed(stage: &str, path: &str) -> bool {
    let may_use = MAY_USE.iter().find(|(name, _)| *name == stage).expect("every stage is listed").1;
    let within = |area: &str| path == area || path.strip_prefix(area).is_some_and(|rest| rest.starts_with("::"));
    within(stage) || may_use.iter().any(|area| within(area))
}

/// Uses of a stage that does not come before.
fn violations(stage: &str, file: &str, text: &str) -> String {
    let mut found = String::new();
    // An import over several lines counts as one.
    let mut pending = String::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("//") {
            continue;
        }
        pending.push_str(line);
        let open = pending.contains("use crate::") && !pending.contains(';');
        if open {
            continue;
        }
        for path in crate_paths(&pending) {
            if !allowed(stage, &path) {
                writeln!(found, "{file}:{}: {pending}\n    {stage} may not use {path}", number + 1).expect("memory");
            }
        }
        pending.clear();
    }
    found
}

#[test]
fn imports_point_one_way() {
    let stages: BTreeSet<&str> = MAY_USE.iter().map(|(stage, _)| *stage).collect();
    let mut found = String::new();
    let mut seen = BTreeSet::new();
    for path in files("src", "rs") {
        let inside = path.strip_prefix(root().join("src")).expect("it is there");
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        // The entrances of the fuzz targets reach into every stage, and no stage reaches into them.
        if ["lib.rs", "main.rs", "fuzzing.rs"].contains(&first.as_str()) {
            continue;
        }
        assert!(stages.contains(first.as_str()), "{first} is a stage that this test does not know");
        found += &violations(&first, &shown(&path), &read(&path));
        seen.insert(first);
    }
    assert!(found.is_empty(), "\n{found}");
    assert_eq!(seen.len(), stages.len(), "{seen:?}");
}

#[test]
fn a_wrong_import_is_seen() {
    for (stage, line) in [
        ("domain", "use crate::google::Google;"),
        ("evidence", "use crate::report::{model, Format};"),
        ("collect", "use crate::evidence::{AppDefinition,\n    Evidence};"),
        ("facts", "let x = crate::checks::all();"),
        ("simulator", "use crate::google::scopes;"),
        ("config", "use crate::collect::Plan;"),
        ("google", "use crate::{domain, cli};"),
    ] {
        assert!(!violations(stage, "x.rs", &format!("{line}\n")).is_empty(), "{line}");
    }
    for (stage, line) in [
        ("domain", "use crate::domain::Email;"),
        ("evidence", "use crate::report::model::{Status, SourceStatus};"),
        ("checks", "use crate::report::{model, fingerprint::fingerprint};"),
        ("facts", "// crate::cli ties it together"),
    ] {
        assert_eq!(violations(stage, "x.rs", line), "", "{line}");
    }
}

#[test]
fn files_have_one_subject_each() {
    for folder in ["src", "tests"] {
        for path in files(folder, "rs") {
            let lines = read(&path).lines().count();
            assert!(lines <= LONGEST_FILE, "{} has {lines} lines; {LONGEST_FILE} are enough", shown(&path));
        }
    }
}

#[test]
fn every_scenario_is_built_in() {
    let names: Vec<String> = files("config/scenarios", "toml")
        .iter()
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, Scenario::builtin_names().collect::<Vec<_>>());
    for name in names {
        assert!(Scenario::builtin(&name).is_some_and(|scenario| !scenario.about().trim().is_empty()), "{name}");
    }
}

#[test]
fn the_readme_says_what_the_program_says() {
    let readme = include_str!("../../README.md");
    for exit in gwsaudit::cli::Exit::ALL {
        let row = format!("| {} | {} |", exit.status(), exit.meaning());
        assert!(readme.contains(&row), "the README lacks the row {row}");
    }
    for scope in gwsaudit::google::scopes::ALL {
        let name = scope.url.rsplit("/auth/").next().unwrap_or(scope.url);
        assert!(readme.contains(&format!("| `{name}` |")), "the README lacks the scope {name}");
    }
    // The other packs follow frameworks or have a row for the whole of them.
    let registry = Registry::builtin();
    let first: PackId = "okta-workflows-gmail".parse().expect("an id");
    for check in registry.checks_of(std::slice::from_ref(&first)) {
        let row = format!("| `{}` ({})", check.meta().id, check.meta().severity);
        assert!(readme.contains(&row), "the README lacks the row {row}");
    }
}

#[test]
fn the_readme_counts_what_packs_hold() {
    let readme = include_str!("../../README.md");
    let registry = Registry::builtin();
    let sources_of = |pack: &str| -> BTreeSet<SourceId> {
        let checks = registry.checks().filter(|check| check.meta().pack == pack);
        checks.flat_map(|check| check.meta().sources.clone()).collect()
    };
    let always = sources_of("okta-workflows-gmail");
    for pack in registry.packs() {
        let checks: Vec<_> = registry.checks().filter(|check| check.meta().pack == pack.id).collect();
        let automated = checks.iter().filter(|check| check.meta().automated).count();
        let more: Vec<String> = sources_of(&pack.id).difference(&always).map(|source| format!("`{source}`")).collect();
        let more = if more.is_empty() { "nothing more".to_owned() } else { more.join(", ") };
        let (all, manual) = (checks.len(), checks.len() - automated);
        let row = format!("| `{}` | {all} | {automated} | {manual} | {more} |", pack.id);
        assert!(readme.contains(&row), "the README lacks the row {row}");
    }
}

/// The day in a reason such as "…; until 2027-01-31".
fn ends(reason: &str) -> Option<jiff::civil::Date> {
    let day = reason.split_once("until ")?.1;
    day.get(..10)?.parse().ok()
}

/// Ignored advisories without a reason, without an end, or whose end has come.
fn ignored_for_ever(deny: &str, today: jiff::civil::Date) -> Vec<String> {
    let deny: toml::Table = toml::from_str(deny).expect("TOML");
    let ignored = deny["advisories"]["ignore"].as_array().expect("a list").clone();
    let faulty = |entry: &toml::Value| {
        let reason = entry.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        ends(reason).is_none_or(|day| day < today)
    };
    ignored.iter().filter(|entry| faulty(entry)).map(ToString::to_string).collect()
}

#[test]
fn no_advisory_is_ignored_without_reason_and_end() {
    #[expect(clippy::disallowed_methods, reason = "an end that has come is one that has come today")]
    let now = jiff::Timestamp::now();
    let today = now.to_string()[..10].parse().expect("a day");
    assert_eq!(ignored_for_ever(include_str!("../../deny.toml"), today), Vec::<String>::new());
    let of = |ignore: &str| {
        ignored_for_ever(&format!("[advisories]\nignore = [{ignore}]"), "2026-11-26".parse().expect("a day"))
    };
    for faulty in [
        "\"RUSTSEC-2026-0001\"",
        "{ id = \"RUSTSEC-2026-0001\" }",
        "{ id = \"RUSTSEC-2026-0001\", reason = \"not reached\" }",
        "{ id = \"RUSTSEC-2026-0001\", reason = \"not reached; until the next release\" }",
        "{ id = \"RUSTSEC-2026-0001\", reason = \"not reached; until 2026-11-25\" }",
    ] {
        assert_eq!(of(faulty).len(), 1, "{faulty}");
    }
    assert!(of("{ id = \"RUSTSEC-2026-0001\", reason = \"not reached; until 2026-11-26\" }").is_empty());
}

#[test]
fn every_fuzz_target_has_its_binary_and_its_corpus() {
    let stems = |folder: &str, extension: &str| -> Vec<String> {
        let stem = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
        files(folder, extension).iter().map(stem).collect()
    };
    let targets = stems("fuzz/fuzz_targets", "rs");
    let manifest = read(&root().join("fuzz/Cargo.toml"));
    let entrances = read(&root().join("src/fuzzing.rs"));
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is no binary");
        assert!(entrances.contains(&format!("(\"{target}\", {target}),")), "{target} is not replayed by the tests");
        assert!(root().join("fuzz/corpus").join(target).is_dir(), "{target} has no corpus");
    }
    assert_eq!(entrances.matches("\n    (\"").count(), targets.len());
}
