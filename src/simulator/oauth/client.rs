//! Which client asks, and whether it knows its secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::super::scenario::{App, File};
use super::super::tenant::Tenant;
use super::answer::{Refused, refused};
use super::{Form, Shared};

/// The app of a client ID, unless its registration is gone.
pub(super) fn find<'a>(file: &'a File, tenant: &Tenant, client_id: &str) -> Result<&'a App, Refused> {
    let unauthorized = |error, description| Refused::new(StatusCode::UNAUTHORIZED, error, description);
    let found = file
        .app_of_client(client_id)
        .ok_or_else(|| unauthorized("invalid_client", "The OAuth client was not found."))?;
    if tenant.residents.deleted_clients.contains(client_id) {
        return Err(unauthorized("deleted_client", "The OAuth client was deleted."));
    }
    Ok(found)
}

/// ID and secret, from the form or, as RFC 6749 prefers, the Authorization header.
fn presented(headers: &HeaderMap, form: &Form) -> (Option<String>, Option<String>) {
    let basic = || {
        let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
        let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let plain = |text| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        Some((plain(id), plain(secret)))
    };
    match (form.get("client_id"), form.get("client_secret"), basic()) {
        (None, None, Some((id, secret))) => (Some(id), Some(secret)),
        (id, secret, _) => (id.map(str::to_owned), secret.map(str::to_owned)),
    }
}

impl Shared {
    /// The client that a token request comes from.
    pub(super) fn client(&self, tenant: &Tenant, headers: &HeaderMap, form: &Form) -> Result<&App, Refused> {
        let (id, secret) = presented(headers, form);
        let id = id.ok_or_else(|| refused("invalid_request", "Could not determine client ID from request."))?;
        let app = find(&self.file, tenant, &id)?;
        let secret = secret.ok_or_else(|| refused("invalid_request", "client_secret is missing."))?;
        if app.client_secret.as_ref() == Some(&secret) {
            return Ok(app);
        }
        Err(Refused::new(StatusCode::UNAUTHORIZED, "invalid_client", "The provided client secret is invalid."))
    }
}

/// The file that the Cloud console would hand out for a desktop client; `None` for other apps.
pub(in crate::simulator) fn file(app: &App, base_url: &str) -> Option<String> {
    let file = json!({"installed": {
        "client_id": app.client_id,
        "project_id": "simulated-project",
        "auth_uri": format!("{base_url}/o/oauth2/auth"),
        "token_uri": format!("{base_url}/token"),
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_secret": app.client_secret.as_ref()?,
        "redirect_uris": ["http://localhost"],
    }});
    Some(format!("{file:#}\n"))
}
