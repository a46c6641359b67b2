//! The accounts that grants and token events name, and those of administrators: a few of all that a snapshot holds.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::canaries::Canary;
use super::directory::Holders;
use super::evaluations::Evaluation;
use super::gather::Grant;
use super::token_events::TokenEvent;
use crate::domain::{ClientId, Email, OrgUnitPath};
use crate::google::directory;
use crate::snapshot::{Line, ReadError, RecordKind, Snapshot};

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

/// What an account's record says, point by point; `None` where it does not say, or where two records differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Said {
    /// A super administrator.
    pub is_admin: Option<bool>,
    /// An administrator with roles of less than everything.
    pub is_delegated_admin: Option<bool>,
    /// Suspended. A record that leaves it out says that it is not.
    pub suspended: Option<bool>,
    /// Archived; likewise.
    pub archived: Option<bool>,
    /// Enrolled in 2-Step Verification.
    pub two_step_enrolled: Option<bool>,
    /// Under enforcement of 2-Step Verification.
    pub two_step_enforced: Option<bool>,
}

impl Said {
    fn by(user: &directory::User) -> Self {
        Self {
            is_admin: user.is_admin,
            is_delegated_admin: user.is_delegated_admin,
            suspended: Some(user.suspended.unwrap_or(false)),
            archived: Some(user.archived.unwrap_or(false)),
            two_step_enrolled: user.is_enrolled_in_2_sv,
            two_step_enforced: user.is_enforced_in_2_sv,
        }
    }

    /// What both records say.
    fn agreed(self, other: Self) -> Self {
        let both = |one: Option<bool>, other: Option<bool>| one.filter(|one| other == Some(*one));
        Self {
            is_admin: both(self.is_admin, other.is_admin),
            is_delegated_admin: both(self.is_delegated_admin, other.is_delegated_admin),
            suspended: both(self.suspended, other.suspended),
            archived: both(self.archived, other.archived),
            two_step_enrolled: both(self.two_step_enrolled, other.two_step_enrolled),
            two_step_enforced: both(self.two_step_enforced, other.two_step_enforced),
        }
    }
}

/// An account that a connection belongs to, or an administrator's.
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
    /// Its record's own words.
    pub said: Said,
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

/// Which accounts stay in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Those that grants, events and canaries name, and administrators.
    Named,
    /// All of them: some check asks about every user.
    Everybody,
}

/// Keeps the accounts that are wanted, and lets the others pass by.
pub(super) struct ThirdPass {
    emails: HashSet<Email>,
    ids: HashSet<String>,
    administrators: Holders,
    whom: Whom,
    accounts: Vec<Account>,
    /// Accounts that no role assignment names and whose records do not say whether they are super administrators.
    silent: u64,
}

impl ThirdPass {
    pub(super) fn wanting(
        grants: &BTreeMap<(Email, ClientId), Grant>,
        token_events: &[TokenEvent],
        evaluations: &[Evaluation],
        canaries: &[Canary],
        administrators: Holders,
        whom: Whom,
    ) -> Self {
        let mut emails: HashSet<Email> = grants.keys().map(|(user, _)| user.clone()).collect();
        emails.extend(token_events.iter().filter_map(|event| Email::from_google(event.email.as_deref()?)));
        emails.extend(canaries.iter().map(|canary| canary.user.clone()));
        emails.extend(evaluations.iter().filter_map(|evaluation| Email::from_google(evaluation.email.as_deref()?)));
        let mut ids: HashSet<String> = token_events.iter().filter_map(|event| event.profile_id.clone()).collect();
        ids.extend(evaluations.iter().filter_map(|evaluation| evaluation.profile_id.clone()));
        Self { emails, ids, administrators, whom, accounts: Vec::new(), silent: 0 }
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
        let addresses = std::iter::once(&email).chain(&aliases).map(Email::as_str);
        let administers = user.is_admin == Some(true)
            || user.is_delegated_admin == Some(true)
            || self.administrators.name(user.id.as_deref(), addresses);
        if !administers && user.is_admin.is_none() {
            self.silent += 1;
        }
        if named || administers || self.whom == Whom::Everybody {
            let said = Said::by(&user);
            let (state, administers) = (state_of(&user), administers_of(&user));
            self.accounts.push(Account {
                email,
                aliases,
                id: user.id,
                org_unit: user.org_unit_path.as_deref().and_then(OrgUnitPath::from_google),
                state,
                administers,
                said,
            });
        }
    }

    /// The accounts, and how many others may be super administrators.
    pub(super) fn finish(self) -> (Vec<Account>, u64) {
        (each_once(self.accounts), self.silent)
    }
}

/// The account of that address, be it the primary one or an alias; `None` where no record has it.
///
/// # Errors
/// [`ReadError`] where the snapshot is damaged.
pub fn find_account(snapshot: &Snapshot, address: &Email) -> Result<Option<Account>, ReadError> {
    let mut pass = ThirdPass {
        emails: HashSet::from([address.clone()]),
        ids: HashSet::new(),
        administrators: Holders::default(),
        whom: Whom::Named,
        accounts: Vec::new(),
        silent: 0,
    };
    snapshot.for_each(|line| pass.take(line))?;
    let (mut accounts, _) = pass.finish();
    let found = AccountIndex::new(&accounts).find(None, Some(address));
    Ok(found.map(|position| accounts.swap_remove(position)))
}

/// Sorted, each once. Who was moved while the list was read may be on it twice: the org unit is then not known.
fn each_once(mut accounts: Vec<Account>) -> Vec<Account> {
    accounts.sort_by_cached_key(|account| (account.email.to_string(), format!("{account:?}")));
    accounts.dedup_by(|second, first| {
        let same = second.email == first.email;
        if same && second.org_unit != first.org_unit {
            first.org_unit = None;
        }
        if same {
            first.said = first.said.agreed(second.said);
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
