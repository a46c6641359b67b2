//! Who administers the tenant, which domains it has, what DNS says of these, and how users sign in: records, as they are.

mod groups;

use std::collections::{BTreeMap, BTreeSet, HashSet};

pub use groups::Reach;

use crate::domain::DomainName;
use crate::google::Unreadable;
use crate::google::directory::Member;
use crate::google::domains::Domain;
use crate::google::inbound_sso::InboundSsoAssignment;
use crate::google::roles::{Assignee, Role, RoleAssignment};
use crate::snapshot::{DnsAnswer, DnsStatus, Line, SourceId};

/// What a domain is to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainKind {
    /// The one after which the tenant is called.
    Primary,
    /// One with users of its own.
    Secondary,
    /// Another name for the users of one of those.
    Alias,
}

impl DomainKind {
    /// The word used in conditions and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Alias => "alias",
        }
    }
}

/// A domain of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnDomain {
    /// Its name.
    pub name: DomainName,
    /// What it is; `None` where no record says, or two say different things.
    pub kind: Option<DomainKind>,
    /// Whether the tenant has shown that it is its own; `None` as above.
    pub verified: Option<bool>,
}

/// Everything of the directory but accounts, groups and org units.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Administrator roles by id. Of two records that differ only the id is left.
    pub roles: BTreeMap<String, Role>,
    /// Who holds them, each once.
    pub role_assignments: Vec<RoleAssignment>,
    /// Domains and aliases, sorted by name, each once.
    pub domains: Vec<OwnDomain>,
    /// What DNS answered. Two answers that differ count as none.
    pub dns: BTreeMap<DomainName, DnsAnswer>,
    /// Who signs in by whom, each once.
    pub sign_on: Vec<InboundSsoAssignment>,
    /// Accounts whose records do not say whether they are super administrators, and that no role assignment names.
    pub silent_accounts: u64,
}

/// Takes the records of the first pass.
#[derive(Debug, Default)]
pub(super) struct Collector {
    roles: BTreeMap<String, Role>,
    role_assignments: Vec<RoleAssignment>,
    domains: BTreeMap<DomainName, OwnDomain>,
    dns: BTreeMap<DomainName, DnsAnswer>,
    sign_on: Vec<InboundSsoAssignment>,
}

/// A record that says less than it should, or is not of Google's shape.
#[derive(Debug)]
pub(super) struct Garbled;

impl From<Unreadable> for Garbled {
    fn from(_: Unreadable) -> Self {
        Self
    }
}

impl Collector {
    /// Takes a record of any kind; those of other kinds pass by.
    pub(super) fn take(&mut self, line: &Line) -> Result<(), Garbled> {
        match line.kind().source() {
            Some(SourceId::Roles) => self.role(line.read()?),
            Some(SourceId::RoleAssignments) => self.role_assignments.push(line.read()?),
            Some(SourceId::Domains) => return self.domain(line.read()?),
            Some(SourceId::Dns) => self.answer(line.read()?),
            Some(SourceId::InboundSso) => self.sign_on.push(line.read()?),
            Some(
                SourceId::AccessBindings
                | SourceId::Canaries
                | SourceId::Policies
                | SourceId::Organizations
                | SourceId::Customer
                | SourceId::Groups
                | SourceId::Members
                | SourceId::OrgUnits
                | SourceId::Grants
                | SourceId::Users
                | SourceId::Licences
                | SourceId::AccessEvaluationLog
                | SourceId::AdminLog
                | SourceId::TokenLog,
            )
            | None => {}
        }
        Ok(())
    }

    fn role(&mut self, role: Role) {
        let known = self.roles.entry(role.role_id.clone()).or_insert_with(|| role.clone());
        if *known != role {
            known.role_name = None;
            known.is_super_admin_role = None;
            known.is_system_role = None;
        }
    }

    fn domain(&mut self, domain: Domain) -> Result<(), Garbled> {
        let mut sound = Ok(());
        let kind = domain.is_primary.map(|primary| if primary { DomainKind::Primary } else { DomainKind::Secondary });
        let aliases = domain.domain_aliases.into_iter();
        let names = aliases.map(|alias| (alias.domain_alias_name, Some(DomainKind::Alias), alias.verified));
        for (name, kind, verified) in std::iter::once((domain.domain_name, kind, domain.verified)).chain(names) {
            match name.parse::<DomainName>() {
                Ok(name) => self.own(OwnDomain { name, kind, verified }),
                Err(_) => sound = Err(Garbled),
            }
        }
        sound
    }

    fn own(&mut self, domain: OwnDomain) {
        let known = self.domains.entry(domain.name.clone()).or_insert_with(|| domain.clone());
        known.kind = known.kind.filter(|kind| Some(*kind) == domain.kind);
        known.verified = known.verified.filter(|verified| Some(*verified) == domain.verified);
    }

    fn answer(&mut self, answer: DnsAnswer) {
        let known = self.dns.entry(answer.name.clone()).or_insert_with(|| answer.clone());
        if *known != answer {
            known.status = DnsStatus::Failed;
            known.texts.clear();
            known.error = Some("the snapshot holds two different answers".to_owned());
        }
    }

    /// The ids and addresses by which role assignments name accounts, directly and through groups.
    pub(super) fn holders(&self, members: &BTreeMap<String, Vec<Member>>) -> Holders {
        let mut holders = Holders::default();
        let mut groups = BTreeSet::new();
        for assignment in &self.role_assignments {
            match &assignment.assignee_type {
                Some(Assignee::User) => {}
                Some(Assignee::Group | Assignee::Other(_)) | None => {
                    groups.insert(assignment.assigned_to.as_str());
                }
            }
            holders.ids.insert(assignment.assigned_to.clone());
        }
        for group in groups {
            for member in Reach::of(group, members).people() {
                holders.ids.extend(member.id.clone());
                holders.emails.extend(member.email.as_deref().map(str::to_ascii_lowercase));
            }
        }
        holders
    }

    /// The records, in an order of their own.
    pub(super) fn finish(mut self, silent_accounts: u64) -> Directory {
        self.role_assignments.sort_by_cached_key(|assignment| format!("{assignment:?}"));
        self.role_assignments.dedup();
        self.sign_on.sort_by_cached_key(|assignment| format!("{assignment:?}"));
        self.sign_on.dedup();
        Directory {
            roles: self.roles,
            role_assignments: self.role_assignments,
            domains: self.domains.into_values().collect(),
            dns: self.dns,
            sign_on: self.sign_on,
            silent_accounts,
        }
    }
}

/// Whom role assignments name.
#[derive(Debug, Default)]
pub(super) struct Holders {
    ids: HashSet<String>,
    /// In lower case.
    emails: HashSet<String>,
}

impl Holders {
    /// Whether an account of that id and those addresses is one of them.
    pub(super) fn name<'a>(&self, id: Option<&str>, emails: impl IntoIterator<Item = &'a str>) -> bool {
        id.is_some_and(|id| self.ids.contains(id))
            || (!self.emails.is_empty()
                && emails.into_iter().any(|email| self.emails.contains(&email.to_ascii_lowercase())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::RecordKind;
    use serde_json::json;

    fn collected(records: &[(RecordKind, serde_json::Value)]) -> Directory {
        let mut collector = Collector::default();
        for (kind, data) in records {
            collector.take(&Line::new(*kind, data).expect("JSON")).expect("sound records");
        }
        collector.finish(0)
    }

    #[test]
    fn aliases_are_domains_and_what_two_records_contradict_is_open() {
        let read = collected(&[
            (
                RecordKind::Domain,
                json!({"domainName": "example.com", "isPrimary": true, "verified": true, "domainAliases": [
                    {"domainAliasName": "Example.NET", "parentDomainName": "example.com", "verified": false}]}),
            ),
            (RecordKind::Domain, json!({"domainName": "example.org", "isPrimary": false, "verified": true})),
            (RecordKind::Domain, json!({"domainName": "example.org", "isPrimary": false, "verified": false})),
        ]);
        let told: Vec<_> = read.domains.iter().map(|own| (own.name.as_str(), own.kind, own.verified)).collect();
        assert_eq!(
            told,
            [
                ("example.com", Some(DomainKind::Primary), Some(true)),
                ("example.net", Some(DomainKind::Alias), Some(false)),
                ("example.org", Some(DomainKind::Secondary), None),
            ]
        );
    }

    #[test]
    fn two_answers_are_none() {
        let answer = |text: &str| json!({"name": "example.com", "type": "TXT", "status": "answer", "texts": [text]});
        let read = collected(&[(RecordKind::DnsAnswer, answer("one")), (RecordKind::DnsAnswer, answer("other"))]);
        assert_eq!(read.dns.values().map(|answer| answer.status).collect::<Vec<_>>(), [DnsStatus::Failed]);
        let read = collected(&[(RecordKind::DnsAnswer, answer("one")), (RecordKind::DnsAnswer, answer("one"))]);
        assert_eq!(read.dns.values().map(|answer| answer.status).collect::<Vec<_>>(), [DnsStatus::Answer]);
    }

    #[test]
    fn a_domain_that_is_none_is_garbled() {
        let line = Line::new(RecordKind::Domain, &json!({"domainName": "not a domain"})).expect("JSON");
        assert!(Collector::default().take(&line).is_err());
    }
}
