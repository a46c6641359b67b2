//! Keys, administrators, scopes and APIs that are not as they should be.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::harness::Tenant;

const KEY: &str = "sim/service-account.json";
const CONFIG: &str = "sim/gwsaudit.toml";
const AUDIT: [&str; 3] = ["audit", "--format", "json"];
/// As talkative as it gets: that is where secrets slip out.
const TALKATIVE: [&str; 2] = ["audit", "-vv"];

fn statuses_of<'r>(report: &'r Value, source: &str) -> Vec<&'r str> {
    let sources = report["sources"].as_array().expect("sources");
    sources.iter().filter(|one| one["id"] == source).filter_map(|one| one["status"].as_str()).collect()
}

#[test]
fn a_key_file_is_read_strictly() {
    let tenant = Tenant::builtin("healthy");
    let sandbox = &tenant.sandbox;
    let good = sandbox.read(KEY);
    let parsed: Value = serde_json::from_str(&good).expect("JSON");
    let with = |field: &str, value: Value| {
        let mut key = parsed.clone();
        key[field] = value;
        key.to_string()
    };
    let half = &good[..good.len() / 2];
    let pem = parsed["private_key"].as_str().expect("a PEM");
    let cut_pem = pem[..pem.len() / 2].to_owned();
    let without = {
        let mut key = parsed.clone();
        key.as_object_mut().expect("an object").remove("private_key");
        key.to_string()
    };
    let user =
        r#"{"type":"authorized_user","client_id":"1","client_secret":"hush-hush","refresh_token":"1//hush-hush"}"#;
    for (content, says) in [
        (half.to_owned(), "not JSON"),
        (String::new(), "not JSON"),
        (pem.to_owned(), "not JSON"),
        ("[]".to_owned(), "not a JSON object"),
        (user.to_owned(), "not a service account's key"),
        (without, "\"private_key\" is missing"),
        (with("private_key", 7.into()), "\"private_key\" is not a text"),
        (with("private_key", cut_pem.into()), "\"private_key\""),
        (with("private_key", "hush-hush".into()), "\"private_key\""),
        (with("universe_domain", "cloud.example".into()), "\"universe_domain\" is \"cloud.example\""),
    ] {
        sandbox.write(KEY, content);
        let run = tenant.run(&TALKATIVE).exits(4).prints_nothing().says(&["service-account.json", says, "help"]);
        assert!(!run.stderr.contains("hush-hush"), "{run:?}");
    }
    sandbox.write(KEY, with("token_uri", "http://oauth2.example.com/token".into()));
    tenant.run(&TALKATIVE).exits(2).prints_nothing().says(&["token_uri", "plain http", "oauth2.example.com", "https"]);
}

#[test]
fn a_key_file_must_be_there() {
    let tenant = Tenant::builtin("healthy");
    std::fs::remove_file(tenant.sandbox.path(KEY)).expect("it was there");
    let run = tenant.run(&TALKATIVE).exits(4).prints_nothing();
    run.says(&["service-account.json", "No such file", "GWSAUDIT_CREDENTIALS__KEY_FILE"]);
    // No key is named at all.
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", "");
    // Whatever machine this runs on is not asked for its service account.
    let run = tenant.run_with(&TALKATIVE, &[("NO_GCE_CHECK", "true")]).exits(2).prints_nothing();
    run.says(&["no credentials", "key_file", "GOOGLE_APPLICATION_CREDENTIALS", "gwsaudit.toml", "--demo"]);
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = Tenant::builtin("healthy");
    let key = tenant.sandbox.path(KEY);
    for mode in [0o644, 0o640] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).expect("it is ours");
        let run = tenant.run(&AUDIT).exits(0);
        run.says(&["warning", "can be read by others", &format!("{mode:04o}"), "chmod 600"]);
    }
    tenant.run(&["audit", "-q"]).exits(0).says_nothing();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o400)).expect("it is ours");
    tenant.run(&AUDIT).exits(0).says_nothing();
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused_where_that_is_wanted() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = Tenant::builtin("healthy");
    let key = tenant.sandbox.path(KEY);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    let strict = ["audit", "-vv", "--strict-permissions"];
    let run = tenant.run(&strict).exits(4).prints_nothing();
    run.says(&["error", "can be read by others", "0640", "chmod 600"]);
    let by_environment = [("GWSAUDIT_CREDENTIALS__STRICT_PERMISSIONS", "true")];
    tenant.run_with(&TALKATIVE, &by_environment).exits(4).prints_nothing().says(&["can be read by others"]);
    let setting = "key_file = \"service-account.json\"\nstrict_permissions = true\n";
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", setting);
    tenant.run(&TALKATIVE).exits(4).prints_nothing().says(&["can be read by others"]);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    tenant.run(&AUDIT).exits(0).says_nothing();
}

#[test]
fn application_default_credentials_are_the_second_choice() {
    let tenant = Tenant::builtin("healthy");
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", "");
    tenant.run_with(&AUDIT, &[("GOOGLE_APPLICATION_CREDENTIALS", KEY)]).exits(0).says_nothing();
    tenant.run_with(&AUDIT, &[("GOOGLE_APPLICATION_CREDENTIALS", "nowhere.json")]).exits(4).says(&["nowhere.json"]);
    tenant
        .run_with(
            &AUDIT,
            &[("GWSAUDIT_CREDENTIALS__KEY_FILE", KEY), ("GOOGLE_APPLICATION_CREDENTIALS", "nowhere.json")],
        )
        .exits(0);
}

#[test]
fn another_accounts_key_is_refused() {
    let tenant = Tenant::builtin("healthy");
    let other = Tenant::builtin("healthy");
    let mut key: Value = serde_json::from_str(&other.sandbox.read(KEY)).expect("JSON");
    key["token_uri"] = format!("{}/token", tenant.url()).into();
    tenant.sandbox.write(KEY, key.to_string());
    let run =
        tenant.run(&TALKATIVE).exits(4).says(&["nothing could be read from Google", "Invalid JWT Signature", "help"]);
    assert!(run.stderr.contains("service account"), "{run:?}");
}

#[test]
fn the_administrator_must_be_one() {
    let tenant = Tenant::builtin("healthy");
    for admin in ["nobody@healthy.example", "someone@elsewhere.example"] {
        let run = tenant.run_with(&TALKATIVE, &[("GWSAUDIT_TENANT__ADMIN", admin)]).exits(4);
        run.says(&["nothing could be read from Google", "Invalid email or User ID", "GWSAUDIT_TENANT__ADMIN"]);
    }
    // An account of the tenant that is no administrator.
    let run = tenant.run_with(&TALKATIVE, &[("GWSAUDIT_TENANT__ADMIN", "bob@healthy.example")]);
    run.exits(4).says(&["nothing could be read from Google", "Admin roles"]);
    tenant.run_with(&TALKATIVE, &[("GWSAUDIT_TENANT__ADMIN", "bob")]).exits(2).prints_nothing().says(&["ADMIN", "bob"]);
    tenant.sandbox.edit(CONFIG, "admin = ", "# admin = ");
    tenant.run(&TALKATIVE).exits(2).says(&["no administrator", "[tenant] admin", "gwsaudit.toml"]);
}

const SCOPES: [&str; 6] = [
    "admin.directory.customer.readonly",
    "admin.directory.orgunit.readonly",
    "admin.directory.user.readonly",
    "admin.directory.user.security",
    "admin.reports.audit.readonly",
    "cloud-platform",
];

#[test]
fn a_scope_that_was_not_delegated_costs_its_sources_alone() {
    for (missing, source, check) in [
        ("admin.directory.user.security", "directory.tokens", "connection-survives-reauth"),
        ("admin.directory.orgunit.readonly", "directory.orgunits", "trusted-apps-exempt"),
        ("admin.directory.user.readonly", "directory.users", "connection-survives-reauth"),
        ("admin.reports.audit.readonly", "reports.admin", ""),
        ("cloud-platform", "cloudresourcemanager.organizations", ""),
    ] {
        let delegated: Vec<&str> = SCOPES.into_iter().filter(|scope| *scope != missing).collect();
        let tenant = Tenant::with("healthy", &format!("[service]\ndelegated_scopes = {delegated:?}"));
        let run = tenant.run(&AUDIT).exits(3).says(&["warning", source, missing]);
        let report = run.json();
        assert_eq!(statuses_of(&report, source), ["denied"], "{missing}");
        let customer = statuses_of(&report, "directory.customers");
        assert_eq!(customer, ["complete"], "{missing}");
        assert_eq!(report["summary"]["fail"], 0, "{missing}");
        let results = report["results"].as_array().expect("results");
        let tenant_level = results.iter().filter(|one| one["subject"]["kind"] == "tenant");
        let tenant_level: Vec<&str> = tenant_level.filter_map(|one| one["check"].as_str()).collect();
        assert!(check.is_empty() || tenant_level.contains(&check), "{missing}: {tenant_level:?}");
        let undetermined =
            results.iter().filter(|one| one["subject"]["kind"] == "tenant").all(|one| one["status"] == "undetermined");
        assert!(undetermined, "{missing}");
        let advice = report["sources"].as_array().expect("sources").iter().find(|one| one["id"] == source);
        let advice = advice.and_then(|one| one["next_step"].as_str()).expect("a next step");
        assert!(advice.contains("Domain-wide delegation") && advice.contains(missing), "{advice}");
    }
}

#[test]
fn without_any_scope_nothing_can_be_read() {
    let tenant = Tenant::with("healthy", "[service]\ndelegated_scopes = []");
    let run = tenant.run(&TALKATIVE).exits(4);
    run.says(&["nothing could be read from Google", "Domain-wide delegation", "https://www.googleapis.com/auth/"]);
    tenant.run(&["collect", "-o", "x.jsonl"]).exits(4).prints_nothing().says(&["Domain-wide delegation"]);
    assert!(!tenant.sandbox.names().contains(&"x.jsonl".to_owned()));
    tenant.run(&["apps", "discover"]).exits(4).prints_nothing().says(&["Domain-wide delegation"]);
}

#[test]
fn a_disabled_api_is_named_with_the_link_that_enables_it() {
    for (service, name, source, status) in [
        ("accesscontextmanager.googleapis.com", "Access Context Manager", "accesscontextmanager.bindings", 3),
        ("admin.googleapis.com", "Admin SDK", "directory.users", 4),
    ] {
        let tenant = Tenant::with("healthy", &format!("[service]\ndisabled_apis = [\"{service}\"]"));
        let run = tenant.run(&AUDIT).exits(status).says(&["warning", source, name]);
        let report = run.json();
        assert_ne!(statuses_of(&report, source), ["complete"], "{service}");
        let sources = report["sources"].as_array().expect("sources");
        let advice = sources.iter().find(|one| one["id"] == source).and_then(|one| one["next_step"].as_str());
        let advice = advice.expect("a next step");
        for part in [service, "https://console.", "gcloud services enable"] {
            assert!(advice.contains(part), "{part}: {advice}");
        }
        // Whoever reads the report at a terminal sees the link, too.
        let human = tenant.run(&["audit"]).exits(status);
        let shown: String = human.stdout.split_whitespace().collect();
        assert!(shown.contains(&format!("apis/api/{service}")), "{human:?}");
    }
}

#[test]
fn the_customer_must_be_the_administrators_own() {
    let tenant = Tenant::builtin("healthy");
    let run = tenant.run_with(&TALKATIVE, &[("GWSAUDIT_TENANT__CUSTOMER", "C0nobody99")]).exits(4);
    run.says(&["nothing could be read from Google", "GWSAUDIT_TENANT__CUSTOMER", "my_customer"]);
    for own in ["my_customer", "C0healthy1"] {
        tenant.run_with(&AUDIT, &[("GWSAUDIT_TENANT__CUSTOMER", own)]).exits(0).says_nothing();
    }
    let run = tenant.run_with(&TALKATIVE, &[("GWSAUDIT_TENANT__CUSTOMER", "healthy example")]).exits(2);
    run.prints_nothing().says(&["GWSAUDIT_TENANT__CUSTOMER", "my_customer"]);
}

#[test]
fn a_host_that_is_not_there_is_told_quickly() {
    let mut tenant = Tenant::builtin("healthy");
    tenant.stop();
    let started = Instant::now();
    let run = tenant.run(&TALKATIVE).exits(4).says(&["nothing could be read from Google", "help", "google.endpoint"]);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}: {run:?}", started.elapsed());
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    let tenant = Tenant::builtin("healthy");
    for endpoint in ["http://admin.example.com", "http://192.0.2.1:8080", "http://127.0.0.1.example.com"] {
        let run = tenant.run_with(&TALKATIVE, &[("GWSAUDIT_GOOGLE__ENDPOINT", endpoint)]).exits(2).prints_nothing();
        run.says(&["GWSAUDIT_GOOGLE__ENDPOINT", "plain http", "https"]);
    }
    let run = tenant.run_with(&TALKATIVE, &[("GWSAUDIT_GOOGLE__ENDPOINT", "https://user:hush-hush@example.com")]);
    assert!(!run.exits(2).stderr.contains("hush-hush"));
    let url = tenant.url().to_owned();
    tenant.sandbox.edit(CONFIG, &url, "http://admin.example.com");
    tenant.run(&TALKATIVE).exits(2).prints_nothing().says(&["gwsaudit.toml:", "endpoint", "admin.example.com"]);
    // The environment mends what the file has wrong.
    tenant.run_with(&AUDIT, &[("GWSAUDIT_GOOGLE__ENDPOINT", &url)]).exits(0).says_nothing();
}
