//! Pages, filters, compression, and trouble on the wire.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn paging_brings_everything_once() {
    let generate = "[generate]\nusers = 1203\npolicies = 250\n";
    for (switches, empty) in [("", 0), ("[service]\npage_size = 7\nempty_pages = true\n", 1)] {
        let running = start(&format!("{switches}{generate}{SMALL}")).await;
        let caller = Caller::new(&running);
        let token = caller.token_for_all().await;
        let users = "/admin/directory/v1/users?customer=my_customer&maxResults=500&orderBy=email";
        let (users, pages) = caller.all(users, "users", &token).await;
        let emails: Vec<_> = users.iter().map(|user| user["primaryEmail"].as_str().expect("an address")).collect();
        assert!(emails.is_sorted());
        assert_eq!(emails.iter().collect::<BTreeSet<_>>().len(), 1203 + 4);
        assert_eq!(pages, if empty == 0 { 3 } else { 1207_usize.div_ceil(7) + 1 });

        let (policies, pages) = caller.all("/v1/policies?pageSize=100000", "policies", &token).await;
        let names: BTreeSet<_> = policies.iter().map(|policy| policy["name"].to_string()).collect();
        assert_eq!((policies.len(), names.len()), (250, 250));
        assert_eq!(pages, if empty == 0 { 3 } else { 250_usize.div_ceil(7) + 1 });
        running.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_continues_its_own_query_alone() {
    let running = start(&format!("[generate]\nusers = 20\n{SMALL}")).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let path = "/admin/directory/v1/users?customer=my_customer&maxResults=5";
    let next = caller.get(path, Some(&token)).await.json()["nextPageToken"].clone();
    let next = next.as_str().expect("another page");
    let other = format!("/admin/directory/v1/users?customer=my_customer&maxResults=6&pageToken={next}");
    assert_eq!(caller.get(&other, Some(&token)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(caller.get(&format!("{path}&pageToken={next}"), Some(&token)).await.status, StatusCode::OK);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_filtered_by_type() {
    let running = start_builtin("healthy").await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let filter = |text: &str| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("filter", text).finish();
        format!("/v1/policies?{query}")
    };
    let path = filter(r#"customer == "customers/my_customer" && setting.type.matches('^settings/api_controls\\..*$')"#);
    let (found, _) = caller.all(&path, "policies", &token).await;
    let types: BTreeSet<_> = found.iter().filter_map(|policy| policy["setting"]["type"].as_str()).collect();
    let wanted = ["settings/api_controls.internal_apps", "settings/api_controls.unconfigured_third_party_apps"];
    assert_eq!(types, BTreeSet::from(wanted));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gzip_comes_when_asked_for() {
    let running = start(SMALL).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let url = format!("{}/admin/directory/v1/users?customer=my_customer", caller.base);
    let request = Request::get(url)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT_ENCODING, "deflate, gzip")
        .body(Full::default())
        .expect("a request");
    let packed = caller.send(request).await.expect("an answer");
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*packed.body).read_to_string(&mut text).expect("gzip");
    let plain = caller.get("/admin/directory/v1/users?customer=my_customer", Some(&token)).await;
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
    assert_eq!(text.as_bytes(), plain.body);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ordered_trouble_comes_as_ordered() {
    let fault = |path: &str, rest: &str| format!("\n[[fault]]\npath = \"{path}\"\n{rest}\n");
    let text = [
        SMALL.to_owned(),
        fault(
            "/v1/policies",
            "kind = \"status\"\nstatus = 429\nreason = \"rateLimitExceeded\"\nretry_after = 2\nafter = 1\ntimes = 1",
        ),
        fault("/admin/directory/v1/users", "kind = \"truncate\"\ntimes = 1"),
        fault("/admin/directory/v1/groups", "kind = \"reset\"\ntimes = 1"),
        fault("/v3/", "kind = \"stall\""),
    ];
    let running = start(&text.concat()).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(caller.get("/v1/policies", Some(&token)).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 429, 200]);

    let users = "/admin/directory/v1/users?customer=my_customer";
    let broken = caller.get(users, Some(&token)).await;
    assert!(broken.status.is_success() && broken.body.is_empty(), "the body broke off");
    assert_eq!(caller.get(users, Some(&token)).await.json()["users"].as_array().map(Vec::len), Some(4));

    let request = |path: &str| Request::get(format!("{}{path}", caller.base)).body(Full::default()).expect("a request");
    assert!(caller.send(request("/admin/directory/v1/groups")).await.is_err());
    assert_eq!(caller.send(request("/admin/directory/v1/groups")).await.expect("an answer").status, 401);

    let stalled = caller.send(request("/v3/organizations:search"));
    assert!(tokio::time::timeout(Duration::from_millis(200), stalled).await.is_err());
    assert_eq!(running.requests().last().and_then(|request| request.status), None);
    assert!(running.connections() >= 1);
    running.shutdown().await;
}
