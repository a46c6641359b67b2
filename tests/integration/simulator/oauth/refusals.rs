//! Every way in which the token and revocation endpoints say no.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_run_out() {
    let (running, caller) = start_still(&format!("{CANARY}{}", required("/", "1h", true))).await;
    let desktop = Desktop::new(&running, &caller, "untrusted");
    let token = desktop.authorize(USER).await;
    move_to(&running, hours(1));
    let answer = desktop.refresh(&token).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    // As reference/session-control.md, section 3, has it.
    assert_eq!(
        answer.json(),
        json!({
            "error": "invalid_grant",
            "error_description": "reauth related error (invalid_rapt)",
            "error_uri": "https://support.google.com/a/answer/9368756",
            "error_subtype": "invalid_rapt",
        })
    );
    assert_eq!(caller.post("/revoke", &[("token", &token)]).await.status, StatusCode::OK, "it can still be revoked");
    running.shutdown().await;

    let other = "\n[oauth]\nreauth_error = \"rapt_required\"\n";
    let (running, caller) = start_still(&format!("{CANARY}{}{other}", required("/", "1h", true))).await;
    let desktop = Desktop::new(&running, &caller, "untrusted");
    let token = desktop.authorize(USER).await;
    move_to(&running, hours(1));
    let answer = shown("rapt", &desktop.refresh(&token).await);
    insta::assert_snapshot!(answer, @r#"rapt: 400 {"error":"invalid_grant","error_description":"reauth related error (rapt_required)","error_subtype":"rapt_required","error_uri":"https://support.google.com/a/answer/9368756"}"#);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_a_request() {
    let (running, caller) = start_still(CANARY).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let other = Desktop::new(&running, &caller, "untrusted");
    let token = desktop.authorize(USER).await;
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
        ("client_id", &desktop.id),
        ("client_secret", &desktop.secret),
    ];
    let with = |name: &'static str, value: &'static str| {
        let mut form = refresh.to_vec();
        form.retain(|(known, _)| *known != name);
        form.extend((!value.is_empty()).then_some((name, value)));
        form
    };
    let mut seen = Vec::new();
    for (what, form) in [
        ("nothing at all", Vec::new()),
        ("no grant type", with("grant_type", "")),
        ("another grant type", with("grant_type", "password")),
        ("no client", with("client_id", "")),
        ("an unknown client", with("client_id", "1-unknown.apps.googleusercontent.com")),
        ("no secret", with("client_secret", "")),
        ("a wrong secret", with("client_secret", "GOCSPX-simulated-wrong")),
        ("a client that nobody here has the secret of", with("client_id", "300-web.apps.googleusercontent.com")),
        ("no refresh token", with("refresh_token", "")),
        ("an unknown refresh token", with("refresh_token", "1//0simulated-unknown")),
        ("a scope that was not granted", with("scope", "https://www.googleapis.com/auth/gmail.send")),
        ("a scope that cannot exist", with("scope", "everything")),
    ] {
        seen.push(shown(what, &caller.post_token(&form).await));
    }
    seen.push(shown("another client's refresh token", &other.refresh(&token).await));
    seen.push(shown("revoking nothing", &caller.post("/revoke", &[]).await));
    seen.push(shown("revoking an unknown token", &caller.post("/revoke", &[("token", "1//0")]).await));
    seen.push(shown("GET /token", &caller.get("/token", None).await));
    seen.push(shown("GET /revoke", &caller.get("/revoke", None).await));
    insta::assert_snapshot!(seen.join("\n"), @r#"
    nothing at all: 400 {"error":"unsupported_grant_type","error_description":"Invalid grant_type: "}
    no grant type: 400 {"error":"unsupported_grant_type","error_description":"Invalid grant_type: "}
    another grant type: 400 {"error":"unsupported_grant_type","error_description":"Invalid grant_type: password"}
    no client: 400 {"error":"invalid_request","error_description":"Could not determine client ID from request."}
    an unknown client: 401 {"error":"invalid_client","error_description":"The OAuth client was not found."}
    no secret: 400 {"error":"invalid_request","error_description":"client_secret is missing."}
    a wrong secret: 401 {"error":"invalid_client","error_description":"The provided client secret is invalid."}
    a client that nobody here has the secret of: 401 {"error":"invalid_client","error_description":"The provided client secret is invalid."}
    no refresh token: 400 {"error":"invalid_request","error_description":"Missing required parameter: refresh_token"}
    an unknown refresh token: 400 {"error":"invalid_grant","error_description":"Bad Request"}
    a scope that was not granted: 400 {"error":"invalid_scope","error_description":"Bad Request"}
    a scope that cannot exist: 400 {"error":"invalid_scope","error_description":"Bad Request"}
    another client's refresh token: 401 {"error":"unauthorized_client","error_description":"Unauthorized"}
    revoking nothing: 400 {"error":"invalid_request","error_description":"Missing required parameter: token"}
    revoking an unknown token: 400 {"error":"invalid_token","error_description":"Token expired or revoked"}
    GET /token: 405 {"error":"invalid_request","error_description":"Only POST is allowed here"}
    GET /revoke: 405 {"error":"invalid_request","error_description":"Only POST is allowed here"}
    "#);
    let unexpected: Vec<_> = running.requests().into_iter().filter(|request| request.unexpected).collect();
    assert_eq!(unexpected.iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), ["/token", "/revoke"]);
    assert_eq!(desktop.outcome(&token).await, "refreshed", "none of that hurt it");
    let narrow = caller.post_token(&with("scope", "email")).await.json();
    assert_eq!(narrow["scope"], "https://www.googleapis.com/auth/userinfo.email");
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_may_also_come_as_rfc_6749_prefers() {
    let (running, caller) = start_still(CANARY).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let token = desktop.authorize(USER).await;
    let ask = async |secret: &str| {
        let body = format!("grant_type=refresh_token&refresh_token={}", token.replace('/', "%2F"));
        let basic = STANDARD.encode(format!("{}:{secret}", desktop.id));
        #[expect(clippy::disallowed_methods, reason = "the token endpoint takes POST alone")]
        let request =
            Request::post(format!("{}/token", caller.base)).header(header::AUTHORIZATION, format!("Basic {basic}"));
        caller.send(request.body(Full::from(body)).expect("a request")).await.expect("an answer").status
    };
    assert_eq!((ask(&desktop.secret).await, ask("wrong").await), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_ends_a_connection() {
    let not_required = "set_session_control = { org_unit = \"/\", value = { reauth = \"not_required\" } }";
    let on_user = |deed: &str| format!("{deed} = {{ user = {USER:?} }}");
    let mail = format!("{CANARY_SCOPES} https://www.googleapis.com/auth/gmail.send");
    let revoked = format!("revoke_grant = {{ user = {USER:?}, app = \"trusted\" }}");
    let mut seen = Vec::new();
    for (what, deed, scopes) in [
        ("suspended", on_user("suspend_user"), CANARY_SCOPES),
        ("deleted", on_user("delete_user"), CANARY_SCOPES),
        ("password changed, mail", on_user("change_password"), &mail),
        ("password changed, no mail", on_user("change_password"), CANARY_SCOPES),
        ("revoked by an administrator", revoked, CANARY_SCOPES),
        (
            "blocked",
            "set_app_access = { org_unit = \"/\", app = \"trusted\", level = \"blocked\" }".to_owned(),
            CANARY_SCOPES,
        ),
        ("client deleted", "delete_client = { app = \"trusted\" }".to_owned(), CANARY_SCOPES),
    ] {
        let text = format!("{CANARY}{}{}", action("-9d", not_required), action("+2h", &deed));
        let (running, caller) = start_still(&text).await;
        let desktop = Desktop::new(&running, &caller, "trusted");
        let token = desktop.authorize_for(USER, scopes).await;
        move_to(&running, hours(1));
        assert_eq!(desktop.outcome(&token).await, "refreshed", "{what}");
        move_to(&running, hours(2));
        let answer = desktop.refresh(&token).await;
        if answer.status == StatusCode::OK {
            seen.push(format!("{what}: 200"));
        } else {
            seen.push(shown(what, &answer));
        }
        running.shutdown().await;
    }

    let (running, caller) = start_still(&format!("{CANARY}{}", action("-9d", not_required))).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let (used, unused) = (desktop.authorize(USER).await, desktop.authorize(USER).await);
    move_to(&running, hours(90 * 24));
    assert_eq!(desktop.outcome(&used).await, "refreshed");
    move_to(&running, hours(182 * 24));
    assert_eq!(desktop.outcome(&used).await, "refreshed");
    seen.push(shown("six months unused", &desktop.refresh(&unused).await));
    assert_eq!(caller.post("/revoke", &[("token", &used)]).await.status, StatusCode::OK);
    seen.push(shown("revoked by the user", &desktop.refresh(&used).await));
    seen.push(shown("revoked twice", &caller.post("/revoke", &[("token", &used)]).await));
    running.shutdown().await;
    insta::assert_snapshot!(seen.join("\n"), @r#"
    suspended: 400 {"error":"access_denied","error_description":"Account restricted"}
    deleted: 400 {"error":"invalid_grant","error_description":"The account has been deleted"}
    password changed, mail: 400 {"error":"invalid_grant","error_description":"Token has been expired or revoked."}
    password changed, no mail: 200
    revoked by an administrator: 400 {"error":"invalid_grant","error_description":"Token has been expired or revoked."}
    blocked: 400 {"error":"access_denied","error_description":"App is blocked"}
    client deleted: 401 {"error":"deleted_client","error_description":"The OAuth client was deleted."}
    six months unused: 400 {"error":"invalid_grant","error_description":"Token has been expired or revoked."}
    revoked by the user: 400 {"error":"invalid_grant","error_description":"Token has been expired or revoked."}
    revoked twice: 400 {"error":"invalid_token","error_description":"Token expired or revoked"}
    "#);
}
