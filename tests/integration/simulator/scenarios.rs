//! Scenario files, built-in and faulty ones, and the files made from them.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn every_builtin_scenario_serves_everything() {
    let mut seen = Vec::new();
    for name in Scenario::builtin_names() {
        let running = start_builtin(name).await;
        let caller = Caller::new(&running);
        let token = caller.token_for_all().await;
        let all = async |path: &str, field: &str| caller.all(path, field, &token).await.0;
        let users = all("/admin/directory/v1/users?customer=my_customer", "users").await;
        let mut grants = 0;
        for user in &users {
            let email = user["primaryEmail"].as_str().expect("an address");
            grants += all(&format!("/admin/directory/v1/users/{email}/tokens"), "items").await.len();
        }
        let groups = all("/admin/directory/v1/groups?customer=my_customer", "groups").await;
        for group in &groups {
            let path = format!("/admin/directory/v1/groups/{}/members", group["id"].as_str().expect("an id"));
            let direct = all(&path, "members").await.len();
            assert_eq!(group["directMembersCount"], direct.to_string());
            assert!(all(&format!("{path}?includeDerivedMembership=true"), "members").await.len() >= direct);
        }
        let units = "/admin/directory/v1/customer/my_customer/orgunits?type=allIncludingParent";
        let units = all(units, "organizationUnits").await;
        assert_eq!(units[0]["orgUnitPath"], "/");
        let mut organizations = all("/v3/organizations:search", "organizations").await;
        let bindings = match organizations.pop() {
            Some(found) => {
                let path = format!("/v1/{}/gcpUserAccessBindings", found["name"].as_str().expect("a name"));
                all(&path, "gcpUserAccessBindings").await.len().to_string()
            }
            None => "no organization".to_owned(),
        };
        let log = async |application: &str| all(&format!("{ACTIVITIES}{application}"), "items").await.len();
        seen.push(format!(
            "{name}: {} users, {grants} grants, {} groups, {} org units, {} policies, bindings: {bindings}, attestations: {}, \
             unexpected: {}",
            users.len(),
            groups.len(),
            units.len(),
            all("/v1/policies", "policies").await.len(),
            running.attestations_toml().map_or(0, |text| text.matches("[[attestation]]").count()),
            running.requests().iter().filter(|request| request.unexpected).count(),
        ));
        let silent = name == "never-configured";
        for application in ["admin", "token", "access_evaluation"] {
            assert_eq!(log(application).await == 0, silent, "{name} {application}");
        }
        let mut qualifiers = BTreeSet::new();
        for item in all(&format!("{ACTIVITIES}token"), "items").await {
            let qualifier = item["id"]["uniqueQualifier"].as_str().expect("text").to_owned();
            qualifier.parse::<i64>().expect("an int64");
            assert!(qualifiers.insert(qualifier), "twice");
        }
        running.shutdown().await;
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    contradictory: 5 users, 3 grants, 0 groups, 5 org units, 0 policies, bindings: 0, attestations: 5, unexpected: 0
    healthy: 6 users, 3 grants, 2 groups, 4 org units, 4 policies, bindings: 0, attestations: 2, unexpected: 0
    mixed: 12 users, 9 grants, 3 groups, 9 org units, 6 policies, bindings: 2, attestations: 6, unexpected: 0
    never-configured: 5 users, 1 grants, 1 groups, 3 org units, 1 policies, bindings: no organization, attestations: 0, unexpected: 0
    okta-gmail-broken: 9 users, 6 grants, 2 groups, 5 org units, 4 policies, bindings: 0, attestations: 3, unexpected: 0
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_for_gwsaudit_hang_together() {
    let running = start_builtin("okta-gmail-broken").await;
    let dir = tempfile::tempdir().expect("a folder");
    let written = running.write_files(&dir.path().join("new")).expect("files");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(written.key.metadata().expect("a key file").permissions().mode() & 0o777, 0o600);
    }
    let text = std::fs::read_to_string(&written.config).expect("a configuration");
    let text = text.replace(&running.base_url(), "http://127.0.0.1:PORT");
    let text = text.replace(&running.name_server().to_string(), "127.0.0.1:DNS");
    insta::assert_snapshot!(text, @r#"
    [tenant]
    customer = "C0brokn42"
    admin = "root-admin@acme.example"

    [credentials]
    key_file = "service-account.json"

    [[apps]]
    id = "okta-workflows-gmail"
    client_ids = ["1234567890-abc.apps.googleusercontent.com"]

    [evidence]
    attestations = "attestations.toml"

    [dns]
    servers = ["127.0.0.1:DNS"]

    [google]
    endpoint = "http://127.0.0.1:PORT"
    "#);
    let attested = std::fs::read_to_string(written.attestations.expect("attestations")).expect("a file");
    let attested: toml::Table = attested.parse().expect("TOML");
    let of = |nth: usize| &attested["attestation"][nth];
    assert_eq!(of(0)["value"]["frequency"].as_str(), Some("16h"));
    assert_eq!(of(0)["value"]["exempt_trusted_apps"].as_bool(), Some(false));
    assert!(of(0)["attested_at"].is_datetime());
    assert_eq!((of(1)["value"].as_str(), of(1)["below"].as_str()), (Some("trusted"), Some("inherit")));
    assert_eq!((of(2)["org_unit"].as_str(), of(2)["value"].as_str()), (Some("/Sales"), Some("limited")));
    running.shutdown().await;
}

#[test]
fn faults_of_a_scenario_file_name_their_line() {
    let refused = |text: &str| Scenario::from_toml(text).expect_err("refused").to_string();
    assert!(
        refused(&format!("{SMALL}colour = 1\n")).contains(&format!("line {}", SMALL.lines().count() + 1)),
        "{}",
        refused(&format!("{SMALL}colour = 1\n"))
    );
    let lines = |text: &str| match Scenario::from_toml(text) {
        Err(ScenarioError::Contradiction { line, what }) => (line, what),
        other => panic!("{other:?}"),
    };
    let before = SMALL.lines().count();
    let action = |deed: &str| lines(&format!("{SMALL}\n[[action]]\nat = \"-1d\"\n{deed}\n"));
    let (line, what) = action("create_org_unit = { org_unit = \"/Nowhere/Deep\" }");
    assert_eq!((line, what.as_str()), (before + 2, "there is no org unit /Nowhere at that time"));
    assert!(
        action("set_app_access = { org_unit = \"/\", app = \"absent\", level = \"trusted\" }").1.contains("no app")
    );
    assert!(
        action("set_app_access = { org_unit = \"/\", app = \"okta\", level = \"inherit\" }").1.contains("inherit from")
    );
    let future = |entry: &str| lines(&format!("{SMALL}\n{entry}\n")).1;
    for entry in [
        "[[org_unit]]\npath = \"/Later\"\ncreated = \"+1d\"",
        "[[attest]]\nat = \"+1d\"\nsetting = \"cloud-session-control\"\norg_unit = \"/Sales\"",
        "[[token_event]]\nat = \"+1d\"\nuser = \"root@small.example\"\napp = \"okta\"",
        "[[activity]]\nat = \"+1d\"\napplication = \"admin\"\nevents = []",
    ] {
        assert_eq!(future(entry), "this lies in the future", "{entry}");
    }
    let deed = "set_session_control = { org_unit = \"/\", value = { reauth = \"required\" } }";
    assert!(refused(&format!("{SMALL}\n[[action]]\nat = \"-1d\"\n{deed}\n")).contains("needs frequency"));
    assert!(refused(&format!("{SMALL}\n[[action]]\nat = \"-1d\"\n")).contains("needs a deed"));
}

#[test]
fn every_builtin_scenario_can_be_used() {
    for name in Scenario::builtin_names() {
        let scenario = Scenario::builtin(name).unwrap_or_else(|| panic!("{name} cannot be read"));
        assert!(!scenario.about().is_empty(), "{name}");
    }
    assert!(Scenario::builtin("absent").is_none());
}
