//! Desktop clients: consent, exchange, refresh and revocation at the simulated time.

mod clock;
mod consent;
mod experiments;
mod grants;
mod in_flight;
mod refusals;
mod session_control;

use std::fmt::Write as _;

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::*;

const CLOUD: &str = "https://www.googleapis.com/auth/cloud-platform";
const CANARY_SCOPES: &str = "openid email https://www.googleapis.com/auth/cloud-platform";
const REDIRECT: &str = "http://127.0.0.1:49152";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";
/// After the log's change of schema, so that nothing here depends on the day of the test.
const START: &str = "2026-11-23T10:00:00Z";

/// One tenant with a canary user in an org unit and two desktop clients, and nothing set yet.
const CANARY: &str = r#"
[customer]
id = "C0canary1"
primary_domain = "canary.example"
organization_name = "Canary Example"

[[org_unit]]
path = "/Sales"

[[org_unit]]
path = "/Lab"

[[user]]
email = "root@canary.example"
role = "super_admin"

[[user]]
email = "canary@canary.example"
org_unit = "/Sales"
canary = true

[[user]]
email = "left@canary.example"
suspended = true

[[app]]
key = "trusted"
client_id = "100-trusted.apps.googleusercontent.com"
client_secret = "GOCSPX-simulated-trusted"
name = "Canary, trusted"
client_type = "NATIVE_DESKTOP"
native_app = true

[[app]]
key = "untrusted"
client_id = "200-untrusted.apps.googleusercontent.com"
client_secret = "GOCSPX-simulated-untrusted"
name = "Canary, not trusted"
client_type = "NATIVE_DESKTOP"
native_app = true

[[app]]
key = "web"
client_id = "300-web.apps.googleusercontent.com"
name = "Somebody's web app"

[[action]]
at = "-10d"
set_app_access = { org_unit = "/", app = "trusted", level = "trusted" }
"#;

const USER: &str = "canary@canary.example";

fn required(unit: &str, frequency: &str, exempt: bool) -> String {
    action("-9d", &set_required(unit, frequency, exempt))
}

fn set_required(unit: &str, frequency: &str, exempt: bool) -> String {
    format!(
        "set_session_control = {{ org_unit = {unit:?}, value = {{ reauth = \"required\", frequency = {frequency:?}, \
         exempt_trusted_apps = {exempt} }} }}"
    )
}

fn action(at: &str, deed: &str) -> String {
    format!("\n[[action]]\nat = {at:?}\n{deed}\n")
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

/// A clock that stands still at [`START`] until it is moved on.
async fn start_still(text: &str) -> (Running, Caller) {
    let scenario = Scenario::from_toml(text).expect("a scenario");
    let now = Some(START.parse().expect("a time"));
    let options = SimulatorOptions { now, speed: Speed::from(0), ..SimulatorOptions::default() };
    let running = Simulator::start(scenario, ([127, 0, 0, 1], 0).into(), options).await.expect("it starts");
    let caller = Caller::new(&running);
    (running, caller)
}

/// A desktop client, as its file says.
struct Desktop<'a> {
    caller: &'a Caller,
    id: String,
    secret: String,
}

impl<'a> Desktop<'a> {
    fn new(running: &Running, caller: &'a Caller, key: &str) -> Self {
        let file: Value = serde_json::from_str(&running.client_json(key).expect("a client file")).expect("JSON");
        let text = |name: &str| file["installed"][name].as_str().expect("text").to_owned();
        assert_eq!(text("token_uri"), format!("{}/token", caller.base));
        Self { caller, id: text("client_id"), secret: text("client_secret") }
    }

    /// The parameters of a sound request for consent.
    fn request(&self) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", self.id.clone()),
            ("redirect_uri", REDIRECT.to_owned()),
            ("response_type", "code".to_owned()),
            ("scope", CANARY_SCOPES.to_owned()),
            ("state", "some state & more".to_owned()),
            ("code_challenge", challenge(VERIFIER)),
            ("code_challenge_method", "S256".to_owned()),
            ("access_type", "offline".to_owned()),
            ("prompt", "consent".to_owned()),
        ]
    }

    async fn ask(&self, parameters: &[(&'static str, String)]) -> Answer {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.caller.get(&format!("/o/oauth2/v2/auth?{query}"), None).await
    }

    /// The code of a consent by a user for scopes.
    async fn code(&self, user: &str, scopes: &str) -> String {
        let mut request = self.request();
        request.push(("login_hint", user.to_owned()));
        set(&mut request, "scope", scopes);
        let answer = redirected(&self.ask(&request).await);
        assert_eq!(answer["state"], "some state & more");
        answer["code"].clone()
    }

    async fn exchange(&self, code: &str) -> Answer {
        self.caller.post_token(&self.exchange_form(code)).await
    }

    fn exchange_form<'b>(&'b self, code: &'b str) -> Vec<(&'static str, &'b str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &self.id),
            ("client_secret", &self.secret),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ]
    }

    /// A refresh token of a user, for scopes.
    async fn authorize_for(&self, user: &str, scopes: &str) -> String {
        let answer = self.exchange(&self.code(user, scopes).await).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        answer.json()["refresh_token"].as_str().expect("a refresh token").to_owned()
    }

    async fn authorize(&self, user: &str) -> String {
        self.authorize_for(user, CANARY_SCOPES).await
    }

    async fn refresh(&self, token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", &self.id),
            ("client_secret", &self.secret),
        ];
        self.caller.post_token(&form).await
    }

    /// `refreshed`, or what the refusal says.
    async fn outcome(&self, token: &str) -> String {
        let answer = self.refresh(token).await;
        let body = answer.json();
        match answer.status {
            StatusCode::OK => "refreshed".to_owned(),
            _ => body["error_subtype"].as_str().unwrap_or(&text(&body["error_description"])).to_owned(),
        }
    }
}

fn set(parameters: &mut Vec<(&'static str, String)>, name: &'static str, value: &str) {
    parameters.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        parameters.push((name, value.to_owned()));
    }
}

/// The parameters that an answer sends the browser back with.
fn redirected(answer: &Answer) -> std::collections::BTreeMap<String, String> {
    assert_eq!(answer.status, StatusCode::FOUND, "{:?}", answer.body);
    let location = answer.headers[header::LOCATION].to_str().expect("text");
    assert!(location.starts_with(REDIRECT), "{location}");
    Url::parse(location).expect("an address").query_pairs().into_owned().collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// Moves the clock to so long after the start.
fn move_to(running: &Running, after_start: SignedDuration) {
    let target = START.parse::<Timestamp>().expect("a time").saturating_add(after_start).expect("in range");
    assert_eq!(running.advance(target.duration_since(running.now())), target);
}

/// Status and body, for goldens; what is random or the port's is left out.
fn shown(what: &str, answer: &Answer) -> String {
    let mut line = format!("{what}: {}", answer.status.as_u16());
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(body) => write!(line, " {body}").expect("memory"),
        Err(_) => {
            let html = String::from_utf8_lossy(&answer.body);
            let inside = |tag: &str| {
                let (_, rest) = html.split_once(&format!("<{tag}>")).unwrap_or_default();
                rest.split_once("</").map(|(inside, _)| inside.to_owned()).unwrap_or_default()
            };
            write!(line, " page, {}: {}", inside("h1"), inside("p")).expect("memory");
        }
    }
    line
}
