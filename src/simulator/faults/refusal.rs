//! Refusals in the place of an answer, in the shape that the endpoint has for them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::plan::{Fault, Kind};
use super::{api_of, status_of};
use crate::simulator::errors::Refusal;

/// The token endpoint has a shape of its own for what it refuses.
const TOKEN: &str = "/token";
/// In the words that it has for an assertion from a clock that is wrong.
const OUT_OF_DATE: &str = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check \
                           your iat and exp values in the JWT claim.";

/// What is answered instead, where the fault is a refusal.
pub(super) fn instead(fault: &Fault, path: &str, project: &str) -> Option<Response> {
    match &fault.kind {
        Kind::Status { status, reason, retry_after } => {
            let status = status_of(*status);
            let mut response = if path == TOKEN {
                oauth(status, reason.as_deref().unwrap_or(oauth_word(status)), "The scenario ordered this.")
            } else {
                let api = api_of(path);
                match reason.as_deref() {
                    Some("SERVICE_DISABLED") => Refusal::api_disabled(api, project),
                    reason => Refusal::ordered(api, status, reason),
                }
                .into_response()
            };
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Some(response)
        }
        Kind::ClockSkew if path == TOKEN => Some(oauth(StatusCode::BAD_REQUEST, "invalid_grant", OUT_OF_DATE)),
        Kind::Redirect => {
            let place = format!("https://elsewhere.invalid{path}");
            let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("https://elsewhere.invalid/"));
            Some((StatusCode::FOUND, [(header::LOCATION, place)]).into_response())
        }
        Kind::ClockSkew
        | Kind::Delay
        | Kind::Stall
        | Kind::StallBody
        | Kind::Close
        | Kind::Reset
        | Kind::Truncate
        | Kind::HalfJson
        | Kind::Html
        | Kind::ContentType
        | Kind::GzipBomb
        | Kind::Oversize
        | Kind::InvalidUtf8
        | Kind::PageLoop
        | Kind::EmptyPages { .. }
        | Kind::Duplicates
        | Kind::MissingFields { .. }
        | Kind::WrongTypes
        | Kind::NumbersAsText => None,
    }
}

fn oauth(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({"error": error, "error_description": description}))).into_response()
}

fn oauth_word(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "invalid_client",
        403 => "unauthorized_client",
        429 => "rate_limit_exceeded",
        500.. => "internal_failure",
        _ => "invalid_request",
    }
}
