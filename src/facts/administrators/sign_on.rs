//! How somebody signs in, by the inbound sign-on assignments of the Cloud Identity API.
//!
//! Discovery document `cloudidentity v1`: of the assignments of a user's groups the one of the numerically lowest rank
//! decides, and only where there is none the one of the innermost org unit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::SIGN_ON;
use crate::evidence::{Account, Evidence, Item, Reach, Source};
use crate::facts::fact::{Fact, Gap, Strength};
use crate::facts::org_tree::OrgTree;
use crate::facts::supply::{remedy, unread};
use crate::google::inbound_sso::InboundSsoAssignment;
use crate::snapshot::SourceId;

/// Who verifies that a user is who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignOn {
    /// An identity provider of the tenant's own.
    On,
    /// Google.
    Off,
}

impl SignOn {
    /// The word used in conditions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// How well it is known that somebody for whom there is no assignment signs in with Google. An assignment exists only
/// where somebody set one, and the old SSO profile for the whole organisation, which no API of those read here shows,
/// reaches users without one (Google's help page 10723804).
const UNASSIGNED: Strength = Strength::Presumed;

const HOW_TO_SETTLE: &str = "assign None to these users, or to the top org unit, in the console under Security > \
                             Authentication > SSO with third party IdP > Manage SSO profile assignments, or see there that \
                             no SSO profile for the organization is on";

enum Membership {
    No,
    Yes,
    Open(Gap),
}

/// All assignments.
#[derive(Debug)]
pub(super) struct Assignments<'e> {
    evidence: &'e Evidence,
    tree: &'e OrgTree,
    /// For groups, by rank; those without a sound one, which may come anywhere, first.
    by_rank: BTreeMap<Option<i64>, Vec<(&'e InboundSsoAssignment, Reach<'e>)>>,
    by_org_unit: BTreeMap<&'e str, Vec<&'e InboundSsoAssignment>>,
    /// For nobody that is known.
    aimless: Vec<&'e InboundSsoAssignment>,
}

impl<'e> Assignments<'e> {
    pub(super) fn new(evidence: &'e Evidence, tree: &'e OrgTree) -> Self {
        let mut all =
            Self { evidence, tree, by_rank: BTreeMap::new(), by_org_unit: BTreeMap::new(), aimless: Vec::new() };
        for assignment in &evidence.directory.sign_on {
            let group = assignment.target_group.as_deref().and_then(|target| target.strip_prefix("groups/"));
            let unit = assignment.target_org_unit.as_deref().and_then(|target| target.strip_prefix("orgUnits/"));
            match (group, unit) {
                (Some(group), None) => {
                    let rank = assignment.rank.filter(|rank| *rank > 0);
                    let reach = Reach::of(group, &evidence.members);
                    all.by_rank.entry(rank).or_default().push((assignment, reach));
                }
                (None, Some(unit)) => {
                    all.by_org_unit.entry(unit.strip_prefix("id:").unwrap_or(unit)).or_default().push(assignment);
                }
                (None, None) | (Some(_), Some(_)) => all.aimless.push(assignment),
            }
        }
        all
    }

    /// How an account signs in.
    pub(super) fn decide(&self, account: &Account) -> Fact<SignOn> {
        if let Some(gap) = unread(self.evidence, SourceId::InboundSso, SIGN_ON) {
            return open(gap);
        }
        let mut possible: Vec<Fact<SignOn>> = self.aimless.iter().map(|assignment| mode(assignment)).collect();
        let mut doubts = BTreeSet::new();
        let mut decided = false;
        for (rank, assignments) in &self.by_rank {
            for (assignment, reach) in assignments {
                match self.membership(reach, account) {
                    Membership::No => continue,
                    Membership::Yes => decided |= rank.is_some(),
                    Membership::Open(gap) => {
                        doubts.insert(gap);
                    }
                }
                possible.push(mode(assignment));
            }
            if decided {
                break;
            }
        }
        if !decided {
            possible.push(self.by_org_unit(account));
        }
        let several = possible.len() > 1;
        let mut fact = possible.into_iter().reduce(Fact::or_else).expect("a group or the org units decide");
        // Two assignments of one org unit may differ as well.
        if fact.value().is_none() && (several || fact.candidates().next().is_some()) {
            fact.gaps.extend(doubts);
            fact.gaps.insert(Gap {
                fact: SIGN_ON.into(),
                why: format!("which of several sign-on assignments decides for {} cannot be told", account.email),
                supply: format!("give each group's assignment a rank of its own; {}", remedy(SourceId::Members)),
            });
        }
        fact
    }

    fn membership(&self, reach: &Reach<'_>, account: &Account) -> Membership {
        if reach.everybody || reach.names(account) {
            return Membership::Yes;
        }
        if let Some(gap) = unread(self.evidence, SourceId::Members, SIGN_ON) {
            return Membership::Open(gap);
        }
        if reach.cut {
            return Membership::Open(Gap {
                fact: SIGN_ON.into(),
                why: "a member of a group with a sign-on assignment is named without an id".to_owned(),
                supply: remedy(SourceId::Members),
            });
        }
        Membership::No
    }

    fn by_org_unit(&self, account: &Account) -> Fact<SignOn> {
        if self.by_org_unit.is_empty() {
            return unassigned(account);
        }
        let Some(path) = account.org_unit.as_ref() else {
            return open(Gap {
                fact: SIGN_ON.into(),
                why: format!("the org unit of {} is not known, and org units decide how users sign in", account.email),
                supply: remedy(SourceId::Users),
            });
        };
        let unplaced = || {
            let gap = unread(self.evidence, SourceId::OrgUnits, SIGN_ON).unwrap_or_else(|| Gap {
                fact: SIGN_ON.into(),
                why: format!("which org units are above {path} is not known"),
                supply: remedy(SourceId::OrgUnits),
            });
            open(gap)
        };
        let mut at = self.tree.find(path);
        while let Some(unit) = at {
            let unit_of = &self.tree.units()[unit];
            // Where Google sent no id the path stands in, and assignments name ids.
            if unit_of.id.starts_with('/') {
                return unplaced();
            }
            let here = self.by_org_unit.get(unit_of.id.as_str()).into_iter().flatten();
            if let Some(fact) = here.map(|assignment| mode(assignment)).reduce(Fact::or_else) {
                return fact;
            }
            if unit_of.path.is_root() {
                return unassigned(account);
            }
            at = self.tree.parent(unit);
        }
        unplaced()
    }
}

fn open(gap: Gap) -> Fact<SignOn> {
    Fact { gaps: BTreeSet::from([gap]), ..Fact::unknown() }
}

fn unassigned(account: &Account) -> Fact<SignOn> {
    let mut fact = Fact::known(SignOn::Off, UNASSIGNED);
    fact.evidence.insert(item(
        "inboundSsoAssignments".to_owned(),
        format!("no sign-on assignment is for {}, its groups or its org units", account.email),
    ));
    if UNASSIGNED == Strength::Presumed {
        fact.gaps.insert(Gap {
            fact: SIGN_ON.into(),
            why: format!(
                "{} has no sign-on assignment, and no API read here tells whether the organization has an SSO profile for all",
                account.email
            ),
            supply: HOW_TO_SETTLE.to_owned(),
        });
    }
    fact
}

/// What an assignment says, should it decide.
fn mode(assignment: &InboundSsoAssignment) -> Fact<SignOn> {
    let word = assignment.sso_mode.as_deref().unwrap_or("(none)");
    let mut gaps = BTreeSet::new();
    let mut gap = |why: String, supply: &str| {
        gaps.insert(Gap { fact: SIGN_ON.into(), why, supply: supply.to_owned() });
    };
    let fact = match word {
        "SSO_OFF" => Fact::known(SignOn::Off, Strength::Proven),
        "SAML_SSO" | "OIDC_SSO" => Fact::known(SignOn::On, Strength::Proven),
        // It amounts to SSO_OFF where there is no such provider, which no API read here tells.
        "DOMAIN_WIDE_SAML_IF_ENABLED" => {
            let why =
                format!("{} sends users to the organization's own identity provider if it has one", assignment.name);
            gap(why, HOW_TO_SETTLE);
            Fact::known(SignOn::On, Strength::Presumed)
        }
        other => {
            let why = format!("{} is of the unknown mode {other}", assignment.name);
            gap(why, "see in the console what it means, and tell the makers of gwsaudit");
            Fact::unknown()
        }
    };
    let target = assignment.target_group.as_deref().or(assignment.target_org_unit.as_deref()).unwrap_or("nobody");
    let evidence = BTreeSet::from([item(assignment.name.clone(), format!("{word} for {target}"))]);
    Fact { evidence, gaps, ..fact }
}

fn item(locator: String, says: String) -> Arc<Item> {
    Arc::new(Item { at: None, source: Source::Google(SourceId::InboundSso), locator, says, actor: None })
}
