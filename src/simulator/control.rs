//! What is no part of Google: moving the scenario's clock on and ordering trouble from outside, for whoever sits at the same
//! machine.

use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use http::request::Parts;
use jiff::SignedDuration;
use serde_json::json;

use super::listener::Peer;
use super::offset::Length;
use super::server::Shared;

/// What the paths here begin with.
pub(super) const PREFIX: &str = "/simulator/";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/simulator/advance", post(advance))
        .route("/simulator/faults", get(faults).post(order_faults).delete(end_faults))
}

/// Lets nobody in but the processes of this machine.
struct Local;

impl<S: Send + Sync> FromRequestParts<S> for Local {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match ConnectInfo::<Peer>::from_request_parts(parts, state).await {
            Ok(ConnectInfo(peer)) if peer.is_loopback() => Ok(Self),
            Ok(_) | Err(_) => Err(refused(StatusCode::FORBIDDEN, "only this machine may do this")),
        }
    }
}

/// `GET /simulator/faults`: the plan in force, with how many requests each fault has `seen` and `hit`.
async fn faults(_: Local, State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.faults.shown()).into_response()
}

/// `POST /simulator/faults`: a plan, as TOML (`[[fault]]`) or JSON, in the place of the one in force.
async fn order_faults(_: Local, State(shared): State<Arc<Shared>>, text: String) -> Response {
    match super::faults::read(&text) {
        Ok(plan) => {
            shared.faults.replace(&plan);
            Json(shared.faults.shown()).into_response()
        }
        Err(what) => refused(StatusCode::BAD_REQUEST, &what),
    }
}

/// `DELETE /simulator/faults`: ends all trouble, that of the scenario included.
async fn end_faults(_: Local, State(shared): State<Arc<Shared>>) -> Response {
    shared.faults.replace(&[]);
    Json(shared.faults.shown()).into_response()
}

/// `POST /simulator/advance?by=LENGTH`, `LENGTH` as in a scenario (`1d6h`) or ISO 8601 (`PT6H`); answers the new time.
async fn advance(_: Local, State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
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
