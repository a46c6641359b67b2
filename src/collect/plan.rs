use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::evidence::AppDefinition;
use crate::google::reports::Application;
use crate::google::{CustomerKey, OrganizationName, ScopeEntry, scopes};
use crate::snapshot::SourceId;

/// How far back the Reports API goes (180 days; Google's page on data retention).
const LOG_REACH: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How far back an audit looks at access evaluations, of which the latest of each user counts.
const EVALUATION_REACH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whose grants are asked for, one call a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// Users whom the token log ties to the apps under audit.
    Log,
    /// All users.
    All,
    /// All users up to [`Scan::AUTO_LIMIT`], else those of the log.
    Auto,
}

impl Scan {
    /// Up to so many users `auto` asks for all.
    pub const AUTO_LIMIT: usize = 2_000;
}

impl std::str::FromStr for Scan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "log" => Ok(Self::Log),
            "all" => Ok(Self::All),
            "auto" => Ok(Self::Auto),
            _ => Err(format!("{text:?} is not a way to scan; choose log, all or auto")),
        }
    }
}

/// What the collection is for, which decides what is asked, and with which scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The org units alone.
    OrgUnits,
    /// Only what today's checks need.
    Audit,
    /// Everything that gwsaudit can read, so that later versions can judge it too.
    Snapshot,
}

/// Where Access Context Manager bindings are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganizationPlan {
    /// The operator states that there are none.
    StatedNone,
    /// In this organization.
    Named(OrganizationName),
    /// In the organization that belongs to the customer.
    Find,
}

/// What to read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The tenant.
    pub customer: CustomerKey,
    /// What for.
    pub purpose: Purpose,
    /// Whose grants.
    pub scan: Scan,
    /// Bindings.
    pub organization: OrganizationPlan,
    /// The apps under audit, by which the token log is searched.
    pub apps: Vec<AppDefinition>,
    /// The moment as of which everything is read.
    pub now: Timestamp,
}

impl Plan {
    /// The sources that are asked, whatever else they lead to.
    #[must_use]
    pub fn sources(&self) -> BTreeSet<SourceId> {
        if self.purpose == Purpose::OrgUnits {
            return BTreeSet::from([SourceId::OrgUnits]);
        }
        let mut sources = BTreeSet::from([
            SourceId::Customer,
            SourceId::OrgUnits,
            SourceId::Users,
            SourceId::Grants,
            SourceId::AdminLog,
            SourceId::TokenLog,
            SourceId::AccessEvaluationLog,
            SourceId::AccessBindings,
        ]);
        match &self.organization {
            OrganizationPlan::StatedNone | OrganizationPlan::Named(_) => {}
            OrganizationPlan::Find => {
                sources.insert(SourceId::Organizations);
            }
        }
        if self.purpose == Purpose::Snapshot {
            sources.extend([SourceId::Groups, SourceId::Members, SourceId::Policies]);
        }
        sources
    }

    /// Start of a log's window. An audit looks only at the latest access evaluations: there may be one for every token.
    #[must_use]
    pub fn log_from(&self, log: Application) -> Timestamp {
        let reach = match (log, self.purpose) {
            (Application::AccessEvaluation, Purpose::Audit) => EVALUATION_REACH,
            (Application::AccessEvaluation, Purpose::Snapshot | Purpose::OrgUnits)
            | (Application::Admin | Application::Token, _) => LOG_REACH,
        };
        self.now.checked_sub(reach).unwrap_or(Timestamp::MIN)
    }
}

/// The scope that a source is asked with; `None` where Google's APIs have no part in it: canaries have tokens of their
/// own, and the domain name system asks for none.
#[must_use]
pub(super) fn scope_of(source: SourceId) -> Option<&'static ScopeEntry> {
    Some(match source {
        SourceId::Customer => &scopes::CUSTOMER,
        SourceId::OrgUnits => &scopes::ORG_UNITS,
        SourceId::Users => &scopes::USERS,
        SourceId::Grants => &scopes::USER_SECURITY,
        SourceId::Groups => &scopes::GROUPS,
        SourceId::Members => &scopes::GROUP_MEMBERS,
        SourceId::AdminLog | SourceId::TokenLog | SourceId::AccessEvaluationLog => &scopes::AUDIT_LOG,
        SourceId::Policies => &scopes::POLICIES,
        SourceId::InboundSso => &scopes::INBOUND_SSO,
        SourceId::Roles | SourceId::RoleAssignments => &scopes::ROLES,
        SourceId::Domains => &scopes::DOMAINS,
        SourceId::Licences => &scopes::LICENCES,
        SourceId::AccessBindings | SourceId::Organizations => &scopes::CLOUD_PLATFORM,
        SourceId::Canaries | SourceId::Dns => return None,
    })
}
