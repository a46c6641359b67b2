use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use gwsaudit::google::{
    Backoff, CustomerKey, ErrorKind, Garbling, Limits, Pace, Pacing, QuotaWindow, directory, next_step, scopes,
};
use serde_json::json;

use super::fake::{Fake, Reply, google, json_reply, legacy_error, ok, quick, raw, reply};

/// Asks once of a Google that answers so once and then well, and tells how it ended and after how many requests.
async fn after(first: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    let fake = Fake::new(move |seen| if seen.index == 0 { first() } else { ok() }).await;
    let session = fake.session().await;
    match directory::customer(&session, &CustomerKey::Mine).await {
        Ok(_) => format!("again, {} requests", session.requests()),
        Err(error) => format!("final, {} requests, {:?}", session.requests(), error.kind()),
    }
}

#[tokio::test]
async fn what_is_tried_again() {
    let mut table = String::new();
    for status in [204, 301, 302, 307, 400, 401, 403, 404, 408, 409, 412, 418, 429, 500, 501, 502, 503, 504, 505, 599] {
        let how = after(move || reply(status, "application/json", "")).await;
        writeln!(table, "{status}: {how}").expect("memory takes everything");
    }
    for reason in [
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "quotaExceeded",
        "dailyLimitExceeded",
        "insufficientPermissions",
        "forbidden",
        "notAuthorized",
        "somethingNew",
    ] {
        let how = after(move || legacy_error(403, reason, "words")).await;
        writeln!(table, "403 {reason}: {how}").expect("memory takes everything");
    }
    for (name, body) in [("HTML", "<html>hello</html>"), ("truncated", "{\"id\": \"C01"), ("empty", "")] {
        let how = after(move || reply(200, "text/html", body)).await;
        writeln!(table, "200 {name}: {how}").expect("memory takes everything");
    }
    insta::assert_snapshot!(table, @r##"
    204: again, 2 requests
    301: final, 1 requests, Redirected
    302: final, 1 requests, Redirected
    307: final, 1 requests, Redirected
    400: final, 1 requests, Refused
    401: again, 2 requests
    403: final, 1 requests, Refused
    404: final, 1 requests, NotFound
    408: final, 1 requests, Refused
    409: final, 1 requests, Refused
    412: final, 1 requests, Refused
    418: final, 1 requests, Refused
    429: again, 2 requests
    500: again, 2 requests
    501: final, 1 requests, Server(501)
    502: again, 2 requests
    503: again, 2 requests
    504: again, 2 requests
    505: final, 1 requests, Server(505)
    599: final, 1 requests, Server(599)
    403 rateLimitExceeded: again, 2 requests
    403 userRateLimitExceeded: again, 2 requests
    403 quotaExceeded: again, 2 requests
    403 dailyLimitExceeded: final, 1 requests, Quota(PerDay)
    403 insufficientPermissions: final, 1 requests, ScopeNotDelegated { scopes: ["https://www.googleapis.com/auth/admin.directory.user.readonly"] }
    403 forbidden: final, 1 requests, NotAdministrator
    403 notAuthorized: final, 1 requests, NotAdministrator
    403 somethingNew: final, 1 requests, Refused
    200 HTML: again, 2 requests
    200 truncated: again, 2 requests
    200 empty: again, 2 requests
    "##);
}

#[tokio::test]
async fn it_ends_after_the_attempts_that_are_allowed() {
    let fake = Fake::new(|_| legacy_error(503, "backendError", "Backend Error")).await;
    let session = fake.session().await;
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("no answer");
    assert_eq!(*error.kind(), ErrorKind::Server(503));
    assert_eq!((error.attempts(), session.requests()), (6, 6));
    assert_eq!(
        error.to_string(),
        "directory.customers.get: Google failed (HTTP 503, backendError) after 6 attempts: Backend Error"
    );
}

#[tokio::test]
async fn retry_after_is_obeyed_to_a_cap() {
    let fake = Fake::new(|seen| {
        let Reply::Answer(mut answer) = legacy_error(429, "rateLimitExceeded", "slow down") else { unreachable!() };
        answer.headers_mut().insert("retry-after", "3600".parse().expect("a value"));
        if seen.index == 0 { Reply::Answer(answer) } else { ok() }
    })
    .await;
    let cap = Duration::from_millis(80);
    let limits = Limits { backoff: Backoff { retry_after_cap: cap, ..Backoff::immediate() }, ..quick() };
    let started = Instant::now();
    directory::customer(&fake.session_within(limits).await, &CustomerKey::Mine).await.expect("an answer");
    assert!(started.elapsed() >= cap);

    let impatient = Limits {
        backoff: Backoff { retry_after_cap: Duration::from_secs(30), ..Backoff::immediate() },
        patience: Duration::from_secs(20),
        ..quick()
    };
    let fake = Fake::new(|_| {
        let Reply::Answer(mut answer) = legacy_error(429, "rateLimitExceeded", "slow down") else { unreachable!() };
        answer.headers_mut().insert("retry-after", "25".parse().expect("a value"));
        Reply::Answer(answer)
    })
    .await;
    let session = fake.session_within(impatient).await;
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("given up at once, not after 20 s");
    assert_eq!(*error.kind(), ErrorKind::PatienceExhausted);
    assert_eq!(*error.cause().expect("the quota").kind(), ErrorKind::Quota(QuotaWindow::PerMinute));
    assert_eq!(session.requests(), 1);
}

#[tokio::test]
async fn an_api_that_is_off_is_told_from_one_that_is_closed() {
    let url = "https://console.developers.google.com/apis/api/admin.googleapis.com/overview?project=12";
    let fake = Fake::new(move |_| {
        json_reply(
            403,
            &json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Admin SDK API has not been used in project 12",
                "errors": [{"domain": "usageLimits", "reason": "accessNotConfigured", "message": "x"}],
                "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
                    "domain": "googleapis.com", "metadata": {"service": "admin.googleapis.com", "activationUrl": url}}]}}),
        )
    })
    .await;
    let error = directory::customer(&fake.session().await, &CustomerKey::Mine).await.expect_err("off");
    assert_eq!(
        *error.kind(),
        ErrorKind::ApiNotEnabled { service: "admin.googleapis.com".to_owned(), activation_url: url.to_owned() }
    );
    assert!(error.denied() && next_step(&error).contains(url));
    assert_eq!((error.reason(), error.scope()), (Some("SERVICE_DISABLED"), Some(scopes::USERS.url)));
}

#[tokio::test]
async fn a_customer_that_was_named_may_be_unknown() {
    let fake = Fake::new(|_| legacy_error(404, "notFound", "Resource Not Found: customerKey")).await;
    let session = fake.session().await;
    let named: CustomerKey = "C0nobody".parse().expect("a customer");
    let kind = |outcome: Result<_, gwsaudit::google::ApiError>| {
        outcome.map(|_: gwsaudit::google::Raw<_>| ()).expect_err("unknown").kind().clone()
    };
    assert_eq!(kind(directory::customer(&session, &named).await), ErrorKind::NoSuchCustomer);
    assert_eq!(kind(directory::customer(&session, &CustomerKey::Mine).await), ErrorKind::NotFound);
}

#[tokio::test]
async fn broken_connections_are_tried_again() {
    let tokens = Fake::new(|_| ok()).await;
    for (answer, kind) in [
        (&b""[..], ErrorKind::ConnectionLost),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":", ErrorKind::ConnectionLost),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n", ErrorKind::ConnectionLost),
        (b"220 mail.example.com ESMTP\r\n", ErrorKind::ConnectionLost),
    ] {
        let (url, connects) = raw(answer).await;
        let session =
            google(&url, &tokens.url, quick()).await.session("directory.users", &scopes::USERS, Pace::Directory);
        let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("broken");
        assert_eq!((error.kind(), error.attempts()), (&kind, 6), "{error}");
        assert_eq!(connects.load(Ordering::SeqCst), 6, "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let tokens = Fake::new(|_| ok()).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("its address");
    let session = google(&format!("http://{free}"), &tokens.url, quick()).await.session(
        "directory.users",
        &scopes::USERS,
        Pace::Directory,
    );
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("nobody");
    assert_eq!(*error.kind(), ErrorKind::Unreachable);
    assert!(error.message().expect("the system's words").contains("refused"), "{error}");
    assert!(!error.denied());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Fake::new(|_| ok()).await;
    let target = elsewhere.url.replace("127.0.0.1", "localhost");
    let fake = Fake::new(move |_| {
        let Reply::Answer(mut answer) = reply(302, "text/html", "") else { unreachable!() };
        answer.headers_mut().insert("location", format!("{target}/x?secret=1").parse().expect("a value"));
        Reply::Answer(answer)
    })
    .await;
    let session = fake.session().await;
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("not followed");
    assert_eq!((error.kind(), error.message()), (&ErrorKind::Redirected, Some("to localhost")));
    assert_eq!((session.requests(), elsewhere.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_source_that_never_answers_is_given_up_and_so_is_what_follows() {
    let fake = Fake::new(|_| Reply::Hang).await;
    let patience = Duration::from_millis(120);
    let limits = Limits { attempt: Duration::from_millis(50), patience, ..quick() };
    let google = fake.google(limits).await;
    let session = google.session("directory.users", &scopes::USERS, Pace::Directory);
    let started = Instant::now();
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("no answer");
    assert_eq!(*error.kind(), ErrorKind::PatienceExhausted);
    assert_eq!(*error.cause().expect("what was last heard").kind(), ErrorKind::TimedOut);
    assert!(started.elapsed() >= patience && started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert!((2..=3).contains(&session.requests()), "{}", session.requests());

    let next = session.follow_up("directory.tokens", &scopes::USER_SECURITY, Pace::Directory);
    let error = directory::tokens(&next, "a@example.com").await.expect_err("no patience is left");
    assert_eq!(*error.kind(), ErrorKind::PatienceExhausted);
    assert_eq!((next.requests(), next.source()), (0, "directory.tokens"));

    let fresh = google.session("reports.admin", &scopes::AUDIT_LOG, Pace::Reports);
    let begun = Instant::now();
    assert!(directory::customer(&fresh, &CustomerKey::Mine).await.is_err());
    assert!(begun.elapsed() >= patience, "another source has patience of its own");
}

#[tokio::test]
async fn the_run_ends_at_its_deadline() {
    let fake = Fake::new(|_| Reply::Hang).await;
    let deadline = Some(tokio::time::Instant::now() + Duration::from_millis(50));
    let session = fake.session_within(Limits { deadline, ..quick() }).await;
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("no answer");
    assert_eq!(*error.kind(), ErrorKind::DeadlineReached);

    let paced = Limits {
        deadline: Some(tokio::time::Instant::now() + Duration::from_millis(500)),
        pacing: Pacing::Google,
        ..quick()
    };
    let fake = Fake::new(|_| ok()).await;
    let session = fake.google(paced).await.session("policies", &scopes::POLICIES, Pace::Policies);
    let started = Instant::now();
    let calls = (0..10).map(|_| directory::customer(&session, &CustomerKey::Mine));
    let done = futures_util::future::join_all(calls).await;
    assert!(done.iter().filter(|outcome| outcome.is_ok()).count() >= 5, "a burst goes at once");
    assert!(done.iter().any(|outcome| matches!(outcome, Err(error) if *error.kind() == ErrorKind::DeadlineReached)));
    assert!(started.elapsed() < Duration::from_secs(2), "nobody waits for a turn after the end");
}

#[tokio::test]
async fn garbage_is_no_empty_answer() {
    let fake = Fake::new(|_| reply(200, "text/html", "<html>Sign in to the proxy</html>")).await;
    let session = fake.session().await;
    let error = directory::tokens(&session, "a@example.com").await.expect_err("no JSON");
    assert_eq!((error.kind(), error.attempts()), (&ErrorKind::Garbled(Garbling::NotJson), 6));
    assert!(!error.to_string().contains("Sign in"), "{error}");
}
