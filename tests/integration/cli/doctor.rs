//! `gwsaudit doctor`: a healthy tenant, and one trouble after the other, each with its cure.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::harness::{Run, Sandbox, Tenant};

const CONFIG: &str = "sim/gwsaudit.toml";
const KEY: &str = "sim/service-account.json";
const DOCTOR: [&str; 3] = ["doctor", "--format", "json"];

/// The steps of that status, by id.
#[track_caller]
fn ids<'f>(findings: &'f Value, status: &str) -> Vec<&'f str> {
    let steps = findings["steps"].as_array().expect("steps");
    steps.iter().filter(|step| step["status"] == status).filter_map(|step| step["id"].as_str()).collect()
}

#[track_caller]
fn step<'f>(findings: &'f Value, id: &str) -> &'f Value {
    let steps = findings["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id}: {findings:#}"))
}

/// What to do, in one text.
fn cure(step: &Value) -> String {
    let cure = step["cure"].as_array().expect("a list").iter().filter_map(Value::as_str);
    cure.collect::<Vec<_>>().join("\n")
}

/// What is the same in every run, and what the program promises of every document.
#[track_caller]
fn findings(run: &Run) -> Value {
    let findings = run.json();
    assert_eq!(findings["schema"], "gwsaudit/doctor/1");
    let steps = findings["steps"].as_array().expect("steps");
    for step in steps {
        let well = step["status"] == "ok" || step["status"] == "skipped";
        assert!(well || !cure(step).is_empty(), "a step without a cure: {step:#}");
    }
    let count = |status: &str| Value::from(ids(&findings, status).len());
    for status in ["ok", "problem", "doubt", "skipped"] {
        assert_eq!(findings["summary"][status], count(status), "{status}");
    }
    assert_eq!(findings["summary"]["exit_status"], Value::from(run.status()));
    findings
}

/// Without what differs from run to run.
fn still(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, by) in [
        (r"127\.0\.0\.1:\d+", "[endpoint]"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC)", "[time]"),
        (r"\(\d+ days ago;", "([n] days ago;"),
        (r#""days": \d+"#, r#""days": [n]"#),
        (r#""skew_seconds": -?[0-3]\b"#, r#""skew_seconds": [s]"#),
        (r"as Google's, to the second|[1-3] s (ahead of|behind) Google's", "[skew]"),
    ] {
        text = regex::Regex::new(pattern).expect("a pattern").replace_all(&text, by).into_owned();
    }
    text
}

#[test]
fn a_healthy_tenant_is_well() {
    let tenant = Tenant::builtin("healthy");
    let human = tenant.run(&["doctor"]).exits(0).says_nothing();
    insta::assert_snapshot!("doctor-healthy-human", still(&human.stdout));
    let run = tenant.run(&DOCTOR).exits(0).says_nothing();
    findings(&run);
    insta::assert_snapshot!("doctor-healthy-json", still(&run.stdout));
    for pack in ["cis-gws-1.3", "scuba-gws-1", "app-exposure"] {
        let run = tenant.run(&["doctor", "--format", "json", "--pack", pack]).exits(0).says_nothing();
        assert_eq!(findings(&run)["packs"], serde_json::json!([pack]));
    }
    tenant.run(&["doctor", "--pack", "nonsense"]).exits(2).prints_nothing().says(&["nonsense", "known packs"]);
}

#[test]
fn a_demo_needs_no_account() {
    let run = Sandbox::new().run(&["doctor", "--demo"]).exits(0).says_nothing();
    assert!(run.stdout.contains("Domain-wide delegation") && run.stdout.contains("OK."), "{run:?}");
    Sandbox::new().run(&["doctor", "--demo=nowhere"]).exits(2).prints_nothing().says(&["nowhere"]);
}

#[test]
fn scopes_that_are_not_delegated_are_named() {
    let delegated = "[service]\ndelegated_scopes = [\"admin.directory.customer.readonly\", \
        \"admin.directory.orgunit.readonly\", \"admin.directory.user.readonly\", \"admin.reports.audit.readonly\", \
        \"admin.directory.group.member.readonly\"]";
    let tenant = Tenant::with("healthy", delegated);
    let run = tenant.run(&DOCTOR).exits(1).says_nothing();
    let found = findings(&run);
    assert_eq!(ids(&found, "problem"), ["delegation", "scope.admin.directory.user.security", "scope.cloud-platform"]);
    let skipped = ids(&found, "skipped");
    for id in
        ["source.directory.tokens", "source.accesscontextmanager.bindings", "api.accesscontextmanager.googleapis.com"]
    {
        assert!(skipped.contains(&id), "{id}: {skipped:?}");
    }
    let delegation = step(&found, "delegation");
    let list = found["delegation"]["scope_list"].as_str().expect("a list");
    let key: Value = serde_json::from_str(&tenant.sandbox.read(KEY)).expect("JSON");
    let client = key["client_id"].as_str().expect("a client ID");
    for words in [list, client, "Manage domain-wide delegation"] {
        assert!(cure(delegation).contains(words), "{words}: {delegation:#}");
    }
    assert_eq!(list.split(',').count(), 7, "{list}");
    assert_eq!(
        found["delegation"]["missing"],
        serde_json::json!([
            "https://www.googleapis.com/auth/admin.directory.user.security",
            "https://www.googleapis.com/auth/cloud-platform"
        ])
    );
    insta::assert_snapshot!("doctor-scopes-human", still(&tenant.run(&["doctor"]).exits(1).stdout));
    // What is stated need not be delegated.
    let stated = [("GWSAUDIT_EVIDENCE__GCP_ORGANIZATION", "none")];
    let found = findings(&tenant.run_with(&DOCTOR, &stated).exits(1));
    assert_eq!(ids(&found, "problem"), ["delegation", "scope.admin.directory.user.security"]);
    assert_eq!(step(&found, "source.accesscontextmanager.bindings")["status"], "ok");
}

#[test]
fn an_account_without_any_delegation_is_no_wrong_key() {
    let tenant = Tenant::with("healthy", "[service]\ndelegated_scopes = []");
    let found = findings(&tenant.run(&DOCTOR).exits(4).says_nothing());
    assert_eq!(step(&found, "key")["status"], "ok");
    let delegation = step(&found, "delegation");
    assert!(delegation["detail"].as_str().is_some_and(|detail| detail.contains("not one of")), "{delegation:#}");
    assert_eq!(step(&found, "administrator")["status"], "skipped");
}

#[test]
fn an_api_that_is_off_has_a_line_that_enables_it() {
    let off = "[service]\ndisabled_apis = [\"cloudidentity.googleapis.com\", \"licensing.googleapis.com\"]";
    let tenant = Tenant::with("healthy", off);
    let run = tenant.run(&["doctor", "--format", "json", "--pack", "cis-gws-1.3"]).exits(1).says_nothing();
    let found = findings(&run);
    assert_eq!(ids(&found, "problem"), ["api.cloudidentity.googleapis.com", "api.licensing.googleapis.com"]);
    let cures = cure(step(&found, "api.cloudidentity.googleapis.com"));
    assert!(
        cures.contains("gcloud services enable cloudidentity.googleapis.com --project=simulated-project"),
        "{cures}"
    );
    assert_eq!(ids(&found, "skipped"), ["source.cloudidentity.policies", "source.licensing.assignments"]);
    // The first pack asks neither.
    tenant.run(&["doctor"]).exits(0);
}

#[test]
fn who_is_acted_for_is_a_step_of_its_own() {
    let tenant = Tenant::builtin("healthy");
    let nobody = [("GWSAUDIT_TENANT__ADMIN", "nobody@healthy.example")];
    let found = findings(&tenant.run_with(&DOCTOR, &nobody).exits(4).says_nothing());
    assert_eq!(ids(&found, "problem"), ["administrator"]);
    assert!(cure(step(&found, "administrator")).contains("GWSAUDIT_TENANT__ADMIN"));
    assert_eq!(step(&found, "key")["status"], "ok", "the key is not to blame");
    assert_eq!(step(&found, "delegation")["status"], "skipped");
    // An account of the tenant that is no administrator.
    let bob = [("GWSAUDIT_TENANT__ADMIN", "bob@healthy.example")];
    let found = findings(&tenant.run_with(&DOCTOR, &bob).exits(4));
    assert_eq!(step(&found, "delegation")["status"], "ok");
    assert_eq!(step(&found, "api.admin.googleapis.com")["status"], "ok", "it refuses, so it is on");
    for (id, words) in [
        ("source.directory.users", "Users > Read"),
        ("source.directory.tokens", "User Security Management"),
        ("source.reports.admin", "Reports"),
        ("source.cloudresourcemanager.organizations", "roles/resourcemanager.organizationViewer"),
    ] {
        let step = step(&found, id);
        assert_eq!(step["status"], "problem", "{step:#}");
        assert!(cure(step).contains(words), "{words}: {step:#}");
    }
    let run = tenant.run_with(&["doctor", "--format", "json", "--pack", "scuba-gws-1"], &bob).exits(4);
    assert!(cure(step(&findings(&run), "source.cloudidentity.policies")).contains("super administrator"));
}

#[test]
fn an_administrator_of_less_than_everything_is_told_what_is_missing() {
    let helper = "[[user]]\nemail = \"helper@healthy.example\"\nrole = \"delegated_admin\"";
    let tenant = Tenant::with("healthy", helper);
    let environment = [("GWSAUDIT_TENANT__ADMIN", "helper@healthy.example")];
    let run = tenant.run_with(&["doctor", "--format", "json", "--pack", "cis-gws-1.3"], &environment).exits(1);
    let problems = [
        "source.cloudidentity.policies",
        "source.directory.role_assignments",
        "source.directory.roles",
        "source.licensing.assignments",
    ];
    assert_eq!(ids(&findings(&run), "problem"), problems);
}

#[test]
fn a_key_that_google_does_not_know_is_to_blame_alone() {
    let tenant = Tenant::builtin("healthy");
    let other = Tenant::builtin("healthy");
    let mut key: Value = serde_json::from_str(&other.sandbox.read(KEY)).expect("JSON");
    key["token_uri"] = format!("{}/token", tenant.url()).into();
    tenant.sandbox.write(KEY, key.to_string());
    private(&tenant.sandbox.path(KEY));
    let found = findings(&tenant.run(&DOCTOR).exits(4).says_nothing());
    assert_eq!(ids(&found, "problem"), ["key"]);
    assert!(cure(step(&found, "key")).contains("make a new key"));
    assert!(found["delegation"]["missing"].as_array().is_some_and(Vec::is_empty), "nobody knows what is missing");
    std::fs::remove_file(tenant.sandbox.path(KEY)).expect("it was there");
    let found = findings(&tenant.run(&DOCTOR).exits(4).says_nothing());
    assert_eq!(ids(&found, "problem"), ["credentials"]);
    assert_eq!(ids(&found, "skipped"), ["google"]);
}

#[test]
fn without_credentials_it_says_how_to_make_some() {
    let sandbox = Sandbox::new();
    let environment = [("NO_GCE_CHECK", "true"), ("GWSAUDIT_TENANT__ADMIN", "a@example.com")];
    let found = findings(&sandbox.run_with(&DOCTOR, &environment).exits(4).says_nothing());
    assert_eq!(ids(&found, "problem"), ["credentials"]);
    assert!(cure(step(&found, "credentials")).contains("gwsaudit setup"));
    // An audit would refuse to start.
    let found = findings(&sandbox.run_with(&DOCTOR, &environment[..1]).exits(2).says_nothing());
    assert_eq!(ids(&found, "problem"), ["configuration", "credentials"]);
    sandbox.write("gwsaudit.toml", "[tenant]\nadmn = \"a@example.com\"\n");
    let found = findings(&sandbox.run_with(&DOCTOR, &environment[..1]).exits(2).says_nothing());
    assert_eq!(ids(&found, "problem"), ["configuration"]);
    assert!(step(&found, "configuration")["detail"].as_str().is_some_and(|detail| detail.contains("admn")));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_doubtful() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = Tenant::builtin("healthy");
    std::fs::set_permissions(tenant.sandbox.path(KEY), std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    let found = findings(&tenant.run(&DOCTOR).exits(3).says_nothing());
    assert_eq!(ids(&found, "doubt"), ["credential-files"]);
    assert_eq!(cure(step(&found, "credential-files")), "chmod 600 sim/service-account.json");
    let strict = ["doctor", "--format", "json", "--strict-permissions"];
    assert_eq!(ids(&findings(&tenant.run(&strict).exits(4)), "problem"), ["credentials"]);
}

#[test]
fn the_clock_is_measured() {
    // Ahead of Google's: assertions seem to come from the future.
    let tenant = Tenant::with("healthy", "[service]\nclock = \"-10m\"");
    let found = findings(&tenant.run(&DOCTOR).exits(4).says_nothing());
    assert_eq!(ids(&found, "problem"), ["clock"]);
    let clock = step(&found, "clock");
    let skew = clock["measured"]["skew_seconds"].as_i64().expect("seconds");
    assert!((597..=603).contains(&skew), "{clock:#}");
    assert!(clock["detail"].as_str().is_some_and(|detail| detail.contains("ahead of Google's")), "{clock:#}");
    assert!(cure(clock).contains("timedatectl"), "{clock:#}");
    // Behind: Google takes it, and the newest events are missed.
    let tenant = Tenant::with("healthy", "[service]\nclock = \"+10m\"");
    let found = findings(&tenant.run(&DOCTOR).exits(3).says_nothing());
    assert_eq!(ids(&found, "doubt"), ["clock"]);
    let skew = step(&found, "clock")["measured"]["skew_seconds"].as_i64().expect("seconds");
    assert!((-603..=-597).contains(&skew), "{skew}");
}

#[test]
fn a_google_that_is_not_there_is_said_soon() {
    let mut tenant = Tenant::builtin("healthy");
    tenant.stop();
    let started = Instant::now();
    let found = findings(&tenant.run(&DOCTOR).exits(4).says_nothing());
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(ids(&found, "problem"), ["network"]);
    assert!(cure(step(&found, "network")).contains("google.endpoint"));
}

#[test]
fn silence_costs_no_more_than_the_time_allowed() {
    let stall = "[[fault]]\npath = \"/admin/directory/v1/users\"\nkind = \"stall\"";
    let tenant = Tenant::with("healthy", stall);
    let started = Instant::now();
    let found = findings(&tenant.run(&["doctor", "--format", "json", "--deadline", "4s"]).exits(1));
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert!(ids(&found, "problem").contains(&"source.directory.users"), "{found:#}");
    assert_eq!(step(&found, "source.directory.orgunits")["status"], "ok");
    let everything = Tenant::with("healthy", "[[fault]]\npath = \"/\"\nkind = \"stall\"");
    let started = Instant::now();
    let found = findings(&everything.run(&["doctor", "--format", "json", "--deadline", "3s"]).exits(4));
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert_eq!(ids(&found, "problem"), ["network"]);
    let broken = Tenant::with("healthy", "[[fault]]\npath = \"/token\"\nkind = \"status\"\nstatus = 500");
    let found = findings(&broken.run(&["doctor", "--format", "json", "--deadline", "4s"]).exits(4));
    assert_eq!(ids(&found, "problem"), ["key"]);
}

#[test]
fn an_empty_log_is_doubted() {
    let scenario = "[customer]\nid = \"C0empty01\"\nprimary_domain = \"empty.example\"\norganization_name = \"Empty\"\n\
                    [[user]]\nemail = \"admin@empty.example\"\nrole = \"super_admin\"\n";
    let tenant = Tenant::of(scenario, &[]);
    let stated = [("GWSAUDIT_EVIDENCE__GCP_ORGANIZATION", "none")];
    let found = findings(&tenant.run_with(&DOCTOR, &stated).exits(3));
    assert_eq!(ids(&found, "doubt"), ["attestations", "source.reports.admin"]);
    assert_eq!(step(&found, "source.reports.token")["status"], "ok");
    assert!(cure(step(&found, "attestations")).contains("gwsaudit attest"));
    // Nobody stated anything, and no organization is in sight.
    let found = findings(&tenant.run(&DOCTOR).exits(1));
    assert_eq!(ids(&found, "problem"), ["source.cloudresourcemanager.organizations"]);
    assert!(cure(step(&found, "source.cloudresourcemanager.organizations")).contains("gcp_organization = \"none\""));
}

#[test]
fn files_of_evidence_are_tried() {
    let tenant = Tenant::builtin("healthy");
    let attestations = tenant.sandbox.read("sim/attestations.toml");
    let expired = "[[attestation]]\nsetting = \"cloud-session-control\"\norg_unit = \"/Sales\u{202e}\"\n\
                   value = { reauth = \"inherit\" }\nattested_by = \"a@example.com\"\n\
                   attested_at = 2026-01-02T10:00:00Z\nexpires_at = 2026-01-03T10:00:00Z\n";
    tenant.sandbox.write("sim/attestations.toml", format!("{attestations}\n{expired}"));
    let run = tenant.run(&["doctor"]).exits(3).says_nothing();
    assert!(run.stdout.contains("1 of 3 have expired"), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{202e}') && run.stdout.contains("\\u{202e}"), "{}", run.stdout);
    tenant.sandbox.append("sim/attestations.toml", "[[attestation]]\n");
    let found = findings(&tenant.run(&DOCTOR).exits(2).says_nothing());
    assert_eq!(ids(&found, "problem"), ["attestations"]);
    tenant.sandbox.write("sim/attestations.toml", attestations);
    tenant.sandbox.edit(CONFIG, "attestations = ", "configured_apps_csv = \"apps.csv\"\nattestations = ");
    let found = findings(&tenant.run(&DOCTOR).exits(2).says_nothing());
    assert_eq!(ids(&found, "problem"), ["configured-apps"]);
    tenant
        .sandbox
        .write("sim/apps.csv", "Type,Id,Access,Org Unit\nweb application,1-a.apps.googleusercontent.com,trusted,/\n");
    let found = findings(&tenant.run(&DOCTOR).exits(3).says_nothing());
    assert_eq!(ids(&found, "doubt"), ["configured-apps"], "nobody says when it was downloaded");
    let dated = [("GWSAUDIT_EVIDENCE__CONFIGURED_APPS_CSV_AT", "2026-11-20T10:00:00Z")];
    let found = findings(&tenant.run_with(&DOCTOR, &dated).exits(0).says_nothing());
    assert_eq!(step(&found, "configured-apps")["measured"]["rows"], 1);
}

#[test]
fn name_servers_are_tried_where_a_pack_asks_them() {
    let tenant = Tenant::builtin("healthy");
    let doctor = ["doctor", "--format", "json", "--pack", "cis-gws-1.3"];
    let silent = [("GWSAUDIT_DNS__SERVERS", "127.0.0.1:9"), ("GWSAUDIT_GOOGLE__DEADLINE", "8s")];
    let found = findings(&tenant.run_with(&doctor, &silent).exits(1));
    assert_eq!(ids(&found, "problem"), ["dns"]);
    let found = findings(&tenant.run_with(&doctor, &[("GWSAUDIT_DNS__ENABLED", "false")]).exits(3));
    assert_eq!(ids(&found, "doubt"), ["dns"]);
}

#[test]
fn identities_without_a_key_are_tried_as_well() {
    let tenant = Tenant::with("healthy", "[service]\nkeyless = true\ntoken_creators = []");
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", "");
    let environment = [("GOOGLE_APPLICATION_CREDENTIALS", "sim/external-account.json")];
    let found = findings(&tenant.run_with(&DOCTOR, &environment).exits(4));
    assert_eq!(ids(&found, "problem"), ["key"]);
    assert!(cure(step(&found, "key")).contains("roles/iam.serviceAccountTokenCreator"), "{found:#}");
    let tenant = Tenant::with("healthy", "[service]\nkeyless = true");
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", "");
    let found = findings(&tenant.run_with(&DOCTOR, &environment).exits(0));
    let detail = step(&found, "credentials")["detail"].as_str().expect("words");
    assert!(detail.contains("Workload Identity Federation") && detail.contains("external-account.json"), "{detail}");
    assert_eq!(found["client_id"], Value::Null, "no file tells it");
}

/// Readable by its owner alone, as a key must be.
fn private(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    }
    #[cfg(not(unix))]
    let _ = path;
}
