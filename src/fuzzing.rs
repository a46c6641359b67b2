//! Entrances for the fuzz targets (`fuzz/`), which the tests replay the kept corpus through; in no build that is used.
//!
//! Each takes the bytes that a stranger controls through the same functions as the program, and holds them to a law
//! wherever there is one: whatever comes in, what goes out is clean, bounded, and says the same when it is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::checks::language::load_builtin;
use crate::checks::{Acceptance, Inquiry, Registry, Selection, evaluate};
use crate::config::{builtin_catalogue, load, read_attestations};
use crate::diagnose::{Paste, diagnose};
use crate::domain::{AppId, is_hidden};
use crate::evidence::{gather, read_configured_apps};
use crate::facts::{Facts, Statements};
pub use crate::google::fuzzing::{api_body, google_error_body, oauth_answer};
use crate::google::policies::{Part, PolicyQuery};
use crate::policy::{Chain, GroupId, Holds, OrgUnitId, Query, SettingCatalogue, Sku, Who};
use crate::report::diagnosis::{self, Findings};
use crate::report::model::Report;
use crate::report::{Assembly, Format, RenderOptions, Visible, assemble, explain, read, render};
use crate::snapshot::Snapshot;

/// A target: its name, which is its binary's and its corpus folder's, and its entrance.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 12] = [
    ("api_body", api_body),
    ("attestations", attestations),
    ("config", config),
    ("configured_apps_csv", configured_apps_csv),
    ("dns_record", dns_record),
    ("google_error_body", google_error_body),
    ("oauth_answer", oauth_answer),
    ("okta_error_text", okta_error_text),
    ("pack", pack),
    ("policy_query", policy_query),
    ("report_file", report_file),
    ("snapshot", snapshot),
];

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(Registry::builtin)
}

/// The JSON of a report that was written in every format, each of which hides nothing.
fn written(report: &Report) -> Vec<u8> {
    let mut json = Vec::new();
    for format in Format::ALL {
        let mut out = Vec::new();
        render(report, format, &RenderOptions::default(), &mut out).expect("memory takes everything");
        let text = std::str::from_utf8(&out).expect("text is written");
        // RFC 4180 ends its rows with both.
        let breaks = |c: char| c == '\n' || (format == Format::Csv && c == '\r');
        assert!(!text.chars().any(|c| is_hidden(c) && !breaks(c)), "{format} hides something");
        if format == Format::Json {
            json = out;
        } else if format == Format::Sarif {
            serde_json::from_slice::<serde::de::IgnoredAny>(&out).expect("SARIF is JSON");
        }
    }
    json
}

/// A report as `explain --report` reads it. What is read is written as it was, and explained.
pub fn report_file(data: &[u8]) {
    let Ok(report) = read(data) else { return };
    let json = written(&report);
    let again = read(&json).expect("what was written can be read");
    assert!(written(&again) == json, "what is read says the same");
    for check in registry().checks() {
        let all = explain::matching(&report, &check.meta().id, &[]).unwrap_or_default();
        for one in all.iter().take(3) {
            let explanations = explain::explain(&report, check, std::slice::from_ref(one));
            let mut out = Vec::new();
            explain::render_human(&explanations, &RenderOptions::default(), &mut out).expect("memory takes everything");
            let text = std::str::from_utf8(&out).expect("text is written");
            assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'));
        }
    }
}

/// A snapshot, through the whole pipeline. Lines without a header get one, and an end.
pub fn snapshot(data: &[u8]) {
    const HEADER: &str = r#"{"schema":"gwsaudit/snapshot/1","tool_version":"0.1.0","collected_at":"2026-11-23T10:00:00Z","customer":"my_customer","operator":{}}"#;
    let packed = data.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let whole = packed || data.starts_with(b"{\"schema\"");
    let bytes = if whole {
        data.to_vec()
    } else {
        let records = data.split(|byte| *byte == b'\n').count();
        let end = format!("\n{{\"type\":\"end\",\"records\":{records}}}\n");
        [HEADER.as_bytes(), b"\n", data, end.as_bytes()].concat()
    };
    let path = scratch(if packed { "fuzz.jsonl.zst" } else { "fuzz.jsonl" });
    std::fs::write(&path, bytes).expect("there is room");
    let Ok(snapshot) = Snapshot::open(&path) else { return };
    let catalogue = builtin_catalogue(&[]).expect("the built-in catalogue is sound");
    let apps: Vec<_> = catalogue.apps.values().cloned().collect();
    let apps: Vec<_> = apps.iter().collect();
    let Ok(evidence) = gather(&snapshot, &apps) else { return };
    let statements = Statements {
        attestations: Vec::new(),
        configured_apps: None,
        no_bindings: false,
        catalogue,
        ..Statements::default()
    };
    let facts = Facts::derive(evidence, &statements, &apps);
    let selection = Selection::default();
    let inquiry = Inquiry { facts: &facts, selection: &selection, acceptance: Acceptance::ProvenOnly };
    let packs = ["okta-workflows-gmail", "app-exposure"].map(|pack| pack.parse().expect("an id"));
    let results = evaluate(registry().checks_of(&packs), &inquiry);
    let report = assemble(Assembly {
        facts: &facts,
        results,
        selection: &selection,
        customer: "my_customer",
        collisions: Vec::new(),
    });
    let json = written(&report);
    let again = read(&json).expect("what was written can be read");
    assert!(written(&again) == json, "what is read says the same");
}

/// A file of this process's own.
fn scratch(name: &str) -> PathBuf {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("temporary storage"));
    folder.path().join(format!("{:?}-{name}", std::thread::current().id()))
}

/// What an operator, or whoever handed them the file, attests.
pub fn attestations(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let apps: [AppId; 1] = ["okta-workflows-gmail".parse().expect("an id")];
    match read_attestations("attestations.toml", text, &apps) {
        Ok(read) => assert!(read.len() <= text.len() / 8),
        Err(faults) => shown(&faults),
    }
}

/// A configuration.
pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Err(faults) = load(None, text, BTreeMap::new()) {
        shown(&faults);
    }
    // The same from the environment: `section.key=value` a line.
    let variables = text.lines().filter_map(|line| line.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if let Err(faults) = load(None, "", variables) {
        shown(&faults);
    }
}

/// A message as the program shows it.
fn shown(message: &dyn std::fmt::Display) {
    for line in message.to_string().lines() {
        assert!(!Visible::of(line).as_str().chars().any(is_hidden));
    }
}

/// The console's download of configured apps.
pub fn configured_apps_csv(data: &[u8]) {
    match read_configured_apps(data) {
        Ok(rows) => {
            let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
            assert!(rows.values().flatten().all(|row| row.line >= 1 && row.line <= lines), "a row stands on a line");
            assert!(rows.values().all(|rows| !rows.is_empty()));
        }
        Err(why) => shown(&why),
    }
}

/// A TXT record as SPF, DKIM and DMARC.
pub fn dns_record(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    crate::facts::domains::read_record(text);
}

/// What a dead connection printed, as somebody pastes it. What is said of it is clean, and no longer than it can be read.
pub fn okta_error_text(data: &[u8]) {
    let paste = Paste::from_bytes(data);
    let diagnosis = diagnose(&paste.text);
    let findings = Findings { diagnosis: &diagnosis, cut: paste.cut, tenant: None };
    let mut page = Vec::new();
    diagnosis::render_human(&findings, &RenderOptions::default(), &mut page).expect("memory takes everything");
    let page = std::str::from_utf8(&page).expect("text is written");
    assert!(!page.chars().any(|c| is_hidden(c) && c != '\n'), "{page}");
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
    let mut json = Vec::new();
    diagnosis::render_json(&findings, &mut json).expect("memory takes everything");
    serde_json::from_slice::<serde::de::IgnoredAny>(&json).expect("JSON");
}

/// A pack in YAML with its expressions, against the built-in inputs.
pub fn pack(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let load = || load_builtin(&[("pack.yaml", text)], SettingCatalogue::builtin(), &[]);
    match (load(), load()) {
        (Ok(one), Ok(other)) => assert_eq!(one.len(), other.len()),
        (Err(one), Err(other)) => {
            assert_eq!(one.to_string(), other.to_string());
            shown(&one);
        }
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("the same text is a pack once, and not the next time"),
    }
}

/// A policy's condition, or the whole of its `policyQuery` as JSON. Whoever it is evaluated for, there is an answer; and
/// what is known while nothing is known of somebody stays so, whatever more is learnt.
pub fn policy_query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = serde_json::from_str::<PolicyQuery>(text)
        .ok()
        .or_else(|| serde_json::from_value(serde_json::json!({ "query": text })).ok());
    let query = Query::from_google(&Part::Sound(read.expect("a text is a query")));
    let named = query.named();
    let units: Vec<OrgUnitId> = named.org_units.iter().cloned().collect();
    let (everybody, nobody) = (|_: &GroupId| Holds::Yes, |_: &GroupId| Holds::No);
    let (all, none) = (|_: &Sku| Holds::Yes, BTreeSet::<Sku>::new());
    let (open_groups, open_licences) = (|_: &GroupId| Holds::Unknown, |_: &Sku| Holds::Unknown);
    let unknown = Who { org_units: &[], chain: Chain::Partial, groups: &open_groups, licences: &open_licences };
    let (before, _) = query.of(&unknown);
    let members = Who { org_units: &units, chain: Chain::Whole, groups: &everybody, licences: &all };
    let strangers = Who { org_units: &[], chain: Chain::Whole, groups: &nobody, licences: &none };
    for who in [members, strangers] {
        let (after, whys) = query.of(&who);
        assert!(before == Holds::Unknown || before == after, "{before:?} became {after:?}");
        assert!(after != Holds::Unknown || !whys.is_empty(), "nobody knows, and nothing says why");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kept corpus, and every crash that was ever found, goes through without one.
    #[test]
    fn the_kept_corpus_passes() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        let mut folders: Vec<String> = std::fs::read_dir(&root)
            .expect("the corpus")
            .map(|entry| entry.expect("a folder").file_name().to_string_lossy().into_owned())
            .collect();
        folders.sort();
        assert_eq!(folders, TARGETS.map(|(name, _)| name), "a folder per target");
        for (name, target) in TARGETS {
            let mut seeds = 0;
            for entry in std::fs::read_dir(root.join(name)).expect("a folder") {
                let path = entry.expect("a file").path();
                target(&std::fs::read(&path).expect("it can be read"));
                seeds += 1;
            }
            assert!(seeds > 2, "{name} has {seeds} seeds");
        }
    }
}
