//! Subjects of declared checks: how reports name them, and the inputs that belong to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluation::Rule;
use crate::checks::language::inputs::{self, Trace};
use crate::checks::language::{Datum, Root, Val};
use crate::facts::{Administrator, AppExposure, Facts, UnitIndex};
use crate::policy::GroupId;
use crate::report::model::{Subject, SubjectKind};

pub(super) fn tenant_subject() -> Subject {
    Subject { kind: SubjectKind::Tenant, org_unit: None, group: None, user: None, app: None, client_id: None }
}

pub(super) fn org_unit_subject(facts: &Facts, unit: UnitIndex) -> Subject {
    Subject { kind: SubjectKind::OrgUnit, org_unit: Some(facts.tree.path(unit).clone()), ..tenant_subject() }
}

pub(super) fn group_subject(facts: &Facts, group: &GroupId) -> Subject {
    Subject { kind: SubjectKind::Group, group: Some(group_name(facts, group)), ..tenant_subject() }
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
    /// The input of that name.
    pub(super) fn get(&self, root: Root, trace: &mut Trace) -> Val {
        let Self { facts, rule, unit, about } = *self;
        match (root, about) {
            (Root::OrgUnit, _) => inputs::org_unit(facts, unit, trace),
            (Root::Log, _) => inputs::log(facts, unit, &rule.log_settings, &rule.log_events, trace),
            (Root::Tenant, _) => inputs::tenant(facts, trace),
            (Root::Group, About::Group(group)) => of_group(facts, group),
            (Root::User, About::User(user)) => inputs::user(user, trace),
            (Root::App, About::App(app)) => inputs::app(facts, app, trace),
            // Not what the check is about: the type check of its pack rules it out.
            (Root::Group | Root::User | Root::App | Root::Settings | Root::Now, _) => Val::Unknown,
        }
    }
}

fn of_group(facts: &Facts, group: &GroupId) -> Val {
    let address = facts.evidence.populace.group_names.get(group);
    let fields: BTreeMap<Arc<str>, Val> = BTreeMap::from([
        ("id".into(), Val::proven(group.as_str().into())),
        ("email".into(), address.map_or(Val::Unknown, |address| Val::proven(address.as_str().into()))),
    ]);
    Val::proven(Datum::Record(Arc::new(fields)))
}
