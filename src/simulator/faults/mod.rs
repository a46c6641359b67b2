//! Trouble that somebody orders, in a scenario (`[[fault]]`) or while the simulator runs (`/simulator/faults`): which
//! requests it hits (`plan`, `endpoint`), and what becomes of them.
//!
//! A fault refuses (`refusal`), spoils the connection (`connection`), alters the answer as a whole (`answer`) or the
//! things in it (`items`). What alters an answer starts from the simulator's own, so that it is in order but for that.

mod answer;
mod connection;
mod endpoint;
mod items;
mod plan;
mod refusal;

use axum::body::Bytes;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

pub(super) use self::connection::{Before, Ending};
pub(super) use self::endpoint::Endpoint;
use self::plan::Kind;
pub use self::plan::kinds;
pub(super) use self::plan::{Fault, Faults, Hit, read};
use super::gate::Api;

/// By how much a clock is wrong that is wrong.
const SKEW: SignedDuration = SignedDuration::from_hours(24);

/// What is served in the end, and what else is wrong with it.
pub(super) struct Served {
    pub(super) response: Response,
    pub(super) ending: Ending,
}

impl From<Response> for Served {
    fn from(response: Response) -> Self {
        Self { response, ending: Ending::Whole }
    }
}

/// Answers a request as its fault will have it; without one as the simulator does.
pub(super) async fn serve(hit: Option<&Hit>, project: &str, request: Request, next: Next) -> Served {
    let path = request.uri().path().to_owned();
    let (request, turn) = items::turned(request);
    let Some(fault) = hit.map(Hit::fault) else { return next.run(request).await.into() };
    if let Some(response) = refusal::instead(fault, &path, project) {
        return response.into();
    }
    let query = items::list_of(request.uri());
    let (parts, body) = next.run(request).await.into_parts();
    // What is refused anyway is not altered.
    if !parts.status.is_success() {
        return Response::from_parts(parts, body).into();
    }
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Bytes::new().into()).into();
    };
    let bytes = items::altered(hit, &query, &turn, bytes);
    answer::altered(&fault.kind, Response::from_parts(parts, bytes))
}

/// The time that an answer bears, where a fault may have put the clock wrong.
pub(super) fn date(hit: Option<&Hit>, now: Timestamp) -> Timestamp {
    match hit.map(|hit| &hit.fault().kind) {
        Some(Kind::ClockSkew) => now.saturating_add(SKEW).unwrap_or(now),
        Some(_) | None => now,
    }
}

/// The API behind a path; the Admin SDK where nothing else fits.
fn api_of(path: &str) -> Api {
    Endpoint::of(path).and_then(Endpoint::api).unwrap_or(Api::AdminSdk)
}

/// A status that HTTP knows; 503 otherwise.
fn status_of(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
}
