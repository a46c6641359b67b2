//! Accepted risks: they hide a finding until a date, never for ever, and say so themselves when they do nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::document::{ConfigError, Fault, Place};
use crate::domain::{AppId, CheckId, ClientId, Email, OrgUnitPath};
use crate::report::model::{CheckResult, Status, Suppression};

/// One accepted risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppress {
    /// The check.
    pub check: CheckId,
    /// Only in this org unit and below.
    pub org_unit: Option<OrgUnitPath>,
    /// Only for this user.
    pub user: Option<Email>,
    /// Only for the members of this group: its address, or `groups/` and its id.
    pub group: Option<String>,
    /// Only for this app.
    pub app: Option<AppId>,
    /// Only for this client.
    pub client_id: Option<ClientId>,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Until when, the day included (UTC).
    pub expires: Date,
    /// File and line.
    pub locator: String,
    /// The same, for faults.
    pub place: Place,
}

/// Suppressions of checks that do not exist. Which exist is known only once the operator's packs are read, and the
/// configuration says where they are.
#[must_use]
pub fn unknown_checks(suppressions: &[Suppress], exists: impl Fn(&str) -> bool) -> Option<ConfigError> {
    let faults: Vec<Fault> = suppressions
        .iter()
        .filter(|suppress| !exists(suppress.check.as_str()))
        .map(|suppress| Fault {
            place: suppress.place.clone(),
            message: format!("check: there is no check \"{}\"; `gwsaudit checks list` shows all", suppress.check),
        })
        .collect();
    (!faults.is_empty()).then_some(ConfigError { faults })
}

impl Suppress {
    fn matches(&self, result: &CheckResult) -> bool {
        let subject = &result.subject;
        self.check == result.check
            && self
                .org_unit
                .as_ref()
                .is_none_or(|wanted| subject.org_unit.as_ref().is_some_and(|path| wanted.contains(path)))
            && self.user.as_ref().is_none_or(|wanted| subject.user.as_ref() == Some(wanted))
            && self
                .group
                .as_ref()
                .is_none_or(|wanted| subject.group.as_ref().is_some_and(|group| group.eq_ignore_ascii_case(wanted)))
            && self.app.as_ref().is_none_or(|wanted| subject.app.as_ref() == Some(wanted))
            && self.client_id.as_ref().is_none_or(|wanted| subject.client_id.as_ref() == Some(wanted))
    }
}

/// Hides what was accepted; returns remarks on suppressions that expired or match nothing.
pub fn apply(suppressions: &[Suppress], results: &mut [CheckResult], as_of: Timestamp) -> Vec<String> {
    let today = as_of.to_zoned_datetime(TimeZone::UTC).date();
    let mut remarks = Vec::new();
    for suppress in suppressions {
        let about = format!("the suppression of {} at {}", suppress.check, suppress.locator);
        if suppress.expires < today {
            remarks.push(format!("{about} expired on {} and hides nothing any more", suppress.expires));
            continue;
        }
        let mut used = false;
        for result in results.iter_mut().filter(|result| suppress.matches(result)) {
            if result.status == Status::Fail {
                result.status = Status::Suppressed;
                result.confidence = None;
                result.suppression = Some(Suppression {
                    reason: suppress.reason.clone(),
                    owner: suppress.owner.clone(),
                    expires: suppress.expires,
                });
                used = true;
            } else if result.status == Status::Suppressed {
                used = true;
            }
        }
        if !used {
            remarks.push(format!("{about} matches no failure; it can be removed"));
        }
    }
    remarks
}
