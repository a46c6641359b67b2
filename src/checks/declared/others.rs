//! Checks about the tenant, users, groups and apps.

use std::collections::BTreeSet;

use super::DeclaredCheck;
use super::evaluation::{InForce, Rule};
use super::subjects::{About, Inputs, group_subject, tenant_subject};
use crate::checks::engine::Inquiry;
use crate::checks::verdict::{Verdict, not_read};
use crate::facts::{Facts, InGroups, Licences, Person};
use crate::policy::GroupId;
use crate::report::model::{CheckResult, Missing};
use crate::snapshot::SourceId;

/// The one result about the tenant; of settings those at the top.
pub(super) fn tenant(check: &DeclaredCheck, rule: &Rule<'_>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let facts = inquiry.facts;
    let Some(top) = facts.tree.root() else {
        return unlisted(check, &[SourceId::OrgUnits], facts).into_iter().collect();
    };
    let in_force = in_force(facts, rule, &Person { unit: top, groups: InGroups::None, licences: Licences::Unknown });
    let inputs = Inputs { facts, rule, unit: top, about: About::Tenant };
    let fared = rule.evaluate(facts, &in_force, &inputs);
    check.result(tenant_subject(), &fared, None, inquiry.acceptance).into_iter().collect()
}

/// Every group that a policy names.
pub(super) fn groups(check: &DeclaredCheck, rule: &Rule<'_>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let facts = inquiry.facts;
    let Some(top) = facts.tree.root() else {
        return unlisted(check, &[SourceId::OrgUnits], facts).into_iter().collect();
    };
    let populace = &facts.evidence.populace;
    let known: BTreeSet<GroupId> =
        populace.policies.groups_named(None).into_iter().chain(populace.group_names.keys().cloned()).collect();
    let of = |group: &GroupId| {
        let in_force =
            in_force(facts, rule, &Person { unit: top, groups: InGroups::One(group), licences: Licences::Unknown });
        let inputs = Inputs { facts, rule, unit: top, about: About::Group(group) };
        let fared = rule.evaluate(facts, &in_force, &inputs);
        check.result(group_subject(facts, group), &fared, None, inquiry.acceptance)
    };
    known.iter().filter_map(of).chain(unlisted(check, &[SourceId::Groups], facts)).collect()
}

/// Users of whom the question may arise.
pub(super) fn users(check: &DeclaredCheck, rule: &Rule<'_>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let _ = (rule, inquiry);
    unlisted(check, &[SourceId::Users], inquiry.facts).into_iter().collect()
}

/// Apps that hold a grant.
pub(super) fn apps(check: &DeclaredCheck, rule: &Rule<'_>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let _ = rule;
    unlisted(check, &[SourceId::Users, SourceId::Grants], inquiry.facts).into_iter().collect()
}

fn in_force(facts: &Facts, rule: &Rule<'_>, person: &Person<'_>) -> InForce {
    rule.settings.iter().map(|setting| facts.policies.in_force(&facts.evidence, setting, person)).collect()
}

/// Where subjects could not all be listed, one result stands for those that are not there.
fn unlisted(check: &DeclaredCheck, sources: &[SourceId], facts: &Facts) -> Option<CheckResult> {
    let missing: Vec<Missing> = sources.iter().filter_map(|id| not_read(*id, &facts.evidence)).collect();
    if missing.is_empty() {
        return None;
    }
    let summary = "Its subjects could not all be listed, so there may be more than this report shows.".to_owned();
    Verdict::open(missing).into_result(&check.meta, tenant_subject(), summary, None)
}
