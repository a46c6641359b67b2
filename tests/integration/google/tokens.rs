use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use gwsaudit::google::{Api, CustomerKey, ErrorKind, Limits, Pace, directory, next_step, scopes};
use serde_json::json;

use super::fake::{Fake, Reply, SUBJECT, json_reply, legacy_error, ok, quick, reply};

#[tokio::test]
async fn the_assertion_is_signed_for_the_subject_and_one_scope() {
    let fake = Fake::new(|_| ok()).await;
    directory::customer(&fake.session().await, &CustomerKey::Mine).await.expect("an answer");
    let claims = &fake.claims()[0];
    assert_eq!(claims["iss"], "robot@p.iam.gserviceaccount.com");
    assert_eq!(claims["sub"], SUBJECT);
    assert_eq!(claims["aud"], format!("{}/token", fake.url));
    assert_eq!(claims["scope"], scopes::USERS.url);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let (issued, expires) = (claims["iat"].as_u64().expect("a time"), claims["exp"].as_u64().expect("a time"));
    assert!(now.abs_diff(issued) < 60 && expires > issued && expires - issued <= 3600);
    assert_eq!(fake.seen()[0].header("authorization"), "Bearer token-1");
}

#[tokio::test]
async fn many_at_once_ask_for_one_token_a_scope() {
    let fake = Fake::new(|_| ok()).await;
    let google = fake.google(quick()).await;
    let users = google.session("directory.users", &scopes::USERS, Pace::Directory);
    let groups = google.session("directory.groups", &scopes::GROUPS, Pace::Directory);
    let calls = (0..40).map(|n| directory::customer(if n % 2 == 0 { &users } else { &groups }, &CustomerKey::Mine));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!((fake.token_requests(), users.requests(), groups.requests()), (2, 20, 20));
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once_for_all() {
    let fake = Fake::new(|seen| match seen.header("authorization") {
        "Bearer token-1" => legacy_error(401, "authError", "Invalid Credentials"),
        _ => ok(),
    })
    .await;
    let session = fake.session().await;
    let calls = (0..10).map(|_| directory::customer(&session, &CustomerKey::Mine));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(fake.token_requests(), 2);
}

#[tokio::test]
async fn a_fresh_token_that_is_rejected_too_is_final() {
    let fake = Fake::new(|_| legacy_error(401, "authError", "Invalid Credentials")).await;
    let session = fake.session().await;
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("refused");
    assert_eq!(*error.kind(), ErrorKind::Unauthenticated);
    assert_eq!((error.status(), error.reason(), error.attempts()), (Some(401), Some("authError"), 2));
    assert_eq!((fake.token_requests(), session.requests()), (2, 2));
}

#[tokio::test]
async fn a_token_about_to_expire_is_replaced() {
    let fake = Fake::with_tokens(
        |index| {
            let seconds = if index == 0 { 30 } else { 3600 };
            Some(json_reply(
                200,
                &json!({"access_token": format!("t{index}"), "token_type": "Bearer", "expires_in": seconds}),
            ))
        },
        |_| ok(),
    )
    .await;
    let session = fake.session().await;
    for _ in 0..3 {
        directory::customer(&session, &CustomerKey::Mine).await.expect("an answer");
    }
    let used: Vec<_> = fake.seen().iter().map(|seen| seen.header("authorization").to_owned()).collect();
    assert_eq!(used, ["Bearer t0", "Bearer t1", "Bearer t1"]);
}

#[tokio::test]
async fn refusals_are_final_and_say_what_to_do() {
    let scope = ErrorKind::ScopeNotDelegated { scopes: vec![scopes::USERS.url.to_owned()] };
    for (code, description, kind, advice) in [
        ("unauthorized_client", "Client is unauthorized to retrieve access tokens", scope.clone(), scopes::USERS.url),
        ("access_denied", "Requested client not authorized.", scope, "domainwidedelegation"),
        ("invalid_grant", "Invalid email or User ID", ErrorKind::UnknownSubject, "tenant.admin"),
        ("invalid_grant", "Invalid JWT Signature.", ErrorKind::CredentialsRefused, "serviceaccounts"),
        ("invalid_client", "The OAuth client was not found.", ErrorKind::CredentialsRefused, "key_file"),
        (
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values",
            ErrorKind::ClockSkew,
            "clock",
        ),
    ] {
        let fake = Fake::with_tokens(
            move |_| Some(json_reply(400, &json!({"error": code, "error_description": description}))),
            |_| ok(),
        )
        .await;
        let session = fake.session().await;
        let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("refused");
        assert_eq!((error.api(), error.kind()), (Api::TokenEndpoint, &kind));
        assert_eq!((error.reason(), error.message()), (Some(code), Some(description)));
        assert!(next_step(&error).contains(advice), "{}", next_step(&error));
        assert_eq!((fake.token_requests(), session.requests()), (1, 0), "{code}");
    }
}

#[tokio::test]
async fn a_failing_endpoint_is_asked_again() {
    let fake = Fake::with_tokens(
        |index| match index {
            0 => Some(reply(502, "text/html", "<html>Bad Gateway</html>")),
            1 => Some(json_reply(503, &json!({"error": {"code": 503, "message": "unavailable"}}))),
            2 => Some(json_reply(500, &json!({"error": "internal_failure"}))),
            3 => Some(reply(200, "application/json", "{\"access_tok")),
            _ => None,
        },
        |_| ok(),
    )
    .await;
    let session = fake.session().await;
    directory::customer(&session, &CustomerKey::Mine).await.expect("an answer at last");
    assert_eq!((fake.token_requests(), session.requests()), (5, 1));
}

#[tokio::test]
async fn a_silent_endpoint_is_given_up_by_all_together() {
    let fake = Fake::with_tokens(|_| Some(Reply::Hang), |_| ok()).await;
    let patience = Duration::from_millis(150);
    let limits = Limits { attempt: Duration::from_millis(60), patience, ..quick() };
    let session = fake.session_within(limits).await;
    let started = std::time::Instant::now();
    let calls = (0..8).map(|_| directory::customer(&session, &CustomerKey::Mine));
    for outcome in join_all(calls).await {
        assert_eq!(*outcome.expect_err("no answer").kind(), ErrorKind::PatienceExhausted);
    }
    assert!(started.elapsed() >= patience && started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(session.requests(), 0);
}

#[tokio::test]
async fn no_secret_is_shown() {
    let fake = Fake::new(|seen| {
        legacy_error(
            403,
            "forbidden",
            &format!("{} with eyJhbGciOiJSUzI1NiJ9.e30.c2ln is bad", seen.header("authorization")),
        )
    })
    .await;
    let google = fake.google(quick()).await;
    let session = google.session("directory.users", &scopes::USERS, Pace::Directory);
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("refused");
    for shown in [format!("{google:?} {session:?} {error:?} {error}"), next_step(&error)] {
        for secret in ["token-1", "eyJ", "PRIVATE", SUBJECT] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let fake = Fake::with_tokens(
        |_| {
            let spaces = axum::body::Bytes::from(vec![b' '; 1 << 16]);
            let endless = futures_util::stream::repeat(spaces).map(Ok::<_, std::io::Error>);
            Some(reply(200, "application/json", axum::body::Body::from_stream(endless)))
        },
        |_| ok(),
    )
    .await;
    let session = fake.session().await;
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("no end");
    assert_eq!((error.api(), error.kind()), (Api::TokenEndpoint, &ErrorKind::ConnectionLost), "{error}");
    assert_eq!((fake.token_requests(), error.message()), (6, Some("the answer is too large")));
}

/// What is logged while a call is made, at the finest level of ours.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic while held").extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_request_is_logged_once_and_without_names() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    // Whether a line is wanted is asked once, of the thread that comes to it first; that may be another test's, where
    // nobody listens. So it is asked again from here, when the line is known.
    directory::customer(&Fake::new(|_| ok()).await.session().await, &CustomerKey::Mine).await.expect("an answer");
    tracing::callsite::rebuild_interest_cache();
    log.0.lock().expect("no panic while held").clear();
    let fake = Fake::new(|seen| match seen.index {
        0 => legacy_error(503, "backendError", "message of a body"),
        _ => json_reply(200, &json!({"items": [{"displayText": "body"}]})),
    })
    .await;
    let session = fake.session().await;
    directory::tokens(&session, "someone@example.com").await.expect("an answer");
    drop(guard);
    let log = String::from_utf8(log.0.lock().expect("no panic while held").clone()).expect("text");
    let lines: Vec<_> = log.lines().filter(|line| line.contains("asked Google")).collect();
    assert_eq!(lines.len(), 2, "{log}");
    for part in [
        "DEBUG",
        "method=\"GET\"",
        "/admin/directory/v1/users/{userKey}/tokens",
        "status=503",
        "attempt=1",
        "duration_ms=",
    ] {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
    assert!(lines[1].contains("status=200") && lines[1].contains("attempt=2"), "{}", lines[1]);
    for name in ["someone", "token-1", "eyJ", "body", SUBJECT] {
        assert!(!log.contains(name), "{name} in {log}");
    }
}
