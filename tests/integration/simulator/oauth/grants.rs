//! What the Directory API and the token log tell of authorisations made while the simulator runs.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_authorisation_shows_in_grants_and_log() {
    let (running, caller) = start_still(CANARY).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let token = caller.token_for_all().await;
    let tokens = format!("/admin/directory/v1/users/{USER}/tokens");
    let grants = async || {
        let items = caller.get(&tokens, Some(&token)).await.json()["items"].clone();
        let mut items = items.as_array().cloned().unwrap_or_default();
        for item in &mut items {
            assert!(item["etag"].is_string() && item["userKey"].is_string(), "{item}");
            item["etag"] = Value::Null;
            item["userKey"] = Value::Null;
        }
        Value::from(items)
    };
    let log = async || {
        let (items, _) = caller.all(&format!("{ACTIVITIES}token"), "items", &token).await;
        let line = |item: &Value| {
            let event = &item["events"][0];
            let parameters = event["parameters"].as_array().expect("parameters");
            let of = |name: &str| parameters.iter().find(|found| found["name"] == name).cloned().unwrap_or_default();
            let scopes = of("scope")["multiValue"].as_array().map_or(0, Vec::len);
            let (time, who) = (text(&item["id"]["time"]), text(&item["actor"]["email"]));
            let (client, kind) = (text(&of("client_id")["value"]), text(&of("client_type")["value"]));
            format!("{time} {} {who} {client} {kind} {scopes}", text(&event["name"]))
        };
        items.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(grants().await, json!([]));

    move_to(&running, hours(2));
    let first = desktop.authorize(USER).await;
    assert_eq!(
        grants().await,
        json!([{
            "kind": "admin#directory#token", "etag": null, "userKey": null, "clientId": desktop.id,
            "displayText": "Canary, trusted", "anonymous": false, "nativeApp": true,
            "scopes": ["openid", format!("{AUTH}userinfo.email"), CLOUD],
        }])
    );
    // The scopes of one client add up; a refresh leaves no trace.
    move_to(&running, hours(3));
    let second = desktop.authorize_for(USER, &format!("openid {AUTH}gmail.send")).await;
    assert_eq!(desktop.outcome(&first).await, "refreshed");
    assert_eq!(grants().await[0]["scopes"].as_array().map(Vec::len), Some(4));
    assert_eq!(desktop.refresh(&second).await.json()["scope"], format!("openid {AUTH}gmail.send"));

    // One token revoked, all of the grant gone.
    move_to(&running, hours(4));
    let access = text(&desktop.refresh(&second).await.json()["access_token"]);
    assert_eq!(caller.get("/v3/organizations:search", Some(&access)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(caller.post("/revoke", &[("token", &access)]).await.status, StatusCode::OK);
    assert_eq!(caller.get("/v3/organizations:search", Some(&access)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(grants().await, json!([]));
    for dead in [&first, &second] {
        assert_eq!(desktop.outcome(dead).await, "Token has been expired or revoked.");
    }
    // A new consent begins anew.
    let third = desktop.authorize_for(USER, "openid").await;
    assert_eq!(desktop.outcome(&third).await, "refreshed");
    assert_eq!(grants().await[0]["scopes"], json!(["openid"]));
    insta::assert_snapshot!(log().await.join("\n"), @r#"
    2026-11-23T14:00:00.000Z authorize canary@canary.example 100-trusted.apps.googleusercontent.com NATIVE_DESKTOP 1
    2026-11-23T14:00:00.000Z revoke canary@canary.example 100-trusted.apps.googleusercontent.com NATIVE_DESKTOP 4
    2026-11-23T13:00:00.000Z authorize canary@canary.example 100-trusted.apps.googleusercontent.com NATIVE_DESKTOP 2
    2026-11-23T12:00:00.000Z authorize canary@canary.example 100-trusted.apps.googleusercontent.com NATIVE_DESKTOP 3
    "#);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn granted_scopes_are_included_on_request() {
    let (running, caller) = start_still(CANARY).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    desktop.authorize(USER).await;
    let mut request = desktop.request();
    set(&mut request, "scope", "openid");
    set(&mut request, "include_granted_scopes", "true");
    let code = redirected(&desktop.ask(&request).await)["code"].clone();
    let body = desktop.exchange(&code).await.json();
    assert_eq!(body["scope"], format!("openid {AUTH}userinfo.email {CLOUD}"));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_of_the_scenario_goes_when_it_is_revoked() {
    let granted = format!("\n[[grant]]\nuser = {USER:?}\napp = \"web\"\nscopes = [{CLOUD:?}]\n");
    let revoked = action("+1h", &format!("revoke_grant = {{ user = {USER:?}, app = \"web\" }}"));
    let earlier = action("-1h", &format!("revoke_grant = {{ user = {USER:?}, app = \"web\" }}"));
    let (running, caller) = start_still(&format!("{CANARY}{granted}{revoked}{earlier}")).await;
    let token = caller.token_for_all().await;
    let count = async || {
        let answer = caller.get(&format!("/admin/directory/v1/users/{USER}/tokens"), Some(&token)).await.json();
        answer["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count().await, 1, "what the file says holds at the start");
    move_to(&running, hours(1));
    assert_eq!(count().await, 0);
    let path = format!("{ACTIVITIES}admin?eventName=REVOKE_3LO_TOKEN");
    assert_eq!(caller.all(&path, "items", &token).await.0.len(), 2);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_access_token_ends_by_the_simulated_clock_and_a_service_accounts_does_not() {
    let gcp = "\n[gcp]\norganization = \"organizations/1\"\nbindings = \"none\"\n";
    let (running, caller) = start_still(&format!("{CANARY}{gcp}")).await;
    let desktop = Desktop::new(&running, &caller, "trusted");
    let body = desktop.exchange(&desktop.code(USER, CANARY_SCOPES).await).await.json();
    let (users, services) = (text(&body["access_token"]), caller.token_for_all().await);
    let status = async |token: &str| caller.get("/v3/organizations:search", Some(token)).await.status;
    assert_eq!((status(&users).await, status(&services).await), (StatusCode::OK, StatusCode::OK));
    move_to(&running, hours(30 * 24));
    assert_eq!((status(&users).await, status(&services).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    running.shutdown().await;
}
