//! A Google on loopback that answers what a test tells it to, and remembers what it was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use gwsaudit::google::{Backoff, Google, Limits, Options, Pace, Pacing, ServiceAccountKey, Session, scopes};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub(crate) const SUBJECT: &str = "auditor@example.com";

/// A request to an API.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Which of all requests to the APIs, from 0.
    pub(crate) index: usize,
    pub(crate) method: Method,
    /// Path and query as they were sent.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub(crate) enum Reply {
    Answer(Response),
    /// Never, though the connection stays.
    Hang,
}

type Api = dyn Fn(&Seen) -> Reply + Send + Sync;
type TokenEndpoint = dyn Fn(usize) -> Option<Reply> + Send + Sync;

#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) url: String,
    pub(crate) connects: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Seen>>>,
    claims: Arc<Mutex<Vec<Value>>>,
    asked_for_tokens: Arc<AtomicUsize>,
    api: Arc<Api>,
    token_endpoint: Arc<TokenEndpoint>,
}

impl Fake {
    /// Exchanges tokens as Google does.
    pub(crate) async fn new(api: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::with_tokens(|_| None, api).await
    }

    /// Exchanges a token where it is not told another answer.
    pub(crate) async fn with_tokens(
        token_endpoint: impl Fn(usize) -> Option<Reply> + Send + Sync + 'static,
        api: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let connects = Arc::new(AtomicUsize::new(0));
        let fake = Self {
            url,
            connects: Arc::clone(&connects),
            seen: Arc::default(),
            claims: Arc::default(),
            asked_for_tokens: Arc::default(),
            api: Arc::new(api),
            token_endpoint: Arc::new(token_endpoint),
        };
        let listener = listener.tap_io(move |_| {
            connects.fetch_add(1, Ordering::SeqCst);
        });
        let served = fake.clone();
        let router = Router::new().fallback(move |request: Request| {
            let fake = served.clone();
            async move { fake.answer(request).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    async fn answer(&self, request: Request) -> Response {
        let (head, body) = request.into_parts();
        let reply = if head.uri.path() == "/token" {
            let index = self.asked_for_tokens.fetch_add(1, Ordering::SeqCst);
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a small body");
            (self.token_endpoint)(index).unwrap_or_else(|| self.exchange(index, &body))
        } else {
            let seen = {
                let mut all = self.seen.lock().expect("no panic while held");
                let target = head.uri.path_and_query().expect("a target").to_string();
                let seen = Seen { index: all.len(), method: head.method, target, headers: head.headers };
                all.push(seen.clone());
                seen
            };
            (self.api)(&seen)
        };
        match reply {
            Reply::Answer(response) => response,
            Reply::Hang => std::future::pending().await,
        }
    }

    /// Verifies the assertion for real, and hands out `token-1`, `token-2`, …
    fn exchange(&self, index: usize, body: &Bytes) -> Reply {
        let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        assert_eq!(form[0], ("grant_type".into(), "urn:ietf:params:oauth:grant-type:jwt-bearer".into()));
        let (signed, signature) = form[1].1.rsplit_once('.').expect("a signature");
        let (header, claims) = signed.split_once('.').expect("a header");
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decode = |text| GeneralPurpose::new(&URL_SAFE, config).decode(text).expect("Base64");
        assert_eq!(serde_json::from_slice::<Value>(&decode(header)).expect("JSON")["alg"], "RS256");
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key_pair().public_key())
            .verify(signed.as_bytes(), &decode(signature))
            .expect("a sound signature");
        let claims = serde_json::from_slice(&decode(claims)).expect("JSON");
        self.claims.lock().expect("no panic while held").push(claims);
        json_reply(
            200,
            &json!({"access_token": format!("token-{}", index + 1), "token_type": "Bearer", "expires_in": 3599}),
        )
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic while held").clone()
    }

    pub(crate) fn targets(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.target).collect()
    }

    pub(crate) fn claims(&self) -> Vec<Value> {
        self.claims.lock().expect("no panic while held").clone()
    }

    pub(crate) fn token_requests(&self) -> usize {
        self.asked_for_tokens.load(Ordering::SeqCst)
    }

    pub(crate) async fn google(&self, limits: Limits) -> Google {
        google(&self.url, &self.url, limits).await
    }

    /// A session of a Google with quick limits.
    pub(crate) async fn session(&self) -> Session {
        self.session_within(quick()).await
    }

    pub(crate) async fn session_within(&self, limits: Limits) -> Session {
        self.google(limits).await.session("directory.users", &scopes::USERS, Pace::Directory)
    }
}

pub(crate) async fn google(endpoint: &str, token_endpoint: &str, limits: Limits) -> Google {
    Google::connect(Options {
        credentials: ServiceAccountKey::from_json(&key_file(&format!("{token_endpoint}/token")).to_string())
            .expect("a sound key")
            .into(),
        subject: SUBJECT.parse().expect("an address"),
        endpoint: Some(endpoint.parse().expect("an endpoint")),
        limits,
        user_agent: "gwsaudit-test/1".to_owned(),
    })
    .await
    .expect("no TLS is needed on loopback")
}

/// No pauses, and times that end a test soon where something hangs.
pub(crate) fn quick() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        read_idle: Duration::from_secs(5),
        attempt: Duration::from_secs(5),
        backoff: Backoff::immediate(),
        pacing: Pacing::Unlimited,
        ..Limits::default()
    }
}

pub(crate) fn key_file(token_uri: &str) -> Value {
    let der: Pkcs8V1Der<'_> = key_pair().as_der().expect("its encoding");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    json!({
        "type": "service_account", "project_id": "p", "private_key_id": "k", "private_key": pem,
        "client_email": "robot@p.iam.gserviceaccount.com", "client_id": "112233", "token_uri": token_uri,
    })
}

fn key_pair() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).expect("a key"))
}

pub(crate) fn reply(status: u16, content_type: &str, body: impl Into<Body>) -> Reply {
    Reply::Answer(
        Response::builder().status(status).header("content-type", content_type).body(body.into()).expect("sound parts"),
    )
}

pub(crate) fn json_reply(status: u16, body: &Value) -> Reply {
    reply(status, "application/json; charset=UTF-8", body.to_string())
}

/// A customer, which any call of `directory::customer` takes.
pub(crate) fn ok() -> Reply {
    json_reply(200, &json!({"id": "C0123abcd"}))
}

pub(crate) fn legacy_error(status: u16, reason: &str, message: &str) -> Reply {
    json_reply(
        status,
        &json!({"error": {"code": status, "message": message,
            "errors": [{"domain": "global", "reason": reason, "message": message}]}}),
    )
}

/// Takes connections, reads a request from each, writes those bytes and closes.
pub(crate) async fn raw(answer: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let connects = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connects);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok() && !answer.is_empty() {
                stream.write_all(answer).await.expect("the client listens");
            }
        }
    });
    (url, connects)
}
