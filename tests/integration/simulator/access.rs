//! Who is let in, and how everybody else is refused.

use super::*;

/// Every endpoint of [`SMALL`], with a scope that opens it and its API.
const ENDPOINTS: [(&str, &str, &str); 19] = [
    ("/admin/directory/v1/customers/my_customer", "admin.directory.customer.readonly", "admin"),
    (
        "/admin/directory/v1/customer/my_customer/orgunits?type=allIncludingParent",
        "admin.directory.orgunit.readonly",
        "admin",
    ),
    ("/admin/directory/v1/users?customer=my_customer", "admin.directory.user.readonly", "admin"),
    ("/admin/directory/v1/users/root@small.example", "admin.directory.user.readonly", "admin"),
    ("/admin/directory/v1/users/root@small.example/tokens", "admin.directory.user.security", "admin"),
    ("/admin/directory/v1/groups?customer=my_customer", "admin.directory.group.readonly", "admin"),
    ("/admin/directory/v1/groups/all@small.example/members", "admin.directory.group.member.readonly", "admin"),
    ("/admin/reports/v1/activity/users/all/applications/admin", "admin.reports.audit.readonly", "admin"),
    ("/admin/reports/v1/activity/users/all/applications/token", "admin.reports.audit.readonly", "admin"),
    ("/admin/reports/v1/activity/users/all/applications/access_evaluation", "admin.reports.audit.readonly", "admin"),
    ("/admin/directory/v1/customer/my_customer/roles", "admin.directory.rolemanagement.readonly", "admin"),
    ("/admin/directory/v1/customer/my_customer/roleassignments", "admin.directory.rolemanagement.readonly", "admin"),
    ("/admin/directory/v1/customer/my_customer/domains", "admin.directory.domain.readonly", "admin"),
    ("/apps/licensing/v1/product/Google-Apps/users?customerId=C0small01", "apps.licensing", "licensing"),
    ("/v1/inboundSsoAssignments", "cloud-identity.inboundsso.readonly", "cloudidentity"),
    ("/v1/policies", "cloud-identity.policies.readonly", "cloudidentity"),
    ("/v1/policies/{id}", "cloud-identity.policies.readonly", "cloudidentity"),
    ("/v1/organizations/1/gcpUserAccessBindings", "cloud-platform", "accesscontextmanager"),
    ("/v3/organizations:search", "cloud-platform", "cloudresourcemanager"),
];

/// Whose refusals carry the old reasons.
fn is_old(api: &str) -> bool {
    matches!(api, "admin" | "licensing")
}

/// What of the Admin SDK no delegated administrator may read.
const FOR_SUPER_ADMINISTRATORS: [&str; 2] =
    ["admin.directory.user.security", "admin.directory.rolemanagement.readonly"];

/// [`SMALL`] with a group and a policy, so that every endpoint has something to give.
fn furnished() -> String {
    format!(
        "{SMALL}\n[[group]]\nemail = \"all@small.example\"\nmembers = [\"root@small.example\"]\n\n[[policy]]\nsetting = \
         \"gmail.confidential_mode\"\nvalue = {{ enabled = true }}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_an_assertion_has_googles_refusal() {
    let running = start(SMALL).await;
    let caller = Caller::new(&running);
    let scope = format!("{ADMIN}user.readonly");
    let good = caller.claims(&[&scope]);
    assert_eq!(caller.ask(&good).await.status, StatusCode::OK);

    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let now = good["iat"].as_i64().expect("seconds");
    let timing = "short-lived token (60 minutes)";
    let cases = [
        (
            with("iss", json!("other@simulated-project.iam.gserviceaccount.com")),
            400,
            "invalid_grant",
            "account not found",
        ),
        (with("sub", json!("absent@small.example")), 400, "invalid_grant", "Invalid email or User ID"),
        (with("sub", json!("left@small.example")), 400, "invalid_grant", "Invalid email or User ID"),
        (with("aud", json!("https://oauth2.example.com/token")), 400, "invalid_grant", "audience"),
        (with("exp", json!(now + 3700)), 400, "invalid_grant", timing),
        (with("exp", json!(now - 10)), 400, "invalid_grant", timing),
        (with("iat", json!(now + 1000)), 400, "invalid_grant", timing),
        (with("iat", Value::Null), 400, "invalid_grant", timing),
        (with("scope", json!("")), 400, "invalid_scope", "Empty or missing scope"),
        (
            with("scope", json!(format!("{scope} {ADMIN}user"))),
            401,
            "unauthorized_client",
            "any of the scopes requested",
        ),
    ];
    for (claims, status, error, description) in cases {
        let answer = caller.ask(&claims).await;
        let body = answer.json();
        assert_eq!((answer.status.as_u16(), body["error"].as_str()), (status, Some(error)), "{claims} {body}");
        assert!(body["error_description"].as_str().is_some_and(|text| text.contains(description)), "{body}");
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_registered_key_signs() {
    let running = start(SMALL).await;
    let caller = Caller::new(&running);
    let claims = caller.claims(&[&format!("{ADMIN}user.readonly")]);
    let rs256 = json!({"alg": "RS256", "typ": "JWT"});

    let other = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("a key");
    let stranger = sign_with(&other, &URL_SAFE, &rs256, &claims);
    let sound = caller.sign(&rs256, &claims);
    assert_eq!(caller.exchange(&sound).await.status, StatusCode::OK);
    let unpadded = sign_with(&caller.pair(), &URL_SAFE_NO_PAD, &rs256, &claims);
    assert_eq!(caller.exchange(&unpadded).await.status, StatusCode::OK);

    let (message, signature) = sound.rsplit_once('.').expect("three parts");
    let richer = URL_SAFE_NO_PAD.encode(caller.claims(&[&format!("{AUTH}cloud-platform")]).to_string());
    let header = message.split('.').next().expect("a header");
    for forged in [
        stranger,
        format!("{header}.{richer}.{signature}"),
        format!("{message}."),
        caller.sign(&json!({"alg": "none"}), &claims),
        caller.sign(&json!({"alg": "RS256", "kid": "another"}), &claims),
    ] {
        let body = caller.exchange(&forged).await.json();
        assert_eq!(body, json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}));
    }
    for garbled in ["x", "a.b", "a.b.c", "...."] {
        assert_eq!(caller.exchange(garbled).await.json()["error"], "invalid_grant");
    }
    let answer = caller.post_token(&[("grant_type", "password")]).await;
    assert_eq!(answer.json()["error"], "unsupported_grant_type");
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_wants_its_own_scope() {
    let running = start(&furnished()).await;
    let caller = Caller::new(&running);
    let all = caller.token_for_all().await;
    let policy = caller.get("/v1/policies", Some(&all)).await.json()["policies"][0]["name"].clone();
    let policy = policy.as_str().expect("a name").to_owned();
    for (path, scope, api) in ENDPOINTS {
        let path = path.replace("policies/{id}", &policy);
        let right = caller.token(&[&format!("{AUTH}{scope}")]).await;
        let answer = caller.get(&path, Some(&right)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {:?}", answer.body);

        let wrong = if scope == "admin.reports.audit.readonly" { "user.security" } else { "" };
        let wrong =
            if wrong.is_empty() { format!("{AUTH}admin.reports.audit.readonly") } else { format!("{ADMIN}{wrong}") };
        let wrong = caller.token(&[&wrong]).await;
        let answer = caller.get(&path, Some(&wrong)).await;
        let error = &answer.json()["error"];
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(error["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "{path}");
        assert_eq!(error["details"][0]["metadata"]["service"], format!("{api}.googleapis.com"), "{path}");
        let old = error["errors"][0]["reason"].as_str();
        assert_eq!(old, is_old(api).then_some("insufficientPermissions"), "{path}");

        for token in [None, Some("ya29.simulated-never-issued")] {
            let answer = caller.get(&path, token).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.json()["error"]["status"], "UNAUTHENTICATED", "{path}");
        }
    }
    running.expire_tokens();
    assert_eq!(caller.get("/v1/policies", Some(&all)).await.status, StatusCode::UNAUTHORIZED);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_off_says_where_to_switch_it_on() {
    let services = ["admin", "licensing", "cloudidentity", "accesscontextmanager", "cloudresourcemanager"];
    let disabled = services.map(|name| format!("{name}.googleapis.com"));
    let text = format!("[service]\ndisabled_apis = {disabled:?}\n{}", furnished());
    let running = start(&text).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    for (path, _, api) in ENDPOINTS {
        let answer = caller.get(path, Some(&token)).await;
        let error = &answer.json()["error"];
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(error["details"][0]["reason"], "SERVICE_DISABLED", "{path}");
        let url = error["details"][0]["metadata"]["activationUrl"].as_str().expect("a link");
        assert!(url.contains(&format!("/{api}.googleapis.com/")), "{url}");
        let old = error["errors"][0]["reason"].as_str();
        assert_eq!(old, is_old(api).then_some("accessNotConfigured"), "{path}");
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_alone_may_look() {
    let running = start(&furnished()).await;
    let mut caller = Caller::new(&running);
    for (subject, suits) in [("nobody@small.example", Vec::new()), ("helper@small.example", vec!["admin"])] {
        caller.subject = subject.to_owned();
        let token = caller.token_for_all().await;
        for (path, scope, api) in ENDPOINTS {
            let answer = caller.get(path, Some(&token)).await;
            let body = answer.json();
            if path.ends_with(":search") {
                assert_eq!((answer.status, body), (StatusCode::OK, json!({})));
            } else if suits.contains(&api) && !FOR_SUPER_ADMINISTRATORS.contains(&scope) {
                assert_eq!(answer.status, StatusCode::OK, "{path}");
            } else if path.contains("/reports/") {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
                assert_eq!(body["error"]["message"], "Access denied. You are not authorized to read activity records.");
            } else if is_old(api) {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
                assert_eq!(body["error"]["message"], "Not Authorized to access this resource/api");
            } else {
                assert_eq!(
                    (answer.status, &body["error"]["status"]),
                    (StatusCode::FORBIDDEN, &json!("PERMISSION_DENIED"))
                );
            }
        }
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_refused() {
    let running = start(&furnished()).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let cases = [
        ("/admin/directory/v1/customers/C0other", 404, "Resource Not Found: customerKey"),
        ("/admin/directory/v1/customer/C0other/orgunits", 400, "Invalid Customer Id"),
        ("/admin/directory/v1/users?customer=C0other", 400, "Bad Request"),
        ("/admin/directory/v1/users", 400, "Bad Request"),
        ("/admin/directory/v1/users?customer=my_customer&maxResults=501", 400, "maxResults"),
        ("/admin/directory/v1/users?customer=my_customer&query=name:x", 400, "query"),
        ("/admin/directory/v1/users?customer=my_customer&pageToken=x", 400, "pageToken"),
        ("/admin/directory/v1/users/absent@small.example/tokens", 404, "Resource Not Found: userKey"),
        ("/admin/directory/v1/groups/absent@small.example/members", 404, "Resource Not Found: groupKey"),
        ("/admin/directory/v1/customer/C0other/roles", 400, "Invalid Customer Id"),
        ("/admin/directory/v1/customer/C0other/domains", 400, "Invalid Customer Id"),
        ("/apps/licensing/v1/product/Google-Apps/users?customerId=my_customer", 400, "customerId"),
        ("/apps/licensing/v1/product/Google-Apps/users?customerId=C0small01&maxResults=1001", 400, "maxResults"),
        ("/v1/inboundSsoAssignments?filter=customer%3D%3D%22customers/C0other%22", 403, "permission"),
        ("/v1/inboundSsoAssignments?filter=name%3D%3D%22x%22", 400, "Invalid filter"),
        ("/v1/policies?filter=setting.type.size()", 400, "Invalid filter"),
        ("/v1/policies?filter=customer%3D%3D%22customers/C0other%22", 403, "permission"),
        ("/v1/policies/absent", 404, "not found"),
        ("/v1/organizations/2/gcpUserAccessBindings", 403, "permission"),
        ("/v1/nothing", 404, "was not found on this server"),
    ];
    for (path, status, message) in cases {
        let answer = caller.get(path, Some(&token)).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status.as_u16(), error["code"].as_u64()), (status, Some(status.into())), "{path} {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(message)), "{path} {error}");
    }
    let unexpected: Vec<_> = running.requests().into_iter().filter(|request| request.unexpected).collect();
    assert_eq!(unexpected.len(), 1);
    assert_eq!((unexpected[0].path.as_str(), unexpected[0].status), ("/v1/nothing", Some(404)));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_machines_stay_out_unless_allowed() {
    let address = ([0, 0, 0, 0], 0).into();
    let scenario = || Scenario::builtin("healthy").expect("a built-in scenario");
    let refused = Simulator::start(scenario(), address, SimulatorOptions::default()).await;
    assert!(matches!(refused, Err(SimulatorError::NotLoopback(_))));
    let options = SimulatorOptions { reach: Reach::AnyAddress, ..SimulatorOptions::default() };
    let running = Simulator::start(scenario(), address, options).await.expect("it starts");
    assert!(running.base_url().starts_with("http://127.0.0.1:"));
    running.shutdown().await;
}
