//! Admin SDK Reports API (Discovery document `admin reports_v1`): activities.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::call::Call;
use super::client::Session;
use super::customer::CustomerKey;
use super::endpoint::Api;
use super::pages::{List, Pages, pages};

/// The log that an activity belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Application {
    /// What administrators did.
    Admin,
    /// What users granted to apps.
    Token,
    /// Why a token request was allowed.
    AccessEvaluation,
}

impl Application {
    /// The name in the API's path and in `id.applicationName`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Token => "token",
            Self::AccessEvaluation => "access_evaluation",
        }
    }
}

/// One activity: who did what, in one or several events.
#[derive(Debug, Clone, Deserialize)]
pub struct Activity {
    /// When, and which.
    pub id: ActivityId,
    /// Who; absent for Google itself.
    #[serde(default)]
    pub actor: Actor,
    /// What, in Google's order.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// Identity of an activity: time, qualifier and application together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityId {
    /// When it happened.
    pub time: Timestamp,
    /// An int64 as text, negative ones included.
    pub unique_qualifier: String,
    /// `admin`, `token`, …
    pub application_name: Option<String>,
    /// The tenant.
    pub customer_id: Option<String>,
}

/// Who acted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// Their address at that time.
    pub email: Option<String>,
    /// Their stable id; `105250506097979753968` stands for unknown actors.
    pub profile_id: Option<String>,
    /// The client an action came through.
    pub application_info: Option<ApplicationInfo>,
}

/// The client an action came through.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationInfo {
    /// Its client ID.
    pub oauth_client_id: Option<String>,
    /// The name that its developer chose: hostile.
    pub application_name: Option<String>,
}

/// One event of an activity.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// Such as `SECURITY_SETTINGS`.
    #[serde(rename = "type")]
    pub event_type: Option<String>,
    /// Such as `SESSION_CONTROL_SETTINGS_CHANGE`.
    pub name: String,
    /// Its parameters, in any order.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Whether it took effect; absent where none was recorded.
    pub status: Option<EventStatus>,
}

/// Whether an event took effect.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventStatus {
    /// `SUCCEEDED`, `SUCCEEDED_WITH_WARNINGS`, `FAILED`, `SKIPPED`, `UNKNOWN_EVENT_STATUS`, or whatever Google adds.
    pub event_status: Option<String>,
}

/// One parameter. Which field is present decides its type, not what Google's table says.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Text.
    pub value: Option<String>,
    /// A number, mostly as text.
    pub int_value: Option<Value>,
    /// A switch.
    pub bool_value: Option<bool>,
    /// Several texts.
    pub multi_value: Option<Vec<String>>,
    /// Several numbers.
    pub multi_int_value: Option<Vec<Value>>,
    /// A message.
    pub message_value: Option<Value>,
    /// Several messages.
    pub multi_message_value: Option<Vec<Value>>,
}

impl Event {
    /// The parameter of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The text of the parameter of that name; `None` also where there are two of them, as neither can be preferred.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let mut named = self.parameters.iter().filter(|parameter| parameter.name == name);
        match (named.next(), named.next()) {
            (Some(only), None) => only.value.as_deref(),
            (Some(_), Some(_)) | (None, _) => None,
        }
    }

    /// `SETTING_NAME` as a token, whatever its spelling: `Google Cloud session` is `GOOGLE_CLOUD_SESSION`. Events on
    /// application settings (`CHANGE_APPLICATION_SETTING`, …) say by it what they are about.
    #[must_use]
    pub fn setting_name(&self) -> Option<String> {
        let name = self.text("SETTING_NAME")?;
        Some(name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect())
    }
}

impl Parameter {
    /// Every text in it: the value, or the several values.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.value.as_deref().into_iter().chain(self.multi_value.iter().flatten().map(String::as_str))
    }
}

/// Which activities. Without an end and with a start more than 180 days ago Google returns the last 180 days.
#[derive(Debug, Clone)]
pub struct ActivityQuery {
    /// Of which log.
    pub application: Application,
    /// From then on. Must be before now.
    pub start: Option<Timestamp>,
    /// Until then.
    pub end: Option<Timestamp>,
    /// With an event of that name; the activity's other events come with it. Draws on
    /// [`Pace::FilteredReports`](super::Pace::FilteredReports).
    pub event_name: Option<String>,
    /// Of which customer.
    pub customer: CustomerKey,
}

/// Activities of all users, commonly newest first, though nothing promises an order.
#[must_use]
pub fn activities(session: &Session, query: &ActivityQuery) -> Pages<Activity> {
    let call = Call::new(
        Api::Reports,
        "reports.activities.list",
        "/admin/reports/v1/activity/users/all/applications/{applicationName}",
        &[query.application.as_str()],
    )
    .with("maxResults", "1000")
    .with_some("startTime", query.start.map(|time| time.to_string()))
    .with_some("endTime", query.end.map(|time| time.to_string()))
    .with_some("eventName", query.event_name.clone())
    .with_some("customerId", query.customer.id())
    .about(&query.customer);
    pages(session, call, List { items: "items", id: "id" })
}
