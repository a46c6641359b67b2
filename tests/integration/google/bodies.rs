use std::io::Write as _;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use gwsaudit::google::{
    ConnectError, CustomerKey, Endpoint, ErrorKind, Google, Limits, Options, ServiceAccountKey, directory,
};

use super::fake::{Fake, Reply, key_file, ok, quick};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(text).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}

fn packed(body: Vec<u8>) -> Reply {
    Reply::Answer(Response::builder().header("content-encoding", "gzip").body(body.into()).expect("sound parts"))
}

#[tokio::test]
async fn packed_answers_are_asked_for_and_unpacked() {
    let fake = Fake::new(|seen| {
        assert_eq!(seen.header("accept-encoding"), "gzip");
        assert!(seen.header("user-agent").starts_with("gwsaudit-test/1") && seen.header("user-agent").contains("gzip"));
        packed(gzip(br#"{"id": "C0123abcd", "somethingNew": {"kept": true}}"#))
    })
    .await;
    let customer = directory::customer(&fake.session().await, &CustomerKey::Mine).await.expect("an answer");
    assert_eq!(customer.read().expect("a customer").id, "C0123abcd");
    assert_eq!(customer.value()["somethingNew"]["kept"], true);
}

#[tokio::test]
async fn answers_are_bounded_packed_and_unpacked() {
    let small = Limits { body: 100_000, ..quick() };
    let spaces = || [vec![b' '; 200_000], b"{}".to_vec()].concat();
    let cases: [fn(Vec<u8>) -> Reply; 3] = [
        |spaces| packed(gzip(&spaces)),
        |spaces| Reply::Answer(Response::new(spaces.into())),
        |spaces| {
            let chunks: Vec<Result<Bytes, std::io::Error>> =
                spaces.chunks(1000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
            Reply::Answer(Response::new(Body::from_stream(stream::iter(chunks))))
        },
    ];
    for case in cases {
        let fake = Fake::new(move |_| case(spaces())).await;
        let session = fake.session_within(small.clone()).await;
        let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("too large");
        assert_eq!((error.kind(), session.requests()), (&ErrorKind::BodyTooLarge { limit: 100_000 }, 1));
    }
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up_within_patience() {
    let fake = Fake::new(|_| {
        let start = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{\"id\": "))]);
        Reply::Answer(Response::new(Body::from_stream(start.chain(stream::pending()))))
    })
    .await;
    let patience = Duration::from_millis(120);
    let limits = Limits { read_idle: Duration::from_millis(50), patience, ..quick() };
    let session = fake.session_within(limits).await;
    let started = Instant::now();
    let error = directory::customer(&session, &CustomerKey::Mine).await.expect_err("no end");
    assert_eq!(*error.kind(), ErrorKind::PatienceExhausted);
    assert!(started.elapsed() >= patience && started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test]
async fn connections_are_reused() {
    let fake = Fake::new(|_| ok()).await;
    let session = fake.session().await;
    for _ in 0..20 {
        directory::customer(&session, &CustomerKey::Mine).await.expect("an answer");
    }
    assert_eq!(fake.connects.load(std::sync::atomic::Ordering::SeqCst), 2, "one for tokens, one for the API");
}

#[tokio::test]
async fn only_gets_are_sent() {
    let fake = Fake::new(|_| ok()).await;
    directory::customer(&fake.session().await, &CustomerKey::Mine).await.expect("an answer");
    assert!(fake.seen().iter().all(|seen| seen.method == axum::http::Method::GET));
}

#[tokio::test]
async fn plain_http_leaves_this_machine_nowhere() {
    assert!("http://admin.googleapis.com".parse::<Endpoint>().is_err());
    let file = key_file("http://oauth2.googleapis.com/token").to_string();
    assert!(ServiceAccountKey::from_json(&file).is_err());
}

#[tokio::test]
async fn google_itself_is_spoken_to_with_tls() {
    let file = key_file("https://oauth2.googleapis.com/token").to_string();
    let options = Options {
        credentials: ServiceAccountKey::from_json(&file).expect("a sound key").into(),
        subject: "a@example.com".parse().expect("an address"),
        endpoint: None,
        limits: quick(),
        user_agent: "gwsaudit-test/1".to_owned(),
    };
    // A machine without certificates says so at once; nothing is sent either way.
    let outcome = Google::connect(options).await;
    assert!(matches!(outcome, Ok(_) | Err(ConnectError::NoCertificates(_))));
}
