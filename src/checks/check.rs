use serde::Serialize;

use super::engine::Inquiry;
use crate::domain::{OrgUnitPath, Severity};
use crate::report::model::{
    AppAccess, CheckResult, CloudSession, Connection, OrgUnit, SessionSetter, Status, SubjectKind,
};
use crate::snapshot::SourceId;

/// What a check is, for people.
#[derive(Debug, Clone)]
pub struct Meta {
    /// Public and never reused.
    pub id: String,
    /// The pack it belongs to.
    pub pack: String,
    /// What the framework behind the pack calls it, such as `3.1.3.5.1`.
    pub control: Option<String>,
    /// In a few words.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// What its results are about.
    pub subject: SubjectKind,
    /// Whether it decides by itself, or says where a person has to look.
    pub automated: bool,
    /// The settings that it rests on, by their names in `missing` and `unread_events`.
    pub settings: Vec<String>,
    /// The sources that it rests on: where one is not whole, its answer may be open.
    pub sources: Vec<SourceId>,
    /// Why anybody should care.
    pub why: String,
    /// When it fails.
    pub fails_when: String,
    /// When the question does not arise.
    pub not_applicable_when: String,
    /// What cures a failure.
    pub fix: String,
    /// What it cannot see.
    pub limits: String,
    /// Where the facts behind it can be read.
    pub references: Vec<String>,
    /// Goals of other checks that collide with it.
    pub conflicts: Vec<Conflict>,
}

/// A check whose goal collides with another's: whoever satisfies one fails the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Conflict {
    /// The other check.
    pub check: String,
    /// What following one costs the other, in a sentence.
    pub trade: String,
}

/// A settled result and what its report shows of its subject, be the report fresh or read back from a file.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'r> {
    /// The result.
    pub result: &'r CheckResult,
    /// The subject's org unit.
    pub org_unit: Option<&'r OrgUnit>,
    /// The subject itself, where it is a connection.
    pub connection: Option<&'r Connection>,
}

impl<'r> Shown<'r> {
    fn is_connection(&self) -> bool {
        self.result.subject.kind == SubjectKind::Connection
    }

    /// Session control in force for the subject. A connection's may be another than its org unit's.
    #[must_use]
    pub fn session(&self) -> Option<&'r CloudSession> {
        if self.is_connection() {
            return self.connection?.cloud_session.as_ref();
        }
        self.org_unit.map(|unit| &unit.cloud_session)
    }

    /// What sets it.
    #[must_use]
    pub fn session_set_by(&self) -> SessionSetter {
        if self.is_connection() {
            return self.connection.and_then(|connection| connection.session_set_by).unwrap_or(SessionSetter::Unknown);
        }
        SessionSetter::Console
    }

    /// The app's access level in force for the subject; of a connection, its client's.
    #[must_use]
    pub fn access(&self) -> Option<&'r AppAccess> {
        if self.is_connection() {
            return self.connection?.access.as_ref();
        }
        self.org_unit?.apps.get(self.result.subject.app.as_ref()?)
    }

    /// The org unit where a setting would be changed: the one that it is inherited from, else the subject's own.
    #[must_use]
    pub fn kept_at(&self, inherited_from: Option<&'r OrgUnitPath>) -> String {
        match inherited_from.or(self.result.subject.org_unit.as_ref()) {
            Some(path) => format!("in {path}"),
            None => "for the subject".to_owned(),
        }
    }
}

/// Something that would turn a result into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// What happens, all of it.
    pub steps: Vec<String>,
    /// The verdicts that may then come out.
    pub then: Vec<Status>,
}

impl Turn {
    /// By one step.
    #[must_use]
    pub fn by(step: impl Into<String>, then: &[Status]) -> Self {
        Self { steps: vec![step.into()], then: then.to_vec() }
    }
}

/// A rule over facts, in Rust or declared in a pack.
pub trait Check: Send + Sync {
    /// What it is.
    fn meta(&self) -> &Meta;

    /// Whether it asks about every user, not only about administrators: their accounts must then be kept.
    fn asks_of_everybody(&self) -> bool {
        false
    }

    /// A result for every subject that the inquiry includes, and one for the tenant where subjects could not be listed,
    /// so that nothing vanishes.
    fn judge(&self, inquiry: &Inquiry<'_>) -> Vec<CheckResult>;

    /// What would turn a pass, or a question that does not arise, in the settings that the report shows. Of a failure
    /// only what its remediation alone does not turn; of an open answer nothing, as what is missing tells that.
    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn>;
}
