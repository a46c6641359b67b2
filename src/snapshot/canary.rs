use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CanaryBelow, CanaryId, CanaryRole, ClientId, Clock, Email, OrgUnitPath, TryOutcome};

/// A canary, and what became of its connections: the data of a `canary` record. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryRecord {
    /// Which.
    pub id: CanaryId,
    /// The org unit whose settings it feels, as its operator named it.
    pub org_unit: OrgUnitPath,
    /// What its client is there.
    pub role: CanaryRole,
    /// Its client.
    pub client_id: ClientId,
    /// Its user, when it was authorised.
    pub user: Email,
    /// That user's stable id in the Directory API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What was seen of the org units below, when it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<CanaryBelow>,
    /// When it was added.
    pub added_at: Timestamp,
    /// When the Directory API last showed its user in that org unit; none where that was never asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_unit_checked_at: Option<Timestamp>,
    /// One for each time that its user authorised it, in time order.
    pub lives: Vec<CanaryLife>,
}

/// What became of one authorisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryLife {
    /// When the code was exchanged. The user may have signed in to the browser's session earlier.
    pub authorized_at: Timestamp,
    /// The tries to refresh, in time order. Of a run of equal outcomes the first and the last are kept.
    pub tries: Vec<CanaryTry>,
}

/// One try to refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryTry {
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: TryOutcome,
    /// Google's words: hostile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// By whose clock; absent for Google's.
    #[serde(default, skip_serializing_if = "is_googles")]
    pub clock: Clock,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_googles(clock: &Clock) -> bool {
    *clock == Clock::Google
}

impl CanaryLife {
    /// Of a run of equal outcomes the first and the last: what lies between them says nothing more.
    #[must_use]
    pub fn of(authorized_at: Timestamp, mut tries: Vec<CanaryTry>) -> Self {
        tries.sort_by_key(|one| one.at);
        let mut kept: Vec<CanaryTry> = Vec::new();
        for one in tries {
            match kept.as_mut_slice() {
                [.., before, last] if before.outcome == one.outcome && last.outcome == one.outcome => *last = one,
                _ => kept.push(one),
            }
        }
        Self { authorized_at, tries: kept }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_kept_as_first_and_last() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let one = |second: i64, outcome| CanaryTry { at: at(second), outcome, detail: None, clock: Clock::Google };
        use TryOutcome::{InvalidRapt as No, Refreshed as Yes};
        let tries = [Yes, Yes, Yes, Yes, No, Yes, No, No, No];
        let tries = (1_i32..10).map(i64::from).zip(tries).map(|(second, outcome)| one(second, outcome)).rev().collect();
        let kept: Vec<(i64, TryOutcome)> =
            CanaryLife::of(at(0), tries).tries.iter().map(|one| (one.at.as_second(), one.outcome)).collect();
        assert_eq!(kept, [(1, Yes), (4, Yes), (5, No), (6, Yes), (7, No), (9, No)]);
    }

    #[test]
    fn a_record_is_written_as_it_is_documented() {
        let record = CanaryRecord {
            id: "sales-untrusted".parse().expect("an id"),
            org_unit: "/Sales".parse().expect("a path"),
            role: CanaryRole::Untrusted,
            client_id: "1-a".parse().expect("a client"),
            user: "canary@example.com".parse().expect("an address"),
            user_id: None,
            below: Some(CanaryBelow::Inherit),
            added_at: "2026-11-20T10:00:00Z".parse().expect("a time"),
            org_unit_checked_at: None,
            lives: vec![CanaryLife::of(
                "2026-11-20T10:00:00Z".parse().expect("a time"),
                vec![CanaryTry {
                    at: "2026-11-21T10:00:01Z".parse().expect("a time"),
                    outcome: TryOutcome::InvalidRapt,
                    detail: Some("invalid_grant: x".to_owned()),
                    clock: Clock::Google,
                }],
            )],
        };
        let written = serde_json::to_string(&record).expect("JSON");
        assert_eq!(
            written,
            r#"{"id":"sales-untrusted","org_unit":"/Sales","role":"untrusted","client_id":"1-a","user":"canary@example.com","below":"inherit","added_at":"2026-11-20T10:00:00Z","lives":[{"authorized_at":"2026-11-20T10:00:00Z","tries":[{"at":"2026-11-21T10:00:01Z","outcome":"invalid_rapt","detail":"invalid_grant: x"}]}]}"#
        );
        assert_eq!(serde_json::from_str::<CanaryRecord>(&written).expect("a record"), record);
    }
}
