//! The consent screen and the exchange of its code.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_code_for_tokens() {
    let (running, caller) = start_still(CANARY).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let request = desktop.request();
    let back = redirected(&desktop.ask(&request).await);
    let names: Vec<&str> = back.keys().map(String::as_str).collect();
    assert_eq!(names, ["authuser", "code", "hd", "prompt", "scope", "state"]);
    assert_eq!((back["state"].as_str(), back["hd"].as_str()), ("some state & more", "canary.example"));

    move_to(&running, SignedDuration::from_secs(5));
    let answer = desktop.exchange(&back["code"]).await;
    assert_eq!(
        (answer.status, &answer.headers[header::DATE]),
        (StatusCode::OK, &"Mon, 23 Nov 2026 10:00:05 GMT".parse().expect("text"))
    );
    let body = answer.json();
    let mut names: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]);
    assert_eq!(body["scope"], format!("openid {AUTH}userinfo.email {CLOUD}"));
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3599)));
    assert!(text(&body["refresh_token"]).starts_with("1//0"));

    // The ID token: signed by the simulator's key, Google's claims, the scenario's time.
    let id_token = text(&body["id_token"]);
    let (message, signature) = id_token.rsplit_once('.').expect("three parts");
    let public = aws_lc_rs::signature::KeyPair::public_key(&caller.pair()).as_ref().to_vec();
    let public =
        aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, public);
    public.verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).expect("base64")).expect("signed");
    let claims = message.split('.').nth(1).expect("claims");
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON");
    let at_hash = digest::digest(&digest::SHA256, text(&body["access_token"]).as_bytes());
    assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&at_hash.as_ref()[..16]));
    claims["at_hash"] = Value::Null;
    let now = START.parse::<Timestamp>().expect("a time").as_second() + 5;
    let user =
        caller.get(&format!("/admin/directory/v1/users/{USER}"), Some(&caller.token_for_all().await)).await.json();
    assert_eq!(
        claims,
        json!({
            "iss": "https://accounts.google.com", "azp": desktop.id, "aud": desktop.id, "sub": user["id"],
            "hd": "canary.example", "email": USER, "email_verified": true, "at_hash": null,
            "iat": now, "exp": now + 3600,
        })
    );

    let refreshed = desktop.refresh(&text(&body["refresh_token"])).await.json();
    let mut names: Vec<&str> = refreshed.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "id_token", "scope", "token_type"]);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_sound_gets_a_page() {
    let (running, caller) = start_still(CANARY).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let mut seen = Vec::new();
    for (name, value) in [
        ("client_id", ""),
        ("client_id", "1-unknown.apps.googleusercontent.com"),
        ("client_id", "300-web.apps.googleusercontent.com"),
        ("redirect_uri", ""),
        ("redirect_uri", "https://127.0.0.1:1"),
        ("redirect_uri", "http://evil.example/"),
        ("redirect_uri", "http://127.0.0.1.evil.example/"),
        ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob"),
        ("response_type", ""),
        ("response_type", "token"),
        ("scope", ""),
        ("scope", "everything"),
        ("state", ""),
        ("code_challenge", ""),
        ("code_challenge", "short"),
        ("code_challenge_method", ""),
        ("code_challenge_method", "plain"),
        ("login_hint", "absent@canary.example"),
        ("login_hint", "left@canary.example"),
    ] {
        let mut request = desktop.request();
        set(&mut request, name, value);
        seen.push(shown(&format!("{name}={value}"), &desktop.ask(&request).await));
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    client_id=: 400 page, Error 400: invalid_request: Missing required parameter: client_id
    client_id=1-unknown.apps.googleusercontent.com: 401 page, Error 401: invalid_client: The OAuth client was not found or has been deleted.
    client_id=300-web.apps.googleusercontent.com: 400 page, Error 400: redirect_uri_mismatch: A desktop client takes its answer on a loopback address over plain http.
    redirect_uri=: 400 page, Error 400: invalid_request: Missing required parameter: redirect_uri
    redirect_uri=https://127.0.0.1:1: 400 page, Error 400: redirect_uri_mismatch: A desktop client takes its answer on a loopback address over plain http.
    redirect_uri=http://evil.example/: 400 page, Error 400: redirect_uri_mismatch: A desktop client takes its answer on a loopback address over plain http.
    redirect_uri=http://127.0.0.1.evil.example/: 400 page, Error 400: redirect_uri_mismatch: A desktop client takes its answer on a loopback address over plain http.
    redirect_uri=urn:ietf:wg:oauth:2.0:oob: 400 page, Error 400: redirect_uri_mismatch: A desktop client takes its answer on a loopback address over plain http.
    response_type=: 400 page, Error 400: invalid_request: Required parameter is missing: response_type
    response_type=token: 400 page, Error 400: unsupported_response_type: Only response_type=code is served.
    scope=: 400 page, Error 400: invalid_request: Missing required parameter: scope
    scope=everything: 400 page, Error 400: invalid_scope: Some requested scopes were invalid.
    state=: 400 page, Error 400: invalid_request: Missing required parameter: state
    code_challenge=: 400 page, Error 400: invalid_request: Missing required parameter: code_challenge
    code_challenge=short: 400 page, Error 400: invalid_request: The code challenge is not 32 bytes in base64url.
    code_challenge_method=: 400 page, Error 400: invalid_request: Only code_challenge_method=S256 is served.
    code_challenge_method=plain: 400 page, Error 400: invalid_request: Only code_challenge_method=S256 is served.
    login_hint=absent@canary.example: 400 page, Error 400: access_denied: There is no such account.
    login_hint=left@canary.example: 403 page, Error 403: access_denied: This account has been suspended.
    "#);
    for sound in ["http://localhost:1/back?x=y", "http://[::1]:5", "http://127.0.0.1"] {
        let mut request = desktop.request();
        set(&mut request, "redirect_uri", sound);
        let answer = desktop.ask(&request).await;
        let location = answer.headers[header::LOCATION].to_str().expect("text");
        assert!(location.starts_with(sound.trim_end_matches('/')) && location.contains("code="), "{location}");
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_one_sound_exchange() {
    let (running, caller) = start_still(CANARY).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let other = Desktop::new(&running, &caller, "untrusted");
    let code = desktop.code(USER, CANARY_SCOPES).await;
    let with = |name: &'static str, value: &'static str| {
        let mut form = desktop.exchange_form(&code);
        form.retain(|(known, _)| *known != name);
        form.extend((!value.is_empty()).then_some((name, value)));
        form
    };
    let mut seen = Vec::new();
    for (what, form) in [
        ("no code", with("code", "")),
        ("an unknown code", with("code", "4/0Asimulated-unknown")),
        ("no redirect address", with("redirect_uri", "")),
        ("another redirect address", with("redirect_uri", "http://127.0.0.1:49153")),
        ("no verifier", with("code_verifier", "")),
        ("another verifier", with("code_verifier", "another-verifier-of-forty-three-characters-")),
        ("a wrong secret", with("client_secret", "GOCSPX-simulated-wrong")),
    ] {
        seen.push(shown(what, &caller.post_token(&form).await));
    }
    seen.push(shown("another client", &other.exchange(&code).await));
    assert_eq!(desktop.exchange(&code).await.status, StatusCode::OK);
    seen.push(shown("a second time", &desktop.exchange(&code).await));
    let late = desktop.code(USER, CANARY_SCOPES).await;
    running.advance(SignedDuration::from_mins(10));
    seen.push(shown("ten minutes later", &desktop.exchange(&late).await));
    let withdrawn = desktop.code(USER, CANARY_SCOPES).await;
    let token = desktop.authorize(USER).await;
    assert_eq!(caller.post(&format!("/revoke?token={token}"), &[]).await.status, StatusCode::OK);
    seen.push(shown("after the grant was revoked", &desktop.exchange(&withdrawn).await));
    insta::assert_snapshot!(seen.join("\n"), @r#"
    no code: 400 {"error":"invalid_request","error_description":"Missing required parameter: code"}
    an unknown code: 400 {"error":"invalid_grant","error_description":"Malformed auth code."}
    no redirect address: 400 {"error":"invalid_request","error_description":"Missing required parameter: redirect_uri"}
    another redirect address: 400 {"error":"redirect_uri_mismatch","error_description":"Bad Request"}
    no verifier: 400 {"error":"invalid_grant","error_description":"Missing code verifier."}
    another verifier: 400 {"error":"invalid_grant","error_description":"Invalid code verifier."}
    a wrong secret: 401 {"error":"invalid_client","error_description":"The provided client secret is invalid."}
    another client: 400 {"error":"invalid_grant","error_description":"Bad Request"}
    a second time: 400 {"error":"invalid_grant","error_description":"Bad Request"}
    ten minutes later: 400 {"error":"invalid_grant","error_description":"Bad Request"}
    after the grant was revoked: 400 {"error":"invalid_grant","error_description":"Token has been expired or revoked."}
    "#);
    running.shutdown().await;
}

/// How consent ends for the canary user, with tables added.
async fn ends(tables: &str, change: (&'static str, &str)) -> String {
    let (running, caller) = start_still(&format!("{CANARY}{tables}")).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let mut request = desktop.request();
    set(&mut request, change.0, change.1);
    let answer = desktop.ask(&request).await;
    let told = match answer.status {
        StatusCode::FOUND => {
            let back = redirected(&answer);
            assert_eq!(back["state"], "some state & more");
            back.get("error").cloned().unwrap_or_else(|| "consent".to_owned())
        }
        _ => shown("page", &answer),
    };
    let token = caller.token_for_all().await;
    let (log, _) = caller.all(&format!("{ACTIVITIES}token"), "items", &token).await;
    let events = log.iter().map(|item| {
        let parameters = item["events"][0]["parameters"].as_array().expect("parameters");
        let rejection = parameters.iter().find(|parameter| parameter["name"] == "rejection_type");
        let rejection = rejection.map(|found| format!(" {}", text(&found["value"]))).unwrap_or_default();
        format!(", {}{rejection}", text(&item["events"][0]["name"]))
    });
    let told = events.fold(told, |told, event| told + &event);
    running.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_refused_where_the_scenario_says_so() {
    let blocked = action("-1d", "set_app_access = { org_unit = \"/Sales\", app = \"trusted\", level = \"blocked\" }");
    let refused = |more: &str, error: &str| format!("\n[[oauth.consent]]\n{more}\nerror = {error:?}\n");
    let page = "\n[oauth]\npolicy_refusals = \"page\"\n";
    let none = ("nonce", "");
    let mut seen = Vec::new();
    for (what, tables, change) in [
        ("nothing", String::new(), none),
        ("blocked", blocked.clone(), none),
        ("blocked in another unit", blocked.replace("/Sales", "/Lab"), none),
        ("blocked, told on a page", format!("{blocked}{page}"), none),
        ("the user says no", refused("", "access_denied"), none),
        ("the user says no, which is never a page", format!("{page}{}", refused("", "access_denied")), none),
        ("policy", refused(&format!("user = {USER:?}\napp = \"trusted\""), "admin_policy_enforced"), none),
        ("of another app", refused("app = \"untrusted\"", "admin_policy_enforced"), none),
        ("of another user", refused("user = \"root@canary.example\"", "access_denied"), none),
        ("not configured", refused("", "access_not_configured"), none),
        ("internal", refused("", "org_internal"), none),
        ("somebody else signs in", blocked, ("login_hint", "root@canary.example")),
        ("two could sign in", "\n[[user]]\nemail = \"second@canary.example\"\ncanary = true\n".to_owned(), none),
    ] {
        seen.push(format!("{what}: {}", ends(&tables, change).await));
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    nothing: consent, authorize
    blocked: admin_policy_enforced, deny EXPLICIT_ADMIN_BLOCK
    blocked in another unit: consent, authorize
    blocked, told on a page: page: 400 page, Error 400: admin_policy_enforced: Ask your administrator., deny EXPLICIT_ADMIN_BLOCK
    the user says no: access_denied
    the user says no, which is never a page: access_denied
    policy: admin_policy_enforced, deny SCOPE_BLOCK
    of another app: consent, authorize
    of another user: consent, authorize
    not configured: access_not_configured
    internal: org_internal
    somebody else signs in: consent, authorize
    two could sign in: page: 400 page, Error 400: interaction_required: Several accounts could sign in: add a login_hint.
    "#);
}
