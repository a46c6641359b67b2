//! Who granted, as the ID token says.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// The claims of an ID token that gwsaudit reads.
///
/// The signature is not looked at: the token came straight from Google's token endpoint over TLS, which is as good
/// (OpenID Connect Core, section 3.1.3.7, point 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Whom it was issued to: the client ID.
    pub audience: String,
    /// The account's stable id, which the Directory API calls `id`.
    pub subject: String,
    /// The account's address, where it is said and verified.
    pub verified_email: Option<String>,
    /// The Workspace domain that the account belongs to; consumer accounts have none.
    pub hosted_domain: Option<String>,
}

impl Identity {
    /// Reads a token's claims; `None` where it is not one.
    #[must_use]
    pub fn from_jwt(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let bytes = GeneralPurpose::new(&URL_SAFE, lenient).decode(claims).ok()?;
        let claims: Value = serde_json::from_slice(&bytes).ok()?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        // Older documents show the flag as a text.
        let verified = match claims.get("email_verified") {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(verified)) => verified == "true",
            Some(_) | None => false,
        };
        Some(Self {
            audience: text("aud")?.to_owned(),
            subject: text("sub")?.to_owned(),
            verified_email: text("email").filter(|_| verified).map(str::to_owned),
            hosted_domain: text("hd").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{URL_SAFE as PADDED, URL_SAFE_NO_PAD};
    use serde_json::json;

    #[test]
    fn claims_are_read_and_an_unverified_address_is_none() {
        let claims = |verified: Value| json!({"aud": "client", "sub": "117", "email": "a@example.com", "email_verified": verified, "hd": "example.com"});
        let token = |claims: &Value| format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let read = |verified| Identity::from_jwt(&token(&claims(verified))).expect("a token");
        assert_eq!(read(json!(true)).verified_email.as_deref(), Some("a@example.com"));
        assert_eq!(read(json!("true")), read(json!(true)));
        for no in [json!(false), json!("false"), json!(1), Value::Null] {
            assert_eq!(read(no).verified_email, None);
        }
        let padded = format!("h.{}.s", PADDED.encode(claims(json!(true)).to_string()));
        assert_eq!(Identity::from_jwt(&padded), Some(read(json!(true))));
        for bad in ["", "h.e", "h.!.s", "h.e30.s", &token(&json!({"aud": ["client"], "sub": "117"}))] {
            assert_eq!(Identity::from_jwt(bad), None, "{bad}");
        }
    }
}
