//! The question that a person answers in the browser.

use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

use super::client_file::DesktopClient;
use crate::domain::{Email, Secret};
use crate::google::endpoint::Endpoint;

/// The one scope that session control is about.
pub const CLOUD_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// All that a canary asks for: who it is, and that scope.
pub const CANARY_SCOPES: [&str; 3] = ["openid", "email", CLOUD_SCOPE];

/// This machine has no random numbers to give, without which nothing may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this machine has no random numbers to give")]
pub struct NoRandomness;

/// One authorisation that was asked for: where it is answered, and how the answer is known to be ours.
#[derive(Clone)]
pub struct AuthorizationRequest {
    url: String,
    state: Secret,
    verifier: Secret,
    redirect_uri: String,
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

impl AuthorizationRequest {
    /// A new question. `login_hint` picks the account in the browser, where it is known.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn new(
        client: &DesktopClient,
        endpoint: Option<&Endpoint>,
        redirect_uri: &str,
        login_hint: Option<&Email>,
    ) -> Result<Self, NoRandomness> {
        let state = random::<32>()?;
        let verifier = random::<48>()?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let scopes = CANARY_SCOPES.join(" ");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("client_id", client.id().as_str())
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("response_type", "code")
            .append_pair("scope", &scopes)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("access_type", "offline")
            .append_pair("prompt", "consent");
        if let Some(user) = login_hint {
            query.append_pair("login_hint", user.as_str());
        }
        let base = match endpoint {
            Some(endpoint) => endpoint.to_string(),
            None => "https://accounts.google.com".to_owned(),
        };
        Ok(Self {
            url: format!("{base}/o/oauth2/v2/auth?{}", query.finish()),
            state: Secret::new(state),
            verifier: Secret::new(verifier),
            redirect_uri: redirect_uri.to_owned(),
        })
    }

    /// What the person opens in a browser. Holds no secret that is of use to anybody who reads it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the answer must repeat.
    #[must_use]
    pub fn state(&self) -> &Secret {
        &self.state
    }

    pub(super) fn verifier(&self) -> &Secret {
        &self.verifier
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }
}

fn random<const BYTES: usize>() -> Result<String, NoRandomness> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A scope by its one name: Google answers `email` with the URL that it is short for.
fn full_name(scope: &str) -> String {
    match scope.trim_end_matches('/') {
        "email" => "https://www.googleapis.com/auth/userinfo.email".to_owned(),
        "profile" => "https://www.googleapis.com/auth/userinfo.profile".to_owned(),
        scope => scope.to_owned(),
    }
}

/// Whether exactly these scopes were granted; else those that are missing, and those that are too many.
///
/// # Errors
/// Missing scopes and surplus ones, in that order.
pub fn exact_scopes(granted: &str) -> Result<(), (Vec<String>, Vec<String>)> {
    let asked: BTreeSet<String> = CANARY_SCOPES.into_iter().map(full_name).collect();
    let granted: BTreeSet<String> = granted.split_whitespace().map(full_name).collect();
    if asked == granted {
        return Ok(());
    }
    Err((asked.difference(&granted).cloned().collect(), granted.difference(&asked).cloned().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_question_is_complete_and_shows_no_secret() {
        let client = DesktopClient::new(
            "1-a.apps.googleusercontent.com".parse().expect("an id"),
            Secret::new("hush".to_owned()),
        );
        let user: Email = "canary+x@example.com".parse().expect("an address");
        let request = AuthorizationRequest::new(&client, None, "http://127.0.0.1:7", Some(&user)).expect("randomness");
        let url = url::Url::parse(request.url()).expect("a URL");
        assert_eq!((url.host_str(), url.path()), (Some("accounts.google.com"), "/o/oauth2/v2/auth"));
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, request.verifier().expose().as_bytes()));
        for (name, value) in [
            ("client_id", "1-a.apps.googleusercontent.com"),
            ("redirect_uri", "http://127.0.0.1:7"),
            ("response_type", "code"),
            ("scope", "openid email https://www.googleapis.com/auth/cloud-platform"),
            ("state", request.state().expose()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("login_hint", "canary+x@example.com"),
        ] {
            assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(query.len(), 10);
        assert!(!request.url().contains(request.verifier().expose()) && !request.url().contains("hush"));
        let shown = format!("{request:?}");
        assert!(!shown.contains(request.verifier().expose()) && !shown.contains(request.state().expose()), "{shown}");
        let other = AuthorizationRequest::new(&client, None, "http://127.0.0.1:7", None).expect("randomness");
        assert_ne!(other.state(), request.state());
        // RFC 7636, section 4.1.
        assert!((43..=128).contains(&other.verifier().expose().len()));
    }

    #[test]
    fn scopes_are_compared_by_their_full_names() {
        let email = "https://www.googleapis.com/auth/userinfo.email";
        let cloud = "https://www.googleapis.com/auth/cloud-platform";
        assert_eq!(exact_scopes(&format!("{cloud} {email} openid")), Ok(()));
        assert_eq!(exact_scopes(&CANARY_SCOPES.join(" ")), Ok(()));
        assert_eq!(exact_scopes(&format!("openid {email}")), Err((vec![cloud.to_owned()], vec![])));
        let more = format!("openid email {cloud} profile");
        let profile = "https://www.googleapis.com/auth/userinfo.profile".to_owned();
        assert_eq!(exact_scopes(&more), Err((vec![], vec![profile])));
    }
}
