//! Accepted risks: they hide a finding until a date, never for ever, and say so themselves when they do nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::{AppId, CheckId, Email, OrgUnitPath};
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
    /// Only for this app.
    pub app: Option<AppId>,
    /// Why it is accepted.
    pub reason: String,
    /// Until when, the day included (UTC).
    pub expires: Date,
    /// File and line.
    pub locator: String,
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
            && self.app.as_ref().is_none_or(|wanted| subject.app.as_ref() == Some(wanted))
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
                result.suppression = Some(Suppression { reason: suppress.reason.clone(), expires: suppress.expires });
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
