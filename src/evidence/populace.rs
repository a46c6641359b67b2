//! Policies, and who there is as far as they tell people apart: by org unit, group and licence.
//!
//! Users alike in all three are one cohort, so that what is in force for them is worked out once. Of a million users as
//! much stays in memory as there are cohorts, plus an entry for each member of a group, and each holder of a licence,
//! that a policy names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::accounts::{AccountState, state_of};
use super::gather::Unit;
use super::memberships::Memberships;
use super::supposition::{PolicyTarget, Supposed, Supposition};
use crate::domain::{Email, OrgUnitPath, SettingType};
use crate::google::directory::{self, Member};
use crate::google::licensing::LicenseAssignment;
use crate::google::policies::Policy;
use crate::policy::{GroupId, Listing, OrgUnitId, Policies, Sku, SupposedFor, suppose};
use crate::snapshot::{Line, RecordKind};

/// So many users of a cohort are named.
const EXAMPLES: usize = 3;

/// Users of one org unit who are in the same groups and hold the same licences, as far as policies name these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Where they are; `None` where their records do not say.
    pub org_unit: Option<OrgUnitPath>,
    /// Which of the groups that policies name they are in, nested ones included.
    pub groups: BTreeSet<GroupId>,
    /// Which of the licences that policies name they hold.
    pub licences: BTreeSet<Sku>,
    /// How many there are, suspended and archived accounts left out.
    pub users: u64,
    /// Some of them.
    pub examples: Vec<Email>,
}

/// One user, as far as policies are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Which of the groups that policies name they are in.
    pub groups: BTreeSet<GroupId>,
    /// Which of the licences that policies name they hold.
    pub licences: BTreeSet<Sku>,
}

/// Policies and cohorts.
#[derive(Debug)]
pub struct Populace {
    /// All policies at hand.
    pub policies: Policies,
    /// Addresses of groups.
    pub group_names: BTreeMap<GroupId, String>,
    /// Sorted by org unit, groups and licences.
    pub cohorts: Vec<Cohort>,
    /// Groups of which not all members are known; who else is in them is open.
    pub open_groups: BTreeSet<GroupId>,
    keys: Keys,
}

/// Groups and licences of single users.
#[derive(Debug, Default)]
struct Keys {
    memberships: Memberships,
    licences: HashMap<String, BTreeSet<Sku>>,
}

impl Keys {
    fn of(&self, id: Option<&str>, addresses: &[String]) -> Standing {
        let keys = || id.into_iter().chain(addresses.iter().map(String::as_str));
        Standing {
            groups: self.memberships.of(keys()),
            licences: keys().filter_map(|key| self.licences.get(key)).flatten().cloned().collect(),
        }
    }
}

impl Populace {
    /// How the user with that stable id and these addresses stands.
    #[must_use]
    pub fn standing<'e>(&self, id: Option<&str>, addresses: impl Iterator<Item = &'e Email>) -> Standing {
        let addresses: Vec<String> = addresses.map(|address| address.as_str().to_ascii_lowercase()).collect();
        self.keys.of(id, &addresses)
    }
}

/// Collects in the first pass what the later ones need.
#[derive(Debug, Default)]
pub(super) struct PolicyPass {
    policies: Vec<Policy>,
    unreadable: usize,
    group_names: BTreeMap<GroupId, String>,
    supposed: Vec<(String, SupposedPolicy)>,
}

/// A policy that nobody made yet.
#[derive(Debug)]
struct SupposedPolicy {
    setting: SettingType,
    whom: SupposedFor,
    value: Map<String, Value>,
}

impl PolicyPass {
    /// Policies that nobody made yet, for these org units or for groups, are to join those that were read.
    pub(super) fn suppose(&mut self, supposed: &[Supposition], units: &[Unit]) {
        for supposition in supposed {
            let Supposed::Policy { setting, whom, value } = &supposition.what else { continue };
            let whom = match whom {
                PolicyTarget::OrgUnit(path) => org_unit_of(path, units),
                PolicyTarget::Group(email) => SupposedFor::Group(self.group_of(email)),
            };
            let policy = SupposedPolicy { setting: setting.clone(), whom, value: value.clone() };
            self.supposed.push((format!("what-if {}", supposition.locator), policy));
        }
    }

    /// The group of that address. Groups that no policy names were not asked for: such a one is known by its address
    /// alone, and its members are not known.
    fn group_of(&mut self, email: &Email) -> GroupId {
        let known = self.group_names.iter().find(|(_, name)| name.eq_ignore_ascii_case(email.as_str()));
        if let Some((id, _)) = known {
            return id.clone();
        }
        let id = GroupId::from_google(email.as_str());
        self.group_names.insert(id.clone(), email.to_string());
        id
    }

    pub(super) fn policy(&mut self, policy: Policy) {
        self.policies.push(policy);
    }

    /// A record that is no policy at all.
    pub(super) fn unreadable(&mut self) {
        self.unreadable += 1;
    }

    pub(super) fn group(&mut self, group: directory::Group) {
        if let Some(email) = group.email {
            self.group_names.insert(GroupId::from_google(&group.id), email);
        }
    }

    /// Ends the pass: `listed` tells how whole the list of policies is, `members_whole` whether all members are at hand.
    pub(super) fn finish(
        self,
        listing: Listing,
        members: &BTreeMap<String, Vec<Member>>,
        members_whole: bool,
    ) -> PopulacePass {
        let asked_for = |policies: &Policies| policies.groups_named(None);
        let mut read = self.policies;
        // A list without a single policy stays no answer, whatever is supposed.
        let listing = match listing {
            Listing::Complete if read.is_empty() && self.unreadable == 0 => Listing::Empty,
            Listing::Complete | Listing::Incomplete | Listing::Unreadable(_) | Listing::Empty => listing,
        };
        let mut unasked = BTreeSet::new();
        if !self.supposed.is_empty() {
            unasked = self.supposed.iter().filter_map(|(_, supposed)| supposed.whom.group().cloned()).collect();
            let asked = asked_for(&Policies::new(read.clone(), listing, self.unreadable));
            unasked.retain(|group| !asked.contains(group) && !members.contains_key(group.as_str()));
            for (name, SupposedPolicy { setting, whom, value }) in &self.supposed {
                suppose(&mut read, name, setting, whom, value);
            }
        }
        let policies = Policies::new(read, listing, self.unreadable);
        let mut memberships = Memberships::new(&asked_for(&policies), members, members_whole);
        memberships.open.extend(unasked);
        PopulacePass {
            skus: policies.skus_named(None),
            policies,
            group_names: self.group_names,
            keys: Keys { memberships, licences: HashMap::new() },
            cohorts: HashMap::new(),
        }
    }
}

/// An org unit as policies name it, with those above and below it by path.
fn org_unit_of(path: &OrgUnitPath, units: &[Unit]) -> SupposedFor {
    let id = |unit: &Unit| OrgUnitId::from_google(&unit.id);
    let mut above: Vec<&Unit> = units.iter().filter(|unit| unit.path.contains(path)).collect();
    above.sort_by_key(|unit| std::cmp::Reverse(unit.path.as_str().len()));
    let below = units.iter().filter(|unit| unit.path != *path && path.contains(&unit.path)).map(id).collect();
    SupposedFor::OrgUnit { chain: above.into_iter().map(id).collect(), below }
}

/// What people of one cohort have in common: org unit, groups and licences.
type Alike = (Option<OrgUnitPath>, BTreeSet<GroupId>, BTreeSet<Sku>);

/// Collects licences in the second pass, and cohorts in the third.
#[derive(Debug)]
pub(super) struct PopulacePass {
    policies: Policies,
    group_names: BTreeMap<GroupId, String>,
    skus: BTreeSet<Sku>,
    keys: Keys,
    /// How many people are so, and the first few of them.
    cohorts: HashMap<Alike, (u64, Vec<Email>)>,
}

impl PopulacePass {
    /// Second pass.
    pub(super) fn take_licence(&mut self, line: &Line) {
        if line.kind() != RecordKind::License || self.skus.is_empty() {
            return;
        }
        let Ok(assignment) = line.read::<LicenseAssignment>() else { return };
        let sku = Sku::new(&assignment.product_id, &assignment.sku_id);
        if self.skus.contains(&sku) {
            self.keys.licences.entry(assignment.user_id.to_ascii_lowercase()).or_default().insert(sku);
        }
    }

    /// Third pass.
    pub(super) fn take_user(&mut self, line: &Line) {
        if line.kind() != RecordKind::User || self.policies.types().next().is_none() {
            return;
        }
        let Ok(user) = line.read::<directory::User>() else { return };
        let Some(email) = Email::from_google(&user.primary_email) else { return };
        if state_of(&user) != AccountState::Active {
            return;
        }
        let addresses: Vec<String> = std::iter::once(&user.primary_email)
            .chain(&user.aliases)
            .map(|address| address.to_ascii_lowercase())
            .collect();
        let mut standing = self.keys.of(user.id.as_deref(), &addresses);
        if user.is_admin == Some(true) || user.is_delegated_admin == Some(true) {
            standing.groups.extend(self.policies.groups_named(None).into_iter().filter(GroupId::is_all_admins));
        }
        let org_unit = user.org_unit_path.as_deref().and_then(OrgUnitPath::from_google);
        let (users, examples) = self.cohorts.entry((org_unit, standing.groups, standing.licences)).or_default();
        *users += 1;
        // The first by address, whatever the order of the records.
        examples.push(email);
        examples.sort();
        examples.dedup();
        examples.truncate(EXAMPLES);
    }

    pub(super) fn finish(self) -> Populace {
        let mut cohorts: Vec<Cohort> = self
            .cohorts
            .into_iter()
            .map(|((org_unit, groups, licences), (users, examples))| Cohort {
                org_unit,
                groups,
                licences,
                users,
                examples,
            })
            .collect();
        cohorts.sort_by(|one, other| {
            (&one.org_unit, &one.groups, &one.licences).cmp(&(&other.org_unit, &other.groups, &other.licences))
        });
        Populace {
            policies: self.policies,
            group_names: self.group_names,
            cohorts,
            open_groups: self.keys.memberships.open.clone(),
            keys: self.keys,
        }
    }
}
