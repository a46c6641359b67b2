//! What is no part of Google: moving the scenario's clock on from outside, for whoever sits at the same machine.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;

use super::listener::Peer;
use super::offset::Length;
use super::server::Shared;

/// `POST /simulator/advance?by=LENGTH`, `LENGTH` as in a scenario (`1d6h`) or ISO 8601 (`PT6H`); answers the new time.
pub(super) async fn advance(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    RawQuery(query): RawQuery,
) -> Response {
    if !peer.is_loopback() {
        return refused(StatusCode::FORBIDDEN, "only this machine may move the clock");
    }
    let query = query.unwrap_or_default();
    let by = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "by");
    match by.and_then(|(_, text)| length(&text)) {
        Some(by) => Json(json!({"now": shared.clock.advance(by)})).into_response(),
        None => {
            refused(StatusCode::BAD_REQUEST, "say how far, such as by=6h or by=PT6H; the clock never runs backwards")
        }
    }
}

fn length(text: &str) -> Option<SignedDuration> {
    let iso = || text.starts_with('P').then(|| text.parse::<SignedDuration>().ok()).flatten();
    text.parse::<Length>().ok().map(|length| length.0).or_else(iso).filter(SignedDuration::is_positive)
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"error": message}))).into_response()
}
