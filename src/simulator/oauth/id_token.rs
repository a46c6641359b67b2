//! ID tokens: who authorised, signed with RS256.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;

use super::super::gate::short;
use super::super::people::Account;
use super::ledger::Authorization;
use super::{LIFETIME_SECONDS, Shared};

impl Shared {
    /// An ID token, with Google's claims, if `openid` is among the scopes. Times are the scenario's.
    pub(super) fn id_token(
        &self,
        authorization: &Authorization,
        account: &Account,
        access_token: &str,
        now: Timestamp,
    ) -> Option<String> {
        let has = |scope: &str| authorization.scopes.iter().any(|known| short(known) == scope);
        if !has("openid") {
            return None;
        }
        let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
        let mut claims = json!({
            "iss": "https://accounts.google.com",
            "azp": authorization.client_id,
            "aud": authorization.client_id,
            "sub": account.id,
            "hd": self.file.customer.get_ref().primary_domain,
            "at_hash": URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]),
            "iat": now.as_second(),
            "exp": now.as_second() + LIFETIME_SECONDS + 1,
        });
        if has("userinfo.email") {
            claims["email"] = account.email.as_str().into();
            claims["email_verified"] = true.into();
        }
        if let Some(nonce) = &authorization.nonce {
            claims["nonce"] = nonce.as_str().into();
        }
        let header = json!({"alg": "RS256", "kid": self.key.key_id(), "typ": "JWT"});
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.key.sign(message.as_bytes()).ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
