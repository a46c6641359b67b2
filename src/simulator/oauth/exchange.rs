//! `grant_type=authorization_code`: a code of the consent screen for tokens.

use aws_lc_rs::digest;
use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::people::Account;
use super::answer::{Refused, refused};
use super::assertion::{Access, Expires, random};
use super::ledger::Authorization;
use super::{Form, LIFETIME_SECONDS, Shared};

/// How long a code waits.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

impl Shared {
    pub(super) fn exchange_code(&self, headers: &HeaderMap, form: &Form) -> Result<Response, Refused> {
        let tenant = self.tenant();
        let now = self.clock.now();
        let client = self.client(&tenant, headers, form)?;
        let (text, redirect_uri) = (form.need("code")?, form.need("redirect_uri")?);
        let authorization = {
            let mut ledger = self.ledger();
            let code = ledger.code(text).ok_or_else(|| refused("invalid_grant", "Malformed auth code."))?;
            let late = now.duration_since(code.authorization.at) >= CODE_LIFETIME;
            if code.used || late || code.authorization.client_id != client.client_id {
                return Err(refused("invalid_grant", "Bad Request"));
            }
            if code.redirect_uri != redirect_uri {
                return Err(refused("redirect_uri_mismatch", "Bad Request"));
            }
            let verifier = form.get("code_verifier");
            let verifier = verifier.ok_or_else(|| refused("invalid_grant", "Missing code verifier."))?;
            let hash = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
            if hash != code.challenge {
                return Err(refused("invalid_grant", "Invalid code verifier."));
            }
            code.used = true;
            code.authorization.clone()
        };
        let account = self.standing(&tenant, &authorization, client)?;
        let mut body = self.issue(&authorization, account, &authorization.scopes, now)?;
        let token = format!("1//0simulated-{}", random::<48>()?);
        body["refresh_token"] = token.as_str().into();
        self.ledger().keep(&token, authorization, now);
        Ok(Json(body).into_response())
    }

    /// A fresh access token for these scopes, with what goes with it.
    pub(super) fn issue(
        &self,
        authorization: &Authorization,
        account: &Account,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<Value, Refused> {
        let expires = now.saturating_add(SignedDuration::from_secs(LIFETIME_SECONDS)).unwrap_or(now);
        let token = self.tokens.issue(Access {
            subject: Some(account.email.clone()),
            scopes: scopes.to_vec(),
            holder: None,
            client_id: Some(authorization.client_id.clone()),
            expires: Expires::Simulated(expires),
        })?;
        let mut body = json!({
            "access_token": token,
            "expires_in": LIFETIME_SECONDS,
            "scope": scopes.join(" "),
            "token_type": "Bearer",
        });
        if let Some(id_token) = self.id_token(authorization, account, &token, now) {
            body["id_token"] = id_token.into();
        }
        Ok(body)
    }
}
