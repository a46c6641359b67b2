//! The accounts that grants and token events name: a few of all that a snapshot holds.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::canaries::Canary;
use super::evaluations::Evaluation;
use super::gather::Grant;
use super::token_events::TokenEvent;
use crate::domain::{ClientId, Email, OrgUnitPath};
use crate::google::directory;
use crate::snapshot::{Line, RecordKind};

/// Whether an account can use its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It can.
    Active,
    /// An administrator suspended it.
    Suspended,
    /// It is archived, and cannot sign in.
    Archived,
}

/// What an account may administer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Administers {
    /// Nothing.
    Nothing,
    /// What its roles say.
    ByRole,
    /// Everything: a super administrator.
    Everything,
    /// The record does not say.
    Unknown,
}

/// An account that a connection belongs to.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its current primary address.
    pub email: Email,
    /// Addresses that it also answers to; after a renaming the old one is among them.
    pub aliases: Vec<Email>,
    /// Its stable id.
    pub id: Option<String>,
    /// Its org unit.
    pub org_unit: Option<OrgUnitPath>,
    /// Whether it can use its grants.
    pub state: AccountState,
    /// What it may administer.
    pub administers: Administers,
}

/// Whether an account can use its grants.
pub(super) fn state_of(user: &directory::User) -> AccountState {
    match (user.suspended, user.archived) {
        (Some(true), _) => AccountState::Suspended,
        (Some(false) | None, Some(true)) => AccountState::Archived,
        (Some(false) | None, Some(false) | None) => AccountState::Active,
    }
}

/// What an account may administer.
pub(super) fn administers_of(user: &directory::User) -> Administers {
    match (user.is_admin, user.is_delegated_admin) {
        (Some(true), _) => Administers::Everything,
        (Some(false) | None, Some(true)) => Administers::ByRole,
        (Some(false), Some(false)) => Administers::Nothing,
        (None, Some(false) | None) | (Some(false), None) => Administers::Unknown,
    }
}

/// Keeps the accounts that are wanted, and lets the others pass by.
pub(super) struct ThirdPass {
    emails: HashSet<Email>,
    ids: HashSet<String>,
    accounts: Vec<Account>,
}

impl ThirdPass {
    pub(super) fn wanting(
        grants: &BTreeMap<(Email, ClientId), Grant>,
        token_events: &[TokenEvent],
        evaluations: &[Evaluation],
        canaries: &[Canary],
    ) -> Self {
        let mut emails: HashSet<Email> = grants.keys().map(|(user, _)| user.clone()).collect();
        emails.extend(token_events.iter().filter_map(|event| Email::from_google(event.email.as_deref()?)));
        emails.extend(canaries.iter().map(|canary| canary.user.clone()));
        emails.extend(evaluations.iter().filter_map(|evaluation| Email::from_google(evaluation.email.as_deref()?)));
        let mut ids: HashSet<String> = token_events.iter().filter_map(|event| event.profile_id.clone()).collect();
        ids.extend(evaluations.iter().filter_map(|evaluation| evaluation.profile_id.clone()));
        Self { emails, ids, accounts: Vec::new() }
    }

    pub(super) fn take(&mut self, line: &Line) {
        if line.kind() != RecordKind::User {
            return;
        }
        let Ok(user) = line.read::<directory::User>() else { return };
        let Some(email) = Email::from_google(&user.primary_email) else { return };
        let aliases: Vec<Email> = user.aliases.iter().filter_map(|alias| Email::from_google(alias)).collect();
        let named = self.emails.contains(&email)
            || user.id.as_ref().is_some_and(|id| self.ids.contains(id))
            || aliases.iter().any(|alias| self.emails.contains(alias));
        if named {
            let (state, administers) = (state_of(&user), administers_of(&user));
            self.accounts.push(Account {
                email,
                aliases,
                id: user.id,
                org_unit: user.org_unit_path.as_deref().and_then(OrgUnitPath::from_google),
                state,
                administers,
            });
        }
    }

    pub(super) fn into_accounts(self) -> Vec<Account> {
        each_once(self.accounts)
    }
}

/// Sorted, each once. Who was moved while the list was read may be on it twice: the org unit is then not known.
fn each_once(mut accounts: Vec<Account>) -> Vec<Account> {
    accounts.sort_by_cached_key(|account| (account.email.to_string(), format!("{account:?}")));
    accounts.dedup_by(|second, first| {
        let same = second.email == first.email;
        if same && second.org_unit != first.org_unit {
            first.org_unit = None;
        }
        same
    });
    accounts
}

/// Accounts by address and by stable id.
#[derive(Debug, Default)]
pub struct AccountIndex {
    by_email: HashMap<Email, usize>,
    by_id: HashMap<String, usize>,
}

impl AccountIndex {
    /// Over these accounts.
    #[must_use]
    pub fn new(accounts: &[Account]) -> Self {
        let mut index = Self::default();
        for (position, account) in accounts.iter().enumerate() {
            index.by_email.insert(account.email.clone(), position);
            if let Some(id) = &account.id {
                index.by_id.insert(id.clone(), position);
            }
        }
        for (position, account) in accounts.iter().enumerate() {
            for alias in &account.aliases {
                index.by_email.entry(alias.clone()).or_insert(position);
            }
        }
        index
    }

    /// The account with that stable id, else with that address.
    #[must_use]
    pub fn find(&self, id: Option<&str>, email: Option<&Email>) -> Option<usize> {
        id.and_then(|id| self.by_id.get(id)).or_else(|| email.and_then(|email| self.by_email.get(email))).copied()
    }
}
