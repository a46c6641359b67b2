//! Admin SDK Reports API: `activities.list`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::pages::{Beyond, Size};
use super::server::Shared;

const API: Api = Api::AdminSdk;
const LIST: Endpoint = Endpoint {
    method: "reports.activities.list",
    api: API,
    scopes: &["admin.reports.audit.readonly"],
    needs: Needs::AnyAdministrator,
};
const SIZE: Size = Size { parameter: "maxResults", default: 1000, maximum: 1000, beyond: Beyond::Refused };
const APPLICATIONS: [&str; 4] = ["admin", "token", "access_evaluation", "login"];
/// Nothing older is kept, whatever `startTime` says.
const WINDOW: SignedDuration = SignedDuration::from_hours(180 * 24);

/// `GET /admin/reports/v1/activity/users/{userKey}/applications/{applicationName}`
pub(super) async fn activities(
    State(shared): State<Arc<Shared>>,
    Path((user, application)): Path<(String, String)>,
    call: Call,
) -> Result<Json<Value>, Refusal> {
    let tenant = shared.admit(&call, &LIST)?.tenant;
    if !APPLICATIONS.contains(&application.as_str()) {
        return Err(Refusal::invalid(API, format!("Invalid value at 'application_name': {application}")));
    }
    if call.get("customerId").is_some_and(|key| !shared.is_customer(key)) {
        return Err(Refusal::bad_request(API, "Bad Request: customerId"));
    }
    if call.get("filters").is_some() {
        return Err(Refusal::invalid(API, "The simulator has no filters: ask for the window and filter locally"));
    }
    let now = shared.clock.now();
    let time = |name: &str| match call.get(name) {
        None => Ok(None),
        Some(text) => {
            let read = text.parse::<Timestamp>().map(Some);
            read.map_err(|_| Refusal::invalid(API, format!("Invalid value '{text}' for {name}")))
        }
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    if start.is_some_and(|start| start > end.unwrap_or(now)) {
        return Err(Refusal::invalid(API, "Start time should be before end time"));
    }
    let oldest = now.saturating_sub(WINDOW).unwrap_or(now);
    let start = start.map_or(oldest, |start| start.max(oldest));

    let account = tenant.people.account(&user);
    let chosen = tenant.log.iter().filter(|entry| {
        let actor = user == "all"
            || entry.actor.as_ref().is_some_and(|(id, email)| match account {
                Some(account) => account.id == *id,
                None => user == *id || user.eq_ignore_ascii_case(email),
            });
        actor
            && entry.application == application
            && entry.at >= start
            && entry.at <= end.unwrap_or(now)
            && call.get("eventName").is_none_or(|name| entry.names.iter().any(|known| known == name))
            && call.get("actorIpAddress").is_none_or(|address| entry.address == address)
    });
    let chosen: Vec<_> = chosen.map(|entry| &entry.record).collect();
    Ok(Json(shared.page(&call, API, &SIZE, &chosen)?.tagged_body("admin#reports#activities", "items")))
}
