//! `gwsaudit setup`: what it prints, and that a tenant that is set up so can be audited.

use proptest::prelude::*;
use serde_json::Value;

use super::harness::{Sandbox, Tenant};

const SETUP: [&str; 3] = ["setup", "--format", "json"];
/// Whatever machine this runs on is not asked for its service account.
const ALONE: [(&str, &str); 1] = [("NO_GCE_CHECK", "true")];
const PREFIX: &str = "https://www.googleapis.com/auth/";
/// All services that a simulated project may lack.
const SERVICES: [&str; 6] = [
    "admin.googleapis.com",
    "licensing.googleapis.com",
    "cloudidentity.googleapis.com",
    "accesscontextmanager.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iamcredentials.googleapis.com",
];
const PACKS: [&str; 5] = ["okta-workflows-gmail", "app-exposure", "cis-gws-1.3", "cis-gws-1.4", "scuba-gws-1"];

#[test]
fn without_credentials_it_shows_the_whole_way() {
    let run = Sandbox::new().run_with(&["setup"], &ALONE).exits(0).says_nothing();
    insta::assert_snapshot!("setup-nothing-yet", run.stdout);
    let packs = ["setup", "--pack", "cis-gws-1.3", "--pack", "scuba-gws-1", "--format", "markdown"];
    let run = Sandbox::new().run_with(&packs, &ALONE).exits(0).says_nothing();
    insta::assert_snapshot!("setup-markdown", run.stdout);
    let run = Sandbox::new().run_with(&SETUP, &ALONE).exits(0).says_nothing();
    insta::assert_snapshot!("setup-json", run.stdout);
}

#[test]
fn a_key_file_tells_the_client_id() {
    let tenant = Tenant::builtin("healthy");
    let guide = tenant.run(&SETUP).exits(0).says_nothing().json();
    let key: Value = serde_json::from_str(&tenant.sandbox.read("sim/service-account.json")).expect("JSON");
    assert_eq!(guide["schema"], "gwsaudit/setup/1");
    assert_eq!(guide["delegation"]["client_id"], key["client_id"]);
    assert_eq!(guide["delegation"]["client_id_command"], Value::Null);
    assert_eq!(guide["service_account"]["email"], key["client_email"]);
    assert_eq!(guide["keyless"], Value::Null);
    let command = guide["apis"]["command"].as_str().expect("a line");
    assert!(command.ends_with("--project=simulated-project"), "{command}");
    let text = tenant.run(&["setup", "-o", "guide.txt"]).exits(0).says_nothing().prints_nothing();
    drop(text);
    assert!(tenant.sandbox.read("guide.txt").contains(key["client_id"].as_str().expect("a client ID")));
}

#[test]
fn without_a_key_it_says_who_must_be_allowed_what() {
    let tenant = Tenant::with("healthy", "[service]\nkeyless = true");
    tenant.sandbox.edit("sim/gwsaudit.toml", "key_file = \"service-account.json\"\n", "");
    let file = |name| [("GOOGLE_APPLICATION_CREDENTIALS", name)];
    let guide = tenant.run_with(&SETUP, &file("sim/external-account.json")).exits(0).json();
    assert_eq!(guide["delegation"]["client_id"], Value::Null);
    let command = guide["delegation"]["client_id_command"].as_str().expect("a line");
    assert_eq!(
        command,
        "gcloud iam service-accounts describe gwsaudit@simulated-project.iam.gserviceaccount.com \
         --format='value(uniqueId)' --project=simulated-project"
    );
    let keyless = &guide["keyless"];
    assert_eq!(keyless["role"], "roles/iam.serviceAccountTokenCreator");
    assert_eq!(keyless["member"], "serviceAccount:gwsaudit@simulated-project.iam.gserviceaccount.com");
    let services = guide["apis"]["services"].as_array().expect("services");
    assert!(services.iter().any(|service| service["service"] == "iamcredentials.googleapis.com"), "{services:?}");
    let person = [
        ("GOOGLE_APPLICATION_CREDENTIALS", "sim/authorized-user.json"),
        ("GWSAUDIT_CREDENTIALS__IMPERSONATE", "auditor@my-project.iam.gserviceaccount.com"),
    ];
    let guide = tenant.run_with(&SETUP, &person).exits(0).json();
    assert_eq!(guide["keyless"]["member"], "user:YOUR_ADDRESS");
    let allow = guide["keyless"]["commands"][1].as_str().expect("a line");
    assert!(allow.contains("add-iam-policy-binding auditor@my-project.iam.gserviceaccount.com"), "{allow}");
    assert!(guide["configuration"].as_str().is_some_and(|text| text.contains("impersonate = ")), "{guide:#}");
}

#[test]
fn the_organization_may_be_named_or_stated_away() {
    let named = [ALONE[0], ("GWSAUDIT_EVIDENCE__GCP_ORGANIZATION", "organizations/4711")];
    let guide = Sandbox::new().run_with(&SETUP, &named).exits(0).json();
    let command = guide["organization"]["roles"][0]["command"].as_str().expect("a line");
    assert!(command.starts_with("gcloud organizations add-iam-policy-binding 4711 "), "{command}");
    let none = [ALONE[0], ("GWSAUDIT_EVIDENCE__GCP_ORGANIZATION", "none")];
    let guide = Sandbox::new().run_with(&SETUP, &none).exits(0).json();
    assert_eq!(guide["organization"]["stated_none"], true);
    assert!(!guide["delegation"]["scope_list"].as_str().expect("a list").contains("cloud-platform"), "{guide:#}");
    let run = Sandbox::new().run_with(&["setup", "--pack", "cis-gws-1.3", "--format", "json"], &ALONE).exits(0);
    assert_eq!(run.json()["organization"], Value::Null, "nothing of that pack rests on it");
}

#[test]
fn its_configuration_works() {
    let tenant = Tenant::builtin("healthy");
    let guide = tenant.run(&SETUP).exits(0).json();
    tenant.sandbox.write("gwsaudit.toml", guide["configuration"].as_str().expect("TOML"));
    let endpoint = [("GWSAUDIT_GOOGLE__ENDPOINT", tenant.url())];
    let findings = tenant.sandbox.run_with(&["doctor", "--format", "json"], &endpoint).exits(3).says_nothing().json();
    // All but what nobody has looked at yet.
    let steps = findings["steps"].as_array().expect("steps").iter();
    let unwell: Vec<&str> =
        steps.filter(|step| step["status"] != "ok").filter_map(|step| step["id"].as_str()).collect();
    assert_eq!(unwell, ["attestations"]);
}

#[test]
fn topics_and_packs_do_not_mix() {
    Sandbox::new().run(&["setup", "canaries", "--pack", "cis-gws-1.3"]).exits(2).prints_nothing();
    Sandbox::new().run_with(&["setup", "--pack", "nonsense"], &ALONE).exits(2).prints_nothing().says(&["nonsense"]);
}

/// What a guide asks for.
struct Wanted {
    scopes: Vec<String>,
    services: Vec<String>,
}

fn wanted(packs: &[&str]) -> Wanted {
    let mut args = SETUP.to_vec();
    args.extend(packs.iter().flat_map(|pack| ["--pack", *pack]));
    let guide = Sandbox::new().run_with(&args, &ALONE).exits(0).json();
    let list = guide["delegation"]["scope_list"].as_str().expect("a list");
    let scopes = list.split(',').map(|scope| scope.strip_prefix(PREFIX).expect("Google's").to_owned()).collect();
    let services = guide["apis"]["services"].as_array().expect("services");
    let services = services.iter().filter_map(|one| Some(one["service"].as_str()?.to_owned())).collect();
    Wanted { scopes, services }
}

/// A tenant that grants these scopes, whose project has these services on, and nothing else.
fn set_up(scopes: &[String], services: &[String]) -> Tenant {
    let off: Vec<&str> = SERVICES.into_iter().filter(|known| !services.iter().any(|on| on == known)).collect();
    Tenant::with("healthy", &format!("[service]\ndelegated_scopes = {scopes:?}\ndisabled_apis = {off:?}"))
}

fn with_packs<'a>(command: &'a str, packs: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![command, "--format", "json"];
    args.extend(packs.iter().flat_map(|pack| ["--pack", *pack]));
    args
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever does what it says has a tenant that doctor finds well and of which an audit is denied nothing; whoever
    /// forgets one scope is told exactly that one.
    #[test]
    fn whoever_does_what_it_says_can_audit(
        packs in proptest::sample::subsequence(&PACKS[..], 1..=3),
        forgotten in any::<proptest::sample::Index>(),
    ) {
        let Wanted { scopes, services } = wanted(&packs);
        let tenant = set_up(&scopes, &services);
        tenant.run(&with_packs("doctor", &packs)).exits(0).says_nothing();
        let report = tenant.run(&with_packs("audit", &packs)).json();
        for source in report["sources"].as_array().expect("sources") {
            prop_assert!(source["status"] == "complete", "{source:#}");
        }
        drop(tenant);
        let forgotten = forgotten.get(&scopes).clone();
        let kept: Vec<String> = scopes.iter().filter(|scope| **scope != forgotten).cloned().collect();
        let tenant = set_up(&kept, &services);
        let findings = tenant.run(&with_packs("doctor", &packs)).exits(1).json();
        prop_assert_eq!(&findings["delegation"]["missing"], &serde_json::json!([format!("{PREFIX}{forgotten}")]));
        let steps = findings["steps"].as_array().expect("steps").iter();
        let problems: Vec<&str> =
            steps.filter(|step| step["status"] == "problem").filter_map(|step| step["id"].as_str()).collect();
        prop_assert_eq!(problems, ["delegation", &format!("scope.{forgotten}")]);
    }
}
