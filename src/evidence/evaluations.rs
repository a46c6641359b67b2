//! The access-evaluation log: by which setting a client was allowed a token for a user.
//!
//! Google documents allowed evaluations only (`allow_token_request`, `allow_token_impersonation`), and as their
//! `configuration_source` whether administrators configured the app, not at which level. No parameter names the app: it
//! is `actor.applicationInfo.oauthClientId` (Discovery document `admin reports_v1`, appendix page access-evaluation).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::item::{Item, Source};
use crate::domain::ClientId;
use crate::google::reports::{Activity, Event};
use crate::snapshot::SourceId;

/// Why a client was allowed (`configuration_source`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigurationSource {
    /// `APP_ACCESS_CONTROL`: administrators configured the app, at a level that allows it.
    AppAccessControl,
    /// `CONFIGURATION_SOURCE_UNSPECIFIED`: no policy of an administrator about the app.
    Unspecified,
    /// `DOMAIN_WIDE_DELEGATION`, `GOOGLE_WORKSPACE_MARKETPLACE`, `MOBILE_DEVICE_MANAGEMENT`: allowed by another way.
    AnotherWay(String),
    /// A word that Google does not document, or none.
    Unknown(String),
}

impl ConfigurationSource {
    fn read(text: Option<&str>) -> Self {
        match text {
            Some("APP_ACCESS_CONTROL") => Self::AppAccessControl,
            Some("CONFIGURATION_SOURCE_UNSPECIFIED") => Self::Unspecified,
            Some(way @ ("DOMAIN_WIDE_DELEGATION" | "GOOGLE_WORKSPACE_MARKETPLACE" | "MOBILE_DEVICE_MANAGEMENT")) => {
                Self::AnotherWay(way.to_owned())
            }
            Some(other) => Self::Unknown(other.to_owned()),
            None => Self::Unknown(String::new()),
        }
    }

    /// The word that Google wrote.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AppAccessControl => "APP_ACCESS_CONTROL",
            Self::Unspecified => "CONFIGURATION_SOURCE_UNSPECIFIED",
            Self::AnotherWay(text) | Self::Unknown(text) => text,
        }
    }
}

/// The latest evaluation of its kind: one client, one user, one configuration source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evaluation {
    /// When.
    pub at: Timestamp,
    /// Which activity (`id.uniqueQualifier`).
    pub qualifier: String,
    /// The event's name.
    pub name: String,
    /// Whose token: the address at that time.
    pub email: Option<String>,
    /// Whose token: the stable id.
    pub profile_id: Option<String>,
    /// Which client.
    pub client: ClientId,
    /// By which setting.
    pub source: ConfigurationSource,
}

impl Evaluation {
    /// As a piece of evidence.
    #[must_use]
    pub fn item(&self) -> Item {
        let who = self.email.as_deref().or(self.profile_id.as_deref()).unwrap_or("an unknown user");
        Item {
            at: Some(self.at),
            source: Source::Google(SourceId::AccessEvaluationLog),
            locator: format!("uniqueQualifier={}", self.qualifier),
            says: format!("{} of {} for {who}: configuration_source={}", self.name, self.client, self.source.as_str()),
            actor: self.email.clone().or_else(|| self.profile_id.clone()),
        }
    }
}

/// What is kept of the log: of each client, user and configuration source the latest evaluation, however many there are.
#[derive(Debug, Default)]
pub(super) struct Latest {
    kept: BTreeMap<(ClientId, Option<String>, Option<String>, ConfigurationSource), Evaluation>,
}

impl Latest {
    pub(super) fn take(&mut self, evaluation: Evaluation) {
        let key = (
            evaluation.client.clone(),
            evaluation.profile_id.clone(),
            evaluation.email.clone(),
            evaluation.source.clone(),
        );
        match self.kept.entry(key) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(evaluation);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                if *entry.get() < evaluation {
                    entry.insert(evaluation);
                }
            }
        }
    }

    pub(super) fn into_sorted(self) -> Vec<Evaluation> {
        let mut all: Vec<Evaluation> = self.kept.into_values().collect();
        all.sort();
        all
    }
}

/// What one activity shows.
pub(super) struct Shown {
    pub(super) evaluations: Vec<Evaluation>,
    /// Evaluations that name no client: nothing can be made of them.
    pub(super) nameless: u64,
}

/// The token evaluations of one activity.
pub(super) fn read_activity(activity: &Activity) -> Shown {
    let client = activity
        .actor
        .application_info
        .as_ref()
        .and_then(|info| info.oauth_client_id.as_deref())
        .and_then(ClientId::from_google);
    let mut shown = Shown { evaluations: Vec::new(), nameless: 0 };
    for event in activity.events.iter().filter(|event| speaks_of_configuration(event)) {
        let Some(client) = &client else {
            shown.nameless += 1;
            continue;
        };
        shown.evaluations.push(Evaluation {
            at: activity.id.time,
            qualifier: activity.id.unique_qualifier.clone(),
            name: event.name.clone(),
            email: activity.actor.email.clone(),
            profile_id: activity.actor.profile_id.clone(),
            client: client.clone(),
            source: ConfigurationSource::read(event.text("configuration_source")),
        });
    }
    shown
}

/// `allow_credential_validation_request` is documented without a configuration source and says nothing about apps.
fn speaks_of_configuration(event: &Event) -> bool {
    event.parameter("configuration_source").is_some()
        || matches!(event.name.as_str(), "allow_token_request" | "allow_token_impersonation")
}
