//! What it takes to refresh a canary's token, in the form that Google's own libraries keep it in (`authorized_user`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::{ClientId, Secret};
use crate::google::desktop_oauth::DesktopClient;

/// A refresh token and the client that it was given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The client.
    pub client_id: ClientId,
    /// The client's secret.
    pub client_secret: Secret,
    /// The token.
    pub refresh_token: Secret,
    /// When its user authorised it. It stands with the token, so that a token can never be taken for another life's.
    pub authorized_at: Timestamp,
}

/// A text is no credential of ours. Says nothing of what it is instead, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidCredential {
    /// Not the JSON object that `canary add` stores.
    #[error("it is not the JSON object that `gwsaudit canary add` stored")]
    Shape,
    /// It has grown in other hands.
    #[error("it is larger than any credential")]
    TooLarge,
}

/// No credential is larger.
pub(super) const LARGEST: usize = 64 << 10;

#[derive(Serialize, Deserialize)]
struct Written<'t> {
    #[serde(rename = "type")]
    kind: std::borrow::Cow<'t, str>,
    client_id: ClientId,
    client_secret: std::borrow::Cow<'t, str>,
    refresh_token: std::borrow::Cow<'t, str>,
    authorized_at: Timestamp,
}

const KIND: &str = "authorized_user";

impl Credential {
    /// As it is stored.
    #[must_use]
    pub fn to_json(&self) -> Secret {
        let written = Written {
            kind: KIND.into(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.expose().into(),
            refresh_token: self.refresh_token.expose().into(),
            authorized_at: self.authorized_at,
        };
        Secret::new(serde_json::to_string(&written).expect("texts and a time are always JSON"))
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// [`InvalidCredential`].
    pub fn from_json(text: &Secret) -> Result<Self, InvalidCredential> {
        let text = text.expose();
        if text.len() > LARGEST {
            return Err(InvalidCredential::TooLarge);
        }
        // serde's words would quote the text.
        let written: Written<'_> = serde_json::from_str(text).map_err(|_| InvalidCredential::Shape)?;
        if written.kind != KIND || written.refresh_token.is_empty() {
            return Err(InvalidCredential::Shape);
        }
        Ok(Self {
            client_id: written.client_id,
            client_secret: Secret::new(written.client_secret.into_owned()),
            refresh_token: Secret::new(written.refresh_token.into_owned()),
            authorized_at: written.authorized_at,
        })
    }

    /// The client, to ask with.
    #[must_use]
    pub fn client(&self) -> DesktopClient {
        DesktopClient::new(self.client_id.clone(), self.client_secret.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_stored_and_shows_nothing() {
        let credential = Credential {
            client_id: "1-a".parse().expect("an id"),
            client_secret: Secret::new("GOCSPX-hush".to_owned()),
            refresh_token: Secret::new("1//hush\"".to_owned()),
            authorized_at: "2026-11-20T10:00:00Z".parse().expect("a time"),
        };
        assert_eq!(Credential::from_json(&credential.to_json()), Ok(credential.clone()));
        assert!(!format!("{credential:?}").contains("hush"));
        for bad in [
            "",
            "1//hush",
            "{}",
            "[1]",
            r#"{"type":"service_account","client_id":"a","client_secret":"b","refresh_token":"hush","authorized_at":"2026-11-20T10:00:00Z"}"#,
        ] {
            let error = Credential::from_json(&Secret::new(bad.to_owned())).expect_err(bad);
            assert!(!error.to_string().contains("hush") && !format!("{error:?}").contains("hush"));
        }
        let large = Secret::new(" ".repeat(LARGEST + 1));
        assert_eq!(Credential::from_json(&large), Err(InvalidCredential::TooLarge));
    }
}
