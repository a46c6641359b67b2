//! Who is in which of the groups that policies name, nested groups included.
//!
//! A configuration group may hold users and groups, whose members its settings reach too (Google's help page 9224126).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::google::directory::Member;
use crate::policy::GroupId;

/// Members of the groups in question, by what tells a user: the stable id, else the address in lower case.
#[derive(Debug, Default)]
pub(super) struct Memberships {
    /// In the order of the sets below.
    groups: Vec<GroupId>,
    by_user: HashMap<String, Vec<u16>>,
    /// Groups that hold everybody of the tenant.
    of_everybody: BTreeSet<u16>,
    /// Groups of which not all members are known.
    pub(super) open: BTreeSet<GroupId>,
}

impl Memberships {
    /// Of these groups, as the direct members of all groups tell; `whole` where every list of members is at hand.
    pub(super) fn new(wanted: &BTreeSet<GroupId>, members: &BTreeMap<String, Vec<Member>>, whole: bool) -> Self {
        let mut memberships = Self::default();
        // What all administrators are, no list of members tells.
        for group in wanted.iter().filter(|group| !group.is_all_admins()) {
            let Ok(index) = u16::try_from(memberships.groups.len()) else {
                memberships.open.insert(group.clone());
                continue;
            };
            memberships.groups.push(group.clone());
            let everything_known = memberships.fill(index, group, members);
            if !whole || !everything_known {
                memberships.open.insert(group.clone());
            }
        }
        memberships
    }

    /// Takes in the members of one group and of those within it; whether nothing among them is of an unknown kind.
    fn fill(&mut self, index: u16, group: &GroupId, members: &BTreeMap<String, Vec<Member>>) -> bool {
        let mut everything_known = true;
        let mut seen: BTreeSet<&str> = BTreeSet::from([group.as_str()]);
        let mut ahead = vec![group.as_str()];
        while let Some(group) = ahead.pop() {
            for member in members.get(group).into_iter().flatten() {
                match (member.member_type.as_deref(), member.id.as_deref()) {
                    (Some("GROUP"), Some(inner)) => {
                        if seen.insert(inner) {
                            ahead.push(inner);
                        }
                    }
                    (Some("CUSTOMER"), _) => {
                        self.of_everybody.insert(index);
                    }
                    (Some("USER" | "EXTERNAL"), _) => everything_known &= self.note(index, member),
                    // It may be one of ours, or a kind of group that Google has added since.
                    (Some(_) | None, _) => {
                        everything_known = false;
                        self.note(index, member);
                    }
                }
            }
        }
        everything_known
    }

    /// Whether the record says who it is.
    fn note(&mut self, index: u16, member: &Member) -> bool {
        let key = member.id.clone().or_else(|| member.email.as_deref().map(str::to_ascii_lowercase));
        let Some(key) = key else { return false };
        let groups = self.by_user.entry(key).or_default();
        if !groups.contains(&index) {
            groups.push(index);
        }
        true
    }

    /// The groups of a user who goes by these keys: id and addresses.
    pub(super) fn of<'k>(&self, keys: impl Iterator<Item = &'k str>) -> BTreeSet<GroupId> {
        let named = keys.filter_map(|key| self.by_user.get(key)).flatten().chain(&self.of_everybody);
        named.map(|index| self.groups[usize::from(*index)].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, kind: &str) -> Member {
        Member { id: Some(id.to_owned()), email: None, member_type: Some(kind.to_owned()) }
    }

    fn group(id: &str) -> GroupId {
        GroupId::from_google(id)
    }

    fn of(memberships: &Memberships, id: &str) -> Vec<String> {
        memberships.of([id].into_iter()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn members_of_groups_within_count_and_circles_end() {
        let lists = BTreeMap::from([
            ("a".to_owned(), vec![member("1", "USER"), member("b", "GROUP")]),
            ("b".to_owned(), vec![member("2", "USER"), member("a", "GROUP")]),
            ("c".to_owned(), vec![member("3", "USER")]),
        ]);
        let wanted = BTreeSet::from([group("a"), group("b")]);
        let memberships = Memberships::new(&wanted, &lists, true);
        assert_eq!(of(&memberships, "1"), ["a", "b"]);
        assert_eq!(of(&memberships, "2"), ["a", "b"]);
        assert!(of(&memberships, "3").is_empty(), "nobody asked for c");
        assert!(memberships.open.is_empty());
    }

    #[test]
    fn a_whole_tenant_in_a_group_is_everybody() {
        let lists = BTreeMap::from([("a".to_owned(), vec![member("C1", "CUSTOMER")])]);
        let memberships = Memberships::new(&BTreeSet::from([group("a")]), &lists, true);
        assert_eq!(of(&memberships, "whoever"), ["a"]);
    }

    #[test]
    fn what_is_not_known_of_a_group_leaves_it_open() {
        let lists = BTreeMap::from([("a".to_owned(), vec![member("x", "SOMETHING_NEW")])]);
        let wanted = BTreeSet::from([group("a")]);
        assert_eq!(Memberships::new(&wanted, &lists, true).open, wanted);
        assert_eq!(Memberships::new(&wanted, &BTreeMap::new(), false).open, wanted);
        assert!(Memberships::new(&wanted, &BTreeMap::new(), true).open.is_empty(), "it is empty, and that is known");
        for kind in ["USER", "GROUP"] {
            let nameless = Member { id: None, ..member("x", kind) };
            let lists = BTreeMap::from([("a".to_owned(), vec![nameless])]);
            assert_eq!(
                Memberships::new(&wanted, &lists, true).open,
                wanted,
                "a {kind} that is not named may be anybody"
            );
        }
    }
}
