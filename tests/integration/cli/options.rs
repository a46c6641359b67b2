//! What is audited, what counts, where the report goes.

use serde_json::Value;

use super::harness::{Sandbox, Tenant};

const AUDIT: [&str; 5] = ["audit", "--snapshot", "snapshot.jsonl", "--format", "json"];

fn audit<'a>(more: &[&'a str]) -> Vec<&'a str> {
    AUDIT.iter().chain(more).copied().collect()
}

fn of<'v>(report: &'v Value, list: &str, field: &str) -> Vec<&'v str> {
    let items = report[list].as_array().expect("a list");
    items.iter().filter_map(|item| item.pointer(field)?.as_str()).collect()
}

#[test]
fn org_unit_takes_a_subtree() {
    let sandbox = Sandbox::recorded("mixed");
    let report = sandbox.run(&audit(&["--org-unit", "/Sales"])).exits(1).json();
    // `/SalesOps` is another org unit, whatever its name begins with.
    let below = ["/Sales", "/Sales/EMEA", "/Sales/EMEA/DACH", "/Sales/US"];
    assert_eq!(of(&report, "org_units", "/path"), below);
    for list in [of(&report, "results", "/subject/org_unit"), of(&report, "connections", "/org_unit")] {
        assert!(!list.is_empty() && list.iter().all(|path| below.contains(path)), "{list:?}");
    }
    let two = sandbox.run(&audit(&["--org-unit", "/Lab", "--org-unit", "/Sales/US"])).json();
    assert_eq!(of(&two, "org_units", "/path"), ["/Lab", "/Lab/Robots", "/Sales/US"]);
}

#[test]
fn org_unit_must_exist() {
    let sandbox = Sandbox::recorded("mixed");
    for path in ["/Sales/Nowhere", "/sales", "/Sale"] {
        let run = sandbox.run(&audit(&["--org-unit", path])).exits(2).prints_nothing();
        run.says(&["--org-unit", path]);
    }
    sandbox.run(&audit(&["--org-unit", "Sales"])).exits(2).says(&["--org-unit", "/Sales"]);
}

#[test]
fn app_narrows_the_audit() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let report = sandbox.run(&audit(&["--app", "google-cloud-sdk"])).json();
    let apps = of(&report, "results", "/subject/app");
    assert!(!apps.is_empty() && apps.iter().all(|app| *app == "google-cloud-sdk"), "{apps:?}");
    assert_eq!(of(&report, "connections", "/user"), ["dmitri@acme.example"]);
}

#[test]
fn unknown_apps_and_packs_are_refused() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    sandbox.run(&audit(&["--app", "no-such-app"])).exits(2).prints_nothing().says(&["no-such-app", "apps list"]);
    sandbox
        .run(&audit(&["--pack", "no-such-pack"]))
        .exits(2)
        .prints_nothing()
        .says(&["no-such-pack", "okta-workflows-gmail"]);
    sandbox.run(&["checks", "list", "--pack", "no-such-pack"]).exits(2).says(&["no-such-pack"]);
    let all = sandbox.run(&AUDIT).exits(1).stdout;
    assert_eq!(sandbox.run(&audit(&["--pack", "okta-workflows-gmail"])).exits(1).stdout, all);
    sandbox.write("gwsaudit.toml", "[audit]\npacks = [\"no-such-pack\"]\n");
    sandbox.run(&AUDIT).exits(2).says(&["no-such-pack"]);
}

#[test]
fn fail_on_decides_the_exit_status_alone() {
    for (scenario, by_severity) in [
        ("okta-gmail-broken", [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("info", 1)]),
        ("never-configured", [("critical", 0), ("high", 3), ("medium", 3), ("low", 3), ("info", 3)]),
        ("healthy", [("critical", 0), ("high", 0), ("medium", 0), ("low", 0), ("info", 0)]),
    ] {
        let sandbox = Sandbox::recorded(scenario);
        let report = sandbox.run(&AUDIT).stdout;
        for (severity, status) in by_severity {
            let run = sandbox.run(&audit(&["--fail-on", severity])).exits(status);
            assert_eq!(run.stdout, report, "{scenario} {severity}");
            let asked = sandbox.run_with(&AUDIT, &[("GWSAUDIT_AUDIT__FAIL_ON", severity)]).exits(status);
            assert_eq!(asked.stdout, report, "{scenario} {severity}");
        }
    }
    let sandbox = Sandbox::recorded("healthy");
    sandbox.run(&audit(&["--fail-on", "hihg"])).exits(2).says(&["hihg", "--fail-on"]);
    // The command line wins over the environment, and that over the file.
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    sandbox.append("gwsaudit.toml", "\n[audit]\nfail_on = \"critical\"\n");
    sandbox.run(&AUDIT).exits(0);
    sandbox.run_with(&AUDIT, &[("GWSAUDIT_AUDIT__FAIL_ON", "high")]).exits(1);
    sandbox.run_with(&audit(&["--fail-on", "critical"]), &[("GWSAUDIT_AUDIT__FAIL_ON", "high")]).exits(0);
}

#[test]
fn presumed_facts_pass_only_where_that_is_accepted() {
    let sandbox = Sandbox::recorded("healthy");
    // Without the attestations the log alone speaks, and proves nothing.
    sandbox.edit("gwsaudit.toml", "attestations = \"attestations.toml\"\n", "");
    let strict = sandbox.run(&AUDIT).exits(3).json();
    let lenient = sandbox.run(&audit(&["--accept-presumed"])).json();
    let passed = |report: &Value| report["summary"]["pass"].as_u64().expect("a count");
    assert!(passed(&lenient) >= passed(&strict));
    for (before, after) in [(&strict, "proven"), (&lenient, "presumed")] {
        for result in before["results"].as_array().expect("results") {
            let weak = result["status"] == "pass" && result["confidence"] == "presumed";
            assert!(!weak || after == "presumed", "{result}");
        }
    }
    sandbox.append("gwsaudit.toml", "\n[audit]\naccept_presumed = true\n");
    assert_eq!(sandbox.run(&AUDIT).json(), lenient);
}

#[test]
fn suppressions_hide_what_was_accepted_and_say_when_they_do_nothing() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let before = sandbox.run(&AUDIT).exits(1).json();
    let suppress = |check: &str, more: &str, expires: &str| {
        format!(
            "\n[[suppress]]\ncheck = \"{check}\"\nreason = \"accepted by the board\"\nexpires = {expires}\n{more}\n"
        )
    };
    sandbox.append("gwsaudit.toml", &suppress("app-trusted", "org_unit = \"/Sales\"", "2099-12-31"));
    let run = sandbox.run(&AUDIT).exits(1).says_nothing();
    let hidden: Vec<Value> = run.json()["results"].as_array().expect("results").clone();
    let hidden: Vec<&Value> = hidden.iter().filter(|result| result["status"] == "suppressed").collect();
    let places: Vec<&str> = hidden.iter().filter_map(|result| result["subject"]["org_unit"].as_str()).collect();
    assert_eq!(places, ["/Sales", "/Sales/EMEA"]);
    assert!(hidden.iter().all(|result| result["check"] == "app-trusted" && result["confidence"].is_null()));
    assert_eq!(run.json()["summary"]["suppressed"], 2);
    let fails = |report: &Value| report["summary"]["fail"].as_u64().expect("a count");
    assert_eq!(fails(&run.json()) + 2, fails(&before));

    for check in ["trusted-apps-exempt", "connection-survives-reauth"] {
        sandbox.append("gwsaudit.toml", &suppress(check, "", "2099-12-31"));
    }
    sandbox.run(&AUDIT).exits(0).says_nothing();
    sandbox.append("gwsaudit.toml", &suppress("client-id-pinned", "", "2099-12-31"));
    sandbox.append("gwsaudit.toml", &suppress("repeated-reauthorization", "", "2020-01-31"));
    let run = sandbox.run(&AUDIT).exits(0).says(&[
        "warning",
        "client-id-pinned",
        "matches no failure",
        "repeated-reauthorization",
        "expired on 2020-01-31",
        "gwsaudit.toml:",
    ]);
    assert_eq!(run.stderr.matches("warning").count(), 2, "{run:?}");
    sandbox.run(&audit(&["--fail-on", "medium"])).exits(1);
}

#[test]
fn suppressions_are_never_for_ever_nor_for_nothing() {
    for (table, says) in [
        ("check = \"app-trusted\"\nreason = \"x\"", "`expires` is missing"),
        ("check = \"app-trusted\"\nexpires = 2099-12-31", "`reason` is missing"),
        ("reason = \"x\"\nexpires = 2099-12-31", "`check` is missing"),
        ("check = \"app-trustd\"\nreason = \"x\"\nexpires = 2099-12-31", "there is no check \"app-trustd\""),
        ("check = \"app-trusted\"\nreason = \"x\"\nexpires = \"soon\"", "\"soon\" is not a date"),
    ] {
        let sandbox = Sandbox::recorded("healthy");
        let lines = sandbox.read("gwsaudit.toml").lines().count();
        sandbox.append("gwsaudit.toml", &format!("[[suppress]]\n{table}\n"));
        let place = format!("gwsaudit.toml:{}", lines + 1);
        let run = sandbox.run(&AUDIT).exits(2).prints_nothing().says(&[says, "gwsaudit.toml:"]);
        assert!(!says.contains("missing") || run.stderr.contains(&place), "{place} in {run:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_output_file_is_whole_and_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let report = sandbox.run(&AUDIT).exits(1).stdout;
    let before = sandbox.names();
    sandbox.write("old.json", "an older report");
    for name in ["new.json", "old.json"] {
        sandbox.run(&audit(&["-o", name])).exits(1).prints_nothing();
        assert_eq!(sandbox.read(name), report);
        let mode = std::fs::metadata(sandbox.path(name)).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(sandbox.names().len(), before.len() + 2, "{:?}", sandbox.names());
}

#[test]
fn a_failed_run_leaves_no_output_behind() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    sandbox.write("cut.jsonl", sandbox.read("snapshot.jsonl").lines().take(20).collect::<Vec<_>>().join("\n"));
    sandbox.write("kept.json", "an older report");
    let before = sandbox.names();
    for name in ["new.json", "kept.json"] {
        sandbox.run(&["audit", "--snapshot", "cut.jsonl", "-o", name]).exits(4).prints_nothing();
        sandbox.run(&audit(&["--org-unit", "/Nowhere", "-o", name])).exits(2).prints_nothing();
    }
    assert_eq!(sandbox.names(), before);
    assert_eq!(sandbox.read("kept.json"), "an older report");
}

#[test]
fn an_output_that_cannot_be_is_refused() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let before = sandbox.names();
    sandbox.run(&audit(&["-o", "nowhere/report.json"])).exits(2).says(&["--output", "there is no folder", "nowhere"]);
    sandbox.run(&["collect", "--demo", "-o", "nowhere/x.jsonl"]).exits(2).says(&["--output", "there is no folder"]);
    // Nobody may make files there, not even root.
    #[cfg(target_os = "linux")]
    {
        sandbox.run(&audit(&["-o", "/proc/report.json"])).exits(4).says(&["cannot write", "/proc/report.json"]);
        sandbox
            .run(&["collect", "--demo", "-o", "/proc/x.jsonl"])
            .exits(4)
            .says(&["cannot write", "/proc/x.jsonl"])
            .prints_nothing();
    }
    assert_eq!(sandbox.names(), before);
}

#[cfg(unix)]
#[test]
fn collecting_writes_a_private_file_in_one_step() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut tenant = Tenant::builtin("healthy");
    tenant.sandbox.write("x.jsonl", "an older snapshot");
    tenant.run(&["collect", "-o", "x.jsonl"]).exits(0);
    let mode = std::fs::metadata(tenant.sandbox.path("x.jsonl")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = (tenant.sandbox.names(), tenant.sandbox.read("x.jsonl"));
    tenant.stop();
    tenant.run(&["collect", "-o", "x.jsonl", "--deadline", "5s"]).exits(4);
    tenant.run(&["collect", "-o", "y.jsonl", "--deadline", "5s"]).exits(4);
    assert_eq!((tenant.sandbox.names(), tenant.sandbox.read("x.jsonl")), before);
    tenant.run(&["collect"]).exits(2).says(&["--output"]);
}
