//! `--redact`: nothing that is shown tells whose tenant it is, and what is shown keeps its shape.

use gwsaudit::report::Format;
use serde_json::{Value, json};

use super::harness::{Run, Sandbox, Tenant};

const KEY: (&str, &str) = ("GWSAUDIT_REDACT_KEY", "0123456789abcdef0123456789abcdef");
const OTHER_KEY: (&str, &str) = ("GWSAUDIT_REDACT_KEY", "fedcba9876543210fedcba9876543210");
const PACKS: [&str; 8] =
    ["--pack", "okta-workflows-gmail", "--pack", "cis-gws-1.4", "--pack", "scuba-gws-1", "--pack", "app-exposure"];

/// The scenario `mixed` with names that no text of the program holds.
const DISTINCTIVE: [(&str, &str); 13] = [
    ("mixed.example", "zyxcorp.example"),
    ("mixed.test", "zyxcorp.test"),
    ("C0mixed77", "C0zyxcorp7"),
    ("Mixed Example", "Zyxcorp Inc"),
    ("Sales", "Quillfeather"),
    ("Lab", "Marlowe Desk"),
    ("Finance", "Vexillology"),
    ("EMEA", "Umbra"),
    ("DACH", "Nocturne"),
    ("Robots", "Gastropods"),
    ("Mail Merge", "Sprocket Merger"),
    ("-flows@", "-flumox@"),
    ("controller@", "contrabass@"),
];
/// What must not be shown, in lower case.
const NAMES: [&str; 20] = [
    "zyxcorp",
    "quillfeather",
    "marlowe",
    "vexillology",
    "umbra",
    "nocturne",
    "gastropod",
    "sprocket",
    "flumox",
    "contrabass",
    "bartholomew",
    "77000000000",
    "777000000001",
    "elsewhere.example",
    "consultant",
    "second-admin",
    "auditor@",
    "sales-all",
    "finance-team",
    "contractors",
];

/// That tenant's snapshot, with a configuration that accepts a risk.
fn distinctive() -> Sandbox {
    let tenant = Tenant::edited("mixed", &DISTINCTIVE, "");
    tenant.run(&["collect", "-o", "snapshot.jsonl"]).exits(0);
    let sandbox = Sandbox::new();
    for (from, to) in [("snapshot.jsonl", "snapshot.jsonl"), ("sim/gwsaudit.toml", "gwsaudit.toml")] {
        sandbox.write(to, tenant.sandbox.read(from));
    }
    sandbox.write("attestations.toml", tenant.sandbox.read("sim/attestations.toml"));
    sandbox.append(
        "gwsaudit.toml",
        "\n[[suppress]]\ncheck = \"trusted-apps-exempt\"\norg_unit = \"/Vexillology\"\nreason = \"Bartholomew agreed\"\n\
         owner = \"Bartholomew\"\nexpires = 2099-01-01\n",
    );
    sandbox
}

fn audit(sandbox: &Sandbox, options: &[&str], key: (&str, &str)) -> Run {
    sandbox.run_with(&[&["audit", "--snapshot", "snapshot.jsonl"][..], &PACKS, options].concat(), &[key])
}

#[track_caller]
fn tells_no_name(text: &str, what: &str) {
    let folded = text.to_lowercase();
    for name in NAMES {
        if let Some(at) = folded.find(name) {
            let from = folded.floor_char_boundary(at.saturating_sub(120));
            let to = folded.ceil_char_boundary(at + 120);
            panic!("{what} tells {name:?}: …{}…", &folded[from..to]);
        }
    }
}

#[test]
fn no_name_is_left_in_any_format() {
    let sandbox = distinctive();
    let plain = audit(&sandbox, &["--format", "json"], KEY).stdout.to_lowercase();
    for name in NAMES {
        let told = plain.contains(name) || sandbox.read("snapshot.jsonl").to_lowercase().contains(name);
        assert!(told || name == "bartholomew", "the tenant has {name}");
    }
    for format in Format::ALL {
        for detail in [&[][..], &["-v"]] {
            let options = [&["--redact", "--format", format.as_str()][..], detail].concat();
            let shown = audit(&sandbox, &options, KEY).stdout;
            assert!(shown.contains("ou-") || shown.contains("user-"), "{format}: {shown}");
            tells_no_name(&shown, format.as_str());
        }
    }
    sandbox.write("report.json", audit(&sandbox, &["--format", "json"], KEY).stdout);
    for check in ["trusted-apps-exempt", "app-trusted", "connection-survives-reauth", "client-id-pinned"] {
        let subject: &[&str] = match check {
            "connection-survives-reauth" => &["emea@zyxcorp.example"],
            "client-id-pinned" => &[],
            _ => &["/Vexillology"],
        };
        for from in [["--snapshot", "snapshot.jsonl"], ["--report", "report.json"]] {
            for format in ["human", "json"] {
                let args = [&["explain", check][..], subject, &from, &["--format", format, "--redact"]].concat();
                let run = sandbox.run_with(&args, &[KEY]);
                if run.status() == Some(0) {
                    tells_no_name(&run.stdout, check);
                } else {
                    assert_eq!(check, "connection-survives-reauth", "{run:#?}");
                }
            }
        }
    }
    let mut other: Value = serde_json::from_str(&sandbox.read("report.json")).expect("JSON");
    other["org_units"].as_array_mut().expect("org units").remove(2);
    other["connections"].as_array_mut().expect("connections").remove(0);
    other["results"].as_array_mut().expect("results").retain(|result| result["status"] != "fail");
    sandbox.write("other.json", other.to_string());
    for (old, new) in [("report.json", "other.json"), ("other.json", "report.json"), ("other.json", "snapshot.jsonl")] {
        for format in ["human", "json"] {
            let run = sandbox.run_with(&["diff", old, new, "--redact", "--format", format], &[KEY]);
            assert!(matches!(run.status(), Some(0 | 1)), "{run:#?}");
            tells_no_name(&run.stdout, "diff");
        }
    }
}

#[test]
fn pseudonyms_keep_the_shape() {
    let sandbox = distinctive();
    let redact = |key| audit(&sandbox, &["--format", "json", "--redact"], key).json();
    let (plain, one) = (audit(&sandbox, &["--format", "json"], KEY).json(), redact(KEY));
    assert_eq!(redact(KEY), one, "the same key, the same pseudonyms");
    let other = redact(OTHER_KEY);
    assert_ne!(other["org_units"], one["org_units"]);
    assert_ne!(other["redaction"], one["redaction"]);
    assert_eq!(plain.get("redaction"), None);
    for kept in ["summary", "audited_at", "evidence_from", "tool", "schema"] {
        assert_eq!(one[kept], plain[kept], "{kept}");
    }
    let count = |report: &Value, list: &str| report[list].as_array().expect("a list").len();
    for list in ["results", "org_units", "connections", "sources", "unread_events", "notices"] {
        assert_eq!(count(&one, list), count(&plain, list), "{list}");
    }
    let depths = |report: &Value| {
        let paths = report["org_units"].as_array().expect("org units").iter();
        let mut depths: Vec<usize> =
            paths.map(|unit| unit["path"].as_str().expect("a path").matches('/').count()).collect();
        depths.sort_unstable();
        depths
    };
    assert_eq!(depths(&one), depths(&plain));
    let users = one["connections"].as_array().expect("connections").iter().map(|one| one["user"].as_str());
    let users: Vec<&str> = users.map(|user| user.expect("an address")).collect();
    assert!(users.is_sorted());
    let domains: std::collections::BTreeSet<&str> =
        users.iter().filter_map(|user| Some(user.split_once('@')?.1)).collect();
    let primary = one["tenant"]["primary_domain"].as_str().expect("a domain");
    assert!(
        domains.contains(primary) && primary.starts_with("domain-") && primary.ends_with(".example"),
        "{domains:?}"
    );
    // The catalogue's app keeps its id, and results their words.
    assert!(one["org_units"][0]["apps"].get("okta-workflows-gmail").is_some());
    let fingerprints = |report: &Value| -> std::collections::BTreeSet<String> {
        let results = report["results"].as_array().expect("results").iter();
        let named = results.filter(|result| result["check"] == "app-trusted" && result["subject"]["org_unit"] != "/");
        named.map(|result| result["fingerprint"].to_string()).collect()
    };
    assert!(!fingerprints(&one).is_empty());
    assert!(fingerprints(&one).is_disjoint(&fingerprints(&plain)), "nobody can try names out on them");
    // It is a report like any other.
    sandbox.write("redacted.json", one.to_string());
    let unit = one["org_units"][1]["path"].as_str().expect("a path");
    let explained = sandbox.run(&["explain", "app-trusted", unit, "--report", "redacted.json"]).exits(0);
    assert!(explained.stdout.contains(unit), "{}", explained.stdout);
}

#[test]
fn keys_are_looked_after() {
    let sandbox = Sandbox::recorded("healthy");
    let audit = ["audit", "--snapshot", "snapshot.jsonl", "--format", "json"];
    let with = |options: &[&str]| sandbox.run(&[&audit[..], options].concat());
    let (one, other) = (with(&["--redact"]).exits(0), with(&["--redact"]).exits(0).says(&["a key of this run alone"]));
    assert_ne!(one.json()["tenant"], other.json()["tenant"]);
    sandbox.write("key", "0123456789abcdef0123456789abcdef\n");
    let keyed = with(&["--redact", "--redact-key-file", "key"]).exits(0).says_nothing();
    let from_environment = sandbox.run_with(&[&audit[..], &["--redact"]].concat(), &[KEY]).exits(0).says_nothing();
    assert_eq!(from_environment.stdout, keyed.stdout);
    sandbox.write("short", "0123456789\n");
    with(&["--redact", "--redact-key-file", "short"]).exits(2).prints_nothing().says(&["short", "16", "openssl"]);
    with(&["--redact", "--redact-key-file", "nowhere"]).exits(2).prints_nothing().says(&["nowhere"]);
    with(&["--redact-key-file", "key"]).exits(2).prints_nothing().says(&["--redact"]);

    sandbox.write("redacted.json", &keyed.stdout);
    sandbox.write("other.json", &one.stdout);
    sandbox.write("plain.json", with(&[]).stdout);
    let verify = sandbox.run(&["verify", "redacted.json", "--snapshot", "snapshot.jsonl"]);
    verify.exits(2).prints_nothing().says(&["pseudonyms", "--redact"]);
    let same = sandbox.run(&["diff", "redacted.json", "redacted.json", "--format", "json"]).exits(0).json();
    assert_eq!(same["results"], json!([]));
    for (old, new) in
        [("redacted.json", "other.json"), ("plain.json", "redacted.json"), ("snapshot.jsonl", "other.json")]
    {
        sandbox.run(&["diff", old, new]).exits(2).prints_nothing().says(&["pseudonyms"]);
    }
    sandbox.run(&["diff", "redacted.json", "redacted.json", "--redact"]).exits(2).says(&["pseudonyms already"]);
}
