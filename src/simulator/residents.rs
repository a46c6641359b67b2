//! What becomes of users and their apps while the simulator runs.
//!
//! A scenario's `[[user]]` and `[[grant]]` say how things stand at the start; deeds that lie after it change that.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::scenario::File;
use super::tree::Tree;

/// How one user stands.
#[derive(Debug, Clone)]
pub(super) struct Resident {
    /// The org unit's key in the tree, which it keeps through renames and moves.
    pub(super) home: usize,
    pub(super) suspended: bool,
    pub(super) deleted: Option<Timestamp>,
    /// When the password was changed last, since the start.
    pub(super) password_changed: Option<Timestamp>,
}

/// An administrator took an app's access to one user away.
#[derive(Debug, Clone)]
pub(super) struct Revocation {
    pub(super) at: Timestamp,
    pub(super) user: String,
    pub(super) client_id: String,
}

/// All users of the file by lower-case address, and what was done about their apps.
#[derive(Debug, Default)]
pub(super) struct Residents {
    by_email: BTreeMap<String, Resident>,
    pub(super) revocations: Vec<Revocation>,
    pub(super) deleted_clients: BTreeSet<String>,
}

impl Residents {
    /// As they stand at the start. An org unit that is not there is left to whoever checks the file.
    pub(super) fn settle(&mut self, file: &File, tree: &Tree) {
        for user in file.user.iter().map(toml::Spanned::get_ref) {
            let Ok(home) = tree.find(&user.org_unit) else { continue };
            let resident = Resident { home, suspended: user.suspended, deleted: None, password_changed: None };
            self.by_email.insert(user.email.to_ascii_lowercase(), resident);
        }
    }

    pub(super) fn get(&self, email: &str) -> Option<&Resident> {
        self.by_email.get(&email.to_ascii_lowercase())
    }

    pub(super) fn get_mut(&mut self, email: &str) -> Result<&mut Resident, String> {
        let found = self.by_email.get_mut(&email.to_ascii_lowercase()).filter(|resident| resident.deleted.is_none());
        found.ok_or_else(|| format!("there is no user {email} at that time"))
    }

    /// Whether an administrator took an app's access away after a moment.
    pub(super) fn revoked_since(&self, at: Timestamp, user: &str, client_id: &str) -> bool {
        self.revocations.iter().any(|revocation| {
            revocation.at > at && revocation.user.eq_ignore_ascii_case(user) && revocation.client_id == client_id
        })
    }

    /// Whether anybody lives in an org unit.
    pub(super) fn live_in(&self, unit: usize) -> bool {
        self.by_email.values().any(|resident| resident.home == unit && resident.deleted.is_none())
    }
}
