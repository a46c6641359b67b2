//! Checks about the tenant, users, groups and apps.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::DeclaredCheck;
use super::evaluation::{Fared, InForce, Rule};
use super::subjects::{About, Inputs, group_subject};
use crate::checks::check::Check as _;
use crate::checks::engine::Inquiry;
use crate::checks::language::{Datum, Declared, Root, Scope, Val};
use crate::checks::verdict::{Verdict, missing_of, not_read, unread};
use crate::domain::SettingType;
use crate::evidence::{AccountIndex, Standing, Whom};
use crate::facts::{Administrator, Facts, Gap, InGroups, Licences, Person, Roster, Truth, UnitIndex};
use crate::policy::GroupId;
use crate::report::model::{CheckResult, Missing, Subject, SubjectKind};
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
    check.result(Subject::tenant(), &fared, None, inquiry.acceptance).into_iter().collect()
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

/// Users of whom the question arises, or may; that it does not arise of the others is not worth a line each.
pub(super) fn users(check: &DeclaredCheck, rule: &Rule<'_>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let facts = inquiry.facts;
    let Some(top) = facts.tree.root() else {
        return unlisted(check, &[SourceId::OrgUnits], facts).into_iter().collect();
    };
    let mut results = Vec::new();
    let mut unasked: Option<Fared> = None;
    let roster = Roster::new(&facts.evidence, &facts.tree);
    let everybody = check.asks_of_everybody();
    let standings = Standings::of(facts);
    let users: Vec<Administrator> = if everybody {
        facts.evidence.accounts.iter().map(|account| roster.of(account)).collect()
    } else {
        facts.administrators.list.clone()
    };
    for user in &users {
        let unit = user.org_unit.value().and_then(|path| facts.tree.find(path));
        if !unit.is_none_or(|unit| inquiry.selection.includes(facts.tree.path(unit))) {
            continue;
        }
        let fared = of_user(facts, rule, (user, &standings.find(user)), unit, top);
        if fared.applicable == Truth::FalseProven {
            unasked = Some(unasked.map_or_else(|| fared.clone(), |before| before.and(&fared)));
            continue;
        }
        let subject = Subject {
            kind: SubjectKind::User,
            user: Some(user.email.clone()),
            org_unit: unit.map(|unit| facts.tree.path(unit).clone()),
            ..Subject::tenant()
        };
        results.extend(check.result(subject, &fared, None, inquiry.acceptance));
    }
    let mut more = facts.administrators.more_admins.clone();
    if everybody {
        more = not_everybody(facts);
    }
    if !more.is_empty() {
        let missing = more.into_iter().map(missing_of).collect();
        let summary = "Not all users in question are known, so there may be more than this report shows.".to_owned();
        results.extend(Verdict::open(missing).into_result(&check.meta, Subject::tenant(), summary, None));
    } else if results.is_empty() {
        let nobody = Fared { applicable: Truth::FalseProven, ..Fared::nothing() };
        let fared = unasked.unwrap_or(nobody);
        results.extend(check.result(Subject::tenant(), &fared, None, inquiry.acceptance));
    }
    results
}

/// Why there may be users who are not among the accounts at hand.
fn not_everybody(facts: &Facts) -> BTreeSet<Gap> {
    let mut gaps: BTreeSet<Gap> = unread(SourceId::Users, &facts.evidence).into_iter().collect();
    if facts.evidence.whom == Whom::Named {
        gaps.insert(Gap {
            fact: SourceId::Users.as_str().into(),
            why: "only accounts that grants, events or roles name were kept".to_owned(),
            supply: "judge with this check's pack selected from the start".to_owned(),
        });
    }
    gaps
}

/// Whether a check about users asks about more than administrators: whether its question may arise of somebody without
/// any role.
pub(super) fn asks_of_ordinary_users(declared: &Declared) -> bool {
    declared.not_applicable.as_ref().is_none_or(|expression| expression.truth(&Ordinary) != Truth::TrueProven)
}

/// A user of whom nothing is known but that they administer nothing.
struct Ordinary;

impl Scope for Ordinary {
    fn setting(&self, _: &SettingType, _: &str) -> Val {
        Val::Unknown
    }

    fn rules(&self, _: &SettingType) -> Val {
        Val::Unknown
    }

    fn root(&self, _: Root) -> Val {
        Val::Unknown
    }

    fn field(&self, name: Root, field: &str) -> Val {
        match (name, field) {
            (Root::User, "is_admin" | "is_super_admin") => Val::proven(Datum::Bool(false)),
            (Root::User, "roles") => Val::proven(Datum::List { items: Arc::new([]), open: false }),
            (
                Root::User
                | Root::Tenant
                | Root::Settings
                | Root::OrgUnit
                | Root::Group
                | Root::App
                | Root::Log
                | Root::Now,
                _,
            ) => Val::Unknown,
        }
    }
}

/// Groups and licences of users, each looked up at once.
struct Standings<'f> {
    facts: &'f Facts,
    accounts: AccountIndex,
    /// What stands for all administrators, where a policy names it.
    all_admins: Vec<GroupId>,
}

impl<'f> Standings<'f> {
    fn of(facts: &'f Facts) -> Self {
        let named = facts.evidence.populace.policies.groups_named(None);
        let accounts = AccountIndex::new(&facts.evidence.accounts);
        Self { facts, accounts, all_admins: named.into_iter().filter(GroupId::is_all_admins).collect() }
    }

    fn find(&self, user: &Administrator) -> Standing {
        let evidence = &self.facts.evidence;
        let account = self.accounts.find(None, Some(&user.email)).map(|position| &evidence.accounts[position]);
        let mut standing = account.map_or_else(Standing::default, |account| {
            evidence.populace.standing(account.id.as_deref(), std::iter::once(&account.email).chain(&account.aliases))
        });
        if user.is_admin.value() == Some(&true) {
            standing.groups.extend(self.all_admins.iter().cloned());
        }
        standing
    }
}

fn of_user(
    facts: &Facts,
    rule: &Rule<'_>,
    (user, standing): (&Administrator, &Standing),
    unit: Option<UnitIndex>,
    top: UnitIndex,
) -> Fared {
    let (groups, licences) = (InGroups::These(&standing.groups), Licences::These(&standing.licences));
    let about = About::User(user);
    let at = |unit: UnitIndex| {
        let in_force = in_force(facts, rule, &Person { unit, groups, licences });
        rule.evaluate(facts, &in_force, &Inputs { facts, rule, unit, about })
    };
    match unit {
        Some(unit) => at(unit),
        None if rule.settings.is_empty() => at(top),
        // In one of the org units, nobody knows which.
        None => {
            let listed = (0..facts.tree.units().len()).map(at);
            let unlisted = rule.where_nobody_looked(facts, &Inputs { facts, rule, unit: top, about });
            let somewhere = listed.chain(unlisted).reduce(|before, fared| before.or_else(&fared));
            somewhere.unwrap_or_else(Fared::nothing)
        }
    }
}

/// Apps of which the question arises, or may.
pub(super) fn apps(check: &DeclaredCheck, rule: &Rule<'_>, inquiry: &Inquiry<'_>) -> Vec<CheckResult> {
    let facts = inquiry.facts;
    let top = facts.tree.root().unwrap_or_default();
    let mut results = Vec::new();
    for app in &facts.exposures {
        let fared = rule.evaluate(facts, &InForce::new(), &Inputs { facts, rule, unit: top, about: About::App(app) });
        if fared.applicable == Truth::FalseProven {
            continue;
        }
        let subject = Subject {
            kind: SubjectKind::App,
            app: app.app.clone(),
            client_id: Some(app.client.clone()),
            ..Subject::tenant()
        };
        results.extend(check.result(subject, &fared, None, inquiry.acceptance));
    }
    results.extend(unlisted(check, &[SourceId::Users, SourceId::Grants], facts));
    if results.is_empty() {
        let fared = Fared { applicable: Truth::FalseProven, ..Fared::nothing() };
        results.extend(check.result(Subject::tenant(), &fared, None, inquiry.acceptance));
    }
    results
}

fn in_force(facts: &Facts, rule: &Rule<'_>, person: &Person<'_>) -> InForce {
    rule.settings.iter().map(|setting| facts.policies.in_force(&facts.evidence, setting, person)).collect()
}

/// Where subjects could not all be listed, one result stands for those that are not there.
pub(super) fn unlisted(check: &DeclaredCheck, sources: &[SourceId], facts: &Facts) -> Option<CheckResult> {
    let missing: Vec<Missing> = sources.iter().filter_map(|id| not_read(*id, &facts.evidence)).collect();
    if missing.is_empty() {
        return None;
    }
    let summary = "Its subjects could not all be listed, so there may be more than this report shows.".to_owned();
    Verdict::open(missing).into_result(&check.meta, Subject::tenant(), summary, None)
}
