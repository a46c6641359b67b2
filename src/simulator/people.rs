//! Users, groups, members and grants, as the Directory API tells of them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use toml::Spanned;

use super::ids;
use super::licences::Licence;
use super::residents::{Residents, Revocation};
use super::scenario::{App, Contradiction, File, Role, User};
use super::tree::Tree;

/// One account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) aliases: Vec<String>,
    pub(super) role: Role,
    /// Neither suspended, archived nor deleted.
    pub(super) active: bool,
    pub(super) deleted: bool,
    /// Its record.
    pub(super) record: Value,
    /// Its grants.
    pub(super) tokens: Vec<Value>,
    pub(super) licences: Vec<Licence>,
}

/// One group.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) record: Value,
    /// Records of its direct members.
    pub(super) members: Vec<Value>,
}

/// Everybody.
#[derive(Debug)]
pub(super) struct People {
    /// Sorted by address, deleted ones included.
    pub(super) accounts: Vec<Account>,
    /// Sorted by address.
    pub(super) groups: Vec<Group>,
    /// Where each account is, by id, address and alias, in lower case.
    places: HashMap<String, usize>,
    /// Where each group is, by id and address, in lower case.
    group_places: HashMap<String, usize>,
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// A grant that came or went while the simulator ran.
#[derive(Debug, Clone)]
pub(super) struct GrantChange {
    pub(super) at: Timestamp,
    pub(super) user: String,
    pub(super) client_id: String,
    /// The scopes that came to it; `None` if all of it went.
    pub(super) scopes: Option<Vec<String>>,
}

impl From<&Revocation> for GrantChange {
    fn from(revocation: &Revocation) -> Self {
        let Revocation { at, user, client_id } = revocation.clone();
        Self { at, user, client_id, scopes: None }
    }
}

impl People {
    pub(super) fn derive(file: &File, now: Timestamp) -> Result<Self, Contradiction> {
        let customer = file.customer.get_ref();
        let mut accounts: Vec<Account> = Vec::new();
        let mut seen = BTreeSet::new();
        for user in &file.user {
            let user_ref = user.get_ref();
            if !seen.insert(user_ref.email.to_ascii_lowercase()) {
                return Err(Contradiction::new(user.span().start, format!("{} is there twice", user_ref.email)));
            }
            accounts.push(account(&customer.id, user_ref, now));
        }
        accounts.sort_by(|a, b| a.email.cmp(&b.email));
        let mut places = HashMap::new();
        for (place, account) in accounts.iter().enumerate() {
            for key in [&account.id, &account.email].into_iter().chain(&account.aliases) {
                // An address that somebody else left is theirs who is there.
                match places.entry(key.to_ascii_lowercase()) {
                    Entry::Vacant(free) => drop(free.insert(place)),
                    Entry::Occupied(mut taken) if accounts[*taken.get()].deleted => drop(taken.insert(place)),
                    Entry::Occupied(_) => {}
                }
            }
        }
        let mut people = Self { accounts, groups: Vec::new(), places, group_places: HashMap::new() };
        people.grant(file)?;
        people.gather(file)?;
        Ok(people)
    }

    fn grant(&mut self, file: &File) -> Result<(), Contradiction> {
        for grant in &file.grant {
            let (at, grant) = (grant.span().start, grant.get_ref());
            let app = app(file, at, &grant.app)?;
            let account = self.of_address(&grant.user);
            let account = account.ok_or_else(|| Contradiction::new(at, format!("there is no user {}", grant.user)))?;
            account.tokens.push(token(app, &account.id, grant.scopes.as_ref().unwrap_or(&app.scopes)));
        }
        Ok(())
    }

    /// Takes in how users stand by now.
    pub(super) fn update(&mut self, file: &File, residents: &Residents, tree: &Tree, start: Timestamp) {
        for user in file.user.iter().map(Spanned::get_ref) {
            let Some(resident) = residents.get(&user.email) else { continue };
            let current = User {
                org_unit: tree.path(resident.home),
                suspended: resident.suspended,
                deleted: user.deleted || resident.deleted.is_some(),
                ..user.clone()
            };
            let changed = (&current.org_unit, current.suspended, current.deleted)
                != (&user.org_unit, user.suspended, user.deleted);
            if !changed {
                continue;
            }
            if let Some(account) = self.of_address(&user.email) {
                let tokens = std::mem::take(&mut account.tokens);
                *account = self::account(&file.customer.get_ref().id, &current, start);
                account.tokens = tokens;
                if let Some(deleted) = resident.deleted {
                    account.record["deletionTime"] = google_time(deleted).into();
                }
            }
        }
    }

    /// Takes in the grants that came and went, in order. The scopes of one client add up until the grant is revoked.
    pub(super) fn regrant(&mut self, file: &File, changes: &[GrantChange]) {
        for change in changes {
            let app = file.app_of_client(&change.client_id);
            let account = self.of_address(&change.user);
            let (Some(app), Some(account)) = (app, account) else { continue };
            let (of_app, others): (Vec<_>, Vec<_>) = std::mem::take(&mut account.tokens)
                .into_iter()
                .partition(|token| token["clientId"] == change.client_id.as_str());
            account.tokens = others;
            if let Some(scopes) = &change.scopes {
                let before = of_app.iter().filter_map(|token| token["scopes"].as_array()).flatten();
                let mut all: Vec<String> = before.filter_map(Value::as_str).map(str::to_owned).collect();
                all.extend(scopes.iter().filter(|scope| !all.contains(scope)).cloned().collect::<Vec<_>>());
                account.tokens.push(token(app, &account.id, &all));
            }
        }
    }

    fn gather(&mut self, file: &File) -> Result<(), Contradiction> {
        let customer = file.customer.get_ref();
        let known: BTreeSet<String> = file.group.iter().map(|group| group.get_ref().email.clone()).collect();
        for group in file.group.iter().map(Spanned::get_ref) {
            let members =
                group.members.iter().map(|email| self.member(&customer.id, &known, email)).collect::<Vec<_>>();
            let id = ids::group(&customer.id, &group.email);
            let name = group.name.as_deref().or_else(|| group.email.split('@').next());
            let record = tagged(json!({
                "kind": "admin#directory#group",
                "id": id,
                "email": group.email,
                "name": name,
                "directMembersCount": members.len().to_string(),
                "description": "",
                "adminCreated": true,
            }));
            self.groups.push(Group { id, email: group.email.clone(), record, members });
        }
        self.groups.sort_by(|a, b| a.email.cmp(&b.email));
        for (place, group) in self.groups.iter().enumerate() {
            for key in [&group.id, &group.email] {
                self.group_places.entry(key.to_ascii_lowercase()).or_insert(place);
            }
        }
        Ok(())
    }

    fn member(&self, customer: &str, groups: &BTreeSet<String>, email: &str) -> Value {
        let (id, kind) = match self.account(email) {
            Some(account) => (account.id.clone(), "USER"),
            None if groups.contains(email) => (ids::group(customer, email), "GROUP"),
            None => (ids::profile("outside", email), "EXTERNAL"),
        };
        tagged(json!({
            "kind": "admin#directory#member",
            "id": id,
            "email": email,
            "role": "MEMBER",
            "type": kind,
            "status": "ACTIVE",
        }))
    }

    /// By address, alias or id, whatever became of it.
    fn place(&self, key: &str) -> Option<usize> {
        self.places.get(&key.to_ascii_lowercase()).copied()
    }

    /// By primary address, whatever became of it.
    fn of_address(&mut self, email: &str) -> Option<&mut Account> {
        let place = self.place(email)?;
        self.accounts.get_mut(place).filter(|account| same(&account.email, email))
    }

    /// By address, alias or id. A deleted account is no account.
    pub(super) fn account(&self, key: &str) -> Option<&Account> {
        self.place(key).map(|place| &self.accounts[place]).filter(|account| !account.deleted)
    }

    /// Whether there is or was such an account.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// By address or id.
    pub(super) fn group(&self, key: &str) -> Option<&Group> {
        self.group_places.get(&key.to_ascii_lowercase()).map(|place| &self.groups[*place])
    }

    /// Direct members, then those of the groups among them, each once.
    pub(super) fn derived_members<'a>(&'a self, group: &'a Group) -> Vec<&'a Value> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut queue = vec![group];
        while let Some(group) = queue.pop() {
            for member in &group.members {
                let id = member["id"].as_str().unwrap_or_default();
                if seen.insert(id) {
                    found.push(member);
                    queue.extend(self.group(id));
                }
            }
        }
        found
    }
}

impl User {
    /// Somebody of whom nothing more is said.
    pub(super) fn plain(email: String) -> Self {
        Self {
            email,
            org_unit: crate::domain::OrgUnitPath::root(),
            role: Role::User,
            suspended: false,
            archived: false,
            deleted: false,
            aliases: Vec::new(),
            canary: false,
            two_step_enrolled: true,
            two_step_enforced: false,
            licences: Vec::new(),
        }
    }
}

/// A grant's record.
fn token(app: &App, user_id: &str, scopes: &[String]) -> Value {
    tagged(json!({
        "kind": "admin#directory#token",
        "clientId": app.client_id,
        "displayText": app.name,
        "anonymous": false,
        "nativeApp": app.native_app,
        "userKey": user_id,
        "scopes": scopes,
    }))
}

/// The app that the file names so.
pub(super) fn app<'a>(file: &'a File, at: usize, key: &str) -> Result<&'a App, Contradiction> {
    file.app_called(key).ok_or_else(|| Contradiction::new(at, format!("there is no app {key:?}")))
}

fn tagged(mut record: Value) -> Value {
    record["etag"] = ids::etag(&record).into();
    record
}

fn account(customer: &str, user: &User, now: Timestamp) -> Account {
    let id = ids::profile(customer, &user.email);
    let local = user.email.split('@').next().unwrap_or_default();
    let mut words = local.split(['.', '-', '_']).map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    let given = words.next().unwrap_or_default();
    let family = words.next().unwrap_or_else(|| "Example".to_owned());
    let ago = |days: i64| now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(now);
    let mut record = json!({
        "kind": "admin#directory#user",
        "id": id,
        "primaryEmail": user.email,
        "name": {"givenName": given, "familyName": family, "fullName": format!("{given} {family}")},
        "isAdmin": user.role == Role::SuperAdmin,
        "isDelegatedAdmin": user.role == Role::DelegatedAdmin,
        "lastLoginTime": google_time(ago(1)),
        "creationTime": google_time(ago(900)),
        "agreedToTerms": true,
        "suspended": user.suspended,
        "archived": user.archived,
        "changePasswordAtNextLogin": false,
        "ipWhitelisted": false,
        "emails": [{"address": user.email, "primary": true}],
        "customerId": customer,
        "orgUnitPath": user.org_unit,
        "isMailboxSetup": true,
        "isEnrolledIn2Sv": user.two_step_enrolled,
        "isEnforcedIn2Sv": user.two_step_enforced,
        "includeInGlobalAddressList": true,
    });
    if user.suspended {
        record["suspensionReason"] = "ADMIN".into();
    }
    if user.deleted {
        record["deletionTime"] = google_time(ago(3)).into();
    }
    if !user.aliases.is_empty() {
        record["aliases"] = user.aliases.clone().into();
    }
    Account {
        id,
        email: user.email.clone(),
        aliases: user.aliases.clone(),
        role: user.role,
        active: !(user.suspended || user.archived || user.deleted),
        deleted: user.deleted,
        record: tagged(record),
        tokens: Vec::new(),
        licences: user.licences.clone(),
    }
}

/// RFC 3339 with milliseconds and `Z`, as Google writes times.
pub(super) fn google_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
