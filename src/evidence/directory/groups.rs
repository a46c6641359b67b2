use std::collections::{BTreeMap, HashSet};

use crate::evidence::Account;
use crate::google::directory::Member;

/// Who is in a group, directly or through groups in it (Google's help page 9224126 counts nested groups).
///
/// Whether all members are at hand is not known here: [`crate::snapshot::SourceId::Members`] tells.
#[derive(Debug, Default)]
pub struct Reach<'m> {
    people: Vec<&'m Member>,
    ids: HashSet<&'m str>,
    /// Members with an address alone.
    without_id: Vec<&'m str>,
    /// Whether everybody of the tenant is in it.
    pub everybody: bool,
    /// Whether a group in it is named in a way by which its members cannot be found.
    pub cut: bool,
}

impl<'m> Reach<'m> {
    /// Walks the group and the groups in it, each once.
    #[must_use]
    pub fn of(group: &str, members: &'m BTreeMap<String, Vec<Member>>) -> Self {
        let mut reach = Self::default();
        let mut seen: HashSet<&str> = HashSet::from([group]);
        let mut ahead: Vec<&'m Member> = members.get(group).into_iter().flatten().collect();
        while let Some(member) = ahead.pop() {
            match (member.member_type.as_deref(), member.id.as_deref()) {
                (Some("GROUP"), Some(inner)) => {
                    if seen.insert(inner) {
                        ahead.extend(members.get(inner).into_iter().flatten());
                    }
                }
                (Some("GROUP") | None, None) => reach.cut = true,
                (Some("CUSTOMER"), _) => reach.everybody = true,
                // A kind that is not said may be either.
                (None, Some(id)) => {
                    reach.person(member);
                    if seen.insert(id) {
                        ahead.extend(members.get(id).into_iter().flatten());
                    }
                }
                (Some("USER"), _) => reach.person(member),
                // Those from outside, and whatever Google adds, are no users of the tenant.
                (Some(_), _) => {}
            }
        }
        reach
    }

    fn person(&mut self, member: &'m Member) {
        match (member.id.as_deref(), member.email.as_deref()) {
            (Some(id), _) => {
                self.ids.insert(id);
            }
            (None, Some(email)) => self.without_id.push(email),
            (None, None) => self.cut = true,
        }
        self.people.push(member);
    }

    /// The members that are, or may be, users.
    pub(super) fn people(&self) -> impl Iterator<Item = &'m Member> + '_ {
        self.people.iter().copied()
    }

    /// Whether a member's record names that account.
    #[must_use]
    pub fn names(&self, account: &Account) -> bool {
        let is = |email: &str| {
            email.eq_ignore_ascii_case(account.email.as_str())
                || account.aliases.iter().any(|alias| email.eq_ignore_ascii_case(alias.as_str()))
        };
        match account.id.as_deref() {
            Some(id) => self.ids.contains(id) || self.without_id.iter().any(|email| is(email)),
            None => self.people.iter().any(|member| member.email.as_deref().is_some_and(is)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn members(groups: &[(&str, Value)]) -> BTreeMap<String, Vec<Member>> {
        let read = |members: &Value| serde_json::from_value(members.clone()).expect("members");
        groups.iter().map(|(group, members)| ((*group).to_owned(), read(members))).collect()
    }

    #[test]
    fn groups_in_groups_count_even_in_a_circle() {
        let members = members(&[
            ("a", json!([{"id": "b", "type": "GROUP"}, {"id": "1", "type": "USER"}])),
            ("b", json!([{"id": "a", "type": "GROUP"}, {"id": "2", "type": "USER"}, {"id": "9", "type": "EXTERNAL"}])),
        ]);
        let reach = Reach::of("a", &members);
        let mut ids: Vec<_> = reach.people().filter_map(|member| member.id.as_deref()).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["1", "2"]);
        assert!(!reach.everybody && !reach.cut);
    }

    #[test]
    fn everybody_and_groups_without_an_id() {
        let members =
            members(&[("a", json!([{"id": "C1", "type": "CUSTOMER"}, {"email": "b@example.com", "type": "GROUP"}]))]);
        let reach = Reach::of("a", &members);
        assert!(reach.everybody && reach.cut);
        assert!(!Reach::of("unheard of", &members).everybody);
    }
}
