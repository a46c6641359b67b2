//! `gwsaudit verify`: a report belongs to its snapshot, and says what judging that again says.

use serde_json::{Value, json};

use super::harness::{Run, Sandbox, Tenant};

const AUDIT: [&str; 5] = ["audit", "--snapshot", "snapshot.jsonl", "--format", "json"];
const VERIFY: [&str; 4] = ["verify", "report.json", "--snapshot", "snapshot.jsonl"];

/// A recorded tenant with its report.
fn audited(scenario: &str, options: &[&str]) -> Sandbox {
    let sandbox = Sandbox::recorded(scenario);
    let args: Vec<&str> = AUDIT.into_iter().chain(options.iter().copied()).collect();
    let report = sandbox.run(&args).stdout;
    sandbox.write("report.json", report);
    sandbox
}

fn verify(sandbox: &Sandbox) -> Run {
    sandbox.run(&[&VERIFY[..], &["--format", "json"]].concat())
}

/// Changes the report.
fn edit(sandbox: &Sandbox, change: impl FnOnce(&mut Value)) {
    let mut report: Value = serde_json::from_str(&sandbox.read("report.json")).expect("JSON");
    change(&mut report);
    sandbox.write("report.json", report.to_string());
}

#[test]
fn a_report_is_reproduced() {
    for (scenario, options) in [
        ("okta-gmail-broken", &[][..]),
        ("healthy", &[]),
        ("contradictory", &["--accept-presumed"]),
        ("mixed", &["--org-unit", "/Sales", "--pack", "cis-gws-1.4", "--pack", "okta-workflows-gmail"]),
    ] {
        let sandbox = audited(scenario, options);
        let verified = verify(&sandbox).exits(0).says_nothing().json();
        assert_eq!(verified["schema"], "gwsaudit/verification/1");
        assert_eq!((&verified["reproduced"], &verified["differences"]), (&json!(true), &json!([])), "{scenario}");
        for part in ["snapshot", "version", "program", "attestations", "configured_apps", "configuration"] {
            assert_eq!(verified[part]["is"], "same", "{scenario} {part}: {verified}");
        }
    }
}

#[test]
fn packed_or_not_it_is_the_same_snapshot() {
    let tenant = Tenant::builtin("healthy");
    tenant.run(&["collect", "-o", "one.jsonl.zst"]).exits(0);
    let report = tenant.run(&["audit", "--snapshot", "one.jsonl.zst", "--format", "json"]).exits(0).stdout;
    tenant.sandbox.write("report.json", report);
    let packed = std::fs::read(tenant.sandbox.path("one.jsonl.zst")).expect("a snapshot");
    let plain = zstd::decode_all(&*packed).expect("zstd");
    tenant.sandbox.write("plain.jsonl", &plain);
    let verified = tenant.run(&["verify", "report.json", "--snapshot", "plain.jsonl", "--format", "json"]);
    let verified = verified.exits(0).json();
    let hash = gwsaudit::domain::Sha256::of(&plain);
    assert_eq!((&verified["snapshot"]["reported"], &verified["snapshot"]["found"]), (&json!(hash), &json!(hash)));
}

/// Makes a report say something else.
type Alteration = fn(&mut Value);

#[test]
fn an_altered_report_is_told() {
    let alterations: [(&str, Alteration); 5] = [
        ("results", |report| {
            let failed = report["results"]
                .as_array_mut()
                .and_then(|results| results.iter_mut().find(|result| result["status"] == "fail"));
            failed.expect("a failure")["status"] = "pass".into();
        }),
        ("results", |report| {
            report["results"].as_array_mut().expect("results").pop();
        }),
        ("org_units", |report| report["org_units"][1]["cloud_session"]["reauth"] = "not_required".into()),
        ("connections", |report| report["connections"][0]["outcome"] = "survives".into()),
        ("summary", |report| report["summary"]["fail"] = 0.into()),
    ];
    for (part, alter) in alterations {
        let sandbox = audited("okta-gmail-broken", &[]);
        edit(&sandbox, alter);
        let verified = verify(&sandbox).exits(1).says_nothing().json();
        assert_eq!((&verified["reproduced"], &verified["snapshot"]["is"]), (&json!(false), &json!("same")));
        let parts: Vec<&Value> =
            verified["differences"].as_array().expect("a list").iter().map(|difference| &difference["part"]).collect();
        assert_eq!(parts, [part], "{verified}");
    }
}

#[test]
fn another_snapshot_is_told() {
    let sandbox = audited("okta-gmail-broken", &[]);
    let snapshot = sandbox.read("snapshot.jsonl");
    // Not a word of it is different, only the white space.
    sandbox.write("snapshot.jsonl", snapshot.replacen("{\"type\":\"end\",", "{\"type\":\"end\", ", 1));
    let verified = verify(&sandbox).exits(1).json();
    assert_eq!((&verified["snapshot"]["is"], &verified["differences"]), (&json!("different"), &json!([])));
    let human = sandbox.run(&VERIFY).exits(1).says_nothing().stdout;
    assert!(human.starts_with("The report is not reproduced: it was made from another snapshot"), "{human}");
}

#[test]
fn what_else_differs_is_told() {
    let sandbox = audited("healthy", &[]);
    // A remark on an attestation changes its file and no verdict.
    sandbox.append("attestations.toml", "# looked at again\n");
    let verified = verify(&sandbox).exits(0).json();
    assert_eq!(verified["attestations"]["is"], "different");
    // Without attestations nothing is proven.
    sandbox.edit("gwsaudit.toml", "attestations = ", "# attestations = ");
    let verified = verify(&sandbox).exits(1).json();
    assert_eq!(verified["attestations"]["found"], Value::Null);
    let human = sandbox.run_with(&VERIFY, &[("COLUMNS", "200")]).exits(1).stdout;
    assert!(human.contains("Not what the report was made with: attestations. Differences may come"), "{human}");
    // Another program.
    edit(&sandbox, |report| report["inputs"]["tool"]["version"] = "0.0.1".into());
    let verified = verify(&sandbox).exits(1).json();
    assert_eq!((&verified["version"]["is"], &verified["version"]["reported"]), (&json!("different"), &json!("0.0.1")));
    // A build that could not read itself.
    edit(&sandbox, |report| report["inputs"]["tool"]["sha256"] = Value::Null);
    assert_eq!(verify(&sandbox).exits(1).json()["program"]["is"], "unknown");
}

#[test]
fn own_packs_are_told_apart() {
    let sandbox = Sandbox::recorded("healthy");
    let pack = "pack: acme-house\nextends: cis-gws-1.4\n";
    sandbox.write("packs/acme.yaml", pack);
    let with = ["--pack-dir", "packs"];
    let report = sandbox.run(&[&AUDIT[..], &with, &["--pack", "acme-house"]].concat());
    let inputs = report.json()["inputs"].clone();
    sandbox.write("report.json", report.stdout);
    let shipped = |name: &str| {
        let file = format!("{}/config/packs/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(file).expect("a pack of ours")
    };
    // As an operator would compute it, with sha256sum.
    let sha = |text: &str| gwsaudit::domain::Sha256::of(text.as_bytes()).to_string();
    let base = sha(&(shipped("cis-gws-1.4") + &sha(&shipped("cis-gws-1.3"))));
    assert_eq!(inputs["packs"], json!([{"id": "acme-house", "sha256": sha(&format!("{pack}{base}"))}]));
    let again = sandbox.run(&[&VERIFY[..], &with, &["--format", "json"]].concat()).exits(0).json();
    assert_eq!(again["packs"][0]["is"], "same");
    sandbox.write("packs/acme.yaml", format!("{pack}# a remark\n"));
    let again = sandbox.run(&[&VERIFY[..], &with, &["--format", "json"]].concat()).exits(0).json();
    assert_eq!(again["packs"][0]["is"], "different");
    sandbox.run(&VERIFY).exits(2).prints_nothing().says(&["acme-house"]);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let sandbox = audited("healthy", &[]);
    sandbox.run(&["verify", "report.json"]).exits(2).says(&["--snapshot"]);
    sandbox.run(&["verify", "nowhere.json", "--snapshot", "snapshot.jsonl"]).exits(4).says(&["nowhere.json"]);
    sandbox.run(&["verify", "report.json", "--snapshot", "nowhere.jsonl"]).exits(4).says(&["nowhere.jsonl"]);
    sandbox.run(&["verify", "snapshot.jsonl", "--snapshot", "snapshot.jsonl"]).exits(4);
    edit(&sandbox, |report| drop(report.as_object_mut().expect("an object").remove("inputs")));
    verify(&sandbox).exits(4).prints_nothing().says(&["does not say what it was made from", "gwsaudit audit"]);
}

#[test]
fn the_outcome_reads_well() {
    let sandbox = audited("okta-gmail-broken", &[]);
    edit(&sandbox, |report| {
        report["org_units"][1]["cloud_session"]["reauth"] = "not_required".into();
        report["connections"].as_array_mut().expect("connections").remove(0);
    });
    sandbox.append("attestations.toml", "# later\n");
    let text = sandbox.run_with(&VERIFY, &[("COLUMNS", "100")]).exits(1).says_nothing().stdout;
    let hash = |text: &str| {
        let is_hash = |word: &str| word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let ends = |c: char| !c.is_ascii_alphanumeric();
        text.split_inclusive(ends)
            .map(|word| match word.char_indices().next_back() {
                Some((at, end)) if is_hash(&word[..at]) => format!("[hash]{end}"),
                _ => word.to_owned(),
            })
            .collect::<String>()
    };
    insta::assert_snapshot!("verify-human", hash(&text));
}
