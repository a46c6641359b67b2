//! Canaries: connections of our own, whose fate shows what the settings do.
//!
//! Google refuses to refresh a grant with a Cloud scope once the user's session has run out (`invalid_rapt`), unless
//! trusted apps are exempt and the client is Trusted. Which of these is the case can be read off refreshes that are tried
//! regularly, with nobody looking. A snapshot holds what was tried and what came of it, never a token.

use jiff::{SignedDuration, Timestamp};

use super::attestation::Below;
use crate::domain::{CanaryBelow, CanaryRole, ClientId, Clock, Email, OrgUnitPath, TryOutcome};
use crate::snapshot::{self, CanaryRecord};

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
    /// That user's stable id, where it is known.
    pub user_id: Option<String>,
    /// Whether no org unit below showed an override when it was added.
    pub below: Below,
    /// When the operator last said what it is: the last authorisation.
    pub stated_at: Timestamp,
    /// What was tried, in time order.
    pub tries: Vec<CanaryTry>,
}

impl Canary {
    /// What a snapshot's record tells.
    pub(super) fn of(record: CanaryRecord) -> Self {
        let stated_at = record.lives.iter().map(|life| life.authorized_at).max().unwrap_or(record.added_at);
        let mut tries: Vec<CanaryTry> = record
            .lives
            .iter()
            .flat_map(|life| {
                let of = |one: &snapshot::CanaryTry| CanaryTry {
                    at: one.at,
                    authorized_at: life.authorized_at,
                    outcome: outcome_of(one),
                };
                life.tries.iter().map(of)
            })
            .collect();
        tries.sort();
        tries.dedup();
        Self {
            id: record.id.to_string(),
            org_unit: record.org_unit,
            role: record.role,
            client: record.client_id,
            user: record.user,
            user_id: record.user_id,
            below: match record.below {
                Some(CanaryBelow::Inherit) => Below::Inherit,
                None => Below::Unsaid,
            },
            stated_at,
            tries,
        }
    }
}

fn outcome_of(one: &snapshot::CanaryTry) -> CanaryOutcome {
    let inconclusive = match (one.clock, &one.detail) {
        // How old the grant was is not known for certain then.
        (Clock::Machine, _) => "timed by this machine's clock".to_owned(),
        (Clock::Google, Some(detail)) => format!("{}: {detail}", one.outcome),
        (Clock::Google, None) => one.outcome.to_string(),
    };
    match one.clock {
        Clock::Google if one.outcome == TryOutcome::Refreshed => CanaryOutcome::Refreshed,
        Clock::Google if one.outcome.is_reauth() => CanaryOutcome::SessionOver,
        Clock::Google | Clock::Machine => CanaryOutcome::Inconclusive(inconclusive),
    }
}
