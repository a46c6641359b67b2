use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{ADMIN_ROLES, ADMINISTRATORS};
use crate::evidence::{Account, Evidence, Item, Reach, Source};
use crate::facts::fact::{Fact, Gap, Strength};
use crate::facts::listing::Listing;
use crate::facts::supply::{remedy, unread};
use crate::google::roles::{Assignee, RoleAssignment};
use crate::snapshot::SourceId;

/// Google's name of the super administrators' role.
const SEED: &str = "_SEED_ADMIN_ROLE";

/// A role in somebody's hands, wherever it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// Its id.
    pub id: String,
    /// Its name: `_GROUPS_ADMIN_ROLE`, or a custom role's own.
    pub name: Fact<String>,
    /// Whether it is the super administrators'; `None` where no record tells.
    pub is_super: Option<bool>,
}

/// A group that holds roles.
#[derive(Debug)]
struct GroupRoles<'e> {
    assignments: Vec<&'e RoleAssignment>,
    reach: Reach<'e>,
}

/// Who holds which role.
#[derive(Debug)]
pub(super) struct Roles<'e> {
    evidence: &'e Evidence,
    /// By the holder's id; also those of a holder of no kind.
    of_accounts: HashMap<&'e str, Vec<&'e RoleAssignment>>,
    of_groups: BTreeMap<&'e str, GroupRoles<'e>>,
    /// Why anybody may hold more than the assignments say.
    open: BTreeSet<Gap>,
    /// Why anybody may be in a group of which the members are not all known.
    members: Option<Gap>,
}

impl<'e> Roles<'e> {
    pub(super) fn new(evidence: &'e Evidence) -> Self {
        let mut open: BTreeSet<Gap> = unread(evidence, SourceId::RoleAssignments, ADMIN_ROLES).into_iter().collect();
        let mut of_groups: BTreeMap<&str, GroupRoles<'_>> = BTreeMap::new();
        let mut of_accounts: HashMap<&str, Vec<&RoleAssignment>> = HashMap::new();
        for assignment in &evidence.directory.role_assignments {
            let holder = assignment.assigned_to.as_str();
            let is_account = || evidence.accounts.iter().any(|account| account.id.as_deref() == Some(holder));
            let unknown_holder = match &assignment.assignee_type {
                Some(Assignee::User) => {
                    of_accounts.entry(holder).or_default().push(assignment);
                    false
                }
                Some(Assignee::Group) => {
                    let reach = || Reach::of(holder, &evidence.members);
                    let group = of_groups.entry(holder);
                    let group = group.or_insert_with(|| GroupRoles { assignments: Vec::new(), reach: reach() });
                    group.assignments.push(assignment);
                    false
                }
                Some(Assignee::Other(_)) => true,
                None => {
                    of_accounts.entry(holder).or_default().push(assignment);
                    !is_account()
                }
            };
            if unknown_holder {
                let what = match &assignment.assignee_type {
                    Some(Assignee::Other(kind)) => format!("a holder of the unknown kind {kind}"),
                    Some(Assignee::User | Assignee::Group) | None => "a holder of no kind".to_owned(),
                };
                open.insert(Gap {
                    fact: ADMIN_ROLES.into(),
                    why: format!("role {} is assigned to {holder}, {what}", assignment.role_id),
                    supply:
                        "look it up in the console under Account > Admin roles, and give the role to users or groups"
                            .to_owned(),
                });
            }
        }
        let members = unread(evidence, SourceId::Members, ADMIN_ROLES);
        Self { evidence, of_accounts, of_groups, open, members }
    }

    /// Why there may be administrators beyond those accounts that flags and assignments name.
    pub(super) fn unlisted(&self) -> BTreeSet<Gap> {
        let mut gaps: BTreeSet<Gap> =
            self.open.iter().cloned().map(|gap| Gap { fact: ADMINISTRATORS.into(), ..gap }).collect();
        for (group, GroupRoles { reach, .. }) in &self.of_groups {
            if let Some(gap) = self.doubt(group, reach) {
                gaps.insert(Gap { fact: ADMINISTRATORS.into(), ..gap });
            }
            if reach.everybody {
                gaps.insert(Gap {
                    fact: ADMINISTRATORS.into(),
                    why: format!("group {group} holds an administrator's role and everybody of the tenant is in it"),
                    supply: "take the role from that group: what everybody may do is not audited one by one".to_owned(),
                });
            }
        }
        gaps
    }

    /// Why somebody whom no record of the group names may be in it.
    fn doubt(&self, group: &str, reach: &Reach<'_>) -> Option<Gap> {
        let cut = || {
            reach.cut.then(|| Gap {
                fact: ADMIN_ROLES.into(),
                why: format!("a member of group {group}, or of a group in it, is named without an id"),
                supply: remedy(SourceId::Members),
            })
        };
        let whole =
            |gap: &Gap| Gap { why: format!("who is in group {group} is not known: {}", gap.why), ..gap.clone() };
        self.members.as_ref().map(whole).or_else(cut)
    }

    /// An account's roles.
    pub(super) fn of(&self, account: &Account) -> Listing<HeldRole> {
        let mut list = Listing::empty();
        list.open.extend(self.open.iter().cloned());
        let mut held: BTreeSet<&str> = BTreeSet::new();
        let mut hold = |assignment: &'e RoleAssignment| {
            list.evidence.insert(self.item(assignment, account));
            if held.insert(&assignment.role_id) {
                list.items.push(self.role(&assignment.role_id));
            }
        };
        let mut doubts = Vec::new();
        match account.id.as_deref() {
            Some(id) => self.of_accounts.get(id).into_iter().flatten().for_each(|assignment| hold(assignment)),
            None if self.of_accounts.is_empty() => {}
            None => {
                list.open.insert(Gap {
                    fact: ADMIN_ROLES.into(),
                    why: format!("the record of {} has no id, by which roles are assigned", account.email),
                    supply: remedy(SourceId::Users),
                });
            }
        }
        for (id, group) in &self.of_groups {
            if group.reach.everybody || group.reach.names(account) {
                group.assignments.iter().for_each(|assignment| hold(assignment));
            } else if let Some(gap) = self.doubt(id, &group.reach) {
                doubts.extend(group.assignments.iter().map(|assignment| (assignment.role_id.as_str(), gap.clone())));
            }
        }
        // Whether a role is held in a second way as well makes no difference.
        list.open.extend(doubts.into_iter().filter(|(role, _)| !held.contains(role)).map(|(_, gap)| gap));
        list
    }

    fn role(&self, id: &str) -> HeldRole {
        let role = self.evidence.directory.roles.get(id);
        let name = role.and_then(|role| role.role_name.as_deref());
        let is_super = role.and_then(|role| role.is_super_admin_role).or_else(|| name.map(|name| name == SEED));
        let name = match name {
            Some(name) => Fact::known(name.to_owned(), Strength::Proven),
            None => {
                let gap = unread(self.evidence, SourceId::Roles, ADMIN_ROLES).unwrap_or_else(|| Gap {
                    fact: ADMIN_ROLES.into(),
                    why: format!("role {id} is in somebody's hands, and the list of roles does not name it"),
                    supply: format!("collect again; {}", remedy(SourceId::Roles)),
                });
                Fact { gaps: BTreeSet::from([gap]), ..Fact::unknown() }
            }
        };
        HeldRole { id: id.to_owned(), name, is_super }
    }

    fn item(&self, assignment: &RoleAssignment, account: &Account) -> Arc<Item> {
        let role = self.evidence.directory.roles.get(&assignment.role_id);
        let role = role.and_then(|role| role.role_name.as_deref()).unwrap_or(&assignment.role_id);
        let way = match &assignment.assignee_type {
            Some(Assignee::Group) => format!(" through group {}", assignment.assigned_to),
            Some(Assignee::User | Assignee::Other(_)) | None => String::new(),
        };
        let reach = match assignment.scope_type.as_deref() {
            Some("CUSTOMER") | None => "",
            Some(_) => ", for a part of the tenant",
        };
        Arc::new(Item {
            at: None,
            source: Source::Google(SourceId::RoleAssignments),
            locator: format!("roleAssignment={}", assignment.role_assignment_id.as_deref().unwrap_or("(no id)")),
            says: format!("{} holds the role {role}{way}{reach}", account.email),
            actor: None,
        })
    }
}
