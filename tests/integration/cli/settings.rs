//! Configuration and attestations: where they are found, and what is wrong with them.

use super::harness::{Run, Sandbox, Tenant};

const AUDIT: [&str; 5] = ["audit", "--snapshot", "snapshot.jsonl", "--format", "json"];

fn unsettled(scenario: &str) -> Sandbox {
    let sandbox = Sandbox::recorded(scenario);
    std::fs::remove_file(sandbox.path("gwsaudit.toml")).expect("it was there");
    sandbox
}

/// What the configuration makes of the tenant: with the attestations the scenario fails, without it cannot be known.
#[test]
fn a_configuration_is_found_where_it_may_be() {
    let sandbox = Sandbox::recorded("okta-gmail-broken");
    let expected = sandbox.run(&AUDIT).exits(1).stdout;
    let text = sandbox.read("gwsaudit.toml");
    let attestations = sandbox.read("attestations.toml");

    // By name, from another folder: paths in it start from it.
    let sandbox = unsettled("okta-gmail-broken");
    std::fs::remove_file(sandbox.path("attestations.toml")).expect("it was there");
    sandbox.write("elsewhere/our.toml", &text);
    sandbox.write("elsewhere/attestations.toml", &attestations);
    let named: Vec<&str> = AUDIT.iter().copied().chain(["--config", "elsewhere/our.toml"]).collect();
    assert_eq!(sandbox.run(&named).exits(1).stdout, expected);
    sandbox.run(&["--config", "nowhere.toml", "audit", "--demo"]).exits(2).prints_nothing().says(&["--config"]);
    sandbox
        .run(&["audit", "--config", "nowhere.toml"])
        .exits(2)
        .prints_nothing()
        .says(&["nowhere.toml", "No such file"]);

    // In the user's folder.
    let bare = sandbox.run(&AUDIT).stdout;
    assert_ne!(bare, expected);
    sandbox.write("xdg/gwsaudit/gwsaudit.toml", &text);
    sandbox.write("xdg/gwsaudit/attestations.toml", &attestations);
    let xdg = sandbox.path("xdg");
    let xdg = xdg.to_str().expect("UTF-8");
    assert_eq!(sandbox.run_with(&AUDIT, &[("XDG_CONFIG_HOME", xdg)]).exits(1).stdout, expected);

    // Here comes before there.
    sandbox.write("gwsaudit.toml", "[tenant]\n");
    assert_eq!(sandbox.run_with(&AUDIT, &[("XDG_CONFIG_HOME", xdg)]).stdout, bare);
}

#[test]
fn without_configuration_the_next_step_is_told() {
    let run = Sandbox::new().run(&["audit"]).exits(2).prints_nothing();
    run.says(&["[tenant] admin", "GWSAUDIT_TENANT__ADMIN", "--demo"]);
}

#[test]
fn the_environment_alone_will_do() {
    let tenant = Tenant::builtin("healthy");
    let run = tenant.sandbox.run_with(
        &["audit", "--format", "json"],
        &[
            ("GWSAUDIT_TENANT__ADMIN", "alice.admin@healthy.example"),
            ("GWSAUDIT_CREDENTIALS__KEY_FILE", "sim/service-account.json"),
            ("GWSAUDIT_EVIDENCE__ATTESTATIONS", "sim/attestations.toml"),
            ("GWSAUDIT_GOOGLE__ENDPOINT", tenant.url()),
        ],
    );
    // No client ID can be pinned that way.
    assert_eq!(run.exits(3).json()["tenant"]["customer"], "C0healthy1");
}

#[test]
fn unknown_variables_name_the_nearest_key() {
    let sandbox = Sandbox::recorded("healthy");
    for (name, nearest) in [
        ("GWSAUDIT_TENANT__ADMNI", "tenant.admin"),
        ("GWSAUDIT_TENAT__ADMIN", "tenant.admin"),
        ("GWSAUDIT_AUDIT__FAILON", "audit.fail_on"),
        ("GWSAUDIT_GOOGLE__ENDPIONT", "google.endpoint"),
    ] {
        let run = sandbox.run_with(&AUDIT, &[(name, "x")]).exits(2).prints_nothing();
        run.says(&[name, &format!("the nearest known key is `{nearest}`")]);
    }
    let run = sandbox.run_with(&AUDIT, &[("GWSAUDIT_AUDIT__FAIL_ON", "hihg")]).exits(2).prints_nothing();
    run.says(&["environment variable GWSAUDIT_AUDIT__FAIL_ON", "hihg"]);
}

fn configured(text: &str) -> Run {
    let sandbox = unsettled("healthy");
    sandbox.write("gwsaudit.toml", text);
    sandbox.run(&AUDIT).exits(2).prints_nothing()
}

#[test]
fn unknown_keys_name_file_line_and_nearest_key() {
    configured("[tenant]\ncustomer = \"my_customer\"\nadmn = \"a@b.example\"\n").says(&[
        "gwsaudit.toml:3:1",
        "admn",
        "`admin`",
    ]);
    configured("\n[tenannt]\n").says(&["gwsaudit.toml:2:", "tenannt", "`tenant`"]);
    configured("[[apps]]\nid = \"x\"\nclient_id = [\"1\"]\n").says(&["gwsaudit.toml:3:1", "client_id", "`client_ids`"]);
    configured("[google]\nendpoints = \"\"\n").says(&["gwsaudit.toml:2:1", "`endpoint`"]);
}

#[test]
fn all_faults_are_reported_together() {
    let run = configured(
        "[tenant]\nadmin = \"nobody\"\ncustomr = \"x\"\n\n[audit]\nfail_on = \"hihg\"\npacks = []\n\n[evidence]\n\
         gcp_organization = \"acme\"\n\n[[suppress]]\ncheck = \"app-trusted\"\n",
    );
    let run = run.says(&["admin", "customr", "fail_on", "packs", "gcp_organization", "`reason`", "`expires`"]);
    let lines = ["toml:2:", "toml:3:", "toml:6:", "toml:7:", "toml:10:", "toml:12:"];
    let places: Vec<Option<usize>> = lines.iter().map(|line| run.stderr.find(line)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {run:?}");
}

#[test]
fn values_of_the_wrong_form_are_refused() {
    for (text, says) in [
        ("[tenant]\nadmin = 7\n", "expected a text"),
        ("tenant = 7\n", "must be a table"),
        ("apps = 7\n", "must be a list of tables"),
        ("[audit]\naccept_presumed = \"yes\"\n", "expected true or false"),
        ("[audit]\nscan = \"some\"\n", "choose log, all or auto"),
        ("[credentials]\nkey_file = \"\"\n", "the path is empty"),
        ("[credentials]\nkey_file = \"a\"\nimpersonate = \"a@b.example\"\n", "not both"),
        ("[google]\nendpoint = \"not a url\"\n", "is not a URL"),
        ("[[apps]]\nid = \"a\"\n[[apps]]\nid = \"a\"\n", "configured twice"),
        ("[[apps]]\nclient_ids = []\n", "`id` is missing"),
    ] {
        configured(text).says(&["gwsaudit.toml", says]);
    }
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    configured("[tenant]\nadmin = \n").says(&["gwsaudit.toml:2:"]);
    configured("[tenant\n").says(&["gwsaudit.toml:1:"]);
    configured("{\"tenant\": {}}\n").says(&["gwsaudit.toml:1:"]);
    let sandbox = unsettled("healthy");
    sandbox.write("gwsaudit.toml", b"[tenant]\nadmin = \"\xff\"\n");
    sandbox.run(&AUDIT).exits(2).prints_nothing().says(&["gwsaudit.toml", "UTF-8"]);
}

const SESSION: &str = "\
[[attestation]]
setting = \"cloud-session-control\"
org_unit = \"/\"
value = { reauth = \"required\", frequency = \"16h\", method = \"password\", exempt_trusted_apps = true }
attested_by = \"alice@healthy.example\"
attested_at = 2026-01-20T10:00:00Z
";

const ACCESS: &str = "\
[[attestation]]
setting = \"app-access\"
app = \"okta-workflows-gmail\"
org_unit = \"/Sales\"
value = \"trusted\"
attested_by = \"alice@healthy.example\"
attested_at = 2026-01-20T10:00:00Z
";

/// Audits with an attestation in which something is replaced.
fn attested(text: &str, old: &str, new: &str) -> Run {
    assert!(text.contains(old), "{old}");
    let sandbox = Sandbox::recorded("healthy");
    sandbox.write("attestations.toml", format!("\n{}", text.replace(old, new)));
    sandbox.run(&AUDIT)
}

#[test]
fn attestations_are_read_strictly() {
    for (text, old, new, line, says) in [
        (SESSION, "cloud-session-control", "cloud-session", 3, "\"cloud-session\" is not a setting"),
        (SESSION, "\"required\"", "\"requird\"", 5, "\"requird\" is not a choice"),
        (SESSION, "\"required\"", "\"inherit\"", 5, "nothing to inherit from"),
        (SESSION, "\"16h\"", "\"16\"", 5, "16"),
        (SESSION, "\"16h\"", "\"25h\"", 5, "25h"),
        (SESSION, "\"password\"", "\"fingerprint\"", 5, "\"fingerprint\" is not a method"),
        (SESSION, "exempt_trusted_apps", "exempt_trusted_app", 5, "`exempt_trusted_apps`"),
        (SESSION, "attested_by", "attested_bye", 6, "`attested_by`"),
        (SESSION, "2026-01-20T10:00:00Z", "2026-01-20", 7, "is not a moment"),
        (SESSION, "org_unit = \"/\"", "org_unit = \"Sales\"", 4, "not an org unit path"),
        (SESSION, "alice@healthy.example", "alice", 6, "alice"),
        (ACCESS, "\"trusted\"", "\"trustd\"", 6, "\"trustd\" is not a level"),
        (ACCESS, "\"trusted\"", "\"unconfigured\"", 6, "\"unconfigured\" is for the root alone"),
        (ACCESS, "\"okta-workflows-gmail\"", "\"okta-workflow-gmail\"", 4, "\"okta-workflow-gmail\" is neither"),
        (ACCESS, "app = \"okta-workflows-gmail\"\n", "", 2, "`app` is missing"),
        (ACCESS, "[[attestation]]", "[[attestations]]", 2, "`attestation`"),
        (ACCESS, "\"trusted\"", "\"trusted", 6, ""),
    ] {
        let run = attested(text, old, new).exits(2).prints_nothing().says(&["attestations.toml", says]);
        let place = format!("attestations.toml:{line}:");
        assert!(run.stderr.contains(&place), "{place} for {new}: {run:?}");
    }
    let run = attested(SESSION, "attested_by", "below = \"yes\"\nexpires_at = 2025-01-01T00:00:00Z\nattested_by");
    run.exits(2).says(&["below: \"yes\"", "expires_at is not later"]);
    // Nothing is wrong with those that the others were made from.
    attested(SESSION, "", "").says_nothing();
    attested(ACCESS, "", "").says_nothing();
}

#[test]
fn attestations_must_be_there() {
    let sandbox = Sandbox::recorded("healthy");
    std::fs::remove_file(sandbox.path("attestations.toml")).expect("it was there");
    sandbox.run(&AUDIT).exits(2).prints_nothing().says(&["attestations.toml", "No such file"]);
}

#[test]
fn whom_to_impersonate_with_needs_somebody() {
    let tenant = Tenant::builtin("healthy");
    tenant.sandbox.edit(
        "sim/gwsaudit.toml",
        "key_file = \"service-account.json\"",
        "impersonate = \"a@b.iam.gserviceaccount.com\"",
    );
    // Whatever machine this runs on is not asked for its service account.
    let run = tenant.run_with(&["audit"], &[("NO_GCE_CHECK", "true")]).exits(2).prints_nothing();
    run.says(&["nobody to impersonate a@b.iam.gserviceaccount.com", "gcloud auth application-default login"]);
}
