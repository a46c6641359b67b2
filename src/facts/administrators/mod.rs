//! Administrators: who they are, which roles they hold, and how they sign in.
//!
//! An account's own record says whether it is a super administrator; what else it may administer, its roles say. Where a
//! list is not whole there may be more administrators, and roles, than are known.

mod roles;
mod sign_on;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use roles::HeldRole;
pub use sign_on::SignOn;

use super::fact::{Fact, Gap, Standing, Strength};
use super::listing::Listing;
use super::org_tree::OrgTree;
use super::supply::{remedy, unread};
use super::truth::Truth;
use crate::domain::{Email, OrgUnitPath};
use crate::evidence::{Account, Evidence, Item, Source};
use crate::snapshot::SourceId;
use roles::Roles;
use sign_on::Assignments;

/// Name of who administers the tenant in `missing`.
pub const ADMINISTRATORS: &str = "administrators";
/// Name of somebody's roles in `missing`.
pub const ADMIN_ROLES: &str = "admin-roles";
/// Name of how somebody signs in in `missing`.
pub const SIGN_ON: &str = "sign-on";
/// Name of what an account's record says in `missing`.
pub const USER_RECORD: &str = "user-record";

/// An account, as far as administration goes.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// Its primary address.
    pub email: Email,
    /// Its org unit.
    pub org_unit: Fact<OrgUnitPath>,
    /// Whether it may do everything. In conflict where its own record denies it and yet it holds that role.
    pub is_super_admin: Fact<bool>,
    /// Whether it holds any role.
    pub is_admin: Fact<bool>,
    /// Whether an administrator suspended it.
    pub suspended: Fact<bool>,
    /// Whether it is archived, and cannot sign in.
    pub archived: Fact<bool>,
    /// Its roles, held directly or through a group, each once.
    pub roles: Listing<HeldRole>,
    /// Whether it has enrolled in 2-Step Verification.
    pub two_step_enrolled: Fact<bool>,
    /// Whether 2-Step Verification is enforced for it.
    pub two_step_enforced: Fact<bool>,
    /// Whether it signs in through an identity provider of the tenant's own.
    pub sign_on: Fact<SignOn>,
}

impl Administrator {
    /// Whether it can sign in.
    #[must_use]
    pub fn is_active(&self) -> Truth {
        !self.suspended.truth(|is| *is) & !self.archived.truth(|is| *is)
    }
}

/// All administrators.
#[derive(Debug)]
pub struct Administrators {
    /// Those that are known, sorted by address, active or not.
    pub list: Vec<Administrator>,
    /// Why there may be more super administrators than those of the list; nothing where there are none.
    pub more_super_admins: BTreeSet<Gap>,
    /// Why there may be more administrators of any kind.
    pub more_admins: BTreeSet<Gap>,
}

impl Administrators {
    /// Finds them among the accounts of the evidence.
    #[must_use]
    pub fn new(evidence: &Evidence, tree: &OrgTree) -> Self {
        let roster = Roster::new(evidence, tree);
        let list = evidence.accounts.iter().filter_map(|account| roster.if_administrator(account)).collect();
        let mut more_super_admins: BTreeSet<Gap> =
            unread(evidence, SourceId::Users, ADMINISTRATORS).into_iter().collect();
        let silent = evidence.directory.silent_accounts;
        if silent > 0 {
            more_super_admins.insert(Gap {
                fact: ADMINISTRATORS.into(),
                why: format!("the records of {silent} accounts do not say whether they are super administrators"),
                supply: remedy(SourceId::Users),
            });
        }
        let mut more_admins = more_super_admins.clone();
        more_admins.extend(roster.roles.unlisted());
        Self { list, more_super_admins, more_admins }
    }
}

/// Judges accounts, administrators or not, one by one.
#[derive(Debug)]
pub struct Roster<'e> {
    roles: Roles<'e>,
    assignments: Assignments<'e>,
}

impl<'e> Roster<'e> {
    /// Over this evidence. `tree` holds its org units.
    #[must_use]
    pub fn new(evidence: &'e Evidence, tree: &'e OrgTree) -> Self {
        Self { roles: Roles::new(evidence), assignments: Assignments::new(evidence, tree) }
    }

    /// What is known of an account.
    #[must_use]
    pub fn of(&self, account: &Account) -> Administrator {
        self.with_roles(account, self.roles.of(account))
    }

    /// The same for an account that is known to hold a role; `None` for others.
    fn if_administrator(&self, account: &Account) -> Option<Administrator> {
        let roles = self.roles.of(account);
        (is_flagged(account) || !roles.items.is_empty()).then(|| self.with_roles(account, roles))
    }

    fn with_roles(&self, account: &Account, roles: Listing<HeldRole>) -> Administrator {
        let said = account.said;
        let item = record_item(account);
        let told = |value: Option<bool>, what: &'static str| match value {
            Some(value) => Fact { evidence: BTreeSet::from([item.clone()]), ..Fact::known(value, Strength::Proven) },
            None => silent(account, what),
        };
        let org_unit = match account.org_unit.clone() {
            Some(path) => Fact { evidence: BTreeSet::from([item.clone()]), ..Fact::known(path, Strength::Proven) },
            None => silent(account, "its org unit"),
        };
        Administrator {
            email: account.email.clone(),
            org_unit,
            is_super_admin: super_admin(account, &roles, &item),
            is_admin: any_admin(account, &roles, &item),
            suspended: told(said.suspended, "whether it is suspended"),
            archived: told(said.archived, "whether it is archived"),
            two_step_enrolled: told(said.two_step_enrolled, "whether it has enrolled in 2-Step Verification"),
            two_step_enforced: told(said.two_step_enforced, "whether 2-Step Verification is enforced for it"),
            sign_on: self.assignments.decide(account),
            roles,
        }
    }
}

/// A fact that an account's record should tell and does not.
fn silent<T>(account: &Account, what: &str) -> Fact<T> {
    let gap = Gap {
        fact: Cow::Borrowed(USER_RECORD),
        why: format!("the record of {} does not say {what}, or two records differ", account.email),
        supply: format!("collect again; {}", remedy(SourceId::Users)),
    };
    Fact { gaps: BTreeSet::from([gap]), ..Fact::unknown() }
}

/// What the record says, in a sentence.
fn record_item(account: &Account) -> Arc<Item> {
    let said = account.said;
    let rank = match (said.is_admin, said.is_delegated_admin) {
        (Some(true), _) => "super administrator",
        (Some(false) | None, Some(true)) => "administrator with roles",
        (Some(false), Some(false)) => "no administrator by this record",
        (Some(false), None) => "no super administrator",
        (None, Some(false) | None) => "an account",
    };
    let state = match (said.suspended, said.archived) {
        (Some(true), _) => "suspended",
        (Some(false) | None, Some(true)) => "archived",
        (Some(false), Some(false)) => "active",
        (None, Some(false) | None) | (Some(false), None) => "perhaps active",
    };
    Arc::new(Item {
        at: None,
        source: Source::Google(SourceId::Users),
        locator: format!("user={}", account.email),
        says: format!("{rank}, {state}"),
        actor: None,
    })
}

/// The record decides, and a held role speaks where it is silent. That a super administrator holds no such role by the
/// list of assignments contradicts nothing: no page of Google's says that they are all on it.
fn super_admin(account: &Account, roles: &Listing<HeldRole>, item: &Arc<Item>) -> Fact<bool> {
    let holds = roles.items.iter().any(|role| role.is_super == Some(true));
    let mut evidence = BTreeSet::from([item.clone()]);
    let standing = match (account.said.is_admin, holds) {
        (Some(true), _) => Standing::Known(true, Strength::Proven),
        (Some(false), false) => Standing::Known(false, Strength::Proven),
        (None, true) => Standing::Known(true, Strength::Proven),
        (Some(false), true) => Standing::Conflict,
        (None, false) => return silent(account, "whether it is a super administrator"),
    };
    let mut gaps = BTreeSet::new();
    if holds {
        evidence.extend(roles.evidence.iter().cloned());
    }
    if standing == Standing::Conflict {
        gaps.insert(Gap {
            fact: ADMINISTRATORS.into(),
            why: format!(
                "by its record {} is no super administrator, and yet it holds the super administrators' role",
                account.email
            ),
            supply: "collect again: the role may have been given meanwhile".to_owned(),
        });
    }
    Fact { standing, evidence, gaps, ..Fact::unknown() }
}

/// Whether its own record calls it an administrator.
fn is_flagged(account: &Account) -> bool {
    account.said.is_admin == Some(true) || account.said.is_delegated_admin == Some(true)
}

fn any_admin(account: &Account, roles: &Listing<HeldRole>, item: &Arc<Item>) -> Fact<bool> {
    let evidence = roles.evidence.iter().cloned().chain([item.clone()]).collect();
    if is_flagged(account) || !roles.items.is_empty() {
        return Fact { evidence, ..Fact::known(true, Strength::Proven) };
    }
    if !roles.is_whole() {
        return Fact { evidence, gaps: roles.open.clone(), ..Fact::unknown() };
    }
    match account.said.is_admin {
        Some(_) => Fact { evidence, ..Fact::known(false, Strength::Proven) },
        None => silent(account, "whether it is a super administrator"),
    }
}
