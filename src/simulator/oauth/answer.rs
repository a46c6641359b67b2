//! Refusals of the token endpoint: a shape of their own, other than the APIs' (`reference/session-control.md`, section 3).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::behaviour::ReauthError;

/// A refusal.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    error: &'static str,
    description: String,
    /// `error_subtype`, beside which goes the link to the help page.
    subtype: Option<&'static str>,
}

/// Google's help page on the length of Cloud sessions.
const HELP: &str = "https://support.google.com/a/answer/9368756";

impl Refused {
    pub(super) fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into(), subtype: None }
    }

    /// The word in `error`.
    pub(super) fn word(&self) -> &'static str {
        self.error
    }

    /// The session has run out.
    pub(super) fn reauth(kind: ReauthError) -> Self {
        let subtype = match kind {
            ReauthError::InvalidRapt => "invalid_rapt",
            ReauthError::RaptRequired => "rapt_required",
        };
        let description = format!("reauth related error ({subtype})");
        Self { subtype: Some(subtype), ..refused("invalid_grant", description) }
    }

    /// Whatever else ends a refresh token; Google does not tell one cause from the other.
    pub(super) fn expired_or_revoked() -> Self {
        refused("invalid_grant", "Token has been expired or revoked.")
    }
}

/// 400.
pub(super) fn refused(error: &'static str, description: impl Into<String>) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, error, description)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut body = json!({"error": self.error, "error_description": self.description});
        if let Some(subtype) = self.subtype {
            body["error_uri"] = HELP.into();
            body["error_subtype"] = subtype.into();
        }
        (self.status, Json(body)).into_response()
    }
}
