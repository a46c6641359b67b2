//! `authorized_user` files: a person's own sign-in, as `gcloud auth application-default login` leaves it.
//!
//! It can do nothing in the Directory by itself: it serves to sign for a service account that domain-wide delegation was
//! granted to.

use std::time::Duration;

use http::HeaderValue;
use serde::Deserialize;

use super::external_account::quota_project;
use super::fault::KeylessFault;
use super::fields::{FieldFault, Fields};
use super::keyless::SourceToken;
use super::wire::{Body, Request, Wire, without};
use crate::domain::Secret;
use crate::google::endpoint::Api;
use crate::google::error::{ApiError, ErrorKind};

/// A person's credentials. A secret: its `Debug` shows no more than the client.
#[derive(Debug, Clone)]
pub struct AuthorizedUser {
    client_id: String,
    client_secret: Secret,
    refresh_token: Secret,
    pub(super) quota_project: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct Refreshed {
    access_token: String,
    expires_in: u64,
}

#[derive(Default, Deserialize)]
struct Refusal {
    error: Option<String>,
    error_subtype: Option<String>,
    error_description: Option<String>,
}

impl AuthorizedUser {
    pub(super) fn from_fields(fields: &mut Fields) -> Result<Self, FieldFault> {
        Ok(Self {
            client_id: fields.required("client_id")?,
            client_secret: Secret::new(fields.required("client_secret")?),
            refresh_token: Secret::new(fields.required("refresh_token")?),
            quota_project: quota_project(fields)?,
        })
    }

    pub(super) async fn token(
        &self,
        wire: &Wire,
        token_url: &str,
        call: &'static str,
    ) -> Result<SourceToken, ApiError> {
        let request = Request { api: Api::TokenEndpoint, call, purpose: "refresh_token", url: token_url };
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
            ("refresh_token", self.refresh_token.expose()),
        ];
        let answer = wire.post(request, &[], Body::Form(&form)).await?;
        if answer.status.is_success() {
            let token: Refreshed = serde_json::from_slice(&answer.body).map_err(|_| request.garbled(&answer))?;
            return Ok(SourceToken::new(Secret::new(token.access_token), Duration::from_secs(token.expires_in)));
        }
        let status = answer.status.as_u16();
        let said: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        match said.error.as_deref() {
            Some(code) if status < 500 && status != 429 => {
                let words = said.error_description.unwrap_or_default();
                let words = without(&words, &[&self.client_secret, &self.refresh_token]);
                Err(request
                    .failed(ErrorKind::Keyless(KeylessFault::SignInAgain))
                    .with_status(status)
                    .with_reason(Some(said.error_subtype.as_deref().unwrap_or(code)))
                    .with_message(&words))
            }
            Some(_) | None => Err(request.refused(&answer, &[&self.client_secret, &self.refresh_token])),
        }
    }
}
