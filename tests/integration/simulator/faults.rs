//! Ordered trouble, as a client sees it on the wire.

use gwsaudit::snapshot::SourceId;

use super::*;

const USERS: &str = "/admin/directory/v1/users?customer=my_customer";

fn tenant() -> String {
    format!("[service]\npage_size = 2\n{SMALL}")
}

/// A simulator in trouble, a caller, and a token for everything.
async fn troubled(kind: &str) -> (Running, Caller, String) {
    let running = start_at(&tenant(), Some("2026-11-23T10:00:00Z")).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    running.order_faults(&format!("[[fault]]\nendpoint = \"directory.users\"\n{kind}")).expect("a plan");
    (running, caller, token)
}

/// The answer to one list of users.
async fn users(kind: &str) -> Answer {
    let (_running, caller, token) = troubled(kind).await;
    caller.get(USERS, Some(&token)).await
}

async fn addresses(kind: &str) -> Vec<Vec<String>> {
    let (_running, caller, token) = troubled(kind).await;
    let (mut pages, mut path) = (Vec::new(), USERS.to_owned());
    // More than there are, for those that lead in a circle.
    while pages.len() < 9 {
        let page = caller.get(&path, Some(&token)).await.json();
        let email = |user: &Value| user["primaryEmail"].as_str().unwrap_or("-").split('@').next().map(str::to_owned);
        pages.push(page["users"].as_array().into_iter().flatten().filter_map(email).collect());
        let Some(next) = page["nextPageToken"].as_str() else { break };
        path = format!("{USERS}&pageToken={next}");
    }
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_googles_shapes() {
    let answer = users("kind = \"status\"\nstatus = 403\nreason = \"userRateLimitExceeded\"\nretry_after = 9").await;
    assert_eq!(
        (answer.status, &answer.headers["retry-after"]),
        (StatusCode::FORBIDDEN, &"9".parse().expect("a value"))
    );
    assert_eq!(answer.json()["error"]["errors"][0]["reason"], "userRateLimitExceeded");
    assert_eq!(answer.json()["error"]["errors"][0]["domain"], "usageLimits");
    let answer = users("kind = \"status\"\nstatus = 403\nreason = \"SERVICE_DISABLED\"").await;
    assert_eq!(answer.json()["error"]["errors"][0]["reason"], "accessNotConfigured");
    assert_eq!(answer.json()["error"]["details"][0]["reason"], "SERVICE_DISABLED");
    let answer = users("kind = \"redirect\"").await;
    let place = answer.headers["location"].to_str().expect("text");
    assert_eq!((answer.status, place), (StatusCode::FOUND, "https://elsewhere.invalid/admin/directory/v1/users"));

    let (running, caller, token) = troubled("kind = \"html\"").await;
    let policies = "[[fault]]\nendpoint = \"cloudidentity.policies\"\nkind = \"status\"\nstatus = 429\nreason = \"rateLimitExceeded\"";
    running
        .order_faults(&format!("{policies}\n[[fault]]\nendpoint = \"token\"\nkind = \"clock_skew\""))
        .expect("a plan");
    let answer = caller.get("/v1/policies", Some(&token)).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.json()["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(answer.json()["error"]["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
    let answer = caller.ask(&caller.claims(&["openid"])).await;
    assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()));
    running.order_faults("[[fault]]\nendpoint = \"token\"\nkind = \"status\"\nstatus = 503").expect("a plan");
    assert_eq!(caller.ask(&caller.claims(&["openid"])).await.json()["error"], "internal_failure");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_end_as_ordered() {
    use std::io::{ErrorKind, Write as _};
    for (kind, ends) in [("close", Ok(0)), ("reset", Err(ErrorKind::ConnectionReset))] {
        let (running, _caller, _token) = troubled(&format!("kind = \"{kind}\"")).await;
        let address = running.address();
        let read = tokio::task::spawn_blocking(move || {
            let mut stream = std::net::TcpStream::connect(address).expect("it listens");
            write!(stream, "GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n").expect("it listens");
            stream.read(&mut [0; 64]).map_err(|error| error.kind())
        });
        assert_eq!(read.await.expect("no panic"), ends, "{kind}");
    }
    // The announced length does not come.
    for (kind, silent) in [("truncate", false), ("stall_body", true)] {
        let (running, caller, token) = troubled(&format!("kind = \"{kind}\"")).await;
        let request =
            Request::get(format!("{}{USERS}", running.base_url())).header("authorization", format!("Bearer {token}"));
        let response = caller.client.request(request.body(Full::default()).expect("a request")).await.expect("a head");
        let length: usize = response.headers()["content-length"].to_str().expect("text").parse().expect("a number");
        let mut body = response.into_body();
        let mut came = 0;
        let end = loop {
            match tokio::time::timeout(Duration::from_secs(1), body.frame()).await {
                Err(_) => break "silence",
                Ok(Some(Ok(frame))) => came += frame.data_ref().map_or(0, Bytes::len),
                Ok(Some(Err(_))) => break "broken",
                Ok(None) => break "whole",
            }
        };
        assert_eq!((end, came), (if silent { "silence" } else { "broken" }, length / 2), "{kind}");
    }
    let (_running, caller, token) = troubled("kind = \"stall\"").await;
    let silence = tokio::time::timeout(Duration::from_millis(300), caller.get(USERS, Some(&token))).await;
    assert!(silence.is_err(), "it never answers");
    let (_running, caller, token) = troubled("kind = \"delay\"\ndelay_ms = 200").await;
    let began = std::time::Instant::now();
    assert_eq!(caller.get(USERS, Some(&token)).await.status, StatusCode::OK);
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_wrong_as_ordered() {
    let sound = users("kind = \"delay\"\ndelay_ms = 0").await;
    assert_eq!(users("kind = \"half_json\"").await.body, sound.body.slice(..sound.body.len() / 2));
    let html = users("kind = \"html\"").await;
    assert!(html.body.starts_with(b"<!DOCTYPE html>") && html.headers["content-type"] == "text/html; charset=UTF-8");
    let named = users("kind = \"content_type\"").await;
    assert_eq!((named.body, &named.headers["content-type"]), (sound.body.clone(), &html.headers["content-type"]));
    let broken = users("kind = \"invalid_utf8\"").await.body;
    assert!(std::str::from_utf8(&broken).is_err());
    assert_eq!(broken.len(), sound.body.len() + 1);
    let bomb = users("kind = \"gzip_bomb\"").await;
    assert!(bomb.body.len() < 200_000 && bomb.headers["content-encoding"] == "gzip");
    let mut unpacked = flate2::read::MultiGzDecoder::new(&bomb.body[..]).take(2 << 20);
    assert_eq!(std::io::copy(&mut unpacked, &mut std::io::sink()).expect("gzip"), 2 << 20);
    assert!(users("kind = \"oversize\"").await.body.len() > 64 << 20);
    let date = |answer: &Answer| {
        let text = answer.headers["date"].to_str().expect("text");
        jiff::fmt::rfc2822::parse(text).expect("a date").timestamp()
    };
    let ahead = date(&users("kind = \"clock_skew\"").await).duration_since(date(&sound));
    assert!(ahead > jiff::SignedDuration::from_hours(23), "{ahead:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_wrong_as_ordered() {
    let sound = [vec!["helper", "left"], vec!["nobody", "root"]];
    assert_eq!(addresses("kind = \"delay\"\ndelay_ms = 0").await, sound);
    assert_eq!(addresses("kind = \"page_loop\"").await, vec![sound[0].clone(); 9]);
    let none: Vec<&str> = Vec::new();
    let empties = [none.clone(), none.clone(), sound[0].clone(), none.clone(), none.clone(), sound[1].clone()];
    assert_eq!(addresses("kind = \"empty_pages\"\npages = 2").await, empties);
    assert_eq!(addresses("kind = \"empty_pages\"").await, vec![none.clone(); 9]);
    // What has passed leads on to where it should.
    assert_eq!(addresses("kind = \"empty_pages\"\ntimes = 1").await, [none, sound[0].clone(), sound[1].clone()]);
    assert_eq!(
        addresses("kind = \"duplicates\"").await,
        [vec!["helper", "left"], vec!["helper", "left", "nobody", "root"]]
    );
    assert_eq!(addresses("kind = \"missing_fields\"").await, [["helper", "-"], ["nobody", "-"]]);
    assert_eq!(addresses("kind = \"missing_fields\"\nfield = \"primaryEmail\"").await, [["-", "-"], ["-", "-"]]);

    let sound = users("kind = \"delay\"\ndelay_ms = 0").await.json();
    let mistyped = users("kind = \"wrong_types\"").await.json();
    assert_eq!(mistyped["users"][0], sound["users"][0]);
    for (field, value) in sound["users"][1]
        .as_object()
        .expect("a user")
        .iter()
        .filter(|(field, _)| !["kind", "etag"].contains(&field.as_str()))
    {
        let is = &mistyped["users"][1][field];
        assert_ne!(std::mem::discriminant(is), std::mem::discriminant(value), "{field}");
    }
    let (running, caller, _token) = troubled("kind = \"html\"").await;
    running.order_faults("[[fault]]\nendpoint = \"token\"\nkind = \"numbers_as_text\"").expect("a plan");
    let claims = caller.claims(&[&format!("{ADMIN}user.readonly")]);
    assert_eq!(caller.ask(&claims).await.json()["expires_in"], "3599");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_ordered_shown_and_ended_from_outside() {
    let running = start(&format!("{}\n[[fault]]\npath = \"/admin\"\nkind = \"close\"\nafter = 1000", tenant())).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let shown = || async { caller.get("/simulator/faults", None).await.json() };
    assert_eq!(
        shown().await,
        json!({"fault": [{"path": "/admin", "after": 1000, "kind": "close", "seen": 0, "hit": 0}]})
    );

    let order = |body: &'static str, method: &'static str| {
        let request = Request::builder().uri(format!("{}/simulator/faults", running.base_url()));
        #[expect(clippy::disallowed_methods, reason = "the simulator's own path takes them")]
        let request = request.method(method).body(Full::from(body)).expect("a request");
        caller.send(request)
    };
    let toml = "[[fault]]\nendpoint = \"directory.users\"\nafter = 1\ntimes = 1\nkind = \"status\"\nstatus = 500";
    assert_eq!(order(toml, "POST").await.expect("an answer").status, StatusCode::OK);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(caller.get(USERS, Some(&token)).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 500, 200]);
    assert_eq!((&shown().await["fault"][0]["seen"], &shown().await["fault"][0]["hit"]), (&3.into(), &1.into()));

    let refused = order("[[fault]]\nendpoint = \"directory.user\"\nkind = \"stall\"", "POST").await.expect("an answer");
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.json()["error"].as_str().is_some_and(|error| error.contains("directory.users")),
        "{}",
        refused.json()
    );
    assert_eq!(shown().await["fault"][0]["seen"], 3, "the plan in force stays");

    let json = "[{\"path\": \"/\", \"kind\": \"html\"}]";
    assert_eq!(order(json, "POST").await.expect("an answer").status, StatusCode::OK);
    assert!(caller.get(USERS, Some(&token)).await.body.starts_with(b"<!DOCTYPE"));
    assert_eq!(order("", "DELETE").await.expect("an answer").json(), json!({"fault": []}));
    assert_eq!(caller.get(USERS, Some(&token)).await.status, StatusCode::OK);
}

#[test]
fn faults_have_names_for_all_that_google_is_asked_for() {
    let of_googles = |source: &SourceId| !matches!(source, SourceId::Canaries | SourceId::Dns);
    let sources = SourceId::ALL.into_iter().filter(of_googles).map(SourceId::as_str);
    for endpoint in sources.chain(["token"]) {
        let plan = format!("{SMALL}\n[[fault]]\nendpoint = \"{endpoint}\"\nkind = \"stall\"");
        assert!(Scenario::from_toml(&plan).is_ok(), "{endpoint}");
    }
    let wrong = format!("{SMALL}\n[[fault]]\nendpoint = \"directory.user\"\nkind = \"stall\"");
    let error = Scenario::from_toml(&wrong).expect_err("no such endpoint").to_string();
    assert!(error.contains("directory.users") && error.contains("line"), "{error}");
}
