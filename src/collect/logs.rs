//! The Reports API's logs.

use crate::evidence::AppDefinition;
use crate::google::reports::{self, Activity, ActivityQuery, Application, Event};
use crate::google::{Google, Pace, Raw};
use crate::snapshot::{Line, RecordKind, SourceId, WriteError};

use super::plan::Plan;
use super::source::{Finished, Observer, Reading};

/// A user whom the token log ties to an app under audit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TiedUser {
    /// Their stable id; Google's placeholder for unknown actors is left out.
    pub(super) id: Option<String>,
    /// Their address at that time.
    pub(super) email: Option<String>,
}

/// The users whom the token log ties to the apps under audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TiedUsers {
    /// The users, each once.
    pub(super) users: Vec<TiedUser>,
    /// Whether the log was read in full.
    pub(super) whole: bool,
}

/// Stands for system and unknown actors in `actor.profileId`.
const NOBODY: &str = "105250506097979753968";

fn query(plan: &Plan, application: Application, event_name: Option<&str>) -> ActivityQuery {
    ActivityQuery {
        application,
        start: Some(plan.log_from(application)),
        end: Some(plan.now),
        event_name: event_name.map(str::to_owned),
        customer: plan.customer.clone(),
    }
}

/// A log in full. Filtered by nothing: a filter on a parameter that Google renamed would return nothing, without a word.
pub(super) async fn whole(
    google: &Google,
    plan: &Plan,
    source: SourceId,
    application: Application,
    observer: &dyn Observer,
) -> Result<Finished, WriteError> {
    let mut reading = Reading::begin(google, source, Pace::Reports, observer)?;
    let pages = reports::activities(&reading.session, &query(plan, application, None));
    reading.keep_pages(pages, |raw| Line::new(RecordKind::Activity(application), raw), |_| {}).await?;
    reading.record.window_from = Some(plan.log_from(application));
    reading.record.window_to = Some(plan.now);
    Ok(reading.finish())
}

/// Authorisations and revocations of the token log; its `activity` events, one per API call, are left where they are.
pub(super) async fn token(
    google: &Google,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<(Finished, TiedUsers), WriteError> {
    let mut reading = Reading::begin(google, SourceId::TokenLog, Pace::FilteredReports, observer)?;
    let mut tied = Vec::new();
    let mut unreadable = false;
    for name in ["authorize", "revoke"] {
        let pages = reports::activities(&reading.session, &query(plan, Application::Token, Some(name)));
        reading
            .keep_pages(
                pages,
                |raw| Line::new(RecordKind::Activity(Application::Token), raw),
                |raw: &Raw<Activity>| match raw.read() {
                    Ok(activity) => tied.extend(tied_by(&activity, &plan.apps)),
                    Err(_) => unreadable = true,
                },
            )
            .await?;
        if !reading.record.is_complete() {
            break;
        }
    }
    reading.record.window_from = Some(plan.log_from(Application::Token));
    reading.record.window_to = Some(plan.now);
    tied.sort();
    tied.dedup();
    let tied = TiedUsers { users: tied, whole: reading.record.is_complete() && !unreadable };
    Ok((reading.finish(), tied))
}

fn tied_by(activity: &Activity, apps: &[AppDefinition]) -> Option<TiedUser> {
    let concerns = |event: &Event| {
        apps.iter().any(|app| {
            event.text("client_id").is_some_and(|id| app.client_ids.iter().any(|client| client.as_str() == id))
                || event.text("app_name").is_some_and(|name| app.may_be_called(name))
        })
    };
    if !activity.events.iter().any(concerns) {
        return None;
    }
    let id = activity.actor.profile_id.clone().filter(|id| id != NOBODY && !id.is_empty());
    let email = activity.actor.email.clone().filter(|email| !email.is_empty());
    (id.is_some() || email.is_some()).then_some(TiedUser { id, email })
}
