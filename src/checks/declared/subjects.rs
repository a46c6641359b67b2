//! Subjects of declared checks: how reports name them, and the inputs that belong to them.

use super::evaluation::Rule;
use crate::checks::language::inputs::{self, Trace};
use crate::checks::language::{Root, Val};
use crate::facts::{Administrator, AppExposure, Facts, UnitIndex};
use crate::policy::GroupId;
use crate::report::model::{Subject, SubjectKind};

pub(super) fn org_unit_subject(facts: &Facts, unit: UnitIndex) -> Subject {
    Subject { kind: SubjectKind::OrgUnit, org_unit: Some(facts.tree.path(unit).clone()), ..Subject::tenant() }
}

pub(super) fn group_subject(facts: &Facts, group: &GroupId) -> Subject {
    Subject { kind: SubjectKind::Group, group: Some(group_name(facts, group)), ..Subject::tenant() }
}

/// A group as people know it, else by its id.
pub(super) fn group_name(facts: &Facts, group: &GroupId) -> String {
    match facts.evidence.populace.group_names.get(group) {
        Some(address) => address.clone(),
        None if group.is_all_admins() => "all administrators".to_owned(),
        None => format!("groups/{group}"),
    }
}

/// Whose inputs are asked for.
#[derive(Clone, Copy)]
pub(super) enum About<'f> {
    /// The tenant.
    Tenant,
    /// The org unit that [`Inputs::unit`] names.
    OrgUnit,
    /// A group.
    Group(&'f GroupId),
    /// A user.
    User(&'f Administrator),
    /// An app.
    App(&'f AppExposure),
}

/// The inputs of a check about one subject, made when they are asked for.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'f> {
    pub(super) facts: &'f Facts,
    pub(super) rule: &'f Rule<'f>,
    /// Where the log is looked up: the subject's org unit, else the top.
    pub(super) unit: UnitIndex,
    pub(super) about: About<'f>,
}

impl Inputs<'_> {
    /// A field of the input of that name; nothing else is looked at, so that a verdict rests on what it needs.
    pub(super) fn field(&self, root: Root, field: &str, trace: &mut Trace) -> Val {
        let Self { facts, rule, unit, about } = *self;
        match (root, about) {
            (Root::OrgUnit, _) => inputs::org_unit(facts, unit, field, trace),
            (Root::Log, _) => inputs::log(facts, unit, field, (&rule.log_settings, &rule.log_events), trace),
            (Root::Tenant, _) => inputs::tenant_field(facts, field, trace),
            (Root::Group, About::Group(group)) => of_group(facts, group, field),
            (Root::User, About::User(user)) => inputs::user_field(user, field, trace),
            (Root::App, About::App(app)) => inputs::app(facts, app, field, trace),
            // Not what the check is about: the type check of its pack rules it out.
            (Root::Group | Root::User | Root::App | Root::Settings | Root::Now, _) => Val::Unknown,
        }
    }
}

fn of_group(facts: &Facts, group: &GroupId, field: &str) -> Val {
    let address = facts.evidence.populace.group_names.get(group);
    match field {
        "id" => Val::proven(group.as_str().into()),
        "email" => address.map_or(Val::Unknown, |address| Val::proven(address.as_str().into())),
        _ => Val::Unknown,
    }
}
