//! Canaries: connections of our own, whose fate shows what the settings do.
//!
//! Google refuses to refresh a grant with a Cloud scope once the user's session has run out (`invalid_rapt`), unless
//! trusted apps are exempt and the client is Trusted. Which of these is the case can be read off refreshes that are tried
//! regularly, with nobody looking. A snapshot holds what was tried and what came of it, never a token.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::domain::{ClientId, Email, OrgUnitPath};

/// What the operator made a canary for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CanaryRole {
    /// Its client is meant to be Trusted.
    Trusted,
    /// Its client was made for this and never given a level.
    Untrusted,
}

/// What came of one refresh.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CanaryOutcome {
    /// Google gave an access token.
    Refreshed,
    /// Google wants the user to sign in again (`invalid_rapt`, `rapt_required`).
    SessionOver,
    /// Something else: it says nothing about the settings.
    Inconclusive(String),
}

/// One refresh.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CanaryTry {
    /// When, by Google's clock.
    pub at: Timestamp,
    /// When the grant was last authorised by its user.
    pub authorized_at: Timestamp,
    /// What came of it.
    pub outcome: CanaryOutcome,
}

impl CanaryTry {
    /// How long after the authorisation it was.
    #[must_use]
    pub fn age(&self) -> SignedDuration {
        self.at.duration_since(self.authorized_at)
    }
}

/// A connection of our own.
#[derive(Debug, Clone)]
pub struct Canary {
    /// The operator's name for it.
    pub id: String,
    /// Where its user was when it was added.
    pub org_unit: OrgUnitPath,
    /// What it was made for.
    pub role: CanaryRole,
    /// Its client.
    pub client: ClientId,
    /// Its user.
    pub user: Email,
    /// Whether no org unit below showed an override when it was added.
    pub below: super::attestation::Below,
    /// When the operator last said what it is: the last authorisation.
    pub stated_at: Timestamp,
    /// What was tried, in time order.
    pub tries: Vec<CanaryTry>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    org_unit: String,
    role: String,
    client_id: String,
    user: String,
    below: Option<String>,
    added_at: Timestamp,
    #[serde(default)]
    lives: Vec<Life>,
}

#[derive(Deserialize)]
struct Life {
    authorized_at: Timestamp,
    #[serde(default)]
    tries: Vec<Try>,
}

#[derive(Deserialize)]
struct Try {
    at: Timestamp,
    outcome: String,
    detail: Option<String>,
    /// Absent for Google's clock.
    clock: Option<String>,
}

/// Reads a snapshot's record; `None` where it is not one of a canary that this version understands.
pub(super) fn read(record: &serde_json::value::RawValue) -> Option<Canary> {
    let record: Record = serde_json::from_str(record.get()).ok()?;
    let role = match record.role.as_str() {
        "trusted" => CanaryRole::Trusted,
        "untrusted" => CanaryRole::Untrusted,
        _ => return None,
    };
    let below = match record.below.as_deref() {
        None => super::attestation::Below::Unsaid,
        Some("inherit") => super::attestation::Below::Inherit,
        Some(_) => return None,
    };
    let stated_at = record.lives.iter().map(|life| life.authorized_at).max().unwrap_or(record.added_at);
    let mut tries: Vec<CanaryTry> = record
        .lives
        .iter()
        .flat_map(|life| {
            life.tries.iter().map(|one| CanaryTry {
                at: one.at,
                authorized_at: life.authorized_at,
                outcome: match one.outcome.as_str() {
                    // How old the grant was is not known for certain then.
                    _ if one.clock.is_some() => CanaryOutcome::Inconclusive("timed by another clock".to_owned()),
                    "refreshed" => CanaryOutcome::Refreshed,
                    "invalid_rapt" | "rapt_required" => CanaryOutcome::SessionOver,
                    other => CanaryOutcome::Inconclusive(match &one.detail {
                        Some(detail) => format!("{other}: {detail}"),
                        None => other.to_owned(),
                    }),
                },
            })
        })
        .collect();
    tries.sort();
    tries.dedup();
    Some(Canary {
        org_unit: OrgUnitPath::from_google(&record.org_unit)?,
        client: ClientId::from_google(&record.client_id)?,
        user: Email::from_google(&record.user)?,
        id: record.id,
        role,
        below,
        stated_at,
        tries,
    })
}
