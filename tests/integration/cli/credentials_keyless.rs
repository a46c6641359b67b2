//! Credentials without a key, each from its file or machine to a judged tenant.

use serde_json::Value;

use super::harness::{Run, Tenant};

const CONFIG: &str = "sim/gwsaudit.toml";
const AUDIT: [&str; 3] = ["audit", "--format", "json"];
const ADC: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const AUDITOR: &str = "gwsaudit@simulated-project.iam.gserviceaccount.com";
const IMPERSONATE: (&str, &str) = ("GWSAUDIT_CREDENTIALS__IMPERSONATE", AUDITOR);

/// A tenant whose configuration names no credentials, with files of every kind and without the key.
fn tenant(service: &str) -> Tenant {
    let tenant = Tenant::with("healthy", &format!("[service]\nkeyless = true\n{service}\n"));
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", "");
    std::fs::remove_file(tenant.sandbox.path("sim/service-account.json")).expect("the simulator wrote it");
    tenant
}

/// Where the metadata server is.
fn metadata(tenant: &Tenant) -> String {
    tenant.url().strip_prefix("http://").expect("plain http").to_owned()
}

/// What was judged, and what was read for it.
fn judged(run: &Run) -> (Value, Vec<(String, String)>) {
    let report = run.json();
    let sources = report["sources"].as_array().expect("sources").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let sources = sources.map(|source| (text(&source["id"]), text(&source["status"]))).collect();
    (report["summary"].clone(), sources)
}

/// How often a credential was asked for so.
fn asked(run: &Run, purpose: &str) -> usize {
    let wanted = format!("purpose=\"{purpose}\"");
    run.stderr.lines().filter(|line| line.contains("asked for a credential") && line.contains(&wanted)).count()
}

#[test]
fn every_kind_reads_the_tenant_as_a_key_does() {
    let by_key = Tenant::builtin("healthy");
    let expected = judged(&by_key.run(&AUDIT).exits(0).says_nothing());
    let tenant = tenant("");
    let host = metadata(&tenant);
    let machine = ("GCE_METADATA_HOST", host.as_str());
    for (what, environment) in [
        ("a token in a file", vec![(ADC, "sim/external-account.json")]),
        ("a token behind a URL", vec![(ADC, "sim/external-account-url.json")]),
        ("a workload that impersonates", vec![(ADC, "sim/external-account.json"), IMPERSONATE]),
        ("an impersonated account", vec![(ADC, "sim/impersonated-service-account.json")]),
        ("a person", vec![(ADC, "sim/authorized-user.json"), IMPERSONATE]),
        ("a machine", vec![machine]),
        ("a machine that impersonates", vec![machine, IMPERSONATE]),
        // What is set wins over what is there by default.
        ("a file and a machine", vec![(ADC, "sim/external-account.json"), ("GCE_METADATA_HOST", "127.0.0.1:1")]),
    ] {
        let run = tenant.run_with(&AUDIT, &environment).exits(0);
        assert!(run.stderr.is_empty(), "{what}: {run:#?}");
        assert_eq!(judged(&run), expected, "{what}");
    }
}

#[test]
fn the_file_of_gcloud_is_found() {
    let tenant = tenant("");
    let file = tenant.sandbox.read("sim/authorized-user.json");
    let path = tenant.sandbox.write("home/.config/gcloud/application_default_credentials.json", &file);
    private(&path);
    tenant.run_with(&AUDIT, &[("HOME", "home"), IMPERSONATE]).exits(0).says_nothing();
    tenant.run_with(&AUDIT, &[("CLOUDSDK_CONFIG", "home/.config/gcloud"), IMPERSONATE]).exits(0).says_nothing();
    // It wins over the machine, but not over what is set.
    let nowhere = [("HOME", "home"), IMPERSONATE, ("GCE_METADATA_HOST", "127.0.0.1:1")];
    tenant.run_with(&AUDIT, &nowhere).exits(0).says_nothing();
    tenant.run_with(&AUDIT, &[("HOME", "home"), (ADC, "nowhere.json")]).exits(4).says(&["nowhere.json"]);
}

#[test]
fn the_configuration_can_name_the_account() {
    let tenant = tenant("");
    let setting = format!("[credentials]\nimpersonate = \"{AUDITOR}\"\n");
    tenant.sandbox.edit(CONFIG, "[credentials]\n", &setting);
    tenant.run_with(&["collect", "-o", "s.jsonl"], &[(ADC, "sim/authorized-user.json")]).exits(0).says_nothing();
    let snapshot = tenant.sandbox.read("s.jsonl");
    for secret in super::harness::SECRETS {
        assert!(!snapshot.contains(secret), "{secret}");
    }
    tenant.sandbox.edit(CONFIG, AUDITOR, "auditor@healthy.example");
    let run = tenant.run_with(&AUDIT, &[(ADC, "sim/authorized-user.json")]).exits(2).prints_nothing();
    run.says(&["gwsaudit.toml:", "auditor@healthy.example", "is not a service account's address"]);
}

#[test]
fn tokens_are_asked_for_once_each() {
    let tenant = tenant("");
    let run = tenant.run_with(&["audit", "-vv"], &[(ADC, "sim/external-account.json")]).exits(0);
    assert_eq!(asked(&run, "exchange of the workload's token"), 1, "{run:#?}");
    assert_eq!(asked(&run, "generateAccessToken"), 1, "{run:#?}");
    let signed = asked(&run, "signJwt");
    assert!((5..=13).contains(&signed), "one a scope: {run:#?}");
    assert_eq!(asked(&run, "jwt-bearer"), signed, "{run:#?}");
    let run = tenant.run_with(&["audit", "-vv"], &[("GCE_METADATA_HOST", &metadata(&tenant))]).exits(0);
    assert_eq!(asked(&run, "token of the attached service account"), 1, "{run:#?}");
    let run = tenant.run_with(&["audit", "-vv"], &[(ADC, "sim/external-account-url.json")]).exits(0);
    assert_eq!(asked(&run, "token of the workload"), 1, "{run:#?}");
}

#[test]
fn a_key_can_have_another_account_sign() {
    let tenant = Tenant::with(
        "healthy",
        "[service]\ntoken_creators = [\"gwsaudit@simulated-project.iam.gserviceaccount.com\"]\n",
    );
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", "");
    let key = (ADC, "sim/service-account.json");
    // Its own account needs nobody to sign.
    let run = tenant.run_with(&["audit", "-vv"], &[key, IMPERSONATE]).exits(0);
    assert_eq!(asked(&run, "signJwt"), 0, "{run:#?}");
    let other = ("GWSAUDIT_CREDENTIALS__IMPERSONATE", "other@simulated-project.iam.gserviceaccount.com");
    let run = tenant.run_with(&["audit", "-vv"], &[key, other]).exits(4);
    run.says(&["there is no service account other@simulated-project.iam.gserviceaccount.com", "help"]);
}

#[cfg(unix)]
fn private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
}

#[cfg(not(unix))]
fn private(_: &std::path::Path) {}
