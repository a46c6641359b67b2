use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::google::Unreadable;
use crate::google::reports::Application;
use crate::report::model::SourceStatus;

/// The schema name in every snapshot's first line.
pub const SCHEMA: &str = "gwsaudit/snapshot/1";

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Version of the program that collected.
    pub tool_version: String,
    /// The moment as of which the snapshot is judged.
    pub collected_at: Timestamp,
    /// The customer that was asked for.
    pub customer: String,
    /// What the operator stated when collecting.
    #[serde(default)]
    pub operator: Operator,
}

/// Statements of the operator that belong to the evidence.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Operator {
    /// `none`, `organizations/…`, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gcp_organization: Option<String>,
}

/// One of Google's lists, as `sources[].id` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceId {
    /// Access Context Manager's user access bindings.
    AccessBindings,
    /// Refreshes of connections of our own.
    Canaries,
    /// Which users sign in through an identity provider of the tenant's own.
    InboundSso,
    /// The Policy API's policies.
    Policies,
    /// Which organization belongs to the tenant.
    Organizations,
    /// The tenant's own record.
    Customer,
    /// The tenant's domains and their aliases.
    Domains,
    /// Groups.
    Groups,
    /// Members of groups.
    Members,
    /// Org units.
    OrgUnits,
    /// Who holds which administrator role.
    RoleAssignments,
    /// Administrator roles.
    Roles,
    /// OAuth grants, user by user.
    Grants,
    /// Accounts.
    Users,
    /// What the domain name system says of the tenant's domains: SPF, DKIM, DMARC. Not Google's, but public.
    Dns,
    /// Who holds a licence of the products that policies name.
    Licences,
    /// The access-evaluation log.
    AccessEvaluationLog,
    /// The administrators' audit log.
    AdminLog,
    /// The token log.
    TokenLog,
}

impl SourceId {
    /// All of them, sorted by name.
    pub const ALL: [Self; 19] = [
        Self::AccessBindings,
        Self::Canaries,
        Self::InboundSso,
        Self::Policies,
        Self::Organizations,
        Self::Customer,
        Self::Domains,
        Self::Groups,
        Self::Members,
        Self::OrgUnits,
        Self::RoleAssignments,
        Self::Roles,
        Self::Grants,
        Self::Users,
        Self::Dns,
        Self::Licences,
        Self::AccessEvaluationLog,
        Self::AdminLog,
        Self::TokenLog,
    ];

    /// The name in reports and snapshots.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessBindings => "accesscontextmanager.bindings",
            Self::Canaries => "canaries",
            Self::InboundSso => "cloudidentity.inbound_sso",
            Self::Policies => "cloudidentity.policies",
            Self::Organizations => "cloudresourcemanager.organizations",
            Self::Customer => "directory.customers",
            Self::Domains => "directory.domains",
            Self::Groups => "directory.groups",
            Self::Members => "directory.members",
            Self::OrgUnits => "directory.orgunits",
            Self::RoleAssignments => "directory.role_assignments",
            Self::Roles => "directory.roles",
            Self::Grants => "directory.tokens",
            Self::Users => "directory.users",
            Self::Dns => "dns",
            Self::Licences => "licensing.assignments",
            Self::AccessEvaluationLog => "reports.access_evaluation",
            Self::AdminLog => "reports.admin",
            Self::TokenLog => "reports.token",
        }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SourceId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|id| id.as_str() == text).ok_or_else(|| format!("{text:?} is not a source"))
    }
}

/// How reading one source went, and what it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// [`SourceId::as_str`], or the name of a source that this version does not know.
    pub id: String,
    /// How it ended.
    pub status: SourceStatus,
    /// Requests sent.
    pub requests: u64,
    /// Records of this source in the snapshot. Fewer in the file means that some were lost.
    pub items: u64,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// What was not asked, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// For logs: start of the window that was asked for, or of an earlier snapshot's where that was carried forward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_from: Option<Timestamp>,
    /// End of that window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_to: Option<Timestamp>,
    /// For grants: users whose grants were asked for and could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread_users: Vec<String>,
    /// For grants: how many live accounts were not asked, by choice.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub users_not_asked: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl SourceRecord {
    /// A source that ended with `status`, nothing else said yet.
    #[must_use]
    pub fn new(id: SourceId, status: SourceStatus) -> Self {
        Self {
            id: id.as_str().to_owned(),
            status,
            requests: 0,
            items: 0,
            error: None,
            next_step: None,
            note: None,
            window_from: None,
            window_to: None,
            unread_users: Vec::new(),
            users_not_asked: 0,
        }
    }

    /// Everything that was asked for is at hand.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status == SourceStatus::Complete
    }

    /// Takes a completeness back: part of the source is not at hand after all.
    pub fn degrade(&mut self, why: String) {
        if self.status == SourceStatus::Complete {
            self.status = SourceStatus::Partial;
        }
        self.error = Some(match self.error.take() {
            Some(before) => format!("{before}; {why}"),
            None => why,
        });
    }
}

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// How a source went.
    Source,
    /// The closing line.
    End,
    /// The tenant.
    Customer,
    /// An org unit.
    OrgUnit,
    /// An account.
    User,
    /// A user's grant to an app.
    Grant,
    /// A group.
    Group,
    /// A direct member of a group.
    Member,
    /// A log entry.
    Activity(Application),
    /// A policy.
    Policy,
    /// A licence that a user holds.
    License,
    /// An administrator role.
    Role,
    /// An administrator role in somebody's hands.
    RoleAssignment,
    /// A domain, with its aliases.
    Domain,
    /// How some users sign in.
    SsoAssignment,
    /// What the domain name system answered to one question: a [`DnsAnswer`](super::DnsAnswer).
    DnsAnswer,
    /// An organization.
    Organization,
    /// A user access binding.
    AccessBinding,
    /// A connection of our own, and what came of refreshing it.
    Canary,
    /// A kind that this version does not know; counted, never judged.
    Unknown,
}

impl RecordKind {
    /// The word in `"type"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::End => "end",
            Self::Customer => "customer",
            Self::OrgUnit => "org_unit",
            Self::User => "user",
            Self::Grant => "grant",
            Self::Group => "group",
            Self::Member => "member",
            Self::Activity(_) => "activity",
            Self::Policy => "policy",
            Self::License => "license",
            Self::Role => "role",
            Self::RoleAssignment => "role_assignment",
            Self::Domain => "domain",
            Self::SsoAssignment => "sso_assignment",
            Self::DnsAnswer => "dns_answer",
            Self::Organization => "organization",
            Self::AccessBinding => "access_binding",
            Self::Canary => "canary",
            Self::Unknown => "unknown",
        }
    }

    /// The source that such records come from.
    #[must_use]
    pub fn source(self) -> Option<SourceId> {
        match self {
            Self::Source | Self::End | Self::Unknown => None,
            Self::Customer => Some(SourceId::Customer),
            Self::OrgUnit => Some(SourceId::OrgUnits),
            Self::User => Some(SourceId::Users),
            Self::Grant => Some(SourceId::Grants),
            Self::Group => Some(SourceId::Groups),
            Self::Member => Some(SourceId::Members),
            Self::Activity(Application::Admin) => Some(SourceId::AdminLog),
            Self::Activity(Application::Token) => Some(SourceId::TokenLog),
            Self::Activity(Application::AccessEvaluation) => Some(SourceId::AccessEvaluationLog),
            Self::Policy => Some(SourceId::Policies),
            Self::License => Some(SourceId::Licences),
            Self::Role => Some(SourceId::Roles),
            Self::RoleAssignment => Some(SourceId::RoleAssignments),
            Self::Domain => Some(SourceId::Domains),
            Self::SsoAssignment => Some(SourceId::InboundSso),
            Self::DnsAnswer => Some(SourceId::Dns),
            Self::Organization => Some(SourceId::Organizations),
            Self::AccessBinding => Some(SourceId::AccessBindings),
            Self::Canary => Some(SourceId::Canaries),
        }
    }

    fn of(kind: &str, application: Option<&str>) -> Self {
        match (kind, application) {
            ("source", _) => Self::Source,
            ("end", _) => Self::End,
            ("customer", _) => Self::Customer,
            ("org_unit", _) => Self::OrgUnit,
            ("user", _) => Self::User,
            ("grant", _) => Self::Grant,
            ("group", _) => Self::Group,
            ("member", _) => Self::Member,
            ("activity", Some("admin")) => Self::Activity(Application::Admin),
            ("activity", Some("token")) => Self::Activity(Application::Token),
            ("activity", Some("access_evaluation")) => Self::Activity(Application::AccessEvaluation),
            ("policy", _) => Self::Policy,
            ("license", _) => Self::License,
            ("role", _) => Self::Role,
            ("role_assignment", _) => Self::RoleAssignment,
            ("domain", _) => Self::Domain,
            ("sso_assignment", _) => Self::SsoAssignment,
            ("dns_answer", _) => Self::DnsAnswer,
            ("organization", _) => Self::Organization,
            ("access_binding", _) => Self::AccessBinding,
            ("canary", _) => Self::Canary,
            _ => Self::Unknown,
        }
    }
}

/// One line of a snapshot, its data still as written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    #[serde(rename = "type")]
    kind: String,
    /// For activities: the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// For grants: whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// For members: of which group (its id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// For the closing line: how many lines lie between header and end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// What Google sent, or for sources the [`SourceRecord`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Box<RawValue>>,
}

impl Line {
    /// A line of that kind around `data`.
    ///
    /// # Errors
    /// Where `data` cannot be written as JSON.
    pub fn new<T: Serialize>(kind: RecordKind, data: &T) -> Result<Self, serde_json::Error> {
        Ok(Self {
            kind: kind.as_str().to_owned(),
            application: match kind {
                RecordKind::Activity(application) => Some(application.as_str().to_owned()),
                RecordKind::Source
                | RecordKind::End
                | RecordKind::Customer
                | RecordKind::OrgUnit
                | RecordKind::User
                | RecordKind::Grant
                | RecordKind::Group
                | RecordKind::Member
                | RecordKind::Policy
                | RecordKind::License
                | RecordKind::Role
                | RecordKind::RoleAssignment
                | RecordKind::Domain
                | RecordKind::SsoAssignment
                | RecordKind::DnsAnswer
                | RecordKind::Organization
                | RecordKind::AccessBinding
                | RecordKind::Canary
                | RecordKind::Unknown => None,
            },
            user: None,
            group: None,
            records: None,
            data: Some(serde_json::value::to_raw_value(data)?),
        })
    }

    /// The closing line of a snapshot with so many lines between header and end.
    #[must_use]
    pub fn end(records: u64) -> Self {
        Self {
            kind: RecordKind::End.as_str().to_owned(),
            application: None,
            user: None,
            group: None,
            records: Some(records),
            data: None,
        }
    }

    /// What the line holds.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        RecordKind::of(&self.kind, self.application.as_deref())
    }

    /// The data, read as a `T`.
    ///
    /// # Errors
    /// [`Unreadable`] where it is missing or of another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        let text = self.data.as_deref().map_or("null", RawValue::get);
        Ok(serde_json::from_str(text)?)
    }
}
