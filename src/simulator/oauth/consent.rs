//! `GET /o/oauth2/v2/auth`: a user's consent for a desktop client.
//!
//! Google takes requests without `state` and PKCE too; here they are required, because a connection made without them
//! would be a fault of ours. Refusals show where Google documents them: on a page, where the request itself is wrong and
//! no redirect address can be trusted; otherwise in the redirect.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use url::Url;

use super::super::actions::Level;
use super::super::people::Account;
use super::super::scenario::App;
use super::super::tenant::Tenant;
use super::behaviour::{ConsentError, DESKTOP, PolicyRefusals};
use super::ledger::{Deed, DeedKind};
use super::{Form, Shared, assertion, client, scopes};

/// A page of Google's: the person sees it, the app hears nothing.
#[derive(Debug)]
struct Page {
    status: StatusCode,
    error: &'static str,
    text: &'static str,
}

fn page(error: &'static str, text: &'static str) -> Page {
    Page { status: StatusCode::BAD_REQUEST, error, text }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let Self { status, error, text } = self;
        let html = format!(
            "<!doctype html>\n<title>Access blocked</title>\n<h1>Error {}: {error}</h1>\n<p>{text}</p>\n",
            status.as_u16()
        );
        (status, Html(html)).into_response()
    }
}

/// A sound request for consent.
struct Asked<'a> {
    app: &'a App,
    redirect: Url,
    state: &'a str,
    scopes: Vec<String>,
    challenge: &'a str,
}

/// `GET /o/oauth2/v2/auth`
pub(in crate::simulator) async fn consent(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let form = Form::read(query.unwrap_or_default().as_bytes());
    shared.consent(&form).unwrap_or_else(Page::into_response)
}

impl Shared {
    fn consent(&self, form: &Form) -> Result<Response, Page> {
        let tenant = self.tenant();
        let mut asked = self.asked(&tenant, form)?;
        let account = self.signed_in(&tenant, form)?;
        if let Some((error, kind)) = self.refusal(&tenant, &account.email, asked.app) {
            if let Some(kind) = kind {
                self.write_down(deed(self, &account.email, &asked, kind));
            }
            let to_app =
                error == ConsentError::AccessDenied || self.file.oauth.policy_refusals == PolicyRefusals::Redirect;
            if !to_app {
                return Err(page(error.word(), "Ask your administrator."));
            }
            return Ok(redirect(asked.redirect, &[("error", error.word()), ("state", asked.state)]));
        }
        if form.get("include_granted_scopes") == Some("true") {
            let held = held_scopes(account, &asked.app.client_id);
            asked.scopes.extend(held.into_iter().filter(|scope| !asked.scopes.contains(scope)).collect::<Vec<_>>());
        }
        let random = assertion::random::<48>().map_err(|_| page("internal_failure", "No randomness at hand."))?;
        let code = format!("4/0Asimulated-{random}");
        let authorized = deed(self, &account.email, &asked, DeedKind::Authorized);
        let nonce = form.get("nonce").map(str::to_owned);
        let mut ledger = self.ledger();
        let redirect_uri = form.get("redirect_uri").unwrap_or_default();
        ledger.authorize(authorized, nonce, redirect_uri, asked.challenge, &code);
        let scope = asked.scopes.join(" ");
        let domain = self.file.customer.get_ref().primary_domain.as_str();
        let answer = [
            ("state", asked.state),
            ("code", &code),
            ("scope", &scope),
            ("authuser", "0"),
            ("hd", domain),
            ("prompt", "consent"),
        ];
        Ok(redirect(asked.redirect, &answer))
    }

    /// The request, if it is one that Google would show a consent screen for.
    fn asked<'a>(&'a self, tenant: &Tenant, form: &'a Form) -> Result<Asked<'a>, Page> {
        let missing = |text| page("invalid_request", text);
        let client_id = form.get("client_id").ok_or_else(|| missing("Missing required parameter: client_id"))?;
        let app = client::find(&self.file, tenant, client_id).map_err(|refused| Page {
            status: StatusCode::UNAUTHORIZED,
            error: refused.word(),
            text: "The OAuth client was not found or has been deleted.",
        })?;
        let redirect = form.get("redirect_uri").ok_or_else(|| missing("Missing required parameter: redirect_uri"))?;
        let redirect = Url::parse(redirect).ok().filter(|url| app.client_type == DESKTOP && is_loopback(url));
        let redirect = redirect.ok_or_else(|| {
            page("redirect_uri_mismatch", "A desktop client takes its answer on a loopback address over plain http.")
        })?;
        if app.client_secret.is_none() {
            return Err(page("invalid_request", "The scenario gives this app no client_secret."));
        }
        match form.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(page("unsupported_response_type", "Only response_type=code is served.")),
            None => return Err(missing("Required parameter is missing: response_type")),
        }
        let scope = form.get("scope").ok_or_else(|| missing("Missing required parameter: scope"))?;
        let scopes = scopes::normal(scope).filter(|scopes| !scopes.is_empty());
        let scopes = scopes.ok_or_else(|| page("invalid_scope", "Some requested scopes were invalid."))?;
        let state = form.get("state").ok_or_else(|| missing("Missing required parameter: state"))?;
        let challenge = form.get("code_challenge");
        let challenge = challenge.ok_or_else(|| missing("Missing required parameter: code_challenge"))?;
        if form.get("code_challenge_method") != Some("S256") {
            return Err(missing("Only code_challenge_method=S256 is served."));
        }
        let sound = challenge.len() == 43 && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !sound {
            return Err(missing("The code challenge is not 32 bytes in base64url."));
        }
        Ok(Asked { app, redirect, state, scopes, challenge })
    }

    /// Whose browser it is.
    fn signed_in<'a>(&self, tenant: &'a Tenant, form: &Form) -> Result<&'a Account, Page> {
        let users = self.file.user.iter().map(toml::Spanned::get_ref);
        let account = match form.get("login_hint") {
            Some(hint) => tenant.people.account(hint),
            None => {
                let canaries: Vec<_> = users.filter(|user| user.canary).collect();
                match (canaries.as_slice(), tenant.people.accounts.as_slice()) {
                    ([canary], _) => tenant.people.account(&canary.email),
                    ([], [only]) => Some(only),
                    _ => return Err(page("interaction_required", "Several accounts could sign in: add a login_hint.")),
                }
            }
        };
        let account = account.ok_or_else(|| page("access_denied", "There is no such account."))?;
        if account.active {
            return Ok(account);
        }
        Err(Page { status: StatusCode::FORBIDDEN, error: "access_denied", text: "This account has been suspended." })
    }

    /// Whether consent is refused: how, and what the token log says of it.
    fn refusal(&self, tenant: &Tenant, user: &str, app: &App) -> Option<(ConsentError, Option<DeedKind>)> {
        if tenant.access(user, &app.client_id) == Level::Blocked {
            return Some((ConsentError::AdminPolicyEnforced, Some(DeedKind::DeniedApp)));
        }
        let fits =
            |name: &Option<String>, known: &str| name.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(known));
        let mut refusals = self.file.oauth.consent.iter().map(toml::Spanned::get_ref);
        let found = refusals.find(|refusal| fits(&refusal.user, user) && fits(&refusal.app, &app.key))?;
        let kind = match found.error {
            ConsentError::AdminPolicyEnforced => Some(DeedKind::DeniedScope),
            ConsentError::AccessDenied | ConsentError::AccessNotConfigured | ConsentError::OrgInternal => None,
        };
        Some((found.error, kind))
    }

    fn write_down(&self, deed: Deed) {
        self.ledger().deeds.push(deed);
    }
}

fn deed(shared: &Shared, user: &str, asked: &Asked<'_>, kind: DeedKind) -> Deed {
    Deed {
        at: shared.clock.now(),
        user: user.to_owned(),
        client_id: asked.app.client_id.clone(),
        scopes: asked.scopes.clone(),
        kind,
    }
}

/// The scopes of an account's grant to a client.
pub(super) fn held_scopes(account: &Account, client_id: &str) -> Vec<String> {
    let grants = account.tokens.iter().filter(|token| token["clientId"] == client_id);
    let scopes = grants.filter_map(|token| token["scopes"].as_array()).flatten();
    scopes.filter_map(|scope| scope.as_str()).map(str::to_owned).collect()
}

/// The addresses that a desktop client may use, on any port.
fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"))
}

fn redirect(mut to: Url, parameters: &[(&str, &str)]) -> Response {
    to.query_pairs_mut().extend_pairs(parameters);
    match HeaderValue::from_str(to.as_str()) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => page("redirect_uri_mismatch", "The address cannot be sent.").into_response(),
    }
}
