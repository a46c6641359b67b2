//! What a tenant has beside its people: roles, licences, domains, sign-on, names, and policies for all of them.

use super::*;

const ESTATE: &str = r#"
[[user]]
email = "licensed@small.example"
org_unit = "/Sales"
two_step_enrolled = false
two_step_enforced = true
licences = ["Google-Apps/1010020020", "101031/1010310008"]

[[user]]
email = "deleted@small.example"
deleted = true
licences = ["Google-Apps/1010020020"]

[[group]]
email = "helpers@small.example"
members = ["nobody@small.example"]

[[role]]
name = "Auditors"

[[role_assignment]]
role = "Auditors"
group = "helpers@small.example"
org_unit = "/Sales"

[[domain]]
name = "small.example"
aliases = ["alias.example"]

[[domain]]
name = "claimed.example"
verified = false

[[sso]]
mode = "SSO_OFF"
group = "helpers@small.example"

[[sso]]
mode = "SAML_SSO"

[[policy]]
setting = "gmail.confidential_mode"
licences = ["Google-Apps/1010020020"]
group = "helpers@small.example"
org_unit = "/Sales"
sort_order = "201.000340000000000001"

[[policy]]
setting = "gmail.confidential_mode"
query = "!(entity.org_units.exists(o, o.org_unit_id == orgUnitId('{ou:/Sales}'))) || entity.groups.exists(g, g.group_id == groupId('{group:helpers@small.example}'))"
"#;

async fn estate() -> (Running, Caller, String) {
    let running = start(&format!("{SMALL}{ESTATE}")).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    (running, caller, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_who_holds_them() {
    let (running, caller, token) = estate().await;
    let base = "/admin/directory/v1/customer/my_customer";
    let (roles, _) = caller.all(&format!("{base}/roles"), "items", &token).await;
    let named: Vec<_> = roles
        .iter()
        .map(|role| {
            (role["roleName"].as_str().expect("a name"), role["isSuperAdminRole"] == true, role["isSystemRole"] == true)
        })
        .collect();
    assert_eq!(
        named,
        [("_SEED_ADMIN_ROLE", true, true), ("_HELP_DESK_ADMIN_ROLE", false, true), ("Auditors", false, false)]
    );

    let (held, _) = caller.all(&format!("{base}/roleassignments"), "items", &token).await;
    let name_of = |id: &Value| roles.iter().find(|role| role["roleId"] == *id).expect("a role")["roleName"].to_string();
    let (users, _) = caller.all("/admin/directory/v1/users?customer=my_customer", "users", &token).await;
    let (groups, _) = caller.all("/admin/directory/v1/groups?customer=my_customer", "groups", &token).await;
    let holder = |id: &Value| {
        let user = users.iter().find(|user| user["id"] == *id).map(|user| user["primaryEmail"].clone());
        user.or_else(|| groups.iter().find(|group| group["id"] == *id).map(|group| group["email"].clone()))
    };
    let held: BTreeSet<_> = held
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}",
                name_of(&one["roleId"]),
                one["assigneeType"],
                holder(&one["assignedTo"]).expect("somebody"),
                one["scopeType"]
            )
        })
        .collect();
    insta::assert_snapshot!(held.into_iter().collect::<Vec<_>>().join("\n"), @r#"
    "Auditors" "group" "helpers@small.example" "ORG_UNIT"
    "_HELP_DESK_ADMIN_ROLE" "user" "helper@small.example" "CUSTOMER"
    "_SEED_ADMIN_ROLE" "user" "root@small.example" "CUSTOMER"
    "#);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn licences_by_product_and_how_users_prove_themselves() {
    let (running, caller, token) = estate().await;
    for (product, sku) in [("Google-Apps", "1010020020"), ("101031", "1010310008")] {
        let path = format!("/apps/licensing/v1/product/{product}/users?customerId=C0small01&maxResults=1000");
        let (items, _) = caller.all(&path, "items", &token).await;
        let read: Vec<_> = items
            .iter()
            .map(|item| (item["userId"].as_str(), item["productId"].as_str(), item["skuId"].as_str()))
            .collect();
        assert_eq!(read, [(Some("licensed@small.example"), Some(product), Some(sku))], "nobody who is gone");
    }
    let (none, pages) = caller.all("/apps/licensing/v1/product/x/users?customerId=C0small01", "items", &token).await;
    assert_eq!((none.len(), pages), (0, 1));
    let user = caller.get("/admin/directory/v1/users/licensed@small.example", Some(&token)).await.json();
    assert_eq!((&user["isEnrolledIn2Sv"], &user["isEnforcedIn2Sv"]), (&json!(false), &json!(true)));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_and_sign_on() {
    let (running, caller, token) = estate().await;
    let body = caller.get("/admin/directory/v1/customer/my_customer/domains", Some(&token)).await.json();
    let domains = body["domains"].as_array().expect("a list");
    let read: Vec<_> = domains
        .iter()
        .map(|one| (one["domainName"].as_str().expect("a name"), one["isPrimary"] == true, one["verified"] == true))
        .collect();
    assert_eq!(read, [("small.example", true, true), ("claimed.example", false, false)]);
    assert_eq!(domains[0]["domainAliases"][0]["domainAliasName"], "alias.example");

    let filter = "/v1/inboundSsoAssignments?filter=customer%3D%3D%22customers/C0small01%22";
    let (assignments, _) = caller.all(filter, "inboundSsoAssignments", &token).await;
    assert_eq!((&assignments[0]["ssoMode"], &assignments[0]["rank"]), (&json!("SSO_OFF"), &json!(1)));
    assert!(assignments[0]["targetGroup"].as_str().is_some_and(|group| group.starts_with("groups/01")));
    assert!(assignments[1]["targetOrgUnit"].as_str().is_some_and(|unit| unit.starts_with("orgUnits/03ph8a2z")));
    assert!(assignments[1].get("rank").is_none());
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_made_of_clauses_or_taken_as_they_are() {
    let (running, caller, token) = estate().await;
    let text = String::from_utf8(caller.get("/v1/policies", Some(&token)).await.body.to_vec()).expect("UTF-8");
    assert!(text.contains("\"sortOrder\":201.000340000000000001}"), "digit for digit: {text}");
    let (policies, _) = caller.all("/v1/policies", "policies", &token).await;
    let group =
        caller.get("/admin/directory/v1/groups?customer=my_customer", Some(&token)).await.json()["groups"][0]["id"]
            .clone();
    let unit =
        policies[0]["policyQuery"]["orgUnit"].as_str().expect("a helper").trim_start_matches("orgUnits/").to_owned();
    let group = group.as_str().expect("an id");
    assert_eq!(
        policies[0]["policyQuery"]["query"],
        format!(
            "entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}')) && \
             entity.groups.exists(group, group.group_id == groupId('{group}')) && \
             entity.licenses.exists(license, license in ['/product/Google-Apps/sku/1010020020'])"
        )
    );
    assert_eq!(
        policies[1]["policyQuery"],
        json!({"sortOrder": 201.0, "query": format!(
            "!(entity.org_units.exists(o, o.org_unit_id == orgUnitId('{unit}'))) || \
             entity.groups.exists(g, g.group_id == groupId('{group}'))"
        )})
    );
    running.shutdown().await;
}

#[test]
fn what_a_policy_or_role_names_must_be_there() {
    let refused = |text: &str| match Scenario::from_toml(&format!("{SMALL}{text}")) {
        Err(ScenarioError::Contradiction { what, .. }) => what,
        other => panic!("{text}: {other:?}"),
    };
    for (text, part) in [
        ("[[policy]]\nsetting = \"a.b\"\nquery = \"{ou:/Absent}\"\n", "/Absent"),
        ("[[policy]]\nsetting = \"a.b\"\nquery = \"{group:x@y.example}\"\n", "x@y.example"),
        ("[[policy]]\nsetting = \"a.b\"\nquery = \"{what}\"\n", "{what}"),
        ("[[policy]]\nsetting = \"a.b\"\nquery = \"{\"\n", "without }"),
        ("[[policy]]\nsetting = \"a.b\"\nsort_order = \"many\"\n", "many"),
        ("[[role_assignment]]\nrole = \"Nobody's\"\nuser = \"root@small.example\"\n", "Nobody's"),
        ("[[role]]\nname = \"R\"\n[[role_assignment]]\nrole = \"R\"\nuser = \"x@y.example\"\n", "x@y.example"),
        ("[[sso]]\nmode = \"SSO_OFF\"\norg_unit = \"/Absent\"\n", "/Absent"),
    ] {
        assert!(refused(text).contains(part), "{text}: {}", refused(text));
    }
    let syntax = Scenario::from_toml(&format!("{SMALL}[[user]]\nemail = \"a@small.example\"\nlicences = [\"x\"]\n"));
    assert!(matches!(syntax, Err(ScenarioError::Syntax(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_refuses_policies_and_nothing_else() {
    let running = start(&format!("[service]\npolicy_reads_per_second = 0.5\n{SMALL}{ESTATE}")).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    assert_eq!(caller.get("/v1/policies", Some(&token)).await.status, StatusCode::OK);
    let refused = caller.get("/v1/policies", Some(&token)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let error = &refused.json()["error"];
    assert_eq!(
        (&error["status"], &error["details"][0]["reason"]),
        (&json!("RESOURCE_EXHAUSTED"), &json!("RATE_LIMIT_EXCEEDED"))
    );
    assert_eq!(caller.get("/v1/inboundSsoAssignments", Some(&token)).await.status, StatusCode::OK);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_can_be_empty_as_if_all_were_well() {
    let running = start(&format!("[service]\npolicies_listing = \"empty\"\n{SMALL}{ESTATE}")).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let answer = caller.get("/v1/policies", Some(&token)).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({})));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_of_any_size_are_generated() {
    let generate = "[generate]\norg_units = 12\ngroups = 3\nmemberships = 4\nusers = 20\npolicies = 40\n";
    let running = start(&format!("{generate}{SMALL}")).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let (units, _) = caller
        .all("/admin/directory/v1/customer/my_customer/orgunits?type=allIncludingParent", "organizationUnits", &token)
        .await;
    assert_eq!(units.len(), 1 + 1 + 12);
    let (members, _) =
        caller.all("/admin/directory/v1/groups/group0002@small.example/members", "members", &token).await;
    assert_eq!(members.len(), 4);
    let (policies, _) = caller.all("/v1/policies", "policies", &token).await;
    let of = |field: &str| policies.iter().filter(|policy| policy["policyQuery"].get(field).is_some()).count();
    assert_eq!((policies.len(), of("orgUnit"), of("group") > 0), (40, 40, true));
    running.shutdown().await;
}
