//! Checks that packs declare: the same facts, verdicts and reports as those in Rust.
//!
//! Users who are alike in org unit, groups and licences are judged once, and an org unit that fares as the one above it,
//! for the same reasons, has no row of its own: [`Covers`] says for how many a row speaks.

mod evaluation;
#[cfg(test)]
mod lost_tests;
mod org_units;
mod others;
mod scope;
mod subjects;

use std::sync::Arc;

use self::evaluation::{Fared, Rule};
use super::check::{Check, Conflict, Meta, Shown, Turn};
use super::engine::{Acceptance, Inquiry};
use super::language::{Declared, Root, SubjectKind as Asked, Verdict as Way};
use super::verdict::Verdict;
use crate::report::model::{CheckResult, Covers, Remediation, Status, Subject, SubjectKind};
use crate::snapshot::SourceId;

/// A check that a pack declares.
pub(super) struct DeclaredCheck {
    declared: Arc<Declared>,
    meta: Meta,
}

impl DeclaredCheck {
    pub(super) fn new(declared: Arc<Declared>) -> Self {
        let meta = meta(&declared);
        Self { declared, meta }
    }

    /// The declaration.
    pub(super) fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The result about a subject that fares so.
    fn result(
        &self,
        subject: Subject,
        fared: &Fared,
        covers: Option<Covers>,
        acceptance: Acceptance,
    ) -> Option<CheckResult> {
        let verdict = Verdict::of(fared.outcome(), acceptance, &self.meta.id);
        let title = &self.meta.title;
        let summary = match verdict.status {
            Status::Pass => format!("{title}."),
            Status::Fail | Status::Suppressed => fared.message.clone().unwrap_or_else(|| format!("Not so: {title}.")),
            Status::NotApplicable => format!("The question does not arise: {title}."),
            Status::Undetermined | Status::Manual => format!("Not known: {title}."),
        };
        let remediation = (verdict.status == Status::Fail).then(|| self.remediation(&subject));
        let mut result = verdict.into_result(&self.meta, subject, summary, remediation)?;
        result.covers = covers;
        Some(result)
    }

    /// Where to go in the console, and what to do there.
    fn remediation(&self, subject: &Subject) -> Remediation {
        let cure = &self.declared.remediation;
        let place = match (&subject.org_unit, &subject.group) {
            (Some(path), _) => format!(", select the org unit {path}"),
            (None, Some(group)) => format!(", select the group {group}"),
            (None, None) => String::new(),
        };
        let first = cure.console.as_ref().map(|console| format!("In the Admin console open {console}{place}."));
        Remediation::new(first.into_iter().chain(cure.steps.iter().cloned()).collect(), cure.url.clone())
    }

    /// What a person has to look for.
    fn by_hand(&self) -> Option<CheckResult> {
        let manual = self.declared.manual()?;
        let subject = Subject::tenant();
        let remediation = Some(self.remediation(&subject));
        let verdict = Verdict::manual();
        let summary = format!("{} ({}.)", manual.look_for, manual.reason.trim_end_matches('.'));
        verdict.into_result(&self.meta, subject, summary, remediation)
    }
}

impl Check for DeclaredCheck {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn asks_of_everybody(&self) -> bool {
        self.declared.subject == Asked::User && others::asks_of_ordinary_users(&self.declared)
    }

    fn judge(&self, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
        let Some(rule) = Rule::of(&self.declared) else { return self.by_hand().into_iter().collect() };
        match self.declared.subject {
            Asked::OrgUnit => org_units::judge(self, &rule, inquiry),
            Asked::Tenant => others::tenant(self, &rule, inquiry),
            Asked::User => others::users(self, &rule, inquiry),
            Asked::Group => others::groups(self, &rule, inquiry),
            Asked::App => others::apps(self, &rule, inquiry),
        }
    }

    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn> {
        match shown.result.status {
            Status::Pass | Status::NotApplicable => {
                let what = match self.declared.condition() {
                    Some(condition) if shown.result.status == Status::Pass => {
                        format!("what is in force changes so that this no longer holds: {}", condition.text())
                    }
                    Some(_) | None => "the question comes to arise".to_owned(),
                };
                vec![Turn::by(what, &[Status::Fail])]
            }
            Status::Fail | Status::Undetermined | Status::Manual | Status::Suppressed => Vec::new(),
        }
    }
}

fn meta(declared: &Declared) -> Meta {
    let (automated, fails_when, limits) = match &declared.verdict {
        Way::Automated(automated) => {
            (true, format!("this does not hold: {}", automated.condition.text()), declared.limits.clone())
        }
        Way::Manual(manual) => (false, "a person finds it so".to_owned(), Some(manual.reason.clone())),
    };
    let cure = &declared.remediation;
    Meta {
        id: declared.id.to_string(),
        pack: declared.pack.to_string(),
        control: declared.control.clone(),
        title: declared.title.clone(),
        severity: declared.severity,
        subject: match declared.subject {
            Asked::Tenant => SubjectKind::Tenant,
            Asked::OrgUnit => SubjectKind::OrgUnit,
            Asked::User => SubjectKind::User,
            Asked::Group => SubjectKind::Group,
            Asked::App => SubjectKind::App,
        },
        automated,
        settings: settings_of(declared),
        sources: sources_of(declared),
        why: declared.rationale.clone(),
        fails_when,
        not_applicable_when: match &declared.not_applicable {
            Some(condition) => format!("this holds: {}", condition.text()),
            None => "never: the question always arises".to_owned(),
        },
        fix: cure
            .console
            .iter()
            .map(|console| format!("{console}:"))
            .chain(cure.steps.iter().cloned())
            .collect::<Vec<_>>()
            .join(" "),
        limits: limits.unwrap_or_else(|| "Nothing beyond what its sources leave open.".to_owned()),
        references: declared.references.clone(),
        conflicts: declared
            .conflicts
            .iter()
            .map(|conflict| Conflict { check: conflict.check.to_string(), trade: conflict.trade.clone() })
            .collect(),
    }
}

/// Settings by their names in `missing` and `unread_events`.
fn settings_of(declared: &Declared) -> Vec<String> {
    let Some(rule) = Rule::of(declared) else { return Vec::new() };
    let mut names: Vec<String> = rule.settings.iter().map(ToString::to_string).collect();
    if rule.reads.contains(&Root::OrgUnit) {
        names.push(crate::facts::CLOUD_SESSION_CONTROL.to_owned());
    }
    names
}

/// What its inputs are made from. Groups, members and licences are asked for where policies name some, which shows only
/// when these are read.
fn sources_of(declared: &Declared) -> Vec<SourceId> {
    let mut sources: Vec<SourceId> = declared.sources.iter().filter_map(|id| id.parse().ok()).collect();
    let Some(rule) = Rule::of(declared) else { return sources };
    sources.push(SourceId::Customer);
    sources.extend_from_slice(match declared.subject {
        Asked::OrgUnit | Asked::Tenant => &[SourceId::OrgUnits][..],
        Asked::User => &[SourceId::OrgUnits, SourceId::Users, SourceId::RoleAssignments],
        Asked::Group => &[SourceId::OrgUnits, SourceId::Groups],
        Asked::App => &[SourceId::Users, SourceId::Grants],
    });
    if rule.reads.contains(&Root::Settings) {
        sources.extend([SourceId::Policies, SourceId::OrgUnits, SourceId::Users]);
    }
    for (root, field) in &rule.fields {
        sources.extend_from_slice(match (root, &**field) {
            (Root::Tenant, "domains") => &[SourceId::Domains, SourceId::Dns][..],
            (Root::Tenant, "super_admins") => &[SourceId::Users, SourceId::RoleAssignments],
            (Root::Tenant, "admins") | (Root::User, "is_admin" | "roles" | "is_super_admin") => {
                &[SourceId::Users, SourceId::Roles, SourceId::RoleAssignments]
            }
            (Root::User, "sso") => &[SourceId::InboundSso, SourceId::OrgUnits],
            (Root::OrgUnit, "cloud_session") | (Root::Log, _) | (Root::App, "trusted_in" | "delegated_scopes") => {
                &[SourceId::OrgUnits, SourceId::AdminLog]
            }
            (Root::App, "last_used" | "days_unused" | "names" | "anonymous" | "looks_like") => {
                &[SourceId::Grants, SourceId::TokenLog, SourceId::AdminLog]
            }
            (Root::App, "used_by_admins") => &[SourceId::Grants, SourceId::Users],
            (Root::Tenant | Root::User | Root::OrgUnit | Root::Group | Root::App | Root::Settings | Root::Now, _) => {
                &[]
            }
        });
    }
    sources.sort();
    sources.dedup();
    sources
}
