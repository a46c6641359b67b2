//! A tenant in which a text of an attacker's stands wherever somebody chose one.

use std::sync::LazyLock;

use serde_json::Value;

use crate::cli::harness::{Run, Sandbox, Tenant};

const SCENARIO: &str = include_str!("tenant.toml");

/// The words of the scenario that are replaced.
const PLACES: [&str; 16] = [
    "UNITWORD",
    "BELOWWORD",
    "USERWORD",
    "ALIASWORD",
    "GROUPWORD",
    "TITLEWORD",
    "CLIENTWORD",
    "APPWORD",
    "SCOPEWORD",
    "EVENTWORD",
    "PARAMETERWORD",
    "VALUEWORD",
    "KEYWORD",
    "SETTINGWORD",
    "ROLEWORD",
    "ORGWORD",
];

/// What attackers write, by what it is for.
pub(super) const TEXTS: [(&str, &str); 15] = [
    ("screen", "\u{1b}[2J\u{1b}[31;5mAll clear\u{1b}[0m\u{1b}[10A\u{1b}[?1049h\u{1b}c"),
    ("link", "\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\"),
    ("clipboard", "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]0;title\u{7}\u{1b}]1;icon\u{7}"),
    ("c0", "a\u{0}\u{1}\u{7}\u{8}\u{8}\u{b}\u{c}\u{e}\u{f}\u{1a}\u{7f}"),
    ("c1", "\u{84}\u{85}\u{8d}\u{90}q\u{9b}31m\u{9d}0;t\u{9c}\u{9f}"),
    ("bidi", "\u{202e}\u{2066}\u{2067}raelc llA\u{2069}\u{202c}\u{200e}\u{200f}\u{61c}"),
    ("zero width", "O\u{200b}k\u{200c}t\u{200d}a\u{2060}\u{feff}\u{ad}\u{3164}"),
    ("tags", "\u{e0001}\u{e0041}\u{e007f}\u{fe0f}\u{e0100}\u{fff9}"),
    ("html", "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'&lt;!--<svg/onload=x>"),
    ("formula", "=HYPERLINK(\"https://evil.example\",\"x\")\t+1\r@SUM(A1)|cmd"),
    ("markdown", "[a](javascript:alert(1)) ![i](https://evil.example/p.png) | **b** `c` <b> ~~~\n\n# h\n---"),
    ("lines", "one\ntwo\r\nthree\rfour\u{2028}five\u{2029}six\u{85}::error::forged"),
    ("marks", "Z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{489}"),
    ("syntax", "{0} {} %s $(id) ${x} \\u{202e} \\ ../../../etc/passwd ' \" `"),
    ("look-alike", "Оktа Wоrkflоws Ｏｋｔａ Ok\u{200d}ta 𝐎𝐤𝐭𝐚"),
];

/// All of them in a row.
pub(super) fn everything() -> String {
    TEXTS.map(|(_, text)| text).join(" ")
}

/// The tenant's snapshot with the words still in it, and what the simulator wrote beside it.
struct Template {
    snapshot: String,
    config: String,
    attestations: String,
}

static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    let tenant = Tenant::of(SCENARIO, &[]);
    tenant.run(&["collect", "-o", "snapshot.jsonl"]).exits(0);
    let template = Template {
        snapshot: tenant.sandbox.read("snapshot.jsonl"),
        config: tenant.sandbox.read("sim/gwsaudit.toml"),
        attestations: tenant.sandbox.read("sim/attestations.toml"),
    };
    for place in PLACES {
        assert!(template.snapshot.contains(place), "{place} is in no record");
    }
    template
});

/// A folder with the snapshot of a tenant whose every name is that text.
pub(super) fn snapshot_of(text: &str) -> Sandbox {
    let json = Value::from(text).to_string();
    snapshot_with(between_quotes(&json))
}

/// The same, with what stands between the quotes of a JSON text.
pub(super) fn snapshot_with(escaped: &str) -> Sandbox {
    recorded(escaped, &PLACES)
}

/// Where it stands in few records, for texts that are too long to be everywhere.
pub(super) fn snapshot_of_one(text: &str) -> Sandbox {
    let json = Value::from(text).to_string();
    recorded(between_quotes(&json), &["BELOWWORD", "TITLEWORD", "EVENTWORD", "VALUEWORD", "APPWORD", "ROLEWORD"])
}

fn recorded(escaped: &str, places: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut snapshot = TEMPLATE.snapshot.clone();
    for place in places {
        snapshot = snapshot.replace(place, escaped);
    }
    sandbox.write("snapshot.jsonl", snapshot);
    sandbox.write("gwsaudit.toml", &TEMPLATE.config);
    sandbox.write("attestations.toml", &TEMPLATE.attestations);
    sandbox
}

/// The tenant itself, over HTTP. A scenario's org units hold no control characters and no slashes.
pub(super) fn tenant_of(text: &str) -> Tenant {
    let unit: String = text.chars().filter(|c| !c.is_control() && *c != '/').collect();
    let mut scenario = SCENARIO.to_owned();
    for place in PLACES {
        let text = if ["UNITWORD", "BELOWWORD"].contains(&place) { &unit } else { text };
        scenario = scenario.replace(place, &quoted(text));
    }
    // A key in which anything may stand has quotes.
    scenario = scenario.replace(&format!("{} = ", quoted(text)), &format!("\"{}\" = ", quoted(text)));
    Tenant::of(&scenario, &[])
}

/// As it stands between the quotes of a TOML text.
fn quoted(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            _ if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            _ => c.to_string(),
        })
        .collect()
}

/// A run over the recorded tenant.
pub(super) fn run(sandbox: &Sandbox, args: &[&str], columns: &str) -> Run {
    let args: Vec<&str> = args.iter().copied().chain(["--snapshot", "snapshot.jsonl"]).collect();
    sandbox.run_with(&args, &[("COLUMNS", columns)])
}

fn between_quotes(json: &str) -> &str {
    &json[1..json.len() - 1]
}
