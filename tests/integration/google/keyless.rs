//! Signatures by IAM that do not come at once, or at all.

use axum::body::Body;
use axum::response::Response;
use gwsaudit::google::credentials::{Credentials, KeylessFault};
use gwsaudit::google::{Api, CustomerKey, ErrorKind, Google, Options, Pace, directory, next_step, scopes};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::fake::{Fake, Reply, SUBJECT, Seen, json_reply, ok, quick, reply};

const ACCOUNT: &str = "auditor@p.iam.gserviceaccount.com";

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// Of a machine whose metadata server, IAM and APIs are all the fake.
async fn machine(fake: &Fake) -> Google {
    let server = fake.url.trim_start_matches("http://").parse().expect("a loopback address");
    Google::connect(Options {
        credentials: Credentials::of_machine(server, ACCOUNT, None, now).expect("a service account"),
        subject: SUBJECT.parse().expect("an address"),
        endpoint: Some(fake.url.parse().expect("an endpoint")),
        limits: quick(),
        user_agent: "gwsaudit-test/1".to_owned(),
    })
    .await
    .expect("no TLS is needed on loopback")
}

/// What IAM is asked for, apart from all else.
fn to_iam(seen: &Seen) -> bool {
    seen.target == format!("/v1/projects/-/serviceAccounts/{ACCOUNT}:signJwt")
}

/// The metadata server's answers; its tokens are `machine-INDEX` and live for so long.
fn from_metadata_server(seen: &Seen, life: u64) -> Option<Reply> {
    let what = seen.target.strip_prefix("/computeMetadata/v1/")?;
    assert_eq!(seen.header("metadata-flavor"), "Google");
    assert_eq!(seen.header("authorization"), "");
    let token = json!({"access_token": format!("machine-{}", seen.index), "expires_in": life, "token_type": "Bearer"});
    let (status, body) = match what {
        "instance/service-accounts/default/token" => (200, token.to_string()),
        _ => (404, "not found".to_owned()),
    };
    let response = Response::builder().status(status).header("metadata-flavor", "Google").body(Body::from(body));
    Some(Reply::Answer(response.expect("sound parts")))
}

fn signed() -> Reply {
    json_reply(200, &json!({"keyId": "k", "signedJwt": "hush.hush.hush"}))
}

fn token(index: usize) -> Reply {
    json_reply(200, &json!({"access_token": format!("t{index}"), "token_type": "Bearer", "expires_in": 3599}))
}

fn google_error(status: u16, rpc: &str, message: &str) -> Reply {
    json_reply(status, &json!({"error": {"code": status, "message": message, "status": rpc}}))
}

/// How often each was asked: metadata server's tokens, IAM.
fn counts(fake: &Fake) -> (usize, usize) {
    let seen = fake.seen();
    let tokens = seen.iter().filter(|seen| seen.target.ends_with("/default/token")).count();
    (tokens, seen.iter().filter(|seen| to_iam(seen)).count())
}

/// The error of a call for which IAM answers so.
async fn error_when(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (gwsaudit::google::ApiError, Fake) {
    let fake = Fake::with_tokens(
        |index| Some(token(index)),
        move |seen| from_metadata_server(seen, 3599).unwrap_or_else(|| if to_iam(seen) { answer(seen) } else { ok() }),
    )
    .await;
    let session = machine(&fake).await.session("directory.users", &scopes::USERS, Pace::Directory);
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("refused");
    for shown in [error.to_string(), format!("{error:?}"), next_step(&error)] {
        assert!(!shown.contains("hush") && !shown.contains("machine-"), "{shown}");
    }
    (error, fake)
}

#[tokio::test]
async fn the_machines_token_is_kept_for_all_scopes_and_the_signed_ones_for_each() {
    let fake = Fake::with_tokens(
        |index| Some(token(index)),
        |seen| from_metadata_server(seen, 3599).unwrap_or_else(|| if to_iam(seen) { signed() } else { ok() }),
    )
    .await;
    let google = machine(&fake).await;
    let sessions: Vec<_> = [&scopes::USERS, &scopes::GROUPS, &scopes::ROLES]
        .map(|scope| google.session("directory.users", scope, Pace::Directory))
        .into();
    for _ in 0..2 {
        let calls = sessions.iter().map(|session| directory::customer(session, &CustomerKey::Mine));
        assert!(futures_util::future::join_all(calls).await.iter().all(Result::is_ok));
    }
    assert_eq!((counts(&fake), fake.token_requests()), ((1, 3), 3));
}

#[tokio::test]
async fn a_token_about_to_expire_is_replaced() {
    let fake = Fake::with_tokens(
        |index| Some(token(index)),
        |seen| from_metadata_server(seen, 30).unwrap_or_else(|| if to_iam(seen) { signed() } else { ok() }),
    )
    .await;
    let google = machine(&fake).await;
    for scope in [&scopes::USERS, &scopes::GROUPS] {
        let session = google.session("directory.users", scope, Pace::Directory);
        directory::customer(&session, &CustomerKey::Mine).await.expect("an answer");
    }
    assert_eq!(counts(&fake), (2, 2));
}

#[tokio::test]
async fn a_source_token_that_iam_refuses_is_replaced_once() {
    let fake = Fake::with_tokens(
        |index| Some(token(index)),
        |seen| {
            let iam = || match seen.header("authorization") {
                // The universe is asked for first, so that this is the first token.
                "Bearer machine-1" => google_error(401, "UNAUTHENTICATED", "expired"),
                _ => signed(),
            };
            from_metadata_server(seen, 3599).unwrap_or_else(|| if to_iam(seen) { iam() } else { ok() })
        },
    )
    .await;
    let session = machine(&fake).await.session("directory.users", &scopes::USERS, Pace::Directory);
    directory::customer(&session, &CustomerKey::Mine).await.expect("an answer");
    assert_eq!(counts(&fake), (2, 2));

    // Even one that repeats the token does not have it shown.
    let repeats =
        |seen: &Seen| google_error(401, "UNAUTHENTICATED", &format!("{} is bad", seen.header("authorization")));
    let (error, fake) = error_when(repeats).await;
    assert_eq!((error.api(), error.kind()), (Api::IamCredentials, &ErrorKind::Keyless(KeylessFault::SourceRefused)));
    assert_eq!((counts(&fake), error.status(), error.denied()), ((2, 2), Some(401), true));
}

#[tokio::test]
async fn what_iam_refuses_is_told_apart() {
    let scope = json!({"error": {"code": 403, "message": "Request had insufficient authentication scopes.",
        "status": "PERMISSION_DENIED", "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com"}]}});
    let account = || ACCOUNT.to_owned();
    let cases: Vec<(Value, u16, ErrorKind, &str)> = vec![
        (scope, 403, ErrorKind::Keyless(KeylessFault::NarrowScope), "--scopes=cloud-platform"),
        (
            json!({"error": {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}}),
            403,
            ErrorKind::Keyless(KeylessFault::MayNotSign { account: account() }),
            "roles/iam.serviceAccountTokenCreator",
        ),
        (
            json!({"error": {"code": 404, "message": "Not found; Gaia id not found", "status": "NOT_FOUND"}}),
            404,
            ErrorKind::Keyless(KeylessFault::NoSuchAccount { account: account() }),
            ACCOUNT,
        ),
        (
            json!({"error": {"code": 400, "message": "The exp claim is too far in the future", "status": "INVALID_ARGUMENT"}}),
            400,
            ErrorKind::ClockSkew,
            "clock",
        ),
    ];
    for (body, status, kind, advice) in cases {
        let (error, fake) = error_when(move |_| json_reply(status, &body)).await;
        assert_eq!((error.api(), error.kind()), (Api::IamCredentials, &kind));
        assert!(next_step(&error).contains(advice), "{}", next_step(&error));
        assert_eq!((counts(&fake), fake.token_requests()), ((1, 1), 0));
    }
}

#[tokio::test]
async fn a_failing_iam_is_asked_again() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let fake = Fake::with_tokens(
        |index| Some(token(index)),
        move |seen| {
            let iam = || match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => google_error(503, "UNAVAILABLE", "later"),
                1 => reply(200, "text/html", "<html>proxy</html>"),
                2 => google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded"),
                _ => signed(),
            };
            from_metadata_server(seen, 3599).unwrap_or_else(|| if to_iam(seen) { iam() } else { ok() })
        },
    )
    .await;
    let session = machine(&fake).await.session("directory.users", &scopes::USERS, Pace::Directory);
    directory::customer(&session, &CustomerKey::Mine).await.expect("an answer at last");
    assert_eq!(counts(&fake), (1, 4));
}

#[tokio::test]
async fn the_token_endpoint_refuses_without_a_key_to_blame() {
    for (description, kind, advice) in [
        (
            "Invalid grant: account not found",
            ErrorKind::Keyless(KeylessFault::AssertionRefused { account: ACCOUNT.to_owned() }),
            ACCOUNT,
        ),
        ("Invalid JWT: Token must be a short-lived token", ErrorKind::ClockSkew, "clock"),
        ("Invalid email or User ID", ErrorKind::UnknownSubject, "tenant.admin"),
    ] {
        let fake = Fake::with_tokens(
            move |_| Some(json_reply(400, &json!({"error": "invalid_grant", "error_description": description}))),
            |seen| from_metadata_server(seen, 3599).unwrap_or_else(|| if to_iam(seen) { signed() } else { ok() }),
        )
        .await;
        let session = machine(&fake).await.session("directory.users", &scopes::USERS, Pace::Directory);
        let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("refused");
        assert_eq!((error.api(), error.kind()), (Api::TokenEndpoint, &kind));
        assert!(next_step(&error).contains(advice) && !next_step(&error).contains("key"), "{}", next_step(&error));
    }
}
