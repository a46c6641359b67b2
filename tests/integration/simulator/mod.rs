//! Tests of `simulator`, over real HTTP: signed assertions in, whatever it serves out.

mod access;
mod collection;
mod estate;
mod faults;
mod lists;
mod log;
mod oauth;
mod scenarios;

use std::collections::BTreeSet;
use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use gwsaudit::simulator::{
    Reach, Running, Scenario, ScenarioError, Simulator, SimulatorError, SimulatorOptions, Speed,
};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

const ADMIN: &str = "https://www.googleapis.com/auth/admin.directory.";
const AUTH: &str = "https://www.googleapis.com/auth/";

/// A small tenant for what the built-in ones do not show.
const SMALL: &str = r#"
[customer]
id = "C0small01"
primary_domain = "small.example"
organization_name = "Small Example"

[[org_unit]]
path = "/Sales"

[[user]]
email = "root@small.example"
role = "super_admin"

[[user]]
email = "helper@small.example"
role = "delegated_admin"

[[user]]
email = "nobody@small.example"

[[user]]
email = "left@small.example"
suspended = true

[[app]]
key = "okta"
client_id = "1-a.apps.googleusercontent.com"
name = "Flow Tool"

[gcp]
organization = "organizations/1"
bindings = "none"
"#;

async fn start(text: &str) -> Running {
    start_at(text, None).await
}

async fn start_at(text: &str, now: Option<&str>) -> Running {
    let scenario = Scenario::from_toml(text).expect("a scenario");
    let now = now.map(|text| text.parse().expect("a time"));
    let options = SimulatorOptions { now, ..SimulatorOptions::default() };
    Simulator::start(scenario, ([127, 0, 0, 1], 0).into(), options).await.expect("it starts")
}

async fn start_builtin(name: &str) -> Running {
    let scenario = Scenario::builtin(name).expect("a built-in scenario");
    Simulator::start(scenario, ([127, 0, 0, 1], 0).into(), SimulatorOptions::default()).await.expect("it starts")
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// A client with the key of one simulator.
struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    key: Value,
    subject: String,
}

impl Caller {
    fn new(running: &Running) -> Self {
        let config: toml::Table = running.config_toml("key.json", None).parse().expect("a configuration");
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base: running.base_url(),
            key: serde_json::from_str(&running.key_file_json()).expect("a key file"),
            subject: config["tenant"]["admin"].as_str().expect("an administrator").to_owned(),
        }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, hyper_util::client::legacy::Error> {
        let response = self.client.request(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = Request::get(format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Full::default()).expect("a request")).await.expect("an answer")
    }

    fn claims(&self, scopes: &[&str]) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        json!({
            "iss": self.key["client_email"],
            "sub": self.subject,
            "aud": self.key["token_uri"],
            "iat": now,
            "exp": now + 3595,
            "scope": scopes.join(" "),
        })
    }

    fn pair(&self) -> RsaKeyPair {
        let pem = self.key["private_key"].as_str().expect("a key");
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        RsaKeyPair::from_pkcs8(&STANDARD.decode(body).expect("base64")).expect("PKCS#8")
    }

    /// With the padding that yup-oauth2 sends; other clients send none.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        sign_with(&self.pair(), &URL_SAFE, header, claims)
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        #[expect(clippy::disallowed_methods, reason = "these endpoints take POST alone")]
        let request = Request::post(format!("{}{path}", self.base)).body(Full::from(body)).expect("a request");
        self.send(request).await.expect("an answer")
    }

    async fn post_token(&self, form: &[(&str, &str)]) -> Answer {
        self.post("/token", form).await
    }

    async fn exchange(&self, assertion: &str) -> Answer {
        self.post_token(&[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)])
            .await
    }

    async fn ask(&self, claims: &Value) -> Answer {
        self.exchange(&self.sign(&json!({"alg": "RS256", "typ": "JWT"}), claims)).await
    }

    async fn token(&self, scopes: &[&str]) -> String {
        let answer = self.ask(&self.claims(scopes)).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(answer.json()["expires_in"], 3599);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    async fn token_for_all(&self) -> String {
        let scopes: Vec<_> = DELEGATED.iter().map(|short| format!("{AUTH}{short}")).collect();
        self.token(&scopes.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// Every page's items, and how many pages there were.
    async fn all(&self, path: &str, field: &str, token: &str) -> (Vec<Value>, usize) {
        let (mut items, mut pages, mut next) = (Vec::new(), 0, None::<String>);
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let paged = next.as_ref().map_or(path.to_owned(), |next| format!("{path}{joint}pageToken={next}"));
            let answer = self.get(&paged, Some(token)).await;
            assert_eq!(answer.status, StatusCode::OK, "{paged}: {:?}", answer.body);
            let body = answer.json();
            if let Some(found) = body.get(field) {
                let found = found.as_array().expect("a list");
                assert!(!found.is_empty(), "an empty list is left out");
                items.extend(found.iter().cloned());
            }
            pages += 1;
            match body.get("nextPageToken") {
                Some(token) => next = token.as_str().map(str::to_owned),
                None => return (items, pages),
            }
        }
    }
}

fn sign_with(pair: &RsaKeyPair, base64: &GeneralPurpose, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", base64.encode(header.to_string()), base64.encode(claims.to_string()));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("a signature");
    format!("{message}.{}", base64.encode(signature))
}

const DELEGATED: [&str; 13] = [
    "admin.directory.customer.readonly",
    "admin.directory.orgunit.readonly",
    "admin.directory.user.readonly",
    "admin.directory.group.readonly",
    "admin.directory.group.member.readonly",
    "admin.directory.user.security",
    "admin.reports.audit.readonly",
    "cloud-identity.policies.readonly",
    "cloud-identity.inboundsso.readonly",
    "admin.directory.rolemanagement.readonly",
    "admin.directory.domain.readonly",
    "apps.licensing",
    "cloud-platform",
];

const ACTIVITIES: &str = "/admin/reports/v1/activity/users/all/applications/";
