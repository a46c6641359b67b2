//! Subjects of declared checks: how reports name them, and the inputs that belong to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::checks::language::inputs::{Trace, org_unit};
use crate::checks::language::{Datum, Root, Val};
use crate::facts::{Facts, UnitIndex};
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

/// The inputs of a check about an org unit.
pub(super) fn org_unit_roots(facts: &Facts, unit: UnitIndex) -> impl Fn(Root, &mut Trace) -> Val {
    move |root, trace| match root {
        Root::OrgUnit => org_unit(facts, unit, trace),
        Root::Tenant | Root::Log | Root::User | Root::Group | Root::App | Root::Settings | Root::Now => {
            shared(facts, unit, root, trace)
        }
    }
}

/// The inputs of a check about the tenant; of settings and the log those at the top.
pub(super) fn tenant_roots(facts: &Facts, top: UnitIndex) -> impl Fn(Root, &mut Trace) -> Val {
    move |root, trace| shared(facts, top, root, trace)
}

/// The inputs of a check about a group.
pub(super) fn group_roots<'f>(
    facts: &'f Facts,
    top: UnitIndex,
    group: &'f GroupId,
) -> impl Fn(Root, &mut Trace) -> Val {
    move |root, trace| match root {
        Root::Group => {
            let address = facts.evidence.populace.group_names.get(group);
            let mut fields: BTreeMap<Arc<str>, Val> =
                BTreeMap::from([("id".into(), Val::proven(group.as_str().into()))]);
            fields.insert("email".into(), address.map_or(Val::Unknown, |address| Val::proven(address.as_str().into())));
            Val::proven(Datum::Record(Arc::new(fields)))
        }
        Root::Tenant | Root::Log | Root::User | Root::OrgUnit | Root::App | Root::Settings | Root::Now => {
            shared(facts, top, root, trace)
        }
    }
}

/// Inputs that subjects of several kinds have.
fn shared(facts: &Facts, unit: UnitIndex, root: Root, trace: &mut Trace) -> Val {
    let _ = (facts, unit, root, trace);
    Val::Unknown
}
