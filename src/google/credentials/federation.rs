//! The Security Token Service: the workload's token for a federated one (RFC 8693).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::json;

use super::external_account::ExternalAccount;
use super::fault::{FederationFault, KeylessFault};
use super::keyless::SourceToken;
use super::wire::{Body, CLOUD_PLATFORM, Request, Wire, without};
use crate::domain::Secret;
use crate::google::endpoint::Api;
use crate::google::error::{ApiError, ErrorKind};

/// For how long a federated token counts that does not say so itself.
const UNSAID: u64 = 300;

#[derive(Deserialize)]
struct Federated {
    access_token: String,
    expires_in: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Refusal {
    error: Option<serde_json::Value>,
    error_description: Option<String>,
}

impl ExternalAccount {
    /// A token for the workload itself, which is no service account.
    pub(super) async fn federated_token(&self, wire: &Wire, call: &'static str) -> Result<SourceToken, ApiError> {
        let subject_token = self.subject_token(wire, call).await?;
        let request = Request {
            api: Api::SecurityTokens,
            call,
            purpose: "exchange of the workload's token",
            url: self.token_url.as_str(),
        };
        // Where no client is authenticated, the project that pays is named here.
        let options = self.workforce_project.as_ref().filter(|_| self.client.is_none());
        let options = options.map(|project| json!({"userProject": project}).to_string());
        let mut form = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("audience", self.audience.as_str()),
            ("scope", CLOUD_PLATFORM),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("subject_token", subject_token.expose()),
            ("subject_token_type", self.subject_token_type.as_str()),
        ];
        form.extend(options.as_deref().map(|options| ("options", options)));
        let mut headers = Vec::new();
        if let Some((id, secret)) = &self.client {
            let text = Secret::new(STANDARD.encode(format!("{id}:{}", secret.expose())));
            if let Ok(mut value) = HeaderValue::try_from(format!("Basic {}", text.expose())) {
                value.set_sensitive(true);
                headers.push((AUTHORIZATION, value));
            }
        }
        let answer = wire.post(request, &headers, Body::Form(&form)).await?;
        if answer.status.is_success() {
            let token: Federated = serde_json::from_slice(&answer.body).map_err(|_| request.garbled(&answer))?;
            let life = Duration::from_secs(token.expires_in.unwrap_or(UNSAID));
            return Ok(SourceToken::new(Secret::new(token.access_token), life));
        }
        let status = answer.status.as_u16();
        let said: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        match said.error.as_ref().and_then(serde_json::Value::as_str) {
            Some(code) if status < 500 && status != 429 => {
                let words = said.error_description.unwrap_or_default();
                Err(request
                    .failed(ErrorKind::Keyless(KeylessFault::Federation(fault(code, &words))))
                    .with_status(status)
                    .with_reason(Some(code))
                    .with_message(&without(&words, &[&subject_token])))
            }
            // Google's own shape: the API is off, quotas, trouble.
            Some(_) | None => Err(request.refused(&answer, &[&subject_token])),
        }
    }
}

/// The words are those of the service itself, as its users report them.
fn fault(code: &str, description: &str) -> FederationFault {
    let description = description.to_ascii_lowercase();
    let says = |words: &str| description.contains(words);
    match code {
        _ if says("attribute condition") => FederationFault::AttributeCondition,
        "invalid_grant" if says("stale") || says("expired") => FederationFault::Expired,
        "invalid_target" => FederationFault::NoProvider,
        _ => FederationFault::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        for (code, words, expected) in [
            (
                "unauthorized_client",
                "The given credential is rejected by the attribute condition.",
                FederationFault::AttributeCondition,
            ),
            ("invalid_grant", "ID Token issued at 1700000000 is stale to sign-in.", FederationFault::Expired),
            (
                "invalid_target",
                "The target service indicated by the \"audience\" parameters is invalid. This might either be because \
                 the pool or provider is disabled or deleted or because it doesn't exist.",
                FederationFault::NoProvider,
            ),
            ("invalid_grant", "The audience in ID Token [x] does not match.", FederationFault::Refused),
            ("invalid_request", "", FederationFault::Refused),
        ] {
            assert_eq!(fault(code, words), expected, "{code}: {words}");
        }
    }
}
