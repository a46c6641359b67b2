//! Where users are, and since when: what was seen of one before the last move was seen elsewhere.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::Email;
use crate::evidence::{Account, AccountIndex, Change, Evidence};

/// An account, and when an administrator last moved it to another org unit, as far as the log at hand shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whereabout<'e> {
    pub(super) account: &'e Account,
    pub(super) moved: Option<Timestamp>,
}

/// All accounts that the evidence names.
#[derive(Debug)]
pub(super) struct Whereabouts<'e> {
    accounts: &'e [Account],
    index: AccountIndex,
    /// By position.
    moved: HashMap<usize, Timestamp>,
}

impl<'e> Whereabouts<'e> {
    pub(super) fn new(evidence: &'e Evidence) -> Self {
        let index = AccountIndex::new(&evidence.accounts);
        let mut moved: HashMap<usize, Timestamp> = HashMap::new();
        for event in &evidence.admin_events {
            let Change::UserMoved { user } = &event.change else { continue };
            if let Some(account) = Email::from_google(user).and_then(|email| index.find(None, Some(&email))) {
                let last = moved.entry(account).or_insert(event.at);
                *last = event.at.max(*last);
            }
        }
        Self { accounts: &evidence.accounts, index, moved }
    }

    /// The account with that stable id, else with that address.
    pub(super) fn find(&self, id: Option<&str>, email: Option<&Email>) -> Option<Whereabout<'e>> {
        let position = self.index.find(id, email)?;
        Some(Whereabout { account: &self.accounts[position], moved: self.moved.get(&position).copied() })
    }
}
