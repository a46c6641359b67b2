//! `gwsaudit policy effective`, on a small tenant whose answers are worked out by hand (`effective.toml`).

use serde_json::{Value, json};

use super::harness::{Run, Tenant};

const SCENARIO: &str = include_str!("effective.toml");

fn tenant() -> Tenant {
    Tenant::of(SCENARIO, &[])
}

fn effective(tenant: &Tenant, args: &[&str]) -> Run {
    tenant.run_with(&[&["policy", "effective"], args].concat(), &[("COLUMNS", "100")])
}

fn named<'v>(list: &'v Value, key: &str, name: &str) -> &'v Value {
    let found = list.as_array().expect("a list").iter().find(|it| it[key] == name);
    found.unwrap_or_else(|| panic!("no {key} {name} in {list:#}"))
}

fn setting<'v>(target: &'v Value, setting: &str) -> &'v Value {
    named(&target["settings"], "type", setting)
}

fn field<'v>(target: &'v Value, of: &str, name: &str) -> &'v Value {
    named(&setting(target, of)["fields"], "name", name)
}

/// Type, place, sortOrder and value of each policy.
fn said(list: &Value) -> Vec<Value> {
    let one = |it: &Value| {
        let name = it["name"].as_str().expect("a name");
        assert!(name.starts_with("policies/"), "{it:#}");
        json!([it["type"], it["org_units"], it["groups"], it["licences"], it["sort_order"], it["value"]])
    };
    list.as_array().expect("a list").iter().map(one).collect()
}

const LICENCE: &str = "/product/Google-Apps/sku/1010020020";

#[test]
fn a_user_has_what_their_group_and_their_licence_give() {
    let tenant = tenant();
    // By an alias, in another case; in the outer group through the inner one.
    let run = effective(&tenant, &["--user", "M@effective.example", "--format", "json"]).exits(3).says_nothing();
    let answer = run.json();
    assert_eq!(answer["schema"], "gwsaudit/effective/1");
    assert_eq!(answer["tenant"], json!({"customer": "C0effect1", "primary_domain": "effective.example"}));
    let targets = answer["targets"].as_array().expect("targets");
    let [user] = targets.as_slice() else { panic!("one target: {answer:#}") };
    assert_eq!((&user["user"], &user["org_unit"]), (&json!("member@effective.example"), &json!("/Sales")));
    assert_eq!(user["groups"], json!(["outer@effective.example"]));
    assert_eq!(user["licences"], json!([LICENCE]));
    let pop = field(user, "gmail.pop_access", "enablePopAccess");
    assert_eq!((&pop["value"], &pop["origin"], &pop["certainty"]), (&json!(true), &json!("set"), &json!("proven")));
    let by_group = json!(["ADMIN", ["/"], ["outer@effective.example"], [], "399.00012", true]);
    assert_eq!(said(&pop["set_by"]), [by_group]);
    assert_eq!(
        said(&pop["overrode"]),
        [
            json!(["ADMIN", ["/Sales"], [], [], "202", false]),
            json!(["ADMIN", ["/"], [], [], "201.000340001", true]),
            json!(["SYSTEM", ["/"], [], [], "101", false]),
        ]
    );
    let imap = field(user, "gmail.imap_access", "enableImapAccess");
    assert_eq!((&imap["value"], &imap["certainty"]), (&json!(false), &json!("proven")));
    assert_eq!(said(&imap["set_by"]), [json!(["ADMIN", ["/"], [], [LICENCE], "250", false])]);
    // Exactly what it needs, and what that leads to.
    let sources = answer["sources"].as_array().expect("sources");
    let asked: Vec<&str> =
        sources.iter().filter(|source| source["requests"] != 0).filter_map(|source| source["id"].as_str()).collect();
    let wanted = [
        "cloudidentity.policies",
        "directory.customers",
        "directory.groups",
        "directory.members",
        "directory.orgunits",
        "directory.users",
        "licensing.assignments",
    ];
    assert_eq!(asked, wanted);
}

#[test]
fn an_org_unit_has_ties_defaults_and_open_questions() {
    let tenant = tenant();
    let args = ["--org-unit", "/Sales", "--org-unit", "/Lab", "--format", "json"];
    let answer = effective(&tenant, &args).exits(3).says_nothing().json();
    let of = |path: &str| named(&answer["targets"], "org_unit", path);
    let (lab, sales) = (of("/Lab"), of("/Sales"));
    assert_eq!(lab["user"], Value::Null);

    let pop = field(sales, "gmail.pop_access", "enablePopAccess");
    assert_eq!((&pop["value"], &pop["origin"]), (&json!(false), &json!("set")));
    assert_eq!(setting(sales, "gmail.pop_access")["groups_apart"], json!(["outer@effective.example"]));

    let tie = field(lab, "security.session_controls", "webSessionDuration");
    assert_eq!((&tie["value"], &tie["origin"]), (&Value::Null, &json!("unknown")));
    assert!(tie["why"].as_str().is_some_and(|why| why.contains("same sortOrder and different values")), "{tie:#}");
    let mut rivals = said(&tie["set_by"]);
    rivals.sort_by_key(Value::to_string);
    let rival = |length: &str| json!(["ADMIN", ["/Lab"], [], [], "202", length]);
    assert_eq!(rivals, [rival("3600s"), rival("7200s")]);
    let agreed = field(sales, "security.session_controls", "webSessionDuration");
    assert_eq!((&agreed["value"], &agreed["certainty"]), (&json!("3600s"), &json!("proven")));
    assert!(agreed["why"].as_str().is_some_and(|why| why.contains("say the same")), "{agreed:#}");

    let default = field(lab, "chat.chat_history", "allowUserModification");
    assert_eq!((&default["value"], &default["origin"]), (&json!(true), &json!("default")));
    assert_eq!(default["certainty"], "presumed");
    let unset = field(lab, "chat.chat_history", "enableChatHistory");
    assert_eq!((&unset["value"], &unset["origin"]), (&Value::Null, &json!("unset")));

    let word = field(lab, "api_controls.unconfigured_third_party_apps", "accessLevel");
    assert_eq!((&word["origin"], &word["raw"]), (&json!("unknown"), &json!("BLOCK_MOST")));

    let imap = field(lab, "gmail.imap_access", "enableImapAccess");
    let possible: Vec<&Value> =
        imap["possible"].as_array().expect("possibilities").iter().map(|it| &it["value"]).collect();
    assert_eq!((&imap["origin"], possible), (&json!("unknown"), vec![&json!(true), &json!(false)]));
    let doubts = setting(lab, "gmail.imap_access")["doubts"].as_array().expect("doubts");
    let [doubt] = doubts.as_slice() else { panic!("one doubt: {doubts:#?}") };
    assert_eq!(doubt["policy"]["licences"], json!([LICENCE]));
    assert!(doubt["next_step"].as_str().is_some_and(|step| step.contains("--user")), "{doubt:#}");

    let odd = setting(lab, "quantum.teleportation");
    assert_eq!(odd["in_catalogue"], false);
    assert_eq!(field(lab, "quantum.teleportation", "limits")["value"], json!({"metres": 5, "notes": ["a", "b"]}));
    assert_eq!(field(sales, "quantum.teleportation", "limits")["origin"], "unset");

    let rules = |target: &Value| setting(target, "rule.dlp")["rules"].as_array().expect("rules").len();
    assert_eq!((rules(lab), rules(sales)), (1, 2));
}

#[test]
fn settings_are_chosen_by_name_and_by_beginning() {
    let tenant = tenant();
    effective(&tenant, &["--org-unit", "/", "--setting", "gmail.pop_access"]).exits(0).says_nothing();
    let args = ["--org-unit", "/", "--setting", "gmail.p*", "--setting", "settings/quantum.*", "--format", "json"];
    let answer = effective(&tenant, &args).exits(0).json();
    let settings = answer["targets"][0]["settings"].as_array().expect("settings");
    let types: Vec<&str> = settings.iter().filter_map(|setting| setting["type"].as_str()).collect();
    assert_eq!(types, ["gmail.per_user_outbound_gateway", "gmail.pop_access", "quantum.teleportation"]);
    // No policy sets it: the documented default is named, and proves nothing.
    let args = ["--org-unit", "/", "--setting", "gmail.auto_forwarding", "--format", "json"];
    let forwarding = effective(&tenant, &args).exits(0).json();
    let forwarding = field(&forwarding["targets"][0], "gmail.auto_forwarding", "enableAutoForwarding");
    assert_eq!((&forwarding["value"], &forwarding["origin"]), (&json!(true), &json!("default")));
    assert_eq!(forwarding["certainty"], "unknown");
    for (args, says) in [
        (&["--org-unit", "/", "--setting", "gmail.pop_acess"][..], "gmail.pop_access"),
        (&["--org-unit", "/", "--setting", "gmial.*"], "gmial.*"),
        (&["--org-unit", "/Slaes"], "/Slaes"),
        (&["--user", "nobody@effective.example"], "nobody@effective.example"),
        (&["--org-unit", "/", "--setting", "*.pop"], "gmail.pop_access"),
        (&["--user", "m@effective.example", "--all-org-units"], "cannot be used"),
        (&["--setting", "gmail.*"], "--all-org-units"),
    ] {
        effective(&tenant, args).exits(2).prints_nothing().says(&[says]);
    }
}

#[test]
fn people_and_spreadsheets_read_it_too() {
    let tenant = tenant();
    let human = effective(&tenant, &["--all-org-units"]).exits(3).says_nothing().stdout;
    assert!(human.lines().all(|line| line.chars().count() <= 100), "{human}");
    assert!(!human.contains(['\u{1b}', '\u{202e}']), "{human}");
    insta::with_settings!({filters => vec![(r"as of \d{4}-\d\d-\d\d \d\d:\d\d UTC", "as of [TIME]")]}, {
        insta::assert_snapshot!("effective-all", human);
        let user = effective(&tenant, &["--user", "outsider@effective.example"]).exits(3).says_nothing().stdout;
        insta::assert_snapshot!("effective-user", user);
    });
    let args = ["--all-org-units", "--setting", "rule.dlp", "--format", "csv", "-o", "rules.csv"];
    effective(&tenant, &args).exits(0).says_nothing().prints_nothing();
    let text = tenant.sandbox.read("rules.csv");
    assert!(text.ends_with("\r\n") && !text.contains(['\u{1b}', '\u{202e}']), "{text}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    // Two fields of a rule for each of six org units, and of another for two of them.
    assert_eq!(rows.len(), 2 * 6 + 2 * 2);
    assert!(rows.iter().all(|row| row.len() == 12 && !row.iter().any(|cell| cell.starts_with('='))));
    let named = rows.iter().find(|row| &row[0] == "/" && &row[4] == "displayName").expect("the rule's name");
    assert_eq!(&named[5], "'=HYPERLINK(\"https://evil.example\")");
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let denied = format!("[service]\ndisabled_apis = [\"cloudidentity.googleapis.com\"]\n{SCENARIO}");
    let denied = denied.replacen("about =", "# about =", 1);
    let tenant = Tenant::of(&denied, &[]);
    let args = ["--org-unit", "/Sales", "--setting", "gmail.pop_access", "--format", "json"];
    let answer = effective(&tenant, &args).exits(3).says(&["cloudidentity.policies"]).json();
    let pop = setting(&answer["targets"][0], "gmail.pop_access");
    assert!(pop["why"].as_str().is_some_and(|why| why.contains("cloudidentity.policies")), "{pop:#}");
    assert!(pop["next_step"].is_string(), "{pop:#}");
    let field = field(&answer["targets"][0], "gmail.pop_access", "enablePopAccess");
    assert_eq!((&field["value"], &field["origin"]), (&Value::Null, &json!("unknown")));
    assert_eq!(named(&answer["sources"], "id", "cloudidentity.policies")["status"], "denied");
    // Nothing that the tenant may have looks as if it were not there.
    let all = effective(&tenant, &["--org-unit", "/", "--format", "json"]).exits(3).json();
    let settings = all["targets"][0]["settings"].as_array().expect("settings");
    assert!(settings.len() > 100 && settings.iter().all(|setting| setting["why"].is_string()));
    let human = effective(&tenant, &["--org-unit", "/"]).exits(3).stdout;
    assert!(human.contains("of which no policy could be read"), "{human}");
    // A type that only the tenant could have is not taken for a slip of the pen.
    effective(&tenant, &["--org-unit", "/", "--setting", "quantum.teleportation"]).exits(3);
}

#[test]
fn memberships_that_could_not_be_read_leave_both_values_possible() {
    let fault = "[[fault]]\npath = \"/admin/directory/v1/groups/\"\nkind = \"status\"\nstatus = 403\n";
    let tenant = Tenant::of(&format!("{SCENARIO}\n{fault}"), &[]);
    let args = ["--user", "member@effective.example", "--setting", "gmail.pop_access", "--format", "json"];
    let answer = effective(&tenant, &args).exits(3).json();
    let pop = field(&answer["targets"][0], "gmail.pop_access", "enablePopAccess");
    let possible: Vec<&Value> = pop["possible"].as_array().expect("a list").iter().map(|it| &it["value"]).collect();
    assert_eq!(possible, [&json!(false), &json!(true)]);
    let doubts = &setting(&answer["targets"][0], "gmail.pop_access")["doubts"];
    assert!(doubts[0]["why"][0].as_str().is_some_and(|why| why.contains("outer@effective.example")), "{doubts:#}");
    // The org unit's imaginary user is in no group, whoever its members are.
    effective(&tenant, &["--org-unit", "/Sales", "--setting", "gmail.pop_access"]).exits(0);
}

#[test]
fn without_users_a_user_is_not_denied() {
    let fault = "[[fault]]\npath = \"/admin/directory/v1/users\"\nkind = \"status\"\nstatus = 403\n";
    let tenant = Tenant::of(&format!("{SCENARIO}\n{fault}"), &[]);
    let args = ["--user", "member@effective.example", "--setting", "gmail.pop_access", "--format", "json"];
    let answer = effective(&tenant, &args).exits(3).json();
    let pop = setting(&answer["targets"][0], "gmail.pop_access");
    assert!(pop["why"].as_str().is_some_and(|why| why.contains("directory.users")), "{pop:#}");
}

#[test]
fn a_snapshot_gives_the_same_answer_as_the_tenant() {
    let mut tenant = tenant();
    let args = ["--all-org-units", "--setting", "gmail.*", "--format", "json"];
    let live = effective(&tenant, &args).exits(3).json();
    tenant.run(&["collect", "-o", "tenant.jsonl"]).exits(0);
    tenant.stop();
    effective(&tenant, &["--org-unit", "/"]).exits(4).prints_nothing();
    let recorded = effective(&tenant, &[&args[..], &["--snapshot", "tenant.jsonl"]].concat()).exits(3).json();
    assert_eq!(recorded["targets"], live["targets"]);
    let targets: Vec<&str> =
        live["targets"].as_array().expect("targets").iter().filter_map(|t| t["org_unit"].as_str()).collect();
    assert_eq!(targets, ["/", "/Lab", "/Lab/Robots", "/Quiet", "/Sales", "/Sales/EMEA"]);
}
