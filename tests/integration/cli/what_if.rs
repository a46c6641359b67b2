//! `gwsaudit what-if`, on a tenant whose times stand still.

use gwsaudit::evidence::Extent;
use serde_json::{Value, json};

use super::harness::{Run, Sandbox};
use crate::verdicts::tenant::{CLOUD, MAIL, NAME, OKTA, OTHER, Tenant, tenant, token_event};

const SHEETS: &str = "880000000001-sheets.apps.googleusercontent.com";
const GCLOUD: &str = "32555940559.apps.googleusercontent.com";
const SCRIPT: &str = "https://www.googleapis.com/auth/script.projects";

fn user(tenant: Tenant, email: &str, path: &str, is_admin: bool) -> Tenant {
    tenant.record(
        "user",
        json!({"id": format!("id-{email}"), "primaryEmail": email, "orgUnitPath": path, "isAdmin": is_admin,
            "isDelegatedAdmin": false}),
    )
}

fn policy(id: &str, unit: &str, order: f64, enabled: bool) -> Value {
    json!({"name": format!("policies/{id}"), "customer": "customers/C0example1", "type": "ADMIN",
        "policyQuery": {"query": format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}'))"),
            "orgUnit": format!("orgUnits/{unit}"), "sortOrder": order},
        "setting": {"type": "settings/gmail.imap_access", "value": {"enableImapAccess": enabled}}})
}

/// Reauthentication is required nowhere; the app is Limited at `/` and Trusted in `/Sales`.
fn calm() -> Tenant {
    let mut tenant = tenant().unit("/Engineering").unit("/Engineering/Lab").unit("/Sales");
    for (email, path, is_admin) in [
        ("root-admin@example.com", "/", true),
        ("dev@example.com", "/Engineering", false),
        ("flows@example.com", "/Engineering", false),
        ("lab@example.com", "/Engineering/Lab", false),
        ("seller@example.com", "/Sales", false),
        ("reader@example.com", "/Engineering", false),
    ] {
        tenant = user(tenant, email, path, is_admin);
    }
    let at = "2026-11-20T10:00:00Z";
    tenant
        .grant("flows@example.com", OKTA, NAME, &[CLOUD, MAIL])
        .grant("lab@example.com", OKTA, NAME, &[CLOUD])
        .grant("seller@example.com", OKTA, NAME, &[CLOUD])
        .grant("reader@example.com", OKTA, NAME, &[MAIL])
        .grant("dev@example.com", OTHER, "Deploy\u{1b}[2J Tool", &[CLOUD])
        .grant("dev@example.com", SHEETS, "Sheet Sync", &[SCRIPT])
        .grant("root-admin@example.com", GCLOUD, "Google Cloud SDK", &[CLOUD])
        .token("2026-11-23T02:00:00Z", "flows@example.com", token_event("authorize", OKTA, NAME, &[CLOUD, MAIL]))
        .token("2026-11-01T02:00:00Z", "lab@example.com", token_event("authorize", OKTA, NAME, &[CLOUD]))
        .attest(
            "/",
            at,
            "setting = \"cloud-session-control\"\nbelow = \"inherit\"\nvalue = { reauth = \"not_required\" }",
        )
        .listed(at, Extent::Whole, &[(OKTA, "limited", "/"), (OKTA, "trusted", "/Sales"), (GCLOUD, "trusted", "/")])
        .reading(&["cloudidentity.policies"])
        .record("policy", policy("root", "root", 201.5, true))
        .record("policy", policy("sales", "/Sales", 202.0, false))
}

fn sandbox(tenant: &Tenant) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("snapshot.jsonl", tenant.text());
    sandbox.write("attestations.toml", &tenant.attestations);
    let csv = tenant.csv.as_ref().expect("a list");
    sandbox.write("apps.csv", &csv.text);
    let config = format!(
        "[[apps]]\nid = \"okta-workflows-gmail\"\nclient_ids = [{OKTA:?}]\n\n[evidence]\nattestations = \"attestations.toml\"\n\
         gcp_organization = \"none\"\nconfigured_apps_csv = \"apps.csv\"\nconfigured_apps_csv_at = {}\n\
         configured_apps_csv_complete = true\n",
        csv.at
    );
    sandbox.write("gwsaudit.toml", config);
    sandbox
}

fn what_if(sandbox: &Sandbox, more: &[&str]) -> Run {
    let args: Vec<&str> = ["what-if", "--snapshot", "snapshot.jsonl"].into_iter().chain(more.iter().copied()).collect();
    sandbox.run(&args)
}

const REQUIRE: &str = "cloud-session:/Engineering=required,frequency=16h,exempt=no";

fn strings(list: &Value, pointer: &str) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|one| one.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned()).collect()
}

#[test]
fn requiring_reauthentication_breaks_apps_of_every_kind_and_the_cure_is_told() {
    let sandbox = sandbox(&calm());
    let run = what_if(&sandbox, &["--set", REQUIRE]).exits(1);
    insta::assert_snapshot!("what-if-human", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'), "names are neutralised");
    let answer = what_if(&sandbox, &["--set", REQUIRE, "--format", "json"]).exits(1).json();
    let mut steady = answer.clone();
    steady["tool"]["version"] = "[version]".into();
    insta::assert_snapshot!("what-if-json", serde_json::to_string_pretty(&steady).expect("JSON"));

    assert_eq!(answer["schema"], "gwsaudit/what-if/1");
    let wave = &answer["waves"][0];
    assert_eq!(strings(&wave["apps"], "/client_id"), [OKTA, OTHER, SHEETS], "not only the app under audit");
    assert_eq!(strings(&wave["apps"], "/outcome"), ["fails", "fails", "may_fail"]);
    // Authorised 8 hours ago, with a session of 16 hours; weeks ago; and nobody knows when.
    let okta = &wave["apps"][0]["connections"];
    assert_eq!(strings(okta, "/user"), ["flows@example.com", "lab@example.com"]);
    assert_eq!(strings(okta, "/first_failure_by"), ["2026-11-23T18:00:00Z", "2026-11-23T10:00:00Z"]);
    assert_eq!(wave["apps"][1]["connections"][0]["fails_within_seconds"], 57_600);

    let rollout = &answer["rollout"];
    assert_eq!(
        strings(&rollout["remedies"], "/assignment"),
        [
            "app:okta-workflows-gmail:/Engineering=trusted",
            &format!("app:{OTHER}:/Engineering=trusted"),
            "cloud-session:/Engineering=required,frequency=16h,exempt=yes",
        ]
    );
    assert_eq!(rollout["remedies"][2]["instead_of"], REQUIRE);
    assert_eq!(strings(&rollout["to_be_sure"], "/assignment"), [format!("app:{SHEETS}:/Engineering=trusted")]);
    let steps = rollout["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 3, "trust, wait, require");
    assert_eq!(steps[1]["wait_seconds"], 86_400);
    assert!(steps.iter().all(|step| step["breaks"] == json!([])));
    assert_eq!(rollout["proven"], false, "of one app's scopes nobody knows whether they count");
    assert_eq!(strings(&rollout["not_proven"], "/client_id"), [SHEETS]);

    // What is proposed, done.
    let mut proposed: Vec<String> = strings(&rollout["remedies"], "/assignment");
    proposed.extend(strings(&rollout["to_be_sure"], "/assignment"));
    let sets: Vec<&str> = proposed.iter().flat_map(|one| ["--set", one.as_str()]).collect();
    let cured = what_if(&sandbox, &[&sets[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!((&cured["waves"][0]["summary"]["fail"], &cured["rollout"]["proven"]), (&json!(0), &json!(true)));
    assert_eq!(cured["rollout"]["remedies"], json!([]));
    assert_eq!(
        cured["rollout"]["steps"].as_array().map(Vec::len),
        Some(3),
        "trust first even where it was asked for last"
    );
}

#[test]
fn an_administrators_own_tools_are_told_of() {
    let sandbox = sandbox(&calm());
    let answer =
        what_if(&sandbox, &["--set", "cloud-session:/=required,exempt=no", "--format", "json"]).exits(1).json();
    let wave = &answer["waves"][0];
    assert_eq!(strings(&wave["administrators"], "/user"), ["root-admin@example.com"]);
    assert_eq!(wave["administrators"][0]["apps"], json!(["Google Cloud SDK"]));
    assert!(strings(&wave["apps"], "/client_id").contains(&GCLOUD.to_owned()));
    // One place for two org units, and gcloud is Trusted already.
    assert_eq!(
        strings(&answer["rollout"]["remedies"], "/assignment"),
        [
            "app:okta-workflows-gmail:/Engineering=trusted",
            &format!("app:{OTHER}:/Engineering=trusted"),
            "cloud-session:/=required,exempt=yes",
        ]
    );
}

#[test]
fn a_plan_goes_wave_by_wave() {
    let sandbox = sandbox(&calm());
    sandbox.write(
        "plan.toml",
        "[[wave]]\nname = \"pilot\"\nset = [\n  \"cloud-session:/Engineering/Lab=required,frequency=4h,exempt=no\",\n]\n\n\
         [[wave]]\nname = \"everybody\"\nset = [\"cloud-session:/=required,frequency=16h,exempt=yes\"]\n",
    );
    let run = what_if(&sandbox, &["--plan", "plan.toml"]).exits(1);
    insta::assert_snapshot!("what-if-plan", run.stdout);
    let answer = what_if(&sandbox, &["--plan", "plan.toml", "--format", "json"]).exits(1).json();
    let waves = &answer["waves"];
    assert_eq!(strings(waves, "/name"), ["pilot", "everybody"]);
    let users = |wave: usize| -> Vec<String> {
        let apps = waves[wave]["apps"].as_array().expect("apps").iter();
        let users = apps.flat_map(|app| app["failing_users"].as_array().expect("users").clone());
        users.map(|user| user.as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(users(0), ["lab@example.com"]);
    assert_eq!(users(1), ["flows@example.com", "dev@example.com"], "what the first wave broke is not told again");
}

#[test]
fn what_gets_better_or_stays_is_no_failure() {
    let sandbox = sandbox(&calm());
    for harmless in [
        "cloud-session:/Engineering=not_required",
        "app:okta-workflows-gmail:/=blocked",
        "cloud-session:/Sales=inherit",
    ] {
        let run = what_if(&sandbox, &["--set", harmless, "--format", "json"]).exits(0);
        assert_eq!(run.json()["waves"][0]["summary"]["worse"], 0, "{harmless}");
    }
    // What nobody knows: whether trusted apps are exempt, as it is not said.
    what_if(&sandbox, &["--set", "cloud-session:/Sales=required"]).exits(3);
    what_if(&sandbox, &["--set", "cloud-session:/Sales=required,exempt=yes"]).exits(0);
}

#[test]
fn what_no_setting_avoids_is_said() {
    let sandbox = sandbox(&calm());
    let sets = ["--set", "cloud-session:/=required,exempt=yes", "--set", "app:okta-workflows-gmail:/Sales=blocked"];
    let answer =
        what_if(&sandbox, &[&sets[..], &["--org-unit", "/Sales", "--format", "json"]].concat()).exits(1).json();
    assert_eq!(answer["rollout"]["remedies"], json!([]));
    let told = answer["rollout"]["unavoidable"][0].as_str().expect("a text");
    assert!(told.contains("app:okta-workflows-gmail:/Sales=blocked") && told.contains("seller@example.com"), "{told}");
    let steps = answer["rollout"]["steps"].as_array().expect("steps");
    assert!(steps.iter().any(|step| step["breaks"] != json!([])), "and where it breaks");
}

#[test]
fn lists_that_could_not_be_read_leave_the_answer_open() {
    let sandbox = sandbox(&calm().source("directory.tokens", "partial"));
    let answer =
        what_if(&sandbox, &["--set", "cloud-session:/Sales=required,exempt=yes", "--format", "json"]).exits(3).json();
    let unknown = answer["waves"][0]["unknown"].as_array().expect("gaps");
    assert!(
        unknown.iter().any(|gap| gap["why"].as_str().is_some_and(|why| why.contains("directory.tokens"))),
        "{unknown:?}"
    );
    assert_eq!(answer["rollout"]["proven"], false);
}

#[test]
fn a_policy_is_reduced_with_the_others() {
    let sandbox = sandbox(&calm());
    let ask = |assignment: &str, status: i32| {
        let args = ["--pack", "cis-gws-1.3", "--fail-on", "low", "--format", "json", "--set", assignment];
        let answer = what_if(&sandbox, &args).exits(status).json();
        let results = answer["waves"][0]["results"].as_array().expect("results").clone();
        let told = |verdict: &Value| verdict["status"].as_str().unwrap_or("-").to_owned();
        let told: Vec<String> = results
            .iter()
            .map(|one| {
                let place = one["subject"]["org_unit"].as_str().unwrap_or("-");
                format!("{place}: {} → {}", told(&one["before"]), told(&one["after"]))
            })
            .collect();
        told
    };
    // POP is set by no policy, so nothing passes on IMAP alone; what fails for it shows.
    assert_eq!(ask(r#"policy:gmail.imap_access:/={"enableImapAccess":false}"#, 0), ["/: fail → undetermined"]);
    assert_eq!(ask(r#"policy:gmail.imap_access:/Sales={"enableImapAccess":true}"#, 1), ["/Sales: undetermined → fail"]);
    assert_eq!(ask(r#"policy:gmail.imap_access:/Engineering={"enableImapAccess":true}"#, 0), [""; 0]);
}

#[test]
fn assignments_that_do_not_fit_are_refused() {
    let sandbox = sandbox(&calm());
    for (assignment, parts) in [
        ("cloud-session:/Enginering=required", &["no org unit /Enginering", "/Engineering"][..]),
        ("cloud-session:/Engineering=requird", &["\"requird\"", "cloud-session:/Engineering=required,frequency=16h"]),
        ("app:okta:/=trusted", &["\"okta\"", "\"okta-workflows-gmail\""]),
        ("app:99-nobody.apps.googleusercontent.com:/=trusted", &["99-nobody", "apps discover"]),
        (
            "policy:gmail.imap_acess:/={\"enableImapAccess\":false}",
            &["gmail.imap_acess", "nearest is gmail.imap_access"],
        ),
        ("policy:gmail.imap_access:/={\"enabled\":false}", &["no field \"enabled\"", "enableImapAccess"]),
        ("policy:rule.dlp:/={\"state\":\"ACTIVE\"}", &["list of rules"]),
    ] {
        what_if(&sandbox, &["--set", assignment]).exits(2).prints_nothing().says(parts);
    }
    what_if(&sandbox, &[]).exits(2).prints_nothing().says(&["--set", "--plan"]);
    what_if(&sandbox, &["--plan", "nowhere.toml"]).exits(2).prints_nothing().says(&["nowhere.toml"]);
    sandbox.write("plan.toml", "[[wave]]\nnam = \"x\"\nset = [\"cloud-session:/=requird\"]\n");
    what_if(&sandbox, &["--plan", "plan.toml"]).exits(2).prints_nothing().says(&[
        "plan.toml:2:1: unknown key `nam`; the nearest known key is `name`",
        "plan.toml:3:8",
        "\"requird\"",
    ]);
}

#[test]
fn a_demo_and_a_snapshot_say_the_same() {
    let sandbox = Sandbox::recorded("healthy");
    let set = ["--set", "cloud-session:/=required,frequency=4h,exempt=no", "--format", "json"];
    let recorded = what_if(&sandbox, &set).exits(1).json();
    let demo = Sandbox::new().run(&[&["what-if", "--demo=healthy"][..], &set].concat()).exits(1).json();
    let of = |answer: &Value| (answer["waves"][0]["summary"].clone(), answer["rollout"]["remedies"].clone());
    assert_eq!(of(&recorded), of(&demo));
    assert_eq!(recorded["waves"][0]["summary"]["fail"], 2);
}
